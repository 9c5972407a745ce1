//! The doctor on setups that are well, on the lesson it was made for, and on
//! what it must never do: run what nobody allowed, keep a secret.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::lent_engine::LentEngine;
use crate::recorder::Recorder;
use crate::support::{Corner, docker, engine, here_on, netmap, netmap_command, text, try_docker};

/// Removes everything with a prefix, also when a test fails.
struct Prefix(String);

impl Drop for Prefix {
    fn drop(&mut self) {
        let mine = |list: String| -> Vec<String> {
            list.lines().filter(|name| name.starts_with(&self.0)).map(str::to_owned).collect()
        };
        for name in mine(docker(&["ps", "-a", "--format", "{{.Names}}"])) {
            try_docker(&["rm", "-f", "-v", &name]);
        }
        for name in mine(docker(&["network", "ls", "--format", "{{.Name}}"])) {
            try_docker(&["network", "rm", &name]);
        }
    }
}

fn sh(script: &str, step: &str, prefix: &str) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(script);
    let output = Command::new("sh")
        .arg(script)
        .arg(step)
        .env("DOCKER_HOST", engine())
        .env("P", prefix)
        .env("PORT", "17097")
        .output()
        .expect("sh runs");
    assert!(output.status.success(), "{}", text(&output.stderr));
}

