//! The other ways to an engine: TLS with client certificates, docker contexts,
//! a proxy that lets nothing pass but GET, sockets that nobody named.

use std::io::Read;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::{fs, thread};

use serde_json::Value;

use crate::recorder::Recorder;
use crate::support::{Corner, engine, json, netmap, netmap_command, text};

/// The engine's TLS port, in the engine's network namespace.
const PORT: &str = "tcp://127.0.0.1:2376";

/// A folder with a client's certificates: `ours` or the `strangers`.
fn certificates(whose: &str) -> PathBuf {
    let folder = std::env::var("NETMAP_TEST_TLS").expect("tests/run makes certificates");
    Path::new(&folder).join(whose)
}

/// netmap in the engine's network namespace, where its TCP port is.
fn beside_the_engine() -> Command {
    let namespace = std::env::var("NETMAP_TEST_NAMESPACE").expect("tests/run makes a namespace");
    let plain = netmap_command();
    let mut command = Command::new("nsenter");
    command.arg(format!("--net={namespace}")).arg("--").arg(plain.get_program());
    for (name, _) in plain.get_envs() {
        command.env_remove(name);
    }
    command.env_remove("DOCKER_CERT_PATH");
    command
}

/// netmap with the variables that docker has for TLS.
fn over_tls(certificates: &Path) -> Command {
    let mut command = beside_the_engine();
    command.env("DOCKER_TLS_VERIFY", "1").env("DOCKER_CERT_PATH", certificates);
    command
}

fn errors(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
    assert!(output.stdout.is_empty(), "{}", text(&output.stdout));
    text(&output.stderr)
}

/// Copies a folder's files, as far as they are there.
fn copied(from: &Path, names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        fs::copy(from.join(name), folder.path().join(name)).unwrap();
    }
    folder
}

#[test]
#[ignore = "needs a Docker engine"]
fn with_client_certificates_tls_shows_the_same_map() {
    let mut corner = Corner::new("tlssame");
    let network = corner.network("net", &[]);
    corner.sleeper("a", &["--network", &network]);
    let show = ["show", "--format", "json", "--network", &network];
    let near = json(&netmap(&show));
    assert_eq!(near["containers"].as_array().map(Vec::len), Some(1));
    let mut command = over_tls(&certificates("ours"));
    let far = json(&command.args(["--host", PORT]).args(show).output().unwrap());
    assert_eq!(near, far);
    let mut command = over_tls(&certificates("ours"));
    let far = json(&command.env("DOCKER_HOST", PORT).args(show).output().unwrap());
    assert_eq!(near, far);
    // Remote, as far as anybody knows: what is looked at is looked at by exec.
    let mut command = over_tls(&certificates("ours"));
    command.args(["snapshot", "--host", PORT, "--network", &network]);
    let snapshot = json(&command.output().unwrap());
    assert_eq!(snapshot["observations"][0]["how"], "exec");
    assert!(snapshot.get("host").is_none());
}

#[test]
#[ignore = "needs a Docker engine"]
fn tls_that_cannot_be_had_is_an_error() {
    let ours = certificates("ours");
    let show = |certificates: &Path, host: &str| {
        errors(&over_tls(certificates).args(["show", "--host", host]).output().unwrap())
    };
    for missing in ["ca.pem", "cert.pem", "key.pem"] {
        let folder = copied(&ours, &["ca.pem", "cert.pem", "key.pem"]);
        fs::remove_file(folder.path().join(missing)).unwrap();
        let said = show(folder.path(), PORT);
        assert!(said.contains("cannot use TLS") && said.contains(missing), "{said}");
    }
    let folder = copied(&ours, &["ca.pem", "cert.pem", "key.pem"]);
    fs::write(folder.path().join("ca.pem"), "no certificate").unwrap();
    let said = show(folder.path(), PORT);
    assert!(said.contains("cannot"), "{said}");
    // A server that somebody else's authority vouches for.
    let folder = copied(&ours, &["cert.pem", "key.pem"]);
    fs::copy(certificates("strangers").join("ca.pem"), folder.path().join("ca.pem")).unwrap();
    let said = show(folder.path(), PORT);
    assert!(said.contains("UnknownIssuer"), "{said}");
    // A server that is vouched for under another name.
    let said = show(&ours, "tcp://localhost:2376");
    assert!(said.contains("not valid for name"), "{said}");
    // A client that the server does not know.
    let folder = copied(&certificates("strangers"), &["cert.pem", "key.pem"]);
    fs::copy(ours.join("ca.pem"), folder.path().join("ca.pem")).unwrap();
    show(folder.path(), PORT);
    // Plain HTTP where TLS is spoken: the engine says so.
    let mut plain = beside_the_engine();
    let said = errors(&plain.args(["show", "--host", PORT]).output().unwrap());
    assert!(said.contains("HTTPS server"), "{said}");
}

