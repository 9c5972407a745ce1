//! Fixes in words: each step as lines for a shell. A line is a command that a
//! shell runs as it stands, or a sentence for a person after `#`.

mod changes;
mod firewall;
mod recreate;
mod redial;
mod safe;
mod words;

use crate::model::words::listed;
use crate::model::{Action, Edit, EditKind, FirewallRule, Form, Maker, Step, visible};
use changes::{in_file, recreated};
pub use words::quoted;
use words::{command, prose};

/// The lines of a fix, in the order of its steps. A line is whole, however
/// long: it is to be pasted. In a map of several engines a sentence before the
/// first command says on which engine it runs, and so where that changes.
pub fn lines(fix: &[Step]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut engine = None;
    for step in fix {
        let of_step = of_step(step);
        let runs = of_step.iter().any(|line| !line.starts_with('#'));
        if runs && step.engine.is_some() && step.engine != engine {
            engine.clone_from(&step.engine);
            let name = engine.as_deref().unwrap_or_default();
            lines.push(prose(&format!("on the engine {name}:")));
        }
        lines.extend(of_step);
    }
    lines
}

/// A fix where there is no room for its commands: its only line, or what its steps do, in
/// words; `aim` says what it is for. The first line of several would say little, such as
/// that a container is stopped, and mislead who does that alone.
pub fn in_short(aim: &str, fix: &[Step]) -> Option<String> {
    let lines = lines(fix);
    let said = match lines.as_slice() {
        [] => return None,
        [only] => only.trim_start_matches("# ").to_owned(),
        _ => deeds(fix).into_iter().fold(String::new(), |said, deed| match said.as_str() {
            "" => deed,
            // A sentence that leads to the command after it.
            said if said.ends_with(':') => format!("{said} {deed}"),
            said => format!("{said}; {deed}"),
        }),
    };
    // Names and advice have others' words in them; lines are made visible already.
    Some(format!("{aim} {}", visible(&said)))
}

/// What the steps of a fix do, in words and in their order: who joins one network one
/// after the other is named together.
fn deeds(fix: &[Step]) -> Vec<String> {
    let mut deeds: Vec<String> = Vec::new();
    for together in fix.chunk_by(|a, b| joined(a).is_some() && joined(a) == joined(b)) {
        let containers: Vec<String> = together.iter().filter_map(joining).collect();
        deeds.extend(together.first().map(|step| match (&step.action, joined(step)) {
            (_, Some(network)) => {
                format!("connect {} to {network}", listed(&containers, usize::MAX))
            }
            (Action::Run { .. }, None) => line(step),
            _ => in_words(step),
        }));
    }
    deeds
}

/// The network that a step joins.
fn joined(step: &Step) -> Option<&str> {
    match &step.action {
        Action::Connect { network, .. } => Some(&network.name),
        _ => None,
    }
}

/// Who joins it, and as what.
fn joining(step: &Step) -> Option<String> {
    match &step.action {
        Action::Connect { container, aliases, .. } if aliases.is_empty() => {
            Some(container.name.clone())
        }
        Action::Connect { container, aliases, .. } => {
            Some(format!("{} (as {})", container.name, listed(aliases, usize::MAX)))
        }
        _ => None,
    }
}

/// A command of netmap's own words and names that others chose; `None` where
/// one of the names is none that a command could be given.
pub fn with_names(command: &str, names: &[&str]) -> Option<String> {
    let names = names.iter().map(|name| safe::is_argument(name).then(|| words::quoted(name)));
    Some(format!("{command} {}", names.collect::<Option<Vec<_>>>()?.join(" ")))
}

/// The one line of a step that is a command or a sentence.
pub fn line(step: &Step) -> String {
    of_step(step).join("; ")
}

fn of_step(step: &Step) -> Vec<String> {
    match safe::unfit(step) {
        Some(word) => vec![prose(&format!(
            "{}: netmap writes no command for it, since a command might take {word:?} for something \
             else than a name",
            in_words(step)
        ))],
        None => commands(step),
    }
}

/// What a step does, for a person who has to find the way to do it.
fn in_words(step: &Step) -> String {
    match &step.action {
        Action::CreateNetwork { network } => format!("create the network {}", network.name),
        Action::RemoveNetwork { network } => format!("remove the network {}", network.name),
        Action::Connect { network, container, .. } => {
            format!("connect {} to {}", container.name, network.name)
        }
        Action::Disconnect { network, container, .. } => {
            format!("disconnect {} from {}", container.name, network.name)
        }
        Action::Start { container } => format!("start {}", container.name),
        Action::Stop { container } => format!("stop {}", container.name),
        Action::Restart { container } => format!("restart {}", container.name),
        Action::Unpause { container } => format!("unpause {}", container.name),
        Action::Recreate(recreate) => recreated(&recreate.container.name, &recreate.changes),
        Action::Edit(edit) => of_edit(edit),
        Action::Run { .. } => "look for yourself".to_owned(),
        Action::ShowRule { rule, .. } => format!("look at {}", place_of(rule)),
        Action::RemoveRule { rule, .. } => format!("take away {}", place_of(rule)),
        Action::Advise { advice } => advice.clone(),
    }
}

