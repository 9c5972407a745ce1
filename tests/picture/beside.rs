//! netmap's pictures beside those that Graphviz's `dot` draws of the same maps:
//! how often lines cross, how long they are, and what they run through.

use std::io::Write;
use std::process::{Command, Stdio};

use netmap::model::Snapshot;
use netmap::render::svg::Options;
use netmap::render::{Style, dot};

use crate::{inspected, maps, with_view};

type Point = (f64, f64);

/// What a picture's lines come to.
#[derive(Debug, Default)]
struct Lines {
    /// Pairs of lines that cross.
    crossings: usize,
    /// Lines that run through a box that is not theirs.
    through: usize,
    /// Length in pixels.
    length: f64,
    /// Width and height in pixels.
    size: (f64, f64),
}

/// Lets `dot` draw the map and reads its plain output, which is in inches.
fn by_dot(snapshot: &Snapshot) -> Lines {
    let graph = with_view(snapshot, |view| dot::render(view, &Style::default()));
    let mut child = Command::new("dot")
        .arg("-Tplain")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Graphviz is installed");
    child.stdin.take().unwrap().write_all(graph.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let inches = |word: &str| word.parse::<f64>().unwrap() * 96.0;
    let mut lines = Lines::default();
    let mut boxes = Vec::new();
    let mut edges: Vec<(String, String, Vec<Point>)> = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        match words[0] {
            "graph" => lines.size = (inches(words[2]), inches(words[3])),
            "node" => {
                let (x, y, w, h) =
                    (inches(words[2]), inches(words[3]), inches(words[4]), inches(words[5]));
                boxes.push((
                    words[1].to_owned(),
                    (x - w / 2.0, y - h / 2.0),
                    (x + w / 2.0, y + h / 2.0),
                ));
            }
            "edge" => {
                let number: usize = words[3].parse().unwrap();
                let control: Vec<Point> = (0..number)
                    .map(|at| (inches(words[4 + 2 * at]), inches(words[5 + 2 * at])))
                    .collect();
                edges.push((words[1].to_owned(), words[2].to_owned(), sampled(&control)));
            }
            _ => {}
        }
    }
    for (at, (a, b, points)) in edges.iter().enumerate() {
        lines.length +=
            points.windows(2).map(|w| (w[0].0 - w[1].0).hypot(w[0].1 - w[1].1)).sum::<f64>();
        let crossed = |other: &(String, String, Vec<Point>)| {
            points.windows(2).any(|p| other.2.windows(2).any(|q| cross(p[0], p[1], q[0], q[1])))
        };
        lines.crossings += edges[at + 1..].iter().filter(|other| crossed(other)).count();
        lines.through += boxes
            .iter()
            .filter(|(name, from, to)| {
                let inside = |p: &Point| from.0 < p.0 && p.0 < to.0 && from.1 < p.1 && p.1 < to.1;
                name != a && name != b && points.iter().any(inside)
            })
            .count();
    }
    lines
}

/// Points along a chain of cubic Bézier curves.
fn sampled(control: &[Point]) -> Vec<Point> {
    let mut points = vec![control[0]];
    for piece in control.windows(4).step_by(3) {
        for step in 1..=12 {
            let t = f64::from(step) / 12.0;
            let mix = |of: fn(&Point) -> f64| {
                let u = 1.0 - t;
                u * u * u * of(&piece[0])
                    + 3.0 * u * u * t * of(&piece[1])
                    + 3.0 * u * t * t * of(&piece[2])
                    + t * t * t * of(&piece[3])
            };
            points.push((mix(|p| p.0), mix(|p| p.1)));
        }
    }
    points
}

fn cross(a: Point, b: Point, c: Point, d: Point) -> bool {
    let side = |p: Point, q: Point, r: Point| (q.0 - p.0) * (r.1 - p.1) - (q.1 - p.1) * (r.0 - p.0);
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

#[test]
#[ignore = "needs Graphviz"]
fn lines_cross_less_and_are_shorter_than_those_of_dot() {
    println!("| map | lines cross | | length, px | | size, px | |");
    println!("| | netmap | dot | netmap | dot | netmap | dot |");
    let (mut own, mut of_dot) = (0, 0);
    for (name, map) in maps::named() {
        // Both draw replicas as one.
        let ours = inspected(&map, &Options::default());
        let dots = by_dot(&map);
        println!(
            "| {name} | {} | {} | {} | {:.0} | {}×{} | {:.0}×{:.0} |",
            ours.crossings,
            dots.crossings,
            ours.line_length,
            dots.length,
            ours.width,
            ours.height,
            dots.size.0,
            dots.size.1
        );
        assert!(ours.faults.is_empty(), "{name}: {:?}", ours.faults.first());
        own += ours.crossings;
        of_dot += dots.crossings;
        let shape = |w: f64, h: f64| (w / h).max(h / w);
        let own_shape = shape(f64::from(ours.width), f64::from(ours.height));
        let fits = ours.width <= 900;
        assert!(fits || own_shape < shape(dots.size.0, dots.size.1), "{name} fits a page better");
    }
    assert!(2 * own < of_dot, "{own} and {of_dot}");
}
