//! Snapshots and options from strangers: a clear error, and no harm.

use std::fs;

use serde_json::json;

use crate::support::{finished, netmap, netmap_command};

const SAMPLE: &str = "samples/module-5";

fn snapshot_file(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.json");
    fs::write(&path, text).unwrap();
    let path = path.display().to_string();
    (folder, path)
}

#[test]
fn files_that_are_no_snapshot() {
    let cases = [
        ("", "it is empty"),
        ("hello", "it is no snapshot"),
        ("[]", "it is no snapshot"),
        (r#"{"schema":"netmap/1","containers":[{"name":"a""#, "it ends in the middle, in line 1"),
        (
            r#"{"schema":"netmap/1","containers":[{"name":"a","id":"1","state":7}]}"#,
            "line 1 column",
        ),
        (r#"{"schema":"netmap/9","containers":{}}"#, "newer"),
        (r#"{"schema":"netmap-probe/1"}"#, "netmap-probe/1"),
        (r#"{"version":1}"#, "no `schema` field"),
    ];
    for (text, word) in cases {
        let (_folder, path) = snapshot_file(text);
        let run = netmap(&["show", "--from", &path]);
        assert_eq!(run.code, 2, "{text}");
        assert_eq!(run.out, "");
        assert!(run.err.contains(word) && run.err.contains(&path), "{text}: {}", run.err);
    }
    let missing = netmap(&["show", "--from", "no/such/file.json"]);
    assert_eq!(missing.code, 2);
    assert!(missing.err.contains("no/such/file.json"), "{}", missing.err);
}

/// PowerShell writes UTF-16 into the file behind `>`.
#[test]
fn a_snapshot_that_a_windows_shell_wrote_is_one() {
    let text = fs::read_to_string(format!("{SAMPLE}/snapshot.json")).unwrap();
    let utf16 = [0xfeff].into_iter().chain(text.encode_utf16());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("me.json");
    for bytes in [utf16.flat_map(u16::to_le_bytes).collect(), ["\u{feff}", &text].concat().into()] {
        let bytes: Vec<u8> = bytes;
        fs::write(&path, bytes).unwrap();
        let run = netmap(&["show", "-aq", "--from", path.to_str().unwrap()]);
        assert_eq!(run.out, "mongo\nresults_container\nsurvey_container\n", "{}", run.err);
    }
}

/// Whether there is a snapshot in a folder cannot be told of one that is closed.
#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_entered_is_not_called_empty() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    // Root may enter any.
    if fs::read_dir(&closed).is_ok() {
        return;
    }
    let run = netmap(&["show", "--from", closed.to_str().unwrap()]);
    assert!(run.code == 2 && run.err.contains("ermission denied"), "{}", run.err);
}

#[test]
fn a_snapshot_of_300_mb_is_refused_without_reading_it_all_into_a_map() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.json");
    fs::File::create(&path).unwrap().set_len(300 << 20).unwrap();
    let run = netmap(&["show", "--from", &path.display().to_string()]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("larger than 256 MB"), "{}", run.err);
}

#[test]
fn a_hundred_megabytes_of_nothing_is_an_error_too() {
    let (_folder, path) =
        snapshot_file(&format!("{{\"schema\":\"netmap/1\",\"x\":\"{}", "a".repeat(100 << 20)));
    let run = netmap(&["show", "--from", &path]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("it ends in the middle"), "{}", run.err);
}

#[test]
fn hostile_names_act_in_no_format() {
    let evil = "a\u{1b}[31m\u{7}\"'<script>|`\n\r\u{202e}]]>--&\\";
    let snapshot = json!({
        "schema": "netmap/1",
        "networks": [{"name": evil, "id": "n", "driver": evil, "scope": evil, "project": evil,
                      "subnets": [{"subnet": "10.0.0.0/24"}], "options": {"parent": evil}}],
        "containers": [
            {"name": evil, "id": "c", "image": evil, "state": "running", "project": evil, "service": evil,
             "network_mode": evil, "published": [{"host_ip": evil, "host_port": 1, "port": 2}],
             "endpoints": [{"network": evil, "network_id": "n", "ipv4": "10.0.0.2", "aliases": [evil]}]},
            {"name": "sidecar", "id": "r", "state": "running", "network_mode": format!("container:{evil}")},
            {"name": "none", "id": "o", "state": "running", "network_mode": "none"}
        ],
        "unread": [{"what": evil, "why": evil}]
    });
    let (_folder, path) = snapshot_file(&snapshot.to_string());
    for format in
        ["grid", "table", "tree", "csv", "markdown", "mermaid", "dot", "json", "svg", "html"]
    {
        for width in ["20", "80", "200"] {
            let run = netmap(&["show", "--from", &path, "--format", format, "--width", width]);
            assert_eq!(run.code, 0, "{format}: {}", run.err);
            let unsafe_character = run.out.chars().find(|c| {
                (c.is_control() && *c != '\n')
                    || ('\u{202a}'..='\u{202e}').contains(c) && format != "json"
            });
            assert_eq!(unsafe_character, None, "{format}: {:?}", run.out);
        }
    }
}

#[test]
fn owners_in_a_circle_and_twins_do_no_harm() {
    let snapshot = json!({"schema": "netmap/1", "containers": [
        {"name": "a", "id": "1", "state": "running", "network_mode": "container:2"},
        {"name": "b", "id": "2", "state": "running", "network_mode": "container:1"},
        {"name": "c", "id": "3", "state": "running", "network_mode": "container:3"},
        {"name": "c", "id": "3", "state": "running"},
    ]});
    let (_folder, path) = snapshot_file(&snapshot.to_string());
    for format in
        ["grid", "table", "tree", "csv", "markdown", "mermaid", "dot", "json", "svg", "html"]
    {
        let run = netmap(&["show", "--from", &path, "--format", format]);
        assert_eq!(run.code, 0, "{format}: {}", run.err);
    }
}

#[test]
fn names_nothing_has() {
    let cases: [(&[&str], &str); 5] = [
        (&["mongp"], "there is no container or network `mongp`"),
        (&["--network", "brigde"], "there is no network `brigde`"),
        (&["--project", "shop"], "there is no project `shop`"),
        (&["nothing-*"], "there is no container or network `nothing-*`"),
        (&["["], "`[` is no pattern"),
    ];
    for (arguments, word) in cases {
        let run = netmap(&[&["show", "--from", SAMPLE], arguments].concat());
        assert_eq!(run.code, 2, "{arguments:?}");
        assert!(run.err.contains(word), "{arguments:?}: {}", run.err);
    }
    assert!(netmap(&["show", "--from", SAMPLE, "mongp"]).err.contains("did you mean `mongo`?"));
    assert!(
        netmap(&["show", "--from", SAMPLE, "--network", "brigde"])
            .err
            .contains("did you mean `bridge`?")
    );
}

#[test]
fn an_output_that_cannot_be_written_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no/such/map.dot").display().to_string();
    let run = netmap(&["show", "--from", SAMPLE, "-o", &missing]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("cannot write") && run.err.contains("map.dot"), "{}", run.err);

    // A failing run must not touch the file.
    let old = folder.path().join("old.dot");
    fs::write(&old, "old").unwrap();
    let run = netmap(&["show", "--from", SAMPLE, "mongp", "-o", &old.display().to_string()]);
    assert_eq!(run.code, 2);
    assert_eq!(fs::read_to_string(&old).unwrap(), "old");

    let run = netmap(&["show", "--from", SAMPLE, "-o", &old.display().to_string()]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(fs::read_to_string(&old).unwrap().starts_with("graph netmap"));
    let left: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["old.dot"], "no temporary file stays behind");

    let full = netmap(&["show", "--from", SAMPLE, "-f", "dot", "-o", "/dev/full"]);
    assert_eq!(full.code, 2);
    assert!(full.err.contains("No space left"), "{}", full.err);
}

#[test]
fn help_that_cannot_be_written_is_no_success() {
    for asked in ["--help", "-h", "--version"] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let run = finished(netmap_command().arg(asked).stdout(full).output().unwrap());
        assert_eq!(run.code, 2, "{asked}");
        assert!(run.err.contains("No space left"), "{asked}: {}", run.err);
    }
}

