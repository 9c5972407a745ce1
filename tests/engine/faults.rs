//! Each call to a real engine in turn goes wrong, in every way a call can. What
//! comes of it is a clear error, or a part of the truth that says what is
//! missing: in time, in bounded memory, and never a finding or a measurement
//! that only the fault made.

#![allow(clippy::print_stderr)] // the counts are for the reader of the tests' output

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::faulty::{Fault, Faulty};
use crate::own_engine::OwnEngine;
use crate::support::{Measured, long, long_or, measured, netmap_command};

/// Everything that can become of a call.
const FAULTS: [Fault; 15] = [
    Fault::Delay(Duration::from_millis(300)),
    Fault::Silence,
    Fault::Cut(0),
    Fault::Cut(1),
    Fault::Cut(30),
    Fault::Cut(260),
    Fault::Cut(600),
    Fault::Status(500),
    Fault::Status(403),
    Fault::Status(404),
    Fault::Garbage,
    Fault::GarbageBody,
    Fault::EndlessHead,
    Fault::EndlessBody,
    Fault::Drip,
];

/// Those that every change is tried with where a call costs seconds.
const SOME: [Fault; 5] =
    [Fault::Silence, Fault::Cut(260), Fault::Status(500), Fault::GarbageBody, Fault::EndlessBody];

/// A netmap with nothing wrong takes about 15 MB here, a third of it fonts.
const MOST_MB: f64 = 500.0;

/// The calls a command makes, by what is in them; `ID` stands for one of the
/// containers, `NET` for its network.
struct Subject {
    arguments: &'static [&'static str],
    calls: &'static [&'static str],
    /// Whether the engine seems to be on another machine, so that looking
    /// inside takes an exec.
    remote: bool,
    /// Whether every change is tried with all faults.
    all: bool,
    /// How long all of it may take with one call that hangs.
    deadline: Duration,
}

const LISTS: [&str; 2] = ["GET /networks", "GET /containers/json"];

const SHOW: Subject = Subject {
    arguments: &["show", "--format", "json", "--timeout", "1s"],
    calls: &["GET /version", LISTS[0], LISTS[1], "GET /containers/ID/json"],
    remote: false,
    all: true,
    deadline: Duration::from_secs(6),
};

/// The list of networks with their members; where it fails, each is inspected.
const WITH_MEMBERS: &str = "GET /v1.27/networks";

const LOOKS: [&str; 10] = [
    LISTS[0],
    LISTS[1],
    "GET /containers/ID/json",
    "GET /containers/ID/logs",
    "GET /info",
    WITH_MEMBERS,
    "GET /networks/NET",
    "POST /containers/ID/exec",
    "POST /exec/",
    "GET /exec/",
];

const SNAPSHOT: Subject = Subject {
    arguments: &["snapshot"],
    calls: &LOOKS,
    remote: true,
    all: false,
    deadline: Duration::from_secs(40),
};

const DOCTOR: Subject = Subject {
    arguments: &["doctor", "--format", "json"],
    calls: &LOOKS,
    remote: true,
    all: false,
    deadline: Duration::from_secs(40),
};

const PROBE: Subject = Subject {
    arguments: &["probe", "--format", "json", "--method", "exec", "--timeout", "1s"],
    calls: &[
        "GET /version",
        LISTS[0],
        LISTS[1],
        "GET /containers/ID/json",
        "POST /containers/ID/exec",
        "POST /exec/",
    ],
    remote: true,
    all: false,
    deadline: Duration::from_secs(40),
};

/// One of the subjects with one of its calls gone wrong in one way.
struct Case<'a> {
    subject: &'a Subject,
    call: &'static str,
    fault: Fault,
}

#[derive(Debug, Default)]
struct Counts {
    whole: AtomicUsize,
    marked: AtomicUsize,
    error: AtomicUsize,
}

/// Three containers on a network, alone on their engine.
struct Zoo {
    engine: OwnEngine,
    /// Of the first container, and of the network.
    ids: [String; 2],
}

