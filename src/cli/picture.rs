//! The options of pictures, and drawing one.

use clap::ValueEnum;

use super::graphviz;
use super::options::Options;
use super::run::Run;
use crate::error::{Error, Result};
use crate::render::svg::{self, Blank, Theme};
use crate::render::{Draw, Format, Shown};

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
        run: &Run<'_>,
    ) -> Result<Vec<u8>> {
        match format.draw {
            Draw::Text(draw) => Ok(draw(view, &run.style()).into_bytes()),
            Draw::Picture { dot, .. } if self.layout == Layout::Graphviz => {
                let dot = dot.filter(|_| self.blank.is_none() && self.theme == Theme::Auto);
                let dot = dot.ok_or_else(not_by_graphviz)?;
                graphviz::draw(&dot(view)?, format.name).await
            }
            Draw::Picture { own, .. } => own(view, &self.resolve(run.options)),
        }
    }

    /// The options as the renderer knows them.
    fn resolve(&self, options: &Options) -> svg::Options {
        svg::Options {
            theme: self.theme,
            width: options.width,
            title: self.title.clone(),
            date: self.date.as_ref().map(|date| {
                if date.is_empty() { today(std::time::SystemTime::now()) } else { date.clone() }
            }),
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

/// The day in UTC, as `2026-11-24`.
fn today(now: std::time::SystemTime) -> String {
    let seconds = now.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    // Days since 1 March of the year 0, so that leap days come last in a year
    // (the usual conversion between days and civil dates).
    let days = i64::try_from(seconds / 86_400).unwrap_or(0) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn days_have_their_dates() {
        for (days, date) in
            [(0, "1970-01-01"), (59, "1970-03-01"), (11_016, "2000-02-29"), (20_781, "2026-11-24")]
        {
            assert_eq!(today(UNIX_EPOCH + Duration::from_secs(days * 86_400 + 5)), date);
        }
    }

    #[test]
    fn scales_people_write() {
        assert_eq!(scale("2"), Ok(2.0));
        for bad in ["0", "-1", "nan", "inf", "1e9", "big"] {
            assert!(scale(bad).is_err(), "{bad}");
        }
    }
}
