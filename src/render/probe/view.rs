//! What the formats of `netmap probe` show.

use std::collections::BTreeSet;

use crate::graph::{Compared, Comparison, Map, Mark, Strangers};
use crate::model::{ContainerAt, Latency, Natural};
use crate::order::OrderBy;

/// A probe held against the map, for showing.
#[derive(Debug)]
pub struct ProbeView<'a> {
    /// The map.
    pub map: &'a Map<'a>,
    /// The measurements beside the predictions.
    pub comparison: &'a Comparison<'a>,
    /// Whether only what contradicts the map is to be shown.
    pub only_surprises: bool,
    /// Whether to draw what was measured over time.
    pub charts: bool,
    /// Members of the networks asked about that were not probed.
    pub strangers: Strangers,
    /// What was asked about, such as a project's name, if not all of the map.
    pub scope: Option<String>,
}

impl<'a> ProbeView<'a> {
    /// All that was tried, by the names of both ends.
    pub fn by_name(&self) -> Vec<&'a Compared<'a>> {
        let mut rows: Vec<&Compared> = self.comparison.rows.iter().collect();
        rows.order_by_key(|row| [&row.measurement.from, &row.measurement.to].map(Natural));
        rows
    }

    /// The containers probed from and the containers probed, in name order.
    pub fn ends(&self) -> (Vec<ContainerAt>, Vec<ContainerAt>) {
        let (mut from, mut to) = (BTreeSet::new(), BTreeSet::new());
        for (source, target, _) in self.comparison.marks() {
            from.insert(source);
            to.insert(target);
        }
        (from.into_iter().collect(), to.into_iter().collect())
    }

    /// Whether something was tried at a pace.
    pub fn is_over_time(&self) -> bool {
        self.comparison.rows.iter().any(|row| row.measurement.series.is_some())
    }

    /// What a container is called.
    pub fn name(&self, container: ContainerAt) -> &'a str {
        &self.map.container(container).name
    }

    /// How many pairs have this mark.
    pub fn count(&self, mark: Mark) -> usize {
        self.comparison.marks().filter(|(_, _, of_pair)| *of_pair == mark).count()
    }
}

/// Microseconds as milliseconds with as many places as mean something.
pub fn milliseconds(micros: u64) -> String {
    match micros {
        0..1_000 => format!("{:.2} ms", micros as f64 / 1e3),
        1_000..100_000 => format!("{:.1} ms", micros as f64 / 1e3),
        _ => format!("{:.0} ms", micros as f64 / 1e3),
    }
}

/// `0.06 ms`, or `0.05–0.09 ms` over several tries.
pub fn latency(latency: Latency) -> String {
    if latency.min == latency.max {
        return milliseconds(latency.avg);
    }
    let low = milliseconds(latency.min);
    format!("{}–{}", low.trim_end_matches(" ms"), milliseconds(latency.max))
}
