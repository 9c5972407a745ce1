//! What is set aside, and what must not be.

use super::*;
use crate::diagnose::diagnose;
use crate::model::Snapshot;

fn snapshot(name: &str) -> Snapshot {
    crate::sample::read(name).expect("a sample")
}

/// What is told and what is set aside of a snapshot.
fn judged(snapshot: &Snapshot, asked: &[Ignore], baseline: &[Known]) -> Diagnosis {
    let map = Map::new(snapshot);
    let mut diagnosis = diagnose(&map, None, |_| true);
    set_aside(&mut diagnosis, &Ignored::new(&map, asked), baseline);
    diagnosis
}

fn rules(diagnosis: &Diagnosis) -> Vec<&str> {
    diagnosis.findings.iter().map(|finding| finding.rule).collect()
}

fn asked(text: &str) -> Vec<Ignore> {
    Ignore::read(text, &IgnoredBy::Option)
}

fn labelled(mut snapshot: Snapshot, container: &str, value: &str) -> Snapshot {
    let found = snapshot.containers.iter_mut().find(|found| found.name == container);
    let labels = &mut found.expect("a container").labels;
    labels.insert(label::IGNORE.to_owned(), value.to_owned());
    snapshot
}

#[test]
fn a_rule_is_ignored_everywhere_or_at_some_containers() {
    let broken = snapshot("exposed-to-the-world");
    let name =
        broken.containers.iter().find(|c| !c.published.is_empty()).expect("one").name.clone();
    let before = judged(&broken, &[], &[]);
    assert_eq!(rules(&before), ["exposed-to-the-world"]);
    assert!(before.set_aside.is_empty());
    for text in [
        "exposed-to-the-world".to_owned(),
        format!("exposed-to-the-world:{name} only the office gets there"),
        format!("exposed-to-the-world:{}*", &name[..1]),
    ] {
        let after = judged(&broken, &asked(&text), &[]);
        assert!(after.findings.is_empty() && after.set_aside.len() == 1, "{text}");
    }
    for text in ["exposed-to-the-world:nobody", "wrong-name"] {
        assert_eq!(judged(&broken, &asked(text), &[]), before, "{text}");
    }
}

#[test]
fn a_label_speaks_for_its_own_container_alone() {
    let broken = snapshot("exposed-to-the-world");
    let name =
        broken.containers.iter().find(|c| !c.published.is_empty()).expect("one").name.clone();
    let here = labelled(broken, &name, "exposed-to-the-world the office's");
    let after = judged(&here, &[], &[]);
    let because = &after.set_aside[0].because;
    let Because::Ignored { by: IgnoredBy::Label(of), reason } = because else {
        panic!("{because:?}")
    };
    assert_eq!((of, reason.as_deref()), (&name, Some("the office's")));
    // A label that speaks for another: the reason of one is none of all.
    let elsewhere =
        labelled(snapshot("module-5"), "mongo", "localhost-dependency:survey_container x");
    assert_eq!(judged(&elsewhere, &[], &[]).findings.len(), 2);
}

#[test]
fn who_else_has_the_problem_is_still_told_of() {
    let broken = snapshot("module-5");
    let before = judged(&broken, &[], &[]);
    let first = before.findings[0].subjects[0].clone();
    let one = judged(&broken, &asked(&format!("localhost-dependency:{first}")), &[]);
    assert_eq!(one.findings, before.findings, "the other server has the same problem");
    let both = judged(&broken, &asked("localhost-dependency:*_container"), &[]);
    assert_eq!(rules(&both), ["default-bridge-no-names"]);
}

#[test]
fn a_baseline_knows_as_many_of_a_kind_as_it_has() {
    let broken = snapshot("module-5");
    let before = judged(&broken, &[], &[]);
    let known: Vec<Known> = before.findings.iter().map(as_known).collect();
    let after = judged(&broken, &[], &known);
    assert!(after.findings.is_empty());
    assert_eq!(after.set_aside.len(), 2);
    assert_eq!(rules(&judged(&broken, &[], &known[..1])), ["default-bridge-no-names"]);
    // What has become worse is new.
    let milder = Known { severity: Severity::Info, ..known[0].clone() };
    assert_eq!(judged(&broken, &[], &[milder]).findings.len(), 2);
    let mut twice = before.clone();
    twice.findings.push(before.findings[0].clone());
    let map = Map::new(&broken);
    set_aside(&mut twice, &Ignored::new(&map, &[]), &known);
    assert_eq!(rules(&twice), ["localhost-dependency"], "a second one is new");
}

#[test]
fn a_label_with_a_name_of_no_rule_is_known_as_such() {
    let slip = labelled(snapshot("module-5"), "mongo", "wrong-nam,wrong-name x");
    let map = Map::new(&slip);
    assert_eq!(Ignored::new(&map, &[]).unknown(), [("mongo", "wrong-nam")]);
}

/// A recorded setup of a compose project whose container is open to the world.
fn open_service() -> Snapshot {
    let mut broken = snapshot("exposed-to-the-world");
    let open = broken.containers.iter_mut().find(|c| !c.published.is_empty()).expect("one");
    open.compose.service = Some("the-service".to_owned());
    broken
}

#[test]
fn a_service_stands_for_its_container() {
    let broken = open_service();
    let after = judged(&broken, &asked("exposed-to-the-world:the-service only for now"), &[]);
    assert!(after.findings.is_empty() && after.set_aside.len() == 1);
}

#[test]
fn what_ignores_nothing_is_known_with_its_reason() {
    let broken = open_service();
    let map = Map::new(&broken);
    let idle = |text: &str| {
        let asked = asked(text);
        let ignored = Ignored::new(&map, &asked);
        let mut diagnosis = diagnose(&map, None, |_| true);
        set_aside(&mut diagnosis, &ignored, &[]);
        let idle = ignored.idle(&diagnosis);
        idle.iter().map(|(ignore, why)| format!("{} {why:?}", ignore.rule)).collect::<Vec<_>>()
    };
    assert_eq!(idle("exposed-to-the-world,exposed-to-the-world:the-service"), [""; 0]);
    assert_eq!(idle("wrong-name not here"), ["wrong-name NoSuchFinding"]);
    let slip = idle("exposed-to-the-world:the-servic");
    assert!(slip[0].contains("NoSuchName") && slip[0].contains("the-servic"), "{slip:?}");

    let module = snapshot("module-5");
    let map = Map::new(&module);
    let mut diagnosis = diagnose(&map, None, |_| true);
    let first = diagnosis.findings[0].subjects[0].clone();
    let one = asked(&format!("localhost-dependency:{first}"));
    let ignored = Ignored::new(&map, &one);
    set_aside(&mut diagnosis, &ignored, &[]);
    assert!(
        matches!(&ignored.idle(&diagnosis)[..], [(_, Idle::OthersToo(other))] if *other != first)
    );
    // A configuration file is for more setups than this one.
    let config = Ignore::read("wrong-name", &IgnoredBy::Config);
    assert_eq!(Ignored::new(&map, &config).idle(&diagnosis).len(), 0);
}
