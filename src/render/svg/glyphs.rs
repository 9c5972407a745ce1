//! Signs for kinds of programs, drawn with one pen in a square of 16 by 16.

use crate::render::view::Kind;

/// Length of a side of the square.
pub const SIDE: i32 = 16;

/// The strokes of a kind's sign.
pub fn strokes(kind: Kind) -> &'static str {
    match kind {
        Kind::Proxy => "M1.5 8h6m-2.5-2.5l2.5 2.5l-2.5 2.5M10.5 2.5v11M13.5 2.5v11",
        Kind::Web => {
            "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M1.5 8h13M8 1.5c-4 4-4 9 0 13c4-4 4-9 0-13"
        }
        Kind::App => "M1.5 2.5h13v11h-13zM1.5 5.5h13M6.5 7.5l-2 2l2 2M9.5 7.5l2 2l-2 2",
        Kind::Worker => {
            "M8 5a3 3 0 1 0 0 6a3 3 0 1 0 0-6M8 1.5v2M8 12.5v2M1.5 8h2M12.5 8h2M3.4 3.4l1.4 1.4M11.2 11.2l1.4 1.4M3.4 12.6l1.4-1.4M11.2 4.8l1.4-1.4"
        }
        Kind::Queue => "M1.5 5h3v6h-3zM6 5h3v6h-3zM10.5 8h4m-2-2l2 2l-2 2",
        Kind::Cache => "M9 1.5l-5.5 8h4.5l-1 5l5.5-8h-4.5z",
        Kind::Database => {
            "M2.5 4a5.5 2.2 0 0 0 11 0a5.5 2.2 0 0 0-11 0v8a5.5 2.2 0 0 0 11 0v-8M2.5 8a5.5 2.2 0 0 0 11 0"
        }
        Kind::Search => "M6.5 1.5a5 5 0 1 0 0 10a5 5 0 1 0 0-10M10 10l4.5 4.5",
        Kind::Storage => "M1.5 4.5l6.5-3l6.5 3v7l-6.5 3l-6.5-3zM1.5 4.5l6.5 3l6.5-3M8 7.5v7",
        Kind::Mail => "M1.5 3.5h13v9h-13zM1.5 4l6.5 5l6.5-5",
        Kind::Monitoring => "M1.5 1.5v13h13M3.5 11l3.5-4l2.5 2.5l4.5-6",
        Kind::Router => {
            "M8 1.5v13M1.5 8h13M6 3.5l2-2l2 2M6 12.5l2 2l2-2M3.5 6l-2 2l2 2M12.5 6l2 2l-2 2"
        }
        Kind::Unknown => "M1.5 3.5h13v9h-13zM4.5 6v4M8 6v4M11.5 6v4",
    }
}
