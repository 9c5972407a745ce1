use std::time::{Duration, Instant};

use super::settled;
use crate::diagnose::steps::{advise, step};
use crate::model::{Action, Applicability, Change, Handle, Maker, Recreate, Step};

fn handle(name: &str) -> Handle {
    Handle { name: name.to_owned(), word: name.to_owned() }
}

fn recreate(name: &str, change: Change) -> Step {
    let recreate = Recreate {
        container: handle(name),
        changes: vec![change],
        by: Maker::Hand(Box::default()),
    };
    step(Action::Recreate(Box::new(recreate)), Applicability::Ask)
}

fn connect(name: &str) -> Step {
    let action = Action::Connect {
        network: handle("app"),
        container: handle(name),
        aliases: Vec::new(),
        priority: None,
    };
    step(action, Applicability::Safe)
}

fn port(number: u16) -> Change {
    Change::SetPort { variable: "PORT".to_owned(), port: number }
}

#[test]
fn a_container_is_re_created_once_with_all_its_changes() {
    let join = Change::Join { network: handle("app"), aliases: Vec::new() };
    let steps = vec![
        advise("look"),
        recreate("web", port(2)),
        connect("web"),
        connect("db"),
        recreate("web", port(1)),
        connect("db"),
        recreate("web", port(2)),
    ];
    let steps = settled(steps);
    let mut changes = vec![port(1), port(2), join];
    changes.sort();
    let Action::Recreate(web) = &steps[1].action else { panic!("{steps:?}") };
    assert_eq!(web.changes, changes);
    assert_eq!((&steps[0], &steps[2], steps.len()), (&connect("db"), &advise("look"), 3));
}

/// Where each step is held against all before it, this takes minutes.
#[test]
fn many_steps_take_no_square_of_time() {
    let began = Instant::now();
    let names = (0..30_000).map(|number| format!("container-{number}"));
    let steps = names.flat_map(|name| [recreate(&name, port(1)), connect(&name)]);
    let one = (0..30_000).map(|number| recreate("hub", port(number)));
    assert_eq!(settled(steps.chain(one).collect()).len(), 30_001);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}
