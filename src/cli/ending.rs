//! How a run ends, as its exit code.

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All well.
    Clean = 0,
    /// Findings, differences, failed assertions.
    Findings = 1,
    /// netmap could not do its job.
    Failed = 2,
    /// Somebody ended it: the shell's word for a program that Ctrl-C ended.
    Interrupted = 130,
    /// It was asked to end: the shell's word for a program that SIGTERM ended.
    Terminated = 143,
}

impl From<Ending> for std::process::ExitCode {
    fn from(ending: Ending) -> Self {
        Self::from(ending as u8)
    }
}
