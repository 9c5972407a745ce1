//! A sheet for students – story, task and picture – or for teachers, with
//! hints, solution and what the doctor says.

use super::page::to_html;
use crate::lesson::{Lesson, commands};
use crate::render::format::{Draw, Format, Shown};
use crate::render::html::document;
use crate::render::style::Style;
use crate::render::{escape, svg};

const STYLE: &str = include_str!("../html/sheet.css");

/// What a sheet shows.
#[derive(Debug)]
pub struct SheetView<'a> {
    /// Its lessons, in order.
    pub lessons: Vec<SheetLesson<'a>>,
    /// Whether it is for the teacher.
    pub is_for_teachers: bool,
    /// What stands behind `netmap lesson` in commands: nothing, or `--lessons DIR`.
    pub course: String,
}

/// A lesson on a sheet.
#[derive(Debug)]
pub struct SheetLesson<'a> {
    /// The lesson.
    pub lesson: &'a Lesson,
    /// Its picture as SVG, if it was recorded.
    pub picture: Option<svg::Picture>,
    /// What the doctor says of it: each finding in a sentence, and its rule.
    pub causes: Vec<(String, &'static str)>,
}

impl SheetLesson<'_> {
    /// What the picture's file is called beside a sheet in Markdown.
    pub fn picture_name(&self) -> String {
        format!("{}.svg", self.lesson.name)
    }
}

impl Shown for SheetView<'static> {
    type View<'a> = SheetView<'a>;
    const WHAT: &'static str = "a sheet";
    const FORMATS: &'static [Format<Self>] = &[
        Format {
            name: "markdown",
            extensions: &["md"],
            about: "Markdown; with -o the pictures are written beside it",
            draw: Draw::<Self>::Text(markdown),
        },
        Format {
            name: "html",
            extensions: &["html", "htm"],
            about: "a page with the pictures in it, to be read or printed",
            draw: Draw::<Self>::Text(as_page),
        },
    ];
}

fn markdown(view: &SheetView, _style: &Style) -> String {
    let sheets = view.lessons.iter().map(|of| {
        let picture = of
            .picture
            .as_ref()
            .map(|_| format!("![The map of {}]({})\n\n", of.lesson.name, of.picture_name()));
        text(view, of, &picture.unwrap_or_default())
    });
    sheets.collect::<Vec<_>>().join("\n---\n\n")
}

fn as_page(view: &SheetView, _style: &Style) -> String {
    let body: String = view
        .lessons
        .iter()
        .map(|of| {
            // The picture stands where its text is: it is the one thing that is
            // no Markdown.
            let (before, after) = (text_until_picture(of), text_after_picture(view, of));
            let picture = of.picture.as_ref().map_or("", |picture| picture.svg.as_str());
            format!(
                "<section>\n{}<figure>\n{picture}</figure>\n{}</section>\n",
                to_html(&before),
                to_html(&after)
            )
        })
        .collect();
    let title = match view.lessons.as_slice() {
        [only] => escape::xml(only.lesson.title()),
        _ => "netmap lessons".to_owned(),
    };
    document(&title, STYLE, &body)
}

fn text(view: &SheetView, of: &SheetLesson, picture: &str) -> String {
    format!("{}{picture}{}", text_until_picture(of), text_after_picture(view, of))
}

fn text_until_picture(of: &SheetLesson) -> String {
    let lesson = of.lesson;
    format!("# {}\n\n{}\n\n", lesson.title(), lesson.story())
}

fn text_after_picture(view: &SheetView, of: &SheetLesson) -> String {
    let lesson = of.lesson;
    let mut text = format!("## Task\n\n{}\n\n", lesson.task());
    for (name, command) in lesson.restarted() {
        text.push_str(&format!("`{name}` was started like this:\n\n{}\n", block(&command)));
    }
    let (course, name) = (&view.course, &lesson.name);
    text.push_str(&format!(
        "## Where to begin\n\n{}",
        block(&format!(
            "netmap lesson{course} start {name}\nnetmap show\nnetmap lesson{course} check\n\
             netmap lesson{course} hint"
        ))
    ));
    if !view.is_for_teachers {
        return text;
    }
    text.push_str("\n## Hints\n\n");
    for (at, hint) in lesson.hints().iter().enumerate() {
        text.push_str(&format!("{}. {hint}\n", at + 1));
    }
    text.push_str(&format!("\n## Solution\n\n{}\n\n", lesson.solution()));
    text.push_str(&block(&commands(&lesson.solve)));
    if !of.causes.is_empty() {
        text.push_str("\n## What the doctor says\n\n");
        for (summary, rule) in &of.causes {
            text.push_str(&format!("- {} (`{rule}`)\n", escape::markdown(summary)));
        }
    }
    text.push_str(&format!(
        "\n## When it is solved\n\n{}",
        in_language(lesson.check.trim_end(), "yaml")
    ));
    text.push_str(&format!(
        "\nA class hands in snapshots, and `netmap grade` says who is done:\n\n{}",
        block("netmap grade check.yaml class/")
    ));
    text
}

/// Lines as a block of Markdown, which nothing in them can end.
fn block(lines: &str) -> String {
    in_language(lines, "sh")
}

fn in_language(lines: &str, language: &str) -> String {
    let lines: Vec<String> = lines.lines().map(str::to_owned).collect();
    escape::block(&lines, language)
}
