//! What programs are given and what they say: setups close to those of the
//! samples, as somebody could have recorded them.

use serde_json::{Value, json};

use crate::support::{netmap, project_file};

/// What the doctor finds in a sample's recording after an edit: errors and
/// warnings, each with its rule.
fn found(sample: &str, edit: impl FnOnce(&mut Value)) -> Vec<Value> {
    let path = project_file(&format!("samples/{sample}/snapshot.json"));
    let mut snapshot: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    edit(&mut snapshot);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("edited.json");
    std::fs::write(&file, snapshot.to_string()).unwrap();
    let arguments = ["doctor", "--severity", "warning", "--format", "json", "--from"];
    let run = netmap(&[&arguments[..], &[file.to_str().unwrap()]].concat());
    assert!(run.code < 2, "{}", run.err);
    let found: Value = serde_json::from_str(&run.out).unwrap();
    found["findings"].as_array().unwrap().clone()
}

fn rules(findings: &[Value]) -> Vec<&str> {
    findings.iter().map(|finding| finding["rule"].as_str().unwrap()).collect()
}

fn named<'v>(list: &'v mut Value, key: &str, name: &str) -> &'v mut Value {
    let mut all = list.as_array_mut().unwrap().iter_mut();
    all.find(|one| one[key] == name).unwrap()
}

/// The sample of a malformed host with another setting, and a line in the log
/// so many seconds after the start.
fn with(reference: Value, error: Option<(Value, u32)>) -> Vec<Value> {
    found("malformed-host", |snapshot| {
        named(&mut snapshot["containers"], "name", "app")["references"] = json!([reference]);
        let at = |second| json!(format!("2026-11-28T02:50:{second:02}Z"));
        for container in snapshot["containers"].as_array_mut().unwrap() {
            container["started_at"] = at(0);
        }
        for seen in snapshot["observations"].as_array_mut().unwrap() {
            seen["at"] = at(30);
        }
        if let Some((mut error, second)) = error {
            error["count"] = json!(1);
            error["first"] = at(second);
            error["last"] = at(second);
            named(&mut snapshot["observations"], "container", "app")["log_errors"] = json!([error]);
        }
    })
}

fn setting(variable: &str, host: &str, port: Option<u16>) -> Value {
    let mut setting = json!({ "origin": "environment", "variable": variable, "host": host });
    setting["is_whole"] = json!(true);
    if let Some(port) = port {
        setting["port"] = json!(port);
    }
    setting
}

fn not_found(host: &str, port: Option<u16>) -> Value {
    let mut error = json!({ "kind": "name-not-found", "host": host });
    if let Some(port) = port {
        error["port"] = json!(port);
    }
    error
}

#[test]
fn quotes_that_a_program_takes_off_itself_are_no_fault() {
    let open = |snapshot: &mut Value| {
        let db = named(&mut snapshot["containers"], "name", "db")["endpoints"][0]["ipv4"].clone();
        let remote = format!("{}:5558", db.as_str().unwrap());
        named(&mut snapshot["observations"], "container", "app")["connections"] =
            json!([{ "progress": "open", "remote": remote }]);
    };
    assert_eq!(rules(&found("malformed-host", open)), [""; 0]);
    assert_eq!(rules(&found("malformed-host", |_| ())), ["malformed-host"]);
}

#[test]
fn a_port_in_a_host_is_a_fault_where_the_whole_is_looked_up() {
    let whole = || Some((not_found("db", Some(5558)), 20));
    let port = Some(5558);
    assert_eq!(rules(&with(setting("DB_HOST", "db", port), whole())), ["malformed-host"]);
    // It may stand there, the program parts the two, or nothing failed.
    for (setting, error) in [
        (setting("DB_ADDR", "db", port), whole()),
        (setting("DB_SERVERS", "db", port), whole()),
        (setting("DB_HOST", "db", port), Some((not_found("db", None), 20))),
        (setting("DB_HOST", "db", port), None),
        (setting("DB_HOST", "db", None), None),
        // The database was not there yet.
        (setting("DB_HOST", "db", port), Some((not_found("db", port), 1))),
    ] {
        let findings = with(setting, error);
        assert!(!rules(&findings).contains(&"malformed-host"), "{findings:#?}");
    }
}

#[test]
fn a_word_for_nothing_is_a_variable_that_is_not_set() {
    for word in ["undefined", "None", "null", "nil", "<no value>", ""] {
        let findings = with(setting("DB_HOSTNAME", "db", None), Some((not_found(word, None), 20)));
        assert_eq!(rules(&findings), ["malformed-host"], "{word}: {findings:#?}");
        let evidence = findings[0]["evidence"].to_string();
        assert!(
            evidence.contains("DB_HOSTNAME"),
            "what it may have been meant to read: {evidence}"
        );
        assert!(!findings[0]["fix"].to_string().contains("--alias"), "{word}");
    }
    // Somebody says that there is none, and nothing fails for it.
    for word in ["none", "null"] {
        assert_eq!(rules(&with(setting("PROXY_HOST", word, None), None)), [""; 0], "{word}");
    }
}

#[test]
fn a_browser_in_a_container_knows_the_names_of_containers() {
    assert_eq!(rules(&found("name-for-a-browser", |_| ())), ["name-for-a-browser"]);
    let with_browser = |snapshot: &mut Value| {
        let mut driver = named(&mut snapshot["containers"], "name", "page").clone();
        driver["name"] = json!("tests");
        driver["id"] = json!("7".repeat(64));
        driver["image"] = json!("selenium/standalone-chrome:4");
        driver["references"] = json!([]);
        snapshot["containers"].as_array_mut().unwrap().push(driver);
    };
    let findings = found("name-for-a-browser", with_browser);
    assert!(!rules(&findings).contains(&"name-for-a-browser"), "{findings:#?}");
    let unpublished = |snapshot: &mut Value| {
        named(&mut snapshot["containers"], "name", "api")["published"] = json!([]);
    };
    let fix = found("name-for-a-browser", unpublished)[0]["fix"].to_string();
    assert!(fix.contains("publish port 8059 of api"), "{fix}");
}

#[test]
fn what_was_ended_by_hand_has_not_crashed() {
    let with_code = |code: i64| {
        found("crashed", move |snapshot| {
            named(&mut snapshot["containers"], "name", "app")["exit_code"] = json!(code);
        })
    };
    assert_eq!(rules(&with_code(2)), ["crashed"]);
    // Of itself, by Ctrl-C, by `docker kill` and by `docker stop`.
    for code in [0, 130, 137, 143] {
        assert_eq!(rules(&with_code(code)), [""; 0], "{code}");
    }
    let long_ago = found("crashed", |snapshot| {
        let app = named(&mut snapshot["containers"], "name", "app");
        app["finished_at"] = json!("2026-11-20T00:00:00Z");
    });
    assert_eq!(long_ago[0]["severity"], "warning", "nobody misses it");
}