const NAMES: [&str; 3] = ["aa", "bb", "cc"];

impl Zoo {
    fn start() -> Self {
        let engine = OwnEngine::start();
        engine.docker(&["network", "create", "net"]);
        // What they dial gives the doctor something to say.
        for (name, variable) in NAMES.into_iter().zip(["DB=http://bb:80", "X=1", "DB=http://xx:80"])
        {
            engine.sleeper(name, &["--network", "net", "-e", variable]);
        }
        let ids = [
            engine.docker(&["inspect", "-f", "{{.Id}}", NAMES[0]]),
            engine.docker(&["network", "inspect", "-f", "{{.Id}}", "net"]),
        ];
        Self { engine, ids }
    }

    /// Runs netmap with this call gone wrong in this way: a GET each time that
    /// it is made, as netmap asks once more for what it could not read; of
    /// execs, which are many, the first.
    fn run(&self, subject: &Subject, wrong: Option<(&str, Fault)>) -> (Measured, usize) {
        let wanted = wrong.map(|(call, fault)| {
            (call.replace("ID", &self.ids[0]).replace("NET", &self.ids[1]), fault)
        });
        let first = AtomicUsize::new(0);
        let choose = move |asked: &str| {
            let (call, fault) = wanted.as_ref()?;
            if asked == WITH_MEMBERS && call.starts_with("GET /networks/") {
                return Some(Fault::Status(404));
            }
            // A call that ends in a slash stands for all below it.
            let fits = asked.split('?').next() == Some(call)
                || call.ends_with('/') && asked.starts_with(call.as_str());
            let each = call.starts_with("GET ") && !call.ends_with('/');
            (fits && (each || first.fetch_add(1, Ordering::SeqCst) == 0)).then_some(*fault)
        };
        let proxy = match subject.remote {
            true => Faulty::over_tcp(&self.engine.address, choose),
            false => Faulty::start(&self.engine.address, choose),
        };
        let mut command = netmap_command();
        command.args(subject.arguments).args(["--host", &proxy.address]);
        let ran = measured(&mut command);
        (ran, proxy.hits())
    }

    /// The report of a run in which nothing goes wrong.
    fn healthy(&self, subject: &Subject) -> Value {
        let (ran, _) = self.run(subject, None);
        assert!(matches!(ran.code, Some(0 | 1)), "{}", ran.err);
        serde_json::from_str(&ran.out).unwrap()
    }
}

