//! Options that every command takes, before or after its name.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::compose::ComposeOptions;
use crate::engine::Environment;
use crate::render::fix;

/// When to use colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The options.
#[derive(Debug, Clone, Default, Args)]
pub struct Options {
    /// Engine to ask: unix:///path/to.sock, tcp://HOST:PORT or ssh://USER@HOST;
    /// repeated, all of them in one map
    #[arg(long, short = 'H', global = true, value_name = "URL", help_heading = "Where to look")]
    pub host: Vec<String>,
    /// Docker context to ask (docker context ls); repeated, all of them in one map
    #[arg(long, short = 'c', global = true, value_name = "NAME", help_heading = "Where to look")]
    pub context: Vec<String>,
    /// Folder of docker's configuration, as docker --config names it
    #[arg(long, global = true, hide = true, value_name = "FOLDER")]
    pub docker_config: Option<PathBuf>,
    /// The other nodes of the swarm too, each over ssh at the address that the manager knows
    #[arg(long, global = true, conflicts_with = "from", help_heading = "Where to look")]
    pub all_nodes: bool,
    /// Read a snapshot instead: a file, its folder, sample:NAME, or - for standard input
    #[arg(long, value_hint = clap::ValueHint::AnyPath, global = true, value_name = "FILE", conflicts_with_all = ["host", "context"], help_heading = "Where to look")]
    pub from: Option<PathBuf>,
    /// Compose files to read instead.
    #[command(flatten)]
    pub compose: ComposeOptions,
    /// How long to wait for an answer, such as 500ms, 10s or 1m: the engine's
    /// (default 10s), and when probing each container's (default 1s;
    /// longer where more than 10,000 pairs are tried at once)
    #[arg(long, global = true, value_name = "TIME", value_parser = duration, help_heading = "Where to look")]
    pub timeout: Option<Duration>,

    /// Only this compose project; globs work; may be repeated
    #[arg(long, global = true, value_name = "NAME", help_heading = "What to show")]
    pub project: Vec<String>,
    /// Only members of this network; globs work; may be repeated
    #[arg(long, global = true, value_name = "NAME", help_heading = "What to show")]
    pub network: Vec<String>,
    /// Stopped containers too
    #[arg(long, short = 'a', global = true, help_heading = "What to show")]
    pub all: bool,

    /// Write to this file; its extension chooses the format
    #[arg(long, short, global = true, value_name = "FILE", help_heading = "How to show it")]
    pub output: Option<PathBuf>,
    /// When to use colour
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        value_enum,
        default_value_t,
        help_heading = "How to show it"
    )]
    pub color: Color,
    /// Show long output whole, and not by a pager (NETMAP_PAGER, PAGER, else less)
    #[arg(long, global = true, help_heading = "How to show it")]
    pub no_pager: bool,
    /// Columns to use, instead of the terminal's or, in a pipe, any number; of a picture, its pixels
    #[arg(long, global = true, value_name = "N", value_parser = columns, help_heading = "How to show it")]
    pub width: Option<u16>,
}

impl Options {
    /// What of the process's environment says where the engine is.
    pub fn environment(&self) -> Environment {
        let environment = Environment::of_process();
        Environment { config: self.docker_config.clone().or(environment.config), ..environment }
    }

    /// Whether an engine is to be asked, and not a file.
    pub fn is_live(&self) -> bool {
        self.from.is_none() && self.compose.files.is_empty()
    }

    /// The file to write; nothing for standard output, which is also called `-`.
    pub fn file(&self) -> Option<&Path> {
        self.output.as_deref().filter(|file| *file != Path::new("-"))
    }

    /// What is narrowed to, by options and by these names, for a title.
    pub fn scope<'a>(&'a self, names: impl IntoIterator<Item = &'a String>) -> Option<String> {
        let all = self.project.iter().chain(&self.network).chain(names);
        let parts: Vec<&str> = all.map(String::as_str).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// The command by which the doctor looks at the same setup.
    pub fn doctor(&self) -> String {
        let named = |option: &'static str, values: Vec<String>| {
            values.into_iter().map(move |value| format!(" {option} {}", fix::quoted(&value)))
        };
        let paths =
            |paths: &[PathBuf]| paths.iter().map(|path| path.display().to_string()).collect();
        let from = self.from.as_slice();
        let source: String = named("--host", self.host.clone())
            .chain(named("--context", self.context.clone()))
            .chain(named("--from", paths(from)))
            .chain(named("--compose", paths(&self.compose.files)))
            .collect();
        format!("netmap doctor{source}")
    }

    /// How long one call to the engine may take.
    pub fn engine_timeout(&self) -> Duration {
        self.timeout.unwrap_or(Duration::from_secs(10))
    }
}

/// Reads `500ms`, `10s`, `1m`, `2h` or a plain number of seconds; more than
/// nothing and at most a day.
pub fn duration(text: &str) -> Result<Duration, String> {
    let split = text.find(|c: char| c.is_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let factor = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(format!("`{unit}` is no unit of time; use ms, s, m or h")),
    };
    let seconds =
        number.trim().parse::<f64>().map_err(|_| "write it like 500ms, 10s or 1m".to_owned())?
            * factor;
    if !(0.001..=86_400.0).contains(&seconds) {
        return Err("it must be more than nothing and at most a day".to_owned());
    }
    Ok(Duration::from_secs_f64(seconds))
}

/// A whole number from `least` on.
pub fn whole(text: &str, least: u16) -> Result<u16, String> {
    let number = text.trim().parse().ok().filter(|number| *number >= least);
    number.ok_or_else(|| format!("write a whole number from {least} to {}", u16::MAX))
}

/// A port.
pub fn port(text: &str) -> Result<u16, String> {
    whole(text, 1)
}

fn columns(text: &str) -> Result<u16, String> {
    whole(text, 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_bounds() {
        assert_eq!((port("80"), columns("20")), (Ok(80), Ok(20)));
        for bad in ["", "x", "0", "-1", "65536", "80/tcp"] {
            assert_eq!(port(bad), Err("write a whole number from 1 to 65535".to_owned()), "{bad}");
        }
    }

    #[test]
    fn durations_people_write() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2"), Ok(Duration::from_secs(2)));
        assert_eq!(duration("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("1m"), Ok(Duration::from_secs(60)));
        for bad in ["", "0", "-1s", "365d", "nan", "inf", "25h", "1 fortnight"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
