//! What somebody wants each time: `NETMAP_…` variables, and beneath them a
//! small configuration file. Both stand in for options that are not given.

use std::ffi::OsString;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use clap::{Command, ValueEnum};

use super::options::{Color, duration};
use super::settings_file;
use crate::error::{Error, Problem, Result, plain};
use crate::model::words::quoted;
use crate::model::{Ignore, decoded};
use crate::render::svg::Theme;
use crate::render::{Format, View};

/// Something that can be set.
#[derive(Debug)]
pub struct Key {
    /// Its name in the file; mostly also that of the option it stands in for.
    pub name: &'static str,
    /// The variable that outranks the file.
    pub variable: &'static str,
    /// What it is for, in a few words.
    pub about: &'static str,
    /// What holds where nobody says anything.
    pub usual: &'static str,
    /// The value as the option takes it, or what is wrong with it.
    read: fn(&str) -> Result<String, String>,
}

/// All that can be set as a single value.
pub const KEYS: &[Key] = &[
    Key {
        name: "format",
        variable: "NETMAP_FORMAT",
        about: "format of netmap show",
        usual: "grid",
        read: |text| match Format::<View>::named(text) {
            Some(format) => Ok(format.name.to_owned()),
            None => Err(format!("there are {}", names::<View<'static>>())),
        },
    },
    Key {
        name: "all",
        variable: "NETMAP_ALL",
        about: "whether stopped containers are shown, as by --all",
        usual: "false",
        read: |text| match text.to_lowercase().as_str() {
            "true" | "yes" | "1" => Ok("true".to_owned()),
            "false" | "no" | "0" => Ok("false".to_owned()),
            _ => Err("write true or false".to_owned()),
        },
    },
    Key {
        name: "theme",
        variable: "NETMAP_THEME",
        about: "colours of pictures",
        usual: "auto",
        read: one_of::<Theme>,
    },
    Key {
        name: "color",
        variable: "NETMAP_COLOR",
        about: "when the terminal gets colour",
        usual: "auto",
        read: one_of::<Color>,
    },
    Key {
        name: "timeout",
        variable: "NETMAP_TIMEOUT",
        about: "how long to wait for an answer",
        usual: "10s",
        read: |text| duration(text).map(|_| text.to_owned()),
    },
    Key {
        name: "pager",
        variable: "NETMAP_PAGER",
        about: "what shows long output; none for nothing",
        usual: "less",
        read: |text| Ok(text.to_owned()),
    },
];

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Usual,
    /// The file.
    File,
    /// The variable.
    Variable,
}

/// A value and who set it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Given {
    value: String,
    origin: Origin,
}

/// All that is set.
#[derive(Debug, Default)]
pub struct Settings {
    /// The file, where there could be one.
    pub path: Option<PathBuf>,
    /// Whether it is there.
    pub is_there: bool,
    /// Whether somebody named it, and it is not there.
    pub is_missed: bool,
    /// In the order of [`KEYS`].
    given: Vec<Option<Given>>,
    /// Findings that are not to be told.
    pub ignored: Vec<Ignore>,
}

impl Settings {
    /// Reads the variables, and the file if there is one. What is wrong with
    /// them comes beside what could be read: help and versions need none of it.
    pub fn read() -> (Self, Option<Error>) {
        let variable = |name: &str| std::env::var_os(name);
        let mut settings =
            Self { path: path(variable), given: vec![None; KEYS.len()], ..Self::default() };
        let path = settings.path.clone();
        let in_file = path.and_then(|path| settings.read_file(&path, is_named()).err());
        let text = |name: &str| Some(variable(name)?.to_string_lossy().into_owned());
        let in_variables = settings.read_variables(text).err();
        (settings, in_file.or(in_variables))
    }

