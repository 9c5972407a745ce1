//! Steps as lines: what a shell is given word for word.

use std::collections::BTreeMap;

use super::{in_short, lines};
use crate::model::{
    Action, Applicability, Change, ComposeServices, Dialled, Handle, HostPorts, Joining, Maker,
    Notation, Protocol, Recreate, RequestedPort, RunOption, Setting, Settings, Step, Tool,
};

fn handle(name: &str) -> Handle {
    Handle { name: name.to_owned(), word: name.to_owned() }
}

fn step(action: Action) -> Step {
    Step { action, applicability: Applicability::Safe, tool: Tool::Docker, engine: None }
}

fn connect(network: &str, container: &str) -> Action {
    let (network, container) = (handle(network), handle(container));
    Action::Connect { network, container, aliases: Vec::new(), priority: None }
}

fn port(host_ip: Option<&str>, host_port: HostPorts, port: u16) -> RequestedPort {
    let host_ip = host_ip.map(|ip| ip.parse().unwrap());
    RequestedPort { port, protocol: Protocol::Tcp, host_ip, host_port }
}

fn joining(network: &str, aliases: &[&str]) -> Joining {
    Joining {
        network: handle(network),
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        ipv4: None,
        ipv6: None,
        priority: None,
        link_local: Vec::new(),
        driver_options: BTreeMap::new(),
        default_bridge: false,
    }
}

fn settings() -> Settings {
    Settings {
        old_name: "web.old".to_owned(),
        image: "nginx:web-recreated".to_owned(),
        networks: vec![joining("front", &["www"])],
        published: vec![port(Some("127.0.0.1"), HostPorts::One(8080), 80)],
        options: vec![RunOption::with("--restart", "unless-stopped")],
        running: true,
        ..Settings::default()
    }
}

fn recreate(changes: Vec<Change>, settings: Settings, tool: Tool) -> Vec<String> {
    let by = Maker::Hand(Box::new(settings));
    let recreate = Recreate { container: handle("web"), changes, by };
    let action = Action::Recreate(Box::new(recreate));
    lines(&[Step { action, applicability: Applicability::Ask, tool, engine: None }])
}

fn dial(variable: &str, scheme: Option<&str>, from: (&str, Option<u16>)) -> Change {
    let dialled = |(host, port): (&str, Option<u16>)| Dialled {
        scheme: scheme.map(str::to_owned),
        host: host.to_owned(),
        port,
        notation: Notation::Address,
    };
    let to = ("db", from.1.map(|_| 5432));
    let setting = Setting::Variable(variable.to_owned());
    Change::Dial { setting, from: dialled(from), to: dialled(to) }
}

#[test]
fn names_are_single_words_whatever_is_in_them() {
    let steps = [
        step(Action::CreateNetwork { network: handle("my net") }),
        step(connect("my net", "a'b")),
        step(Action::Advise { advice: "then\nlook".to_owned() }),
    ];
    assert_eq!(
        lines(&steps),
        [
            "docker network create 'my net'",
            "docker network connect 'my net' 'a'\\''b'",
            "# then\\nlook"
        ]
    );
}

#[test]
fn where_commands_run_is_said_once_for_each_engine() {
    let on = |engine: &str, container: &str| Step {
        engine: Some(engine.to_owned()),
        ..step(Action::Start { container: handle(container) })
    };
    let steps = [on("a", "web"), on("a", "api"), on("b", "db")];
    assert_eq!(
        lines(&steps),
        [
            "# on the engine a:",
            "docker start web",
            "docker start api",
            "# on the engine b:",
            "docker start db"
        ]
    );
}

#[test]
fn a_container_is_re_created_under_its_name_with_all_it_had() {
    let change = dial("DATABASE_URL", Some("postgres"), ("localhost", Some(5432)));
    assert_eq!(
        recreate(vec![change], settings(), Tool::Docker),
        [
            "# re-create web with postgres://db:5432 in DATABASE_URL instead of \
             postgres://localhost:5432; everything else stays as it is",
            "docker stop web",
            "docker rename web web.old",
            "docker commit web.old nginx:web-recreated && DATABASE_URL=\"$(docker inspect -f \
             '{{range .Config.Env}}{{if eq (index (split . \"=\") 0) \"DATABASE_URL\"}}{{.}}{{end}}\
             {{end}}' web.old | sed -E '1s/^[^=]*=//; s#(://|@|,)localhost:5432([^0-9]|$)#\\1db:5432\
             \\2#g')\" docker create --name web -e DATABASE_URL -p 127.0.0.1:8080:80 --network front \
             --network-alias www --restart=unless-stopped --volumes-from web.old \
             nginx:web-recreated && docker start web && docker rm web.old || { docker rm -f web; \
             docker rename web.old web; docker start web; false; }"
        ]
    );
}

