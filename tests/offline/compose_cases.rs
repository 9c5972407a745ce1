//! The compose files in tests/cases/compose, each of which netmap once read
//! otherwise than Compose does, or called fine although it cannot come up. The
//! head of each says what it is about.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Run, netmap};

const FOLDER: &str = "tests/cases/compose";

/// The numbers of the cases that have a test here.
const TESTED: [u32; 17] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17];

fn path(file: &str) -> String {
    format!("{FOLDER}/{file}.yaml")
}

/// What `show` tells of a case, as data.
fn shown(files: &[&str]) -> Value {
    let mut arguments = vec!["show".to_owned(), "--format".to_owned(), "json".to_owned()];
    for file in files {
        arguments.extend(["--compose".to_owned(), path(file)]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let run = netmap(&arguments);
    assert_eq!(run.code, 0, "{}", run.err);
    serde_json::from_str(&run.out).unwrap()
}

fn doctor(file: &str) -> Run {
    netmap(&["doctor", "--compose", &path(file)])
}

/// The findings of a case and the exit code: `rule severity 9:4`, with the
/// places that the finding names.
fn findings(file: &str) -> (i32, Vec<String>) {
    let run = netmap(&["doctor", "--compose", &path(file), "--format", "json"]);
    let told: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
    let lines = told["findings"].as_array().unwrap().iter().map(|finding| {
        let mut line = format!("{} {}", word(&finding["rule"]), word(&finding["severity"]));
        for sign in finding["signs"].as_array().unwrap() {
            for place in sign["places"].as_array().into_iter().flatten() {
                assert_eq!(word(&place["file"]), path(file));
                line.push_str(&format!(" {}:{}", place["line"], place["column"]));
            }
        }
        line
    });
    (run.code, lines.collect())
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn every_case_has_a_test() {
    let mut numbers: Vec<u32> = Vec::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER)).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        numbers.push(name.split('-').next().unwrap().parse().unwrap());
    }
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers, TESTED);
}

#[test]
fn c01_port_zero_is_any_port() {
    let plan = shown(&["01-port-zero-means-any"]);
    let requested = plan["containers"][0]["requested"].as_array().unwrap();
    let ports: Vec<String> = requested
        .iter()
        .map(|p| format!("{}|{}|{}", word(&p["host_ip"]), word(&p["host_port"]), p["port"]))
        .collect();
    assert_eq!(ports, ["||80", "127.0.0.1||81"]);
    assert_eq!(plan["unread"], serde_json::json!([]));
    assert_eq!(findings("01-port-zero-means-any"), (0, vec![]));
}

#[test]
fn c02_the_projects_name_is_a_variable() {
    let plan = shown(&["02-project-name-as-a-variable"]);
    let web = &plan["containers"][0];
    assert_eq!((word(&web["name"]), word(&web["hostname"])), ("t02-web", "t02"));
    assert_eq!(word(&plan["networks"][0]["name"]), "t02_net");
    assert_eq!(plan["unread"], serde_json::json!([]));
    let file = path("02-project-name-as-a-variable");
    let given =
        netmap(&["show", "--compose", &file, "--project-name", "other", "--format", "json"]);
    assert!(given.out.contains("other-web") && given.out.contains("other_net"), "{}", given.out);
}

#[test]
fn c03_a_later_file_replaces_subnets() {
    let plan = shown(&["03-later-file-gives-the-subnets", "03-later-file-gives-the-subnets.over"]);
    let subnets = plan["networks"][0]["subnets"].as_array().unwrap();
    let subnets: Vec<&str> = subnets.iter().map(|subnet| word(&subnet["subnet"])).collect();
    assert_eq!(subnets, ["10.2.0.0/24"]);
}

#[test]
fn c04_depends_on_dials_nothing() {
    assert_eq!(findings("04-depends-on-is-no-dial"), (0, vec![]));
}

#[test]
fn c05_a_virtual_host_is_no_host() {
    assert_eq!(findings("05-virtual-host-is-no-host"), (0, vec![]));
}

#[test]
fn c06_a_container_outside_of_the_files_is_not_gone() {
    let file = "06-namespace-of-a-container-outside";
    assert_eq!(findings(file), (0, vec!["namespace-orphan info 6:3".to_owned()]));
    let said = doctor(file).out;
    assert!(said.contains("needs a container `vpn` that these files do not make"), "{said}");
}

#[test]
fn c07_ones_own_address_is_told_to_others() {
    assert_eq!(findings("07-own-listen-address"), (0, vec![]));
}

#[test]
fn c08_one_fixed_address_for_two() {
    let file = "08-same-fixed-address-twice";
    assert_eq!(findings(file), (1, vec!["refused-start error 7:58".to_owned()]));
    let said = doctor(file).out;
    assert!(said.contains("10.77.0.5 is the address of `a`, too"), "{said}");
}

#[test]
fn c09_ports_of_a_borrowed_stack() {
    let file = "09-ports-in-a-shared-namespace";
    assert_eq!(findings(file), (1, vec!["refused-start error 7:54".to_owned()]));
    let said = doctor(file).out;
    assert!(said.contains("`ports` belongs there"), "{said}");
}

