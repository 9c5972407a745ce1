//! What stands above a map: its title, and under it what it shows and where
//! that comes from.

use std::collections::BTreeSet;

use super::draw::Canvas;
use super::geometry::MARGIN;
use super::options::{Blank, Options};
use super::scene;
use crate::render::escape;
use crate::render::view::View;

/// Base line of the first line of the title.
const FIRST: i32 = 40;
/// From one line of the title to the next.
const TITLE_LINE: i32 = 24;
/// From one line of the subtitle to the next.
const LINE: i32 = 17;

/// Title and subtitle.
#[derive(Debug)]
pub struct Heading {
    /// The title, harmless.
    pub title: String,
    /// The line under it, harmless.
    pub subtitle: String,
}

/// A heading broken into lines.
#[derive(Debug)]
pub struct Lines {
    title: Vec<String>,
    subtitle: Vec<String>,
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
        let mut parts = vec![view.inventory()];
        parts.extend(Some(view.engine()).filter(|engine| !engine.is_empty()));
        parts.extend(options.date.clone());
        Self { title, subtitle: harmless(&parts.join(" · ")) }
    }

    /// Width of the longest line if none is broken.
    pub fn width(&self) -> i32 {
        scene::HEADING.width(&self.title).max(scene::SUB.width(&self.subtitle))
    }

    /// The heading in lines of at most this width.
    pub fn lines(&self, width: i32) -> Lines {
        let title = scene::HEADING.wrap(&self.title, width, 2);
        let subtitle = scene::SUB.wrap(&self.subtitle, width, 3);
        let more = |lines: &[String]| i32::try_from(lines.len()).unwrap_or(0) - 1;
        let last = FIRST + TITLE_LINE * more(&title).max(0) + 20 + LINE * more(&subtitle).max(0);
        Lines { title, subtitle, height: last + 2 }
    }
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
        for line in &self.subtitle {
            canvas.text(MARGIN, y, "sub", line);
            y += LINE;
        }
    }
}

/// The project of all containers, if they have but one.
fn only_project(view: &View) -> Option<String> {
    let projects: BTreeSet<Option<&str>> =
        view.containers.iter().map(|at| view.container(*at).project()).collect();
    let mut projects = projects.into_iter();
    let only = projects.next().flatten()?;
    projects.next().is_none().then(|| only.to_owned())
}
