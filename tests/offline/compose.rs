//! Compose files on the command line: what is planned, in every format, and
//! what is wrong, with its place.

use std::fs;
use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{finished, netmap, netmap_command};

const SHOP: &str = "tests/corpus/shop";

#[test]
fn every_format_shows_what_is_planned() {
    let whole = ["grid", "table", "tree", "json", "csv", "markdown"].map(|format| (format, true));
    // A diagram says the project once.
    let short = ["mermaid", "dot", "d2", "plantuml", "drawio", "excalidraw"];
    for (format, is_whole) in whole.into_iter().chain(short.map(|format| (format, false))) {
        let run = netmap(&["show", "--compose", SHOP, "--format", format]);
        assert_eq!(run.code, 0, "{format}: {}", run.err);
        for name in ["shop-gateway-1", "shop-collector-1", "shop-orders-db-1"] {
            let service = name.trim_start_matches("shop-").trim_end_matches("-1");
            let name = if is_whole { name } else { service };
            let escaped = name.replace('-', "\\-");
            assert!(run.out.contains(name) || run.out.contains(&escaped), "{name} in {format}");
        }
        assert_eq!(netmap(&["show", "--compose", SHOP, "--format", format]).out, run.out);
    }
}

#[test]
fn a_plan_that_was_saved_shows_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json").display().to_string();
    assert_eq!(netmap(&["show", "--compose", SHOP, "-o", &path]).code, 0);
    for format in ["grid", "json", "dot"] {
        let planned = netmap(&["show", "--compose", SHOP, "--format", format]);
        let saved = netmap(&["show", "--from", &path, "--format", format]);
        assert_eq!(saved.out, planned.out, "{format}");
    }
}

/// What is above a folder belongs to another project, unless one stands in it.
#[test]
fn a_folder_without_a_compose_file_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let compose = "services:\n  web:\n    image: nginx\n";
    fs::write(folder.path().join("compose.yaml"), compose).unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    let run = |at: &str, arguments: &[&str]| {
        let mut command = netmap_command();
        finished(command.current_dir(folder.path().join(at)).args(arguments).output().unwrap())
    };
    for command in ["show", "doctor", "snapshot"] {
        let named = run("", &[command, "--compose", "empty"]);
        assert_eq!(named.code, 2, "{command}: {}", named.out);
        assert!(named.err.contains("empty: there is no compose file in this folder"));
        let hint = "netmap looks for compose.yaml, compose.yml, docker-compose.yml";
        assert!(named.err.contains(hint), "{}", named.err);
        assert!(named.err.contains("--compose compose.yaml"), "{}", named.err);
        let here = run("empty", &[command, "--compose", "."]);
        assert_eq!(here.code, 0, "{command}: {}", here.err);
        let said = "The compose file is ../compose.yaml, above this folder.";
        assert!(here.err.contains(said), "{command}: {}", here.err);
        let at_home = run("", &[command, "--compose", "."]);
        assert!(!at_home.err.contains("above"), "{}", at_home.err);
    }
}

#[test]
fn filters_work_on_plans() {
    let run = netmap(&["show", "--compose", SHOP, "gateway", "--format", "csv"]);
    assert_eq!(run.out.lines().count(), 3, "{}", run.out);
    let run = netmap(&["show", "--compose", SHOP, "--network", "shop_data", "--format", "json"]);
    assert!(run.out.contains("shop-cart-1") && !run.out.contains("shop-ads-1"), "{}", run.out);
}

