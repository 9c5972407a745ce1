use std::net::{IpAddr, Ipv4Addr};

use super::take_turns;
use crate::diagnose::steps::step;
use crate::model::{
    Action, Applicability, Change, Finding, Handle, HostPorts, Maker, Network, Protocol, Recreate,
    RequestedPort, Severity, Step,
};
use crate::render::fix::lines;

fn handle(name: &str) -> Handle {
    Handle { name: name.to_owned(), word: name.to_owned() }
}

fn recreate(name: &str, changes: Vec<Change>) -> Step {
    let by = Maker::Hand(Box::default());
    let again = Recreate { container: handle(name), changes, by };
    step(Action::Recreate(Box::new(again)), Applicability::Ask)
}

fn publish() -> Change {
    let open = RequestedPort {
        port: 5432,
        protocol: Protocol::Tcp,
        host_ip: None,
        host_port: HostPorts::One(5432),
    };
    let closed = RequestedPort { host_ip: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)), ..open.clone() };
    Change::Publish { from: Some(open), to: Some(closed) }
}

fn connect(name: &str) -> Step {
    let (network, container) = (handle("app"), handle(name));
    let action = Action::Connect { network, container, aliases: Vec::new(), priority: None };
    step(action, Applicability::Safe)
}

fn finding(fix: Vec<Step>) -> Finding {
    Finding {
        rule: "exposed-to-the-world",
        severity: Severity::Warning,
        subjects: Vec::new(),
        summary: String::new(),
        evidence: Vec::new(),
        fix,
    }
}

fn in_turn(fixes: Vec<Vec<Step>>) -> Vec<Vec<Step>> {
    let mut findings: Vec<Finding> = fixes.into_iter().map(finding).collect();
    take_turns(&mut findings, &[Network::unlisted("app2", "")]);
    findings.into_iter().map(|finding| finding.fix).collect()
}

#[test]
fn who_is_changed_is_not_made_again_from_what_was_before() {
    let close = || vec![connect("web"), recreate("db", vec![publish()]), recreate("side", vec![])];
    let late = "# re-create db with -p 127.0.0.1:5432:5432 instead of -p 5432:5432: netmap doctor \
                prints the commands once the above is fixed";
    // Shared by two findings, it is one fix.
    let told = in_turn(vec![vec![connect("db")], close(), close()]);
    assert_eq!(lines(&told[1]), [late]);
    assert_eq!(told[2], told[1]);
    // Made again twice, each with something else.
    let told = in_turn(vec![vec![recreate("db", vec![Change::NoLinks])], close()]);
    assert_eq!(lines(&told[1]), [late]);
}

#[test]
fn nobody_waits_without_need() {
    let close = || vec![recreate("db", vec![publish()])];
    let others = vec![
        vec![vec![connect("web")], close()],
        // It joins the new one.
        vec![close(), vec![connect("db")]],
        vec![close(), close()],
        vec![vec![], close()],
    ];
    for fixes in others {
        assert_eq!(in_turn(fixes.clone()), fixes);
    }
    // What is put off changes nobody.
    let told = in_turn(vec![
        vec![connect("db")],
        vec![recreate("db", vec![publish()]), recreate("web", vec![Change::NoLinks])],
        vec![recreate("web", vec![Change::NoLinks])],
    ]);
    assert_eq!(told[2], [recreate("web", vec![Change::NoLinks])]);
}

#[test]
fn two_fixes_do_not_create_one_network() {
    let create = || step(Action::CreateNetwork { network: handle("app") }, Applicability::Safe);
    let both = in_turn(vec![vec![create(), connect("web")], vec![create(), connect("db")]]);
    let told: Vec<String> = both.iter().flat_map(|fix| lines(fix)).collect();
    // There is an `app2` of somebody's.
    let expected = [
        "docker network create app",
        "docker network connect app web",
        "docker network create app3",
        "docker network connect app3 db",
    ];
    assert_eq!(told, expected);
    // Who is on the first already is joined there.
    let all = in_turn(vec![
        vec![create(), connect("web"), connect("db")],
        vec![create(), connect("db"), connect("api")],
    ]);
    assert_eq!(lines(&all[1]), ["docker network connect app api"]);
}

#[test]
fn no_finding_is_left_without_a_way_on() {
    let create = || step(Action::CreateNetwork { network: handle("app") }, Applicability::Safe);
    let on = "# fix what is above first, and ask netmap doctor again";
    // All that it wants is done by the one before.
    let fix =
        in_turn(vec![vec![create(), connect("web"), connect("db")], vec![create(), connect("db")]]);
    assert_eq!(lines(&fix[1]), [on]);
    // It is made again as it is, which says nothing of what is to come.
    let fix = in_turn(vec![vec![connect("db")], vec![recreate("db", vec![])]]);
    assert_eq!(lines(&fix[1]), [on]);
}

#[test]
fn who_wants_no_more_than_another_is_fixed_with_it() {
    let redial = || Change::Label { key: "dials".to_owned(), value: "db".to_owned() };
    let all =
        vec![recreate("web", vec![redial(), Change::NoLinks]), recreate("db", vec![publish()])];
    let told = in_turn(vec![all.clone(), vec![recreate("web", vec![redial()])]]);
    assert_eq!(told[1], all);
    // What is put off does nothing yet.
    let told =
        in_turn(vec![vec![connect("db")], all.clone(), vec![recreate("web", vec![redial()])]]);
    assert_ne!(told[1], all);
    assert_eq!(told[2], [recreate("web", vec![redial()])]);
}

#[test]
fn a_port_of_the_host_goes_to_one() {
    let open = |from: Option<u16>| {
        let to = RequestedPort::on_loopback(5433, 5432);
        let from = from.map(|port| RequestedPort { host_port: HostPorts::One(port), ..to.clone() });
        Change::Publish { from, to: Some(to) }
    };
    let [first, second] = ["db", "other"].map(|name| vec![recreate(name, vec![open(None)])]);
    let told = in_turn(vec![first.clone(), second]);
    assert_eq!(told[0], first);
    assert!(lines(&told[1])[0].ends_with("once the above is fixed"), "{told:?}");
    // Who has it already takes it from nobody.
    let own = vec![recreate("other", vec![open(Some(5433))])];
    assert_eq!(in_turn(vec![vec![recreate("db", vec![Change::NoLinks])], own.clone()])[1], own);
}
