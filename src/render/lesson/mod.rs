//! Lessons on paper: sheets for students and teachers, and the skeleton of a
//! new lesson.

mod page;
mod sheet;
mod skeleton;
mod staged;
mod stand_in;
mod story;

pub use sheet::{SheetLesson, SheetView};
pub use skeleton::{Skeleton, skeleton};
pub use staged::{Taught, taught};
