//! Formats: one type for all of them, a registry for each thing that netmap
//! shows, and how a format is found by its name or by a file's extension.

use std::fmt;

use super::style::{Style, flow};
use super::svg;
use crate::error::Result;

/// What netmap shows: a map, a probe, findings. Views borrow, so this is
/// implemented for the view that borrows for `'static`.
pub trait Shown: Sized + 'static {
    /// The view that borrows for `'a`.
    type View<'a>;

    /// What it is, for errors: `a map`, `findings`.
    const WHAT: &'static str;

    /// Every format, in the order of the help text. Two never have a name or
    /// an extension in common.
    const FORMATS: &'static [Format<Self>];

    /// Its rows for templates, if it has such.
    const ROWS: Option<&'static Rows<Self>> = None;

    /// The format for people who do not say which they want.
    fn usual(_view: &Self::View<'_>) -> &'static Format<Self> {
        &Self::FORMATS[0]
    }
}

/// The rows of a kind of view, for templates and for who wants no more than
/// names: those of its JSON contract, where a list is under one key.
pub struct Rows<S: Shown> {
    /// Under which key of the JSON document they are.
    pub key: &'static str,
    /// The fields, as templates write them; what a row lacks is empty there.
    pub fields: &'static [&'static str],
    /// The field, or fields, that name a row.
    pub names: &'static [&'static str],
    /// Whether people read them by name, `w2` before `w10`, and not in the order of
    /// the document.
    pub by_name: bool,
    /// Adds what is in no field of the document.
    pub complete: fn(&S::View<'_>, &mut Vec<Row>),
}

/// One row: its fields as templates write them.
pub type Row = serde_json::Map<String, serde_json::Value>;

/// A way to show something.
pub struct Format<S: Shown> {
    /// The word for `--format`.
    pub name: &'static str,
    /// File name extensions that ask for it, without dot, in lower case.
    pub extensions: &'static [&'static str],
    /// What it is good for, for the help text.
    pub about: &'static str,
    /// How it is made.
    pub draw: Draw<S>,
}

/// Writes a view in the DOT language.
pub type InDot<S> = fn(&<S as Shown>::View<'_>) -> Result<String>;

/// A finished picture.
#[derive(Debug)]
pub struct Drawn {
    /// The file.
    pub bytes: Vec<u8>,
    /// What whoever asked for it should know of how it came out.
    pub said: Option<String>,
}

impl From<Vec<u8>> for Drawn {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, said: None }
    }
}

impl From<svg::Picture> for Drawn {
    fn from(picture: svg::Picture) -> Self {
        Self { bytes: picture.svg.into_bytes(), said: picture.said }
    }
}

/// How a format is made.
///
/// A registry writes `Draw::<Self>::Text`: a function for views of any lifetime
/// is taken only where it is known already what is shown.
pub enum Draw<S: Shown> {
    /// The finished text.
    Text(fn(&S::View<'_>, &Style) -> String),
    /// A picture.
    Picture {
        /// The finished picture, laid out by netmap itself.
        own: fn(&S::View<'_>, &svg::Options) -> Result<Drawn>,
        /// The same in the DOT language, if Graphviz can make the picture from
        /// that: its name for the picture's format is [`Format::name`].
        dot: Option<InDot<S>>,
    },
}

impl<S: Shown> Format<S> {
    /// The format called `name`.
    pub fn named(name: &str) -> Option<&'static Self> {
        S::FORMATS.iter().find(|format| format.name == name)
    }

    /// The format that a file name's extension asks for, in upper or lower case.
    pub fn for_extension(extension: &str) -> Option<&'static Self> {
        let extension = extension.to_lowercase();
        S::FORMATS.iter().find(|format| format.extensions.contains(&extension.as_str()))
    }

    /// Every extension that asks for a format: `.txt`, `.json`.
    pub fn extensions() -> Vec<String> {
        S::FORMATS.iter().flat_map(Self::dotted).collect()
    }

    /// A list of all formats for the help text.
    pub fn list() -> String {
        let widest = S::FORMATS.iter().map(|format| format.name.len()).max().unwrap_or(0).max(9);
        let line = |format: &Self| {
            let extensions = format.dotted().collect::<Vec<_>>().join(", ");
            let extensions =
                if extensions.is_empty() { extensions } else { format!("  ({extensions})") };
            format!("  {:widest$} {}{extensions}\n", format.name, format.about)
        };
        let template = S::ROWS.map(|rows| {
            let fields: Vec<String> = rows.fields.iter().map(|field| format!(".{field}")).collect();
            let fields = flow(&fields, " ", 12, 90);
            format!(
                "  {:widest$} a line for each, as docker's templates; fields:\n            {fields}\n",
                "'{{…}}'"
            )
        });
        let formats: String = S::FORMATS.iter().map(line).collect();
        format!("Formats:\n{formats}{}", template.unwrap_or_default())
    }

    /// Whether it is a picture.
    pub fn is_picture(&self) -> bool {
        matches!(self.draw, Draw::Picture { .. })
    }

    /// Whether it is text for people, and not for programs.
    pub fn is_for_people(&self) -> bool {
        self.extensions.iter().all(|extension| *extension == "txt")
    }

    fn dotted(&self) -> impl Iterator<Item = String> + use<S> {
        self.extensions.iter().map(|extension| format!(".{extension}"))
    }
}

impl<S: Shown> fmt::Debug for Format<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Format").field(&self.name).finish()
    }
}

