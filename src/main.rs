//! The netmap program: hands the command line to the library and ends with
//! the exit code that comes back.

/// A fifth quicker than the C library's with the many small strings that a map
/// is made of (docs/benchmarks.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    netmap::cli::run(std::env::args_os())
}
