//! Running Graphviz's `dot`, with a deadline.

use std::io::ErrorKind;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::error::{Error, Result};

/// How long `dot` may take. Its layout is slow past some hundred nodes.
const DEADLINE: Duration = Duration::from_secs(60);

/// Turns DOT text into the format `dot` calls `format`.
pub async fn draw(graph: &str, format: &'static str) -> Result<Vec<u8>> {
    let failed = |why: String| Error::Dot { why };
    let system = |error| Error::System { what: "cannot run Graphviz's `dot`".to_owned(), error };
    let child = Command::new("dot")
        .arg(format!("-T{format}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(Error::NoDot { what: format });
        }
        Err(error) => return Err(system(error)),
    };
    let stdin = child.stdin.take();
    let talk = async {
        let feed = async {
            if let Some(mut stdin) = stdin {
                // A dot that dies early says why on its standard error.
                let _ = stdin.write_all(graph.as_bytes()).await;
            }
        };
        tokio::join!(feed, child.wait_with_output()).1
    };
    let result = tokio::time::timeout(DEADLINE, talk)
        .await
        .map_err(|_| failed(format!("it took longer than {} s", DEADLINE.as_secs())))?
        .map_err(system)?;
    if !result.status.success() {
        let said = String::from_utf8_lossy(&result.stderr);
        let last = said.lines().last().unwrap_or("it gave no reason");
        return Err(failed(last.to_owned()));
    }
    Ok(result.stdout)
}