/// Two services with every port there is, exposed and published. Whoever holds
/// each of them against each is busy for minutes.
#[test]
fn every_port_there_is_takes_no_square_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let service = |name: &str, ip: &str| {
        format!(
            "  {name}:\n    image: {name}\n    expose: [1-65535, 1-9/udp]\n    ports: ['{ip}:1-65535:1-65535']\n"
        )
    };
    let file = path("compose.yaml");
    let services = service("one", "127.0.0.1") + &service("two", "127.0.0.2");
    fs::write(&file, format!("name: ports\nservices:\n{services}")).unwrap();
    let began = Instant::now();
    let table = netmap(&["show", "--compose", &file, "--format", "csv"]);
    assert!(table.out.contains("127.0.0.2:1-65535 → 1-65535,1-9/udp"), "{}", table.out);
    let saved = path("plan.json");
    for command in [
        vec!["show", "--compose", &file, "--format", "svg"],
        vec!["snapshot", "--compose", &file, "-o", &saved],
        vec!["diff", &saved, &file],
        vec!["check", "--init", "--compose", &file],
    ] {
        let run = netmap(&command);
        assert_eq!(run.code, 0, "{command:?}: {}{}", run.err, &run.out[..run.out.len().min(500)]);
    }
    assert!(began.elapsed() < Duration::from_secs(200), "{:?}", began.elapsed());
}

#[test]
fn a_plan_may_come_from_standard_input() {
    let mut child = netmap_command()
        .args(["show", "--compose", "-", "--project-name", "piped"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"services: {web: {image: a}}\n").unwrap();
    let run = finished(child.wait_with_output().unwrap());
    assert!(run.out.contains("piped-web-1"), "{}{}", run.out, run.err);
}

#[test]
fn bad_files_end_with_their_place_and_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let mut bomb = b"a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_vec();
    for level in 1..40 {
        let inner = vec![format!("*a{}", level - 1); 9].join(", ");
        bomb.extend(format!("a{level}: &a{level} [{inner}]\n").bytes());
    }
    let large = write("large.yaml", b"");
    fs::File::options().write(true).open(&large).unwrap().set_len(100 << 20).unwrap();
    for (path, place, why) in [
        (write("tabs.yaml", b"services:\n\tweb: {}\n"), ":2:1: ", "a tab"),
        (write("twice.yaml", b"services: {}\nservices: {}\n"), ":2:1: ", "line 1"),
        (write("bomb.yaml", &bomb), ":", "aliases written out"),
        (write("loop.yaml", b"a: &a\n  b: *a\n"), ":2:6: ", "inside of what it names"),
        (large, ": ", "larger than 4 MB"),
        (folder.path().join("gone.yaml").display().to_string(), ": ", "No such file"),
    ] {
        let run = netmap(&["show", "--compose", &path]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{path}");
        let start = format!("error: {path}{place}");
        assert!(run.err.starts_with(&start) && run.err.contains(why), "{path}: {}", run.err);
    }
}

#[test]
fn what_strangers_write_does_not_reach_the_terminal_raw() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("compose.yaml");
    let text =
        "services:\n  \"we\\e[31mb\": {image: a, ports: [\"\\e]0;x\\a\"], \"k\\e[2Jy\": 1}\n";
    fs::write(&path, text).unwrap();
    for format in ["grid", "table", "tree", "markdown", "csv"] {
        let run = netmap(&["show", "--compose", &path.display().to_string(), "--format", format]);
        assert_eq!(run.code, 0, "{}", run.err);
        assert!(!run.out.contains(['\u{1b}', '\u{7}']), "{format}: {:?}", run.out);
    }
}

#[test]
fn options_that_make_no_sense_together_are_refused() {
    for arguments in [
        &["show", "--compose", SHOP, "--from", "samples/module-5"][..],
        &["show", "--compose", SHOP, "--host", "tcp://127.0.0.1:1"],
        &["show", "--profile", "debug"],
        &["show", "--env-file", ".env"],
    ] {
        let run = netmap(arguments);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{arguments:?}");
        assert!(run.err.contains("--compose"), "{arguments:?}: {}", run.err);
    }
}

