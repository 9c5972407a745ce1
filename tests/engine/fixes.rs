//! Fixes run as they are printed: what netmap gives a person to paste must
//! work on every engine, whatever is in values and arguments, and give no
//! secret away.

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{
    Corner, alone_making_networks, docker, engine, inspect, is_podman, netmap, netmap_text, paste,
    text, try_docker,
};

/// How long a setup may take to look as it should.
const PATIENCE: Duration = Duration::from_secs(25);

/// What must not be seen anywhere: a password with all that a shell, sed, JSON
/// or a Dockerfile could trip over, on two lines.
const PASSWORD: &str = "hunter2 it's \"$HOME\" `id` \\n #x\nsecond hunter2 line";

/// What stands around a host and port, likewise; a host behind a password with
/// blanks is not looked for.
const AROUND: [&str; 2] =
    ["postgres://app:hunter2$HOME&*!@", "/shop?hunter2=it's \"$HOME\" `id` \\n\nlocalhost:5561"];

/// A program that says what it was given and then serves on port 3000.
const PROGRAM: &str = r#"
    printf '<%s>' "$@" >/data/arguments
    printf '%s' "$DATABASE_URL" >/data/url
    host=${DATABASE_URL#*@}; host=${host%%:5561/*}
    until nc -w 1 "$host" 5561 </dev/null; do
      echo "Error: connect ECONNREFUSED $host:5561" >&2; sleep 1
    done
    echo connected; exec nc -ll -p 3000 -e cat"#;

/// The findings of a rule about a container, once there is one.
pub fn finding(rule: &str, about: &str) -> Value {
    let began = Instant::now();
    loop {
        let output = netmap(&["doctor", "--rule", rule, "--format", "json", about]);
        let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        if let Some(finding) = document["findings"].as_array().and_then(|all| all.first()) {
            return finding.clone();
        }
        assert!(began.elapsed() < PATIENCE, "no {rule} about {about}: {document}");
        thread::sleep(Duration::from_millis(500));
    }
}

pub fn lines(finding: &Value) -> Vec<String> {
    let fix = finding["fix"].as_array().expect("a fix").iter();
    fix.map(|line| line.as_str().expect("text").to_owned()).collect()
}

pub fn container(name: &str) -> Value {
    inspect(name)
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_container_is_re_created_with_all_it_had_and_one_value_changed() {
    let mut corner = Corner::new("again");
    let front = corner.network("front", &[]);
    // Docker lets networks have such names, Podman does not.
    let back = if is_podman() { "back" } else { "back net" };
    let back = corner.network(back, &["--label", "kept=yes"]);
    let db =
        corner.run("db", &["--network", &front, "busybox", "nc", "-ll", "-p", "5561", "-e", "cat"]);
    let url = |host: &str| format!("{}{host}:5561{}", AROUND[0], AROUND[1]);
    let variable = format!("DATABASE_URL={}", url("localhost"));
    let token = format!("TOKEN={PASSWORD}");
    // Podman's client has none of these.
    let sysctls = "com.docker.network.endpoint.sysctls=net.ipv4.conf.IFNAME.log_martians=1,\
                   net.ipv4.conf.IFNAME.accept_local=1";
    let told = format!("name={front},\"driver-opt={sysctls}\"");
    let sysctls = format!("\"{sysctls}\"");
    let web = corner.run(
        "web",
        &[
            "--network",
            if is_podman() { &front } else { &told },
            "--network-alias",
            "www",
            "-e",
            &variable,
            "-e",
            &token,
            "-e",
            "EMPTY=",
            "-v",
            "/data",
            "-p",
            "127.0.0.1:18561:3000",
            "--restart",
            "on-failure:7",
            "--user",
            "0:0",
            "--label",
            "said=it's \"$HOME\"",
            "--hostname",
            "webhost",
            "--memory",
            "64m",
            "--health-cmd",
            "nc -w 1 127.0.0.1 3000",
            "busybox",
            "sh",
            "-c",
            PROGRAM,
            "program",
            "a b",
            "it's",
            "\"$HOME\"",
            "two\nlines",
            "\\",
            "",
        ],
    );
    let more: &[&str] = if is_podman() {
        &[]
    } else {
        &["--link-local-ip", "169.254.8.8", "--driver-opt", &sysctls]
    };
    docker(&[&["network", "connect", "--alias", "web-in-back"], more, &[&back, &web]].concat());
    corner.adopt(&format!("{web}.old"));

    let before = container(&web);
    let printed = finding("localhost-dependency", &web);
    assert!(!printed.to_string().contains("hunter2"), "{printed}");
    let output = paste(&lines(&printed));
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(output.status.success(), "{:#?}\n{said}", lines(&printed));
    assert!(!said.contains("hunter2"), "{said}");

    let after = container(&web);
    assert_ne!(before["Id"], after["Id"], "{:#?}\n{said}", lines(&printed));
    let environment = |inspected: &Value, leave_out: &str| -> Vec<String> {
        let variables = inspected["Config"]["Env"].as_array().expect("variables").iter();
        let variables = variables.map(|variable| variable.as_str().expect("text").to_owned());
        // Podman's own of these follow the container.
        let own = |variable: &String| {
            !variable.starts_with(leave_out) && !variable.starts_with("HOSTNAME=")
        };
        let mut variables: Vec<String> = variables.filter(own).collect();
        variables.sort();
        variables
    };
    assert_eq!(environment(&after, "DATABASE_URL="), environment(&before, "DATABASE_URL="));
    assert_eq!(docker(&["exec", &web, "cat", "/data/url"]), url(&db));
    assert_eq!(
        docker(&["exec", &web, "cat", "/data/arguments"]),
        "<a b><it's><\"$HOME\"><two\nlines><\\><>"
    );
    for part in [
        "/Config/Cmd",
        "/Config/User",
        "/Config/Labels",
        "/Config/Hostname",
        "/Config/Healthcheck/Test",
        "/HostConfig/RestartPolicy",
        "/HostConfig/PortBindings",
        "/HostConfig/Memory",
    ] {
        assert_eq!(before.pointer(part), after.pointer(part), "{part}");
    }
    let volume = |inspected: &Value| inspected["Mounts"][0]["Name"].clone();
    assert_eq!(volume(&before), volume(&after));
    let networks = after["NetworkSettings"]["Networks"].as_object().expect("networks");
    for (network, alias) in [(&front, "www"), (&back, "web-in-back")] {
        let aliases = networks[network]["Aliases"].as_array().expect("aliases");
        assert!(aliases.iter().any(|known| known == alias), "{network}: {aliases:?}");
        for part in ["DriverOpts", "IPAMConfig"] {
            let old = &before["NetworkSettings"]["Networks"][network][part];
            let nothing = |value: &Value| value.as_object().is_none_or(serde_json::Map::is_empty);
            let new = &networks[network][part];
            assert!(old == new || (nothing(old) && nothing(new)), "{part}: {old} {new}");
        }
    }
    assert_eq!(networks.len(), 2);

    let began = Instant::now();
    while !docker(&["logs", &web]).contains("connected") {
        assert!(began.elapsed() < PATIENCE, "re-created, and does not reach {db}");
        thread::sleep(Duration::from_millis(200));
    }
    assert!(
        !try_docker(&["inspect", &format!("{web}.old")]).status.success(),
        "the old one is gone"
    );
    let rest = netmap_text(0, &["doctor", "--severity", "error", &web, &db]);
    assert!(!rest.contains("localhost-dependency"), "{rest}");
    // Podman 5 removes no image of a container that runs.
    let image = docker(&["inspect", "-f", "{{.Config.Image}}", &web]);
    docker(&["rm", "-f", "-v", &web]);
    docker(&["image", "rm", "-f", &image]);
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_fix_that_fails_half_way_leaves_the_container_as_it_was() {
    let mut corner = Corner::new("half");
    let front = corner.network("front", &[]);
    corner.run("db", &["--network", &front, "busybox", "nc", "-ll", "-p", "5562", "-e", "cat"]);
    let url = "DATABASE_URL=postgres://localhost:5562/shop";
    let web = corner.sleeper("web", &["--network", &front, "-e", url]);
    corner.adopt(&format!("{web}.old"));
    let mut lines = lines(&finding("localhost-dependency", &web));
    // A network that has gone since.
    for line in &mut lines {
        *line = line.replace(&format!("--network {front}"), "--network no-such-network");
    }
    let id = container(&web)["Id"].clone();
    // Line by line, as a terminal does, each whatever became of the last.
    for line in &lines {
        paste(std::slice::from_ref(line));
    }
    let after = container(&web);
    assert_eq!(after["Id"], id, "{lines:#?}");
    assert_eq!(after["State"]["Running"], true);
}

/// The lines that the doctor prints below `To fix it:`, once it names these rules.
pub fn printed_fix(rules: &[&str], about: &str) -> Vec<String> {
    let began = Instant::now();
    let printed = loop {
        let printed = text(&netmap(&["doctor", about]).stdout);
        if rules.iter().all(|rule| printed.contains(rule)) {
            break printed;
        }
        assert!(began.elapsed() < PATIENCE, "not {rules:?}: {printed}");
        thread::sleep(Duration::from_millis(500));
    };
    let below = printed.lines().skip_while(|line| !line.trim_start().starts_with("To fix "));
    let lines = below.skip(1).take_while(|line| !line.is_empty());
    lines.map(|line| line.trim_start().to_owned()).collect()
}

/// The lesson that netmap grew from: what the doctor prints is pasted as it is,
/// and both servers run.
#[test]
#[ignore = "needs a Docker engine"]
fn the_lesson_runs_once_what_the_doctor_prints_is_pasted() {
    let mut corner = Corner::new("pasted");
    let servers = ["survey_container", "results_container"];
    for name in ["mongo"].into_iter().chain(servers) {
        corner.adopt(&corner.name(name));
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/module-5/setup.sh");
    let mut setup = Command::new("sh");
    setup.arg(script).arg("broken").env("P", corner.name("")).env("PORT", "17099");
    let setup = setup.env("DOCKER_HOST", engine()).output().expect("sh runs");
    assert!(setup.status.success(), "{}", text(&setup.stderr));

    let _alone = alone_making_networks();
    let rules = ["localhost-dependency", "default-bridge-no-names"];
    let fix = printed_fix(&rules, &corner.glob());
    let network = fix.iter().find_map(|line| line.split_once("network create "));
    corner.adopt_network(network.expect("a network").1);
    let pasted = paste(&fix);
    assert!(pasted.status.success(), "{fix:#?}: {}", text(&pasted.stderr));
    for server in servers {
        let ask = ["exec", &corner.name(server), "wget", "-q", "-O", "-", "http://127.0.0.1:3000"];
        let began = Instant::now();
        loop {
            let said = try_docker(&ask);
            if text(&said.stdout).contains(" is up") {
                break;
            }
            assert!(began.elapsed() < PATIENCE, "{server}: {}", text(&said.stderr));
            thread::sleep(Duration::from_millis(500));
        }
    }
    let began = Instant::now();
    while netmap(&["doctor", &corner.glob()]).status.code() != Some(0) {
        assert!(began.elapsed() < PATIENCE, "{}", netmap_text(0, &["doctor", &corner.glob()]));
        thread::sleep(Duration::from_millis(500));
    }
}
