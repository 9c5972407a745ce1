//! An engine that is missing, forbidden, hung or talking nonsense gives a
//! clear error and exit code 2, and never looks like an engine without
//! containers; a single failed inspect costs a single row's details.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use crate::fake_engine::{Answer, FakeEngine, healthy};
use crate::support::{Run, finished, netmap, netmap_command};

fn show(engine: &FakeEngine) -> Run {
    netmap(&["show", "--host", &engine.address, "--timeout", "1s"])
}

/// The run failed with exit code 2, nothing on standard output, and these words.
fn assert_refused(run: &Run, words: &[&str]) {
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    assert_eq!(run.out, "", "an error prints no data");
    assert!(run.err.starts_with("error: "), "{}", run.err);
    for word in words {
        assert!(run.err.contains(word), "`{word}` is missing in: {}", run.err);
    }
}

#[test]
fn a_healthy_engine_is_shown() {
    let engine = FakeEngine::small(|_| None);
    let run = show(&engine);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("10.1.0.2") && run.out.contains("Docker 26.1"), "{}", run.out);
}

#[test]
fn no_engine() {
    let run = netmap(&["show", "--host", "unix:///nonexistent/docker.sock"]);
    assert_refused(
        &run,
        &[
            "unix:///nonexistent/docker.sock",
            "--host",
            "no such socket",
            "hint:",
            "netmap show --from sample:module-5",
        ],
    );
}

#[test]
fn a_socket_nobody_serves() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dead.sock");
    drop(UnixListener::bind(&path).unwrap());
    let run = netmap(&["show", "--host", &format!("unix://{}", path.display())]);
    assert_refused(&run, &["nothing accepts connections", "start the engine"]);
}

#[test]
fn a_socket_without_permission() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = folder.path().join("locked.sock");
    let _listener = UnixListener::bind(&path).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let host = format!("unix://{}", path.display());
    let run = if is_root() {
        // Root may use every socket: ask as somebody else, with a copy of the
        // program where that somebody can reach it.
        let program = folder.path().join("netmap");
        // Not by this process: what it has open to write, a command that
        // another test starts at this moment has too, and nobody may run it.
        let copied = std::process::Command::new("cp")
            .args([env!("CARGO_BIN_EXE_netmap").as_ref(), program.as_os_str()])
            .status();
        assert!(copied.expect("cp runs").success());
        let mut command = std::process::Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program);
        command.args(["show", "--host", &host]).env_remove("DOCKER_CONTEXT");
        finished(command.output().expect("setpriv is part of util-linux"))
    } else {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
        netmap(&["show", "--host", &host])
    };
    assert_refused(&run, &["permission denied", "group that owns the socket"]);
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0)
}

#[test]
fn an_engine_that_hangs_is_given_up_within_its_deadline() {
    for hang in [|| Answer::Silence, || Answer::SlowBody] {
        let engine = FakeEngine::start(move |_| hang());
        let began = Instant::now();
        let run = show(&engine);
        assert_refused(&run, &["did not answer", "within 1 s", "--timeout"]);
        assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    }
}