    /// `is_named` says whether somebody named the file, who then wants it read.
    fn read_file(&mut self, path: &Path, is_named: bool) -> Result<()> {
        let text = match small_text(path) {
            Ok(text) => text,
            Err(error) if is_named => {
                self.is_missed = error.kind() == ErrorKind::NotFound;
                return Err(cannot_read_named(path, &error));
            }
            // The second: that of somebody whose HOME is still set: sudo -u, or a service.
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) =>
            {
                return Ok(());
            }
            Err(error) => return Err(Error::Unreadable { path: path.to_owned(), error }),
        };
        self.is_there = true;
        let failed = |problems| Error::CheckFile { path: path.to_owned(), problems };
        let names: Vec<(&str, &str)> = KEYS.iter().map(|key| (key.name, key.usual)).collect();
        let file = settings_file::read(&text, &names).map_err(failed)?;
        let mut problems = Vec::new();
        for set in file.values {
            let (at, key) = (set.key, &KEYS[set.key]);
            match (key.read)(&set.value) {
                Ok(value) => self.given[at] = Some(Given { value, origin: Origin::File }),
                Err(hint) => problems.push(Problem {
                    place: Some(set.place.to_string()),
                    what: format!("`{}` cannot be `{}`", key.name, set.value),
                    hint: Some(hint),
                }),
            }
        }
        self.ignored = file.ignored;
        if problems.is_empty() { Ok(()) } else { Err(failed(problems)) }
    }

    fn read_variables(&mut self, variable: impl Fn(&str) -> Option<String>) -> Result<()> {
        for (key, given) in KEYS.iter().zip(&mut self.given) {
            let Some(text) = variable(key.variable) else { continue };
            // An empty pager is none; an empty anything else was not set.
            if text.is_empty() && key.name != "pager" {
                continue;
            }
            let value = (key.read)(&text).map_err(|hint| Error::Usage {
                what: format!("the variable {} cannot be `{text}`", key.variable),
                hint: Some(hint),
            })?;
            *given = Some(Given { value, origin: Origin::Variable });
        }
        Ok(())
    }

    /// What is set under a key, and by whom.
    pub fn get(&self, name: &str) -> Option<(&str, Origin)> {
        let at = KEYS.iter().position(|key| key.name == name)?;
        let given = self.given.get(at)?.as_ref()?;
        Some((&given.value, given.origin))
    }

    /// The format of the map where no option says one.
    pub fn format(&self) -> Option<&'static Format<View<'static>>> {
        Format::named(self.get("format")?.0)
    }

    /// The command line, where options that are not given are as they are set
    /// here.
    pub fn apply(&self, command: Command) -> Command {
        // Of the format only the map's is set, and the extension of a file counts more.
        let set = KEYS.iter().zip(&self.given).filter(|(key, _)| key.name != "format");
        set.filter_map(|(key, given)| Some((key.name, given.as_ref()?)))
            .fold(command, |command, (name, given)| with_default(command, name, &given.value))
    }
}

/// The text of a file that cannot be large.
pub fn small_text(path: &Path) -> std::io::Result<String> {
    const MOST: u64 = 1 << 20;
    // Opening a pipe would wait for somebody to write to it.
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::Error::new(ErrorKind::InvalidData, "it is no regular file"));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(MOST).read_to_end(&mut bytes)?;
    decoded(bytes)
}

/// The error for a file that somebody named and that cannot be read.
fn cannot_read_named(path: &Path, error: &std::io::Error) -> Error {
    let file = path.display().to_string();
    let hint = match error.kind() {
        ErrorKind::NotFound => {
            format!(
                "netmap config > {} begins one; an empty NETMAP_CONFIG means none",
                quoted(&file)
            )
        }
        _ => "name another file; an empty NETMAP_CONFIG means none".to_owned(),
    };
    Error::Usage {
        what: format!(
            "{file}: cannot read it: {} (the variable NETMAP_CONFIG names it)",
            plain(error)
        ),
        hint: Some(hint),
    }
}

/// Whether somebody named the file.
fn is_named() -> bool {
    std::env::var_os("NETMAP_CONFIG").is_some()
}

/// The command and those below it, where the option of this name has a default.
fn with_default(command: Command, name: &'static str, value: &str) -> Command {
    let has = command.get_arguments().any(|argument| argument.get_id() == name);
    let command = if has {
        command.mut_arg(name, |argument| argument.default_value(value.to_owned()))
    } else {
        command
    };
    command.mut_subcommands(|below| with_default(below, name, value))
}

