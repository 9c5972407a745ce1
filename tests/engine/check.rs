//! `netmap check` on a real engine: every kind of assertion passing, failing
//! and unknown, by what is measured there.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::Stdio;
use std::time::Instant;

use serde_json::Value;

use crate::support::{Corner, docker, engine, netmap_command, text};

/// Checks a file written here; exit code and the verdicts by assertion.
fn check(file: &str, options: &[&str]) -> (i32, BTreeMap<String, (String, Value)>) {
    let mut child = netmap_command()
        .args(["check", "-", "--format", "json", "--host", &engine()])
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(file.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}\n{file}", text(&output.stderr)));
    let results = report["results"].as_array().unwrap().iter().map(|result| {
        let word = |key: &str| result[key].as_str().unwrap().to_owned();
        (word("assertion"), (word("status"), result.clone()))
    });
    (output.status.code().unwrap(), results.collect())
}

/// A web server, an application behind it, its database on an internal
/// network, two containers kept apart, two on the default bridge, one stopped.
struct Shop {
    corner: Corner,
}

impl Shop {
    fn open(name: &str) -> Self {
        let mut corner = Corner::new(name);
        let front = corner.network("front", &[]);
        let back = corner.network("back", &["--internal"]);
        let quiet = corner.network("quiet", &["-o", "com.docker.network.bridge.enable_icc=false"]);
        let serve = |port: u16| format!("nc -ll -p {port} -e cat & sleep 1d");
        let healthy = ["--health-cmd", "true", "--health-interval", "1s"];
        corner.run(
            "db",
            &[
                &healthy[..],
                &[
                    "--network",
                    &back,
                    "--network-alias",
                    "database",
                    "busybox",
                    "sh",
                    "-c",
                    &serve(5432),
                ],
            ]
            .concat(),
        );
        let api = corner.run("api", &["--network", &front, "busybox", "sh", "-c", &serve(8080)]);
        docker(&["network", "connect", &back, &api]);
        corner.sleeper("web", &["--network", &front, "-p", "127.0.0.1::80"]);
        corner.sleeper("sidecar", &["--network", &format!("container:{api}")]);
        corner.sleeper("q1", &["--network", &quiet]);
        corner.sleeper("q2", &["--network", &quiet]);
        corner.sleeper("old1", &[]);
        corner.sleeper("old2", &[]);
        corner.sleeper("loner", &["--network", "none"]);
        corner.run("dead", &["--network", &front, "busybox", "false"]);
        docker(&["wait", &corner.name("dead")]);
        Self { corner }
    }

    /// A check file in which `@name` stands for this shop's `name`.
    fn file(&self, text: &str) -> String {
        text.replace('@', &self.corner.name(""))
    }
}

const ASSERTIONS: &[(&str, &str, &str)] = &[
    ("networks", "pass", "{ @front: , @nowhere: { exists: false } }"),
    ("networks", "fail", "{ @nowhere: }"),
    (
        "networks",
        "pass",
        "{ @back: { internal: true, driver: bridge, members: [@db], only-members: [@api, @db] } }",
    ),
    ("networks", "fail", "{ @front: { internal: true } }"),
    ("networks", "fail", "{ @front: { driver: overlay } }"),
    ("networks", "fail", "{ @front: { members: [@db] } }"),
    ("networks", "fail", "{ @front: { only-members: [@web] } }"),
    ("networks", "pass", "{ @quiet: { icc: false, ipv6: false } }"),
    ("networks", "fail", "{ @front: { icc: false } }"),
    ("containers", "pass", "{ @web: { running: true, only-on: @front, published: 80 } }"),
    ("containers", "fail", "{ @dead: }"),
    ("containers", "pass", "{ @dead: { state: exited, only-published: [] } }"),
    ("containers", "pass", "{ @sidecar: { only-on: [@front, @back] } }"),
    ("containers", "fail", "{ @web: { running: true, on: @back } }"),
    ("containers", "fail", "{ @web: { running: true, only-published: [] } }"),
    ("containers", "fail", "{ @web: { running: true, published: 81 } }"),
    ("containers", "fail", "{ @web: { running: true, health: healthy } }"),
    ("containers", "fail", "{ @wob: { running: false } }"),
    ("names", "pass", "'@api resolves @db'"),
    ("names", "pass", "'@api resolves database'"),
    ("names", "pass", "'@q1 resolves @q2'"),
    ("names", "fail", "'@old1 resolves @old2'"),
    ("names", "fail", "'@web resolves @db'"),
    ("names", "pass", "'@web, @old1 do not resolve @db'"),
    ("reach", "pass", "'@web -> @api:8080'"),
    ("reach", "pass", "'@web <-> @api'"),
    ("reach", "pass", "'@sidecar -> @db:5432'"),
    ("reach", "pass", "'@api -> @db:5432 via @back'"),
    ("reach", "pass", "'@api -> @db:5432 via database'"),
    ("reach", "fail", "'@web -> @api:8080 via @back'"),
    ("reach", "fail", "'@web -> @api:81'"),
    ("reach", "fail", "'@web -> @db'"),
    ("reach", "fail", "'@web -> @dead'"),
    ("reach", "fail", "'@old1 -> @old2'"),
    ("reach", "pass", "'@old1 -> @old2 by address'"),
    ("reach", "pass", "'@old1 -/-> @old2 by name'"),
    ("reach", "fail", "'@old1 -/-> @old2'"),
    ("reach", "pass", "'@web -/-> @db'"),
    ("reach", "pass", "'@web -/-> @db:5432'"),
    ("reach", "pass", "'@q1 -/-> @q2'"),
    ("reach", "pass", "'@q1 -/-> @q2 by address (timeout)'"),
    ("reach", "fail", "'@q1 -/-> @q2 by address (unreachable)'"),
    ("reach", "pass", "'@web -/-> @api:81 via @front (refused)'"),
    ("reach", "fail", "'@web -/-> @api:81 via @front'"),
    ("reach", "pass", "'@web -/-> @db by name (name-not-found)'"),
    ("reach", "pass", "'nothing outside @back reaches @db'"),
    ("reach", "fail", "'nothing outside @back reaches @api'"),
    ("reach", "pass", "'nothing but @api, @sidecar reaches @db'"),
    ("reach", "pass", "'everything on @back reaches @db:5432'"),
    ("reach", "fail", "'everything reaches @db'"),
    ("reach", "pass", "'nothing reaches @loner'"),
    ("reach", "pass", "'@q* -/-> @web'"),
    ("reach", "fail", "'@web -> @nobody'"),
];

