//! The course, walked through on a real engine.

use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use netmap::lesson::{LABEL, LESSONS, Lesson};

use crate::support::{Corner, docker, engine, netmap, netmap_command, text, try_docker};

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
        half_way(it);
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

/// What a student may have done before giving up: the networks of the solution
/// are there, without a label, and what has to be started again is gone or is
/// something else.
fn half_way(it: &Lesson) {
    let made = it.networks().into_iter().filter(|name| !it.setup.contains(&format!(" {name}\n")));
    for network in made {
        docker(&["network", "create", network]);
    }
    for (at, (name, _)) in it.restarted().into_iter().enumerate() {
        docker(&["rm", "-f", name]);
        if at == 0 {
            docker(&["run", "-d", "--name", name, "busybox", "sleep", "1d"]);
        }
    }
}

/// An interrupted start takes away what it has made, also what the engine was
/// still making.
#[test]
#[ignore = "needs a Docker engine"]
fn an_interrupted_start_leaves_nothing() {
    let _turn = CLASSROOM.lock();
    let it = LESSONS.iter().find(|lesson| lesson.name == "two-networks").unwrap();
    for milliseconds in [300, 700, 1200] {
        let mut command = netmap_command();
        command.args(["lesson", "start", it.name, "--yes", "--host", &engine()]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        let pid = child.id().to_string();
        Command::new("kill").args(["-INT", &pid]).status().unwrap();
        let status = child.wait().unwrap();
        if status.code() == Some(0) {
            assert_eq!(lesson(&["stop", it.name]).0, 0);
            continue;
        }
        assert_eq!(status.code(), Some(130));
        let until = Instant::now() + Duration::from_secs(20);
        std::thread::sleep(Duration::from_secs(4));
        while props(it) != (Vec::new(), Vec::new()) {
            assert!(Instant::now() < until, "{milliseconds} ms: {:?}", props(it));
            std::thread::sleep(Duration::from_millis(500));
        }
    }
    // The last clean-up looks once more after a second.
    std::thread::sleep(Duration::from_secs(4));
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
    docker(&["tag", "busybox", "classroom-own"]);
    let mine = docker(&["create", "--name", "survey_container", "classroom-own", "true"]);
    let (code, said) = lesson(&["solve", "module-5", "--yes"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("there is a container `survey_container` already"), "{said}");
    let (code, said) = lesson(&["stop", "module-5"]);
    assert_eq!(code, 0, "{said}");
    assert!(docker(&["ps", "-aq", "--no-trunc"]).contains(&mine));
    docker(&["rm", &mine]);
    docker(&["rmi", "classroom-own"]);
    // What the student starts in place of what the lesson had is the lesson's.
    let (code, said) = lesson(&["start", "wrong-port", "--yes"]);
    assert!(code == 0 && said.contains("blog was started like this:"), "{said}");
    docker(&["rm", "-f", "blog"]);
    docker(&["run", "-d", "--name", "blog", "-p", "127.0.0.1:18070:80", "busybox", "sleep", "1d"]);
    let (code, said) = lesson(&["stop"]);
    assert!(code == 0 && said.contains("removed the container blog\n"), "{said}");
    // A lesson that cannot be brought up whole is taken away again.
    corner.sleeper("squatter", &["-p", "127.0.0.1:15433:80"]);
    let (code, said) = lesson(&["start", "host-port", "--yes"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("port is already allocated"), "{said}");
    let it = LESSONS.iter().find(|lesson| lesson.name == "host-port").unwrap();
    assert_eq!(props(it), (Vec::new(), Vec::new()));
}
