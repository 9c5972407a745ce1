//! Views of a part: they say who is left out, in text that can be pasted.

use serde_json::Value;

use crate::support::{netmap, project_file};

const DUAL: &str = "tests/recorded/dual-stack-docker-28.json";

/// `shop` and `blog` share the network `edge` with a proxy.
const LEFT_OUT: &str = "edge has 2 more members: blog-app-1 and edge-proxy-1.";

#[test]
fn a_project_alone_tells_of_strangers_on_its_networks() {
    for format in ["grid", "table", "tree"] {
        let run = netmap(&["show", "--project", "shop", "--from", DUAL, "-f", format]);
        assert!(run.out.lines().any(|line| line == LEFT_OUT), "{format}: {}", run.out);
    }
    for format in ["grid", "tree", "mermaid", "dot", "svg"] {
        let run = netmap(&["show", "--project", "shop", "--from", DUAL, "-f", format]);
        assert!(run.out.contains("2 not shown"), "{format}: {}", run.out);
    }
    let probe = netmap(&["probe", "--project", "shop", "--from", DUAL]);
    assert!(probe.out.ends_with(&format!("Not probed: {LEFT_OUT}\n")), "{}", probe.out);
    let diff = netmap(&["diff", "--project", "shop", DUAL, DUAL]);
    assert!(diff.out.contains(&format!("Not compared: {LEFT_OUT}\n")), "{}", diff.out);
}

#[test]
fn a_picture_of_a_part_says_nothing_of_what_it_does_not_show() {
    let told = |names: &[&str]| {
        let shop = ["show", "--from", "docs/shop.json", "-f", "svg"];
        netmap(&[&shop[..], names].concat()).out
    };
    assert!(told(&[]).contains("Only proxy is open to the internet."));
    let part = told(&["db", "cache"]);
    assert!(part.contains("Nothing that is shown is open to the internet."), "{part}");
}

#[test]
fn json_of_a_part_has_the_strangers_as_data() {
    let expected = serde_json::json!([
        {"network": "edge", "containers": ["blog-app-1", "edge-proxy-1"]}]);
    for command in
        [&["show", "--from", DUAL][..], &["probe", "--from", DUAL], &["diff", DUAL, DUAL]]
    {
        let of_json = |narrowed: &[&str]| -> Value {
            let run = netmap(&[command, narrowed, &["--format", "json"]].concat());
            serde_json::from_str(&run.out).expect("JSON")
        };
        assert_eq!(of_json(&["--project", "shop"])["strangers"], expected, "{command:?}");
        assert!(of_json(&[]).get("strangers").is_none(), "{command:?}");
    }
}

#[test]
fn a_whole_view_and_a_network_with_all_its_members_leave_nobody_out() {
    for narrowed in [&[][..], &["--network", "edge"]] {
        for command in ["show", "probe"] {
            let run = netmap(&[&[command, "--from", DUAL], narrowed].concat());
            assert!(!run.out.contains("more member"), "{command} {narrowed:?}: {}", run.out);
        }
    }
    let pair = netmap(&["probe", "shop-app-1", "shop-db-1", "--project", "shop", "--from", DUAL]);
    assert!(!pair.out.contains("more member"), "{}", pair.out);
}

#[test]
fn stopped_containers_are_told_of_once() {
    let run = netmap(&["show", "--from", "sample:module-5"]);
    assert!(!run.out.contains("more member") && !run.out.contains(" · 2 not shown"), "{}", run.out);
    assert!(run.out.contains("2 containers stopped and not shown"), "{}", run.out);
}

/// Everything that a terminal shows.
const TEXTS: [&[&str]; 8] = [
    &["show", "--all", "--from", "tests/offline/zoo.json"],
    &["show", "--all", "--from", "tests/offline/zoo.json", "-f", "table"],
    &["show", "--all", "--from", "tests/offline/zoo.json", "-f", "tree"],
    &["show", "--from", DUAL],
    &["probe", "--from", "samples/firewall-drop"],
    &["doctor", "--verbose", "--from", "samples/module-5"],
    &["why", "web", "db", "--from", "samples/firewall-drop"],
    &["diff", "samples/target-down", "samples/module-5"],
];

#[test]
fn what_is_copied_can_be_pasted_and_what_is_piped_is_whole() {
    for arguments in TEXTS {
        for width in [&[][..], &["--width", "60"], &["--width", "80"]] {
            let run = netmap(&[arguments, width].concat());
            assert!(!run.out.contains('\u{a0}'), "{arguments:?} {width:?}: {}", run.out);
        }
    }
    let piped = netmap(&["doctor", "--verbose", "--from", "samples/firewall-drop"]);
    let sentence = "db tried web: unreachable, a black-hole route of the source throws it away.";
    assert!(piped.out.lines().any(|line| line.trim() == sentence), "{}", piped.out);
    let command = "netmap why db web";
    for width in ["60", "72", "80", "100"] {
        let run = netmap(&["probe", "--from", "samples/firewall-drop", "--width", width]);
        assert!(run.out.contains(command), "{width}: {}", run.out);
    }
}

