//! `netmap lesson`: the course in `samples/`, on the user's own engine.
//!
//! What a lesson makes has its label and a name of its scripts; nothing else
//! is ever touched, and nothing is made without asking.

mod args;
mod desk;
mod docker;
mod own;
mod props;
mod sheet;

use std::collections::BTreeSet;
use std::time::Duration;

use super::format::Chosen;
use super::run::Run;
use super::session::{Purpose, Session};
use super::{Ending, check};
use crate::diagnose;
use crate::error::{Error, Result};
use crate::lesson::{self, LABEL, LESSONS, Lesson};
use crate::model::{Container, Network, Snapshot};
use crate::order::Ordered;
use crate::render::{CheckView, Role, flow, prose};
pub use args::Args;
use args::{What, asked_for};
use desk::{Broken, Course, Desk};
pub use own::is_lesson;
use props::Props;

/// Where to begin, for the help text.
pub fn after_help() -> String {
    let names: Vec<&str> = LESSONS.iter().map(|lesson| &*lesson.name).collect();
    format!(
        "Begin with:\n  netmap lesson start {}\n\nLessons: {}\n\n\
        For your own class:\n  \
        netmap lesson new lost-database                 a lesson made of what runs\n  \
        netmap lesson --lessons . start lost-database   ... brought up from its folder\n  \
        netmap lesson sheet --teacher -o course.html    all lessons with their solutions\n\n\
        Exit codes: 0 done, or fixed; 1 not fixed yet; 2 could not do it.",
        names[0],
        names.join(", ")
    )
}

/// Does what is asked of a lesson.
pub async fn run(run: Run<'_>, args: &Args) -> Result<Ending> {
    let needs_engine = !matches!(args.what, What::New { .. } | What::Sheet { .. });
    if needs_engine && !run.options.is_live() {
        return Err(Error::Usage {
            what: "a lesson needs an engine that runs".to_owned(),
            hint: Some("leave out --from and --compose".to_owned()),
        });
    }
    let desk = |course| Desk { run, style: run.style(), course };
    let folder = args.lessons.as_deref();
    if let What::New { name, containers, rule } = &args.what {
        return desk(Course::own()).new_lesson(name, folder, containers, rule).await;
    }
    let at = desk(folder.map_or_else(|| Ok(Course::own()), own::read)?);
    match &args.what {
        What::List => at.list().await,
        What::Start { name, yes } => at.start(at.course.named(name)?, *yes).await,
        What::Check { name, retry, format } => {
            at.check(name.as_deref(), *retry, format.chosen(run.options.file())?).await
        }
        What::Hint { which } => {
            let (number, name) = asked_for(which)?;
            at.hint(name, number).await
        }
        What::Solve { name, yes } => at.solve(name.as_deref(), *yes).await,
        What::Stop { name } => at.stop(name.as_deref()).await,
        What::Sheet { names, teacher, format } => {
            at.sheet(names, *teacher, format.chosen(run.options.file())?).await
        }
        What::New { .. } => Ok(Ending::Clean),
    }
}

/// How long the programs of a lesson that was just fixed may take to start.
const SETTLING: Duration = Duration::from_secs(10);

