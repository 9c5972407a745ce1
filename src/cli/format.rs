//! The format of what a command shows: `--format`, else the extension of the
//! file to write, else what is usual.

use std::ffi::OsStr;
use std::fmt;
use std::marker::PhantomData;
use std::path::Path;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;

use crate::error::{Error, Result};
use crate::render::{Format, Shown, Template};

/// The option that names a format.
#[derive(clap::Args)]
pub struct FormatArgs<S: Shown> {
    /// Format (--help lists them); else the extension of -o decides
    #[arg(long, short, value_name = "FORMAT", value_parser = Words::<S>(PhantomData), hide_possible_values = true, help_heading = "How to show it")]
    format: Option<Asked<S>>,
    /// The same as --format json
    #[arg(long, conflicts_with = "format", hide = Format::<S>::named("json").is_none(), help_heading = "How to show it")]
    json: bool,
    /// Only the names, one a line
    #[arg(long, short, conflicts_with_all = ["format", "json"], hide = S::ROWS.is_none(), help_heading = "How to show it")]
    quiet: bool,
}

/// What `--format` may say.
enum Asked<S: Shown> {
    Named(&'static Format<S>),
    Template(Template),
}

impl<S: Shown> Clone for Asked<S> {
    fn clone(&self) -> Self {
        match self {
            Self::Named(format) => Self::Named(format),
            Self::Template(template) => Self::Template(template.clone()),
        }
    }
}

/// How something is to be shown.
pub enum Chosen<S: Shown> {
    /// Nobody said.
    Usual,
    /// In this format.
    In(&'static Format<S>),
    /// A line for each row, by this template.
    By(Template),
    /// No more than the names of its rows.
    Names,
}

impl<S: Shown> From<Option<&'static Format<S>>> for Chosen<S> {
    fn from(format: Option<&'static Format<S>>) -> Self {
        format.map_or(Self::Usual, Self::In)
    }
}

impl<S: Shown> Chosen<S> {
    /// The format of a file that is compared with what would be written.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] for a template and for names, which nothing is compared with.
    pub fn of_a_file(self) -> Result<Option<&'static Format<S>>> {
        match self {
            Self::Usual => Ok(None),
            Self::In(format) => Ok(Some(format)),
            Self::By(_) | Self::Names => Err(Error::Usage {
                what: "--check compares files of maps, and not what a template or -q prints"
                    .to_owned(),
                hint: None,
            }),
        }
    }

    /// Whether it is the document that programs read, in which is all that is known.
    pub fn is_json(&self) -> bool {
        matches!(self, Self::In(format) if format.name == "json")
    }

    /// The same, and this format where nobody said anything.
    pub fn or(self, usual: Option<&'static Format<S>>) -> Self {
        match self {
            Self::Usual => usual.into(),
            chosen => chosen,
        }
    }
}

/// Takes the names of the registry, and templates.
struct Words<S>(PhantomData<fn() -> S>);

impl<S> Clone for Words<S> {
    fn clone(&self) -> Self {
        Self(PhantomData)
    }
}

impl<S: Shown> TypedValueParser for Words<S> {
    type Value = Asked<S>;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> std::result::Result<Asked<S>, clap::Error> {
        let text = value.to_str().filter(|text| Template::is_one(text));
        let Some(text) = text else {
            return parser::<S>().parse_ref(command, argument, value).map(Asked::Named);
        };
        let wrong = |what: String| {
            clap::Error::raw(ErrorKind::ValueValidation, format!("{what}\n")).with_cmd(command)
        };
        if S::ROWS.is_none() {
            return Err(wrong(format!("{} has no rows that a template could show", S::WHAT)));
        }
        Template::read(text).map(Asked::Template).map_err(|misfit| wrong(misfit.what))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let value = |format: &Format<S>| PossibleValue::new(format.name).help(format.about);
        Some(Box::new(S::FORMATS.iter().map(value)))
    }
}