#[test]
fn c10_nothing_to_run_and_a_circle() {
    let file = "10-nothing-to-run-and-a-cycle";
    let expected = ["refused-file error 6:36", "refused-file error 7:3"];
    let (code, mut found) = findings(file);
    found.sort();
    assert_eq!((code, &found[..]), (1, &expected.map(str::to_owned)[..]));
    let said = doctor(file).out;
    assert!(said.contains("neither an image nor a build") && said.contains("a → b → a"), "{said}");
}

#[test]
fn c11_the_doctor_tells_what_compose_refuses() {
    let file = "11-doctor-silent-on-a-refused-file";
    let (code, found) = findings(file);
    let expected = ["6:23", "6:50", "6:82"].map(|place| format!("refused-file error {place}"));
    assert_eq!((code, &found[..]), (1, &expected[..]));
    let said = doctor(file).out;
    for words in ["did you mean `ports`?", "`NEEDED` is required", "no network `nope`"] {
        let flowing = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flowing.contains(words), "{words}: {said}");
    }
    assert!(said.contains("write ports instead of port"), "{said}");
}

#[test]
fn c12_the_order_of_extra_hosts_has_no_meaning() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(path("12-order-of-extra-hosts")).unwrap();
    let turned =
        text.replace("\"h1:10.0.0.1\", \"h2:10.0.0.2\"", "\"h2:10.0.0.2\", \"h1:10.0.0.1\"");
    assert_ne!(turned, text);
    let plan = |name: &str, text: &str| {
        let (file, json) = (folder.path().join("compose.yaml"), folder.path().join(name));
        fs::write(&file, text).unwrap();
        let (file, json) = (file.display().to_string(), json.display().to_string());
        assert_eq!(netmap(&["snapshot", "--compose", &file, "-o", &json]).code, 0);
        json
    };
    let (before, after) = (plan("before.json", &text), plan("after.json", &turned));
    let run = netmap(&["diff", &before, &after]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
}

#[test]
fn c13_numbers_in_every_form() {
    let plan = shown(&["13-forms-of-a-number"]);
    let requested = plan["containers"][0]["requested"].as_array().unwrap();
    let ports: Vec<u64> = requested.iter().map(|port| port["port"].as_u64().unwrap()).collect();
    assert_eq!(ports, [80, 8080]);
    assert_eq!(plan["unread"], serde_json::json!([]));
}

#[test]
fn c14_a_services_mac_address_and_a_network_without_ipv4() {
    let plan = shown(&["14-mac-address-and-no-ipv4"]);
    assert_eq!(word(&plan["containers"][0]["endpoints"][0]["mac"]), "02:42:ac:11:65:43");
    let network = &plan["networks"][0];
    assert_eq!((&network["ipv4"], &network["ipv6"]), (&Value::Bool(false), &Value::Bool(true)));
}

#[test]
fn c15_no_sentence_has_a_hole_and_no_name_is_there_twice() {
    let said = doctor("15-words-with-a-hole").out;
    let flowing = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let whole =
        "A port that the engine picks, of every address, leads to 6379, the usual port of Redis.";
    assert!(flowing.contains(whole), "{said}");
    assert!(said.contains("-a-1 asks for them as well"), "{said}");
}

#[test]
fn c16_what_is_no_host() {
    assert_eq!(findings("16-what-is-no-host"), (0, vec![]));
}

#[test]
fn c17_a_part_of_several_files() {
    let file = "17-part-of-several-files";
    assert_eq!(findings(file), (1, vec!["refused-file error 7:18".to_owned()]));
}

/// What is refused as a whole has a place and a finding, and code 1.
#[test]
fn a_file_that_cannot_be_read_as_yaml_is_a_finding() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("compose.yaml");
    for (text, place, why) in [
        ("services:\n  a: {image: x}\n  a: {image: y}\n", "3:3", "the key `a` is there already"),
        ("services:\n\ta: {image: x}\n", "2:1", "a tab"),
        ("services:\n  a:\n    image:x\n    ports: []\n", "3:10", "write a blank behind the colon"),
        ("- a\n", "1:1", "this is a list"),
        ("", "1:1", "the file is empty"),
        ("include: [gone.yaml]\n", "1:11", "it is not there"),
        ("web:\n  image: a\n", "1:1", "a file of version 1"),
    ] {
        fs::write(&file, text).unwrap();
        let run = netmap(&["doctor", "--compose", &file.display().to_string()]);
        let flowing = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(run.code, 1, "{text}: {}{}", run.out, run.err);
        let place = format!("compose.yaml:{place}.");
        assert!(flowing.contains(why) && flowing.contains(&place), "{text}: {}", run.out);
    }
}

#[test]
fn check_fails_on_what_is_refused_whatever_it_asks() {
    let folder = tempfile::tempdir().unwrap();
    let check = folder.path().join("check.yaml");
    fs::write(&check, "containers: {cases-a-1: {exists: true}}\n").unwrap();
    let check = check.display().to_string();
    let hold = |file: &str| {
        netmap(&["check", "--compose", &path(file), "--project-name", "cases", &check])
    };
    for (file, place) in [
        ("11-doctor-silent-on-a-refused-file", ":6:23 `services.a.port`"),
        ("08-same-fixed-address-twice", ":7:58 `services.b.networks.default.ipv4_address`"),
    ] {
        let run = hold(file);
        let flowing = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(run.code == 1 && flowing.contains(place), "{file}: {}{}", run.out, run.err);
    }
    let fine = hold("13-forms-of-a-number");
    assert_eq!(fine.code, 0, "{}{}", fine.out, fine.err);
}