/// What the text format of this name makes of a view.
#[cfg(test)]
pub fn drawn_as_text<S: Shown>(name: &str, view: &S::View<'_>, style: &Style) -> String {
    match Format::<S>::named(name).expect("a format").draw {
        Draw::Text(draw) => draw(view, style),
        Draw::Picture { .. } => panic!("{name} is a picture"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::render::{
        AdviceView, CheckView, DiffView, FindingsView, FlowsView, GradeView, LadderView, ProbeView,
        RulesView, SamplesView, SchemasView, SheetView, View,
    };

    fn is_consistent<S: Shown>() {
        let what = S::WHAT;
        let names: BTreeSet<_> = S::FORMATS.iter().map(|format| format.name).collect();
        assert_eq!(names.len(), S::FORMATS.len(), "{what}: names");
        let extensions: Vec<_> = S::FORMATS.iter().flat_map(|format| format.extensions).collect();
        let different: BTreeSet<_> = extensions.iter().collect();
        assert_eq!(different.len(), extensions.len(), "{what}: extensions");
        assert!(extensions.iter().all(|e| **e == e.to_lowercase() && !e.starts_with('.')));
        assert!(S::FORMATS.iter().all(|format| !format.about.is_empty()), "{what}");
        let list = Format::<S>::list();
        for format in S::FORMATS {
            assert!(list.contains(&format!("\n  {}", format.name)), "{list}");
        }
        for extension in Format::<S>::extensions() {
            assert!(list.contains(&extension), "{list}");
        }
    }

    #[test]
    fn every_registry_is_consistent() {
        is_consistent::<View>();
        is_consistent::<ProbeView>();
        is_consistent::<LadderView>();
        is_consistent::<FindingsView>();
        is_consistent::<RulesView>();
        is_consistent::<SamplesView>();
        is_consistent::<SchemasView>();
        is_consistent::<SheetView>();
        is_consistent::<CheckView>();
        is_consistent::<DiffView>();
        is_consistent::<FlowsView>();
        is_consistent::<GradeView>();
        is_consistent::<AdviceView>();
    }

    #[test]
    fn any_registry_can_hold_a_picture() {
        struct Square(usize);
        impl Shown for Square {
            type View<'a> = Self;
            const WHAT: &'static str = "a square";
            const FORMATS: &'static [Format<Self>] = &[
                Format {
                    name: "text",
                    extensions: &["txt"],
                    about: "its size",
                    draw: Draw::<Self>::Text(|square, _| square.0.to_string()),
                },
                Format {
                    name: "svg",
                    extensions: &["svg", "svgz"],
                    about: "a picture",
                    draw: Draw::Picture {
                        own: |square, _| Ok(vec![0; square.0].into()),
                        dot: None,
                    },
                },
            ];
        }
        is_consistent::<Square>();
        assert_eq!(drawn_as_text::<Square>("text", &Square(3), &Style::default()), "3");
        let format = Format::<Square>::for_extension("SVG").expect("a format");
        assert!(format.is_picture());
        assert_eq!(Square::usual(&Square(3)).name, "text");
        assert_eq!(
            Format::<Square>::list(),
            "Formats:\n  text      its size  (.txt)\n  svg       a picture  (.svg, .svgz)\n"
        );
    }
}