#[test]
fn a_value_that_is_nothing_else_is_written_out() {
    let change = match dial("DB_URL", Some("redis"), ("localhost", Some(6379))) {
        Change::Dial { from, to, .. } => {
            Change::Dial { setting: Setting::WholeVariable("DB_URL".to_owned()), from, to }
        }
        other => other,
    };
    let lines = recreate(vec![change], settings(), Tool::Docker);
    let create = "&& docker create --name web -e DB_URL=redis://db:5432 -p 127.0.0.1:8080:80 ";
    assert!(lines[3].contains(create), "{lines:?}");
}

#[test]
fn further_networks_are_connected_before_it_starts() {
    let mut settings = settings();
    let fixed = Joining { ipv4: "10.0.0.9".parse().ok(), ..joining("back", &["a"]) };
    settings.networks.push(fixed);
    let join = Change::Join { network: handle("app"), aliases: Vec::new() };
    let lines = recreate(vec![join], settings, Tool::Docker);
    let in_order = "recreated && docker network connect --alias a --ip 10.0.0.9 back web \
        && docker network connect app web && docker start web && docker rm web.old || {";
    assert!(lines[3].contains(in_order), "{lines:?}");
}

#[test]
fn what_a_network_is_told_of_a_member_is_told_again() {
    let mut settings = settings();
    let told = |name: &str| Joining {
        priority: Some(5),
        link_local: vec!["169.254.8.8".parse().unwrap()],
        driver_options: BTreeMap::from([("o.ifname".to_owned(), "a,b".to_owned())]),
        ..joining(name, &[])
    };
    settings.networks = vec![told("front"), told("back")];
    let lines = recreate(Vec::new(), settings, Tool::Docker);
    let first = r#"--network 'name=front,"driver-opt=o.ifname=a,b",gw-priority=5' --link-local-ip 169.254.8.8 "#;
    assert!(lines[3].contains(first), "{lines:?}");
    let further = "docker network connect --link-local-ip 169.254.8.8 \
        --driver-opt '\"o.ifname=a,b\"' --gw-priority 5 back web &&";
    assert!(lines[3].contains(further), "{lines:?}");
}

#[test]
fn what_goes_when_it_ends_is_copied_before_that() {
    let settings = Settings { auto_remove: true, ..settings() };
    let lines = recreate(vec![Change::NoLinks], settings, Tool::Docker);
    assert_eq!(lines[1], "docker rename web web.old");
    assert!(lines[2].starts_with("docker commit --pause=false web.old"), "{lines:?}");
    assert!(lines[2].contains(" --rm "), "{lines:?}");
    let back = "nginx:web-recreated || { docker rm -f web; docker rename web.old web; false; }";
    assert!(lines[2].ends_with(back), "{lines:?}");
    assert_eq!(lines[3..], ["docker stop web.old && docker start web"]);
}

#[test]
fn what_cannot_be_carried_over_is_named() {
    let not_carried = vec!["StorageOpt".to_owned()];
    let lines = recreate(Vec::new(), Settings { not_carried, ..settings() }, Tool::Podman);
    assert!(lines[1].ends_with("yourself: StorageOpt"), "{lines:?}");
    assert!(lines[4].starts_with("podman commit -q -f docker "), "{lines:?}");
}

#[test]
fn modes_hosts_links_and_ports_follow_the_changes() {
    let settings = Settings {
        mode: Some("host".to_owned()),
        networks: Vec::new(),
        extra_hosts: vec!["db:10.0.0.2".to_owned(), "x:10.0.0.3".to_owned()],
        links: vec!["db:database".to_owned()],
        ..settings()
    };
    let changes = vec![
        Change::Publish {
            from: Some(port(Some("127.0.0.1"), HostPorts::One(8080), 80)),
            to: Some(port(None, HostPorts::One(8080), 3000)),
        },
        Change::LeaveMode { mode: "host".to_owned() },
        Change::Join { network: handle("app"), aliases: vec!["x".to_owned()] },
        Change::RemoveHost { name: "DB".to_owned() },
        Change::NoLinks,
    ];
    let same = recreate(Vec::new(), settings.clone(), Tool::Docker);
    assert!(same[3].contains(" --network host --add-host db:10.0.0.2 --add-host x:10.0.0.3 "));
    assert!(same[3].contains(" --link db:database "), "{same:?}");
    let changed = recreate(changes, settings, Tool::Docker);
    assert!(
        changed[3]
            .contains(" -p 8080:3000 --network app --network-alias x --add-host x:10.0.0.3 --re"),
        "{changed:?}"
    );
}

#[test]
fn odd_names_of_variables_are_set_by_env() {
    let change = dial("spring.datasource.url", Some("postgresql"), ("localhost", Some(5432)));
    let lines = recreate(vec![change], settings(), Tool::Docker);
    assert!(lines[3].contains("&& env spring.datasource.url=\"$(docker inspect"), "{lines:?}");
    assert!(lines[3].contains(" -e spring.datasource.url "), "{lines:?}");
}

