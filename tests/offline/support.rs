//! netmap as a user runs it, in an environment of its own.

use std::path::PathBuf;
use std::process::{Command, Output};

/// netmap with none of the caller's docker settings, in the project's folder.
pub fn netmap_command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netmap"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    for name in [
        "DOCKER_HOST",
        "DOCKER_CONTEXT",
        "DOCKER_TLS_VERIFY",
        "DOCKER_CERT_PATH",
        "XDG_RUNTIME_DIR",
        "NO_COLOR",
        "COLUMNS",
        "LC_ALL",
        "LC_CTYPE",
        "LANG",
        "TERM",
        "NETMAP_FORMAT",
        "NETMAP_ALL",
        "NETMAP_THEME",
        "NETMAP_COLOR",
        "NETMAP_TIMEOUT",
        "NETMAP_PAGER",
        "PAGER",
    ] {
        command.env_remove(name);
    }
    command.env("NETMAP_CONFIG", "");
    // No configuration of the caller's either.
    command.env("DOCKER_CONFIG", "/nonexistent/netmap-tests");
    command
}

/// A finished run.
pub struct Run {
    /// Exit code; -1 after a signal.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// Runs netmap with these arguments.
pub fn netmap(arguments: &[&str]) -> Run {
    finished(netmap_command().args(arguments).output().expect("netmap starts"))
}

/// The result of a run as text.
pub fn finished(output: Output) -> Run {
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// A file of the project.
pub fn project_file(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}