#[test]
fn a_probe_of_nothing_is_no_good_news() {
    let run = netmap(&["probe", "web", "web", "--from", "samples/firewall-drop"]);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    assert!(run.err.contains("there is nothing to probe: web is the only one"), "{}", run.err);
    let text = std::fs::read_to_string(project_file("samples/firewall-drop/snapshot.json"));
    let mut stopped: Value = serde_json::from_str(&text.unwrap()).unwrap();
    for container in stopped["containers"].as_array_mut().unwrap() {
        container["state"] = "exited".into();
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), stopped.to_string()).unwrap();
    let run = netmap(&["probe", "--from", file.path().to_str().unwrap()]);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    assert!(run.err.contains("none of the containers asked for runs"), "{}", run.err);
    stopped["containers"] = Value::Array(Vec::new());
    std::fs::write(file.path(), stopped.to_string()).unwrap();
    let file = file.path().to_str().unwrap();
    let run = netmap(&["probe", "--from", file]);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    assert!(run.err.contains("there are no containers here"), "{}", run.err);
    let run = netmap(&["why", "web", "db", "--from", file]);
    assert!(run.err.contains("there are none in what was looked at"), "{}", run.err);
}

#[test]
fn a_port_on_every_address_of_both_families_is_one() {
    let init = netmap(&["check", "--init", "--from", DUAL]);
    let line = init.out.lines().find(|line| line.contains("edge-proxy-1: {")).unwrap();
    assert!(line.contains("only-published: [\"0.0.0.0:17090:80\"]"), "{line}");
    let file = tempfile::NamedTempFile::with_suffix(".yaml").unwrap();
    std::fs::write(file.path(), &init.out).unwrap();
    let again = netmap(&["check", file.path().to_str().unwrap(), "--from", DUAL]);
    assert_eq!(again.code, 0, "{}{}", again.out, again.err);
}

/// Twelve projects with a container each, on a network each and one that all share.
fn twelve_projects() -> tempfile::NamedTempFile {
    let (mut networks, mut containers) = (Vec::new(), Vec::new());
    for number in 1..=12 {
        let (project, network) = (format!("p{number}"), format!("p{number}_net"));
        let on = |network: &str, at: &str| serde_json::json!({"network": network, "network_id": network, "ipv4": at});
        networks.push(serde_json::json!({"name": network, "id": network, "driver": "bridge",
            "project": project, "subnets": [{"subnet": format!("10.9.{number}.0/24")}]}));
        containers.push(serde_json::json!({"name": format!("web{number}"), "id": project,
            "state": "running", "project": project,
            "endpoints": [on(&network, &format!("10.9.{number}.2"))]}));
    }
    // One that is on all of them.
    let everywhere: Vec<Value> = (1..=12)
        .map(|n| serde_json::json!({"network": format!("p{n}_net"), "network_id": format!("p{n}_net"), "ipv4": format!("10.9.{n}.3")}))
        .collect();
    containers.push(serde_json::json!({"name": "proxy", "id": "proxy", "state": "running",
        "endpoints": everywhere}));
    let snapshot = serde_json::json!({"schema": "netmap/1", "engine": {"name": "Docker", "version": "26"},
        "networks": networks, "containers": containers});
    let file = tempfile::NamedTempFile::with_suffix(".json").unwrap();
    std::fs::write(file.path(), snapshot.to_string()).unwrap();
    file
}

/// The numbers behind `name` in a text, in the order in which they first stand there.
fn numbers_after(name: &str, text: &str) -> Vec<usize> {
    let mut numbers = Vec::new();
    for part in text.split(name).skip(1) {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        if let Ok(number) = digits.parse()
            && !numbers.contains(&number)
        {
            numbers.push(number);
        }
    }
    numbers
}

#[test]
fn names_with_numbers_stand_in_the_order_of_the_numbers() {
    let file = twelve_projects();
    let from = file.path().to_str().unwrap();
    let in_order: Vec<usize> = (1..=12).collect();
    for format in ["grid", "table", "tree", "markdown", "mermaid", "dot", "d2", "plantuml"] {
        let run = netmap(&["show", "--from", from, "-f", format]);
        assert_eq!(run.code, 0, "{format}: {}", run.err);
        assert_eq!(numbers_after("web", &run.out), in_order, "{format}: {}", run.out);
    }
    let table = netmap(&["show", "--from", from, "-f", "table", "proxy"]).out;
    let (_, rows) = table.split_once("network → address").expect("the containers");
    assert_eq!(numbers_after("p", rows), in_order, "{table}");
    let svg = netmap(&["show", "--from", from, "-f", "svg"]).out;
    assert_eq!(numbers_after("data-name=\"web", &svg), in_order, "{svg}");
    // Scripts compare files byte by byte.
    let json = netmap(&["show", "--from", from, "-f", "json"]).out;
    let [containers, networks] = ["web", "p"].map(|name| format!("\"name\": \"{name}"));
    let bytes = [1, 10, 11, 12, 2, 3, 4, 5, 6, 7, 8, 9];
    assert_eq!(numbers_after(&containers, &json), bytes, "{json}");
    let bytes = [10, 11, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    assert_eq!(numbers_after(&networks, &json), bytes, "{json}");
}