/// Tries every case of a subject, several at once: most of them wait. `judge`
/// says what is wrong with a report, if anything is, beside that of a healthy
/// run.
fn try_all(
    zoo: &Zoo,
    subject: &Subject,
    judge: impl Fn(&Case, &Value, &Value) -> Option<String> + Sync,
) -> Vec<String> {
    let healthy = zoo.healthy(subject);
    let calls = subject.calls.iter();
    let cases: Vec<Case> = calls
        .flat_map(|call| FAULTS.iter().map(move |fault| Case { subject, call, fault: *fault }))
        .filter(|case| subject.all || long() || SOME.contains(&case.fault))
        .collect();
    let (next, counts) = (AtomicUsize::new(0), Counts::default());
    let (wrong, most) = (Mutex::new(Vec::new()), Mutex::new((0.0_f64, Duration::ZERO)));
    thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let (ran, hits) = zoo.run(subject, Some((case.call, case.fault)));
                    let mut so_far = most.lock().unwrap();
                    *so_far = (so_far.0.max(ran.peak_mb), so_far.1.max(ran.took));
                    drop(so_far);
                    let judged = settle(case, &ran, hits, &counts, |r| judge(case, r, &healthy));
                    if let Err(why) = judged {
                        wrong.lock().unwrap().push(format!(
                            "{} {}, {:?}: {why}; code {:?}, {:.1?}, {:.0} MB\n{}{:.2000}",
                            subject.arguments[0],
                            case.call,
                            case.fault,
                            ran.code,
                            ran.took,
                            ran.peak_mb,
                            ran.err,
                            ran.out
                        ));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    let (peak, longest) = most.into_inner().unwrap();
    eprintln!(
        "faults in {}: {} cases, {counts:?}, at most {peak:.0} MB and {longest:.1?}; {} wrong",
        subject.arguments[0],
        cases.len(),
        wrong.len()
    );
    wrong
}

/// What holds for every case, whatever the command.
fn settle(
    case: &Case,
    ran: &Measured,
    hits: usize,
    counts: &Counts,
    judge: impl Fn(&Value) -> Option<String>,
) -> Result<(), String> {
    let wrong = |what: &str| Err(what.to_owned());
    if ran.took > case.subject.deadline {
        return wrong("too late");
    }
    if ran.peak_mb > MOST_MB {
        return wrong("too much memory");
    }
    if ran.err.contains("panicked") {
        return wrong("a panic");
    }
    let harmless = hits == 0 || matches!(case.fault, Fault::Delay(_));
    match ran.code {
        Some(2) if ran.out.is_empty() && !harmless => {
            counts.error.fetch_add(1, Ordering::Relaxed);
            let told = ran.err.lines().any(|line| line.starts_with("error: "));
            if told { Ok(()) } else { wrong("a failure without an error") }
        }
        Some(0..=2) => {
            let Ok(report) = serde_json::from_str::<Value>(&ran.out) else {
                return wrong("neither a report nor an error");
            };
            if harmless {
                counts.whole.fetch_add(1, Ordering::Relaxed);
                let told = report.get("unread").is_some_and(|u| u.to_string().contains("deadline"));
                return if told { wrong("given up before its time") } else { Ok(()) };
            }
            counts.marked.fetch_add(1, Ordering::Relaxed);
            if LISTS.contains(&case.call) {
                return wrong("a list that nobody had is no map");
            }
            judge(&report).map_or(Ok(()), Err)
        }
        _ => wrong("it ended in no way of its own"),
    }
}

fn rows<'a>(report: &'a Value, of: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    report[of].as_array().into_iter().flatten()
}

/// One of these containers that is neither there nor listed as not read.
fn missing(report: &Value, names: &[&str]) -> Option<String> {
    let unread = report["unread"].to_string();
    let missing = names.iter().find(|name| {
        let shown = rows(report, "containers").any(|container| container["name"] == **name);
        !shown && !unread.contains(&format!("`{name}`"))
    })?;
    Some(format!("{missing} is neither shown nor listed as not read"))
}

/// Every container is there, or listed as not read, and something is so listed.
fn is_marked(report: &Value) -> Option<String> {
    if let Some(why) = missing(report, &NAMES) {
        return Some(why);
    }
    let noted = rows(report, "unread").count();
    let unseen: usize = rows(report, "observations").map(|seen| rows(seen, "unseen").count()).sum();
    (noted + unseen == 0).then(|| "nothing says that something was not read".to_owned())
}

/// No finding that a healthy run does not have.
fn finds_no_more(report: &Value, healthy: &Value) -> Option<String> {
    let findings = |report: &Value| -> BTreeSet<String> {
        rows(report, "findings").map(|row| format!("{} {}", row["rule"], row["subjects"])).collect()
    };
    let (made_up, known) = (findings(report), findings(healthy));
    let more: Vec<&String> = made_up.difference(&known).collect();
    (!more.is_empty()).then(|| format!("the fault made findings: {more:?}"))
}

/// All are on one network: each got through, or it is not known.
fn is_measured_or_unknown(report: &Value) -> Option<String> {
    let wrong = rows(report, "pairs").find(|row| match row["outcome"].as_str() {
        Some("reachable") => false,
        Some("unknown") => row["reason"].as_str().is_none_or(str::is_empty),
        _ => true,
    });
    wrong.map(|row| format!("untrue: {row}"))
}