#[test]
fn a_redacted_plan_names_nobody() {
    let run = netmap(&["snapshot", "--compose", SHOP, "--redact"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("\"planned\"") && run.out.contains("\"plan\""), "{}", run.out);
    for name in ["shop", "gateway", "catalog", "compose.yaml", "redpanda"] {
        assert!(!run.out.contains(name), "{name} in {}", run.out);
    }
}

#[test]
fn checks_hold_a_plan_by_the_map() {
    let folder = tempfile::tempdir().unwrap();
    let check = folder.path().join("check.yaml");
    fs::write(
        &check,
        "networks: {data: {internal: true}}\nnames: [gateway resolves catalog]\n\
         reach: [frontend -/-> users-db]\n",
    )
    .unwrap();
    let check = check.display().to_string();
    let run = netmap(&["check", "--compose", SHOP, &check]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("predicted"), "{}", run.out);
}

#[test]
fn the_doctor_sees_what_cannot_work_and_says_where_it_is_written() {
    let run = netmap(&["doctor", "--compose", "samples/planned", "--format", "json"]);
    assert_eq!(run.code, 1, "{}", run.err);
    let told: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let text = fs::read_to_string("samples/planned/compose.yaml").unwrap();
    let line_of = |what: &str| 1 + text.lines().position(|line| line.contains(what)).unwrap();
    let mut found = Vec::new();
    for finding in told["findings"].as_array().unwrap() {
        let rule = finding["rule"].as_str().unwrap().to_owned();
        let evidence = finding["evidence"].as_array().unwrap().last().unwrap();
        let evidence = evidence.as_str().unwrap().to_owned();
        for step in finding["fix"].as_array().unwrap() {
            // There is nothing yet that a command could be given to.
            assert!(step.as_str().unwrap().starts_with("# "), "{step}");
        }
        found.push((rule, evidence));
    }
    for (rule, lines) in [
        ("host-port-conflict", vec!["ports: [\"8091:80\"]", "8091:8080"]),
        ("localhost-dependency", vec!["redis://localhost"]),
        ("no-shared-network", vec!["db:5432/shop"]),
        ("internal-only", vec!["8200:8200"]),
        ("host-port-between-containers", vec!["db:15432/shop"]),
        ("wrong-name", vec!["smtp://mailer"]),
        ("subnet-overlap", vec!["10.90.0.0/24", "10.90.0.128/25"]),
    ] {
        let at = found.iter().position(|(found, _)| found == rule).expect(rule);
        let (_, evidence) = found.remove(at);
        for line in lines {
            let place = format!("compose.yaml:{}:", line_of(line));
            assert!(evidence.contains(&place), "{rule} at {place}: {evidence}");
        }
    }
    found.retain(|(rule, _)| rule != "bridging-container");
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn the_doctor_finds_nothing_wrong_in_what_people_publish() {
    for setup in fs::read_dir("tests/corpus").unwrap() {
        let setup = setup.unwrap().path().display().to_string();
        // An open database port is a fact, and one of the setups has one.
        let arguments = ["doctor", "--compose", &setup, "--ignore", "exposed-to-the-world"];
        let run = netmap(&arguments);
        assert_eq!(run.code, 0, "{setup}: {}{}", run.out, run.err);
    }
}

/// What the doctor says to fix in this compose file, of one rule.
fn fix_of(rule: &str, text: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("compose.yaml");
    fs::write(&file, text).unwrap();
    let file = file.display().to_string();
    let run = netmap(&["doctor", "--compose", &file, "--rule", rule, "--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let fix = found["findings"][0]["fix"].as_array().unwrap_or_else(|| panic!("{}", run.out));
    let lines = fix.iter().map(|line| line.as_str().unwrap());
    lines.map(|line| line.replace(&format!("{}/", folder.path().display()), "")).collect()
}

/// A word of a value that is also a container's name stays what it is.
#[test]
fn a_fix_keeps_the_scheme_of_a_url_that_is_called_like_the_container() {
    let text = "services:\n  app:\n    image: app\n    environment:\n      \
                REDIS_URL: redis://localhost\n  cache:\n    image: redis\n    \
                container_name: redis\n    expose: [6379]\n";
    let fix = fix_of("localhost-dependency", text).join("\n");
    assert!(fix.contains("give app redis://"), "{fix}");
    assert!(fix.ends_with("in REDIS_URL instead of redis://localhost"), "{fix}");
}

#[test]
fn a_fix_changes_the_one_variable_that_is_wrong() {
    let text = "services:\n  app:\n    image: app\n    environment:\n      \
                DB_URL_READ: postgres://db/app\n      DB: db\n      \
                DB_URL: postgres://localhost:5432/app\n  db:\n    image: postgres\n    \
                expose: [5432]\n";
    let fix = fix_of("localhost-dependency", text);
    let [line] = fix.as_slice() else { panic!("{fix:?}") };
    assert!(line.starts_with("# compose.yaml:7: give app postgres://"), "{line}");
    assert!(line.ends_with(" in DB_URL instead of postgres://localhost:5432"), "{line}");
}

#[test]
fn what_is_planned_is_fixed_in_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("compose.yaml");
    let text = "services:\n  db:\n    image: postgres:16\n    networks: [data]\n    ports: ['5432:5432']\n  \
        web:\n    image: nginx\n    networks: [front]\n    environment: { DB: 'postgres://db:5432/x' }\n\
        networks: { front: {}, data: {} }\n";
    std::fs::write(&path, text).unwrap();
    let file = path.to_str().unwrap();
    let doctor = netmap(&["doctor", "--compose", file]);
    assert!(doctor.out.contains("under ports of db, write"), "{}", doctor.out);
    let why = netmap(&["why", "web", "db:5432", "--compose", file]);
    assert!(why.out.contains("on the network"), "{}", why.out);
    for out in [doctor.out, why.out] {
        assert!(!out.contains("docker ") && !out.contains(" -p "), "{out}");
    }
    // `network` is a slip of `networks` in a service, and no key of `build` that went astray.
    std::fs::write(&path, text.replacen("networks: [data]", "network: [data]", 1)).unwrap();
    let slip = netmap(&["doctor", "--compose", file]);
    assert!(slip.out.contains("did you mean `networks`?"), "{}", slip.out);
}

#[test]
fn a_network_is_told_from_those_who_are_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("compose.yaml");
    let compose = |db: &str| {
        let text = format!(
            "name: shop\nservices:\n  web:\n    image: shop/web\n    networks: [back]\n    \
             environment: {{ DB_HOST: back }}\n{db}networks: {{ back: {{}} }}\n"
        );
        std::fs::write(&path, text).unwrap();
    };
    let file = path.to_str().unwrap();
    compose("  db: { image: 'postgres:16', networks: [back] }\n");
    for name in ["back", "shop_back"] {
        let why = netmap(&["why", "web", name, "--compose", file]).out;
        assert!(why.contains("is the name of the network, which nothing answers to"), "{why}");
        let from = netmap(&["why", name, "db", "--compose", file]);
        assert!(from.err.contains("it is a network: netmap show "), "{}", from.err);
    }
    let doctor = netmap(&["doctor", "--compose", file]).out;
    assert!(doctor.contains("It is the name of the network"), "{doctor}");
    assert!(doctor.contains("db") && !doctor.contains("aliases"), "{doctor}");
    // Somebody may have it as a name, too.
    compose("  back: { image: 'postgres:16', networks: [back] }\n");
    let why = netmap(&["why", "web", "back", "--compose", file]).out;
    assert!(!why.contains("name of the network"), "{why}");
}

/// What is wrong with an app that dials this URL, beside a Postgres called `db`.
fn found_beside_db(url: &str, rest: &str) -> (i32, String) {
    found_with(&format!("DATABASE_URL: {url}"), rest)
}

/// What is wrong with an app that has this variable, beside a Postgres called `db`.
fn found_with(variable: &str, rest: &str) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("compose.yaml");
    let text = format!(
        "services:\n  api:\n    image: shop/api:1\n    environment:\n      {variable}\n  \
         db:\n    image: postgres:16\n{rest}"
    );
    std::fs::write(&file, text).unwrap();
    let run = netmap(&["doctor", "--compose", file.to_str().unwrap()]);
    (run.code, run.out)
}

/// The two commonest mistakes, of a file that says no port of the database.
#[test]
fn localhost_and_an_image_in_place_of_the_service_are_found_in_a_plan() {
    let (code, out) = found_beside_db("postgres://ann:hunter2@localhost:5432/x", "");
    assert!(code == 1 && out.contains("localhost-dependency"), "{out}");
    assert!(out.contains("db:5432") && !out.contains("hunter2"), "{out}");
    let (code, out) = found_beside_db("postgres://ann:hunter2@postgres/x", "");
    assert!(code == 1 && out.contains("wrong-name") && out.contains("db"), "{out}");
    // Who is right, is itself the server, or may mean somebody who is elsewhere.
    for (url, rest) in [
        ("postgres://ann:hunter2@db/x", ""),
        ("postgres://ann:hunter2@pg.example.com/x", ""),
        ("http://localhost:8080/", ""),
        ("postgres://ann:hunter2@localhost:5433/x", ""),
        (
            "postgres://ann:hunter2@postgres/x",
            "networks: { default: { external: true, name: infra } }\n",
        ),
    ] {
        let (code, out) = found_beside_db(url, rest);
        assert!(code == 0, "{url}: {out}");
    }
}

/// `DB_HOST: localhost` says no port; the variable's name and the one database do.
#[test]
fn localhost_for_the_one_server_of_its_kind_is_found_in_a_plan() {
    for variable in ["DB_HOST: localhost", "PGHOST: 127.0.0.1", "N8N_POSTGRES_HOST: localhost"] {
        let (code, out) = found_with(variable, "");
        assert!(code == 1 && out.contains("localhost-dependency"), "{variable}: {out}");
        assert!(out.contains("instead of") && out.contains("give api db in"), "{variable}: {out}");
    }
    let beside = "  sidecar:\n    image: mysql:8\n    network_mode: service:api\n";
    let two = "  other:\n    image: mysql:8\n";
    for (variable, rest) in [
        // Of another kind, of either kind, in the same stack, and a program of one's own.
        ("REDIS_HOST: localhost", ""),
        ("DB_HOST: localhost", two),
        ("DB_HOST: localhost", beside),
        ("APP_HOST: localhost", ""),
        ("DB_HOST: db", ""),
    ] {
        let (code, out) = found_with(variable, rest);
        assert!(code == 0, "{variable}: {out}");
    }
}

/// `GUACD_HOSTNAME: localhost` beside a service that is called guacd.
#[test]
fn localhost_in_a_variable_that_is_named_after_a_service_is_found_in_a_plan() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("compose.yaml");
    let file = path.to_str().unwrap();
    let doctor = |variable: &str, peer: &str, more: &str| {
        let text = format!(
            "name: s\nservices:\n  front:\n    image: shop/front:1\n    environment:\n      {variable}\n{peer}\n    \
             {more}\n"
        );
        fs::write(&path, text).unwrap();
        netmap(&["doctor", "--compose", file])
    };
    let guacd = "  guacd:\n    image: guacamole/guacd";
    let told = doctor("GUACD_HOSTNAME: localhost", guacd, "");
    assert!(
        told.code == 1 && told.out.contains("\nerror    s-front-1 looks for s-guacd-1"),
        "{}",
        told.out
    );
    assert!(told.out.contains("GUACD_HOSTNAME"), "{}", told.out);
    // What such an image listens on nobody knows, and a browser may be meant.
    let users = "  user-service:\n    build: .";
    let told = doctor("USER_SERVICE_HOST: localhost", users, "");
    assert!(
        told.out.contains("\ninfo     s-front-1 names localhost for s-user-service-1"),
        "{}",
        told.out
    );
    let told = netmap(&["doctor", "--compose", file, "--verbose"]);
    assert!(told.out.contains("USER_SERVICE_HOST is named after"), "{}", told.out);
    assert!(told.out.contains("give front user-service in USER_SERVICE_HOST"), "{}", told.out);
    // Of another variable it says nothing.
    let told = doctor("GUACD_HOSTNAME: localhost\n      FRONT_HOST: localhost", guacd, "");
    assert!(told.out.contains("guacd in GUACD_HOSTNAME"), "{}", told.out);
    assert!(!told.out.contains("FRONT_HOST"), "{}", told.out);
    for (variable, peer, more) in [
        ("GUACD_HOSTNAME: guacd", guacd, ""),
        ("FRONT_HOST: localhost", guacd, ""),
        ("GUACD_HOSTNAME: localhost", guacd, "network_mode: service:front"),
    ] {
        let run = doctor(variable, peer, more);
        assert!(!run.out.contains("localhost-dependency"), "{variable} {more}: {}", run.out);
    }
}

