//! Measurement held against prediction: where the two agree, where they
//! differ, and where one of them does not know.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use super::predict::best;
use super::{Judged, Map, Prediction, Reason, Verdict};
use crate::model::{Attempt, By, ContainerAt, Measurement, Outcome, Probe, with_positions};
use crate::order::OrderBy;

/// Whether measurement and prediction say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Agreement {
    /// It got through although it should be kept apart.
    Leaks,
    /// It did not get through although it should.
    Fails,
    /// One of the two does not know.
    Untold,
    /// They say the same. Isolation that holds is agreement.
    Agrees,
}

impl Agreement {
    fn of(predicted: Verdict, outcome: Outcome) -> Self {
        match (predicted, outcome.got_through()) {
            (Verdict::Unknown, _) | (_, None) => Self::Untold,
            (Verdict::Reachable, Some(true)) | (Verdict::Blocked, Some(false)) => Self::Agrees,
            (Verdict::Reachable, Some(false)) => Self::Fails,
            (Verdict::Blocked, Some(true)) => Self::Leaks,
        }
    }

    /// The word used in CSV.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Leaks => "leaks",
            Self::Fails => "fails",
            Self::Untold => "untold",
            Self::Agrees => "agrees",
        }
    }

    /// Whether the two contradict each other.
    pub fn is_surprise(self) -> bool {
        matches!(self, Self::Leaks | Self::Fails)
    }
}

/// A measurement with what the map had said.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    /// What was measured.
    pub measurement: &'a Measurement,
    /// The source.
    pub from: ContainerAt,
    /// The target.
    pub to: ContainerAt,
    /// What the map says.
    pub predicted: Judged,
    /// Whether the two agree.
    pub agreement: Agreement,
}

impl Compared<'_> {
    /// Whether it came to an outcome at all.
    pub fn is_measured(&self) -> bool {
        self.measurement.outcome != Outcome::Unknown
    }
}

/// What all measurements of one ordered pair of containers come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// It got through although the map says isolated.
    Leaks,
    /// Something was blocked that the map says is open.
    Fails,
    /// The way is open, but nothing listens on the ports tried.
    Refused,
    /// By name and by address.
    Reachable,
    /// By address, and the name leads nowhere, as the map says.
    AddressOnly,
    /// No way, as the map says.
    Isolated,
    /// No answer, and the map does not say whether there should be one.
    Silent,
    /// It could not be measured.
    Unknown,
}

impl Mark {
    /// The sign that stands for it in a matrix.
    pub fn sign(self) -> char {
        match self {
            Self::Leaks => '!',
            Self::Fails => '✗',
            Self::Refused => '◇',
            Self::Reachable => '●',
            Self::AddressOnly => '○',
            Self::Isolated => '–',
            Self::Silent => '~',
            Self::Unknown => '?',
        }
    }

    /// What it means, for a legend.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Leaks => "reachable although the map says isolated",
            Self::Fails => "blocked although the map says reachable",
            Self::Refused => "the way is open, but nothing listens there",
            Self::Reachable => "reachable",
            Self::AddressOnly => "reachable by address, not by name",
            Self::Isolated => "isolated, as the map says",
            Self::Silent => "no answer, and the map cannot say whether there should be one",
            Self::Unknown => "could not be measured",
        }
    }

    /// Whether it contradicts the map.
    pub fn is_surprise(self) -> bool {
        matches!(self, Self::Leaks | Self::Fails)
    }

    /// The mark of the measurements of one pair.
    fn of(rows: &[Compared]) -> Self {
        if let Some(surprise) =
            rows.iter().map(|row| row.agreement).filter(|a| a.is_surprise()).min()
        {
            return if surprise == Agreement::Leaks { Self::Leaks } else { Self::Fails };
        }
        let through = |by: By| {
            let rows = || rows.iter().filter(move |row| row.measurement.by == by);
            let answered = rows().any(|row| row.measurement.outcome == Outcome::Reachable);
            let refused = rows().any(|row| row.measurement.outcome == Outcome::Refused);
            (rows().next().is_some(), answered, refused)
        };
        let (named, by_name, name_refused) = through(By::Name);
        let (_, by_address, address_refused) = through(By::Address);
        if by_name || (by_address && !named) {
            return Self::Reachable;
        }
        if by_address {
            return Self::AddressOnly;
        }
        if name_refused || address_refused {
            return Self::Refused;
        }
        let unmeasured = |row: &Compared| row.measurement.outcome == Outcome::Unknown;
        if rows.iter().any(unmeasured) || rows.is_empty() {
            return Self::Unknown;
        }
        if rows.iter().any(|row| row.predicted.verdict == Verdict::Unknown) {
            return Self::Silent;
        }
        Self::Isolated
    }
}

