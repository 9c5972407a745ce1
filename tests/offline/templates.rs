//! `--format '{{…}}'`, `--quiet` and `--json`: what docker's users know.

use crate::support::{netmap, project_file};

fn out(code: i32, arguments: &[&str]) -> String {
    let run = netmap(arguments);
    assert_eq!(run.code, code, "{arguments:?}: {}", run.err);
    run.out
}

#[test]
fn containers_are_shown_as_docker_ps_would() {
    let zoo = project_file("tests/offline/zoo.json").display().to_string();
    let show = |template: &str| {
        out(0, &["show", "-a", "--from", &zoo, "--format", template, "api", "stopped"])
    };
    let table = show("table {{.Name}}\\t{{.Status}}\\t{{.Networks}}\\t{{.Addresses}}");
    let rows: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split("   ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
        .collect();
    assert_eq!(rows[0], ["NAME", "STATUS", "NETWORKS", "ADDRESSES"], "{table}");
    assert!(
        rows.contains(&vec!["api", "running, healthy", "back,front", "10.62.0.2,10.61.0.77"]),
        "{table}"
    );
    // Who shares a stack has its networks.
    assert!(rows.iter().any(|row| row[0] == "sidecar" && row[2] == "back,front"), "{table}");
    let endpoints = show("{{.Name}}{{range .Endpoints}} {{.Network}}={{.IPv4}}{{end}}");
    assert!(endpoints.contains("api back=10.62.0.2 front=10.61.0.77\n"), "{endpoints}");
    let ports = show("{{if .Ports}}{{.Name}}: {{.Ports}}{{end}}");
    assert!(ports.contains("stopped: would publish *:8000-8010 → 80"), "{ports}");
    assert!(show("{{json .Name}}").contains("\"api\"\n"));
    for line in show("{{json .}}").lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(row["Name"].is_string() && row["Endpoints"].is_array(), "{line}");
    }
}

#[test]
fn findings_probes_and_checks_have_rows_too() {
    let from = ["--from", "sample:module-5"];
    let of = |command: &[&'static str], template: &'static str, code: i32| {
        out(code, &[command, &from[..], &["--format", template]].concat())
    };
    let findings = of(&["doctor"], "{{.Severity}} {{.Rule}}: {{join .Subjects \", \"}}", 1);
    assert_eq!(
        findings.lines().next(),
        Some("error localhost-dependency: results_container, survey_container, mongo"),
        "{findings}"
    );
    let fix = of(&["doctor"], "{{range .Fix}}{{println .}}{{end}}", 1);
    assert!(fix.contains("docker network create app\n"), "{fix}");
    let probe = out(
        0,
        &["probe", "--from", "sample:healthy-proxy", "-f", "{{.From}}>{{.To}} {{upper .Outcome}}"],
    );
    assert!(probe.contains("proxy>blog REACHABLE\n"), "{probe}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("check.yaml");
    std::fs::write(&file, "containers: { mongo: { running: true } }\n").unwrap();
    let check = out(
        0,
        &[
            "check",
            file.to_str().unwrap(),
            "--from",
            "sample:module-5",
            "-f",
            "{{.Status}} {{.Assertion}}",
        ],
    );
    assert!(check.starts_with("pass container mongo"), "{check}");
}

#[test]
fn quiet_lists_names_and_json_is_a_short_word() {
    let from = ["--from", "sample:module-5"];
    let of = |words: &[&'static str], code: i32| out(code, &[words, &from[..]].concat());
    assert_eq!(of(&["show", "-q"], 0), "mongo\n");
    assert_eq!(of(&["show", "-aq"], 0), "mongo\nresults_container\nsurvey_container\n");
    assert_eq!(of(&["doctor", "-q"], 1), "localhost-dependency\ndefault-bridge-no-names\n");
    for command in ["show", "doctor"] {
        let code = i32::from(command == "doctor");
        assert_eq!(of(&[command, "--json"], code), of(&[command, "-f", "json"], code));
    }
    assert!(netmap(&["samples", "--json"]).out.starts_with('{'));
    let none = netmap(&["samples", "-q"]);
    assert!(none.code == 2 && none.err.contains("no names"), "{}", none.err);
}

/// JSON stays as it is written: sorted by bytes.
#[test]
fn rows_are_in_the_order_that_people_count_in() {
    let container = |name: &str| serde_json::json!({"name": name, "id": name, "state": "running"});
    let measured = |from: &str| {
        serde_json::json!({"from": from, "to": "p1", "by": "name", "target": "p1",
            "protocol": "icmp", "outcome": "reachable"})
    };
    let names = ["p1", "p10", "p2"];
    let snapshot = serde_json::json!({"schema": "netmap/1", "containers": names.map(container),
        "probe": {"measurements": names[1..].iter().map(|name| measured(name)).collect::<Vec<_>>()}});
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("me.json");
    std::fs::write(&file, snapshot.to_string()).unwrap();
    let from = ["--from", file.to_str().unwrap()];
    let of = |words: &[&str], code: i32| out(code, &[words, &from[..]].concat());
    for words in [&["show", "-q"][..], &["show", "-f", "{{.Name}}"]] {
        assert_eq!(of(words, 0), "p1\np2\np10\n", "{words:?}");
    }
    for words in [&["probe", "-q"][..], &["probe", "-f", "{{.From}} {{.To}}"]] {
        assert_eq!(of(words, 1), "p2 p1\np10 p1\n", "{words:?}");
    }
    let csv = of(&["probe", "-f", "csv"], 1);
    let first: Vec<&str> = csv.lines().map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(first, ["from", "p2", "p10"]);
}

#[test]
fn what_a_template_cannot_do_is_said() {
    let of = |template: &str| {
        let run = netmap(&["show", "--from", "sample:module-5", "--format", template]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{template}");
        run.err
    };
    assert!(of("{{.Nmae}}").contains("did you mean `.Name`?"));
    assert!(of("{{.Colour}}").contains("the fields are .Name .ID"), "{}", of("{{.Colour}}"));
    assert!(of("{{.Name").contains("unclosed"));
    let no_rows = netmap(&["explain", "--format", "{{.Name}}"]);
    assert!(no_rows.code == 2 && no_rows.err.contains("no rows"), "{}", no_rows.err);
}

#[test]
fn help_names_every_field() {
    let help = netmap(&["doctor", "--help"]).out;
    for field in [".Rule", ".Severity", ".Subjects", ".Summary", ".Evidence", ".Fix"] {
        assert!(help.contains(field), "{field}: {help}");
    }
}