#[test]
#[ignore = "needs a Docker engine"]
fn where_tls_is_wanted_nothing_plain_is_ever_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    let (sender, sent) = mpsc::channel();
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let mut first = vec![0; 256];
            let read = client.read(&mut first).unwrap_or(0);
            first.truncate(read);
            if sender.send(first).is_err() {
                return;
            }
        }
    });
    let output = netmap_command()
        .args(["show", "--timeout", "3s", "--host", &address])
        .env("DOCKER_TLS_VERIFY", "1")
        .env("DOCKER_CERT_PATH", certificates("ours"))
        .output()
        .unwrap();
    errors(&output);
    let sent: Vec<Vec<u8>> = sent.try_iter().collect();
    assert!(!sent.is_empty(), "it did try");
    // 22 begins a handshake of TLS (RFC 8446, 5.1).
    assert!(sent.iter().all(|bytes| bytes.first() == Some(&22)), "{sent:?}");
}

/// docker's own command line with a configuration of the test's.
fn docker_configured(config: &Path, arguments: &[&str]) {
    let output = Command::new("docker").arg("--config").arg(config).args(arguments).output();
    let output = output.expect("docker is installed");
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[test]
#[ignore = "needs a Docker engine"]
fn contexts_that_docker_made_lead_to_the_engine_with_their_certificates() {
    let mut corner = Corner::new("contexts");
    let network = corner.network("net", &[]);
    corner.sleeper("a", &["--network", &network]);
    let config = tempfile::tempdir().unwrap();
    let file = |name: &str| certificates("ours").join(name).display().to_string();
    let endpoint = format!(
        "host={PORT},ca={},cert={},key={}",
        file("ca.pem"),
        file("cert.pem"),
        file("key.pem")
    );
    docker_configured(config.path(), &["context", "create", "far", "--docker", &endpoint]);
    let here = format!("host={}", engine());
    docker_configured(config.path(), &["context", "create", "near", "--docker", &here]);
    let netmap = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = beside_the_engine();
        command.arg("show").args(arguments).env("DOCKER_CONFIG", config.path());
        command.args(["--format", "json", "--network", &network]);
        command.envs(variables.iter().copied()).output().unwrap()
    };
    let near = json(&netmap(&["--context", "near"], &[]));
    assert_eq!(near["engine"]["name"], "Docker");
    assert_eq!(json(&netmap(&["--context", "far"], &[])), near);
    assert_eq!(json(&netmap(&[], &[("DOCKER_CONTEXT", "far")])), near);
    docker_configured(config.path(), &["context", "use", "far"]);
    assert_eq!(json(&netmap(&[], &[])), near);
    // DOCKER_HOST goes before DOCKER_CONTEXT and the current context, --context before both.
    let nowhere = ("DOCKER_HOST", "unix:///nonexistent/docker.sock");
    let said = errors(&netmap(&[], &[nowhere, ("DOCKER_CONTEXT", "far")]));
    assert!(said.contains("/nonexistent/docker.sock"), "{said}");
    assert_eq!(json(&netmap(&["--context", "far"], &[nowhere])), near);
    let said = errors(&netmap(&["--context", "fax"], &[]));
    assert!(said.contains("did you mean `far`"), "{said}");
    // A context that lost its key: an error, and not a try without.
    let tls = config.path().join("contexts/tls");
    let id = fs::read_dir(&tls).unwrap().flatten().next().unwrap().path();
    fs::remove_file(id.join("docker/key.pem")).unwrap();
    let said = errors(&netmap(&["--context", "far"], &[]));
    assert!(said.contains("cannot use TLS") && said.contains("key.pem"), "{said}");
}

