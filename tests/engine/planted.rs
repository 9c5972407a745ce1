//! Secrets in a real container – its variables, command, labels, log and health
//! check – are in nothing that netmap says of it.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Corner, docker, netmap, text};

#[path = "../offline/shapes.rs"]
mod shapes;

use shapes::{MARK, secrets};

/// What says secrets again and again, as an app that is told to be verbose does.
const APP: &str = "for secret; do echo \"error: cannot connect: $secret\"; \
    echo \"FATAL: permission denied: $secret\" >&2; done; exec sleep 600";

#[test]
#[ignore = "needs a container engine"]
fn no_secret_of_a_real_container_is_shown() {
    let mut corner = Corner::new("secrets");
    let net = corner.network("net", &["--opt", "com.example.token=zqxk9wvq"]);
    let secrets = secrets();
    let names = ["TOKEN", "DATABASE_URL", "PASSWORD", "X", "API_URL", "DSN", "SMTP_URL"];
    let mut arguments = vec!["--network".to_owned(), net.clone()];
    for (at, secret) in secrets.iter().enumerate() {
        arguments.extend(["-e".to_owned(), format!("{}_{at}={secret}", names[at % names.len()])]);
        arguments.extend(["--label".to_owned(), format!("com.example.{at}={secret}")]);
    }
    let check = format!("echo '{}'; exit 1", secrets[7].replace('\'', ""));
    let health = ["--health-cmd", &check, "--health-interval", "1s", "--health-retries", "1"];
    arguments.extend(health.map(str::to_owned));
    arguments.extend(["busybox", "sh", "-c", APP, "app"].map(str::to_owned));
    arguments.extend(secrets.iter().cloned());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let app = corner.run("app", &arguments);
    let other = corner.sleeper("other", &["--network", &net]);
    let deadline = Instant::now() + Duration::from_secs(30);
    while docker(&["inspect", "-f", "{{.State.Health.Status}}", &app]) != "unhealthy" {
        assert!(Instant::now() < deadline, "its health check does not fail");
        thread::sleep(Duration::from_millis(200));
    }
    let glob = corner.glob();
    let mut runs: Vec<Vec<&str>> = vec![
        vec!["snapshot"],
        vec!["snapshot", "--probe", "--redact"],
        vec!["probe", &glob],
        vec!["probe", &glob, "--format", "json"],
        vec!["why", &app, &other],
        vec!["why", &other, &app, "--format", "json"],
        vec!["doctor", "--verbose", &glob],
        vec!["doctor", "--format", "json", &glob],
        vec!["doctor", "--format", "markdown", &glob],
    ];
    for format in
        ["grid", "table", "tree", "csv", "markdown", "mermaid", "dot", "json", "svg", "html"]
    {
        runs.push(vec!["show", "--all", "--format", format, &glob]);
    }
    let (mut shown, mut told) = (BTreeSet::new(), 0);
    for arguments in runs {
        let output = netmap(&arguments);
        let said = text(&output.stdout) + &text(&output.stderr);
        told += usize::from(said.contains(&app));
        if let Some(at) = said.find(MARK) {
            let start = (0..at.saturating_sub(60)).rev().find(|at| said.is_char_boundary(*at));
            let around: String = said[start.unwrap_or(0)..].chars().take(140).collect();
            shown.insert(format!("{arguments:?}: {around}"));
        }
    }
    assert!(shown.is_empty(), "{shown:#?}");
    assert!(told > 12, "{told} runs told of the container");
}
