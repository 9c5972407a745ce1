//! `netmap lesson`: the course in `samples/`, on the user's own engine.
//!
//! What a lesson makes has its label and a name of its scripts; nothing else
//! is ever touched, and nothing is made without asking.

mod docker;

use std::collections::BTreeSet;
use std::time::Duration;

use clap::Subcommand;

use super::format::FormatArgs;
use super::options::duration;
use super::run::Run;
use super::session::{Purpose, Session};
use super::{Ending, check};
use crate::error::{Error, Result};
use crate::lesson::{self, LABEL, LESSONS, Lesson};
use crate::model::{Container, Network, Snapshot};
use crate::render::{CheckView, Format, Role, Style, prose};

/// Arguments of `netmap lesson`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Which lessons there are, and which are up
    List,
    /// Show a lesson's story and bring it up
    Start {
        /// Lesson
        name: String,
        /// Do not ask before making anything
        #[arg(long, short)]
        yes: bool,
    },
    /// Whether the lesson is fixed
    #[command(after_help = Format::<CheckView>::list())]
    Check {
        /// Lesson; the one that is up, if it is one
        name: Option<String>,
        /// Try again until it is fixed, for as long as this, such as 30s
        #[arg(long, value_name = "TIME", value_parser = duration)]
        retry: Option<Duration>,
        #[command(flatten)]
        format: FormatArgs<CheckView<'static>>,
    },
    /// Give a hint
    Hint {
        /// Which hint; the later ones say more
        #[arg(default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..))]
        number: u8,
        /// Lesson; the one that is up, if it is one
        name: Option<String>,
    },
    /// Fix it, and say why it was broken
    Solve {
        /// Lesson; the one that is up, if it is one
        name: Option<String>,
        /// Do not ask before running anything
        #[arg(long, short)]
        yes: bool,
    },
    /// Remove what the lesson made
    Stop {
        /// Lesson; the one that is up, if it is one
        name: Option<String>,
    },
}

/// Where to begin, for the help text.
pub fn after_help() -> String {
    let names: Vec<&str> = LESSONS.iter().map(|lesson| lesson.name).collect();
    format!(
        "Begin with:\n  netmap lesson start {}\n\nLessons: {}\n\n\
        Exit codes: 0 done, or fixed; 1 not fixed yet; 2 could not do it.",
        names[0],
        names.join(", ")
    )
}

/// Does what is asked of a lesson.
pub async fn run(run: Run<'_>, args: &Args) -> Result<Ending> {
    if !run.options.is_live() {
        return Err(Error::Usage {
            what: "a lesson needs an engine that runs".to_owned(),
            hint: Some("leave out --from and --compose".to_owned()),
        });
    }
    let at = Desk { run, style: run.style() };
    match &args.what {
        What::List => at.list().await,
        What::Start { name, yes } => at.start(lesson::named(name)?, *yes).await,
        What::Check { name, retry, format } => {
            at.check(name.as_deref(), *retry, format.chosen(run.options.file())?).await
        }
        What::Hint { number, name } => at.hint(name.as_deref(), *number).await,
        What::Solve { name, yes } => at.solve(name.as_deref(), *yes).await,
        What::Stop { name } => at.stop(name.as_deref()).await,
    }
}

/// Where the student sits.
struct Desk<'a> {
    run: Run<'a>,
    style: Style,
}

/// What of a lesson is there.
struct Props<'a> {
    containers: Vec<&'a Container>,
    networks: Vec<&'a Network>,
}

impl<'a> Props<'a> {
    /// What has both the lesson's label and a name of its scripts.
    fn of(lesson: &Lesson, snapshot: &'a Snapshot) -> Self {
        let (containers, networks) = (lesson.containers(), lesson.networks());
        Self {
            containers: snapshot
                .containers
                .iter()
                .filter(|c| {
                    is_labelled(lesson, c.labels.get(LABEL))
                        && containers.contains(&c.name.as_str())
                })
                .collect(),
            networks: snapshot
                .networks
                .iter()
                .filter(|n| {
                    is_labelled(lesson, n.labels.get(LABEL)) && networks.contains(&n.name.as_str())
                })
                .collect(),
        }
    }