#[test]
fn a_baseline_that_is_none_is_told_in_words_of_people() {
    for (text, told) in [
        ("", "it is empty"),
        ("{\"schema\":", "it is not whole: it ends in the middle, in line 1"),
        ("3", "expected an object"),
        ("{\"schema\": \"netmap-findings/1\", \"findings\": [3]}", "expected a finding"),
    ] {
        let (_folder, path) = snapshot_file(text);
        let run = netmap(&["doctor", "--from", SAMPLE, "--baseline", &path]);
        assert_eq!(run.code, 2, "{text}");
        assert!(run.err.contains(&path) && run.err.contains(told), "{text}: {}", run.err);
        assert!(!run.err.contains("struct"), "{text}: {}", run.err);
    }
}

#[test]
fn a_compose_file_within_a_file_is_what_cannot_be_read() {
    let (_folder, file) = snapshot_file("{}");
    let path = format!("{file}/compose.yaml");
    let run = netmap(&["show", "--compose", &path]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains(&format!("{path}: cannot read it")), "{}", run.err);
}

/// Where a lesson cannot be written to its end, there is none, and the next try is the first.
#[test]
fn half_a_lesson_does_not_stay() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().to_str().unwrap();
    for most in ["0", "3"] {
        // As on a disk that is full: no file gets larger than so many half kilobytes.
        let limited = format!("ulimit -f {most}; trap '' XFSZ; exec \"$@\"");
        let mut command = std::process::Command::new("sh");
        let program = netmap_command();
        command.args(["-c", &limited, "sh"]).arg(program.get_program());
        command.args(["lesson", "--lessons", at, "new", "mine", "--from", "sample:module-5"]);
        command.env("NETMAP_CONFIG", "");
        let run = finished(command.output().unwrap());
        assert_eq!(run.code, 2, "{most}: {}{}", run.out, run.err);
        assert!(run.err.contains("mine/"), "{most}: {}", run.err);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{most}");
    }
}

