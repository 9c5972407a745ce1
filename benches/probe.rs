//! How long a probe takes beside the way everybody does it, an exec for each
//! pair, and how its time grows:
//!
//!     tests/run --exec cargo bench --bench probe
//!
//! All in one sitting on a private engine. Machines differ and are noisy; the
//! ratios are what counts. Takes about ten minutes.

#![allow(clippy::unwrap_used)] // a benchmark that cannot go on should stop

#[path = "../tests/engine/support.rs"]
#[allow(dead_code)]
mod support;

use std::io::{Read, Write};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use netmap::engine::{Address, Engine, Exec, Origin, Place};

/// How long to wait for an answer, in all ways of measuring.
const WAIT: Duration = Duration::from_secs(1);
/// 30 containers are on five networks, six on each, and it stays six up to 120:
/// more neighbours than that are more than a kernel has places for as a rule.
const ON_ONE: usize = 6;
/// As many networks as 300 containers share.
const NETWORKS: usize = 20;
/// The first so many take turns, so that 10 are on five networks, too.
const FIRST: usize = 5;

/// By netns, 300 containers on 20 networks may take so many times the time-out.
const MOST: f64 = 1.5;

fn main() -> ExitCode {
    // Fewer where they are named: `-- 10 30`. 300 meet more neighbours than a
    // kernel has places for as a rule, and take minutes.
    let named: Vec<usize> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    let sizes = if named.is_empty() { vec![10, 30, 60, 120, 300] } else { named };
    let mut corner = support::Corner::new("bench");
    let _resolver = Resolver::start();
    let networks: Vec<String> =
        (0..NETWORKS).map(|at| corner.network(&format!("net{at}"), &[])).collect();
    let mut names: Vec<String> = Vec::new();
    let out = &mut std::io::stdout();
    let mut rows = Vec::new();
    for &size in &sizes {
        while names.len() < size {
            let at = names.len();
            let first = at < FIRST * ON_ONE;
            let network = if first { at % FIRST } else { at / ON_ONE % NETWORKS };
            let network = &networks[network];
            let options = ["--network", network, "--dns", "172.17.0.1"];
            names.push(corner.sleeper(&format!("c{:03}", names.len()), &options));
        }
        if size == 30 {
            let everybody = Instant::now();
            exec_for_each_pair(&names);
            rows.push((size, "an exec for each pair, 8 at once", everybody.elapsed()));
        }
        for (method, about) in
            [("exec", "netmap probe --method exec"), ("netns", "netmap probe --method netns")]
        {
            // Pings from inside 300 containers take minutes, and grow as told above.
            if size == 300 && method == "exec" {
                continue;
            }
            // The best of three: what is measured is what it costs, not what
            // else the machine was doing.
            let best = (0..3).map(|_| netmap(&corner.name("c*"), method)).min().unwrap();
            rows.push((size, about, best));
        }
        let _ = writeln!(out, "{size} containers done");
    }
    let of = |size: usize, about: &str| {
        rows.iter().find(|row| row.0 == size && row.1.contains(about)).unwrap().2.as_secs_f64()
    };
    let _ = writeln!(
        out,
        "\n| containers | pairs | | s | × one time-out | × for each container |\n|---|---|---|---|---|---|"
    );
    for (size, about, time) in &rows {
        let seconds = time.as_secs_f64();
        let _ = writeln!(
            out,
            "| {size} | {} | {about} | {seconds:.2} | {:.2} | {:.3} |",
            size * (size - 1),
            seconds / WAIT.as_secs_f64(),
            seconds / *size as f64,
        );
    }
    let _ = writeln!(
        out,
        "\nan exec for each pair / by exec: {:.1}\nby netns / the one time-out: {:.2}",
        of(30, "for each pair") / of(30, "method exec"),
        of(30, "method netns") / WAIT.as_secs_f64(),
    );
    if sizes.contains(&120) {
        let _ = writeln!(
            out,
            "by exec, 120 containers / 30, which are 4 times the containers and 16 times the pairs: {:.1}",
            of(120, "method exec") / of(30, "method exec"),
        );
    }
    if !sizes.contains(&300) {
        return ExitCode::SUCCESS;
    }
    let ratio = of(300, "method netns") / WAIT.as_secs_f64();
    let met = ratio <= MOST;
    let word = if met { "met" } else { "missed" };
    let _ = writeln!(
        out,
        "300 containers on 20 networks, by netns / the one time-out: {ratio:.2}: the bar of {MOST} is {word}"
    );
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// `netmap probe` among the containers, as a whole process.
fn netmap(glob: &str, method: &str) -> Duration {
    let began = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_netmap"))
        .args(["probe", glob, glob, "--method", method, "--format", "json"])
        .args(["--timeout", &format!("{}ms", WAIT.as_millis())])
        .args(["--host", &support::engine()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("netmap runs");
    assert_eq!(status.code(), Some(0), "measurement and map agree");
    began.elapsed()
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