    fn is_empty(&self) -> bool {
        self.containers.is_empty() && self.networks.is_empty()
    }
}

fn is_labelled(lesson: &Lesson, label: Option<&String>) -> bool {
    label.is_some_and(|label| label == lesson.name)
}

impl Desk<'_> {
    async fn snapshot(&self) -> Result<Snapshot> {
        Ok(Session::open(self.run, Purpose::List).await?.snapshot)
    }

    fn say(&self, text: &str) -> Result<()> {
        self.run.write(text.as_bytes())
    }

    async fn list(&self) -> Result<Ending> {
        // Without an engine the list is of use all the same.
        let snapshot = self.snapshot().await;
        let widest = LESSONS.iter().map(|lesson| lesson.name.len()).max().unwrap_or_default();
        let mut text = String::new();
        for lesson in LESSONS {
            let up = snapshot.as_ref().is_ok_and(|s| !Props::of(lesson, s).is_empty());
            let name = self.style.paint(Role::Strong, lesson.name);
            let space = " ".repeat(widest - lesson.name.len() + 2);
            let mark = if up { self.style.paint(Role::Good, "  (up)") } else { String::new() };
            text.push_str(&format!("{name}{space}{}{mark}\n", lesson.title()));
        }
        self.say(&text)?;
        if snapshot.is_err() {
            self.run.note("no engine answers, so none of them can be up");
        }
        Ok(Ending::Clean)
    }

    async fn start(&self, lesson: &Lesson, yes: bool) -> Result<Ending> {
        let session = Session::open(self.run, Purpose::List).await?;
        let is_up = !Props::of(lesson, &session.snapshot).is_empty();
        if !is_up {
            self.nothing_in_the_way(lesson, &session.snapshot)?;
            docker::ready(self.run.options, session.engine()).await?;
        }
        self.say(&self.story(lesson))?;
        if is_up {
            self.run.note(&format!(
                "\nIt is up already. To start again: netmap lesson stop {0} && netmap lesson start {0}",
                lesson.name
            ));
            return Ok(Ending::Clean);
        }
        let what = format!(
            "\nThis makes, with the label {LABEL}={}:\n{}Go on?",
            lesson.name,
            inventory(lesson.containers(), lesson.networks(), lesson.setup)
        );
        if !self.agreed(&what, yes)? {
            return Ok(Ending::Clean);
        }
        if let Err(error) = docker::script(self.run.options, lesson.setup).await {
            // Half a lesson teaches nothing.
            self.remove(lesson).await?;
            return Err(error);
        }
        self.run.note(
            "\nIt is up. Look around: netmap show, netmap probe, docker logs. Then:\n  \
             netmap lesson check    whether it is fixed\n  \
             netmap lesson hint     a hint\n  \
             netmap lesson stop     removes it again",
        );
        Ok(Ending::Clean)
    }

    fn story(&self, lesson: &Lesson) -> String {
        let title = self.style.paint(Role::Strong, lesson.title());
        let task = self.style.paint(Role::Strong, "Task");
        format!(
            "{title}\n\n{}\n{task}\n\n{}",
            prose(lesson.story(), &self.style),
            prose(lesson.task(), &self.style)
        )
    }

    /// Fails when a container or network that the lesson did not make has a
    /// name that its scripts use.
    fn nothing_in_the_way(&self, lesson: &Lesson, snapshot: &Snapshot) -> Result<()> {
        let (containers, networks) = (lesson.containers(), lesson.networks());
        let container = snapshot.containers.iter().find(|c| {
            containers.contains(&c.name.as_str()) && !is_labelled(lesson, c.labels.get(LABEL))
        });
        let network = snapshot.networks.iter().find(|n| {
            networks.contains(&n.name.as_str()) && !is_labelled(lesson, n.labels.get(LABEL))
        });
        let (kind, name) = match (container, network) {
            (Some(container), _) => ("container", &container.name),
            (None, Some(network)) => ("network", &network.name),
            (None, None) => return Ok(()),
        };
        Err(Error::Usage {
            what: format!("there is a {kind} `{name}` already, and the lesson did not make it"),
            hint: Some(format!(
                "a lesson touches nothing but what it made; rename or remove that {kind} yourself"
            )),
        })
    }

    /// Whether the user agrees. Where nobody can be asked, `--yes` must say so.
    fn agreed(&self, what: &str, yes: bool) -> Result<bool> {
        if yes {
            return Ok(true);
        }
        let answer = self.run.output.ask(what);
        if answer == Some(false) {
            self.run.note("Nothing was done.");
        }
        answer.ok_or_else(|| Error::Usage {
            what: "cannot ask whether to go on: standard input is no terminal".to_owned(),
            hint: Some("--yes goes on without asking".to_owned()),
        })
    }

    async fn check(
        &self,
        name: Option<&str>,
        retry: Option<Duration>,
        format: Option<&'static Format<CheckView<'static>>>,
    ) -> Result<Ending> {
        let snapshot = self.snapshot().await?;
        let lesson = chosen(name, &snapshot)?;
        let file = crate::check::read(lesson.check).map_err(|complaints| Error::Usage {
            what: format!("the check of `{}` cannot be read: {complaints:?}", lesson.name),
            hint: None,
        })?;
        let place = format!("{}/check.yaml", lesson.name);
        // Finding the cause is the student's part.
        let how = check::HowToHold { retry, explain: false, ..check::HowToHold::default() };
        let ending = check::hold(self.run, &how, format, &place, &file).await?;
        if ending == Ending::Clean {
            self.run.note(
                "\nFixed! netmap lesson solve says why it was broken,\nnetmap lesson stop removes it.",
            );
        } else {
            self.run.note("\nNot yet. netmap lesson hint may help.");
        }
        Ok(ending)
    }

    async fn hint(&self, name: Option<&str>, number: u8) -> Result<Ending> {
        let lesson = match name {
            Some(name) => lesson::named(name)?,
            None => chosen(None, &self.snapshot().await?)?,
        };
        let hints = lesson.hints();
        let Some(hint) = hints.get(usize::from(number) - 1) else {
            return Err(Error::Usage {
                what: format!("there are {} hints to this lesson", hints.len()),
                hint: Some("netmap lesson solve says the rest".to_owned()),
            });
        };
        self.say(&prose(hint, &self.style))?;
        let next = usize::from(number) + 1;
        self.run.note(&if next <= hints.len() {
            format!("\nHint {number} of {}; the next: netmap lesson hint {next}", hints.len())
        } else {
            "\nThat was the last one; the rest: netmap lesson solve".to_owned()
        });
        Ok(Ending::Clean)
    }

    async fn solve(&self, name: Option<&str>, yes: bool) -> Result<Ending> {
        let snapshot = self.snapshot().await?;
        let lesson = chosen(name, &snapshot)?;
        let solution = prose(lesson.solution(), &self.style);
        let commands: String =
            lesson::commands(lesson.solve).lines().map(|line| format!("  {line}\n")).collect();
        self.say(&format!("{solution}\n{commands}"))?;
        if self.is_fixed(lesson).await? {
            self.run.note("\nIt is fixed already. netmap lesson stop removes it.");
            return Ok(Ending::Clean);
        }
        self.nothing_in_the_way(lesson, &snapshot)?;
        if !self.agreed("Run these commands?", yes)? {
            return Ok(Ending::Clean);
        }
        docker::script(self.run.options, lesson.solve).await.map_err(|error| match error {
            Error::Docker { said } => Error::Usage {
                what: format!("the commands do not fit what is there now: {said}"),
                hint: Some(format!(
                    "start again: netmap lesson stop {0} && netmap lesson start {0}",
                    lesson.name
                )),
            },
            error => error,
        })?;
        self.run.note("\nFixed. See for yourself: netmap lesson check");
        Ok(Ending::Clean)
    }

    /// Whether the lesson's check passes, without showing it.
    async fn is_fixed(&self, lesson: &Lesson) -> Result<bool> {
        let Ok(file) = crate::check::read(lesson.check) else { return Ok(false) };
        check::passes(self.run, &check::HowToHold::default(), &file).await
    }

    async fn stop(&self, name: Option<&str>) -> Result<Ending> {
        let lesson = chosen(name, &self.snapshot().await?)?;
        let (removed, left) = self.remove(lesson).await?;
        let lines: String = removed.iter().map(|what| format!("removed the {what}\n")).collect();
        self.say(&lines)?;
        for note in left {
            self.run.note(&note);
        }
        Ok(Ending::Clean)
    }

    /// Removes what the lesson made. What the student made beside it is left,
    /// and named.
    async fn remove(&self, lesson: &Lesson) -> Result<(Vec<String>, Vec<String>)> {
        let snapshot = self.snapshot().await?;
        let props = Props::of(lesson, &snapshot);
        let mut removed = Vec::new();
        let mut left: BTreeSet<String> = BTreeSet::new();
        for container in &props.containers {
            docker::docker(self.run.options, &["rm", "-f", "-v", &container.id]).await?;
            removed.push(format!("container {}", container.name));
            for endpoint in &container.endpoints {
                let network = snapshot.networks.iter().find(|n| n.name == endpoint.network);
                if network.is_some_and(|n| !n.is_built_in() && !n.labels.contains_key(LABEL)) {
                    left.insert(format!(
                        "left alone: the network {}, which the lesson did not make",
                        endpoint.network
                    ));
                }
            }
        }
        for network in &props.networks {
            match docker::docker(self.run.options, &["network", "rm", &network.id]).await {
                Ok(()) => removed.push(format!("network {}", network.name)),
                Err(Error::Docker { said }) => {
                    left.insert(format!("left alone: the network {} ({said})", network.name));
                }
                Err(error) => return Err(error),
            }
        }
        Ok((removed, left.into_iter().collect()))
    }
}

