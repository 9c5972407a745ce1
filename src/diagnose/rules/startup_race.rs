//! A client that was faster than its server.

use crate::diagnose::{
    Case, Edge, Judgement, Obstacle, Rule, Sight, advise, in_vain, is_connected,
};
use crate::model::words::few;
use crate::model::{
    Container, ContainerAt, Evidence, Finding, LogError, LogErrorKind, Moment, Repeated, Severity,
    State, TroubleKind,
};

/// See `netmap explain startup-race`.
pub const RULE: Rule = Rule {
    name: "startup-race",
    severity: Severity::Warning,
    summary: "a container dialled its server before that was ready",
    meaning: "Started is not ready: a database takes seconds until it listens. Compose starts in \
        order but waits for readiness only where there is a health check and a condition.",
    seen: "The log has a refusal within a minute of the start, the server listens now, and it has no \
        health check. Connections that are taken and ended go on for another reason. A client that has evidently got through since, by an open connection or by what \
        its log says, is not told of; one that only fell silent is good to know of.",
    example: "`connection refused` or `the database system is starting up` once, right after the start",
    fix: "A health check on the server and `depends_on: … condition: service_healthy` on the client; \
        or a client that tries again.",
    mistaken_for: "A server that was restarted later: its clients' errors then lie between.",
    needs: &[Sight::Logs, Sight::Sockets],
    judge,
};

/// How long after a start an error still belongs to starting up, and how long after
/// it the next attempt of a client that said so once may be due, in seconds.
const START: f64 = 60.0;

/// How old the last error is before it counts as over, in seconds.
const OVER: f64 = 2.0;

/// How long a client may take to its first attempt where nothing else tells whether
/// it has made one before, in seconds.
const SLOW_START: f64 = 3.0;

/// What is said of a client that complained again and again, and does so no more.
pub const SILENT_SINCE: &str = "Nothing that can be seen tells whether it has got through since";

/// What became of a client whose server was not ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Since {
    /// It runs and has long been silent, which does not tell whether it got through.
    Silent,
    /// It runs, and its next attempt may be to come.
    Recent,
    /// It ended.
    GaveUp,
}

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| {
        let to = edge.container()?;
        let is_past = *obstacle == Obstacle::Past;
        let since = is_past.then(|| raced(case, edge, to)).flatten()?;
        Some((to, since))
    });
    Judgement::of(groups.into_iter().map(|((to, since), edges)| finding(case, to, since, &edges)))
}

fn finding(case: &Case, to: ContainerAt, since: Since, edges: &[&Edge]) -> Finding {
    let (name, clients) = (case.name(to), case.clients(edges));
    let verb = if since == Since::GaveUp { "gave up on" } else { "dialled" };
    let mut finding = RULE.finding(
        clients.iter().copied().chain([name]),
        format!("{} {verb} {name} before it was ready", few(&clients)),
    );
    finding.evidence = case.signs(edges);
    finding.evidence.push(Evidence::ReadyNow { container: name.to_owned() });
    let called = few(&case.all_called(edges));
    match since {
        Since::GaveUp => {
            let mut ended: Vec<ContainerAt> = edges.iter().map(|edge| edge.from).collect();
            ended.dedup();
            // The engine starts those again by itself, after a while.
            let waits = |at: &ContainerAt| case.container(*at).state == State::Restarting;
            if !ended.iter().all(waits) {
                finding.severity = Severity::Error;
            }
            let again = |at| if waits(&at) { case.restart(at) } else { case.start(at) };
            finding.fix.extend(ended.into_iter().map(again));
        }
        Since::Recent => {}
        Since::Silent => {
            finding.severity = Severity::Info;
            finding.evidence.push(Evidence::Remark { text: SILENT_SINCE });
            finding.fix.push(advise(format!("restart {called} if it does not work")));
        }
    }
    finding.fix.push(advise(format!(
        "give {} a health check (--health-cmd), and let {called} try again, or wait for it \
         (depends_on with condition: service_healthy)",
        case.called(to),
    )));
    finding
}

/// The containers that ended since their server was not ready.
pub fn gave_up(case: &Case) -> Vec<ContainerAt> {
    let raced = case.edges().filter(|(edge, obstacle)| {
        let past = *obstacle == Some(&Obstacle::Past);
        let since = edge.container().filter(|_| past).and_then(|to| raced(case, edge, to));
        since == Some(Since::GaveUp)
    });
    raced.map(|(edge, _)| edge.from).collect()
}

