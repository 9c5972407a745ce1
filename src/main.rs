//! The netmap program: hands the command line to the library and ends with
//! the exit code that comes back.

fn main() -> std::process::ExitCode {
    netmap::cli::run(std::env::args_os())
}
