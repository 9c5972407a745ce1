//! What must hold on every engine: show, probe, why, doctor, check and
//! snapshot over the same setup. `tests/run --engine NAME` runs this on each.
//!
//! Where engines differ for a reason of their own, the difference is spelled
//! out here and in docs/engines.md.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use serde_json::{Value, json};

use crate::recorder::Recorder;
use crate::support::{
    Corner, docker, engine_facts, inspect, inspect_network, is_podman, netmap, netmap_command,
    netmap_json, netmap_text, paste, text, try_docker,
};

/// Two networks, one of them internal; a gateway on both with a sidecar in its
/// stack; a server that listens on one port; one on `none`, one on the host's
/// stack, one on the default network, one that ended.
struct Town {
    corner: Corner,
    front: String,
    back: String,
    names: BTreeMap<&'static str, String>,
}

impl Town {
    fn new(name: &str) -> Self {
        let mut corner = Corner::new(name);
        let front = corner.network("front", &[]);
        let back = corner.network("back", &["--internal"]);
        let mut names = BTreeMap::new();
        let on = |corner: &mut Corner, name, options: &[&str]| corner.sleeper(name, options);
        let web = on(&mut corner, "web", &["--network", &front, "--network-alias", "www"]);
        let gate = corner.run(
            "gate",
            &[
                "--network",
                &front,
                "-p",
                "127.0.0.1::8080",
                "busybox",
                "nc",
                "-ll",
                "-p",
                "8080",
                "-e",
                "cat",
            ],
        );
        docker(&["network", "connect", "--alias", "door", &back, &gate]);
        let db = corner.run(
            "db",
            &[
                "--network",
                &back,
                "-e",
                "TOKEN=hunter2",
                "busybox",
                "nc",
                "-ll",
                "-p",
                "5432",
                "-e",
                "cat",
            ],
        );
        let sidecar = on(&mut corner, "sidecar", &["--network", &format!("container:{gate}")]);
        let loner = on(&mut corner, "loner", &["--network", "none"]);
        let hosty = on(&mut corner, "hosty", &["--network", "host"]);
        let plain = on(&mut corner, "plain", &[]);
        let ended = corner.run("ended", &["--network", &front, "busybox", "sh", "-c", "exit 3"]);
        docker(&["wait", &ended]);
        for (short, full) in [
            ("web", web),
            ("gate", gate),
            ("db", db),
            ("sidecar", sidecar),
            ("loner", loner),
            ("hosty", hosty),
            ("plain", plain),
            ("ended", ended),
        ] {
            names.insert(short, full);
        }
        Self { corner, front, back, names }
    }

    /// That of all tests which only look, as long as one of them does: what it takes to
    /// bring one up is half of such a test.
    fn shared() -> Arc<Self> {
        static TOWN: Mutex<Weak<Town>> = Mutex::new(Weak::new());
        // The one before may be just going.
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let mut shared = TOWN.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let town = Arc::new(Self::new(&format!("cf{}", NEXT.fetch_add(1, Ordering::Relaxed))));
            *shared = Arc::downgrade(&town);
            town
        })
    }

    fn full(&self, short: &str) -> &str {
        &self.names[short]
    }

    /// What `show` says of everything in town.
    fn shown(&self) -> Value {
        netmap_json(0, &["show", "--all", "--format", "json", &self.corner.glob()])
    }

    fn container<'a>(&self, shown: &'a Value, short: &str) -> &'a Value {
        let mut all = shown["containers"].as_array().unwrap().iter();
        all.find(|c| c["name"] == self.full(short)).unwrap_or_else(|| panic!("{short}: {shown:#}"))
    }

    /// Where a pair stands: by name, by address, as measured and as the map has it.
    fn pairs(&self, arguments: &[&str]) -> Vec<Value> {
        let everybody: Vec<&str> = ["web", "gate", "db", "sidecar", "loner", "hosty", "plain"]
            .iter()
            .map(|short| self.full(short))
            .collect();
        let glob = self.corner.glob();
        let mut all = Vec::new();
        for from in &everybody {
            let command =
                [&["probe", "--format", "json", "--timeout", "500ms"], arguments, &[from, &glob]]
                    .concat();
            let output = netmap(&command);
            assert!(matches!(output.status.code(), Some(0 | 1)), "{}", text(&output.stderr));
            let probe: Value = serde_json::from_slice(&output.stdout).unwrap();
            all.extend(probe["pairs"].as_array().unwrap().iter().cloned());
        }
        all
    }
}

