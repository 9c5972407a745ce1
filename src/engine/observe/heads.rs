//! The beginnings of files in a container, all by one command: `head` names
//! each file before its text and needs no shell.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::engine::connect::Engine;
use crate::engine::exec::Exec;
use crate::error::Error;

/// How long the command may take.
const DEADLINE: Duration = Duration::from_secs(5);

/// A file that is always there, read last: where it is, nothing was cut off.
const LAST: &str = "/proc/self/comm";

/// The files' texts by path; a file that is not there is not in it.
pub type Files = BTreeMap<String, String>;

/// The first `lines` lines of these files in a running container, of which the
/// first is one that every kernel has; at most `limit` bytes of all.
///
/// # Errors
///
/// Why there are none, or not all of them.
pub async fn read(
    engine: &Engine,
    container: &str,
    lines: usize,
    paths: Vec<String>,
    limit: usize,
) -> Result<Files, String> {
    let first = paths.first().cloned().unwrap_or_default();
    let count = lines.to_string();
    let head = ["head", "-n", &count].map(str::to_owned);
    let command = head.into_iter().chain(paths).chain([LAST.to_owned()]).collect();
    let exec = Exec { command, deadline: DEADLINE, silence: DEADLINE, limit, last_words: None };
    let ran = engine.exec(container, &exec).await.map_err(|error| match error {
        Error::Refused { status: 403, .. } => {
            "the engine, or a proxy in front of it, does not allow execs".to_owned()
        }
        Error::Refused { status: 404, .. } => "the container is gone".to_owned(),
        other => other.to_string(),
    })?;
    let files = parts(&String::from_utf8_lossy(&ran.stdout));
    if files.contains_key(&first) {
        // Half a table would say that nobody listens on the rest.
        match files.get(LAST) {
            Some(last) if last.ends_with('\n') => Ok(files),
            _ => Err("what was read in it came only in part".to_owned()),
        }
    } else if matches!(ran.code, Some(126 | 127)) {
        Err("it has no `head` to read files with".to_owned())
    } else {
        Err("reading files in it gave nothing".to_owned())
    }
}

/// The output of `head` on several files, taken apart.
pub fn parts(text: &str) -> Files {
    let mut files = Files::new();
    let mut current: Option<String> = None;
    for line in text.lines() {
        let title = line.strip_prefix("==> ").and_then(|rest| rest.strip_suffix(" <=="));
        if let Some(title) = title {
            current = Some(title.to_owned());
            files.entry(title.to_owned()).or_default();
        } else if let Some(file) = current.as_ref().and_then(|name| files.get_mut(name)) {
            file.push_str(line);
            file.push('\n');
        }
    }
    files
}
