//! A drawing for Excalidraw, to be finished by hand: every card, bar and line
//! is an element of its own, in its place, and lines are bound to what they join.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::format::Drawn;
use super::svg::{self, End, Font, Options, Point, Rect, Sketch, SketchLine, Stroke};
use super::view::View;
use crate::error::Result;
use crate::model::to_json;

/// Excalidraw's number for its plain font.
const HELVETICA: u8 = 2;
/// Height of a line of text, in its size.
const LEADING: f64 = 1.25;

/// The file.
#[derive(Serialize)]
struct File {
    r#type: &'static str,
    version: u8,
    source: &'static str,
    elements: Vec<Value>,
    #[serde(rename = "appState")]
    app_state: Value,
    files: Map<String, Value>,
}

/// Writes the drawing.
///
/// # Errors
///
/// None today; pictures can fail.
pub fn render(view: &View, options: &Options) -> Result<Drawn> {
    let sketch = svg::sketch(view, options);
    let mut elements = Elements::default();
    elements.heading(&sketch);
    for (at, zone) in sketch.zones.iter().enumerate() {
        elements.shape(&format!("z{at}"), *zone, ["transparent", "#e9f2ee"], "solid");
    }
    for (at, (rect, name)) in sketch.frames.iter().enumerate() {
        elements.shape(&format!("f{at}"), *rect, ["#d5dce4", "#f3f5f8"], "solid");
        elements.text(&format!("f{at}t"), name, (rect.x + 8, rect.y + 4), 11, "#56626f");
    }
    for at in 0..sketch.bars.len() {
        elements.bar(&sketch, at);
    }
    for at in 0..sketch.cards.len() {
        elements.card(&sketch, at);
    }
    for (at, line) in sketch.lines.iter().enumerate() {
        elements.line(at, line);
    }
    let file = File {
        r#type: "excalidraw",
        version: 2,
        source: "netmap",
        elements: elements.all,
        app_state: json!({"viewBackgroundColor": "#ffffff", "gridSize": null}),
        files: Map::new(),
    };
    Ok(to_json(&file).into_bytes().into())
}

/// Elements, and where each is by its id.
#[derive(Default)]
struct Elements {
    all: Vec<Value>,
    places: HashMap<String, usize>,
}

impl Elements {
    /// Adds an element with what all of them have; `more` says the rest.
    fn add(&mut self, kind: &str, id: &str, rect: Rect, more: Value) {
        // The numbers that a drawing by hand has at random: here each its own.
        let number = self.all.len() + 1;
        let mut element = json!({
            "id": id, "type": kind, "x": rect.x, "y": rect.y, "width": rect.w, "height": rect.h,
            "angle": 0, "strokeColor": "#17212b", "backgroundColor": "transparent",
            "fillStyle": "solid", "strokeWidth": 1, "strokeStyle": "solid", "roughness": 0,
            "opacity": 100, "groupIds": [], "frameId": null, "roundness": null, "seed": number,
            "version": 1, "versionNonce": number, "isDeleted": false, "boundElements": [],
            "updated": 1, "link": null, "locked": false,
        });
        if let (Some(element), Value::Object(more)) = (element.as_object_mut(), more) {
            element.extend(more);
        }
        self.places.insert(id.to_owned(), self.all.len());
        self.all.push(element);
    }

    fn shape(&mut self, id: &str, rect: Rect, [stroke, fill]: [&str; 2], style: &str) {
        let more = json!({"strokeColor": stroke, "backgroundColor": fill, "strokeStyle": style,
            "roundness": {"type": 3}});
        self.add("rectangle", id, rect, more);
    }

    fn text(&mut self, id: &str, text: &str, (x, y): Point, size: i32, colour: &str) {
        let lines: Vec<&str> = text.split('\n').collect();
        let width = lines.iter().map(|line| Font::regular(size).width(line)).max().unwrap_or(0);
        let height = (f64::from(size) * LEADING * lines.len() as f64).ceil();
        let more = json!({"strokeColor": colour, "text": text, "originalText": text,
            "fontSize": size, "fontFamily": HELVETICA, "textAlign": "left", "verticalAlign": "top",
            "containerId": null, "lineHeight": LEADING, "baseline": size, "height": height});
        self.add("text", id, Rect::new(x, y, width, size), more);
    }

    fn heading(&mut self, sketch: &Sketch) {
        self.text("title", &sketch.title, (28, 18), 18, "#17212b");
        if !sketch.caption.is_empty() {
            let lines = Font::regular(12).wrap(&sketch.caption, sketch.size.0 - 56, 4);
            self.text("caption", &lines.join("\n"), (28, 44), 12, "#56626f");
        }
    }

