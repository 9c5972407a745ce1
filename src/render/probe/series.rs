//! Ways over time: a line of signs for each, a try after the other, as high as
//! its round trip took.

use std::collections::HashMap;

use super::view::{latency, milliseconds};
use crate::model::words::{count, span};
use crate::model::{By, Measurement, Outcome, Series, Try};
use crate::render::columns::GAP;
use crate::render::style::{Role, Style, flow, glued, width};

/// From the shortest round trip to the longest.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A try without an answer.
const LOST: char = '×';

/// Signs of a line that are worth drawing.
const FEWEST: usize = 10;

/// Ways that are shown while it goes on.
const MOST: usize = 20;

/// Loss and jitter: `jitter 0.02 ms, 2 of 60 lost (3.3 %)`.
pub fn figures(measurement: &Measurement) -> Option<String> {
    let series = measurement.series.as_ref()?;
    let mut parts = Vec::new();
    parts.extend(series.jitter_us.map(|us| format!("jitter {}", milliseconds(us))));
    let (sent, lost) = (measurement.sent, measurement.sent.saturating_sub(measurement.received));
    if sent > 0 && measurement.received > 0 {
        let part = 100.0 * f64::from(lost) / f64::from(sent);
        parts.push(match lost {
            0 => format!("none of {sent} lost"),
            _ => format!("{lost} of {sent} lost ({part:.1} %)"),
        });
    } else if sent > 0 {
        parts.push(format!("all {sent} lost"));
    }
    Some(parts.join(", "))
}

/// Why it came out so, or was not measured any more in the end, to follow an outcome.
pub fn because(measurement: &Measurement) -> String {
    let was_open = measurement.series.is_some() && measurement.outcome == Outcome::Reachable;
    let then = if was_open { "; then not measured" } else { "" };
    let reason = measurement.reason.as_ref();
    reason.map(|reason| format!("{then}: {reason}")).unwrap_or_default()
}

/// A chart for each way, what its signs mean, and the figures of each.
pub fn over_time<'a>(
    measurements: impl IntoIterator<Item = &'a Measurement>,
    style: &Style,
) -> String {
    let apart = apart(measurements.into_iter().filter(|one| one.series.is_some()).collect());
    let shown = &apart[..apart.len().min(MOST)];
    let mut text = charts(shown, style);
    for measurement in shown {
        let mut said = measurement.outcome.as_str().replace('-', " ");
        if let Some(taken) = measurement.latency {
            said.push_str(&format!(" {}", latency(taken)));
        }
        if let Some(figures) = figures(measurement) {
            said.push_str(&format!(", {figures}"));
        }
        said.push_str(&because(measurement));
        let role = if measurement.outcome == Outcome::Reachable { Role::Plain } else { Role::Bad };
        let label = style.paint(Role::Strong, &format!("{}:", label(measurement)));
        let said = with_units(&said);
        let words = said.split(' ').map(|word| style.paint(role, word));
        let words: Vec<String> = std::iter::once(label).chain(words).collect();
        text.push_str(&flow(&words, " ", 2, style.margin()));
        text.push('\n');
    }
    match apart.len() - shown.len() {
        0 => {}
        more => text.push_str(&format!("and {}\n", count(more, "more way"))),
    }
    text
}

/// Those that were tried over time, without a name that led to what was tried by
/// address as well: it is one try.
fn apart(mut measurements: Vec<&Measurement>) -> Vec<&Measurement> {
    let is_same = |a: &Measurement, b: &Measurement| {
        (&a.from, &a.to, a.attempt, &a.series) == (&b.from, &b.to, b.attempt, &b.series)
    };
    let by_address = |m: &&Measurement| m.by == By::Address;
    let mut addresses: HashMap<(&str, &str), Vec<&Measurement>> = HashMap::new();
    for one in measurements.iter().copied().filter(by_address) {
        addresses.entry((&one.from, &one.to)).or_default().push(one);
    }
    measurements.retain(|one| {
        let mut twins = addresses.get(&(&*one.from, &*one.to)).into_iter().flatten();
        one.by == By::Address || !twins.any(|twin| is_same(twin, one))
    });
    measurements
}

/// The text with each number and its unit on one line.
pub fn with_units(text: &str) -> String {
    [" ms", " s", " %"].iter().fold(text.to_owned(), |text, unit| {
        let is_unit = |after: &str| !after.starts_with(char::is_alphanumeric);
        let mut parts = text.split(unit).peekable();
        let mut whole = String::with_capacity(text.len());
        while let Some(part) = parts.next() {
            whole.push_str(part);
            if let Some(after) = parts.peek() {
                whole.push_str(&if is_unit(after) { glued(unit) } else { (*unit).to_owned() });
            }
        }
        whole
    })
}

