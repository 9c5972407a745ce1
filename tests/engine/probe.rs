//! `netmap probe` against every oddity a real engine can hold, by every
//! method, pair by pair.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::requests::ask;
use crate::support::{
    Corner, docker, engine, inspect, long_or, netmap, netmap_command, netmap_json, netmap_text,
    process_of, text,
};

/// Runs a program in the private engine's network namespace, as its host would.
fn on_host(arguments: &[&str]) {
    let namespace = std::env::var("NETMAP_TEST_NAMESPACE").expect("tests/run sets it");
    let status = Command::new("nsenter")
        .arg(format!("--net={namespace}"))
        .args(arguments)
        .status()
        .expect("nsenter runs");
    assert!(status.success(), "{arguments:?}");
}

fn address(container: &str, network: &str) -> String {
    let inspected = &inspect(container);
    inspected["NetworkSettings"]["Networks"][network]["IPAddress"].as_str().unwrap().to_owned()
}

/// Everything the design names: three tiers, the default bridge, icc off,
/// internal, none, host, a shared stack, dual stack, stopped and paused, no
/// shell, no ping, no permission to ping, a firewall between two.
fn zoo(corner: &mut Corner) {
    let front = corner.network("front", &[]);
    let back = corner.network("back", &["--internal"]);
    let quiet = corner.network("quiet", &["-o", "com.docker.network.bridge.enable_icc=false"]);
    let v6 = corner.subnet_v6();
    let dual = corner.network("dual", &["--ipv6", "--subnet", &v6]);
    let wall = corner.network("wall", &[]);
    corner.sleeper("web", &["--network", &front]);
    let api = corner.sleeper("api", &["--network", &front]);
    docker(&["network", "connect", "--alias", "api-in-back", &back, &api]);
    corner.sleeper("db", &["--network", &back]);
    corner.sleeper("sidecar", &["--network", &format!("container:{api}")]);
    for name in ["old1", "old2"] {
        corner.sleeper(name, &[]);
    }
    for name in ["q1", "q2"] {
        corner.sleeper(name, &["--network", &quiet]);
    }
    for name in ["d1", "d2"] {
        corner.sleeper(name, &["--network", &dual]);
    }
    let (w1, w2) =
        (corner.sleeper("w1", &["--network", &wall]), corner.sleeper("w2", &["--network", &wall]));
    corner.sleeper("loner", &["--network", "none"]);
    corner.sleeper("hosty", &["--network", "host"]);
    let frozen = corner.sleeper("frozen", &["--network", &front]);
    docker(&["pause", &frozen]);
    let gone = corner.sleeper("gone", &["--network", &front]);
    docker(&["kill", &gone]);
    corner.run("bare", &["--network", &front, "scratch-pause"]);
    corner.sleeper("nocap", &["--network", &front, "--cap-drop", "NET_RAW"]);
    corner.sleeper("nobody", &["--network", &front, "--user", "nobody"]);
    corner.run("bash", &["--network", &front, "bashful", "sleep", "1d"]);
    corner.run("iputils", &["--network", &front, "iputils", "sleep", "1d"]);
    let (from, to) = (address(&w1, &wall), address(&w2, &wall));
    on_host(&["iptables", "-w", "-I", "FORWARD", "-s", &from, "-d", &to, "-j", "DROP"]);
}

/// A mark of the truth table: who gets through how.
///
/// `●` by name and address, `○` by address only, `–` not at all, `✗` not at
/// all although the map says reachable, `·` itself.
const TRUTH: &str = "
          api bare bash d1 d2 db frozen hosty iputils loner nobody nocap old1 old2 q1 q2 sidecar w1 w2 web
