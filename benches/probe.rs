//! How long a probe takes beside the way everybody does it, an exec for each
//! pair, and how its time grows:
//!
//!     tests/run --exec cargo bench --bench probe
//!
//! All in one sitting on a private engine. Machines differ and are noisy; the
//! ratios are what counts. Takes about ten minutes.

#![allow(clippy::unwrap_used)] // a benchmark that cannot go on should stop

#[path = "../tests/engine/requests.rs"]
#[allow(dead_code)]
mod requests;
#[path = "../tests/engine/support.rs"]
#[allow(dead_code)]
mod support;

use std::io::{Read, Write};
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use netmap::engine::{Address, Engine, Exec, Origin, Place};

/// How long to wait for an answer, in all ways of measuring but netmap's own way
/// with 300 containers.
const WAIT: Duration = Duration::from_secs(1);
/// 30 containers are on five networks, six on each, and it stays six up to 120:
/// more neighbours than that are more than a kernel has places for as a rule.
const ON_ONE: usize = 6;
/// As many networks as 300 containers share.
const NETWORKS: usize = 20;
/// The first so many take turns, so that 10 are on five networks, too.
const FIRST: usize = 5;

/// By netns, 300 containers on 20 networks may take so many times the time-out
/// that netmap gives them.
const MOST: f64 = 1.5;
/// Places for neighbours that they want: each knows 14 others and its gateway,
/// which knows it, some 4,800 in all; and a kernel forgets before it is full.
const PLACES: usize = 16_384;
/// How long the kernel takes to forget most of 90,000 pings, of whose connections
/// it keeps a list with an end.
const FORGOTTEN: Duration = Duration::from_secs(35);

/// What one way of measuring came to.
struct Row {
    containers: usize,
    about: &'static str,
    /// How long it waited for an answer at most.
    wait: Duration,
    took: Duration,
}

impl Row {
    fn in_waits(&self) -> f64 {
        self.took.as_secs_f64() / self.wait.as_secs_f64()
    }
}

const EXEC_FOR_EACH: &str = "an exec for each pair, 8 at once";
const BY_EXEC: &str = "netmap probe --method exec";
const BY_NETNS: &str = "netmap probe --method netns";
const IN_A_SECOND: &str = "the same with --timeout 1s";

fn main() -> ExitCode {
    // Fewer where they are named: `-- 10 30`.
    let named: Vec<usize> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    let mut sizes = if named.is_empty() { vec![10, 30, 60, 120, 300] } else { named };
    let places = places();
    let crowded = sizes.contains(&300) && places < PLACES;
    sizes.retain(|size| *size != 300 || !crowded);
    let mut corner = support::Corner::new("bench");
    let _resolver = Resolver::start();
    let networks: Vec<String> =
        (0..NETWORKS).map(|at| corner.network(&format!("net{at}"), &[])).collect();
    let mut names: Vec<String> = Vec::new();
    let out = &mut std::io::stdout();
    let mut rows: Vec<Row> = Vec::new();
    for &containers in &sizes {
        while names.len() < containers {
            let at = names.len();
            let first = at < FIRST * ON_ONE;
            let network = if first { at % FIRST } else { at / ON_ONE % NETWORKS };
            let network = &networks[network];
            let options = ["--network", network, "--dns", "172.17.0.1"];
            names.push(corner.sleeper(&format!("c{:03}", names.len()), &options));
        }
        if containers == 30 {
            let began = Instant::now();
            exec_for_each_pair(&names);
            let took = began.elapsed();
            rows.push(Row { containers, about: EXEC_FOR_EACH, wait: WAIT, took });
        }
        // Pings from inside 300 containers take minutes, and grow as told above.
        let ways: &[(&str, Option<Duration>)] = if containers == 300 {
            &[(BY_NETNS, None), (IN_A_SECOND, Some(WAIT))]
        } else {
            &[(BY_EXEC, Some(WAIT)), (BY_NETNS, Some(WAIT))]
        };
        for (about, wait) in ways {
            let method = if *about == BY_EXEC { "exec" } else { "netns" };
            let run = || {
                if containers == 300 {
                    thread::sleep(FORGOTTEN);
                }
                netmap(&corner.name("c*"), method, *wait)
            };
            // The best of three: what is measured is what it costs, not what
            // else the machine was doing.
            let (took, wait) = (0..3).map(|_| run()).min().unwrap();
            rows.push(Row { containers, about, wait, took });
        }
        let _ = writeln!(out, "{containers} containers done");
    }
    let of = |containers: usize, about: &str| {
        rows.iter().find(|row| (row.containers, row.about) == (containers, about)).unwrap()
    };
    let ratio = |one: &Row, other: &Row| one.took.as_secs_f64() / other.took.as_secs_f64();
    let _ = writeln!(
        out,
        "\n| containers | pairs | | s | × one time-out | × for each container |\n|---|---|---|---|---|---|"
    );
    for row in &rows {
        let (size, about, seconds) = (row.containers, row.about, row.took.as_secs_f64());
        let _ = writeln!(
            out,
            "| {size} | {} | {about} | {seconds:.2} | {:.2} | {:.3} |",
            size * (size - 1),
            row.in_waits(),
            seconds / size as f64,
        );
    }
    if sizes.contains(&30) {
        let _ = writeln!(
            out,
            "\nan exec for each pair / by exec: {:.1}\nby netns / the one time-out: {:.2}",
            ratio(of(30, EXEC_FOR_EACH), of(30, BY_EXEC)),
            of(30, BY_NETNS).in_waits(),
        );
    }
    if sizes.contains(&30) && sizes.contains(&120) {
        let _ = writeln!(
            out,
            "by exec, 120 containers / 30, which are 4 times the containers and 16 times the pairs: {:.1}",
            ratio(of(120, BY_EXEC), of(30, BY_EXEC)),
        );
    }
    if crowded {
        let _ = writeln!(
            out,
            "300 containers: NOT MEASURED. The kernel has places for {places} neighbours, and they want \
            {PLACES}: sysctl -w net.ipv4.neigh.default.gc_thresh2={} net.ipv4.neigh.default.gc_thresh3={PLACES}",
            PLACES / 2,
        );
        return ExitCode::FAILURE;
    }
    if !sizes.contains(&300) {
        return ExitCode::SUCCESS;
    }
    let row = of(300, BY_NETNS);
    let (waits, met) = (row.in_waits(), row.in_waits() <= MOST);
    let _ = writeln!(
        out,
        "300 containers on 20 networks, by netns / the time-out of {:.1} s: {waits:.2}: the bar of {MOST} is {}",
        row.wait.as_secs_f64(),
        if met { "met" } else { "missed" },
    );
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// How many neighbours the kernel has places for.
fn places() -> usize {
    let set = std::fs::read_to_string("/proc/sys/net/ipv4/neigh/default/gc_thresh3");
    set.unwrap().trim().parse().unwrap()
}

/// `netmap probe` among the containers, as a whole process; how long it took,
/// and how long it waited for an answer at most: netmap's own choice if `None`.
fn netmap(glob: &str, method: &str, wait: Option<Duration>) -> (Duration, Duration) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netmap"));
    command.args(["probe", glob, glob, "--method", method, "--format", "json"]);
    command.args(["--host", &support::engine()]).stdout(Stdio::null());
    if let Some(wait) = wait {
        command.args(["--timeout", &format!("{}ms", wait.as_millis())]);
    }
    let began = Instant::now();
    let output = command.output().expect("netmap runs");
    let took = began.elapsed();
    let said = support::text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "measurement and map agree: {said}");
    let told = || {
        let (_, after) = said.split_once("so many at once get ")?;
        after.split(' ').next()?.parse().ok().map(Duration::from_secs_f64)
    };
    (took, wait.or_else(told).expect("netmap says how long it waits"))
}

