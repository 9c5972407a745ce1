//! What contradicts the map, in sentences.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::{Compared, Comparison, Extent, Map, Mark, Silence, Surprise, Ways, silences};
use crate::model::words::{count, listed};
use crate::model::{By, ContainerAt, Natural, NetworkAt, Outcome, Why};
use crate::order::{OrderBy, Ordered};
use crate::render::fix;

/// A contradiction, said once for both directions.
pub struct Sentence {
    /// Leak or failure.
    pub mark: Mark,
    /// What happened, between whom.
    pub text: String,
    /// What to ask next.
    pub next: String,
    /// The pairs of containers it is about.
    pub pairs: Vec<(ContainerAt, ContainerAt)>,
    /// The networks that it is about as a whole.
    pub networks: Vec<NetworkAt>,
}

/// The contradictions, worst first. What several pairs have in common is told
/// once.
pub fn sentences(map: &Map, comparison: &Comparison) -> Vec<Sentence> {
    let mut rows: BTreeMap<(ContainerAt, ContainerAt), Vec<&Compared>> = BTreeMap::new();
    for row in comparison.rows.iter().filter(|row| row.agreement.is_surprise()) {
        rows.entry((row.from, row.to)).or_default().push(row);
    }
    let mut told: BTreeSet<(ContainerAt, ContainerAt)> = BTreeSet::new();
    let mut of_many: Vec<Sentence> = Vec::new();
    for silence in silences(map, comparison, |_| true) {
        if let Some(text) = common(map, &silence) {
            told.extend(silence.attempts.iter().map(|row| (row.from, row.to)));
            let next = "netmap doctor --probe".to_owned();
            let pairs = silence.attempts.iter().map(|row| (row.from, row.to)).collect();
            let networks = match silence.extent {
                Extent::Networks { networks, .. } => networks,
                _ => Vec::new(),
            };
            of_many.push(Sentence { mark: Mark::Fails, text, next, pairs, networks });
        }
    }
    let is_told = |pair: &Surprise| {
        let (there, back) = ((pair.from, pair.to), (pair.to, pair.from));
        pair.mark == Mark::Fails
            && told.contains(&there)
            && (!pair.both_ways || told.contains(&back))
    };
    let pairs = comparison.surprising_pairs().into_iter().filter(|pair| !is_told(pair));
    let of_pairs = pairs.map(|Surprise { from, to, mark, both_ways }| {
        let of_pair = rows.get(&(from, to)).map_or(&[][..], Vec::as_slice);
        let arrow = if both_ways { "⇄" } else { "→" };
        let name = |at: ContainerAt| map.container(at).name.as_str();
        let (a, b) = (name(from), name(to));
        Sentence {
            mark,
            text: format!("{a} {arrow} {b}{}", what_happened(of_pair, mark)),
            next: fix::with_names("netmap why", &[a, b]).unwrap_or_else(|| "netmap why".to_owned()),
            pairs: if both_ways { vec![(from, to), (to, from)] } else { vec![(from, to)] },
            networks: Vec::new(),
        }
    });
    let mut all: Vec<Sentence> = of_many.into_iter().chain(of_pairs).collect();
    // Stable: what explains most stays first among the failures.
    all.order_by_key(|sentence| sentence.mark);
    all
}

/// What attempts between more than two containers have in common.
fn common(map: &Map, silence: &Silence) -> Option<String> {
    let network = |at: &NetworkAt| map.network(*at).name.as_str();
    let said = match &silence.extent {
        Extent::Networks { networks, family } => {
            let names: Vec<&str> = networks.iter().map(network).collect();
            let carries = if names.len() == 1 { "carries" } else { "carry" };
            let what =
                family.map_or("nothing".to_owned(), |family| format!("no {}", family.as_str()));
            format!("{} {carries} {what} between containers", listed(&names, 4))
        }
        Extent::Container { container, network: on, ways } => {
            let (name, on) = (&map.container(*container).name, network(on));
            match ways {
                Ways::Both => format!("{name} is cut off on {on}"),
                Ways::In => format!("nobody reaches {name} on {on}"),
                Ways::Out => format!("{name} reaches nobody on {on}"),
            }
        }
        Extent::Pair(..) => return None,
    };
    let pairs: BTreeSet<_> = silence.attempts.iter().map(|row| (row.from, row.to)).into_set();
    Some(format!("{said}: no answer in {}.", count(pairs.len(), "pair")))
}

/// ` on quiet: no answer from 10.63.0.3, although both are on the same network.`
fn what_happened(rows: &[&Compared], mark: Mark) -> String {
    let of_mark = |row: &&&Compared| {
        (mark == Mark::Leaks) == (row.measurement.outcome.got_through() == Some(true))
    };
    let rows: Vec<&&Compared> = rows.iter().filter(of_mark).collect();
    // A silent address explains why the name did not lead there, either.
    let by_address: Vec<&&&Compared> =
        rows.iter().filter(|row| row.measurement.by == By::Address).collect();
    let telling = if by_address.is_empty() { rows.iter().collect() } else { by_address };
    let Some(first) = telling.first() else { return ".".to_owned() };
    let networks: BTreeSet<Natural<&str>> =
        telling.iter().filter_map(|row| row.measurement.network.as_deref().map(Natural)).into_set();
    let on = if networks.is_empty() {
        String::new()
    } else {
        format!(" on {}", listed(&networks.into_iter().map(|name| name.0).collect::<Vec<_>>(), 4))
    };
    let mut events: Vec<String> = Vec::new();
    for row in &telling {
        let event = event(row);
        if !events.contains(&event) {
            events.push(event);
        }
    }
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    format!("{on}: {}, although {}.", listed(&events, 4), first.predicted.reason)
}

fn event(row: &Compared) -> String {
    let measurement = row.measurement;
    let port = measurement.attempt.port().map_or(String::new(), |port| format!(" port {port}"));
    let target = format!("{}{port}", measurement.target);
    let reason = measurement
        .reason
        .as_ref()
        .map(Why::as_str)
        .map_or(String::new(), |reason| format!(" ({reason})"));
    match measurement.outcome {
        Outcome::Reachable => format!("{target} answers"),
        Outcome::Refused => format!("{target} answers that nothing listens there"),
        Outcome::Timeout => format!("no answer from {target}"),
        Outcome::Unreachable => format!("no way to {target}{reason}"),
        Outcome::NameNotFound => format!("the name {target} leads nowhere{reason}"),
        Outcome::Unknown => format!("{target} was not measured{reason}"),
    }
}

/// The contradictions as lines of text, worst first, for pictures to show
/// beside themselves.
pub fn surprise_sentences(map: &Map, comparison: &Comparison) -> Vec<String> {
    sentences(map, comparison)
        .into_iter()
        .map(|surprise| format!("{} {}", surprise.mark.sign(), surprise.text))
        .collect()
}