/// Takes the names of the registry.
pub fn parser<S: Shown>() -> impl TypedValueParser<Value = &'static Format<S>> {
    PossibleValuesParser::new(S::FORMATS.iter().map(|format| format.name))
        .try_map(|name| Format::named(&name).ok_or("there is no such format"))
}

impl<S: Shown> FormatArgs<S> {
    /// What is asked for: by an option, else by the extension of the file to
    /// write; an error where the extension is none of a format.
    pub fn chosen(&self, file: Option<&Path>) -> Result<Chosen<S>> {
        if self.quiet {
            return if S::ROWS.is_some() { Ok(Chosen::Names) } else { Err(without_names::<S>()) };
        }
        if self.json {
            return Format::named("json").map(Chosen::In).ok_or_else(without_json::<S>);
        }
        match &self.format {
            Some(Asked::Named(format)) => return Ok(Chosen::In(format)),
            Some(Asked::Template(template)) => return Ok(Chosen::By(template.clone())),
            None => {}
        }
        let Some((file, extension)) = file.and_then(|file| Some((file, extension(file)?))) else {
            return Ok(Chosen::Usual);
        };
        let found = Format::for_extension(&extension);
        found.map(Chosen::In).ok_or_else(|| Error::NoSuchFormat {
            path: file.to_owned(),
            what: S::WHAT,
            known: Format::<S>::extensions(),
        })
    }
}

fn without_json<S: Shown>() -> Error {
    Error::Usage { what: format!("{} has no form for programs", S::WHAT), hint: None }
}

fn without_names<S: Shown>() -> Error {
    Error::Usage { what: format!("{} has no names to list", S::WHAT), hint: None }
}

/// A file name's extension, without dot; nothing for a name that has none or
/// an empty one.
pub fn extension(file: &Path) -> Option<String> {
    let extension = file.extension()?.to_string_lossy().into_owned();
    (!extension.is_empty()).then_some(extension)
}

impl<S: Shown> fmt::Debug for FormatArgs<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = match &self.format {
            None => None,
            Some(Asked::Named(format)) => Some(format.name),
            Some(Asked::Template(_)) => Some("a template"),
        };
        f.debug_struct("FormatArgs").field("format", &format).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::render::{
        AdviceView, CheckView, DiffView, FindingsView, FlowsView, GradeView, LadderView, ProbeView,
        RulesView, SamplesView, SchemasView, SheetView, View,
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
        Ok(match cli.format.chosen(file.map(Path::new))? {
            Chosen::Usual => None,
            Chosen::In(format) => Some(format.name),
            Chosen::By(_) => Some("a template"),
            Chosen::Names => Some("names"),
        })
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
        let json = chosen::<S>(&["--json"], None).ok().flatten();
        assert_eq!(json, Format::<S>::named("json").map(|format| format.name), "{what}");
        let template = Cli::<S>::try_parse_from(["netmap", "--format", "{{.Name}}"]);
        assert_eq!(template.is_ok(), S::ROWS.is_some(), "{what}");
        assert_eq!(chosen::<S>(&["-q"], None).is_ok(), S::ROWS.is_some(), "{what}");
        let wrong = Cli::<S>::try_parse_from(["netmap", "--format", "docx"]);
        let said = wrong.err().expect("there is no such format").to_string();
        assert!(S::FORMATS.iter().all(|format| said.contains(format.name)), "{said}");
    }

    #[test]
    fn every_registry_is_chosen_from_in_the_same_way() {
        chooses::<View>();
        chooses::<ProbeView>();
        chooses::<LadderView>();
        chooses::<FindingsView>();
        chooses::<RulesView>();
        chooses::<SamplesView>();
        chooses::<SchemasView>();
        chooses::<SheetView>();
        chooses::<CheckView>();
        chooses::<DiffView>();
        chooses::<FlowsView>();
        chooses::<GradeView>();
        chooses::<AdviceView>();
    }
}
