//! `netmap config`: what is set, and where that comes from.

use super::Ending;
use super::run::Run;
use super::settings::{KEYS, Origin};
use crate::error::Result;

/// Arguments of `netmap config`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print only the place of the file
    #[arg(long)]
    pub(super) path: bool,
}

/// Where the file is and what may stand in it, for the help text.
pub fn after_help() -> String {
    let width = KEYS.iter().map(|key| key.name.len()).max().unwrap_or_default();
    let lines: Vec<String> = KEYS
        .iter()
        .map(|key| format!("  {:width$}  {:16}{}", key.name, key.variable, key.about))
        .collect();
    format!(
        "Examples:\n  \
        netmap config                               what is set, as a file says it\n  \
        netmap config > \"$(netmap config --path)\"   begin with a file of your own\n\n\
        Keys of the file, and the variables that outrank it:\n{}\n  \
        {:width$}  {:16}findings not to tell: rule, container, reason\n\n\
        Make the folder of the file first where there is none: mkdir -p ~/.config/netmap\n\
        The file is ~/.config/netmap/config.yaml, or where XDG_CONFIG_HOME or NETMAP_CONFIG says;\n\
        an empty NETMAP_CONFIG means none. Options outrank both.",
        lines.join("\n"),
        "ignore",
        "",
    )
}

/// Writes what is set, in the form of the file.
pub fn run(run: Run<'_>, args: &Args) -> Result<Ending> {
    let settings = run.settings;
    let path = settings.path.as_ref().map(|path| path.display().to_string());
    if args.path {
        run.say(&format!("{}\n", path.unwrap_or_default()))?;
        return Ok(Ending::Clean);
    }
    let mut text = match (path, settings.is_there) {
        (Some(path), true) => format!("# {path}\n"),
        (Some(path), false) => format!("# {path}, which is not there\n"),
        (None, _) => "# NETMAP_CONFIG names none: no file is read\n".to_owned(),
    };
    for key in KEYS {
        let (value, origin) = settings.get(key.name).unwrap_or((key.usual, Origin::Usual));
        let origin = match origin {
            Origin::Usual => "the default",
            Origin::File => "this file",
            Origin::Variable => key.variable,
        };
        let value = if value.is_empty() { "none" } else { value };
        let set = format!("{}: {}", key.name, scalar(value));
        text.push_str(&format!("{set:24}# {origin}: {}\n", key.about));
    }
    match &settings.ignored[..] {
        [] => text.push_str("ignore: []\n"),
        _ => text.push_str("ignore:\n"),
    }
    for ignored in &settings.ignored {
        text.push_str(&format!("  - rule: {}\n", scalar(&ignored.rule)));
        if let Some(about) = &ignored.of {
            text.push_str(&format!("    container: {}\n", scalar(about)));
        }
        if let Some(reason) = &ignored.reason {
            text.push_str(&format!("    reason: {}\n", scalar(reason)));
        }
    }
    run.say(&text)?;
    Ok(Ending::Clean)
}

/// A value as YAML has it: in quotes where it could be taken for anything else.
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if !text.is_empty()
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(plain)
    {
        return text.to_owned();
    }
    serde_json::Value::from(text).to_string()
}
