//! One run of the program, as every command is handed it.

use super::options::Options;
use super::output::Output;
use crate::error::Result;
use crate::render::Style;

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
        self.output.data(data, self.options.output.as_deref())
    }

    /// Tells the user something beside the data.
    pub fn note(&self, text: &str) {
        self.output.note(text);
    }
}