/// Whether what a client said at a moment is that a server speaks another protocol or has
/// another certificate: it had come up by then.
fn is_of_another_kind(case: &Case, client: ContainerAt, at: Moment) -> bool {
    let kinds = [TroubleKind::Protocol, TroubleKind::Encryption, TroubleKind::Certificate];
    let mut troubles = case.log_troubles(client);
    troubles.any(|trouble| kinds.contains(&trouble.kind) && trouble.repeated.first == Some(at))
}

/// What became of the client, if the failure was at the start of the client or of
/// the server, and it has not evidently got through since.
fn raced(case: &Case, edge: &Edge, to: ContainerAt) -> Option<Since> {
    let (client, server) = (case.container(edge.from), case.container(to));
    if server.health.is_some() || server.state != State::Running || was_away(case, edge.from, to) {
        return None;
    }
    let (client_start, server_start) = (client.started_at?, server.started_at?);
    let is_early = |error: &LogError, first: Moment| {
        let is_of_start = match error.kind {
            LogErrorKind::Refused | LogErrorKind::Failed => true,
            // Who ends a connection has taken it: it is not that alone that goes on, or for a
            // reason that it tells.
            LogErrorKind::Reset => {
                let is_late = |last: Moment| last.since(server_start) > START;
                !error.repeated.last.is_some_and(is_late)
                    && !case.goes_on(edge.from, &error.repeated)
                    && case.turning_away(to).is_none()
            }
            // What does not run has neither name nor address.
            LogErrorKind::NameNotFound | LogErrorKind::Unreachable | LogErrorKind::Timeout => {
                first.since(server_start) <= 0.0
            }
            LogErrorKind::InvalidHost | LogErrorKind::Unescaped => false,
        };
        is_of_start
            && !is_of_another_kind(case, edge.from, first)
            && first.since(client_start) <= START
            && first.since(server_start).abs() <= START
    };
    if had_it_before(case, edge, server_start) {
        return None;
    }
    // Who ended long after its server had come up did so for another reason.
    let runs = matches!(client.state, State::Running | State::Paused);
    let is_of_race = |last: Moment| runs || last.since(server_start) <= START;
    let lasting = edge.logged().filter(|error| error.repeated.last.is_none_or(is_of_race));
    let early = lasting.filter(|error| {
        let is_race = |first| is_early(error, first) && !is_cut(client_start, server, error, first);
        error.repeated.first.is_some_and(is_race)
    });
    early.filter_map(|error| since(case, edge, error)).max()
}

/// Whether the log of a client says that it was connected before its server was
/// started, to the one before, and can mean no other.
fn had_it_before(case: &Case, edge: &Edge, server_start: Moment) -> bool {
    let said = case.seen(edge.from).and_then(|seen| seen.log_connected);
    let mut others = case.edges_from(edge.from).map(|(other, _)| other);
    said.is_some_and(|said| said.since(server_start) < 0.0)
        && !others.any(|other| other.container() != edge.container())
}

/// Whether a client complained when its server was made again: one that had been made
/// only after the client had started, and of which that had nothing to say for longer
/// than it then had to wait. Who begins before its server complains from its start on,
/// and goes on.
fn is_cut(client_start: Moment, server: &Container, error: &LogError, first: Moment) -> bool {
    let (Some(made), Some(start)) = (server.created_at, server.started_at) else { return false };
    let content = first.since(client_start);
    let was_content = content > SLOW_START && content > start.since(first);
    made.since(client_start) > 0.0 && (was_content || has_paused(&error.repeated, first, start))
}

/// Whether complaints began again after a pause: there are fewer of them than there
/// would be, had they gone on until the server was there. Who waits longer each time
/// waits longest at last.
fn has_paused(complaint: &Repeated, first: Moment, start: Moment) -> bool {
    let Some((last, before)) = complaint.last.zip(complaint.last_but_one) else { return false };
    let (latest, count) = (last.since(before), f64::from(complaint.count));
    let earlier = before.since(first) / (count - 2.0).max(1.0);
    start.since(first) > 2.0 * latest * count || (earlier > 0.0 && latest > 8.0 * earlier)
}

/// Whether a server, or what shares its network, was stopped while its client ran:
/// what the client then said is about that.
fn was_away(case: &Case, client: ContainerAt, server: ContainerAt) -> bool {
    let Some(began) = case.container(client).started_at else { return false };
    let sharing = case
        .map
        .stack(server)
        .into_iter()
        .flat_map(|stack| [stack].into_iter().chain(case.map.sidecars(stack).iter().copied()));
    let mut ends = sharing.filter_map(|at| case.container(at).finished_at);
    ends.any(|end| end.since(began) >= 0.0)
}