/// Answers for names outside as a resolver that works would: without one,
/// names that nobody has would take the first way ten seconds each.
struct Resolver(Child);

/// Says of every name that there is none (RFC 1035, 4.1.1).
const NO_SUCH_NAME: &str = "
import socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(('172.17.0.1', 53))
print('ready', end='', flush=True)
while True:
    asked, who = server.recvfrom(512)
    question = asked[12:asked.index(b'\\0', 12) + 5]
    server.sendto(asked[:2] + b'\\x81\\x83\\0\\1\\0\\0\\0\\0\\0\\0' + question, who)
";

impl Resolver {
    /// Starts it on the engine's own machine, which is a network namespace.
    fn start() -> Self {
        let namespace = std::env::var("NETMAP_TEST_NAMESPACE").unwrap();
        let mut child = Command::new("nsenter")
            .args([&format!("--net={namespace}"), "python3", "-c", NO_SUCH_NAME])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = child.stdout.take().unwrap();
        output.read_exact(&mut [0; 5]).expect("a resolver");
        Self(child)
    }
}

impl Drop for Resolver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The same questions, the way everybody asks them: one exec for each ordered
/// pair, in which the name and then the address is pinged.
fn exec_for_each_pair(names: &[String]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let addresses: Vec<String> = names
        .iter()
        .map(|name| {
            support::docker(&[
                "inspect",
                "-f",
                "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}",
                name,
            ])
        })
        .collect();
    let socket = support::engine().trim_start_matches("unix://").to_owned();
    runtime.block_on(async {
        let place = Address { place: Place::Unix(socket.into()), origin: Origin::HostOption };
        let engine = &Engine::open(place, Duration::from_secs(60)).await.unwrap();
        let pairs = (0..names.len())
            .flat_map(|from| (0..names.len()).map(move |to| (from, to)))
            .filter(|(from, to)| from != to);
        let (names, addresses) = (&names, &addresses);
        let mut execs = futures_util::stream::iter(pairs)
            .map(|(from, to)| async move {
                let wait = WAIT.as_secs();
                let script = format!(
                    "ping -q -c 1 -W {wait} {}; ping -q -c 1 -W {wait} {}",
                    names[to], addresses[to]
                );
                let exec = Exec {
                    command: ["sh", "-c", &script].map(str::to_owned).to_vec(),
                    deadline: Duration::from_secs(60),
                    silence: Duration::from_secs(60),
                    limit: 1 << 16,
                    last_words: None,
                };
                engine.exec(&names[from], &exec).await.unwrap()
            })
            .buffer_unordered(8);
        while execs.next().await.is_some() {}
    });
}
