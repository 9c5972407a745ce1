//! Which lines of a log count.

use super::{Case, Facts};
use crate::graph::Map;
use crate::model::{
    Container, ContainerAt, EngineFacts, LogError, LogErrorKind, Moment, NetworkMode, Observation,
    Repeated, Snapshot, State,
};

fn moment(second: f64) -> Option<Moment> {
    Moment::parse(&format!("2026-11-24T07:{:02}:{:012.9}Z", second as u64 / 60, second % 60.0))
}

fn first(case: &Case) -> ContainerAt {
    case.containers().next().expect("a container")
}

/// A container that ended, was started again and has complained at these
/// seconds of the hour.
struct Run {
    state: State,
    restarts: u64,
    ended: f64,
    started: f64,
    looked: f64,
    complained: (f64, f64),
    count: u32,
    connected: Option<f64>,
}

impl Run {
    const PLAIN: Self = Self {
        state: State::Running,
        restarts: 0,
        ended: 100.2,
        started: 100.4,
        looked: 160.0,
        complained: (90.0, 100.1),
        count: 10,
        connected: None,
    };

    fn read<T>(&self, of: impl FnOnce(&Case) -> T) -> T {
        let container = Container {
            name: "web".to_owned(),
            id: "1".repeat(64),
            state: self.state,
            restart_count: self.restarts,
            started_at: moment(self.started),
            finished_at: moment(self.ended),
            ..Container::default()
        };
        let error = LogError {
            denied: false,
            kind: LogErrorKind::Refused,
            host: "db".to_owned(),
            port: Some(5432),
            repeated: Repeated {
                count: self.count,
                first: moment(self.complained.0),
                last: moment(self.complained.1),
                last_but_one: None,
            },
        };
        let observation = Observation {
            container: container.name.clone(),
            id: container.id.clone(),
            at: moment(self.looked),
            log_errors: Some(vec![error]),
            log_connected: self.connected.and_then(moment),
            ..Observation::default()
        };
        let mut snapshot =
            Snapshot::new(EngineFacts::default(), Vec::new(), vec![container], Vec::new());
        snapshot.observations = vec![observation];
        of(&Case::new(&Map::new(&snapshot), None))
    }

    fn counts(&self) -> bool {
        self.read(|case| Facts::log_errors(case, first(case)).count() == 1)
    }
}

#[test]
fn an_error_of_the_run_before_is_none_of_this_one_though_of_the_same_second() {
    assert!(!Run::PLAIN.counts());
    assert!(Run { complained: (100.5, 100.6), ..Run::PLAIN }.counts());
    assert!(Run { complained: (90.0, 100.3), ..Run::PLAIN }.counts(), "between the two");
    let late = Run { ended: 60.0, complained: (50.0, 60.1), ..Run::PLAIN };
    assert!(!late.counts(), "written a little late, and long before the start");
    let later = Run { started: 130.0, complained: (90.0, 100.3), ..Run::PLAIN };
    assert!(!later.counts(), "last words that were read late");
}

#[test]
fn what_is_restarted_again_and_again_is_one_run_as_long_as_that_goes_on() {
    let looping = Run { restarts: 3, looked: 101.0, ..Run::PLAIN };
    assert!(looping.counts());
    assert!(looping.read(|case| case.is_looping(first(case))));
    // Between two attempts.
    assert!(Run { state: State::Restarting, complained: (90.0, 100.5), ..looping }.counts());
    let up_again = Run { restarts: 3, ..Run::PLAIN };
    assert!(!up_again.counts(), "the next complaint is long overdue");
    assert!(!up_again.read(|case| case.is_looping(first(case))));
    // Each attempt takes half a minute.
    let slow =
        Run { restarts: 3, looked: 140.0, complained: (10.0, 100.1), count: 4, ..Run::PLAIN };
    assert!(slow.counts());
}

#[test]
fn who_is_connected_and_outlives_its_former_runs_is_no_longer_in_a_loop() {
    // It ended every second.
    let run = Run { restarts: 7, looked: 106.0, connected: Some(101.0), ..Run::PLAIN };
    let is_looping = |run: &Run| run.read(|case| case.is_looping(first(case)));
    assert!(!is_looping(&run));
    assert!(is_looping(&Run { connected: None, ..run }));
    assert!(is_looping(&Run { connected: Some(99.0), ..run }), "in the run before");
    assert!(is_looping(&Run { looked: 101.5, ..run }), "its runs last that long");
    assert!(is_looping(&Run { restarts: 1, ..run }), "once is no measure");
}

#[test]
fn an_owner_and_a_sidecar_restarted_within_one_second_are_told_apart() {
    let of = |name: &str, id: &str, mode: NetworkMode, started: f64| Container {
        name: name.to_owned(),
        id: id.repeat(64),
        state: State::Running,
        network_mode: mode,
        started_at: moment(started),
        ..Container::default()
    };
    let is_orphan = |owner: f64, sidecar: f64, namespaces: Option<[u64; 2]>| {
        let shared = NetworkMode::Container("1".repeat(64));
        let containers = vec![
            of("owner", "1", NetworkMode::default(), owner),
            of("sidecar", "2", shared, sidecar),
        ];
        let seen = |container: &Container, number: u64| Observation {
            container: container.name.clone(),
            id: container.id.clone(),
            network_namespace: Some(number),
            ..Observation::default()
        };
        let seen = namespaces.map(|numbers| {
            containers.iter().zip(numbers).map(|(of, number)| seen(of, number)).collect()
        });
        let mut snapshot =
            Snapshot::new(EngineFacts::default(), Vec::new(), containers, Vec::new());
        snapshot.observations = seen.unwrap_or_default();
        let map = Map::new(&snapshot);
        let case = Case::new(&map, None);
        case.containers().any(|at| case.is_orphan(at))
    };
    assert!(!is_orphan(100.2, 100.6, None));
    assert!(is_orphan(100.6, 100.2, None));
    // Where it can be seen, the namespace decides, whatever the clock says.
    assert!(!is_orphan(100.6, 100.2, Some([7, 7])));
    assert!(is_orphan(100.2, 100.6, Some([8, 7])));
}