#[test]
#[ignore = "needs a Docker engine"]
fn every_kind_of_assertion_passes_and_fails_by_what_is_so() {
    let shop = Shop::open("check");
    // Everybody else on this engine is somebody else's business.
    let among = "among: '@*'\n";
    let sentences = |section: &str| {
        let of_section = ASSERTIONS.iter().filter(|(of, ..)| *of == section);
        let list: Vec<&str> = of_section.map(|(.., sentence)| *sentence).collect();
        format!("{section}: [{}]\n", list.join(", "))
    };
    // All sentences at once: what they ask about is measured in one go.
    let file = shop.file(&format!("{among}{}{}", sentences("names"), sentences("reach")));
    let (code, verdicts) = check(&file, &[]);
    assert_eq!(code, 1);
    for (section, status, claim) in ASSERTIONS {
        if matches!(*section, "names" | "reach") {
            let sentence = shop.file(claim.trim_matches('\''));
            assert_eq!(verdicts[&sentence].0, *status, "{:#}", verdicts[&sentence].1);
            continue;
        }
        // What the engine says needs nothing to be run.
        let file = shop.file(&format!("{among}{section}: {claim}"));
        let (code, verdicts) = check(&file, &["--no-exec"]);
        // Behind `running: true` stands what is meant.
        let bad = verdicts.values().filter(|(was, _)| was == "fail").count();
        let unknown = verdicts.values().filter(|(was, _)| was == "unknown").count();
        assert_eq!(unknown, 0, "{file}\n{verdicts:#?}");
        assert_eq!(bad, usize::from(*status == "fail"), "{file}\n{verdicts:#?}");
        assert_eq!(code, i32::from(*status == "fail"), "{file}");
    }
    shop_health(&shop);
    whole_files(&shop);
    unknown_where_nothing_is_run(&shop);
}

/// A health check takes a second to say something.
fn shop_health(shop: &Shop) {
    let file = shop.file("containers: { @db: { health: healthy } }");
    let (code, verdicts) = check(&file, &["--retry", "20s"]);
    assert_eq!(code, 0, "{verdicts:#?}");
}

/// What is, written down, passes; and stops passing when it is otherwise.
fn whole_files(shop: &Shop) {
    let [front, back] = ["front", "back"].map(|name| shop.corner.name(name));
    let init = netmap_command()
        .args(["check", "--init", "--host", &engine(), "--network", &front, "--network", &back])
        .output()
        .unwrap();
    let file = text(&init.stdout);
    assert!(file.contains("default: isolated"), "{file}{}", text(&init.stderr));
    let (code, verdicts) = check(&file, &[]);
    assert_eq!(code, 0, "{file}\n{verdicts:#?}");
    let measured = verdicts.values().filter(|(_, result)| result["basis"] == "measured").count();
    assert!(measured > 3, "{verdicts:#?}");
    let (web, q1) = (shop.corner.name("web"), shop.corner.name("q1"));
    docker(&["network", "connect", &back, &web]);
    let (code, verdicts) = check(&file, &[]);
    assert_eq!(code, 1);
    assert_eq!(verdicts["default: isolated"].0, "fail", "{verdicts:#?}");
    docker(&["network", "disconnect", &back, &web]);
    // Waiting for a setup that is still coming up.
    let file = shop.file("reach: '@q1 -> @api:8080'");
    let began = Instant::now();
    let waiting = std::thread::spawn(move || check(&file, &["--retry", "60s"]));
    std::thread::sleep(std::time::Duration::from_secs(2));
    docker(&["network", "connect", &front, &q1]);
    let (code, verdicts) = waiting.join().unwrap();
    assert_eq!(code, 0, "{verdicts:#?}");
    assert!(began.elapsed().as_secs() >= 2 && began.elapsed().as_secs() < 30);
    docker(&["network", "disconnect", &front, &q1]);
}

