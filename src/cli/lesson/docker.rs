//! Running a lesson's scripts: the one place where netmap changes anything on
//! an engine, by way of the `docker` command that the student uses, too.

use std::io::ErrorKind;
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::Command;

use crate::cli::options::Options;
use crate::engine::Engine;
use crate::error::{Error, Result};

/// How long a script may take.
const DEADLINE: Duration = Duration::from_secs(300);

/// Runs a shell script, whose `docker` is meant for the engine of the options.
pub async fn script(options: &Options, script: &str) -> Result<()> {
    let mut command = Command::new("sh");
    command.arg("-c").arg(script);
    let output = run(options, command, "sh").await?;
    succeeded(&output)
}

/// Runs `docker` with these arguments.
pub async fn docker(options: &Options, arguments: &[&str]) -> Result<()> {
    let mut command = Command::new("docker");
    command.args(arguments);
    let output = run(options, command, "docker").await?;
    succeeded(&output)
}

/// The image that all lessons are made of.
const IMAGE: &str = "busybox";

/// Fails unless `docker` can be run, reaches the engine, and finds the image.
pub async fn ready(options: &Options, engine: Option<&Engine>) -> Result<()> {
    let mut command = Command::new("docker");
    command.args(["image", "inspect", IMAGE]);
    let output = run(options, command, "docker").await?;
    let found = succeeded(&output);
    let Some(engine) = engine.filter(|_| found.is_err()) else { return found };
    // Docker says in words alone what it lacks; the engine says it by a code.
    if engine.has_image(IMAGE).await? {
        return found;
    }
    Err(Error::Usage {
        what: "lessons need the image `busybox`, and the engine does not have it".to_owned(),
        hint: Some(
            "docker pull busybox gets it (2 MB); where there is no registry, on a machine that\n\
             has it: docker save busybox -o busybox.tar, and here: docker load -i busybox.tar"
                .to_owned(),
        ),
    })
}

async fn run(options: &Options, mut command: Command, what: &'static str) -> Result<Output> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    // What netmap was told of the engine, `docker` is told, too.
    if let Some(host) = options.host.first() {
        command.env("DOCKER_HOST", host).env_remove("DOCKER_CONTEXT");
    } else if let Some(context) = options.context.first() {
        command.env("DOCKER_CONTEXT", context).env_remove("DOCKER_HOST");
    }
    let output = match tokio::time::timeout(DEADLINE, command.output()).await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) if error.kind() == ErrorKind::NotFound => {
            return Err(Error::Usage {
                what: format!("cannot find `{what}`, with which lessons are brought up"),
                hint: Some("install Docker's command line (sudo apt install docker.io)".to_owned()),
            });
        }
        Ok(Err(error)) => {
            return Err(Error::System { what: format!("cannot run `{what}`"), error });
        }
        Err(_) => {
            let said = format!("it took longer than {} s", DEADLINE.as_secs());
            return Err(Error::Docker { said });
        }
    };
    Ok(output)
}

fn succeeded(output: &Output) -> Result<()> {
    if output.status.success() {
        return Ok(());
    }
    Err(Error::Docker { said: last_line(&String::from_utf8_lossy(&output.stderr)) })
}

/// What docker says last is why it failed, but for its pointer to the help.
fn last_line(said: &str) -> String {
    let is_pointer = |line: &str| line.starts_with("See '") || line.starts_with("Run '");
    let mut lines = said.lines().filter(|line| !line.trim().is_empty() && !is_pointer(line));
    let last = lines.next_back().unwrap_or("it gave no reason");
    last.trim_start_matches("docker: ").chars().take(400).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_reason_is_found_in_what_docker_says() {
        let old = "docker: Error response from daemon: no.\nSee 'docker run --help'.\n";
        let new = "docker: Error response from daemon: no.\n\nRun 'docker run --help' for more information\n";
        for said in [old, new] {
            assert_eq!(super::last_line(said), "Error response from daemon: no.");
        }
        assert_eq!(super::last_line(""), "it gave no reason");
    }
}