/// The endpoints of a container as `{network: address}`.
fn addresses(container: &Value) -> BTreeMap<String, String> {
    let endpoints = container["endpoints"].as_array().unwrap().iter();
    endpoints
        .map(|endpoint| {
            let word = |key: &str| endpoint[key].as_str().unwrap_or_default().to_owned();
            (word("network"), word("ipv4"))
        })
        .collect()
}

#[test]
#[ignore = "needs a container engine"]
fn show_has_what_the_engine_itself_says() {
    let town = Town::shared();
    let shown = town.shown();
    assert_eq!(shown["containers"].as_array().unwrap().len(), 8, "{shown:#}");
    for (short, full) in &town.names {
        let told = &inspect(full);
        let container = town.container(&shown, short);
        assert_eq!(container["id"], told["Id"], "{short}");
        assert_eq!(container["state"], told["State"]["Status"], "{short}");
        if matches!(*short, "sidecar" | "hosty" | "loner" | "ended") {
            continue;
        }
        let networks = told["NetworkSettings"]["Networks"].as_object().unwrap();
        let told: BTreeMap<String, String> = networks
            .iter()
            .map(|(name, endpoint)| {
                (name.clone(), endpoint["IPAddress"].as_str().unwrap().to_owned())
            })
            .collect();
        assert_eq!(addresses(container), told, "{short}");
        assert!(told.values().all(|address| !address.is_empty()), "{short}: {told:?}");
    }
    let gate = town.container(&shown, "gate");
    assert_eq!(gate["endpoints"].as_array().unwrap().len(), 2);
    let endpoint =
        gate["endpoints"].as_array().unwrap().iter().find(|e| e["network"] == *town.back);
    assert!(endpoint.unwrap()["aliases"].to_string().contains("\"door\""), "{gate:#}");
    let published = &gate["published"][0];
    assert_eq!((&published["host_ip"], &published["port"]), (&json!("127.0.0.1"), &json!(8080)));
    let web = town.container(&shown, "web");
    assert!(web["endpoints"][0]["aliases"].to_string().contains("\"www\""), "{web:#}");
    assert_eq!(town.container(&shown, "ended")["exit_code"], 3);
    // One set of interfaces, however many containers use it.
    let sidecar = town.container(&shown, "sidecar");
    assert_eq!(sidecar["endpoints"], json!([]));
    assert!(sidecar["network_mode"].as_str().unwrap().starts_with("container:"), "{sidecar:#}");
    assert_eq!(town.container(&shown, "hosty")["network_mode"], "host");
    let network = |name: &str| {
        let mut all = shown["networks"].as_array().unwrap().iter();
        all.find(|n| n["name"] == name).unwrap_or_else(|| panic!("{name}: {shown:#}")).clone()
    };
    for (name, internal) in [(&town.front, false), (&town.back, true)] {
        let told = &inspect_network(name);
        let network = network(name);
        assert_eq!(network["id"], told["Id"]);
        assert_eq!(network["internal"], internal, "{name}");
        assert_eq!(network["driver"], "bridge");
        assert_eq!(network["subnets"][0]["subnet"], told["IPAM"]["Config"][0]["Subnet"]);
    }
    // Nothing is left over: every endpoint's network is in the list.
    let default = if is_podman() { "podman" } else { "bridge" };
    let own = [&*town.front, &*town.back, default];
    // Networks of other tests come and go between the two lists.
    let is_left_over = |note: &&Value| {
        let (what, why) = (note["what"].as_str().unwrap(), note["why"].as_str().unwrap());
        why.contains("does not name it") && own.iter().any(|name| what.contains(name))
    };
    let unread = shown["unread"].as_array().into_iter().flatten();
    assert_eq!(unread.filter(is_left_over).collect::<Vec<_>>(), [&json!(null); 0]);
    assert_eq!(network(default)["unlisted"], Value::Null);
}