/// A development server that listens on loopback unless told otherwise, or is told to.
#[test]
fn a_command_that_listens_on_loopback_is_found_in_a_plan() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("compose.yaml");
    let file = path.to_str().unwrap();
    let write = |command: &str, more: &str| {
        let text = format!(
            "services:\n  api:\n    image: shop/api:1\n    command: {command}\n{more}  web:\n    \
             image: nginx\n    environment:\n      API_URL: http://api:8000\n"
        );
        std::fs::write(&path, text).unwrap();
        netmap(&["doctor", "--compose", file])
    };
    let by_itself = write("uvicorn main:app", "");
    assert!(by_itself.code == 1 && by_itself.out.contains("\nwarning  "), "{}", by_itself.out);
    assert!(by_itself.out.contains("start uvicorn with --host 0.0.0.0"), "{}", by_itself.out);
    assert!(by_itself.out.contains("compose.yaml:4:5"), "{}", by_itself.out);
    let why = netmap(&["why", "web", "api:8000", "--compose", file]);
    assert!(why.out.contains("would listen on 8000 for itself only"), "{}", why.out);
    let told = write("[sh, -c, 'python manage.py runserver 127.0.0.1:8000']", "");
    assert!(told.code == 1 && told.out.contains("\nerror    "), "{}", told.out);
    for (command, more) in [
        ("uvicorn main:app --host 0.0.0.0", ""),
        ("uvicorn main:app --port 9000", ""),
        ("uvicorn main:app", "    environment: [UVICORN_HOST=0.0.0.0]\n"),
        // An image may set a variable.
        ("flask run -p 8000", ""),
    ] {
        let run = write(command, more);
        assert_eq!(run.code, 0, "{command}: {}", run.out);
    }
    // Who shares its network reaches it.
    let shared = "services:\n  api: { image: shop/api:1, command: uvicorn main:app }\n  web: { image: nginx, \
                  network_mode: 'service:api', environment: { API_URL: 'http://localhost:8000' } }\n";
    std::fs::write(&path, shared).unwrap();
    assert_eq!(netmap(&["doctor", "--compose", file]).code, 0);
}

