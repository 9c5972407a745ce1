//! One run of the program, as every command is handed it.

use super::format::Chosen;
use super::options::Options;
use super::output::Output;
use super::picture::PictureArgs;
use super::settings::Settings;
use crate::error::{Error, Result};
use crate::model::nearest;
use crate::render::{Draw, Format, Misfit, Shown, Style, Template};

/// What was asked of this run, and where its words go.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// The options that every command takes.
    pub options: &'a Options,
    /// What is set for all runs.
    pub settings: &'a Settings,
    /// The one writer.
    pub output: &'a Output,
}

impl Run<'_> {
    /// The dress for the data of this run.
    pub fn style(&self) -> Style {
        self.output.style(self.options)
    }

    /// Writes the data of this run to the file asked for, or to standard output.
    pub fn write(&self, data: &[u8]) -> Result<()> {
        self.output.data(data, self.options.file())
    }

    /// Writes text for people likewise.
    pub fn say(&self, text: &str) -> Result<()> {
        self.output.text(text, self.options.file())
    }

    /// Shows a view in the format that was chosen, else in the usual one.
    pub async fn show<S: Shown>(
        &self,
        view: &S::View<'_>,
        chosen: Chosen<S>,
        picture: &PictureArgs,
    ) -> Result<()> {
        let format = match chosen {
            Chosen::Usual => S::usual(view),
            Chosen::In(format) => format,
            Chosen::By(template) => return self.by_template::<S>(view, Some(&template)),
            Chosen::Names => return self.by_template::<S>(view, None),
        };
        if let Draw::Text(draw) = format.draw
            && format.is_for_people()
        {
            return self.say(&draw(view, &self.style()));
        }
        self.write(&self.drawn(view, Some(format), picture).await?)
    }

    /// What [`Run::show`] would write.
    pub async fn drawn<S: Shown>(
        &self,
        view: &S::View<'_>,
        chosen: Option<&'static Format<S>>,
        picture: &PictureArgs,
    ) -> Result<Vec<u8>> {
        let format = chosen.unwrap_or_else(|| S::usual(view));
        let drawn = picture.draw(view, format, &self.style(), self.options).await?;
        if let Some(said) = &drawn.said {
            self.note(said);
        }
        Ok(drawn.bytes)
    }

    /// Writes a line for each row of a view: by a template, or its name.
    fn by_template<S: Shown>(&self, view: &S::View<'_>, template: Option<&Template>) -> Result<()> {
        // Who has no rows was told so before.
        let Some(kind) = S::ROWS else { return Ok(()) };
        let rows = kind.of(view);
        let text = match template {
            None => kind.names(&rows),
            Some(template) => template
                .render(&rows, kind.fields)
                .map_err(|misfit| cannot_be_rendered(misfit, kind.fields))?,
        };
        self.write(text.as_bytes())
    }

    /// Says something to the user beside the data.
    pub fn note(&self, text: &str) {
        self.output.note(text);
    }
}

/// The error for a template that asks for what is not there.
fn cannot_be_rendered(misfit: Misfit, fields: &[&str]) -> Error {
    let dotted = || fields.iter().map(|field| format!(".{field}")).collect::<Vec<_>>().join(" ");
    let hint = misfit.field.map(|field| match nearest(&field, fields.iter().copied()) {
        Some(meant) => format!("did you mean `.{meant}`?"),
        None => format!("the fields are {}", dotted()),
    });
    Error::Usage { what: misfit.what, hint }
}