#[test]
#[ignore = "needs a Docker engine"]
fn every_call_goes_wrong_in_every_way() {
    let zoo = Zoo::start();
    let mut wrong = try_all(&zoo, &SHOW, |_, report, _| is_marked(report));
    wrong.extend(try_all(&zoo, &SNAPSHOT, |case, report, healthy| {
        // How a command ended is not needed where its output came whole.
        let alike = || {
            report["observations"].as_array().map(Vec::len)
                == healthy["observations"].as_array().map(Vec::len)
        };
        if case.call == "GET /exec/" && alike() { None } else { is_marked(report) }
    }));
    wrong.extend(try_all(&zoo, &DOCTOR, |_, report, healthy| finds_no_more(report, healthy)));
    wrong.extend(try_all(&zoo, &PROBE, |_, report, _| is_measured_or_unknown(report)));
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n---\n"));
}

#[test]
#[ignore = "needs a Docker engine"]
fn an_engine_is_killed_and_started_again_in_mid_scan() {
    const MANY: [&str; 12] =
        ["m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9", "m10", "m11"];
    let mut engine = OwnEngine::start();
    for network in ["one", "two"] {
        engine.docker(&["network", "create", network]);
    }
    for (at, name) in MANY.into_iter().enumerate() {
        engine.sleeper(name, &["--network", ["one", "two"][at % 2]]);
    }
    let commands: [&[&str]; 4] = [
        &["show", "--format", "json"],
        &["snapshot", "--no-exec"],
        &["doctor", "--format", "json", "--no-exec"],
        &["probe", "--format", "json", "--method", "exec"],
    ];
    let (mut whole, mut marked, mut errors) = (0, 0, 0);
    let rounds = long_or(8, 40);
    for round in 0..rounds {
        // Slow enough that there is a middle.
        let slowly = |_: &str| Some(Fault::Delay(Duration::from_millis(40)));
        let proxy = Faulty::start(&engine.address, slowly);
        let command = commands[round % commands.len()];
        let ran = thread::scope(|scope| {
            let netmap = scope.spawn(|| {
                measured(netmap_command().args(command).args(["--host", &proxy.address]))
            });
            thread::sleep(Duration::from_millis(20 + (round as u64 * 67) % 400));
            engine.kill();
            engine.restart();
            netmap.join().unwrap()
        });
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
        assert!(ran.took < Duration::from_secs(60), "{:?}", ran.took);
        if ran.code == Some(2) && ran.out.is_empty() {
            assert!(ran.err.lines().any(|line| line.starts_with("error: ")), "{}", ran.err);
            errors += 1;
            continue;
        }
        assert!(matches!(ran.code, Some(0..=2)), "{:?}\n{}", ran.code, ran.err);
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        let why = match command[0] {
            "show" | "snapshot" => missing(&report, &MANY),
            "probe" => rows(&report, "pairs").find_map(|row| {
                let told = row["outcome"] != "unknown" || row["reason"].is_string();
                (!told).then(|| row.to_string())
            }),
            _ => None,
        };
        assert!(why.is_none(), "{command:?}: {why:?}");
        let text = format!("{}{}", report["unread"], report["not_looked"]);
        let is_marked = text.contains("why") || ran.out.contains("\"unknown\"");
        *(if is_marked { &mut marked } else { &mut whole }) += 1;
    }
    eprintln!("killed {rounds} times: {whole} whole, {marked} marked, {errors} errors");
    // What netmap ran in containers goes with the engine that passed it on, or,
    // where its input never ends, when its time is over.
    let deadline = Instant::now() + Duration::from_secs(90);
    for name in MANY {
        loop {
            let top = engine.docker(&["top", name, "-o", "pid,args"]);
            if top.lines().count() == 2 {
                break;
            }
            assert!(Instant::now() < deadline, "left in {name}:\n{top}");
            thread::sleep(Duration::from_millis(500));
        }
    }
}