/// What became of the client since it said so; `None` where it got through, or has
/// only just said so.
fn since(case: &Case, edge: &Edge, error: &LogError) -> Option<Since> {
    let last = error.repeated.last?;
    if !matches!(case.container(edge.from).state, State::Running | State::Paused) {
        return Some(Since::GaveUp);
    }
    let looked = case.seen(edge.from).and_then(|seen| seen.at);
    let ago = looked.map_or(OVER, |looked| looked.since(last));
    if ago < OVER || got_through(case, edge, last) {
        return None;
    }
    // Who said so once may wait for long until the next attempt, or make none.
    let is_repeated = error.repeated.count > 1;
    let is_overdue =
        if is_repeated { case.is_overdue(edge.from, &error.repeated) } else { ago > START };
    Some(if is_overdue { Since::Silent } else { Since::Recent })
}

/// Whether a client has evidently reached its server after it last complained: it
/// is connected, or was seen to be, or its log says so and is about nobody else.
fn got_through(case: &Case, edge: &Edge, last: Moment) -> bool {
    // What the server makes of it now is another matter.
    let trouble = case.trouble_that_goes_on(edge.from);
    if trouble.is_some_and(|trouble| trouble.kind.is_of_server()) {
        return true;
    }
    edge.container().is_some_and(|to| is_connected(case, edge, to))
        || was_answered(case, edge, last)
        || says_it_got_through(case, edge, last)
}

/// Whether a client's log says after a complaint that it is connected, and complains
/// of nobody else.
pub(super) fn says_it_got_through(case: &Case, edge: &Edge, last: Moment) -> bool {
    let said = case.seen(edge.from).and_then(|seen| seen.log_connected);
    let is_said = said.is_some_and(|said| said.since(last) >= 0.0);
    let is_same = |other: &Edge| {
        other.host == edge.host
            || (other.container() == edge.container() && edge.container().is_some())
    };
    let is_about_another = |other: &Edge| !is_same(other) && other.logged().next().is_some();
    let mut others = case.edges_from(edge.from).map(|(other, _)| other);
    is_said && !others.any(is_about_another)
}