    fn bar(&mut self, sketch: &Sketch, at: usize) {
        let bar = &sketch.bars[at];
        let colour = format!("#{:06x}", bar.colour);
        for (nth, (from, to)) in bar.links.iter().enumerate() {
            let more = json!({"strokeColor": colour, "strokeWidth": 2});
            self.path("line", &format!("b{at}-{nth}l"), &[*from, *to], more);
        }
        let (stroke, fill, text) = match bar.is_world {
            true => ("#b4bec9", "#e4e7eb", "#17212b"),
            false => ("transparent", colour.as_str(), "#ffffff"),
        };
        for (nth, piece) in bar.pieces.iter().enumerate() {
            self.shape(&format!("b{at}-{nth}"), *piece, [stroke, fill], "solid");
            if bar.named.contains(piece) {
                let place = (piece.x + 8, piece.y + (piece.h - 14) / 2);
                self.text(&format!("b{at}-{nth}t"), &bar.text, place, 11, text);
            }
        }
    }

    fn card(&mut self, sketch: &Sketch, at: usize) {
        let card = &sketch.cards[at];
        let first = self.all.len();
        let style = if card.is_stopped { "dashed" } else { "solid" };
        if card.is_stack {
            let behind = Rect { x: card.rect.x + 5, y: card.rect.y + 5, ..card.rect };
            self.shape(&format!("c{at}s"), behind, ["#b4bec9", "#ffffff"], style);
        }
        self.shape(&format!("c{at}"), card.rect, ["#8693a1", "#ffffff"], style);
        let mut y = card.rect.y + 6;
        for (nth, line) in card.lines.iter().enumerate() {
            let size = if nth == 0 { 13 } else { 11 };
            let colour = if nth == 0 { "#17212b" } else { "#56626f" };
            self.text(&format!("c{at}t{nth}"), line, (card.rect.x + 10, y), size, colour);
            y += size + 4;
        }
        // What stands on a card moves with it.
        for element in &mut self.all[first..] {
            element["groupIds"] = json!([format!("g{at}")]);
        }
    }

    fn line(&mut self, at: usize, line: &SketchLine) {
        let head = |has: bool| if has { json!("triangle") } else { Value::Null };
        let id = format!("l{at}");
        let style = match line.stroke {
            Stroke::Solid => "solid",
            Stroke::Dashed => "dashed",
            Stroke::Dotted => "dotted",
        };
        let mut more = json!({"strokeColor": format!("#{:06x}", line.colour),
            "strokeWidth": line.width, "strokeStyle": style,
            "startArrowhead": head(line.heads.0), "endArrowhead": head(line.heads.1),
            "elbowed": false});
        for (word, end) in [("startBinding", line.ends.0), ("endBinding", line.ends.1)] {
            let shape = match end {
                End::Card(card) => format!("c{card}"),
                End::Piece(bar, piece) => format!("b{bar}-{piece}"),
                End::Free => {
                    more[word] = Value::Null;
                    continue;
                }
            };
            more[word] = json!({"elementId": shape, "focus": 0, "gap": 1});
            self.bind(&shape, &id);
        }
        self.path("arrow", &id, &line.points, more);
        if let Some((x, y)) = middle(&line.points).filter(|_| !line.label.is_empty()) {
            self.text(&format!("{id}t"), &line.label, (x + 4, y - 14), 11, "#17212b");
        }
    }

    /// Tells a shape of an arrow that is bound to it.
    fn bind(&mut self, shape: &str, arrow: &str) {
        let element = self.places.get(shape).map(|at| &mut self.all[*at]);
        if let Some(bound) = element.and_then(|element| element["boundElements"].as_array_mut()) {
            bound.push(json!({"id": arrow, "type": "arrow"}));
        }
    }

    /// A line with corners.
    fn path(&mut self, kind: &str, id: &str, points: &[Point], more: Value) {
        let Some((x, y)) = points.first().copied() else { return };
        let relative: Vec<[i32; 2]> = points.iter().map(|(px, py)| [px - x, py - y]).collect();
        let size = |of: usize| {
            let all = relative.iter().map(|point| point[of]);
            all.clone().max().unwrap_or(0) - all.min().unwrap_or(0)
        };
        let rect = Rect::new(x, y, size(0), size(1));
        let mut all = json!({"points": relative, "lastCommittedPoint": null,
            "startBinding": null, "endBinding": null, "startArrowhead": null, "endArrowhead": null});
        if let (Some(all), Value::Object(more)) = (all.as_object_mut(), more) {
            all.extend(more);
        }
        self.add(kind, id, rect, all);
    }
}

/// The middle of a line's longest leg.
fn middle(points: &[Point]) -> Option<Point> {
    let length = |ends: &&[Point]| (ends[0].0 - ends[1].0).abs() + (ends[0].1 - ends[1].1).abs();
    let longest = points.windows(2).max_by_key(length)?;
    Some(((longest[0].0 + longest[1].0) / 2, (longest[0].1 + longest[1].1) / 2))
}
