//! Running a lesson's scripts: the one place where netmap changes anything on
//! an engine, by way of the `docker` command that the student uses, too.

use std::io::ErrorKind;
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::Command;

use crate::cli::options::Options;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::lesson::{IMAGE, LABEL, Lesson};

/// How long a script may take.
const DEADLINE: Duration = Duration::from_secs(300);

/// Runs a shell script, whose `docker` is meant for the engine of the options.
pub async fn script(options: &Options, script: &str) -> Result<()> {
    let mut command = Command::new("sh");
    command.arg("-c").arg(script);
    let output = run(options, command, "sh").await?;
    succeeded(&output)
}

/// Removes what a script that was interrupted has made, in a process of its own
/// that goes on when netmap has ended.
pub struct Cleanup<'a> {
    options: &'a Options,
    lesson: &'a Lesson,
    /// Whether the script has come to its end.
    pub done: bool,
}

impl<'a> Cleanup<'a> {
    /// For a script that is about to run.
    pub fn of(options: &'a Options, lesson: &'a Lesson) -> Self {
        Self { options, lesson, done: false }
    }
}

impl Drop for Cleanup<'_> {
    fn drop(&mut self) {
        if self.done {
            return;
        }
        let label = format!("label={LABEL}={}", self.lesson.name);
        let of = |kind: &str, names: Vec<&str>, list: &str, remove: &str| -> String {
            let each = names.into_iter().map(|name| {
                format!(
                    "for {kind} in $(docker {list} -q --filter {label} --filter 'name=^/?{name}$'); \
                     do docker {remove} ${kind}; done; "
                )
            });
            each.collect()
        };
        let containers = of("container", self.lesson.containers(), "ps -a", "rm -f -v");
        let networks = of("network", self.lesson.networks(), "network ls", "network rm");
        // What the engine was asked for already may come up a moment later.
        let script = format!("{containers}{networks}sleep 1; {containers}{networks}");
        let mut command = std::process::Command::new("sh");
        command.arg("-c").arg(script);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // Ctrl-C is not meant for it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        for (name, value) in engine_variables(self.options) {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let _ = command.spawn();
    }
}

/// Runs `docker` with these arguments.
pub async fn docker(options: &Options, arguments: &[&str]) -> Result<()> {
    let mut command = Command::new("docker");
    command.args(arguments);
    let output = run(options, command, "docker").await?;
    succeeded(&output)
}

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
    for (name, value) in engine_variables(options) {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
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

/// What makes `docker` ask the engine that netmap asks: variables to set, and
/// those to remove.
fn engine_variables(options: &Options) -> Vec<(&'static str, Option<&str>)> {
    match (options.host.first(), options.context.first()) {
        (Some(host), _) => vec![("DOCKER_HOST", Some(host)), ("DOCKER_CONTEXT", None)],
        (None, Some(context)) => vec![("DOCKER_CONTEXT", Some(context)), ("DOCKER_HOST", None)],
        (None, None) => Vec::new(),
    }
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
