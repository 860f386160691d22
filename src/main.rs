//! `jangbu`: see the library's `cli`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Columns grow and go by the thousand: an allocator that keeps pages saves the kernel clearing them again and again.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let status = jangbu::cli::run(std::env::args_os());
    ExitCode::from(status.code())
}