#[test]
fn an_engine_that_answers_with_an_error() {
    let engine =
        FakeEngine::start(|_| Answer::Json(500, r#"{"message":"disk \u001b[31mfull"}"#.to_owned()));
    let run = show(&engine);
    assert_refused(&run, &["500", "disk"]);
    assert!(!run.err.contains('\u{1b}'), "the engine's words are made safe: {:?}", run.err);
}

#[test]
fn half_a_json_and_no_json_at_all() {
    for path in ["/networks", "/containers/json"] {
        let half = FakeEngine::small(move |asked| {
            asked.starts_with(path).then(|| Answer::Json(200, r#"[{"Id":"c1","Na"#.to_owned()))
        });
        assert_refused(&show(&half), &["cannot be read"]);
        let cut = FakeEngine::small(move |asked| {
            asked
                .starts_with(path)
                .then(|| Answer::Cut(r#"[{"Id":"c1","Names":["/web"]}]"#.to_owned()))
        });
        assert_refused(&show(&cut), &["unix://"]);
    }
    let garbage = FakeEngine::start(|_| Answer::Garbage);
    assert_refused(&show(&garbage), &["unix://"]);
}

#[test]
fn an_inspect_that_fails_costs_details_and_says_so() {
    let engine = FakeEngine::small(|path| {
        path.starts_with("/containers/c1/")
            .then(|| Answer::Json(500, r#"{"message":"busy"}"#.to_owned()))
    });
    let run = show(&engine);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("web") && run.out.contains("10.1.0.2"), "{}", run.out);
    assert!(run.out.contains("Not read: container `web`"), "{}", run.out);
}

#[test]
fn a_container_that_vanishes_is_listed_as_vanished() {
    let engine = FakeEngine::small(|path| {
        match path {
        _ if path.starts_with("/containers/c2/") => {
            Some(Answer::Json(404, r#"{"message":"No such container"}"#.to_owned()))
        }
        _ if path.starts_with("/containers/json") => Some(Answer::Json(
            200,
            r#"[{"Id":"c1","Names":["/web"],"State":"running"},{"Id":"c2","Names":["/brief"],"State":"running"}]"#
                .to_owned(),
        )),
        _ => None,
    }
    });
    let run = show(&engine);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("1 container "), "{}", run.out);
    assert!(run.out.contains("Not read: container `brief`: gone"), "{}", run.out);
}

#[test]
fn an_engine_without_containers_says_that() {
    let engine = FakeEngine::start(|path| match path {
        _ if path.starts_with("/containers/json") => Answer::Json(200, "[]".to_owned()),
        _ => healthy(path),
    });
    let run = show(&engine);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("There are no containers here."), "{}", run.out);
}

#[test]
fn docker_host_and_contexts_are_followed_in_dockers_order() {
    let engine = FakeEngine::small(|_| None);
    let config = tempfile::tempdir().unwrap();
    let meta = config.path().join("contexts/meta/abc");
    std::fs::create_dir_all(&meta).unwrap();
    let context =
        serde_json::json!({"Name": "lab", "Endpoints": {"docker": {"Host": engine.address}}});
    std::fs::write(meta.join("meta.json"), context.to_string()).unwrap();
    std::fs::write(config.path().join("config.json"), r#"{"currentContext":"lab"}"#).unwrap();
    let run = |environment: &[(&str, &str)], arguments: &[&str]| {
        let mut command = netmap_command();
        command.env("DOCKER_CONFIG", config.path()).envs(environment.iter().copied());
        finished(command.arg("show").args(arguments).output().unwrap())
    };
    let nowhere = "unix:///nonexistent/docker.sock";
    assert_eq!(run(&[], &[]).code, 0, "the current context");
    assert_eq!(run(&[("DOCKER_HOST", "")], &[]).code, 0, "an empty DOCKER_HOST is none");
    assert_refused(&run(&[("DOCKER_HOST", nowhere)], &[]), &["(DOCKER_HOST)"]);
    assert_eq!(
        run(&[("DOCKER_HOST", nowhere)], &["--context", "lab"]).code,
        0,
        "--context beats DOCKER_HOST"
    );
    assert_eq!(
        run(&[("DOCKER_HOST", nowhere)], &["--host", &engine.address]).code,
        0,
        "--host beats it too"
    );
    assert_eq!(run(&[("DOCKER_CONTEXT", "lab")], &[]).code, 0);
    assert_refused(
        &run(&[("DOCKER_CONTEXT", "lap")], &[]),
        &["no docker context `lap`", "did you mean `lab`?"],
    );
    assert_refused(&run(&[], &["--context", "lab", "--host", nowhere]), &["--host and --context"]);
    let tls = run(&[("DOCKER_TLS_VERIFY", "1"), ("DOCKER_HOST", "tcp://127.0.0.1:1")], &[]);
    assert_refused(&tls, &["cannot use TLS", "key.pem"]);
}

#[test]
fn one_container_in_a_state_of_another_engine_does_not_cost_the_others() {
    let engine = FakeEngine::small(|path| {
        let text = match path.split('?').next().unwrap_or_default() {
            "/containers/json" => {
                r#"[{"Id":"c1","Names":["/web"],"Image":"busybox","State":"running"},
                    {"Id":"c2","Names":["/over"],"Image":"busybox","State":"stopped"},
                    {"Id":"c3","Names":["/odd"],"Image":"busybox","State":"running","Ports":7},
                    {"Id":"c4","Names":["/whole"],"Image":"busybox","State":"running","Ports":7},
                    {"Id":5,"Names":["/none"],"Image":"busybox","State":"running"}]"#
            }
            "/containers/c4/json" => {
                r#"{"Id":"c4","Name":"/whole","State":{"Status":"running"},"Config":{"Image":"busybox"}}"#
            }
            "/containers/c2/json" => {
                r#"{"Id":"c2","Name":"/over","State":{"Status":"stopped"},"Config":{"Image":"busybox"}}"#
            }
            _ => return None,
        };
        Some(Answer::Json(200, text.to_owned()))
    });
    let run = netmap(&["show", "--all", "--host", &engine.address]);
    assert_eq!(run.code, 0, "{}", run.err);
    let row = |name: &str| run.out.lines().find(|line| line.starts_with(name)).unwrap_or("");
    assert!(row("web").contains("running"), "{}", run.out);
    assert!(row("over").contains("exited"), "{}", run.out);
    assert!(run.out.contains("container `odd`"), "{}", run.out);
    assert!(row("whole").contains("running"), "the inspect's word is enough: {}", run.out);
    assert!(run.out.contains("container `none`"), "{}", run.out);
}

/// Docker's configuration is read as a file that ends.
#[test]
fn a_configuration_without_an_end_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    let show = || {
        let run = netmap_command().arg("show").env("DOCKER_CONFIG", folder.path()).output();
        finished(run.unwrap())
    };
    std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
    let endless = show();
    std::fs::remove_file(&path).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let silent = show();
    for run in [endless, silent] {
        assert_eq!((run.code, &*run.out), (2, ""));
        assert!(
            run.err.contains("config.json") && run.err.contains("no regular file"),
            "{}",
            run.err
        );
    }
}
