//! Lessons on paper: sheets for students and teachers, and the skeleton of a
//! new lesson.

mod page;
mod sheet;
mod skeleton;
mod stand_in;

pub use sheet::{SheetLesson, SheetView};
pub use skeleton::{Skeleton, skeleton};