#[test]
fn what_compose_made_is_edited_and_brought_up_by_compose() {
    let made = ComposeServices {
        project: "shop".to_owned(),
        services: vec!["web".to_owned(), "sidecar".to_owned()],
        files: vec!["/srv/shop/compose.yaml".to_owned()],
        standalone: false,
    };
    let change = dial("DATABASE_URL", Some("postgres"), ("localhost", Some(5432)));
    let of = |changes, made: &ComposeServices| {
        let by = Maker::Compose(made.clone());
        let recreate = Recreate { container: handle("shop-web-1"), changes, by };
        lines(&[step(Action::Recreate(Box::new(recreate)))])
    };
    assert_eq!(
        of(vec![change], &made),
        [
            "# in /srv/shop/compose.yaml, give web postgres://db:5432 in DATABASE_URL instead of \
             postgres://localhost:5432",
            "docker compose -p shop -f /srv/shop/compose.yaml up -d web sidecar"
        ]
    );
    // A file has keys, where a command has options.
    let (name, address) = ("host.docker.internal".to_owned(), "host-gateway".to_owned());
    let key = "under extra_hosts of web, write host.docker.internal:host-gateway";
    let lines = of(vec![Change::AddHost { name, address }], &made);
    assert_eq!(lines[0], format!("# in /srv/shop/compose.yaml, {key}"));
    let old = ComposeServices { standalone: true, files: Vec::new(), ..made };
    assert_eq!(of(Vec::new(), &old), ["docker-compose -p shop up -d --force-recreate web sidecar"]);
}

/// What sed makes of a value, run by a shell as the fix runs it.
#[cfg(unix)]
fn sed(change: Change, value: &str) -> String {
    let lines = recreate(vec![change], settings(), Tool::Docker);
    let script = lines[3].split("| sed -E ").nth(1).unwrap();
    let script = &script[..script.find(")\"").unwrap()];
    let script = format!("printf '%s' \"$VALUE\" | sed -E {script}");
    let output = std::process::Command::new("sh")
        .args(["-c", &script])
        .env("VALUE", format!("NAME={value}"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{script}");
    String::from_utf8(output.stdout).unwrap()
}

#[cfg(unix)]
#[test]
fn just_host_and_port_of_a_value_change() {
    let url = |value: &str| sed(dial("NAME", Some("x"), ("localhost", Some(5432))), value);
    assert_eq!(url("x://localhost:5432"), "x://db:5432");
    assert_eq!(url("x://u:p@localhost:5432/localhost?q=a b"), "x://u:p@db:5432/localhost?q=a b");
    assert_eq!(url("jdbc:x://localhost:5432/a"), "jdbc:x://db:5432/a");
    assert_eq!(url("x://u:p\"'$`\\@localhost:5432/a"), "x://u:p\"'$`\\@db:5432/a");
    assert_eq!(url("x://a:1,localhost:5432,b:2/c"), "x://a:1,db:5432,b:2/c");
    assert_eq!(url("x://localhost:54321/a"), "x://localhost:54321/a", "another port");
    assert_eq!(url("x://xlocalhost:5432/a"), "x://xlocalhost:5432/a", "another host");
    assert_eq!(url("x://localhost:5432/a\nNAME=b\n"), "x://db:5432/a\nNAME=b\n", "lines stay");
    let no_port = |value: &str| sed(dial("NAME", Some("x"), ("pg", None)), value);
    assert_eq!(no_port("x://pg@pg/pg"), "x://pg@db/pg", "a user and a path stay");
    assert_eq!(no_port("x://u:pg@pg"), "x://u:pg@db", "and so does a password");
    let plain = |value: &str| sed(dial("NAME", None, ("pg.one", None)), value);
    assert_eq!(plain("pg.one"), "db");
    assert_eq!(plain("a, pg.one;pgxone"), "a, db;pgxone");
    let v6 = |value: &str| sed(dial("NAME", Some("x"), ("::1", Some(5432))), value);
    assert_eq!(v6("x://[::1]:5432/a"), "x://db:5432/a");
}

#[cfg(unix)]
#[test]
fn a_list_gets_more_elements() {
    let values = vec!["api".to_owned(), "db".to_owned()];
    let extend = Change::Extend { variable: "NAME".to_owned(), values };
    assert_eq!(sed(extend, "localhost,127.0.0.1"), "localhost,127.0.0.1,api,db");
}

#[test]
fn a_fix_in_short_keeps_its_order_and_shows_what_names_hide() {
    let short = |fix: &[Action]| {
        let steps: Vec<Step> = fix.iter().cloned().map(step).collect();
        in_short("To fix it:", &steps)
    };
    assert_eq!(short(&[]), None);
    let one = short(&[connect("net", "web")]).unwrap();
    assert_eq!(one, "To fix it: docker network connect net web");
    let leave = Action::Disconnect { network: handle("net"), container: handle("b"), force: false };
    let fix = [connect("net", "a"), leave, connect("net", "b"), connect("net", "c")];
    let expected = "To fix it: connect a to net; disconnect b from net; connect b and c to net";
    assert_eq!(short(&fix).unwrap(), expected);
    let hostile = short(&[connect("net", "a\u{202e}b"), connect("net", "c\nd")]).unwrap();
    assert!(!hostile.contains(['\u{202e}', '\n']), "{hostile}");
}