/// The lesson of that name, which must be up; without a name the only one
/// that is.
fn chosen(name: Option<&str>, snapshot: &Snapshot) -> Result<&'static Lesson> {
    let is_up = |lesson: &&Lesson| !Props::of(lesson, snapshot).is_empty();
    if let Some(name) = name {
        let lesson = lesson::named(name)?;
        return if is_up(&lesson) {
            Ok(lesson)
        } else {
            Err(Error::Usage {
                what: format!("the lesson `{name}` is not up"),
                hint: Some(format!("netmap lesson start {name}")),
            })
        };
    }
    let up: Vec<&Lesson> = LESSONS.iter().filter(is_up).collect();
    match up.as_slice() {
        [only] => Ok(only),
        [] => Err(Error::Usage {
            what: "no lesson is up".to_owned(),
            hint: Some("netmap lesson list, then netmap lesson start NAME".to_owned()),
        }),
        several => {
            let names: Vec<&str> = several.iter().map(|lesson| lesson.name).collect();
            Err(Error::Usage {
                what: "several lessons are up".to_owned(),
                hint: Some(format!("say which: {}", names.join(", "))),
            })
        }
    }
}

/// What a script makes, a line for each kind.
fn inventory(containers: Vec<&str>, networks: Vec<&str>, script: &str) -> String {
    let made = |names: Vec<&str>| -> Vec<String> {
        names.into_iter().filter(|name| script.contains(name)).map(str::to_owned).collect()
    };
    let mut text = String::new();
    for (kind, names) in [("networks", made(networks)), ("containers", made(containers))] {
        if !names.is_empty() {
            text.push_str(&format!("  {kind:12}{}\n", names.join(", ")));
        }
    }
    text
}
