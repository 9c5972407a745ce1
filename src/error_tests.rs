use std::error::Error as _;
use std::io;
use std::path::Path;
use std::time::Duration;

use super::{Error, Problem, Source, Unreachable};
use crate::engine::{Choice, Engine, Environment, choose};
use crate::model::{ReadError, Snapshot};

/// What an error came from, the nearest first.
fn sources(error: &Error) -> Vec<&(dyn std::error::Error + 'static)> {
    let mut found = Vec::new();
    let mut next = error.source();
    while let Some(source) = next {
        found.push(source);
        next = source.source();
    }
    found
}

/// The messages of an error and of all that it came from.
fn chain(error: &Error) -> Vec<String> {
    let sources = sources(error).into_iter().map(ToString::to_string);
    std::iter::once(error.to_string()).chain(sources).collect()
}

/// The innermost error, if it is of this type.
fn root<E: std::error::Error + 'static>(error: &Error) -> Option<&E> {
    sources(error).last()?.downcast_ref()
}

/// What an engine at this address answers with, which is an error.
fn asked(address: &str) -> Error {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let choice = Choice { host: Some(address.to_owned()), context: None };
        let address = choose(&choice, &Environment::default()).expect("an address");
        let engine = match Engine::open(address, Duration::from_secs(5)).await {
            Ok(engine) => engine,
            Err(error) => return error,
        };
        engine.has_image("busybox").await.expect_err("there is no engine")
    })
}

#[test]
fn an_engine_that_is_not_there_leads_down_to_the_system_call() {
    let missing = asked("unix:///nonexistent/docker.sock");
    let root_of = |error: &Error| root::<io::Error>(error).map(io::Error::kind);
    assert_eq!(root_of(&missing), Some(io::ErrorKind::NotFound), "{:?}", chain(&missing));
    // Port 1 of this machine: a connection that bollard and hyper make.
    let refused = asked("tcp://127.0.0.1:1");
    assert!(matches!(refused, Error::Unreachable { kind: Unreachable::Refused, .. }), "{refused}");
    assert_eq!(root_of(&refused), Some(io::ErrorKind::ConnectionRefused), "{:?}", chain(&refused));
    assert!(chain(&refused).len() > 2, "{:?}", chain(&refused));
}

#[test]
fn a_snapshot_that_cannot_be_read_leads_down_to_the_cause() {
    let of = |error| Error::Snapshot { path: "map.json".into(), error };
    let missing = of(ReadError::Io(io::Error::from(io::ErrorKind::NotFound)));
    assert_eq!(chain(&missing).len(), 3, "{:?}", chain(&missing));
    assert!(root::<io::Error>(&missing).is_some());
    let malformed = of(Snapshot::read(&b"{1,"[..]).expect_err("no snapshot"));
    assert!(root::<serde_json::Error>(&malformed).is_some_and(|error| error.line() == 1));
    let newer = of(ReadError::Newer("netmap/9".to_owned()));
    assert_eq!(chain(&newer).len(), 2, "{:?}", chain(&newer));
}

/// An error of every kind that keeps a source, with one made of it.
fn kept() -> Vec<Error> {
    let io = || io::Error::other("the disk is gone");
    let source = || -> Option<Source> { Some(io().into()) };
    let text = || "x".to_owned();
    let path = || Path::new("x").to_owned();
    vec![
        Error::Unreachable {
            address: text(),
            why: text(),
            kind: Unreachable::Other,
            source: source(),
        },
        Error::Garbled { address: text(), call: "list", why: text(), source: source() },
        Error::BadConfig { path: path(), why: text(), source: source() },
        Error::Tls { address: text(), why: text(), source: source() },
        Error::Draw { why: text(), source: source() },
        Error::Unreadable { path: path(), error: io() },
        Error::Write { path: path(), error: io() },
        Error::System { what: text(), error: io() },
    ]
}

#[test]
fn what_an_error_came_from_is_kept() {
    for error in kept() {
        assert_eq!(chain(&error).last().map(String::as_str), Some("the disk is gone"), "{error:?}");
    }
}

