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