/// Two containers between whom map and measurement disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Surprise {
    /// The source.
    pub from: ContainerAt,
    /// The target.
    pub to: ContainerAt,
    /// [`Mark::Leaks`] or [`Mark::Fails`].
    pub mark: Mark,
    /// Whether it is the same the other way round.
    pub both_ways: bool,
}

/// A probe beside what the map predicted.
#[derive(Debug)]
pub struct Comparison<'a> {
    /// Each measurement, in the probe's order.
    pub rows: Vec<Compared<'a>>,
    marks: BTreeMap<(ContainerAt, ContainerAt), Mark>,
    /// For each target and network on which it was tried by address, whether
    /// anybody had an answer.
    taps: HashMap<(ContainerAt, &'a str), bool>,
}

impl<'a> Comparison<'a> {
    /// Holds `probe` against `map`. Measurements of containers that the map
    /// does not have are left out.
    pub fn new(map: &Map, probe: &'a Probe) -> Self {
        let mut places: HashMap<&str, ContainerAt> = HashMap::new();
        for (at, container) in with_positions(&map.snapshot().containers) {
            places.entry(&container.name).or_insert(at);
        }
        let mut rows = Vec::with_capacity(probe.measurements.len());
        let mut marks = BTreeMap::new();
        // Measurements of one pair stand together; a pair is predicted once.
        for of_pair in probe.measurements.chunk_by(|a, b| a.from == b.from && a.to == b.to) {
            let (Some(from), Some(to)) = (
                places.get(of_pair[0].from.as_str()).copied(),
                places.get(of_pair[0].to.as_str()).copied(),
            ) else {
                continue;
            };
            let prediction = map.predict(from, to);
            let first = rows.len();
            rows.extend(of_pair.iter().map(|measurement| {
                let Measurement { by, target, attempt, .. } = measurement;
                let predicted = prediction.of(*by, target, *attempt);
                let agreement = Agreement::of(predicted.verdict, measurement.outcome);
                Compared { measurement, from, to, predicted, agreement }
            }));
            marks.insert((from, to), Mark::of(&rows[first..]));
        }
        let mut taps: HashMap<(ContainerAt, &str), bool> = HashMap::new();
        for row in &rows {
            let network = row.measurement.network.as_deref();
            if let (Some(network), Some(through)) = (network, row.measurement.outcome.got_through())
            {
                *taps.entry((row.to, network)).or_default() |= through;
            }
        }
        Self { rows, marks, taps }
    }

    /// Whether anybody had an answer from the container's address on the
    /// network of this name; `None` where nobody's try came to an outcome.
    pub fn answers_on(&self, container: ContainerAt, network: &str) -> Option<bool> {
        self.taps.get(&(container, network)).copied()
    }

    /// The pairs that contradict the map, each once for both directions, leaks
    /// first and then by position.
    pub fn surprising_pairs(&self) -> Vec<Surprise> {
        let mut pairs: Vec<Surprise> = self
            .marks()
            .filter(|(_, _, mark)| mark.is_surprise())
            .map(|(from, to, mark)| {
                let both_ways = self.mark(to, from) == Some(mark);
                Surprise { from, to, mark, both_ways }
            })
            .filter(|pair| !pair.both_ways || pair.from < pair.to)
            .collect();
        pairs.order_by_key(|pair| (pair.mark, pair.from, pair.to));
        pairs
    }

    /// What the measurements from one container to another come to; `None`
    /// when the pair was not probed.
    pub fn mark(&self, from: ContainerAt, to: ContainerAt) -> Option<Mark> {
        self.marks.get(&(from, to)).copied()
    }

    /// Each probed pair, with its mark.
    pub fn marks(&self) -> impl Iterator<Item = (ContainerAt, ContainerAt, Mark)> {
        self.marks.iter().map(|((from, to), mark)| (*from, *to, *mark))
    }

    /// The measurements that contradict the map, worst first: leaks, then
    /// addresses that do not answer, then names.
    pub fn surprises(&self) -> Vec<Compared<'a>> {
        let mut surprises: Vec<Compared> =
            self.rows.iter().copied().filter(|row| row.agreement.is_surprise()).collect();
        surprises.order_by_key(|row| (row.agreement, std::cmp::Reverse(row.measurement.by)));
        surprises
    }
}

impl Prediction {
    /// What the map says of just this name or address of the target.
    pub fn of(&self, by: By, target: &str, attempt: Attempt) -> Judged {
        if by == By::Name {
            return self.by_name_for(attempt);
        }
        let address: Option<IpAddr> = target.parse().ok();
        let with_it =
            self.routes.iter().filter(|route| address.is_some() && route.address == address);
        // Networks that overlap may give one container the same address twice.
        match best(with_it.map(|route| route.judged_for(attempt))) {
            Some(judged) => judged,
            // Either there is no way to send anything to, or the address is
            // none of the target's any more.
            None if self.routes.is_empty() => self.by_address,
            None => Judged { verdict: Verdict::Unknown, reason: Reason::NoAddress },
        }
    }