api        ·   ●    ●   –  –  ●    ●      ○      ●      –     ●     ●     –    –   –  –    ○   –  –   ●
bare       ●   ·    ●   –  –  –    ●      ○      ●      –     ●     ●     –    –   –  –    ○   –  –   ●
bash       ●   ●    ·   –  –  –    ●      ○      ●      –     ●     ●     –    –   –  –    ○   –  –   ●
d1         –   –    –   ·  ●  –    –      ○      –      –     –     –     –    –   –  –    –   –  –   –
d2         –   –    –   ●  ·  –    –      ○      –      –     –     –     –    –   –  –    –   –  –   –
db         ●   –    –   –  –  ·    –      ○      –      –     –     –     –    –   –  –    ○   –  –   –
frozen     ●   ●    ●   –  –  –    ·      ○      ●      –     ●     ●     –    –   –  –    ○   –  –   ●
hosty      ○   ○    ○   ○  ○  ○    ○      ·      ○      –     ○     ○     ○    ○   ○  ○    ○   ○  ○   ○
iputils    ●   ●    ●   –  –  –    ●      ○      ·      –     ●     ●     –    –   –  –    ○   –  –   ●
loner      –   –    –   –  –  –    –      –      –      ·     –     –     –    –   –  –    –   –  –   –
nobody     ●   ●    ●   –  –  –    ●      ○      ●      –     ·     ●     –    –   –  –    ○   –  –   ●
nocap      ●   ●    ●   –  –  –    ●      ○      ●      –     ●     ·     –    –   –  –    ○   –  –   ●
old1       –   –    –   –  –  –    –      ○      –      –     –     –     ·    ○   –  –    –   –  –   –
old2       –   –    –   –  –  –    –      ○      –      –     –     –     ○    ·   –  –    –   –  –   –
q1         –   –    –   –  –  –    –      ○      –      –     –     –     –    –   ·  –    –   –  –   –
q2         –   –    –   –  –  –    –      ○      –      –     –     –     –    –   –  ·    –   –  –   –
sidecar      ●   ●    ●   –  –  ●    ●      ○      ●      –     ●     ●     –    –   –  –    ·   –  –   ●
w1         –   –    –   –  –  –    –      ○      –      –     –     –     –    –   –  –    –   ·  ✗   –
w2         –   –    –   –  –  –    –      ○      –      –     –     –     –    –   –  –    –   ✗  ·   –
web        ●   ●    ●   –  –  –    ●      ○      ●      –     ●     ●     –    –   –  –    ○   –  –   ·
";

fn truth() -> BTreeMap<(String, String), char> {
    let mut lines = TRUTH.lines().filter(|line| !line.is_empty());
    let heads: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
    let mut truth = BTreeMap::new();
    for line in lines {
        let mut cells = line.split_whitespace();
        let from = cells.next().unwrap();
        for (to, mark) in heads.iter().zip(cells) {
            truth.insert((from.to_owned(), (*to).to_owned()), mark.chars().next().unwrap());
        }
    }
    assert_eq!(truth.len(), heads.len() * heads.len());
    truth
}

/// What the measurements of each pair come to; `?` where one was not made.
fn measured(report: &Value, corner: &Corner) -> BTreeMap<(String, String), char> {
    let plain = |name: &Value| {
        let name = name.as_str().unwrap();
        name.strip_prefix(&corner.name("")).expect("only this corner's").to_owned()
    };
    let mut rows: BTreeMap<(String, String), Vec<&Value>> = BTreeMap::new();
    for row in report["pairs"].as_array().unwrap() {
        rows.entry((plain(&row["from"]), plain(&row["to"]))).or_default().push(row);
    }
    rows.into_iter()
        .map(|(pair, rows)| {
            let through = |by: &str| {
                let outcomes = rows.iter().filter(|row| row["by"] == by);
                outcomes.map(|row| row["outcome"].as_str().unwrap()).any(|o| o == "reachable")
            };
            let mark = if rows.iter().any(|row| row["outcome"] == "unknown") {
                '?'
            } else if rows.iter().any(|row| row["agrees"] == false) {
                if through("address") { '!' } else { '✗' }
            } else if through("name") {
                '●'
            } else if through("address") {
                '○'
            } else {
                '–'
            };
            (pair, mark)
        })
        .collect()
}