/// Without running anything the map speaks, and says so; what it cannot know
/// is unknown, and so is what nothing in the container can measure.
fn unknown_where_nothing_is_run(shop: &Shop) {
    let file = shop.file(
        "names: '@api resolves @db'\n\
         reach: ['@web -> @api', '@web -/-> @db', '@web -/-> @db by address (timeout)']\n",
    );
    let (code, verdicts) = check(&file, &["--no-exec"]);
    let of = |assertion: &str| &verdicts[&shop.file(assertion)];
    for assertion in ["@api resolves @db", "@web -> @api", "@web -/-> @db"] {
        assert_eq!(of(assertion).0, "pass", "{verdicts:#?}");
        assert_eq!(of(assertion).1["basis"], "map", "{verdicts:#?}");
    }
    assert_eq!(of("@web -/-> @db by address (timeout)").0, "unknown", "{verdicts:#?}");
    assert_eq!(code, 2, "nothing fails, and something cannot be told");
}

#[test]
#[ignore = "needs a Docker engine"]
fn what_fails_comes_with_the_doctors_reason_and_fix() {
    let mut corner = Corner::new("checkdoctor");
    let db = corner.run(
        "db",
        &["--expose", "5432", "busybox", "sh", "-c", "nc -ll -p 5432 -e cat & sleep 1d"],
    );
    let url = format!("postgres://{db}:5432/shop");
    let web = corner.sleeper("web", &["-e", &format!("DATABASE_URL={url}")]);
    let file = format!("reach: '{web} -> {db}:5432'\nfindings: none of default-bridge-no-names");
    let (code, verdicts) = check(&file, &[]);
    assert_eq!(code, 1);
    let way = &verdicts[&format!("{web} -> {db}:5432")].1;
    assert!(way["reason"].as_str().unwrap().contains("(default-bridge-no-names)"), "{way:#}");
    assert!(way["fix"].to_string().contains("docker network connect"), "{way:#}");
    assert_eq!(verdicts["findings: none of default-bridge-no-names"].0, "fail", "{verdicts:#?}");
    let net = corner.network("app", &[]);
    for name in [&db, &web] {
        docker(&["network", "connect", &net, name]);
    }
    let file = file.replace("findings: none of", "findings: none of localhost-dependency,");
    // Findings are about all that runs, and what other tests remove while it is
    // looked at cannot be judged: that is over in a moment.
    let known = (0..20).find_map(|_| {
        let (code, verdicts) = check(&file, &[]);
        assert_eq!(verdicts[&format!("{web} -> {db}:5432")].0, "pass", "{verdicts:#?}");
        (code != 2).then_some(())
    });
    assert!(known.is_some(), "never known in twenty looks");
}

/// Which of them the name leads to is chance, so it is asked for several times.
#[test]
#[ignore = "needs a Docker engine"]
fn copies_of_one_thing_are_all_reached_by_their_name() {
    let mut corner = Corner::new("copies");
    let net = corner.network("net", &[]);
    let web = corner.sleeper("web", &["--network", &net]);
    let serve = "nc -ll -p 8080 -e cat & sleep 1d";
    let options = ["--network", &net, "--network-alias", "copy", "busybox", "sh", "-c", serve];
    let first = corner.run("copy-1", &options);
    for number in 2..7 {
        corner.run(&format!("copy-{number}"), &options);
    }
    let file = format!(
        "names: {web} resolves copy\nreach: [{web} -> copy, '{web} -> copy:8080', {web} -/-> copy:9 (refused)]"
    );
    for method in ["netns", "exec"] {
        for _ in 0..3 {
            let (code, results) = check(&file, &["--method", method]);
            assert_eq!(code, 0, "{method}: {results:#?}");
        }
        for target in ["copy", "copy:8080", &format!("{first}:8080")] {
            let mut why = netmap_command();
            why.args(["why", &web, target, "--method", method, "--host", &engine()]);
            let run = why.output().unwrap();
            assert_eq!(run.status.code(), Some(0), "{method} {target}: {}", text(&run.stdout));
        }
    }
}
