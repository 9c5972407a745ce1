//! `netmap` alone: what it is, what to type first, and what runs here. It
//! waits for nobody: an engine that is silent is said to be.

use std::time::Duration;

use super::run::Run;
use super::session::{Purpose, Session};
use super::{Ending, source};
use crate::diagnose::{Ignored, diagnose, set_aside, take_turns};
use crate::error::{Error, Result};
use crate::graph::{Filter, Map};
use crate::model::words::count;
use crate::render::{FindingsView, Style, View, prose};

/// How long the engine has to say what runs.
const TO_LIST: Duration = Duration::from_millis(1000);

/// How long the doctor has to look, from a distance.
const TO_LOOK: Duration = Duration::from_millis(1500);

/// What everybody needs first.
const FIRST: [(&str, &str); 5] = [
    ("netmap show", "the map: containers, networks, addresses"),
    ("netmap doctor", "what is wrong, and what fixes it"),
    ("netmap why web db:5432", "can web reach that port of db, and if not, why"),
    ("netmap probe", "who really reaches whom, measured"),
    ("netmap show -o map.svg", "a picture for your docs"),
];

/// Columns that a command and what it does take side by side.
const SIDE_BY_SIDE: usize = 74;

/// What netmap is.
const WHAT: &str = "which containers share which networks, who really reaches whom, \
                    and how to fix what is broken.";

/// Where to go on.
const NEXT: &str = "\
All commands: `netmap -h`. A course in broken networks: `netmap lesson list`.
Without an engine: `netmap show --from sample:module-5`
";

/// Says what netmap is and what is here.
pub async fn run(run: Run<'_>) -> Result<Ending> {
    let here = here(run).await;
    let style = run.style();
    run.say(&format!(
        "{}\n{}\n{}\n{}",
        prose(&format!("netmap {}: {WHAT}", env!("CARGO_PKG_VERSION")), &style),
        FIRST.map(|(command, does)| first(command, does, &style)).concat(),
        sentences(NEXT, &style),
        sentences(&here, &style),
    ))?;
    Ok(Ending::Clean)
}

/// A command and what it does, below each other where there is no room beside.
fn first(command: &str, does: &str, style: &Style) -> String {
    if style.width >= SIDE_BY_SIDE {
        return format!("  {command:<22}   {does}\n");
    }
    let narrow = Style { width: style.width.saturating_sub(4), ..*style };
    format!("  {command}\n    {}\n", prose(does, &narrow).trim_end().replace('\n', "\n    "))
}

/// Each line of a text begins a line.
fn sentences(text: &str, style: &Style) -> String {
    text.lines().map(|line| prose(line, style)).collect()
}

/// What is here, in a few sentences.
async fn here(run: Run<'_>) -> String {
    let opened = tokio::time::timeout(TO_LIST, Session::open(run, Purpose::List)).await;
    let mut session = match opened {
        Ok(Ok(session)) => session,
        Ok(Err(error)) => return unreachable(&error),
        Err(_) => return "Here: the engine does not answer within a second.".to_owned(),
    };
    let listed = listed(&session);
    let doctor = tokio::time::timeout(TO_LOOK, at_a_glance(run, &mut session)).await;
    let doctor = doctor.unwrap_or_else(|_| "Whether all is well: `netmap doctor`".to_owned());
    format!("Here: {listed}.\n{doctor}")
}

/// Why nothing can be said of what is here, and what to do about it.
fn unreachable(error: &Error) -> String {
    match error.hint() {
        None => format!("Here: {error}."),
        Some(hint) => format!("Here: {error}.\nhint: {}", hint.replace('\n', " ")),
    }
}

/// What runs and what does not.
fn listed(session: &Session<'_>) -> String {
    let map = source::kept(Map::new(&session.snapshot));
    // Without names nothing can be missing.
    let all = map.select(&Filter { stopped: true, ..Filter::default() }).unwrap_or_default();
    let view = View::new(&map, &all, None);
    format!("{} ({})", view.tally().replace(" · ", ", "), view.engine())
}

/// How many problems the doctor sees without running anything in a container.
async fn at_a_glance(run: Run<'_>, session: &mut Session<'_>) -> String {
    session.observe(false).await;
    let map = source::kept(Map::new(&session.snapshot));
    let mut diagnosis = diagnose(&map, None, |_| true);
    set_aside(&mut diagnosis, &Ignored::new(&map, &run.settings.ignored), &[]);
    take_turns(&mut diagnosis.findings, &map.snapshot().networks);
    let problems = FindingsView::new(&diagnosis, &map).problems();
    match problems {
        0 => "The doctor sees nothing wrong at a glance; `netmap doctor` looks closer.".to_owned(),
        problems => {
            format!("The doctor sees {} at a glance: `netmap doctor`", count(problems, "problem"))
        }
    }
}
