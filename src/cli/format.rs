//! The format of what a command shows: `--format`, else the extension of the
//! file to write, else what is usual.

use std::fmt;
use std::path::Path;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::error::{Error, Result};
use crate::render::{Format, Shown};

/// The option that names a format.
#[derive(clap::Args)]
pub struct FormatArgs<S: Shown> {
    /// Format (see the list below); without it, the extension of -o decides
    #[arg(long, short, value_name = "FORMAT", value_parser = parser::<S>(), hide_possible_values = true, help_heading = "How to show it")]
    format: Option<&'static Format<S>>,
}

/// Takes the names of the registry.
fn parser<S: Shown>() -> impl TypedValueParser<Value = &'static Format<S>> {
    PossibleValuesParser::new(S::FORMATS.iter().map(|format| format.name))
        .try_map(|name| Format::named(&name).ok_or("there is no such format"))
}

impl<S: Shown> FormatArgs<S> {
    /// The format asked for: `--format`, else the extension of the file to
    /// write. `None` where neither says anything; an error where the extension
    /// is none of a format.
    pub fn chosen(&self, file: Option<&Path>) -> Result<Option<&'static Format<S>>> {
        if self.format.is_some() {
            return Ok(self.format);
        }
        let Some((file, extension)) = file.and_then(|file| Some((file, extension(file)?))) else {
            return Ok(None);
        };
        let found = Format::for_extension(&extension);
        found.map(Some).ok_or_else(|| Error::NoSuchFormat {
            path: file.to_owned(),
            what: S::WHAT,
            known: Format::<S>::extensions(),
        })
    }
}

/// A file name's extension, without dot; nothing for a name that has none or
/// an empty one.
pub fn extension(file: &Path) -> Option<String> {
    let extension = file.extension()?.to_string_lossy().into_owned();
    (!extension.is_empty()).then_some(extension)
}

impl<S: Shown> fmt::Debug for FormatArgs<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FormatArgs").field("format", &self.format).finish()
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::model::Ladder;
    use crate::render::{
        CheckView, DiffView, FindingsView, ProbeView, RulesView, SamplesView, View,
    };

    #[derive(Parser)]
    struct Cli<S: Shown> {
        #[command(flatten)]
        format: FormatArgs<S>,
    }

    /// The name of the format for these arguments and this file.
    fn chosen<S: Shown>(arguments: &[&str], file: Option<&str>) -> Result<Option<&'static str>> {
        let arguments = std::iter::once(&"netmap").chain(arguments);
        let cli = Cli::<S>::try_parse_from(arguments).expect("arguments that clap takes");
        let format = cli.format.chosen(file.map(Path::new))?;
        Ok(format.map(|format| format.name))
    }

    /// What every command has in common, for one registry.
    fn chooses<S: Shown>() {
        let what = S::WHAT;
        let of_file = |file: &str| chosen::<S>(&[], Some(file)).expect(file);
        for format in S::FORMATS {
            let name = Some(format.name);
            for extension in format.extensions {
                assert_eq!(of_file(&format!("a.{extension}")), name, "{what}");
                assert_eq!(of_file(&format!("dir.x/a.b.{extension}")), name, "{what}");
                assert_eq!(of_file(&format!("A.{}", extension.to_uppercase())), name, "{what}");
            }
            // What is said counts more than what the file is called.
            for file in [None, Some("a.json"), Some("a.docx"), Some("a")] {
                let named = chosen::<S>(&["--format", format.name], file);
                assert_eq!(named.expect("a name is enough"), name, "{what}");
            }
        }
        assert_eq!(chosen::<S>(&[], None).expect("nothing is wrong"), None, "{what}");
        for file in ["a", "a.", "dir.json/a", ".json", "/dev/stdout"] {
            assert_eq!(of_file(file), None, "{what}: {file}");
        }
        for file in ["map.docx", "map.DOCX", "a.json.bak", "a.\u{fffd}"] {
            let Err(error) = chosen::<S>(&[], Some(file)) else { panic!("{what}: {file}") };
            let message = error.to_string();
            assert!(message.contains(file) && message.ends_with(what), "{message}");
            let hint = error.hint().expect("a hint");
            for format in S::FORMATS {
                for extension in format.extensions {
                    assert!(hint.contains(&format!(".{extension}")), "{what}: {hint}");
                }
            }
        }
        let wrong = Cli::<S>::try_parse_from(["netmap", "--format", "docx"]);
        let said = wrong.err().expect("there is no such format").to_string();
        assert!(S::FORMATS.iter().all(|format| said.contains(format.name)), "{said}");
    }

    #[test]
    fn every_registry_is_chosen_from_in_the_same_way() {
        chooses::<View>();
        chooses::<ProbeView>();
        chooses::<Ladder>();
        chooses::<FindingsView>();
        chooses::<RulesView>();
        chooses::<SamplesView>();
        chooses::<CheckView>();
        chooses::<DiffView>();
    }
}