#[test]
#[ignore = "needs a Docker engine"]
fn through_a_proxy_that_lets_only_get_pass_all_works_that_needs_no_exec() {
    let mut corner = Corner::new("getproxy");
    let network = corner.network("net", &[]);
    let (a, b) = (
        corner.sleeper("a", &["--network", &network]),
        corner.sleeper("b", &["--network", &network]),
    );
    let show = ["show", "--format", "json", "--network", &network];
    let whole = json(&netmap(&show));
    for proxy in [Recorder::read_only(), Recorder::read_only_over_tcp()] {
        let through = |arguments: &[&str]| {
            netmap_command().args(["--host", &proxy.address]).args(arguments).output().unwrap()
        };
        assert_eq!(json(&through(&show)), whole);
        let doctor = through(&["doctor", "--no-exec", "--format", "json", "--network", &network]);
        assert!(matches!(doctor.status.code(), Some(0 | 1)), "{}", text(&doctor.stderr));
        let findings: Value = serde_json::from_slice(&doctor.stdout).unwrap();
        assert_eq!(findings["schema"], "netmap-findings/1");
        json(&through(&["snapshot", "--no-exec", "--network", &network]));
        assert!(proxy.requests().iter().all(|request| request.starts_with("GET ")));
        // What has to be run in a container does not pass, and netmap says so.
        let probe = through(&["probe", "--method", "exec", "--format", "json", &a, &b]);
        let probe: Value = serde_json::from_slice(&probe.stdout).unwrap();
        let pairs = probe["pairs"].as_array().unwrap();
        assert!(!pairs.is_empty());
        for pair in pairs {
            assert_eq!(pair["outcome"], "unknown", "{pair}");
            let reason = pair["reason"].as_str().unwrap();
            assert!(reason.contains("does not allow execs"), "{reason}");
        }
        assert!(proxy.requests().iter().any(|request| request.starts_with("POST ")));
    }
}

/// Who forwards the engine's socket, as `ssh -L` and socat do, stands on another
/// network than the engine's: what is seen there is none of the host's facts.
#[test]
#[ignore = "needs a Docker engine"]
fn a_forwarder_in_front_of_the_engine_is_not_taken_for_its_machine() {
    let mut corner = Corner::new("forwarded");
    let network = corner.network("net", &[]);
    corner.sleeper("a", &["--network", &network]);
    let narrow = ["snapshot", "--no-exec", "--network", &network];
    let snapshot = |address: &str| {
        json(&netmap_command().args(["--host", address]).args(narrow).output().unwrap())
    };
    let (direct, forwarder) = (snapshot(&engine()), Recorder::start());
    let through = snapshot(&forwarder.address);
    assert!(direct["host"]["addresses"].is_array(), "{direct:#}");
    assert!(through["host"].is_null(), "{through:#}");
    assert!(through["unread"].to_string().contains("not on the machine of its networks"));
}

#[test]
#[ignore = "needs a Docker engine"]
fn with_nothing_said_the_sockets_of_rootless_engines_are_found() {
    let runtime = tempfile::tempdir().unwrap();
    let socket = engine().trim_start_matches("unix://").to_owned();
    // netmap in a mount namespace whose /run is empty but for what `prepare` puts there.
    let netmap = |prepare: &str, arguments: &[&str]| {
        let plain = netmap_command();
        let mut command = Command::new("unshare");
        command
            .args(["-m", "sh", "-c"])
            .arg(format!("mount -t tmpfs none /run; {prepare}\nexec \"$0\" \"$@\""));
        command.arg(plain.get_program()).args(arguments).stdin(Stdio::null());
        for (name, _) in plain.get_envs() {
            command.env_remove(name);
        }
        command.env("HOME", runtime.path()).env("XDG_RUNTIME_DIR", runtime.path());
        command.output().unwrap()
    };
    let names = ["show", "--all", "--format", "json"];
    let said = errors(&netmap("", &["show"]));
    assert!(said.contains("unix:///var/run/docker.sock"), "{said}");
    json(&netmap(&format!("mkdir /run/podman; ln -s {socket} /run/podman/podman.sock"), &names));
    fs::create_dir(runtime.path().join("podman")).unwrap();
    symlink(&socket, runtime.path().join("podman/podman.sock")).unwrap();
    json(&netmap("", &names));
    // Docker goes before Podman: a dead one is an error and not passed over.
    let dead = runtime.path().join("docker.sock");
    drop(std::os::unix::net::UnixListener::bind(&dead).unwrap());
    let said = errors(&netmap("", &["show"]));
    assert!(said.contains("rootless Docker") && said.contains("docker.sock"), "{said}");
    fs::remove_file(&dead).unwrap();
    symlink(&socket, &dead).unwrap();
    json(&netmap("", &names));
    // Without XDG_RUNTIME_DIR the user's usual folder is looked at.
    let usual = format!(
        "mkdir -p /run/user/0; ln -s {socket} /run/user/0/docker.sock; unset XDG_RUNTIME_DIR"
    );
    json(&netmap(&usual, &names));
    // The system's own engine goes before all.
    drop(std::os::unix::net::UnixListener::bind(runtime.path().join("system")).unwrap());
    let system = format!("ln -s {}/system /run/docker.sock", runtime.path().display());
    let said = errors(&netmap(&system, &["show"]));
    assert!(said.contains("unix:///var/run/docker.sock"), "{said}");
}