#[test]
fn an_unknown_extension_and_a_wrong_option() {
    let run = netmap(&["show", "--from", SAMPLE, "-o", "map.docx"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("map.docx") && run.err.contains(".svg"), "{}", run.err);
    assert_eq!(netmap(&["show", "--timeout", "0"]).code, 2);
    assert_eq!(netmap(&["shwo"]).code, 2);
}

#[test]
fn what_is_no_name_and_no_command_leads_to_what_was_meant() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).unwrap();
        folder.path().join(name).display().to_string()
    };
    let yaml = file("compose.yaml", "services: {web: {image: a}}\n");
    let json = file("me.json", "{}");
    let nowhere = folder.path().join("none/x.json").display().to_string();
    let env = folder.path().join("prod.env").display().to_string();
    for (arguments, hint) in [
        (&["compose"][..], "tip: --compose goes with every command"),
        (&["show", "--from", SAMPLE, &yaml], "--compose "),
        (&["doctor", "--from", SAMPLE, &json], "--from "),
        (&["explain", "icc-of"], "did you mean `icc-off`?\n"),
        (&["show", "--compose", &yaml, "--env-file", &env], "hint: in `"),
        (&["probe", "web", "db", "--tcp", "http"], "write a whole number from 1 to 65535"),
        // It is said before anything is asked or measured.
        (&["flows", "--host", "unix:///nonexistent.sock", "-o", &nowhere], "make it first"),
    ] {
        let run = netmap(arguments);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{arguments:?}");
        assert!(run.err.contains(hint), "{arguments:?}: {}", run.err);
        assert!(!run.err.contains("os error"), "{arguments:?}: {}", run.err);
    }
}

#[test]
fn only_the_layout_of_graphviz_needs_graphviz() {
    let without = |arguments: &[&str]| {
        let mut command = netmap_command();
        command.env("PATH", "/nonexistent").args(["show", "--from", SAMPLE, "--format", "svg"]);
        finished(command.args(arguments).output().unwrap())
    };
    assert_eq!(without(&[]).code, 0);
    let run = without(&["--layout", "graphviz"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("apt install graphviz"), "{}", run.err);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    use std::process::Stdio;
    let mut command = netmap_command();
    command.args(["show", "--from", SAMPLE]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let run = finished(child.wait_with_output().unwrap());
    assert_eq!((run.code, run.err.as_str()), (0, ""));
}

#[test]
fn a_password_in_an_address_is_refused_and_shown_nowhere() {
    for host in [
        "tcp://me:hunter2@127.0.0.1:1",
        "tcp://hunter2@127.0.0.1:1",
        "ssh://me:hunter2@127.0.0.1",
        "me:hunter2@127.0.0.1",
        "http://me:hun/hunter2@127.0.0.1:1",
        "tcp://127.0.0.1:1?token=hunter2",
    ] {
        for arguments in [
            &["show"][..],
            &["doctor", "--verbose", "--format", "json"],
            &["probe", "--host", "unix:///nonexistent.sock"],
            &["snapshot"],
            &["check", "--init"],
            &["lesson", "start", "two-networks"],
        ] {
            let by_option = netmap(&[arguments, &["--host", host]].concat());
            let by_variable = netmap_command().args(arguments).env("DOCKER_HOST", host).output();
            for run in [by_option, finished(by_variable.unwrap())] {
                assert_eq!(run.code, 2, "{arguments:?} {host}: {}", run.err);
                let said = run.out + &run.err;
                assert!(!said.contains("hunter2"), "{arguments:?} {host}: {said}");
            }
        }
    }
}

#[test]
fn names_that_look_like_others_are_shown_for_what_they_are() {
    let snapshot = json!({"schema": "netmap/1",
        "networks": [{"name": "\u{3bf}ne", "id": "n", "driver": "bridge"}],
        "containers": [
            {"name": "\u{430}pi", "id": "a", "state": "running",
             "endpoints": [{"network": "\u{3bf}ne", "network_id": "n", "ipv4": "10.0.0.2"}]},
            {"name": "поиск", "id": "b", "state": "running",
             "endpoints": [{"network": "\u{3bf}ne", "network_id": "n", "ipv4": "10.0.0.3"}]}]});
    let (_folder, path) = snapshot_file(&snapshot.to_string());
    for format in ["grid", "table", "tree", "csv", "markdown", "mermaid", "dot", "svg", "html"] {
        let run = netmap(&["show", "--from", &path, "--format", format]);
        assert_eq!(run.code, 0, "{format}: {}", run.err);
        assert!(run.out.contains("u{430}pi") || run.out.contains("430"), "{format}: {}", run.out);
        assert!(!run.out.contains(['\u{430}', '\u{3bf}']), "{format}: {}", run.out);
        assert!(run.out.contains("поиск"), "{format}: {}", run.out);
    }
}
