//! One run of the program, as every command is handed it.

use super::options::Options;
use super::output::Output;
use super::picture::PictureArgs;
use crate::error::Result;
use crate::render::{Format, Shown, Style};

/// What was asked of this run, and where its words go.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// The options that every command takes.
    pub options: &'a Options,
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

    /// Shows a view in the format that was chosen, else in the usual one.
    pub async fn show<S: Shown>(
        &self,
        view: &S::View<'_>,
        chosen: Option<&'static Format<S>>,
        picture: &PictureArgs,
    ) -> Result<()> {
        let format = chosen.unwrap_or_else(|| S::usual(view));
        self.write(&picture.draw(view, format, &self.style(), self.options).await?)
    }

    /// Says something to the user beside the data.
    pub fn note(&self, text: &str) {
        self.output.note(text);
    }
}
