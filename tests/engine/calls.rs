//! What netmap asks of the engine: a proxy between the two writes it down.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::support::{Corner, engine, netmap_command, text};

/// A socket that passes everything on to the engine and keeps each request line.
struct Recorder {
    address: String,
    requests: Arc<Mutex<Vec<String>>>,
    _folder: tempfile::TempDir,
}

impl Recorder {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let upstream = UnixStream::connect(engine().trim_start_matches("unix://")).unwrap();
                let (mut back, mut down) =
                    (upstream.try_clone().unwrap(), client.try_clone().unwrap());
                thread::spawn(move || std::io::copy(&mut back, &mut down));
                let log = Arc::clone(&log);
                thread::spawn(move || forward(client, upstream, &log));
            }
        });
        Self { address: format!("unix://{}", path.display()), requests, _folder: folder }
    }
}

/// Passes bytes on; each first line after an empty one is a request line, as
/// long as requests have no body, which is what this is to prove.
fn forward(mut client: UnixStream, mut upstream: UnixStream, log: &Mutex<Vec<String>>) {
    let mut pending: Vec<u8> = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(read) = client.read(&mut buffer) {
        if read == 0 || upstream.write_all(&buffer[..read]).is_err() {
            return;
        }
        pending.extend_from_slice(&buffer[..read]);
        while let Some(end) = pending.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&pending[..end]).into_owned();
            log.lock().unwrap().push(head.lines().next().unwrap_or_default().to_owned());
            pending.drain(..end + 4);
        }
    }
}

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
    let requests = recorder.requests.lock().unwrap().clone();
    assert!(requests.iter().all(|request| request.starts_with("GET /")), "{requests:#?}");
    let count = |part: &str| requests.iter().filter(|request| request.contains(part)).count();
    let inspects =
        requests.len() - count("/version") - count("/networks") - count("/containers/json");
    assert_eq!(
        (count("/version"), count("/networks"), count("/containers/json")),
        (1, 1, 1),
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
        let requests = recorder.requests.lock().unwrap().clone();
        assert!(!requests.is_empty());
        assert!(requests.iter().all(|r| r.starts_with("GET /")), "{arguments:?}: {requests:#?}");
    }
}