    /// What the map says of the target's own name.
    pub fn by_name_for(&self, attempt: Attempt) -> Judged {
        // The ways that a name leads to are open to all ports or to none.
        if attempt.port().is_some() { self.by_name.without_ports() } else { self.by_name }
    }

    /// The best that the map says of the target's addresses.
    pub fn by_address_for(&self, attempt: Attempt) -> Judged {
        best(self.routes.iter().map(|route| route.judged_for(attempt))).unwrap_or(self.by_address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Snapshot;

    fn snapshot() -> Snapshot {
        let text = r#"{"schema":"netmap/1",
            "networks":[{"name":"front","id":"f","driver":"bridge","subnets":[{"subnet":"10.0.0.0/24"}]},
                        {"name":"back","id":"b","driver":"bridge","subnets":[{"subnet":"10.1.0.0/24"}]}],
            "containers":[
              {"name":"api","id":"1","state":"running","network_mode":"front",
               "endpoints":[{"network":"front","network_id":"f","ipv4":"10.0.0.2","gateway":"10.0.0.1"}]},
              {"name":"web","id":"2","state":"running","network_mode":"front",
               "endpoints":[{"network":"front","network_id":"f","ipv4":"10.0.0.3","gateway":"10.0.0.1"}]},
              {"name":"db","id":"3","state":"running","network_mode":"back",
               "endpoints":[{"network":"back","network_id":"b","ipv4":"10.1.0.2","gateway":"10.1.0.1"}]}]}"#;
        Snapshot::read(text.as_bytes()).unwrap()
    }

    fn measured(from: &str, to: &str, target: &str, outcome: &str) -> Measurement {
        let by = if target.contains('.') { "address" } else { "name" };
        serde_json::from_value(serde_json::json!({
            "from": from, "to": to, "by": by, "target": target,
            "protocol": "icmp", "outcome": outcome,
        }))
        .unwrap()
    }

    fn mark(measurements: Vec<Measurement>) -> Option<Mark> {
        let snapshot = snapshot();
        let map = Map::new(&snapshot);
        let probe = Probe::new(measurements);
        let comparison = Comparison::new(&map, &probe);
        comparison.marks().next().map(|(_, _, mark)| mark)
    }

    #[test]
    fn isolation_that_holds_is_agreement_and_a_hole_is_a_leak() {
        let silent = |to_name: &str, outcome: &str| {
            vec![measured("web", "db", "db", to_name), measured("web", "db", "10.1.0.2", outcome)]
        };
        assert_eq!(mark(silent("name-not-found", "timeout")), Some(Mark::Isolated));
        assert_eq!(mark(silent("name-not-found", "reachable")), Some(Mark::Leaks));
        assert_eq!(mark(silent("name-not-found", "refused")), Some(Mark::Leaks));
        assert_eq!(mark(silent("name-not-found", "unknown")), Some(Mark::Unknown));
    }

    #[test]
    fn an_open_way_that_is_silent_fails_and_one_not_measured_is_unknown() {
        let pair = |name: &str, address: &str| {
            vec![measured("web", "api", "api", name), measured("web", "api", "10.0.0.2", address)]
        };
        assert_eq!(mark(pair("reachable", "reachable")), Some(Mark::Reachable));
        assert_eq!(mark(pair("timeout", "timeout")), Some(Mark::Fails));
        assert_eq!(mark(pair("name-not-found", "reachable")), Some(Mark::Fails));
        assert_eq!(mark(pair("unknown", "unknown")), Some(Mark::Unknown));
        assert_eq!(mark(pair("refused", "refused")), Some(Mark::Refused));
    }

    #[test]
    fn what_the_map_does_not_have_is_left_out() {
        assert_eq!(mark(vec![measured("web", "gone", "gone", "timeout")]), None);
    }

    #[test]
    fn surprises_come_worst_first() {
        let snapshot = snapshot();
        let map = Map::new(&snapshot);
        let probe = Probe::new(vec![
            measured("web", "api", "api", "timeout"),
            measured("web", "api", "10.0.0.2", "timeout"),
            measured("web", "db", "10.1.0.2", "reachable"),
            measured("api", "web", "web", "reachable"),
        ]);
        let comparison = Comparison::new(&map, &probe);
        let targets: Vec<&str> =
            comparison.surprises().iter().map(|row| row.measurement.target.as_str()).collect();
        assert_eq!(targets, ["10.1.0.2", "10.0.0.2", "api"]);
    }
}