/// Copies of a service cannot share a port of the host; a range gives each its own.
#[test]
fn copies_that_ask_for_one_port_are_one_finding_with_a_range() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("compose.yaml");
    let file = path.to_str().unwrap();
    let doctor = |more: &str| {
        let text = format!(
            "services:\n  web:\n    image: nginx\n    ports: ['8080:80']\n    deploy: {{ replicas: 3 }}\n{more}"
        );
        std::fs::write(&path, text).unwrap();
        netmap(&["doctor", "--compose", file]).out
    };
    let alone = doctor("");
    assert_eq!(alone.matches("host-port-conflict").count(), 2, "once, and in the hint: {alone}");
    let wanted = "cannot start: port 8080 of the host is wanted by each copy of web";
    assert!(alone.contains(wanted) && alone.contains("-web-1 asks for it as well"), "{alone}");
    assert!(alone.contains("write \"8080-8082:80\" instead of \"8080:80\""), "{alone}");
    // Others have a port of that range.
    let beside = doctor("  api: { image: shop/api, ports: ['8081:80'] }\n");
    assert!(beside.contains("write \"80\" instead of \"8080:80\""), "{beside}");
    // With the range it is as it should be.
    std::fs::write(
        &path,
        std::fs::read_to_string(&path).unwrap().replace("8080:80", "8090-8092:80"),
    )
    .unwrap();
    assert_eq!(netmap(&["doctor", "--compose", file]).code, 0);
}
