//! The options of pictures, and drawing one.

use clap::ValueEnum;

use super::graphviz;
use super::options::Options;
use crate::error::{Error, Result};
use crate::model::Moment;
use crate::render::svg::{self, Blank, Detail, Page, TalkShown, TextAs, Theme};
use crate::render::{Draw, Drawn, Format, Shown, Style};

/// Above the options of pictures in the help.
pub const HEADING: &str = "Pictures (svg, png, pdf, html, drawio, excalidraw)";

/// Options for pictures.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = HEADING)]
pub struct PictureArgs {
    /// Colours; auto follows the reader's system
    #[arg(long, value_name = "WHICH", value_enum, default_value_t)]
    theme: Theme,
    /// Who finds the places: netmap itself, or Graphviz's dot
    #[arg(long, value_name = "HOW", value_enum, default_value_t)]
    layout: Layout,
    /// What it is to fit on: docs is 800 pixels wide, none finds a shape of its own
    #[arg(long, value_name = "WHICH", value_enum, default_value_t)]
    page: Page,
    /// Arrows between containers: none, what was seen, what the setup says as well, or start
    /// orders, too; without it, as many as can be read
    #[arg(long, value_name = "WHICH", value_enum)]
    talk: Option<TalkShown>,
    /// Show more: image, state, ports, names, addresses, kinds
    #[arg(long, value_name = "WHAT", value_enum, value_delimiter = ',')]
    show: Vec<Detail>,
    /// Show less, of the same
    #[arg(long, value_name = "WHAT", value_enum, value_delimiter = ',')]
    hide: Vec<Detail>,
    /// Leave out what explains the signs
    #[arg(long)]
    no_legend: bool,
    /// The sentences under the title
    #[arg(long, value_name = "TEXT")]
    caption: Option<String>,
    /// Pixels of a PNG for each pixel of the picture
    #[arg(long, value_name = "FACTOR", value_parser = scale)]
    scale: Option<f32>,
    /// How an SVG's or PDF's text is written: paths are the outlines of its letters, which look
    /// the same everywhere and cannot be searched
    #[arg(long, value_name = "HOW", value_enum, default_value_t)]
    text: TextAs,
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
    /// Whether a card stands for a whole project.
    #[arg(skip)]
    overview: bool,
    /// Whether the command has --split.
    #[arg(skip)]
    can_split: bool,
    /// What stands below the picture beside all else.
    #[arg(skip)]
    remarks: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Layout {
    #[default]
    Bus,
    Graphviz,
}

impl PictureArgs {
    /// The same for a command that can split its map.
    pub fn that_can_split(mut self) -> Self {
        self.can_split = true;
        self
    }

    /// The same for an overview, with this below it.
    pub fn of_overview(mut self, remark: String) -> Self {
        self.overview = true;
        self.can_split = false;
        self.remarks.push(remark);
        self
    }

    /// Whether names are to be read on the picture.
    pub fn has_names(&self) -> bool {
        self.blank != Some(Blank::Names)
    }

    /// Draws a view in a format, which need be no picture.
    pub async fn draw<S: Shown>(
        &self,
        view: &S::View<'_>,
        format: &Format<S>,
        style: &Style,
        options: &Options,
    ) -> Result<Drawn> {
        match format.draw {
            Draw::Text(draw) => Ok(draw(view, style).into_bytes().into()),
            Draw::Picture { dot, .. } if self.layout == Layout::Graphviz => {
                let dot = dot.filter(|_| self.blank.is_none() && self.theme == Theme::Auto);
                let dot = dot.ok_or_else(not_by_graphviz)?;
                graphviz::draw(&dot(view)?, format.name).await.map(Drawn::from)
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
            page: self.page,
            show: self.show.clone(),
            hide: self.hide.clone(),
            talk: self.talk,
            no_legend: self.no_legend,
            caption: self.caption.clone(),
            scale: self.scale,
            text: self.text,
            remarks: self.remarks.clone(),
            overview: self.overview,
            can_split: self.can_split,
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
