//! Check files that are right, and what is said of those that are not.

use super::*;

fn texts(text: &str) -> Vec<String> {
    let file = read(text).expect("a check file");
    file.assertions.into_iter().map(|assertion| assertion.text).collect()
}

/// The complaints about a file, as `line:column: what (hint)`.
fn complaints(text: &str) -> Vec<String> {
    let wrong = read(text).expect_err("a file with something wrong");
    let told = |c: &Complaint| {
        let place = c.place.map(|place| place.to_string()).unwrap_or_default();
        let hint = c.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        format!("{place}: {}{hint}", c.what)
    };
    wrong.iter().map(told).collect()
}

#[test]
fn every_example_of_the_documentation_reads() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/check.md");
    let documentation = std::fs::read_to_string(path).expect("docs/check.md");
    let mut examples = 0;
    for block in documentation.split("```yaml\n").skip(1) {
        let example = block.split("```").next().unwrap_or_default();
        assert!(!read(example).expect(example).assertions.is_empty());
        examples += 1;
    }
    assert!(examples > 0);
    // The sentences in its tables, and what stands in the first column of others.
    let mut rows = 0;
    let mut section = "";
    for line in documentation.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            section = heading;
        }
        let cell = line.strip_prefix("| `").and_then(|rest| rest.split_once("` |"));
        let Some((cell, _)) = cell else { continue };
        let example = match section {
            "networks" => format!("networks: {{ x: {{ {cell} }} }}"),
            "containers" => format!("containers: {{ x: {{ {cell} }} }}"),
            _ => format!("{section}: [ {} ]", serde_json::to_string(cell).expect("text")),
        };
        read(&example).expect(&example);
        rows += 1;
    }
    assert!(rows > 25, "{rows} rows");
}

#[test]
fn what_is_listed_is_asserted() {
    assert_eq!(
        texts("networks: [front, back]\ncontainers: { web: , db: { state: exited, on: back } }"),
        [
            "network front exists",
            "network back exists",
            "container web runs",
            "container db has exited",
            "container db is on back",
        ]
    );
    assert_eq!(texts("reach: a <-> b").len(), 2);
    // What is not clear by itself says of what section it is.
    let sentences = texts("reach: a -/-> b\nflows: a -/-> b\nfindings: none\ndefault: isolated");
    assert_eq!(sentences, ["a -/-> b", "flows: a -/-> b", "findings: none", "default: isolated"]);
    for nothing in ["", "reach:", "among: web"] {
        let said =
            ": it asserts nothing (`netmap check --init` writes assertions for what runs now)";
        assert_eq!(complaints(nothing), [said]);
    }
}

#[test]
fn places_are_those_of_the_file() {
    let file = read("reach:\n  - a -> b\ncontainers:\n  web:\n    on: back\n").unwrap();
    let places: Vec<String> = file.assertions.iter().map(|a| a.place.to_string()).collect();
    assert_eq!(places, ["2:5", "4:3", "5:9"]);
}

#[test]
fn an_unknown_key_is_named_with_the_nearest() {
    assert_eq!(
        complaints("contaners: {}\nnetworks:\n  back: { internl: true, only: [] }\n"),
        [
            "1:1: `contaners` is no key here (did you mean `containers`?)",
            "3:11: `internl` is no key here (did you mean `internal`?)",
            "3:26: `only` is no key here (did you mean `only-members`?)",
        ]
    );
    let from_the_top = complaints("reach: [a => b]\ncontaners: {}\n");
    assert!(from_the_top[0].starts_with("1:11: an arrow"), "{from_the_top:?}");
    assert!(from_the_top[1].starts_with("2:1: `contaners`"), "{from_the_top:?}");
}

#[test]
fn wrong_types_and_values_are_told() {
    for (text, said) in [
        ("- a", "1:1: a mapping belongs here, not a list"),
        ("hello", "1:1: a mapping belongs here, not text"),
        ("networks: { back: { internal: yes } }", "1:31: true or false belongs here, not text"),
        ("networks: { back: true }", "1:19: a mapping belongs here, not true or false"),
        ("networks: { back: { subnet: 10.0.0.0/99 } }", "1:29: `10.0.0.0/99` is not a subnet"),
        ("containers: { web: { state: sleeping } }", "1:29: `sleeping` is no value of `state`"),
        ("containers: { web: { published: 80:http } }", "1:33: `80:http` is not a port"),
        ("containers: { web: { on: { a: b } } }", "1:26: a name belongs here, not a mapping"),
        ("reach: 7", "1:9: an arrow (`->`, `-/->`, `<->`) is missing here"),
        ("reach: [7]", "1:10: an arrow (`->`, `-/->`, `<->`) is missing here"),
        (
            "reach:\n  - a -> db: 5432",
            "2:5: a sentence belongs here, not a mapping (a port follows",
        ),
        ("reach:\n  - a -> b:x", "2:12: `x` is no port"),
        ("reach:\n  - \"a -> b:x\"", "2:13: `x` is no port"),
        ("default: open", "1:10: `open` is no value of `default` (it is isolated)"),
        ("names: [a resolves b]\nnames: []", "2:1: the key `names` is there already, in line 1"),
        ("names:\n\t- x", "2:1: a tab"),
        ("names:\n  - * resolves db", "2:5: text that begins with `*` or `&` needs quotes"),
    ] {
        let complaints = complaints(text);
        assert!(complaints[0].starts_with(said), "{text}\n  {complaints:?}\n  {said}");
    }
}

#[test]
fn everything_wrong_is_told_at_once() {
    assert_eq!(complaints("reach: [a, b, c]\nfoo: 1\ndefault: 2").len(), 5);
}

#[test]
fn ports_as_docker_writes_them() {
    for text in
        ["80", "8080:80", "127.0.0.1:8080:80", "[::1]:8080:80", "53:53/udp", "127.0.0.1::80"]
    {
        assert_eq!(port(text).map(|port| port.words()).as_deref(), Some(text));
    }
    for text in ["", "0", "a:80", "80:", "1.2.3:8080:80", "8080:80/icmp", "70000"] {
        assert_eq!(port(text), None, "{text}");
    }
}