impl Desk<'_> {
    async fn snapshot(&self) -> Result<Snapshot> {
        Ok(Session::open(self.run, Purpose::List).await?.snapshot)
    }

    /// The lesson of that name, which must be up; without a name the only one
    /// that is.
    fn chosen(&self, name: Option<&str>, snapshot: &Snapshot) -> Result<&Lesson> {
        let is_up = |lesson: &&Lesson| !Props::of(lesson, snapshot).is_empty();
        let elsewhere = self.up_elsewhere(snapshot);
        let of_another = |name: &str| Error::Usage {
            what: format!("the lesson `{name}` is up, and is none of {}", self.course.called()),
            hint: Some(format!("netmap lesson --lessons DIR names the folder that has `{name}`")),
        };
        if let Some(name) = name {
            if elsewhere.contains(name) && !self.course.has(name) {
                return Err(of_another(name));
            }
            let lesson = self.course.named(name)?;
            return if is_up(&lesson) {
                Ok(lesson)
            } else {
                Err(Error::Usage {
                    what: format!("the lesson `{name}` is not up"),
                    hint: Some(self.course.command(&format!("start {name}"))),
                })
            };
        }
        let up: Vec<&Lesson> = self.course.lessons.iter().filter(is_up).collect();
        match up.as_slice() {
            [only] => Ok(only),
            [] if !elsewhere.is_empty() => {
                // A broken one that is up is what was meant.
                let broken = self.course.broken.iter().find(|b| elsewhere.contains(&*b.name));
                let first = || of_another(elsewhere.first().copied().unwrap_or_default());
                Err(broken.map_or_else(first, Broken::error))
            }
            [] => Err(Error::Usage {
                what: "no lesson is up".to_owned(),
                hint: Some(format!(
                    "{}, then {}",
                    self.course.command("list"),
                    self.course.command("start NAME")
                )),
            }),
            several => {
                let names: Vec<&str> = several.iter().map(|lesson| &*lesson.name).collect();
                Err(Error::Usage {
                    what: "several lessons are up".to_owned(),
                    hint: Some(format!("say which: {}", names.join(", "))),
                })
            }
        }
    }

    /// Names of lessons that are up and are not of this course.
    fn up_elsewhere<'s>(&self, snapshot: &'s Snapshot) -> BTreeSet<&'s str> {
        let containers = snapshot.containers.iter().map(|container| &container.labels);
        let networks = snapshot.networks.iter().map(|network| &network.labels);
        let named = containers.chain(networks).filter_map(|labels| labels.get(LABEL));
        named.map(String::as_str).filter(|name| self.course.named(name).is_err()).into_set()
    }

    async fn list(&self) -> Result<Ending> {
        // Without an engine the list is of use all the same.
        let snapshot = self.snapshot().await;
        let lessons = &self.course.lessons;
        let widest = lessons.iter().map(|lesson| lesson.name.len()).max().unwrap_or_default();
        let mut text = String::new();
        for lesson in lessons.iter() {
            let up = snapshot.as_ref().is_ok_and(|s| !Props::of(lesson, s).is_empty());
            let name = self.style.paint(Role::Strong, &lesson.name);
            let space = " ".repeat(widest - lesson.name.len() + 1);
            let mut words = vec![name + &space];
            words.extend(lesson.title().split(' ').map(str::to_owned));
            words.extend(up.then(|| self.style.paint(Role::Good, " (up)")));
            text.push_str(&(flow(&words, " ", widest + 2, self.style.width) + "\n"));
        }
        self.say(&text)?;
        if snapshot.is_err() {
            self.run.note("no engine answers, so none of them can be up");
        }
        Ok(self.broken())
    }

    async fn start(&self, lesson: &Lesson, yes: bool) -> Result<Ending> {
        let session = Session::open(self.run, Purpose::List).await?;
        let is_up = !Props::of(lesson, &session.snapshot).is_empty();
        if !is_up {
            self.nothing_in_the_way(lesson, &session.snapshot)?;
            if lesson.setup.contains(lesson::IMAGE) {
                docker::ready(self.run.options, session.engine()).await?;
            }
        }
        self.say(&self.story(lesson))?;
        if is_up {
            let again = [format!("stop {}", lesson.name), format!("start {}", lesson.name)];
            let again = again.map(|what| self.course.command(&what)).join(" && ");
            self.run.note(&format!("\nIt is up already. To start again: {again}"));
            return Ok(Ending::Clean);
        }
        let what = format!(
            "\nThis {}makes, with the label {LABEL}={}:\n{}Go on?",
            self.script_of(lesson),
            lesson.name,
            inventory(lesson.containers(), lesson.networks(), &lesson.setup)
        );
        if !self.agreed(&what, yes)? {
            return Ok(Ending::Clean);
        }
        // Half a lesson teaches nothing.
        let mut cleanup = docker::Cleanup::of(self.run.options, lesson);
        let brought_up = docker::script(self.run.options, &lesson.setup).await;
        if brought_up.is_err() {
            self.remove(lesson).await?;
        }
        cleanup.done = true;
        brought_up?;
        let [check, hint, stop] = ["check", "hint ", "stop "].map(|what| self.course.command(what));
        self.run.note(&format!(
            "\nIt is up. Look around: netmap show, netmap probe, docker logs. Then:\n  \
             {check}    whether it is fixed\n  \
             {hint}    a hint\n  \
             {stop}    removes it again"
        ));
        Ok(Ending::Clean)
    }

    /// Whose script is about to run, where it is not the program's own.
    fn script_of(&self, lesson: &Lesson) -> String {
        match &self.course.folder {
            None => String::new(),
            Some(folder) => {
                let script = folder.join(&*lesson.name).join("setup.sh");
                format!("runs {}, which\n", script.display())
            }
        }
    }

    fn story(&self, lesson: &Lesson) -> String {
        let title = self.style.paint(Role::Strong, lesson.title());
        let task = self.style.paint(Role::Strong, "Task");
        let mut text = format!(
            "{title}\n\n{}\n{task}\n\n{}",
            prose(lesson.story(), &self.style),
            prose(lesson.task(), &self.style)
        );
        for (name, command) in lesson.restarted() {
            text.push_str(&format!("\n{name} was started like this:\n\n"));
            text.extend(command.lines().map(|line| format!("    {line}\n")));
        }
        text
    }

    /// Fails when a container or network that is none of the lesson's has a
    /// name that its scripts use.
    fn nothing_in_the_way(&self, lesson: &Lesson, snapshot: &Snapshot) -> Result<()> {
        let (containers, networks) = (lesson.containers(), lesson.networks());
        let props = Props::of(lesson, snapshot);
        let in_the_way: Vec<String> = (snapshot.containers.iter())
            .filter(|c| containers.contains(&c.name.as_str()))
            .filter(|c| !props.containers.iter().any(|p| p.id == c.id))
            .map(|c| format!("container `{}`", c.name))
            .chain(
                (snapshot.networks.iter())
                    .filter(|n| networks.contains(&n.name.as_str()))
                    .filter(|n| !props.networks.iter().any(|p| p.id == n.id))
                    .map(|n| format!("network `{}`", n.name)),
            )
            .collect();
        if in_the_way.is_empty() {
            return Ok(());
        }
        Err(Error::Usage {
            what: format!(
                "the lesson `{}` wants names that are taken, by what it did not make: {}",
                lesson.name,
                in_the_way.join(", ")
            ),
            hint: Some(
                "a lesson touches nothing but what it made: take these down yourself, as with `docker compose down`"
                    .to_owned(),
            ),
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
        format: Chosen<CheckView<'static>>,
    ) -> Result<Ending> {
        let snapshot = self.snapshot().await?;
        let lesson = self.chosen(name, &snapshot)?;
        let file = crate::check::read(&lesson.check).map_err(|complaints| Error::Usage {
            what: format!("the check of `{}` cannot be read: {complaints:?}", lesson.name),
            hint: None,
        })?;
        let place = format!("{}/check.yaml", lesson.name);
        // Finding the cause is the student's part.
        let how = check::HowToHold { retry, explain: false, ..check::HowToHold::default() };
        let ending = check::hold(self.run, &how, format, &place, &file).await?;
        if ending == Ending::Clean {
            let [solve, stop] = ["solve", "stop"].map(|what| self.course.command(what));
            self.run.note(&format!("\nFixed! {solve} says why it was broken,\n{stop} removes it."));
        } else {
            self.run.note(&format!("\nNot yet. {} may help.", self.course.command("hint")));
        }
        Ok(ending)
    }

    async fn hint(&self, name: Option<&str>, number: u8) -> Result<Ending> {
        let lesson = match name {
            Some(name) => self.course.named(name)?,
            None => self.chosen(None, &self.snapshot().await?)?,
        };
        let hints = lesson.hints();
        let Some(hint) = usize::from(number).checked_sub(1).and_then(|at| hints.get(at)) else {
            return Err(Error::Usage {
                what: format!("there are {} hints to this lesson", hints.len()),
                hint: Some(format!("{} says the rest", self.course.command("solve"))),
            });
        };
        self.say(&prose(hint, &self.style))?;
        let next = usize::from(number) + 1;
        self.run.note(&if next <= hints.len() {
            let of = name.map(|name| format!(" {name}")).unwrap_or_default();
            let next = self.course.command(&format!("hint {next}{of}"));
            format!("\nHint {number} of {}; the next: {next}", hints.len())
        } else {
            format!("\nThat was the last one; the rest: {}", self.course.command("solve"))
        });
        Ok(Ending::Clean)
    }

    async fn solve(&self, name: Option<&str>, yes: bool) -> Result<Ending> {
        let snapshot = self.snapshot().await?;
        let lesson = self.chosen(name, &snapshot)?;
        let solution = prose(lesson.solution(), &self.style);
        let commands: String = lesson::commands(&lesson.solve).lines().map(indented).collect();
        self.say(&format!("{solution}\n{commands}"))?;
        if self.is_fixed(lesson, None).await? {
            let stop = self.course.command("stop");
            self.run.note(&format!("\nIt is fixed already. {stop} removes it."));
            return Ok(Ending::Clean);
        }
        self.nothing_in_the_way(lesson, &snapshot)?;
        if !self.agreed("Run these commands?", yes)? {
            return Ok(Ending::Clean);
        }
        if let Err(Error::Docker { .. }) = docker::script(self.run.options, &lesson.solve).await {
            self.run.note(
                "The commands do not fit what is there now, so the lesson is set up again first.",
            );
            self.remove(lesson).await?;
            docker::script(self.run.options, &lesson.setup).await?;
            docker::script(self.run.options, &lesson.solve).await?;
        }
        let check = self.course.command("check");
        if self.is_fixed(lesson, Some(SETTLING)).await? {
            self.run.note(&format!("\nFixed. See for yourself: {check}"));
            return Ok(Ending::Clean);
        }
        self.run.note(&format!(
            "\nThe commands ran, and the check does not pass yet: {check} says what is not so."
        ));
        Ok(Ending::Findings)
    }

    /// Whether the lesson's check passes, perhaps after some tries, without
    /// showing it.
    async fn is_fixed(&self, lesson: &Lesson, retry: Option<Duration>) -> Result<bool> {
        let Ok(file) = crate::check::read(&lesson.check) else { return Ok(false) };
        let how = check::HowToHold { retry, ..check::HowToHold::default() };
        check::passes(self.run, &how, &file).await
    }

    async fn stop(&self, name: Option<&str>) -> Result<Ending> {
        let lesson = self.chosen(name, &self.snapshot().await?)?;
        let (removed, left) = self.remove(lesson).await?;
        let lines: String = removed.iter().map(|what| format!("removed the {what}\n")).collect();
        self.say(&lines)?;
        for note in left {
            self.run.note(&note);
        }
        Ok(Ending::Clean)
    }

    /// Removes what the lesson made, and what the student made in its place. What
    /// the student made beside it is left, and named.
    async fn remove(&self, lesson: &Lesson) -> Result<(Vec<String>, Vec<String>)> {
        let snapshot = self.snapshot().await?;
        let props = Props::of(lesson, &snapshot);
        let mut removed = Vec::new();
        let mut left: BTreeSet<String> = BTreeSet::new();
        for container in &props.containers {
            docker::docker(self.run.options, &["rm", "-f", "-v", &container.id]).await?;
            removed.push(format!("container {}", container.name));
            if is_recreated(container) {
                match docker::docker(self.run.options, &["image", "rm", &container.image]).await {
                    Ok(()) => removed.push(format!("image {}", container.image)),
                    Err(Error::Docker { said }) => {
                        left.insert(format!("left alone: the image {} ({said})", container.image));
                    }
                    Err(error) => return Err(error),
                }
            }
            for endpoint in &container.endpoints {
                let network = snapshot.networks.iter().find(|n| n.name == endpoint.network);
                let is_props = |n: &Network| props.networks.iter().any(|prop| prop.id == n.id);
                if network.is_some_and(|n| !n.is_built_in() && !is_props(n)) {
                    left.insert(format!(
                        "left alone: the network {0}, which the lesson did not make; \
                         docker network rm {0} removes it",
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

/// Whether a container runs of the image that the doctor's fix made of the one
/// before it, which nothing else is made of.
fn is_recreated(container: &Container) -> bool {
    container.image == diagnose::image_of(container)
}

/// A line of a script, set apart from prose.
fn indented(line: &str) -> String {
    if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") }
}

/// What a script makes, a line for each kind.
fn inventory(containers: Vec<&str>, networks: Vec<&str>, script: &str) -> String {
    // A name may be part of another word, as `lesson` is of the label, or a word of a comment.
    let commands = lesson::commands(script);
    let words: BTreeSet<&str> = commands.split_whitespace().into_set();
    let made = |names: Vec<&str>| -> Vec<String> {
        names.into_iter().filter(|name| words.contains(name)).map(str::to_owned).collect()
    };
    let mut text = String::new();
    for (kind, names) in [("networks", made(networks)), ("containers", made(containers))] {
        if !names.is_empty() {
            text.push_str(&format!("  {kind:12}{}\n", names.join(", ")));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_within_another_word_is_not_made() {
        let it = LESSONS.iter().find(|lesson| lesson.name == "module-5").expect("a lesson");
        assert!(it.networks().contains(&"lesson"), "the solution makes it");
        let told = inventory(it.containers(), it.networks(), &it.setup);
        assert!(!told.contains("networks") && told.contains("survey_container"), "{told}");
    }
}
