//! What the first cause is, and what can be asserted of a class.

use super::*;

fn graded(sample: &str, file: &str) -> GradeResult {
    let snapshot = crate::sample::read(sample).expect("a sample");
    let map = Map::new(&snapshot);
    let file = crate::check::read(file).expect("a check file");
    grade(&file, &map, &map.containers().collect())
}

#[test]
fn the_doctor_knows_the_first_cause() {
    let GradeResult::Held { statuses, first_cause } = graded(
        "module-5",
        "containers:\n  mongo:\n  survey_container:\nreach:\n  - survey_container -> mongo:27017\n",
    ) else {
        panic!("a sample can be read")
    };
    assert_eq!(statuses, [CheckStatus::Pass, CheckStatus::Fail, CheckStatus::Fail]);
    let cause = first_cause.expect("a cause");
    assert!(cause.ends_with("(localhost-dependency)"), "{cause}");
}

#[test]
fn where_the_doctor_knows_nothing_what_is_seen_is_the_cause() {
    let GradeResult::Held { first_cause, .. } =
        graded("module-5/network", "containers:\n  postgres:\n")
    else {
        panic!("a sample can be read")
    };
    let cause = first_cause.expect("a cause");
    assert!(cause.starts_with("container postgres runs: "), "{cause}");
}

#[test]
fn what_the_doctor_finds_can_be_asserted() {
    let of = |sample: &str| match graded(sample, "findings:\n  - no errors\n") {
        GradeResult::Held { statuses, first_cause } => (statuses, first_cause.is_some()),
        GradeResult::Unreadable(why) => panic!("{why}"),
    };
    assert_eq!(of("module-5"), (vec![CheckStatus::Fail], true));
    assert_eq!(of("module-5/network"), (vec![CheckStatus::Pass], false));
}
