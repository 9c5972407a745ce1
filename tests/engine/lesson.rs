//! The course, walked through on a real engine.

use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use netmap::lesson::{LABEL, LESSONS, Lesson};

use crate::lent_engine::LentEngine;
use crate::support::{
    Corner, Here, docker, engine, here, netmap, netmap_command, paste, text, try_docker,
};

/// An engine for a test alone: the lessons have their names once on each.
fn classroom() -> (Here, LentEngine) {
    let engine = LentEngine::new();
    (here(&engine.address), engine)
}

/// Does it for each of these, four at a time; fails with all that went wrong.
fn four_at_a_time<T: Sync>(these: &[T], what: impl Fn(&T) -> Result<(), String> + Sync) {
    let waiting = Mutex::new(these.iter());
    let complaints = Mutex::new(Vec::new());
    let engine = engine();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let _here = here(&engine);
                while let Some(this) = { waiting.lock().unwrap().next() } {
                    complaints.lock().unwrap().extend(what(this).err());
                }
            });
        }
    });
    let complaints = complaints.into_inner().unwrap();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

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
    let _engine = classroom();
    four_at_a_time(LESSONS, walk_through);
}

/// From start to stop; where it does not go as it should, what was said.
fn walk_through(it: &Lesson) -> Result<(), String> {
    let step = |wanted: i32, arguments: &[&str]| {
        let (code, said) = lesson(arguments);
        let ok = code == wanted;
        if ok { Ok(said) } else { Err(format!("{} {arguments:?}: {code}\n{said}", it.name)) }
    };
    let result = (|| {
        step(0, &["start", &it.name, "--yes"])?;
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
        step(1, &["check", &it.name])?;
        half_way(it);
        step(1, &["check", &it.name])?;
        step(0, &["solve", &it.name, "--yes"])?;
        step(0, &["check", &it.name, "--retry", "20s"])?;
        // Once it is fixed, there is nothing to run. A machine with much to do may be too slow to see it at once.
        let fixed = |()| step(0, &["solve", &it.name]);
        let said = fixed(()).or_else(|_| {
            step(0, &["check", &it.name, "--retry", "20s"]).map(drop).and_then(fixed)
        })?;
        if said.contains("fixed already") { Ok(()) } else { Err(said) }
    })();
    let stopped = step(0, &["stop", &it.name]);
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

/// Lessons whose cause the doctor fixes by commands alone.
const BY_DOCTOR: [&str; 4] = ["no-names", "two-answers", "two-networks", "wrong-name"];

/// A student who pastes what the doctor prints has solved the lesson as well.
#[test]
#[ignore = "needs a Docker engine"]
fn lessons_take_what_the_doctor_prints() {
    let _engine = classroom();
    for name in BY_DOCTOR {
        let step = |wanted: i32, arguments: &[&str]| {
            let (code, said) = lesson(arguments);
            assert_eq!(code, wanted, "{name} {arguments:?}: {said}");
        };
        step(0, &["start", name, "--yes"]);
        // A client has to have failed before its log says so.
        let began = Instant::now();
        let fix = loop {
            let said = text(&netmap(&["doctor", "--format", "json"]).stdout);
            let told: serde_json::Value = serde_json::from_str(&said).unwrap();
            let lines = told["findings"][0]["fix"].as_array().into_iter().flatten();
            let lines = lines.map(|line| line.as_str().unwrap().to_owned());
            let commands: Vec<String> = lines.filter(|line| !line.starts_with('#')).collect();
            if !commands.is_empty() {
                break commands;
            }
            assert!(began.elapsed() < Duration::from_secs(30), "{name}: {said}");
            std::thread::sleep(Duration::from_millis(500));
        };
        let pasted = paste(&fix);
        assert!(pasted.status.success(), "{name} {fix:#?}: {}", text(&pasted.stderr));
        step(0, &["check", name, "--retry", "20s"]);
        step(0, &["stop", name]);
    }
}

/// What a student types who reads nothing but the story and the hints up to the
/// one that is named. `again` runs the line by which a container was started, as
/// it is shown, with what sed makes of it.
const BY_HINTS: [(&str, usize, &str); 13] = [
    ("host-port", 4, "docker rm -f chat-app; again chat-app s/15433/5432/"),
    (
        "internal",
        3,
        "docker network create news-public; docker network connect news-public news-site",
    ),
    ("loopback", 4, "docker rm -f notes-api; again notes-api s/127.0.0.1:8080/0.0.0.0:8080/"),
    (
        "module-5",
        4,
        "docker network create lesson; docker network connect lesson mongo
         change='s/--name/--network lesson --name/; s/localhost/mongo/'
         for server in survey_container results_container; do
           docker rm -f $server; again $server \"$change\"
         done",
    ),
    ("moved", 3, "docker rm -f bank-app; again bank-app s/10.213.9.2/bank-db/"),
    (
        "no-names",
        3,
        "docker network create forum
         docker network connect forum forum-web; docker network connect forum forum-db",
    ),
    ("orphan", 3, "docker rm -f film-box; again film-box ''"),
    (
        "quiet",
        3,
        "docker network create lab
         for one in lab-client lab-server; do
           docker network connect lab $one; docker network disconnect lab-quiet $one
         done",
    ),
    (
        "stopped",
        4,
        "docker rm -f school-db; again school-db 's/--name/-e SCHOOL_PASSWORD=secret --name/'",
    ),
    ("two-answers", 3, "docker network disconnect ticket ticket-api-1"),
    ("two-networks", 3, "docker network connect shop-back shop-web"),
    (
        "wrong-name",
        3,
        "docker network disconnect library library-mysql
         docker network connect --alias mysql library library-mysql; docker start library-app",
    ),
    ("wrong-port", 3, "docker rm -f blog; again blog s/18070:8080/18070:80/"),
];

/// `again NAME SCRIPT`, of what `netmap lesson start` said, which is in `$story`.
const AGAIN: &str = r#"
again() {
  printf '%s\n' "$story" | awk -v start="$1 was started like this:" \
    '$0 == start { on = 1; next } on && /^[^ ]/ { exit } on' | sed -e 's/^    //' -e "$2" | sh -eu
}
"#;

/// With `--nocapture` it says what was typed, and what netmap said to it.
#[test]
#[ignore = "needs a Docker engine"]
fn every_lesson_is_solved_by_its_hints_alone() {
    let _engine = classroom();
    let taught: Vec<&str> = LESSONS.iter().map(|lesson| &*lesson.name).collect();
    assert_eq!(BY_HINTS.len(), taught.len(), "{taught:?}");
    four_at_a_time(&BY_HINTS, |(name, hints, typed)| {
        by_hints(name, *hints, typed).map(|transcript| println!("{transcript}"))
    });
}

/// From start to stop; what was typed and said.
fn by_hints(name: &str, hints: usize, typed: &str) -> Result<String, String> {
    let mut transcript = String::new();
    let mut step = |wanted: i32, arguments: &[&str]| {
        let (code, said) = lesson(arguments);
        transcript.push_str(&format!("$ netmap lesson {}\n{said}\n", arguments.join(" ")));
        let ok = code == wanted;
        if ok { Ok(said) } else { Err(format!("{name} {arguments:?}: {code}\n{said}")) }
    };
    let story = step(0, &["start", name, "--yes"])?;
    for hint in 1..=hints {
        step(0, &["hint", &hint.to_string(), name])?;
    }
    let past = lesson(&["hint", &(hints + 1).to_string(), name]);
    assert_eq!(past.0, 2, "{name} has more hints: {}", past.1);
    let story = format!("story='{}'", story.replace('\'', r"'\''"));
    let output = paste(&[story, AGAIN.to_owned(), typed.to_owned()]);
    let said = text(&output.stdout) + &text(&output.stderr);
    if !output.status.success() {
        return Err(format!("{name}: {typed}\n{said}"));
    }
    let check = step(0, &["check", name, "--retry", "20s"]);
    step(0, &["stop", name])?;
    check?;
    Ok(format!("{transcript}$ {typed}\n{said}"))
}

/// An interrupted start takes away what it has made, also what the engine was
/// still making.
#[test]
#[ignore = "needs a Docker engine"]
fn an_interrupted_start_leaves_nothing() {
    let _engine = classroom();
    let it = LESSONS.iter().find(|lesson| lesson.name == "two-networks").unwrap();
    for milliseconds in [300, 700, 1200] {
        let mut command = netmap_command();
        command.args(["lesson", "start", &it.name, "--yes", "--host", &engine()]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        let pid = child.id().to_string();
        Command::new("kill").args(["-INT", &pid]).status().unwrap();
        let status = child.wait().unwrap();
        if status.code() == Some(0) {
            assert_eq!(lesson(&["stop", &it.name]).0, 0);
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
    let _engine = classroom();
    let mut corner = Corner::new("classroom");
    // Somebody's container that has the lesson's label and a name of its own.
    let label = format!("{LABEL}=quiet");
    let labelled = corner.sleeper("labelled", &["--label", &label]);
    // And a network with the name of one of the lesson's, without the label.
    docker(&["network", "create", "--label", "netmap.test=1", "lab-quiet"]);
    let (code, said) = lesson(&["start", "quiet", "--yes"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("by what it did not make: network `lab-quiet`"), "{said}");
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
    assert!(said.contains("by what it did not make: container `survey_container`"), "{said}");
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
    // So is the image that the doctor's fix makes of a container.
    let (code, said) = lesson(&["start", "wrong-port", "--yes"]);
    assert_eq!(code, 0, "{said}");
    docker(&["commit", "blog", "busybox:blog-recreated"]);
    docker(&["rm", "-f", "blog"]);
    docker(&["run", "-d", "--name", "blog", "busybox:blog-recreated", "sleep", "1d"]);
    let (code, said) = lesson(&["stop"]);
    assert!(code == 0 && said.contains("removed the image busybox:blog-recreated\n"), "{said}");
    assert!(!docker(&["images", "--format", "{{.Tag}}"]).contains("recreated"));
    // A lesson that cannot be brought up whole is taken away again.
    corner.sleeper("squatter", &["-p", "127.0.0.1:15433:80"]);
    let (code, said) = lesson(&["start", "host-port", "--yes"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("port is already allocated"), "{said}");
    let it = LESSONS.iter().find(|lesson| lesson.name == "host-port").unwrap();
    assert_eq!(props(it), (Vec::new(), Vec::new()));
}

/// From a broken setup that runs to a lesson that somebody else can solve.
#[test]
#[ignore = "needs a Docker engine"]
fn a_lesson_that_is_made_of_what_runs_is_broken_until_it_is_solved() {
    let _engine = classroom();
    let folder = tempfile::tempdir().unwrap();
    let own = ["--lessons", folder.path().to_str().unwrap()];
    let lesson = |wanted: i32, arguments: &[&str]| {
        let (code, said) = self::lesson(&[&own[..], arguments].concat());
        assert_eq!(code, wanted, "{arguments:?}: {said}");
        said
    };
    let original = |arguments: &[&str]| {
        let (code, said) = self::lesson(arguments);
        assert_eq!(code, 0, "{arguments:?}: {said}");
    };
    for name in ["two-networks", "no-names"] {
        let it = LESSONS.iter().find(|lesson| lesson.name == name).unwrap();
        original(&["start", name, "--yes"]);
        let mine = format!("my-{name}");
        // A setup that somebody makes a lesson of has failed for a while.
        std::thread::sleep(Duration::from_secs(6));
        let made = lesson(0, &[&["new", &mine][..], &it.containers()].concat());
        original(&["stop", name]);
        assert!(made.contains("start my-"), "{made}");
        lesson(0, &["start", &mine, "--yes"]);
        lesson(1, &["check", &mine]);
        lesson(0, &["solve", &mine, "--yes"]);
        lesson(0, &["check", &mine, "--retry", "20s"]);
        lesson(0, &["stop", &mine]);
    }
}
