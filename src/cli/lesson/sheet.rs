//! Sheets of lessons, with their pictures.

use std::path::Path;

use super::desk::{Course, Desk};
use crate::cli::format::Chosen;
use crate::cli::picture::PictureArgs;
use crate::cli::{Ending, source};
use crate::diagnose::diagnose;
use crate::error::Result;
use crate::graph::{Filter, Map};
use crate::lesson::Lesson;
use crate::model::Snapshot;
use crate::render::svg::{self, Options, TalkShown};
use crate::render::{SheetLesson, SheetView, Shown, View};
use crate::sample;

impl Desk<'_> {
    /// Writes a sheet of these lessons, of all where none is named.
    pub async fn sheet(
        &self,
        names: &[String],
        is_for_teachers: bool,
        format: Chosen<SheetView<'static>>,
    ) -> Result<Ending> {
        let course = &self.course;
        // A sheet of the whole course that lacks some would pass for whole.
        if names.is_empty() && self.broken() == Ending::Failed {
            return Ok(Ending::Failed);
        }
        let mut lessons: Vec<&Lesson> = course.lessons.iter().collect();
        if !names.is_empty() {
            lessons = names.iter().map(|name| course.named(name)).collect::<Result<_>>()?;
        }
        let lessons = lessons.into_iter().map(|lesson| of(course, lesson, is_for_teachers));
        let view = SheetView {
            lessons: lessons.collect::<Result<_>>()?,
            is_for_teachers,
            course: course.option(),
        };
        let format = format.or(Some(&<SheetView<'static> as Shown>::FORMATS[0]));
        let is_markdown = matches!(&format, Chosen::In(format) if format.name == "markdown");
        self.run.show::<SheetView<'static>>(&view, format, &PictureArgs::default()).await?;
        if is_markdown {
            self.pictures(&view)?;
        }
        Ok(Ending::Clean)
    }

    /// Writes the pictures beside a sheet in Markdown.
    fn pictures(&self, view: &SheetView) -> Result<()> {
        let Some(sheet) = self.run.options.file() else {
            if view.lessons.iter().any(|of| of.picture.is_some()) {
                self.run.note("The pictures are written beside the sheet with -o FILE.");
            }
            return Ok(());
        };
        for of in &view.lessons {
            if let Some(picture) = &of.picture {
                let path = sheet.with_file_name(of.picture_name());
                self.run.output.data(picture.svg.as_bytes(), Some(&path))?;
            }
        }
        Ok(())
    }
}

/// A lesson with what is on its sheet beside its texts. What is in the way is
/// the student's to find, so a picture for students has no arrows.
fn of<'a>(course: &Course, lesson: &'a Lesson, is_for_teachers: bool) -> Result<SheetLesson<'a>> {
    let Some(snapshot) = recorded(course, lesson)? else {
        return Ok(SheetLesson { lesson, picture: None, causes: Vec::new() });
    };
    let map = Map::new(&snapshot);
    let all = map.select(&Filter { stopped: true, ..Filter::default() })?;
    let view = View::new(&map, &all, None);
    let options = Options {
        talk: (!is_for_teachers).then_some(TalkShown::None),
        title: Some(lesson.title().to_owned()),
        ..Options::default()
    };
    let findings = diagnose(&map, None, |_| true).findings;
    let causes = findings.into_iter().map(|finding| (finding.summary, finding.rule)).collect();
    Ok(SheetLesson { lesson, picture: Some(svg::picture(&view, &options)), causes })
}

/// The recording of a lesson, where there is one.
fn recorded(course: &Course, lesson: &Lesson) -> Result<Option<Snapshot>> {
    match &course.folder {
        None => sample::read(&format!("lessons/{}", lesson.name)).map(Some),
        Some(folder) => {
            let path = folder.join(&*lesson.name);
            let has_one = Path::new(&path).join("snapshot.json").is_file();
            has_one.then(|| source::read(&path)).transpose()
        }
    }
}