#[test]
#[ignore = "needs a container engine"]
fn what_is_measured_is_what_the_map_says_by_both_ways_of_measuring() {
    let town = Town::shared();
    let verdict = |pair: &Value| -> Option<bool> {
        match pair["outcome"].as_str().unwrap() {
            "reachable" | "refused" => Some(true),
            "timeout" | "unreachable" | "name-not-found" => Some(false),
            _ => None,
        }
    };
    let key = |pair: &Value| {
        let word = |key: &str| pair[key].as_str().unwrap_or_default().to_owned();
        (word("from"), word("to"), word("by"), word("target"))
    };
    let methods = ["netns", "exec"];
    let mut seen: [BTreeMap<_, Option<bool>>; 2] = Default::default();
    let mut wrong = Vec::new();
    // Podman's default network is silent for a moment when containers of other
    // tests come to it and go. What answered once is reached; what is blocked
    // must never answer.
    for _ in 0..3 {
        wrong.clear();
        for (method, seen) in methods.iter().zip(&mut seen) {
            let pairs = town.pairs(&["--method", method]);
            let mut settled = 0;
            for pair in &pairs {
                let measured = match (seen.get(&key(pair)), verdict(pair)) {
                    (Some(Some(true)), _) => Some(true),
                    (_, now) => now,
                };
                // What could not be measured says why, and is not called blocked.
                assert!(measured.is_some() || pair["reason"].is_string(), "{pair:#}");
                seen.insert(key(pair), measured);
                let expected = match pair["predicted"].as_str().unwrap() {
                    "reachable" => true,
                    "blocked" => false,
                    _ => continue,
                };
                let Some(measured) = measured else { continue };
                settled += 1;
                assert!(expected || !measured, "{method}: {pair:#}");
                if expected != measured {
                    wrong.push(format!("{method}: {pair:#}"));
                }
            }
            let of = pairs.len();
            assert!(settled * 10 >= of * 7, "{method}: {settled} of {of} settled");
        }
        for (key, by_netns) in &seen[0] {
            let by_exec = seen[1].get(key).unwrap_or_else(|| panic!("{key:?}: not by exec"));
            if by_netns.is_some() && by_exec.is_some() && by_netns != by_exec {
                wrong.push(format!("{key:?}: {by_netns:?} by netns, {by_exec:?} by exec"));
            }
        }
        if wrong.is_empty() {
            break;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let reached = |from: &str, to: &str, by: &str| {
        let wanted = |k: &&(String, String, String, String)| {
            k.0 == town.full(from) && k.1 == town.full(to) && k.2 == by
        };
        seen[0].iter().filter(|(k, _)| wanted(k)).any(|(_, verdict)| *verdict == Some(true))
    };
    assert!(reached("web", "gate", "name") && reached("gate", "db", "name"));
    assert!(!reached("web", "db", "name") && !reached("web", "db", "address"));
    // A rootless Podman's networks are elsewhere than the host's.
    let beside = !(is_podman() && engine_facts()["rootless"] == true);
    assert_eq!(reached("hosty", "web", "address"), beside);
    assert!(!reached("loner", "web", "address"));
    assert!(reached("sidecar", "db", "name"), "a sidecar looks names up where its owner does");
}

#[test]
#[ignore = "needs a container engine"]
fn probing_by_exec_takes_one_exec_a_container() {
    let town = Town::shared();
    let recorder = Recorder::over_tcp();
    let output = netmap_command()
        .args(["probe", "--method", "exec", "--format", "json", "--timeout", "500ms"])
        .args(["--host", &recorder.address, "--network", &town.front])
        .output()
        .unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", text(&output.stderr));
    let requests = recorder.requests();
    let execs = requests.iter().filter(|r| r.starts_with("POST ") && r.contains("/exec ")).count();
    // web and gate, with the sidecar in gate's stack; once more where something looked odd.
    assert!((2..=4).contains(&execs), "{execs}: {requests:#?}");
}

#[test]
#[ignore = "needs a container engine"]
fn why_climbs_to_the_rung_that_fails() {
    let mut town = Town::new("cfwhy");
    let why =
        |code: i32, from: &str, to: &str| netmap_json(code, &["why", "--format", "json", from, to]);
    let fine = why(0, town.full("gate"), &format!("{}:5432", town.full("db")));
    assert_eq!(fine["verdict"], "reachable", "{fine:#}");
    let closed = why(1, town.full("gate"), &format!("{}:5433", town.full("db")));
    assert_eq!(closed["verdict"], "blocked", "{closed:#}");
    let apart = why(1, town.full("web"), town.full("db"));
    assert_eq!(apart["verdict"], "blocked", "{apart:#}");
    let failed: Vec<&Value> =
        apart["rungs"].as_array().unwrap().iter().filter(|rung| rung["status"] == "fail").collect();
    assert!(!failed.is_empty(), "{apart:#}");
    assert!(apart["fix"].to_string().contains("network connect"), "{apart:#}");

    // Who is on `none` cannot just be put on a network.
    let (web, loner) = (town.full("web").to_owned(), town.full("loner").to_owned());
    let alone = why(1, &web, &loner);
    let fix: Vec<&str> =
        alone["fix"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    if is_podman() {
        assert!(fix.iter().any(|line| line.starts_with("# re-create ")), "{fix:#?}");
        assert!(!try_docker(&["network", "connect", &town.front, &loner]).status.success());
    }
    let word = fix[0].rsplit(' ').next().unwrap();
    let fixed = town.corner.bare_network("fixed", &[]);
    docker(&["network", "rm", &fixed]);
    let here = |line: &&str| line.replace(&format!(" {word}"), &format!(" {fixed}"));
    let lines: Vec<String> = fix.iter().map(here).collect();
    let pasted = paste(&lines);
    assert!(pasted.status.success(), "{lines:#?}: {}", text(&pasted.stderr));
    assert_eq!(why(0, &web, &loner)["verdict"], "reachable");
}

#[test]
#[ignore = "needs a container engine"]
fn doctor_names_what_is_wrong_and_stays_quiet_where_nothing_is() {
    let mut corner = Corner::new("cfdoctor");
    let (one, two) = (corner.network("one", &[]), corner.network("two", &[]));
    let inside = corner.run(
        "inside",
        &["--network", &one, "--expose", "6000", "busybox", "httpd", "-f", "-p", "127.0.0.1:6000"],
    );
    let address = format!("DB_HOST={inside}:6000");
    corner.sleeper("asker", &["--network", &one, "-e", &address]);
    let peer =
        corner.run("peer", &["--network", &two, "busybox", "nc", "-ll", "-p", "7000", "-e", "cat"]);
    let far = format!("PEER_URL=http://{peer}:7000/");
    let apart = corner.sleeper("apart", &["--network", &one, "-e", &far]);
    let findings = netmap_json(1, &["doctor", "--format", "json"]);
    let fired = |rule: &str, subject: &str| {
        findings["findings"].as_array().unwrap().iter().any(|f| {
            f["rule"] == rule && f["subjects"].to_string().contains(&format!("\"{subject}\""))
        })
    };
    assert!(fired("loopback-bind", &inside), "{findings:#}");
    assert!(fired("no-shared-network", &apart), "{findings:#}");

    let mut well = Corner::new("cfwell");
    let network = well.network("net", &[]);
    let server = well
        .run("server", &["--network", &network, "busybox", "nc", "-ll", "-p", "7000", "-e", "cat"]);
    well.sleeper(
        "client",
        &["--network", &network, "-e", &format!("PEER_URL=http://{server}:7000/")],
    );
    let quiet = netmap_json(0, &["doctor", "--format", "json", "--network", &network]);
    assert_eq!(quiet["findings"], json!([]), "{quiet:#}");
}

#[test]
#[ignore = "needs a container engine"]
fn check_passes_what_holds_and_fails_what_does_not() {
    let town = Town::shared();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("check.yaml");
    let run = |code: i32, text: String| {
        fs::write(&file, text).unwrap();
        netmap_json(code, &["check", "--format", "json", &file.display().to_string()])
    };
    let (web, gate, db) = (town.full("web"), town.full("gate"), town.full("db"));
    let holds = run(
        0,
        format!("reach:\n  - {web} -> {gate}\n  - {gate} -> {db}:5432\n  - {web} -/-> {db}\n"),
    );
    assert_eq!(
        (&holds["summary"]["fail"], &holds["summary"]["unknown"]),
        (&json!(0), &json!(0)),
        "{holds:#}"
    );
    let fails = run(1, format!("reach:\n  - {web} -> {db}\n"));
    assert_eq!(fails["summary"]["fail"], 1, "{fails:#}");
}

#[test]
#[ignore = "needs a container engine"]
fn a_snapshot_has_everything_but_secrets_and_shows_the_same_map() {
    let town = Town::shared();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("snapshot.json").display().to_string();
    netmap_text(0, &["snapshot", "-o", &file]);
    let kept = fs::read_to_string(&file).unwrap();
    assert!(!kept.contains("hunter2"), "an environment's value is in it");
    let snapshot: Value = serde_json::from_str(&kept).unwrap();
    let observed = |short: &str| {
        let mut all = snapshot["observations"].as_array().unwrap().iter();
        all.find(|seen| seen["container"] == town.full(short)).unwrap().clone()
    };
    for short in ["web", "gate", "db"] {
        assert_eq!(observed(short)["how"], "proc", "{:#}", observed(short));
    }
    assert!(observed("db")["listening"].to_string().contains("5432"), "{:#}", observed("db"));
    let show = ["show", "--all", "--format", "json", &town.corner.glob()];
    let from_file = netmap_command().args(show).args(["--from", &file]).output().unwrap();
    let mut from_file: Value = serde_json::from_slice(&from_file.stdout).unwrap();
    // What a closer look asks for besides.
    for container in from_file["containers"].as_array_mut().unwrap() {
        let made_with = container.as_object_mut().unwrap().remove("made_with");
        assert!(made_with.is_some(), "{container:#}");
    }
    let live = netmap_json(0, &show);
    for part in ["containers", "networks"] {
        assert_eq!(from_file[part], live[part]);
    }
}

#[test]
#[ignore = "needs a container engine"]
fn what_only_looks_sends_get_requests_only() {
    let town = Town::shared();
    let recorder = Recorder::read_only();
    for arguments in
        [&["show", "--all"] as &[&str], &["doctor", "--no-exec"], &["snapshot", "--no-exec"]]
    {
        let output =
            netmap_command().args(arguments).args(["--host", &recorder.address]).output().unwrap();
        assert!(matches!(output.status.code(), Some(0 | 1)), "{}", text(&output.stderr));
        assert!(text(&output.stdout).contains(town.full("web")) || arguments[0] == "doctor");
    }
    let requests = recorder.requests();
    assert!(requests.len() > 10 && requests.iter().all(|r| r.starts_with("GET ")), "{requests:#?}");
    // Without a version each engine answers in its newest, and refuses none. The
    // one list that is asked for in an old one is done without where it is refused.
    let is_versioned = |request: &&String| request.contains(" /v1.");
    let mut versioned = requests.iter().filter(is_versioned);
    assert!(versioned.all(|request| request.starts_with("GET /v1.27/networks ")), "{requests:#?}");
}

/// What an engine may or may not tell, as docs/engines.md words it, and
/// whether this one did.
fn told(town: &Town) -> Vec<(&'static str, bool)> {
    let glob = town.corner.glob();
    let seen = netmap_json(0, &["snapshot"]);
    let web = town.full("web");
    let item = |list: &str, key: &str, name: &str| -> Value {
        let all = seen[list].as_array().unwrap().iter();
        all.clone().find(|item| item[key] == name).cloned().unwrap_or_default()
    };
    let container = item("containers", "name", web);
    let observed = item("observations", "container", web);
    let members = item("network_observations", "network", &town.front);
    let ended = item("containers", "name", town.full("ended"));
    let pairs = netmap_json(0, &["probe", "--format", "json", "--method", "auto", web, &glob]);
    let mut methods = pairs["pairs"].as_array().unwrap().iter().map(|pair| &pair["method"]);
    let plain = town.full("plain");
    let mut pairs = pairs["pairs"].as_array().unwrap().iter();
    let apart =
        pairs.any(|p| p["to"] == plain && p["by"] == "address" && p["predicted"] != "unknown");
    let some = |value: &Value| !value.is_null() && *value != json!([]) && *value != json!("");
    vec![
        ("names that resolve, spelled out", some(&container["endpoints"][0]["dns_names"])),
        ("a container's process, and so its sockets without an exec", observed["how"] == "proc"),
        ("probes from a container's network namespace", methods.any(|method| method == "netns")),
        ("logs", some(&observed) && !observed["log_errors"].is_null()),
        ("members in a network's own list", some(&members["attached"])),
        ("the networks of a container that ended", some(&ended["endpoints"])),
        (
            "the id of the network at a container's end",
            container["endpoints"][0]["network_id"] != *town.front,
        ),
        ("whether different networks are kept apart", apart),
        (
            "the address that its host has on an internal network",
            some(&item("networks", "name", &town.back)["subnets"][0]["gateway"])
                || some(&item("containers", "name", town.full("db"))["endpoints"][0]["gateway"]),
        ),
        ("whether it runs as an ordinary user", !seen["engine"]["rootless"].is_null()),
        ("whether IPv4 forwarding is on", !seen["engine"]["ipv4_forwarding"].is_null()),
        ("sockets and routes of its machine", !seen["host"].is_null()),
    ]
}

#[test]
#[ignore = "needs a container engine"]
fn the_page_on_engines_says_what_this_one_reports() {
    let town = Town::shared();
    let facts = engine_facts();
    let word = |key: &str| facts[key].as_str().unwrap().to_owned();
    let version = word("version").split('.').take(2).collect::<Vec<_>>().join(".");
    let rootless = if facts["rootless"] == true { " rootless" } else { "" };
    let name = format!("{} {version}{rootless}", word("name"));
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/engines.md");
    let page = fs::read_to_string(page).unwrap();
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let heading = page.lines().find(|line| line.starts_with("| reported")).unwrap();
    let column = cells(heading).iter().position(|cell| *cell == name);
    let column = column.unwrap_or_else(|| panic!("docs/engines.md lacks {name}"));
    // What is asked of the engine may be late where much else is asked of it.
    let is_so = |(what, told): &(&str, bool)| {
        let start = format!("| {what} |");
        let line = page.lines().find(|line| line.starts_with(&start));
        line.is_some_and(|line| (cells(line)[column] == "yes") == *told)
    };
    let mut reported = told(&town);
    for _ in 0..5 {
        if reported.iter().all(is_so) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_secs(3));
        reported = told(&town);
    }
    for (what, told) in reported {
        let start = format!("| {what} |");
        let line = page.lines().find(|line| line.starts_with(&start));
        let line = line.unwrap_or_else(|| panic!("docs/engines.md lacks `{what}`"));
        let said = cells(line)[column].clone();
        assert_eq!(said, if told { "yes" } else { "no" }, "{name}: {what}");
    }
}