/// The charts, and what their signs mean.
fn charts(shown: &[&Measurement], style: &Style) -> String {
    let all: Vec<(&Measurement, &Series)> =
        shown.iter().filter_map(|m| Some((*m, m.series.as_ref()?))).collect();
    let Some((_, first)) = all.first() else { return String::new() };
    let labels: Vec<String> = all.iter().map(|(m, _)| label(m)).collect();
    let longest = labels.iter().map(|label| width(label)).max().unwrap_or(0);
    let room = style.margin().saturating_sub(longest + GAP).max(FEWEST);
    let top = all.iter().filter_map(|(m, _)| m.latency.map(|latency| latency.max)).max();
    let most = all.iter().map(|(_, series)| series.tries.len()).max().unwrap_or(0);
    let each = most.div_ceil(room).max(1);
    let mut text = String::new();
    for ((_, series), label) in all.iter().zip(&labels) {
        let gap = " ".repeat(longest - width(label) + GAP);
        let chart = chart(&series.tries, each, top.unwrap_or(0), style);
        text.push_str(&format!("{}{gap}{chart}\n", style.paint(Role::Plain, label)));
    }
    let of_time = span(first.interval_ms as f64 / 1e3 * each as f64);
    let sign = match each {
        1 => format!("each sign is a try, {of_time} after the one before"),
        _ => format!("each sign is {}, of {of_time}", count(each as u64, "try")),
    };
    let tall = top.map(|top| format!("; {} is {}", BARS[7], milliseconds(top)));
    let legend = with_units(&format!("{sign}{}; {LOST} had no answer", tall.unwrap_or_default()));
    let words: Vec<String> = legend.split(' ').map(|word| style.paint(Role::Quiet, word)).collect();
    text.push_str(&flow(&words, " ", 0, style.margin()));
    text.push('\n');
    text
}

/// `web → db`, or `web → db 10.0.0.2 port 80`.
fn label(measurement: &Measurement) -> String {
    let Measurement { from, to, by, target, attempt, .. } = measurement;
    let mut label = format!("{from} → {to}");
    if *by == By::Address {
        label.push_str(&format!(" {target}"));
    }
    if let Some(port) = attempt.port() {
        label.push_str(&format!(" port {port}"));
    }
    label
}

/// A sign for `each` so many tries: the longest of their round trips, or that one
/// of them had no answer.
fn chart(tries: &[Try], each: usize, top: u64, style: &Style) -> String {
    let signs: Vec<char> = tries.chunks(each).map(|tries| sign(tries, top)).collect();
    let mut text = String::new();
    for run in signs.chunk_by(|a, b| (*a == LOST) == (*b == LOST)) {
        let role = if run[0] == LOST { Role::Bad } else { Role::Good };
        text.push_str(&style.paint(role, &run.iter().collect::<String>()));
    }
    text
}

fn sign(tries: &[Try], top: u64) -> char {
    let trips: Option<Vec<u64>> = tries.iter().map(|one| one.trip_us).collect();
    let Some(longest) = trips.and_then(|trips| trips.into_iter().max()) else { return LOST };
    let steps = BARS.len() as u64;
    let step = (longest.saturating_mul(steps)).div_ceil(top.max(1)).clamp(1, steps);
    BARS[usize::try_from(step - 1).unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tries(trips: &[u64]) -> Vec<Try> {
        let one = |(at, trip): (usize, &u64)| Try {
            at_ms: at as u64,
            trip_us: (*trip > 0).then_some(*trip),
        };
        trips.iter().enumerate().map(one).collect()
    }

    /// A way that was tried once a second.
    fn way(by: By, trips: &[u64]) -> Measurement {
        let (target, outcome) = match by {
            By::Name => ("db", "reachable"),
            By::Address => ("10.0.0.3", "reachable"),
        };
        let answered: Vec<u64> = trips.iter().copied().filter(|trip| *trip > 0).collect();
        let (min, max) = (answered.iter().min().unwrap(), answered.iter().max().unwrap());
        serde_json::from_value(serde_json::json!({
            "from": "web", "to": "db", "by": by.as_str(), "target": target, "protocol": "icmp",
            "outcome": outcome, "sent": trips.len(), "received": answered.len(),
            "latency": {"min": min, "avg": min, "max": max},
            "series": {"interval_ms": 1000, "jitter_us": 20, "tries": tries(trips)},
        }))
        .unwrap()
    }

    #[test]
    fn a_name_that_leads_to_the_same_address_is_no_second_way() {
        let style = Style { width: 60, color: false };
        let trips = [100, 200, 0, 800];
        let both = [way(By::Name, &trips), way(By::Address, &trips)];
        let drawn = over_time(&both, &style);
        assert_eq!(
            drawn,
            "web → db 10.0.0.3  ▁▂×█\n\
             each sign is a try, 1 s after the one before; █ is 0.80 ms;\n\
             × had no answer\n\
             web → db 10.0.0.3: reachable 0.10–0.80 ms, jitter 0.02 ms, 1\n  \
             of 4 lost (25.0 %)\n"
        );
        let others = [way(By::Name, &[300, 300, 300, 300]), way(By::Address, &trips)];
        assert_eq!(over_time(&others, &style).matches("web → db: ").count(), 1);
    }

    #[test]
    fn each_sign_is_as_high_as_its_round_trip() {
        let style = Style { width: 80, color: false };
        let drawn = |trips: &[u64], each| chart(&tries(trips), each, 800, &style);
        assert_eq!(drawn(&[1, 100, 101, 400, 0, 800], 1), "▁▁▂▄×█");
        // Of several the longest counts, and one that was lost.
        assert_eq!(drawn(&[100, 300, 0, 300, 700], 2), "▃×▇");
        assert_eq!(drawn(&[], 1), "");
    }
}
