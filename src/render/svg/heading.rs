//! What stands above a map: its title, and under it what the picture tells.

use std::collections::BTreeSet;

use super::canvas::Canvas;
use super::geometry::MARGIN;
use super::options::{Blank, Options};
use super::scene;
use crate::order::Ordered;
use crate::render::escape;
use crate::render::view::View;

/// Base line of the first line of the title.
const FIRST: i32 = 40;
/// From one line of the title to the next.
const TITLE_LINE: i32 = 24;
/// From one line of the subtitle to the next.
const LINE: i32 = 17;

/// Title, and what the picture tells.
#[derive(Debug)]
pub struct Heading {
    /// The title, harmless.
    pub title: String,
    /// The sentences under it, harmless.
    pub caption: String,
    /// The whole map in words, harmless.
    pub description: String,
}

/// A heading broken into lines.
#[derive(Debug)]
pub struct Lines {
    title: Vec<String>,
    caption: Vec<String>,
    /// Height of it all.
    pub height: i32,
}

impl Heading {
    /// The heading of a view: the title asked for, or what the view was
    /// narrowed to, or the one project that all of it belongs to.
    pub fn new(view: &View, options: &Options) -> Self {
        let harmless = |text: &str| escape::terminal(text).into_owned();
        let named = options.blank != Some(Blank::Names);
        let own = || view.scope.clone().or_else(|| only_project(view)).filter(|_| named);
        let title = options.title.clone().or_else(own);
        let title = title.map_or("Container networks".to_owned(), |title| harmless(&title));
        let caption = match &options.caption {
            Some(caption) => harmless(caption),
            None if named => match &view.caption {
                Some(caption) => harmless(caption),
                None => harmless(&view.story().join(" ")),
            },
            None => String::new(),
        };
        let description = match options.blank {
            None => {
                let sentences = view.in_words();
                sentences.iter().map(|one| harmless(one)).collect::<Vec<_>>().join("\n")
            }
            Some(_) => harmless(&view.inventory()),
        };
        Self { title, caption, description }
    }

    /// Width of the longest line if none is broken.
    pub fn width(&self) -> i32 {
        scene::HEADING.width(&self.title).max(scene::SUB.width(&self.caption))
    }

    /// The heading in lines of at most this width.
    pub fn lines(&self, width: i32) -> Lines {
        // Other programs set other fonts, which may be a little wider.
        let width = width * 100 / 114;
        let title = scene::HEADING.wrap(&self.title, width, 2);
        let caption = wrapped(&self.caption, width);
        let number = |lines: &[String]| i32::try_from(lines.len()).unwrap_or(0);
        let last = FIRST + TITLE_LINE * (number(&title) - 1).max(0) + LINE * number(&caption);
        Lines { title, caption, height: last + 4 }
    }
}

/// The caption in lines, of which the last is no word or two alone where all can be a
/// little shorter instead.
fn wrapped(caption: &str, width: i32) -> Vec<String> {
    const MOST: usize = 4;
    let wrap = |width: i32| scene::SUB.wrap(caption, width, MOST);
    let lines = wrap(width);
    let is_whole = |lines: &[String]| lines.join(" ") == caption;
    let is_short = lines.last().is_some_and(|last| scene::SUB.width(last) < width / 4);
    if lines.len() < 2 || !is_short || !is_whole(&lines) {
        return lines;
    }
    let (mut least, mut enough) = (width / 2, width);
    while enough - least > 4 {
        let middle = i32::midpoint(least, enough);
        let tried = wrap(middle);
        if tried.len() == lines.len() && is_whole(&tried) {
            enough = middle;
        } else {
            least = middle;
        }
    }
    wrap(enough)
}

impl Lines {
    /// Draws the lines at the upper left corner.
    pub fn draw(&self, canvas: &mut Canvas) {
        let mut y = FIRST;
        for line in &self.title {
            canvas.text(MARGIN, y, "heading", line);
            y += TITLE_LINE;
        }
        y += 20 - TITLE_LINE;
        for line in &self.caption {
            canvas.text(MARGIN, y, "sub", line);
            y += LINE;
        }
    }
}

/// The project of all containers, if they have but one.
fn only_project(view: &View) -> Option<String> {
    let projects: BTreeSet<Option<&str>> =
        view.containers.iter().map(|at| view.container(*at).project()).into_set();
    let mut projects = projects.into_iter();
    let only = projects.next().flatten()?;
    projects.next().is_none().then(|| only.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_stands_alone_in_the_last_line() {
        let caption =
            "Only lb is open to the internet. Only grafana is open to this host alone. All run.";
        let most = scene::SUB.width(caption) - 4;
        let lines = wrapped(caption, most);
        assert_eq!(lines.join(" "), caption);
        assert_eq!(lines.len(), 2);
        assert!(scene::SUB.width(&lines[1]) > most / 3, "{lines:?}");
        assert_eq!(wrapped(caption, most + 4), [caption]);
    }
}
