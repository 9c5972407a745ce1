//! How long a picture takes from a snapshot to SVG text, and how that grows:
//!
//!     cargo bench --bench picture
//!
//! The bars: 300 containers on 40 networks in under 50 ms, 3,000 on 400 in
//! under 1 s, and not more than 15 times as long.

#![allow(clippy::unwrap_used)] // a benchmark that cannot go on should stop

#[path = "../tests/picture/maps.rs"]
mod maps;

use std::io::Write;
use std::time::{Duration, Instant};

use netmap::graph::{Filter, Map};
use netmap::model::Snapshot;
use netmap::render::View;
use netmap::render::svg::{self, Options};

const RUNS: usize = 9;

fn main() {
    let out = &mut std::io::stdout();
    let _ = writeln!(
        out,
        "median of {RUNS} runs\n\n| map | cards | ms | SVG, kB | crossings |\n|---|---|---|---|---|"
    );
    let mut times = Vec::new();
    for (name, snapshot, full) in [
        ("12 containers, 3 networks", maps::shop12(), false),
        ("48 on 7", maps::shop48(), false),
        ("59 on 20", maps::hub59(), false),
        ("300 on 40", maps::projects(300, 40), false),
        ("300 on 40, --full", maps::projects(300, 40), true),
        ("300 on 40 at random, --full", maps::random(3, 300, 40, 6, "r"), true),
        ("3,000 on 400", maps::projects(3000, 400), false),
        ("3,000 on 400, --full", maps::projects(3000, 400), true),
    ] {
        let options = Options { full, ..Options::default() };
        let time = time(&snapshot, &options);
        let (bytes, inspection) = with_view(&snapshot, |view| {
            (svg::render(view, &options).len(), svg::inspect(view, &options))
        });
        assert!(inspection.faults.is_empty(), "{name}: {:?}", inspection.faults.first());
        let _ = writeln!(
            out,
            "| {name} | {} | {:.1} | {} | {} |",
            inspection.cards,
            time.as_secs_f64() * 1000.0,
            bytes / 1000,
            inspection.crossings
        );
        times.push((name, time));
    }
    let of = |wanted: &str| times.iter().find(|(name, _)| *name == wanted).unwrap().1.as_secs_f64();
    let _ = writeln!(
        out,
        "\nfrom 300 to 3,000: {:.1} times as long, {:.1} times with --full",
        of("3,000 on 400") / of("300 on 40"),
        of("3,000 on 400, --full") / of("300 on 40, --full"),
    );
}

fn time(snapshot: &Snapshot, options: &Options) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            with_view(snapshot, |view| {
                let began = Instant::now();
                let text = svg::render(view, options);
                assert!(text.ends_with("</svg>\n"));
                began.elapsed()
            })
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}

fn with_view<T>(snapshot: &Snapshot, work: impl Fn(&View) -> T) -> T {
    let map = Map::new(snapshot);
    let selection = map.select(&Filter { stopped: true, ..Filter::default() }).unwrap();
    work(&View::new(&map, &selection, None))
}
