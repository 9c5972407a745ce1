//! What netmap asks of the engine: a proxy between the two writes it down.

use crate::recorder::Recorder;
use crate::support::{Corner, netmap_command, text};

#[test]
#[ignore = "needs a Docker engine"]
fn show_sends_get_requests_only_and_no_more_than_it_needs() {
    let mut corner = Corner::new("calls");
    let network = corner.network("net", &[]);
    for name in ["a", "b", "c"] {
        corner.sleeper(name, &["--network", &network]);
    }
    let recorder = Recorder::start();
    let output =
        netmap_command().args(["show", "--all", "--host", &recorder.address]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let requests = recorder.requests();
    assert!(requests.iter().all(|request| request.starts_with("GET /")), "{requests:#?}");
    let count = |part: &str| requests.iter().filter(|request| request.contains(part)).count();
    let inspects = requests.len() - count("/networks") - count("/containers/json");
    // For what version it is of, an engine runs other programs.
    assert_eq!(
        (count("/version"), count("/networks"), count("/containers/json")),
        (0, 1, 1),
        "{requests:#?}"
    );
    assert_eq!(
        inspects,
        count("/json") - 1,
        "an inspect for each container and nothing else: {requests:#?}"
    );
    assert!(inspects >= 3);
}

#[test]
#[ignore = "needs a Docker engine"]
fn without_exec_a_snapshot_and_a_check_send_get_requests_only() {
    let mut corner = Corner::new("getonly");
    let network = corner.network("net", &[]);
    let (a, b) = (
        corner.sleeper("a", &["--network", &network]),
        corner.sleeper("b", &["--network", &network]),
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("check.yaml");
    std::fs::write(&file, format!("reach: {a} -> {b}\nfindings: no errors")).unwrap();
    let file = file.display().to_string();
    for arguments in [&["snapshot", "--no-exec"] as &[&str], &["check", "--no-exec", &file]] {
        let recorder = Recorder::start();
        let output =
            netmap_command().args(arguments).args(["--host", &recorder.address]).output().unwrap();
        // What the doctor makes of others' containers is no matter here.
        assert!(matches!(output.status.code(), Some(0 | 1)), "{}", text(&output.stderr));
        let requests = recorder.requests();
        assert!(!requests.is_empty());
        assert!(requests.iter().all(|r| r.starts_with("GET /")), "{arguments:?}: {requests:#?}");
    }
}