/// The doctor's findings about what has this prefix.
fn findings(arguments: &[&str], prefix: &str) -> Vec<Value> {
    let output = netmap(&[&["doctor", "--format", "json"], arguments].concat());
    assert!(output.status.code().is_some_and(|code| code < 2), "{}", text(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let about = |finding: &&Value| {
        let mut subjects = finding["subjects"].as_array().unwrap().iter();
        subjects.any(|subject| subject.as_str().unwrap().starts_with(prefix))
    };
    found["findings"].as_array().unwrap().iter().filter(about).cloned().collect()
}

fn rules(findings: &[Value]) -> BTreeSet<&str> {
    findings.iter().map(|finding| finding["rule"].as_str().unwrap()).collect()
}

/// Longer than a race at the start is a problem, which a busy machine brings about
/// where none was meant.
const PATIENCE: Duration = Duration::from_secs(100);

/// Waits until the problems have exactly these rules.
fn expect(prefix: &str, wanted: &[&str]) -> Vec<Value> {
    expect_that(prefix, wanted, |_| true)
}

/// Likewise, and until they are as they are to be.
fn expect_that(prefix: &str, wanted: &[&str], are_right: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let began = Instant::now();
    loop {
        let mut found = findings(&[], prefix);
        found.retain(|finding| finding["severity"] != "info");
        if rules(&found) == wanted.iter().copied().collect() && are_right(&found) {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "{wanted:?}: {found:#?}");
        thread::sleep(Duration::from_millis(500));
    }
}

#[test]
#[ignore = "needs a Docker engine"]
fn healthy_setups_get_no_error_and_no_warning() {
    let setups = ["healthy-proxy", "healthy-vpn", "healthy-monitoring"];
    let kept: Vec<Prefix> = setups.map(|setup| Prefix(format!("{setup}-"))).into();
    thread::scope(|scope| {
        for (setup, prefix) in setups.iter().zip(&kept) {
            scope.spawn(move || sh(&format!("{setup}/setup.sh"), "", &prefix.0));
        }
    });
    // Old enough that nothing counts as only just started.
    thread::sleep(Duration::from_secs(6));
    for prefix in &kept {
        let began = Instant::now();
        loop {
            let mut found = findings(&[], &prefix.0);
            found.retain(|finding| finding["severity"] != "info");
            if found.is_empty() {
                break;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "{}: {found:#?}", prefix.0);
            thread::sleep(Duration::from_secs(1));
        }
    }
}

/// The lesson: as it leaves the student, after its own fix with an address, and
/// after a restart in another order. After netmap's fix: see `fixes`.
#[test]
#[ignore = "needs a Docker engine"]
fn module_5_from_broken_to_broken_once_more() {
    // On the default bridge somebody else's container would take the address that
    // is to be lost, or leave it free.
    let alone = LentEngine::new();
    let _here = here_on(&alone.address, alone.machine());
    let prefix = "m5-";
    let _kept = Prefix(prefix.to_owned());
    let setup = "module-5/setup.sh";
    sh(setup, "broken", prefix);
    // One of the two may have dialled sooner than the other.
    let of_both =
        |found: &[Value]| found[0].to_string().contains("look for m5-mongo in themselves");
    let found = expect_that(prefix, &["localhost-dependency", "default-bridge-no-names"], of_both);
    assert_eq!(found[0]["fix"], found[1]["fix"], "one cause, one fix");
    assert!(found[0]["fix"].to_string().contains("m5-mongo:27017 in MONGO_URL"), "{found:#?}");

    sh(setup, "address", prefix);
    let found = expect(prefix, &["hardcoded-ip"]);
    assert!(found.iter().all(|finding| finding["severity"] == "warning"), "{found:#?}");

    sh(setup, "restarted", prefix);
    let is_lost = |found: &[Value]| {
        let said = found[0].to_string();
        said.contains("m5-mongo does listen on 27017") && said.contains("m5-mongo has ")
    };
    let found = expect_that(prefix, &["hardcoded-ip"], is_lost);
    assert!(found.iter().all(|finding| finding["severity"] == "error"), "{found:#?}");
    let said = found[0].to_string();
    assert!(said.contains("which belongs to"), "{said}");
}

#[test]
#[ignore = "needs a Docker engine"]
fn no_part_of_a_password_is_in_any_output() {
    const PASSWORD: &str = "Pl4nted-Passw0rd";
    let mut corner = Corner::new("secret");
    let network = corner.network("net", &[]);
    let url = format!("postgres://admin:{PASSWORD}@db.example:5432/app?password={PASSWORD}");
    let environment = [
        format!("DATABASE_URL={url}"),
        format!("DB_PASSWORD={PASSWORD}"),
        format!("AUTH=admin:{PASSWORD}"),
        format!("REDIS=redis://:{PASSWORD}@cache:6379"),
        format!("BROKEN=http://user:{PASSWORD}/x@y:80"),
        format!("NO_PROXY={PASSWORD}@nowhere"),
        format!("HTTP_PROXY=http://me:{PASSWORD}@proxy.example:3128"),
    ];
    let said = format!(
        "echo 'connect ECONNREFUSED {url}'; echo 'password={PASSWORD}: Connection refused to db:5432'; \
        echo 'FATAL: auth failed for admin:{PASSWORD}@db: no such host'; \
        echo 'dial tcp: lookup {url}: no such host' >&2; \
        printf '\\033[31m{PASSWORD}\\000\\377ECONNREFUSED 127.0.0.1:5433\\n'; sleep 1d"
    );
    let label = format!("auth.url={url}");
    let health = format!("wget -qO- http://user:{PASSWORD}@localhost:80/");
    let mut arguments = vec![
        "--network",
        &network,
        "--label",
        &label,
        "--health-cmd",
        &health,
        "--health-interval",
        "1h",
    ];
    for variable in &environment {
        arguments.extend(["-e", variable]);
    }
    let entry = format!("--password={PASSWORD}");
    arguments.extend(["busybox", "sh", "-c", &said, &entry]);
    corner.run("app", &arguments);
    thread::sleep(Duration::from_secs(1));
    let outputs = [
        vec!["doctor", "--verbose"],
        vec!["doctor", "--format", "json"],
        vec!["doctor", "--format", "markdown", "--verbose"],
        vec!["snapshot"],
        vec!["show", "--all", "--format", "json"],
        vec!["show", "--all", "--format", "table"],
    ];
    for arguments in outputs {
        let output = netmap(&arguments);
        let all = text(&output.stdout) + &text(&output.stderr);
        assert!(all.contains("secret-app") || arguments[0] == "doctor", "{arguments:?} shows it");
        for part in [PASSWORD, "Pl4nted", "Passw0rd"] {
            assert!(!all.contains(part), "{arguments:?} shows {part}");
        }
    }
    // And yet what is needed was read.
    let snapshot = text(&netmap(&["snapshot"]).stdout);
    assert!(snapshot.contains("\"db.example\""), "{snapshot}");
    assert!(snapshot.contains("5433"), "the log's error was seen");
}

#[test]
#[ignore = "needs a Docker engine"]
fn without_exec_only_get_requests_are_sent_and_with_it_one_exec_a_container() {
    let mut corner = Corner::new("quietly");
    let network = corner.network("net", &[]);
    for name in ["a", "b"] {
        corner.run(name, &["--network", &network, "busybox", "nc", "-ll", "-p", "80", "-e", "cat"]);
    }
    // An engine over TCP may be on another machine, so /proc says nothing.
    let recorder = Recorder::over_tcp();
    let run = |arguments: &[&str]| -> (Value, Vec<String>) {
        recorder.forget();
        let output = netmap_command()
            .args(["doctor", "--format", "json", "--host", &recorder.address])
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.code().is_some_and(|code| code < 2), "{}", text(&output.stderr));
        (serde_json::from_slice(&output.stdout).unwrap(), recorder.requests())
    };
    let (found, requests) = run(&["--no-exec"]);
    assert!(requests.iter().all(|request| request.starts_with("GET /")), "{requests:#?}");
    let blind = found["not_looked"].to_string();
    assert!(blind.contains("nothing was to be run in it (--no-exec)"), "{blind}");
    // Where it holds for every container there is, they are counted and not named.
    assert!(blind.contains("quietly-a") || blind.contains("the sockets of all "), "{blind}");

    let (_, requests) = run(&[]);
    for name in ["quietly-a", "quietly-b"] {
        let id = docker(&["inspect", "--format", "{{.Id}}", name]);
        let made = format!("/containers/{id}/exec");
        let execs = requests.iter().filter(|request| request.contains(&made)).count();
        assert_eq!(execs, 1, "{name}: {requests:#?}");
    }
}

#[test]
#[ignore = "needs a Docker engine"]
fn an_exec_sees_what_proc_shows() {
    let mut corner = Corner::new("alike");
    let network = corner.network("net", &["-o", "com.docker.network.driver.mtu=1410"]);
    corner
        .run("server", &["--network", &network, "busybox", "nc", "-ll", "-p", "4711", "-e", "cat"]);
    corner.sleeper("other", &["--network", &network, "--add-host", "elsewhere:192.0.2.9"]);
    let recorder = Recorder::over_tcp();
    let seen = |address: &str| -> Vec<Value> {
        let output = netmap_command().args(["snapshot", "--host", address]).output().unwrap();
        let snapshot: Value = serde_json::from_slice(&output.stdout).unwrap();
        let observations = snapshot["observations"].as_array().unwrap().iter();
        observations
            .filter(|seen| seen["container"].as_str().unwrap().starts_with("alike-"))
            .map(|seen| {
                let mut seen = seen.clone();
                let parts = seen.as_object_mut().unwrap();
                parts.remove("at");
                // Only who can see both knows that two of these are one.
                parts.remove("network_namespace");
                parts.remove("how").expect("netmap looked inside");
                seen
            })
            .collect()
    };
    let (by_proc, by_exec) = (seen(&engine()), seen(&recorder.address));
    assert_eq!(by_proc.len(), 2);
    assert_eq!(by_proc, by_exec);
    let text = by_proc.iter().map(ToString::to_string).collect::<String>();
    for part in ["4711", "1410", "elsewhere"] {
        assert!(text.contains(part), "{part} is missing: {text}");
    }
}

#[test]
#[ignore = "needs a Docker engine"]
fn logs_that_are_binary_endless_or_one_line_do_no_harm() {
    let mut corner = Corner::new("noisy");
    // The engine reads the two outputs apart; what is said after a while is logged last.
    let tail = "echo; sleep 3; echo 'Error: connect ECONNREFUSED 127.0.0.1:5999' >&2; sleep 1d";
    let cases = [
        ("binary", format!("head -c 300000 /dev/urandom; {tail}")),
        ("one-line", format!("head -c 10000000 /dev/zero | tr '\\0' x; {tail}")),
        ("escapes", format!("printf '\\033]0;owned\\007\\033[2J'; {tail}")),
    ];
    for (name, command) in &cases {
        corner.run(name, &["busybox", "sh", "-c", command]);
    }
    corner.run(
        "endless",
        &["--log-opt", "max-size=1m", "busybox", "sh", "-c", "yes ECONNREFUSED 127.0.0.1:5998"],
    );
    let ports =
        [("binary", "5999"), ("one-line", "5999"), ("escapes", "5999"), ("endless", "5998")];
    let began = Instant::now();
    loop {
        let asked = Instant::now();
        let output = netmap(&["snapshot"]);
        assert!(asked.elapsed() < Duration::from_secs(20), "{:?}", asked.elapsed());
        let snapshot: Value = serde_json::from_slice(&output.stdout).unwrap();
        let observations = snapshot["observations"].as_array().unwrap();
        let missing = ports.iter().find(|(name, port)| {
            let seen = observations.iter().find(|o| o["container"] == corner.name(name).as_str());
            !seen.unwrap()["log_errors"].to_string().contains(port)
        });
        let Some(missing) = missing else { break };
        assert!(began.elapsed() < Duration::from_secs(30), "{missing:?}: {observations:#?}");
        thread::sleep(Duration::from_millis(500));
    }
    let shown = text(&netmap(&["doctor", "--verbose"]).stdout);
    assert!(!shown.contains(['\u{1b}', '\u{7}']), "{shown}");
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_container_that_ends_while_it_is_looked_at_is_no_failure() {
    let mut corner = Corner::new("fleeting");
    for number in 0..6 {
        corner.run(&format!("c{number}"), &["busybox", "sleep", &format!("0.{number}")]);
    }
    for _ in 0..3 {
        let output = netmap(&["doctor", "--format", "json"]);
        assert!(output.status.code().is_some_and(|code| code < 2), "{}", text(&output.stderr));
    }
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_snapshot_gets_the_same_findings_as_the_engine() {
    let mut corner = Corner::new("again");
    let network = corner.network("net", &[]);
    corner.run(
        "web",
        &[
            "--network",
            &network,
            "-e",
            "DB_HOST=again-dbb",
            "-e",
            "DB_PORT=5432",
            "busybox",
            "sh",
            "-c",
            "echo \"nc: bad address 'again-dbb'\"; sleep 1d",
        ],
    );
    corner.run("db", &["--network", &network, "--name", "again-db", "busybox", "sleep", "1d"]);
    let snapshot = netmap(&["snapshot"]).stdout;
    let live = findings(&["--rule", "wrong-name"], "again-");
    assert_eq!(rules(&live), BTreeSet::from(["wrong-name"]));
    let mut again = netmap_command()
        .args(["doctor", "--format", "json", "--rule", "wrong-name", "--from", "-", "again-*"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    again.stdin.take().unwrap().write_all(&snapshot).unwrap();
    let output = again.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let recorded: Value = serde_json::from_slice(&output.stdout).unwrap();
    let summary = |finding: &Value| finding["summary"].clone();
    let recorded: Vec<Value> =
        recorded["findings"].as_array().unwrap().iter().map(summary).collect();
    assert_eq!(recorded, live.iter().map(summary).collect::<Vec<_>>());
}
