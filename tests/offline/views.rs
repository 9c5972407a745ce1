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
