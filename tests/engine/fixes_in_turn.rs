//! Fixes of several findings that are pasted one after the other, without a look in
//! between: none of them undoes another one.

use std::thread;
use std::time::{Duration, Instant};

use crate::fixes::printed_fix;
use crate::support::{Corner, alone_making_networks, docker, netmap, paste, text, try_docker};

/// Every command that the doctor prints about these containers, in its order.
fn all_printed(about: &str) -> (Vec<String>, String) {
    let printed = text(&netmap(&["doctor", about]).stdout);
    let mut commands = Vec::new();
    let mut in_fix = false;
    for line in printed.lines().map(str::trim) {
        in_fix = line.starts_with("To fix ") || (in_fix && !line.is_empty());
        let is_command = in_fix && !line.starts_with("To fix ") && !line.starts_with('#');
        commands.extend(is_command.then(|| line.to_owned()));
    }
    (commands, printed)
}

/// Whether a container comes to be reached from another one.
///
/// That may take Podman 4 most of a minute: its bridge has the lowest hardware address
/// of what is on it, so a container that leaves may take it along, and the others go on
/// asking for the resolver at the old one until the kernel's neighbour entry is given up.
fn is_reached(from: &str, to: &str, port: u16) -> bool {
    let began = Instant::now();
    let dial = ["exec", from, "nc", "-w", "2", to, &port.to_string()];
    loop {
        if try_docker(&dial).status.success() {
            return true;
        }
        if began.elapsed() > Duration::from_secs(60) {
            return false;
        }
        thread::sleep(Duration::from_millis(200));
    }
}

/// Whoever pastes all fixes one after the other, without a look in between, has
/// an app that works; what would undo one of them comes with the next look.
#[test]
#[ignore = "needs a Docker engine"]
fn no_fix_undoes_another_one_that_is_pasted_before() {
    let mut corner = Corner::new("turns");
    let db = corner.name("db");
    let serve = ["busybox", "nc", "-ll", "-p", "5432", "-e", "cat"];
    corner.run("db", &[&["-p", "17132:5432"], &serve[..]].concat());
    let url = format!("DATABASE_URL=postgres://{db}:5432/shop");
    let app = corner.sleeper("app", &["-e", &url]);
    corner.adopt(&format!("{db}.old"));

    let _alone = alone_making_networks();
    let rules = ["default-bridge-no-names", "exposed-to-the-world"];
    printed_fix(&rules, &corner.glob());
    paste_all(&mut corner, || is_reached(&app, &db, 5432));
    let image = docker(&["inspect", "-f", "{{.Config.Image}}", &db]);
    docker(&["rm", "-f", "-v", &db]);
    docker(&["image", "rm", "-f", &image]);
}

/// Pastes all that the doctor prints until it has nothing more to say; after each round
/// the app must work.
fn paste_all(corner: &mut Corner, works: impl Fn() -> bool) {
    for round in 1.. {
        let (commands, printed) = all_printed(&corner.glob());
        if commands.is_empty() {
            assert!(round > 1 && printed.contains("No problems found"), "round {round}: {printed}");
            break;
        }
        for created in commands.iter().filter_map(|line| line.split_once("network create ")) {
            corner.adopt_network(created.1);
        }
        let pasted = paste(&commands);
        assert!(pasted.status.success(), "{printed}\n{}", text(&pasted.stderr));
        assert!(works(), "round {round}: {printed}");
        assert!(round < 4, "it goes on and on: {printed}");
    }
}

/// Whether a container comes to reach what it is told to dial.
fn dials(app: &str) -> bool {
    let dial = ["exec", app, "sh", "-c", "nc -w 2 $DB_HOST $DB_PORT </dev/null"];
    let began = Instant::now();
    while !try_docker(&dial).status.success() {
        if began.elapsed() > Duration::from_secs(30) {
            return false;
        }
        thread::sleep(Duration::from_millis(200));
    }
    true
}

/// What a client dials by way of the host is closed to it once the port is for the host
/// alone: it goes there directly, whether its way worked or not.
#[test]
#[ignore = "needs a Docker engine"]
fn a_port_is_narrowed_after_its_clients_have_another_way() {
    let host_gateway: &[&str] = &["--add-host", "host.docker.internal:host-gateway"];
    for (name, port, options) in [("unknown", "17133", &[][..]), ("known", "17134", host_gateway)] {
        let mut corner = Corner::new(&format!("narrowed-{name}"));
        let net = corner.network("net", &[]);
        let published = format!("{port}:5432");
        let serve = ["busybox", "nc", "-ll", "-p", "5432", "-e", "cat"];
        let db = corner.run("db", &[&["--network", &net, "-p", &published], &serve[..]].concat());
        let port = format!("DB_PORT={port}");
        let dialled = ["--network", &net, "-e", "DB_HOST=host.docker.internal", "-e", &port];
        let app = corner.sleeper("app", &[&dialled[..], options].concat());
        corner.adopt(&format!("{db}.old"));
        corner.adopt(&format!("{app}.old"));

        let _alone = alone_making_networks();
        let fix = printed_fix(&["exposed-to-the-world", "hairpin"], &corner.glob());
        assert!(fix.iter().any(|line| line.contains(&format!("-e DB_HOST={db}"))), "{fix:#?}");
        paste_all(&mut corner, || dials(&app));
        for at in [&app, &db] {
            let image = docker(&["inspect", "-f", "{{.Config.Image}}", at]);
            docker(&["rm", "-f", "-v", at]);
            docker(&["image", "rm", "-f", &image]);
        }
    }
}

/// Two that want one port of the host each get another one.
#[test]
#[ignore = "needs a Docker engine"]
fn two_that_want_a_taken_port_get_two_others() {
    let mut corner = Corner::new("taken");
    let serve = ["busybox", "nc", "-ll", "-p", "80", "-e", "cat"];
    let publish = ["-p", "17135:80"];
    corner.run("first", &[&publish[..], &serve[..]].concat());
    let others = ["second", "third"].map(|name| {
        let full = corner.name(name);
        corner.adopt(&full);
        corner.adopt(&format!("{full}.old"));
        let made = try_docker(&[&["run", "-d", "--name", &full], &publish[..], &serve].concat());
        assert!(!made.status.success(), "the port is taken");
        full
    });
    let _alone = alone_making_networks();
    printed_fix(&["host-port-conflict"], &corner.glob());
    let (commands, printed) = all_printed(&corner.glob());
    let pasted = paste(&commands);
    assert!(pasted.status.success(), "{printed}\n{}", text(&pasted.stderr));
    for other in &others {
        docker(&["start", other]);
        let image = docker(&["inspect", "-f", "{{.Config.Image}}", other]);
        docker(&["rm", "-f", "-v", other]);
        docker(&["image", "rm", "-f", &image]);
    }
}
