//! A diagram for draw.io, to be finished by hand: every card, bar and line is a
//! shape of its own, in its place, and lines hang on what they join.

use std::fmt::Write;

use super::escape::xml as safe;
use super::format::Drawn;
use super::svg::{self, End, Options, Point, Rect, Sketch, SketchLine, Stroke};
use super::view::{Kind, View};
use crate::error::Result;

/// Looks that all text has: as it is, and no markup.
const TEXT: &str = "html=0;whiteSpace=wrap;fontFamily=Helvetica;";

/// Writes the diagram.
///
/// # Errors
///
/// None today; pictures can fail.
pub fn render(view: &View, options: &Options) -> Result<Drawn> {
    let sketch = svg::sketch(view, options);
    let mut cells = Cells(String::new());
    cells.heading(&sketch);
    for (at, zone) in sketch.zones.iter().enumerate() {
        cells.shape(
            &format!("z{at}"),
            "",
            "rounded=1;arcSize=4;fillColor=#e9f2ee;strokeColor=none;",
            *zone,
        );
    }
    for (at, (rect, name)) in sketch.frames.iter().enumerate() {
        let look = "rounded=1;arcSize=4;fillColor=#f3f5f8;strokeColor=#d5dce4;verticalAlign=top;align=left;spacingLeft=6;fontStyle=1;fontSize=11;fontColor=#56626f;";
        cells.shape(&format!("f{at}"), name, look, *rect);
    }
    for at in 0..sketch.bars.len() {
        cells.bar(&sketch, at);
    }
    for at in 0..sketch.cards.len() {
        cells.card(&sketch, at);
    }
    for (at, line) in sketch.lines.iter().enumerate() {
        cells.line(&sketch, at, line);
    }
    let (width, height) = sketch.size;
    let name = safe(&sketch.title);
    Ok(format!(
        "<mxfile host=\"netmap\">\n<diagram id=\"netmap\" name=\"{name}\">\n\
         <mxGraphModel grid=\"0\" guides=\"1\" tooltips=\"1\" connect=\"1\" arrows=\"1\" fold=\"1\" \
         page=\"1\" pageScale=\"1\" pageWidth=\"{width}\" pageHeight=\"{height}\" math=\"0\" shadow=\"0\">\n\
         <root>\n<mxCell id=\"0\"/>\n<mxCell id=\"1\" parent=\"0\"/>\n{}</root>\n\
         </mxGraphModel>\n</diagram>\n</mxfile>\n",
        cells.0
    )
    .into_bytes()
    .into())
}

struct Cells(String);

impl Cells {
    fn shape(&mut self, id: &str, value: &str, look: &str, rect: Rect) {
        let Rect { x, y, w, h } = rect;
        let value = value.split('\n').map(safe).collect::<Vec<_>>().join("&#10;");
        let _ = writeln!(
            self.0,
            "<mxCell id=\"{id}\" value=\"{value}\" style=\"{look}{TEXT}\" vertex=\"1\" parent=\"1\">\
             <mxGeometry x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" as=\"geometry\"/></mxCell>"
        );
    }

    fn heading(&mut self, sketch: &Sketch) {
        let width = sketch.size.0 - 56;
        let look = "text;align=left;verticalAlign=middle;strokeColor=none;fillColor=none;";
        let title = format!("{look}fontSize=18;fontStyle=1;");
        self.shape("title", &sketch.title, &title, Rect::new(28, 20, width, 28));
        if !sketch.caption.is_empty() {
            let caption = format!("{look}fontSize=12;fontColor=#56626f;verticalAlign=top;");
            self.shape("caption", &sketch.caption, &caption, Rect::new(28, 46, width, 34));
        }
    }

    fn bar(&mut self, sketch: &Sketch, at: usize) {
        let bar = &sketch.bars[at];
        for (nth, (from, to)) in bar.links.iter().enumerate() {
            let look =
                format!("endArrow=none;html=0;strokeWidth=2;strokeColor=#{:06x};", bar.colour);
            self.edge(&format!("b{at}-{nth}l"), "", &look, ["", ""], &[*from, *to]);
        }
        for (nth, piece) in bar.pieces.iter().enumerate() {
            let colours = match bar.is_world {
                true => {
                    "fillColor=#e4e7eb;strokeColor=#b4bec9;fontColor=#17212b;arcSize=50;".to_owned()
                }
                false => format!(
                    "fillColor=#{0:06x};strokeColor=none;fontColor=#ffffff;arcSize=18;",
                    bar.colour
                ),
            };
            let look =
                format!("rounded=1;{colours}align=left;spacingLeft=4;fontStyle=1;fontSize=11;");
            let text = if bar.named.contains(piece) { bar.text.as_str() } else { "" };
            self.shape(&format!("b{at}-{nth}"), text, &look, *piece);
        }
    }

