//! Sentences of every kind, and the slips that people make in them.

use super::*;

fn arrow(sentence: &str) -> Arrow {
    match reach(sentence).expect(sentence).swap_remove(0) {
        Claim::Reaches(arrow) => arrow,
        other => panic!("{other:?}"),
    }
}

fn named(names: &[&str]) -> Sources {
    Sources::Named(names.iter().map(|name| (*name).to_owned()).collect())
}

#[test]
fn arrows_of_every_kind() {
    let plain = arrow("web, \"nothing\" -> api:8080, db");
    assert_eq!(plain.from, named(&["web", "nothing"]));
    assert_eq!(plain.to[0], ArrowTarget { name: "api".into(), port: Some(8080) });
    assert_eq!(plain.to[1], ArrowTarget { name: "db".into(), port: None });
    assert!(plain.wanted && plain.class.is_none());
    assert_eq!(arrow("a -> b:1 via back").manner, Manner::Via("back".into()));
    assert_eq!(arrow("a -> b by address").manner, Manner::Address);
    let refused = arrow("a -/-> b:9 (refused)");
    assert!(!refused.wanted);
    assert_eq!(refused.class, Some(Outcome::Refused));
    let outside = arrow("nothing outside back reaches db:5432/tcp");
    assert_eq!(outside.from, Sources::Outside("back".into()));
    assert!(!outside.wanted);
    assert_eq!(
        arrow("nothing but a, b reaches c").from,
        Sources::AllBut(vec!["a".into(), "b".into()])
    );
    assert!(arrow("everything on back reaches db").wanted);
    assert_eq!(arrow("* -> db").from, Sources::Everybody);
    assert_eq!(reach("a <-> b").unwrap().len(), 2);
}

#[test]
fn names_and_findings() {
    let read = |text| names(text).map(|mut claims| claims.swap_remove(0));
    assert!(matches!(
        read("\"*\" resolves db"),
        Ok(Claim::Resolves { wanted: true, from: Sources::Everybody, .. })
    ));
    assert!(matches!(read("a, b do not resolve c"), Ok(Claim::Resolves { wanted: false, .. })));
    assert!(matches!(read("nothing resolves c"), Ok(Claim::Resolves { wanted: false, .. })));
    let found = |text| findings(text).map(|mut claims| claims.swap_remove(0));
    assert_eq!(found("no errors"), Ok(Claim::Findings(FindingsClaim::NoErrors)));
    assert_eq!(found("none"), Ok(Claim::Findings(FindingsClaim::Nothing)));
    assert_eq!(
        found("none of localhost-dependency, default-bridge-no-names"),
        Ok(Claim::Findings(FindingsClaim::NoneOf(vec![
            "localhost-dependency".into(),
            "default-bridge-no-names".into()
        ])))
    );
}

#[test]
fn slips_are_told_with_their_place() {
    for (sentence, at, part) in [
        ("", 0, "missing"),
        ("web", 3, "arrow"),
        ("web api", 4, "arrow"),
        ("web ->", 6, "missing"),
        ("web->api", 0, "blanks"),
        ("web -> api:http", 11, "no port"),
        ("web -> api:0", 11, "no port"),
        ("web -> api:70000", 11, "no port"),
        ("web -> dns:53/udp", 11, "UDP"),
        ("web -> api (timeout)", 11, "not to be reached"),
        ("web -/-> api (timout)", 13, "no way to fail"),
        ("web -> api by foot", 14, "`by` goes"),
        ("web -> api please", 11, "makes no sense"),
        ("nothing -> api", 8, "reaches"),
        ("web <-> api:80", 4, "no port"),
        ("\"web -> api", 0, "quote"),
        ("a,, b -> c", 2, "missing"),
    ] {
        let slip = reach(sentence).expect_err(sentence);
        assert_eq!(slip.at, at, "{sentence}: {}", slip.why);
        assert!(slip.why.contains(part), "{sentence}: {}", slip.why);
    }
    assert!(names("web resolves").is_err());
    assert!(names("nothing does not resolve x").is_err());
    assert!(findings("no problems").is_err());
    assert!(findings("all well").unwrap_err().hint.is_some());
    let slip = findings("none of localhost-dependancy").unwrap_err();
    assert_eq!((slip.at, slip.hint.as_deref()), (8, Some("did you mean `localhost-dependency`?")));
}