fn commands(step: &Step) -> Vec<String> {
    let tool = step.tool.as_str();
    let one = |words: &[&str]| vec![command(words)];
    match &step.action {
        Action::CreateNetwork { network } => one(&[tool, "network", "create", &network.word]),
        Action::RemoveNetwork { network } => one(&[tool, "network", "rm", &network.word]),
        Action::Connect { network, container, aliases, priority } => {
            let priority = priority.map(|priority| priority.to_string());
            let mut words = vec![tool, "network", "connect"];
            for alias in aliases {
                words.extend(["--alias", alias]);
            }
            if let Some(priority) = &priority {
                words.extend(["--gw-priority", priority]);
            }
            words.extend([network.word.as_str(), &container.word]);
            one(&words)
        }
        Action::Disconnect { network, container, force } => {
            let mut words = vec![tool, "network", "disconnect"];
            words.extend(force.then_some("-f"));
            words.extend([network.word.as_str(), &container.word]);
            one(&words)
        }
        Action::Start { container } => one(&[tool, "start", &container.word]),
        Action::Stop { container } => one(&[tool, "stop", &container.word]),
        Action::Restart { container } => one(&[tool, "restart", &container.word]),
        Action::Unpause { container } => one(&[tool, "unpause", &container.word]),
        Action::Recreate(recreate) => match &recreate.by {
            Maker::Hand(settings) => recreate::by_hand(recreate, settings, step.tool),
            Maker::Compose(service) => recreate::by_compose(recreate, service),
            Maker::Other { maker } => {
                let what = recreated(&recreate.container.name, &recreate.changes);
                vec![prose(&match maker {
                    Some(maker) => format!("by way of {maker}, {what}"),
                    None => what,
                })]
            }
            Maker::Later => {
                let what = recreated(&recreate.container.name, &recreate.changes);
                let then = "netmap doctor prints the commands once the above is fixed";
                vec![prose(&format!("{what}: {then}"))]
            }
        },
        Action::Edit(edit) => vec![prose(&of_edit(edit))],
        Action::Run { command: words, root } => {
            let sudo = root.then_some("sudo");
            let words: Vec<&str> =
                sudo.into_iter().chain(words.iter().map(String::as_str)).collect();
            one(&words)
        }
        Action::ShowRule { rule, process } => one_of(firewall::show(rule, *process)),
        Action::RemoveRule { rule, process } => one_of(firewall::remove(rule, *process)),
        Action::Advise { advice } => vec![prose(advice)],
    }
}

fn one_of(words: Vec<String>) -> Vec<String> {
    vec![command(&words.iter().map(String::as_str).collect::<Vec<_>>())]
}

/// Where a rule stands.
fn place_of(rule: &FirewallRule) -> String {
    let FirewallRule { table, chain, number, .. } = rule;
    match number {
        Some(number) => format!("rule {number} of the chain {chain} of the table {table}"),
        None => format!("the policy of the chain {chain} of the table {table}"),
    }
}

/// What a step comes to in a compose file.
fn of_edit(edit: &Edit) -> String {
    let place = match &edit.place {
        Some(place) => format!("{}:{}: ", place.file, place.line),
        None => String::new(),
    };
    let service = edit.service.as_deref().unwrap_or_default();
    let said = match &edit.kind {
        EditKind::NewNetwork { network } => format!("under networks, write a new one: {network}"),
        EditKind::Join { network, aliases } if aliases.is_empty() => {
            format!("put {service} on the network {network}, too")
        }
        EditKind::Join { network, aliases } => {
            let aliases = aliases.join(", ");
            format!(
                "put {service} on the network {network}, too, with {aliases} among its aliases there"
            )
        }
        EditKind::Leave { network } => format!("take {service} off the network {network}"),
        EditKind::RenameKey { key, to } => format!("write {to} instead of {key}"),
        EditKind::Reform { key, to } => reform(key, to),
        EditKind::Change { to } => in_file(service, to),
    };
    place + &said
}

/// How a value is brought into another form.
fn reform(key: &str, to: &Form) -> String {
    match to {
        Form::List { values } if values.is_empty() => {
            "write a list: each value on a line of its own, behind `- `".to_owned()
        }
        Form::List { values } => {
            let values: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
            format!("write a list: {key}: [{}]", values.join(", "))
        }
        Form::Text => "put quotes around the value".to_owned(),
        Form::Together => "take away the blank behind the colon".to_owned(),
        Form::Pair => "write = in place of the colon and the blank behind it".to_owned(),
        Form::Mapping => "write a mapping: its keys without the hyphens in front".to_owned(),
        Form::Indented { keys } => {
            format!("indent {}, to stand below {key}", listed(keys, 8))
        }
        Form::Declared { section, name } => {
            format!("under {section} at the top of the file, write {name}:")
        }
        Form::Nameless { service, or_another } => {
            let or_another =
                if *or_another { ", or write one that no other container wants" } else { "" };
            format!(
                "leave {key} out{or_another}; others find the container as {service} all the same"
            )
        }
        Form::Listed { under, name } => format!("write {under}: [{name}] in place of {key}"),
        Form::Parsed { how } => how.clone(),
    }
}

#[cfg(test)]
mod tests;