#[test]
#[ignore = "needs a Docker engine"]
fn the_truth_table_by_every_method() {
    let mut corner = Corner::new("p");
    zoo(&mut corner);
    let (glob, gone) = (corner.glob(), corner.name("gone"));
    let probe = |method: &str| {
        netmap_json(1, &["probe", &glob, &glob, "--format", "json", "--method", method])
    };
    // Other tests make networks on this engine, and while it makes one, Docker
    // takes out the rule that keeps networks apart. A way that is open by that is
    // none the next time.
    let probe = |method: &str| {
        let is_open_meanwhile = |report: &Value| {
            let marks = measured(report, &corner);
            marks.values().any(|mark| *mark == '!')
        };
        (1..3)
            .map(|_| probe(method))
            .find(|report| !is_open_meanwhile(report))
            .unwrap_or_else(|| probe(method))
    };
    let by_netns = probe("netns");
    let by_exec = probe("exec");
    // Beside the table: the one that is stopped, which nobody can reach.
    let mut netns = measured(&by_netns, &corner);
    let mut exec = measured(&by_exec, &corner);
    for table in [&mut netns, &mut exec] {
        let to_gone = |(_, to): &(String, String)| to == "gone";
        assert!(table.iter().filter(|(pair, _)| to_gone(pair)).all(|(_, m)| "–?".contains(*m)));
        table.retain(|pair, _| !to_gone(pair));
        assert!(!table.keys().any(|(from, _)| from == "gone"));
    }
    // Docker 26 does not say which address its host has on an internal network.
    let told = inspect(&corner.name("db"));
    let untold = told["NetworkSettings"]["Networks"][corner.name("back")]["Gateway"] == "";
    let mut wrong = Vec::new();
    for (pair, expected) in truth() {
        if pair.0 == pair.1 {
            continue;
        }
        let to_host = pair == ("db".to_owned(), "hosty".to_owned());
        let expected = if to_host && untold { '?' } else { expected };
        if netns.get(&pair) != Some(&expected) {
            wrong.push(format!("netns {pair:?}: {:?}, not {expected}", netns.get(&pair)));
        }
        // Nothing can be run in a paused container, nor where there is no program.
        let expected = if ["frozen", "bare"].contains(&&*pair.0) { '?' } else { expected };
        if exec.get(&pair) != Some(&expected) {
            wrong.push(format!("exec {pair:?}: {:?}, not {expected}", exec.get(&pair)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    methods_agree(&by_netns, &by_exec);
    reasons_are_told(&by_exec, &corner);
    // One that is not there, and one that does not run.
    let output = netmap(&["probe", &gone]);
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(said.contains("exited") && said.contains(&format!("docker start {gone}")), "{said}");
    let output = netmap(&["probe", &corner.name("wbe")]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains(&format!("did you mean `{}`", corner.name("web"))));
    // The matrix says the same, and its surprises are what remains of it.
    let only = netmap_text(1, &["probe", &glob, &glob, "--only", "surprises"]);
    let (w1, w2) = (corner.name("w1"), corner.name("w2"));
    assert!(only.starts_with("2 surprises\n"), "{only}");
    assert!(only.contains(&format!("{w1} ⇄ {w2}")), "{only}");
    // And the diagram shows it.
    let dot = netmap_text(0, &["show", &glob, "--probe", "--format", "dot"]);
    assert!(dot.contains("no answer"), "{dot}");
    nothing_is_left(&corner);
}

/// Where both methods came to an outcome, packets got through or not by both.
fn methods_agree(one: &Value, other: &Value) {
    let through = |row: &Value| match row["outcome"].as_str().unwrap() {
        "reachable" | "refused" => Some(true),
        "unknown" => None,
        _ => Some(false),
    };
    let index = |report: &Value| -> BTreeMap<String, Option<bool>> {
        let rows = report["pairs"].as_array().unwrap().iter();
        rows.map(|row| {
            (format!("{} {} {} {}", row["from"], row["to"], row["by"], row["target"]), through(row))
        })
        .collect()
    };
    let (one, other) = (index(one), index(other));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    let mut compared = 0;
    for (row, result) in &one {
        if let (Some(a), Some(b)) = (result, other[row]) {
            assert_eq!(*a, b, "{row}");
            compared += 1;
        }
    }
    assert!(compared > 500, "{compared} measurements compared");
}

/// What could not be measured says why, and who had no ping says what did it.
fn reasons_are_told(by_exec: &Value, corner: &Corner) {
    let from = |name: &str| {
        let name = corner.name(name);
        let rows = by_exec["pairs"].as_array().unwrap().iter();
        rows.filter(move |row| row["from"] == name.as_str())
    };
    assert!(from("frozen").all(|row| row["reason"] == "a paused container can run nothing"));
    assert!(from("bare").all(|row| row["reason"].as_str().unwrap().contains("no shell")));
    for (name, tool) in
        [("nocap", "busybox"), ("nobody", "ping"), ("bash", "bash"), ("iputils", "ping")]
    {
        let methods: Vec<&str> = from(name)
            .filter(|row| row["outcome"] == "reachable")
            .map(|row| row["method"].as_str().unwrap())
            .collect();
        let fits =
            |method: &&str| method.contains(tool) || (name == "nobody" && !method.is_empty());
        assert!(!methods.is_empty() && methods.iter().all(fits), "{name}: {methods:?}");
    }
}

/// No process but the one each container was started with, dead or alive.
fn nothing_is_left(corner: &Corner) {
    for name in ["web", "api", "db", "nocap", "nobody", "bash", "iputils", "old1"] {
        let name = corner.name(name);
        let deadline = Instant::now() + Duration::from_secs(5);
        loop {
            let top = docker(&["top", &name, "-o", "pid,stat,args"]);
            if top.lines().count() == 2 {
                break;
            }
            assert!(Instant::now() < deadline, "left in {name}:\n{top}");
            thread::sleep(Duration::from_millis(100));
        }
    }
}

#[test]
#[ignore = "needs a Docker engine"]
fn tcp_ports_are_told_apart() {
    let mut corner = Corner::new("tcp");
    let net = corner.network("net", &[]);
    let (client, server) = (corner.name("client"), corner.name("server"));
    corner.sleeper("client", &["--network", &net]);
    corner.run(
        "server",
        &["--network", &net, "--expose", "80", "--expose", "81", "busybox"]
            .iter()
            .copied()
            .chain(["nc", "-ll", "-p", "80", "-e", "true"])
            .collect::<Vec<_>>(),
    );
    for method in ["netns", "exec"] {
        let report =
            netmap_json(0, &["probe", &client, &server, "-f", "json", "--method", method, "--tcp"]);
        let outcomes: Vec<(u64, &str)> = report["pairs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| (row["port"].as_u64().unwrap(), row["outcome"].as_str().unwrap()))
            .collect();
        assert_eq!(outcomes.len(), 4, "two ports by name and by address");
        for (port, outcome) in outcomes {
            assert_eq!(outcome, if port == 80 { "reachable" } else { "refused" }, "{method}");
        }
    }
    let report = netmap_json(
        0,
        &["probe", &client, &server, "-f", "json", "--tcp", "80,443", "--count", "3"],
    );
    let first = &report["pairs"][0];
    assert_eq!((first["sent"].as_u64(), first["received"].as_u64()), (Some(3), Some(3)));
    assert!(first["latency_min_ms"].as_f64() <= first["latency_max_ms"].as_f64());
}

/// A signal that comes before that ends a program that has done nothing yet, or
/// is lost where whoever started the tests ignores it, as a shell does in the
/// background.
fn wait_until_signals_are_caught(process: &str) {
    let (interrupt, terminate) = (1 << 1, 1 << 14);
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
        let caught = u64::from_str_radix(caught.trim(), 16).unwrap();
        if caught & interrupt != 0 && caught & terminate != 0 {
            return;
        }
        assert!(Instant::now() < deadline, "it catches no signals: {status}");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
#[ignore = "needs a Docker engine"]
fn an_interrupted_probe_leaves_nothing_behind() {
    let mut corner = Corner::new("intr");
    let net = corner.network("net", &[]);
    let names: Vec<String> =
        (0..4).map(|number| corner.sleeper(&format!("c{number}"), &["--network", &net])).collect();
    let far = corner.sleeper("far", &[]);
    let (rounds, signals) = (long_or(12, 100), ["INT", "TERM", "KILL"]);
    for round in 0..rounds {
        // Spread over the time that it takes, and never twice the same.
        let (signal, pause) = (signals[round % 3], 20 + (round as u64 * 397) % 1500);
        // Long waits are made with other means than short ones.
        let wait = ["20s", "2s"][round / 3 % 2];
        let mut probing = Command::new(env!("CARGO_BIN_EXE_netmap"))
            .args(["probe", &corner.glob(), &corner.glob(), "--method", "exec"])
            .args(["--timeout", wait, "--host", &engine()])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let id = probing.id().to_string();
        wait_until_signals_are_caught(&id);
        thread::sleep(Duration::from_millis(pause));
        assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
        let status = probing.wait().unwrap();
        let code = match signal {
            "INT" => Some(130),
            "TERM" => Some(143),
            _ => None,
        };
        assert_eq!(status.code(), code, "{signal} after {pause} ms");
        for name in names.iter().chain([&far]) {
            let deadline = Instant::now() + Duration::from_secs(8);
            let runs = || {
                let path = format!("/containers/{name}/top?ps_args=-o%20pid,stat,args");
                ask(&engine(), &path)["Processes"].as_array().expect("a list").clone()
            };
            loop {
                let left = runs();
                if left.len() == 1 {
                    break;
                }
                assert!(
                    Instant::now() < deadline,
                    "{signal} after {pause} ms left in {name}: {left:?}"
                );
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_container_that_dies_meanwhile_is_unknown_and_the_rest_is_measured() {
    let mut corner = Corner::new("dying");
    let net = corner.network("net", &[]);
    for name in ["a", "b"] {
        corner.sleeper(name, &["--network", &net]);
    }
    let dying = corner.sleeper("dying", &["--network", &net]);
    let far = corner.sleeper("far", &[]);
    assert!(!far.is_empty(), "somebody silent keeps the probe waiting");
    let victim = dying.clone();
    let killer = thread::spawn(move || {
        thread::sleep(Duration::from_millis(700));
        docker(&["kill", &victim]);
    });
    let glob = corner.glob();
    let output =
        netmap(&["probe", &glob, &glob, "--method", "exec", "--timeout", "3s", "-f", "json"]);
    killer.join().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON all the same");
    let (a, b) = (corner.name("a"), corner.name("b"));
    let rows = report["pairs"].as_array().unwrap();
    let way = rows.iter().filter(|row| row["from"] == a.as_str() && row["to"] == b.as_str());
    assert!(way.clone().count() == 2 && way.clone().all(|row| row["outcome"] == "reachable"));
    let from_dying: Vec<&Value> = rows.iter().filter(|row| row["from"] == dying.as_str()).collect();
    assert!(!from_dying.is_empty());
    for row in from_dying {
        let told = row["outcome"] != "unknown" || row["reason"].is_string();
        assert!(told, "{row}");
    }
}

#[test]
#[ignore = "needs a Docker engine"]
fn hostile_programs_in_a_container_change_nothing_but_their_own_row() {
    let mut corner = Corner::new("evil");
    let net = corner.network("net", &[]);
    let good = corner.sleeper("good", &["--network", &net]);
    // Each comes with a `ping` of its own: one floods, one hangs, one lies in
    // escape sequences and netmap's own framing.
    for (name, ping) in [
        ("flood", "#!/bin/sh\nexec yes \"$(printf '\\033[31mflood')\"\n"),
        ("hang", "#!/bin/sh\ntrap '' TERM\nexec sleep 1d\n"),
        ("liar", "#!/bin/sh\nprintf '\\0360 ping 0\\037PING\\035\\033]0;owned\\007'\nexit 3\n"),
    ] {
        let evil = corner.sleeper(name, &["--network", &net]);
        let write = format!(
            "rm /bin/ping; printf %s '{}' >/bin/ping; chmod +x /bin/ping",
            ping.replace('\'', "'\\''")
        );
        docker(&["exec", &evil, "sh", "-c", &write]);
    }
    let glob = corner.glob();
    let began = Instant::now();
    let output = netmap(&["probe", &glob, &glob, "--method", "exec", "-f", "list"]);
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(!said.contains('\u{1b}') && !said.contains('\u{7}'), "{said:?}");
    let report = netmap_json(
        output.status.code().unwrap(),
        &["probe", &good, &corner.name("liar"), "--method", "exec", "-f", "json"],
    );
    let good_rows = report["pairs"].as_array().unwrap();
    assert!(good_rows.iter().all(|row| row["outcome"] == "reachable"), "{report}");
}

/// Every fourth of web's pings is dropped by db, and an interrupt is the word that
/// it is enough: what was tried until then is told at once.
#[test]
#[ignore = "needs a Docker engine"]
fn over_time_loss_and_latency_come_of_every_try() {
    let mut corner = Corner::new("series");
    let network = corner.network("net", &[]);
    let options = ["--network", &network];
    let (web, db) = (corner.sleeper("web", &options), corner.sleeper("db", &options));
    let from = address(&web, &network);
    let pid = process_of(&db);
    let rule = "-A INPUT -p icmp -m statistic --mode nth --every 4 --packet 0 -j DROP -s";
    let mut drop = Command::new("nsenter");
    drop.args(["-t", &pid, "-n", "iptables"]).args(rule.split(' ')).arg(from);
    assert!(drop.status().expect("nsenter runs").success());

    // A busy machine takes seconds to look who is there.
    const FOLLOWED: Duration = Duration::from_secs(8);
    let way = |arguments: &[&str]| {
        let all = [&["probe", &web, &db, "--format", "json", "--interval", "50ms"], arguments];
        let mut child = netmap_command()
            .args(["--host", &engine()])
            .args(all.concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("netmap runs");
        if arguments.contains(&"--follow") {
            thread::sleep(FOLLOWED);
            let pid = child.id().to_string();
            assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        }
        let asked = Instant::now();
        child.wait().expect("it ends");
        let took = asked.elapsed();
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let pairs = report["pairs"].as_array().expect("pairs");
        (pairs.iter().find(|pair| pair["by"] == "address").expect("a way").clone(), took)
    };
    let (way_of_20, _) = way(&["--count", "20"]);
    let (followed, took) = way(&["--follow"]);
    assert!(took < Duration::from_secs(2), "it took {took:?} to end");
    assert_eq!(way_of_20["sent"], 20);
    for way in [way_of_20, followed] {
        let tries = way["series"]["tries"].as_array().expect("tries");
        let lost = tries.iter().filter(|one| one["latency_ms"].is_null()).count() as u64;
        let (sent, received) = (way["sent"].as_u64().unwrap(), way["received"].as_u64().unwrap());
        assert_eq!((tries.len() as u64, sent - received), (sent, lost), "{way:#}");
        // Other tests may ping db, too.
        assert!(sent >= 10 && (sent / 8..=sent / 2).contains(&lost), "{way:#}");
        assert!(way["series"]["jitter_ms"].as_f64().is_some_and(|ms| ms > 0.0), "{way:#}");
    }
}
