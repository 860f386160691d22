//! From bytes to rows. Each format has a module; all of them speak to a `RowSink` (tables) or an `OrderSink` (API JSON).

pub mod archive;
pub mod crypto;
pub mod detect;
pub mod ending;
pub mod error;
mod guard;
pub mod html;
pub mod input;
pub mod json;
pub mod spreadsheetml;
pub mod text;
pub mod workbook;

pub use error::ReadError;
pub use input::Input;
