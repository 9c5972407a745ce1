//! The options of pictures, and drawing one.

use clap::ValueEnum;

use super::graphviz;
use super::options::Options;
use crate::error::{Error, Result};
use crate::model::Moment;
use crate::render::svg::{self, Blank, Theme};
use crate::render::{Draw, Format, Shown, Style};

/// Options for svg, png and html.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Pictures (svg, png, html)")]
pub struct PictureArgs {
    /// Colours; auto follows the reader's system
    #[arg(long, value_name = "WHICH", value_enum, default_value_t)]
    theme: Theme,
    /// Who finds the places: netmap itself, or Graphviz's dot
    #[arg(long, value_name = "HOW", value_enum, default_value_t)]
    layout: Layout,
    /// Pixels of a PNG for each pixel of the picture
    #[arg(long, value_name = "FACTOR", value_parser = scale)]
    scale: Option<f32>,
    /// A card for each container, however many there are
    #[arg(long)]
    full: bool,
    /// A student sheet: the same picture without its addresses, or without its names
    #[arg(long, value_name = "WHAT", value_enum)]
    blank: Option<Blank>,
    /// The picture's title
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Put today's date under the title, or this text
    #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = "")]
    date: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Layout {
    #[default]
    Bus,
    Graphviz,
}

impl PictureArgs {
    /// Draws a view in a format, which need be no picture.
    pub async fn draw<S: Shown>(
        &self,
        view: &S::View<'_>,
        format: &Format<S>,
        style: &Style,
        options: &Options,
    ) -> Result<Vec<u8>> {
        match format.draw {
            Draw::Text(draw) => Ok(draw(view, style).into_bytes()),
            Draw::Picture { dot, .. } if self.layout == Layout::Graphviz => {
                let dot = dot.filter(|_| self.blank.is_none() && self.theme == Theme::Auto);
                let dot = dot.ok_or_else(not_by_graphviz)?;
                graphviz::draw(&dot(view)?, format.name).await
            }
            Draw::Picture { own, .. } => own(view, &self.resolve(options)),
        }
    }

    /// The options as the renderer knows them.
    fn resolve(&self, options: &Options) -> svg::Options {
        svg::Options {
            theme: self.theme,
            width: options.width,
            title: self.title.clone(),
            date: self
                .date
                .as_ref()
                .map(|date| if date.is_empty() { Moment::now().date() } else { date.clone() }),
            blank: self.blank,
            full: self.full,
            scale: self.scale,
            remarks: Vec::new(),
        }
    }
}

fn not_by_graphviz() -> Error {
    Error::Usage {
        what: "--layout graphviz draws svg and png as dot does, in its own colours".to_owned(),
        hint: Some("leave out --blank and --theme, or leave the layout to netmap".to_owned()),
    }
}

/// Reads a scale: more than nothing, and at most 16.
fn scale(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(scale) if (0.1..=16.0).contains(&scale) => Ok(scale),
        _ => Err("write a number between 0.1 and 16".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_people_write() {
        assert_eq!(scale("2"), Ok(2.0));
        for bad in ["0", "-1", "nan", "inf", "1e9", "big"] {
            assert!(scale(bad).is_err(), "{bad}");
        }
    }
}