/// Whether a client was answered on the wire after it last complained, and while
/// somebody listened: what the kernel remembers of before may be netmap's own doing.
fn was_answered(case: &Case, edge: &Edge, last: Moment) -> bool {
    let (Some(to), Some(flows)) = (edge.container(), &case.map.snapshot().flows) else {
        return false;
    };
    let Some(began) = flows.began else { return false };
    let mut between = flows.flows.iter().filter(|flow| {
        let is_asked = edge.port.is_none() || flow.port == edge.port;
        let ends = [(&flow.client, edge.from), (&flow.server, to)];
        is_asked && ends.iter().all(|(end, at)| end.is_container(case.name(*at)))
    });
    between.any(|flow| {
        let is_since = flow.last_seen >= began && flow.last_seen.since(last) > 0.0;
        is_since && flow.outcome.is_answered() && in_vain(flow) == 0
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::diagnose::diagnose;
    use crate::graph::Map;
    use crate::model::Snapshot;

    /// Seconds after everything was started, as a time.
    fn at(seconds: i64) -> String {
        let (minutes, seconds) = (seconds.div_euclid(60), seconds.rem_euclid(60));
        format!("2026-05-01T10:{:02}:{seconds:02}Z", 10 + minutes)
    }

    /// What a log says of db:5432, in these seconds.
    fn said(kind: &str, seconds: &[i64]) -> Value {
        let last_but_one = seconds.len().checked_sub(2).map(|before| at(seconds[before]));
        json!({"kind": kind, "host": "db", "port": 5432, "count": seconds.len(),
            "first": at(seconds[0]), "last": at(seconds[seconds.len() - 1]),
            "last_but_one": last_but_one})
    }

    /// What is found of web, which complained so, when netmap looks that many seconds
    /// after the start; with more that is known of web, of db, and of web's inside.
    fn found(looked: i64, errors: &[Value], web: &Value, db: &Value, inside: &Value) -> String {
        found_with(looked, errors, web, db, inside, &Value::Null)
    }

    /// Likewise, with what was seen on the wire meanwhile.
    fn found_with(
        looked: i64,
        errors: &[Value],
        web: &Value,
        db: &Value,
        inside: &Value,
        flows: &Value,
    ) -> String {
        let container = |name: &str, address: &str, more: &Value| {
            let mut container = json!({"name": name, "id": name, "state": "running",
                "started_at": at(0), "endpoints": [
                    {"network": "n", "network_id": "n", "ipv4": address, "aliases": [name]}]});
            container.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            container
        };
        let mut seen = json!({"container": "web", "id": "web", "at": at(looked),
            "log_errors": errors});
        seen.as_object_mut().unwrap().extend(inside.as_object().unwrap().clone());
        let snapshot = json!({
            "schema": "netmap/1",
            "networks": [{"name": "n", "id": "n", "driver": "bridge",
                "subnets": [{"subnet": "10.0.0.0/24"}]}],
            "containers": [container("db", "10.0.0.2", db), container("web", "10.0.0.3", web)],
            "observations": [seen, {"container": "db", "id": "db", "at": at(looked), "listening": [
                {"protocol": "tcp", "address": "0.0.0.0", "port": 5432}]}],
            "flows": flows,
        });
        let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
        let diagnosis = diagnose(&Map::new(&snapshot), None, |rule| rule.name == super::RULE.name);
        let found = diagnosis.findings.iter().map(|f| format!("{:?} {}", f.severity, f.summary));
        found.collect::<Vec<_>>().join("; ")
    }

    const DIALLED: &str = "Warning web dialled db before it was ready";
    const SILENT: &str = "Info web dialled db before it was ready";
    const GAVE_UP: &str = "Error web gave up on db before it was ready";

    #[test]
    fn a_race_is_told_until_the_next_attempt_must_have_been_made() {
        let none = json!({});
        let race = |looked, seconds: &[i64]| {
            found(looked, &[said("refused", seconds)], &none, &none, &none)
        };
        assert_eq!(race(4, &[3]), "", "it may be about to say so again");
        assert_eq!(race(20, &[3]), DIALLED);
        assert_eq!(race(90, &[3]), SILENT);
        // Every two seconds, and no more.
        assert_eq!(race(12, &[1, 3, 5, 7]), DIALLED);
        assert_eq!(race(18, &[1, 3, 5, 7]), SILENT);
        // Longer each time.
        assert_eq!(race(60, &[1, 3, 7, 15, 31]), DIALLED);
        assert_eq!(race(64, &[1, 3, 7, 15, 31]), SILENT);
        assert_eq!(race(200, &[90, 91]), "", "long after the start it is no race");
    }

    #[test]
    fn who_takes_connections_and_ends_them_is_up() {
        let none = json!({});
        let race = |looked, kind: &str, seconds: &[i64]| {
            found(looked, &[said(kind, seconds)], &none, &none, &none)
        };
        assert_eq!(race(20, "reset", &[3]), DIALLED, "it may have been starting");
        assert_eq!(race(14, "reset", &[3, 6, 9, 12]), "", "it goes on");
        assert_eq!(race(14, "refused", &[3, 6, 9, 12]), DIALLED, "it listens now");
        assert_eq!(race(200, "reset", &[3, 50, 90]), "", "long after it was started");
        assert_eq!(race(200, "refused", &[3, 50, 90]), SILENT);
    }

    #[test]
    fn a_client_that_has_got_through_is_not_told_of() {
        let none = json!({});
        let race = |inside: &Value, more: &[Value]| {
            let errors = [&[said("refused", &[1, 3])], more].concat();
            found(10, &errors, &none, &none, inside)
        };
        let to = |progress: &str, remote: &str| json!({"connections": [{"progress": progress, "remote": remote}]});
        assert_eq!(race(&to("open", "10.0.0.2:5432"), &[]), "");
        assert_eq!(race(&to("open", "203.0.113.7:443"), &[]), DIALLED);
        let says_so = |seconds| json!({"log_connected": at(seconds)});
        assert_eq!(race(&says_so(4), &[]), "");
        assert_eq!(race(&says_so(2), &[]), DIALLED, "and then it complained");
        // It may speak of another.
        let cache = json!({"kind": "refused", "host": "cache", "port": 6379, "count": 1,
            "first": at(2), "last": at(2)});
        assert_eq!(race(&says_so(4), &[cache]), DIALLED);
    }

    #[test]
    fn who_ended_gave_up_whatever_it_said_before() {
        let none = json!({});
        let ended = |code: i64, inside: &Value| {
            let web = json!({"state": "exited", "exit_code": code, "finished_at": at(4)});
            found(300, &[said("refused", &[3])], &web, &none, inside)
        };
        assert_eq!(ended(1, &none), GAVE_UP);
        assert_eq!(ended(1, &json!({"log_connected": at(1)})), GAVE_UP);
        assert_eq!(ended(0, &none), "", "a job that did what it was to do");
    }

    #[test]
    fn a_server_that_was_stopped_meanwhile_is_no_race() {
        let none = json!({});
        let race = |server: &Value| found(40, &[said("refused", &[12])], &none, server, &none);
        assert_eq!(race(&json!({"started_at": at(14)})), DIALLED, "it was started later");
        assert_eq!(race(&json!({"started_at": at(14), "finished_at": at(10)})), "");
        // Both were started again.
        assert_eq!(race(&json!({"started_at": at(14), "finished_at": at(-30)})), DIALLED);
    }

    #[test]
    fn a_server_that_was_made_again_meanwhile_is_no_race_at_any_moment() {
        let none = json!({});
        let made = |created: i64, started: i64| json!({"created_at": at(created), "started_at": at(started)});
        let race = |looked: i64, seconds: &[i64], server: &Value| {
            found(looked, &[said("refused", seconds)], &none, server, &none)
        };
        for looked in [16, 20, 40, 90] {
            assert_eq!(race(looked, &[12, 13], &made(13, 14)), "", "cut, {looked}");
            // Likewise where there was a race at its start, too.
            assert_eq!(race(looked, &[1, 12, 13], &made(13, 14)), "", "both, {looked}");
            assert_eq!(race(looked, &[1, 2, 13], &made(13, 14)), "", "once more, {looked}");
        }
        // One that waits longer each time.
        assert_eq!(race(24, &[1, 2, 4, 8, 16], &made(17, 17)), DIALLED);
        // Made with the client, as Compose does, and started later.
        assert_eq!(race(20, &[12, 13], &made(-1, 14)), DIALLED);
        // Made by hand after the client, which has been complaining from its start on.
        assert_eq!(race(20, &[1, 3, 5, 7, 9, 11, 13], &made(14, 14)), DIALLED);
        assert_eq!(race(8, &[2], &made(4, 4)), DIALLED);
        // Who cannot stand it ends, which is told as what it is.
        let web = json!({"state": "exited", "exit_code": 1, "finished_at": at(13)});
        assert_eq!(found(40, &[said("refused", &[12])], &web, &made(13, 14), &none), "");
    }

    #[test]
    fn who_was_connected_before_its_server_started_lost_one_before() {
        let none = json!({});
        let race = |connected: i64, web: &Value| {
            let inside = json!({"log_connected": at(connected)});
            let db = json!({"started_at": at(6)});
            found(20, &[said("refused", &[5, 7])], web, &db, &inside)
        };
        assert_eq!(race(1, &none), "");
        // To whom, where there are two?
        let two = json!({"references": [{"origin": "environment", "host": "db", "port": 5432},
            {"origin": "environment", "host": "cache", "port": 6379}]});
        assert_eq!(race(1, &two), SILENT);
    }

    #[test]
    fn who_was_answered_on_the_wire_since_has_got_through() {
        let none = json!({});
        let race = |outcome: &str, seen: i64, began: i64| {
            let flows = json!({"began": at(began), "window_ms": 9000, "flows": [{
                "client": {"kind": "container", "name": "web"},
                "server": {"kind": "container", "name": "db"}, "protocol": "tcp", "port": 5432,
                "outcome": outcome, "connections": 1, "first_seen": at(seen),
                "last_seen": at(seen), "basis": ["event"]}]});
            found_with(10, &[said("refused", &[1, 3])], &none, &none, &none, &flows)
        };
        assert_eq!(race("established", 5, 1), "");
        assert_eq!(race("closed", 5, 1), "");
        assert_eq!(race("established", 2, 1), DIALLED, "before it complained");
        assert_eq!(race("established", 5, 6), DIALLED, "nobody listened, it may be netmap's own");
        assert_eq!(race("refused", 5, 1), DIALLED);
    }

    #[test]
    fn what_did_not_run_yet_had_no_name() {
        let none = json!({});
        let race = |seconds: i64, kind: &str| {
            let web = json!({"state": "exited", "exit_code": 1, "finished_at": at(seconds)});
            let db = json!({"started_at": at(5)});
            found(40, &[said(kind, &[seconds])], &web, &db, &none)
        };
        assert_eq!(race(2, "name-not-found"), GAVE_UP);
        assert_eq!(race(8, "name-not-found"), "");
        assert_eq!(race(8, "refused"), GAVE_UP);
    }
}
