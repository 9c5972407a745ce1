//! The course, walked through on a real engine.

use std::sync::Mutex;

use netmap::lesson::{LABEL, LESSONS, Lesson};

use crate::support::{Corner, docker, netmap, text, try_docker};

/// The lessons have their names once on an engine, so the tests take turns.
static CLASSROOM: Mutex<()> = Mutex::new(());

/// Runs `netmap lesson`; exit code and all that it said.
fn lesson(arguments: &[&str]) -> (i32, String) {
    let output = netmap(&[&["lesson"], arguments].concat());
    (output.status.code().unwrap_or(-1), text(&output.stdout) + &text(&output.stderr))
}

/// Names of what has the lesson's label: containers, then networks.
fn props(lesson: &Lesson) -> (Vec<String>, Vec<String>) {
    let filter = format!("label={LABEL}={}", lesson.name);
    let lines = |said: String| {
        let mut lines: Vec<String> = said.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    (
        lines(docker(&["ps", "-a", "--filter", &filter, "--format", "{{.Names}}"])),
        lines(docker(&["network", "ls", "--filter", &filter, "--format", "{{.Name}}"])),
    )
}

#[test]
#[ignore = "needs a Docker engine"]
fn every_lesson_is_broken_until_it_is_solved() {
    let _turn = CLASSROOM.lock();
    let waiting = Mutex::new(LESSONS.iter());
    let complaints = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(lesson) = { waiting.lock().unwrap().next() } {
                    let complaint = walk_through(lesson);
                    complaints.lock().unwrap().extend(complaint.err());
                }
            });
        }
    });
    let complaints = complaints.into_inner().unwrap();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// From start to stop; where it does not go as it should, what was said.
fn walk_through(it: &Lesson) -> Result<(), String> {
    let step = |wanted: i32, arguments: &[&str]| {
        let (code, said) = lesson(arguments);
        let ok = code == wanted;
        if ok { Ok(said) } else { Err(format!("{} {arguments:?}: {code}\n{said}", it.name)) }
    };
    let result = (|| {
        step(0, &["start", it.name, "--yes"])?;
        let (containers, networks) = props(it);
        let made = |names: Vec<&str>| {
            let mut names: Vec<String> = names.into_iter().map(str::to_owned).collect();
            names.retain(|name| {
                it.setup.contains(&format!("name {name} "))
                    || it.setup.contains(&format!(" {name}\n"))
            });
            names.sort();
            names
        };
        if (&containers, &networks) != (&made(it.containers()), &made(it.networks())) {
            return Err(format!("{} made {containers:?} {networks:?}", it.name));
        }
        step(1, &["check", it.name])?;
        step(0, &["solve", it.name, "--yes"])?;
        step(0, &["check", it.name, "--retry", "20s"])?;
        // Once it is fixed, there is nothing to run. A machine with much to do may be too slow to see it at once.
        let fixed = |()| step(0, &["solve", it.name]);
        let said = fixed(()).or_else(|_| {
            step(0, &["check", it.name, "--retry", "20s"]).map(drop).and_then(fixed)
        })?;
        if said.contains("fixed already") { Ok(()) } else { Err(said) }
    })();
    let stopped = step(0, &["stop", it.name]);
    let (containers, networks) = props(it);
    result.and(stopped.map(drop)).and_then(|()| match containers.len() + networks.len() {
        0 => Ok(()),
        _ => Err(format!("{} left {containers:?} {networks:?}", it.name)),
    })
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_lesson_touches_nothing_that_it_did_not_make() {
    let _turn = CLASSROOM.lock();
    let mut corner = Corner::new("classroom");
    // Somebody's container that has the lesson's label and a name of its own.
    let label = format!("{LABEL}=quiet");
    let labelled = corner.sleeper("labelled", &["--label", &label]);
    // And a network with the name of one of the lesson's, without the label.
    docker(&["network", "create", "--label", "netmap.test=1", "lab-quiet"]);
    let (code, said) = lesson(&["start", "quiet", "--yes"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("there is a network `lab-quiet` already"), "{said}");
    let (code, said) = lesson(&["stop", "quiet"]);
    assert_eq!(code, 2, "{said}");
    docker(&["network", "inspect", "lab-quiet"]);
    docker(&["network", "rm", "lab-quiet"]);
    assert!(docker(&["ps", "--format", "{{.Names}}"]).contains(&labelled));
    // Without anybody to ask, nothing is made.
    let (code, said) = lesson(&["start", "quiet"]);
    assert_eq!(code, 2, "{said}");
    assert!(!try_docker(&["network", "inspect", "lab-quiet"]).status.success());
    // Nor is what got a name of the lesson's in the meantime removed by its fix.
    let (code, said) = lesson(&["start", "module-5", "--yes"]);
    assert_eq!(code, 0, "{said}");
    docker(&["rm", "-f", "survey_container"]);
    let mine = docker(&["create", "--name", "survey_container", "busybox", "true"]);
    let (code, said) = lesson(&["solve", "module-5", "--yes"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("there is a container `survey_container` already"), "{said}");
    let (code, said) = lesson(&["stop", "module-5"]);
    assert_eq!(code, 0, "{said}");
    assert!(docker(&["ps", "-aq", "--no-trunc"]).contains(&mine));
    docker(&["rm", &mine]);
    // A lesson that cannot be brought up whole is taken away again.
    corner.sleeper("squatter", &["-p", "127.0.0.1:15433:80"]);
    let (code, said) = lesson(&["start", "host-port", "--yes"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("port is already allocated"), "{said}");
    let it = LESSONS.iter().find(|lesson| lesson.name == "host-port").unwrap();
    assert_eq!(props(it), (Vec::new(), Vec::new()));
}