    fn card(&mut self, sketch: &Sketch, at: usize) {
        let card = &sketch.cards[at];
        let shape = match card.kind {
            Some(Kind::Database | Kind::Storage | Kind::Search | Kind::Cache) => {
                "shape=cylinder3;size=6;boundedLbl=1;"
            }
            _ => "rounded=1;arcSize=12;",
        };
        let dashes = if card.is_stopped { "dashed=1;" } else { "" };
        if card.is_stack {
            let behind = Rect { x: card.rect.x + 5, y: card.rect.y + 5, ..card.rect };
            self.shape(
                &format!("c{at}s"),
                "",
                &format!("{shape}fillColor=#ffffff;strokeColor=#b4bec9;"),
                behind,
            );
        }
        let look = format!(
            "{shape}{dashes}fillColor=#ffffff;strokeColor=#8693a1;fontSize=12;fontColor=#17212b;"
        );
        self.shape(&format!("c{at}"), &card.lines.join("\n"), &look, card.rect);
    }

    fn line(&mut self, sketch: &Sketch, at: usize, line: &SketchLine) {
        let mut look = format!(
            "rounded=0;html=0;fontSize=11;labelBackgroundColor=#ffffff;strokeWidth={};strokeColor=#{:06x};",
            line.width, line.colour
        );
        look.push_str(match line.stroke {
            Stroke::Solid => "",
            Stroke::Dashed => "dashed=1;",
            Stroke::Dotted => "dashed=1;dashPattern=1 3;",
        });
        look.push_str(if line.heads.0 {
            "startArrow=block;startFill=1;startSize=4;"
        } else {
            "startArrow=none;"
        });
        look.push_str(if line.heads.1 {
            "endArrow=block;endFill=1;endSize=4;"
        } else {
            "endArrow=none;"
        });
        let mut ids = [String::new(), String::new()];
        let places = [line.points.first(), line.points.last()];
        for (nth, (end, word)) in
            [(line.ends.0, "exit"), (line.ends.1, "entry")].into_iter().enumerate()
        {
            let (id, rect) = match end {
                End::Card(at) => (format!("c{at}"), sketch.cards[at].rect),
                End::Piece(bar, piece) => {
                    (format!("b{bar}-{piece}"), sketch.bars[bar].pieces[piece])
                }
                End::Free => continue,
            };
            if let Some(place) = places[nth] {
                let (x, y) = within(rect, *place);
                let _ = write!(
                    look,
                    "{word}X={x};{word}Y={y};{word}Dx=0;{word}Dy=0;{word}Perimeter=0;"
                );
            }
            ids[nth] = id;
        }
        self.edge(&format!("l{at}"), &line.label, &look, [&ids[0], &ids[1]], &line.points);
    }

    fn edge(&mut self, id: &str, value: &str, look: &str, ends: [&str; 2], points: &[Point]) {
        let _ = write!(
            self.0,
            "<mxCell id=\"{id}\" value=\"{}\" style=\"{look}\" edge=\"1\" parent=\"1\"",
            safe(value)
        );
        for (word, end) in ["source", "target"].into_iter().zip(ends) {
            if !end.is_empty() {
                let _ = write!(self.0, " {word}=\"{end}\"");
            }
        }
        self.0.push_str("><mxGeometry relative=\"1\" as=\"geometry\">");
        if let [(ax, ay), between @ .., (bx, by)] = points {
            let _ = write!(
                self.0,
                "<mxPoint x=\"{ax}\" y=\"{ay}\" as=\"sourcePoint\"/><mxPoint x=\"{bx}\" y=\"{by}\" as=\"targetPoint\"/>"
            );
            if !between.is_empty() {
                self.0.push_str("<Array as=\"points\">");
                for (x, y) in between {
                    let _ = write!(self.0, "<mxPoint x=\"{x}\" y=\"{y}\"/>");
                }
                self.0.push_str("</Array>");
            }
        }
        self.0.push_str("</mxGeometry></mxCell>\n");
    }
}

/// A place on a box as parts of its width and height.
fn within(rect: Rect, (x, y): Point) -> (f64, f64) {
    let part = |at: i32, from: i32, size: i32| {
        let part = f64::from(at - from) / f64::from(size.max(1));
        (part.clamp(0.0, 1.0) * 10_000.0).round() / 10_000.0
    };
    (part(x, rect.x, rect.w), part(y, rect.y, rect.h))
}