/// Each hint that has the same words whatever happened.
fn hinted() -> Vec<Error> {
    let text = || "x".to_owned();
    let unreachable =
        |kind| Error::Unreachable { address: text(), why: text(), kind, source: None };
    let snapshot = |error| Error::Snapshot { path: "x".into(), error };
    let refused = |status| Error::Refused { address: text(), call: "x", status, message: text() };
    let mut errors = kept();
    errors.extend(
        [Unreachable::Missing, Unreachable::Forbidden, Unreachable::Refused, Unreachable::Other]
            .map(unreachable),
    );
    errors.extend([refused(403), refused(500)]);
    errors.extend([
        snapshot(ReadError::Io(io::ErrorKind::NotFound.into())),
        snapshot(ReadError::NotASnapshot(None)),
        snapshot(ReadError::Newer(text())),
    ]);
    errors.extend([
        Error::Deadline { address: text(), call: "x", after: Duration::from_secs(1) },
        Error::BadAddress { address: text(), origin: text(), why: text() },
        Error::HostAndContext,
        Error::Ssh { address: text(), why: text() },
        Error::CannotEnter { why: text() },
        Error::NoDot { what: "svg" },
        Error::CheckFile {
            path: "x".into(),
            problems: vec![Problem { place: None, what: text(), hint: None }],
        },
    ]);
    errors
}

#[test]
fn a_hint_fits_what_happened_to_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let hint = |error: Error| error.hint().unwrap();
    let write = |file: &str, kind: io::ErrorKind| {
        hint(Error::Write { path: folder.path().join(file), error: kind.into() })
    };
    assert!(write("docs/all/map.svg", io::ErrorKind::NotFound).contains("docs`: make it first"));
    assert!(write("map.svg", io::ErrorKind::PermissionDenied).contains("another folder"));
    assert!(write("map.svg", io::ErrorKind::StorageFull).contains("full"));
    let wrong = |path: &str, text: &[u8]| {
        let error = Snapshot::read(text).expect_err("no snapshot");
        hint(Error::Snapshot { path: path.into(), error })
    };
    assert!(wrong("a/compose.yaml", b"services:\n").contains("--compose a/compose.yaml"));
    assert!(wrong("compose.YML", b"{}").contains("--compose"));
    assert!(wrong("me.json", b"{}").contains("netmap snapshot"));
}

#[test]
fn a_hint_names_those_that_are_there() {
    let hint = |kind, known: &[&str]| {
        let known = known.iter().map(|name| (*name).to_owned()).collect();
        let error = Error::NoSuchName { kind, name: "x".to_owned(), nearest: None, known };
        error.hint().unwrap()
    };
    assert_eq!(hint("sample", &["a"]), "there is only `a`");
    assert_eq!(hint("sample", &["a", "b"]), "there are a, b");
    let many = hint("sample", &["a"; 10]);
    assert!(many.ends_with("a and 2 more\n`netmap samples` lists them all"), "{many}");
    assert!(!hint("container", &["a"; 10]).contains("lists"), "it may be another engine's");
}

#[test]
fn every_error_has_a_hint() {
    let text = || "x".to_owned();
    let compose = |hint| Error::Compose { place: text(), why: text(), hint };
    let mut errors = hinted();
    errors.extend([
        compose(None),
        compose(Some(text())),
        Error::Usage { what: text(), hint: None },
        Error::Docker { said: text() },
        Error::Dot { why: text() },
        Error::Baseline { path: "x".into(), why: text() },
        Error::Snapshot { path: "x".into(), error: ReadError::TooLarge(1) },
        Error::Snapshot { path: "x".into(), error: ReadError::Io(io::Error::other("x")) },
    ]);
    // What is wrong in a file that somebody wrote is said with its place, and need not be said twice.
    errors.retain(|error| !matches!(error, Error::CheckFile { .. }));
    for error in errors {
        assert!(error.hint().is_some_and(|hint| !hint.is_empty()), "{error:?}");
    }
}

/// People run netmap anywhere, and few of them have its sources.
#[test]
fn no_hint_leads_to_a_file_of_the_repository() {
    let hints: Vec<String> = hinted().iter().filter_map(Error::hint).collect();
    assert!(hints.len() > 12, "{}", hints.len());
    for hint in hints {
        for folder in ["samples/", "docs/", "tests/", "target/", "src/"] {
            assert!(!hint.contains(folder), "{hint}");
        }
        for sample in hint.split("sample:").skip(1) {
            let name = sample.split_whitespace().next().unwrap_or_default();
            assert!(crate::sample::read(name).is_ok(), "{hint}");
        }
    }
}
