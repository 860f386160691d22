//! Keeps a panic inside a parsing crate from ending the run: for us it is one more way to say "damaged".
//!
//! Only calls into foreign parsers belong in here; a panic of our own code must stay a bug that is seen. The panic hook
//! still runs, so the program's hook must print no more than the place (a payload can quote the file).

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::ReadError;

/// Calls a parser. After a panic its state is unknown: the caller drops it with the error.
pub(super) fn parser<T>(call: impl FnOnce() -> T) -> Result<T, ReadError> {
    catch_unwind(AssertUnwindSafe(call))
        .map_err(|_| ReadError::Damaged("its inner structure is broken".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_without_its_text() {
        let empty: &[u8] = &[];
        let result = parser(|| empty[empty.len()]);
        assert!(matches!(result, Err(ReadError::Damaged(text)) if !text.contains("index")));
        assert_eq!(parser(|| 1).unwrap(), 1);
    }
}