/// Where the file is: NETMAP_CONFIG, which is nothing where it is empty or
/// `/dev/null`, else in the user's folder for configuration.
fn path(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    if let Some(named) = variable("NETMAP_CONFIG") {
        let is_none = named.is_empty() || named == "/dev/null";
        return (!is_none).then(|| PathBuf::from(named));
    }
    let set = |name: &str| variable(name).filter(|text| !text.is_empty()).map(PathBuf::from);
    let home = || set("HOME").or_else(|| set("USERPROFILE")).map(|home| home.join(".config"));
    // The XDG specification passes over what is no absolute path.
    let folder = set("XDG_CONFIG_HOME").filter(|folder| folder.is_absolute()).or_else(home)?;
    Some(folder.join("netmap").join("config.yaml"))
}

fn one_of<T: ValueEnum>(text: &str) -> Result<String, String> {
    let words = || T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let found = words().find(|word| word.matches(text, false));
    found.map(|word| word.get_name().to_owned()).ok_or_else(|| {
        let all: Vec<String> = words().map(|word| word.get_name().to_owned()).collect();
        format!("write one of {}", all.join(", "))
    })
}

fn names<S: crate::render::Shown>() -> String {
    S::FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(variables: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        |name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn the_file_is_where_xdg_says() {
        let at = |variables: &[(&str, &str)]| {
            let given = from(variables);
            let given = |name: &str| given(name).map(OsString::from);
            path(given).map(|path| path.display().to_string())
        };
        let (home, xdg) = (("HOME", "/home/ann"), ("XDG_CONFIG_HOME", "/etc/ann"));
        let usual = Some("/home/ann/.config/netmap/config.yaml".to_owned());
        assert_eq!(at(&[home]), usual);
        assert_eq!(at(&[home, ("XDG_CONFIG_HOME", "")]), usual);
        assert_eq!(at(&[home, ("XDG_CONFIG_HOME", "relative")]), usual);
        assert_eq!(at(&[home, xdg]).as_deref(), Some("/etc/ann/netmap/config.yaml"));
        assert_eq!(at(&[home, xdg, ("NETMAP_CONFIG", "my.yaml")]).as_deref(), Some("my.yaml"));
        assert_eq!(at(&[home, ("NETMAP_CONFIG", "")]), None);
        assert_eq!(at(&[home, ("NETMAP_CONFIG", "/dev/null")]), None);
        assert_eq!(at(&[]), None);
    }

    #[test]
    fn a_variable_outranks_the_file_and_nonsense_is_no_value() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("config.yaml");
        std::fs::write(&file, "theme: dark\nall: yes\npager: more\n").expect("a file");
        let mut settings = Settings { given: vec![None; KEYS.len()], ..Settings::default() };
        settings.read_file(&file, true).expect("a good file");
        let variables = [("NETMAP_THEME", "light"), ("NETMAP_FORMAT", ""), ("NETMAP_PAGER", "")];
        settings.read_variables(from(&variables)).expect("good variables");
        assert_eq!(settings.get("theme"), Some(("light", Origin::Variable)));
        assert_eq!(settings.get("all"), Some(("true", Origin::File)));
        assert_eq!(settings.get("pager"), Some(("", Origin::Variable)));
        assert_eq!(settings.get("format"), None);
        let wrong = settings.read_variables(from(&[("NETMAP_COLOR", "green")]));
        let error = wrong.expect_err("no such colour");
        assert!(error.to_string().contains("NETMAP_COLOR"), "{error}");
        assert!(error.hint().is_some_and(|hint| hint.contains("always")));
    }

    #[test]
    fn a_file_that_somebody_named_is_read_or_said_to_be_missing() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("none.yaml");
        let mut settings = Settings::default();
        assert!(settings.read_file(&file, false).is_ok() && !settings.is_missed);
        let error = settings.read_file(&file, true).expect_err("it is not there");
        assert!(settings.is_missed && error.to_string().contains("NETMAP_CONFIG"), "{error}");
        let error = settings.read_file(folder.path(), true).expect_err("it is a folder");
        assert!(!settings.is_missed && error.to_string().contains("no regular file"), "{error}");
    }

    #[test]
    fn every_key_takes_what_it_is_when_nobody_sets_it() {
        for key in KEYS {
            assert_eq!((key.read)(key.usual).as_deref(), Ok(key.usual), "{}", key.name);
            let variable = key.variable.strip_prefix("NETMAP_").expect("our own variable");
            assert_eq!(variable.to_lowercase(), key.name);
        }
    }
}
