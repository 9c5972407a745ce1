//! The options of pictures, and drawing one.

use clap::ValueEnum;

use super::graphviz;
use super::options::Options;
use crate::error::{Error, Result};
use crate::model::Moment;
use crate::render::{Draw, Format, Style, View, dot, svg};

/// Options for svg, png and html.
#[derive(Debug, Clone, clap::Args)]
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
enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Layout {
    #[default]
    Bus,
    Graphviz,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Blank {
    Addresses,
    Names,
}

impl PictureArgs {
    /// The same options, with a title where none is given.
    pub fn titled(&self, title: String) -> Self {
        Self { title: self.title.clone().or(Some(title)), ..self.clone() }
    }

    /// Draws a view in one of the picture formats, or in words in another.
    pub async fn draw(
        &self,
        view: &View<'_>,
        format: &'static Format,
        options: &Options,
    ) -> Result<Vec<u8>> {
        match format.draw {
            Draw::Text(draw) => Ok(draw(view, &Style::default()).into_bytes()),
            Draw::Picture(draw) => match self.graphviz(view, format.name).await {
                Some(drawn) => drawn,
                None => draw(view, &self.resolve(options)),
            },
        }
    }

    /// The options as the renderer knows them.
    pub fn resolve(&self, options: &Options) -> svg::Options {
        svg::Options {
            theme: match self.theme {
                Theme::Auto => svg::Theme::Auto,
                Theme::Light => svg::Theme::Light,
                Theme::Dark => svg::Theme::Dark,
            },
            width: options.width,
            title: self.title.clone(),
            date: self
                .date
                .as_ref()
                .map(|date| if date.is_empty() { Moment::now().date() } else { date.clone() }),
            blank: self.blank.map(|blank| match blank {
                Blank::Addresses => svg::Blank::Addresses,
                Blank::Names => svg::Blank::Names,
            }),
            full: self.full,
            scale: self.scale,
            remarks: Vec::new(),
        }
    }

    /// The picture as Graphviz lays it out, where that is asked for.
    pub async fn graphviz(&self, view: &View<'_>, format: &'static str) -> Option<Result<Vec<u8>>> {
        if self.layout != Layout::Graphviz {
            return None;
        }
        if self.blank.is_some() || self.theme != Theme::Auto || format == "html" {
            return Some(Err(Error::Usage {
                what: "--layout graphviz draws svg and png as dot does, in its own colours"
                    .to_owned(),
                hint: Some(
                    "leave out --blank and --theme, or leave the layout to netmap".to_owned(),
                ),
            }));
        }
        Some(graphviz::draw(&dot::render(view, &Style::default()), format).await)
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
