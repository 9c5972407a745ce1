//! Lessons of somebody's own: read from a folder, in the format of the course,
//! and made from what runs.

use std::borrow::Cow;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::desk::{Broken, Course, Desk};
use crate::cli::session::{Purpose, Session};
use crate::cli::settings::small_text;
use crate::cli::{Ending, doctor, source};
use crate::diagnose::diagnose;
use crate::error::{Error, Problem, Result, plain};
use crate::graph::{Filter, Map};
use crate::lesson::{Lesson, complaints, is_plain};
use crate::model::words::quoted;
use crate::model::{Diagnosis, Finding, Severity, natural_order};
use crate::order::OrderBy;
use crate::render::{Skeleton, skeleton, taught};

/// The files of a lesson.
const FILES: [&str; 4] = ["README.md", "setup.sh", "solve.sh", "check.yaml"];

/// What must be there, for hints.
const WHAT_IT_IS: &str = "a lesson is a folder with README.md, setup.sh, solve.sh, check.yaml; \
    netmap lesson new makes one from what runs";

/// Every lesson of a folder, by their names, those that are broken apart.
pub fn read(folder: &Path) -> Result<Course> {
    let failed = |error| Error::Unreadable { path: folder.to_owned(), error };
    let (mut lessons, mut broken) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if is_lesson(&path) {
            match one(&path) {
                Ok(lesson) => lessons.push(lesson),
                Err(wrong) => broken.push(wrong),
            }
        } else {
            broken.extend(closed(&path));
        }
    }
    if lessons.is_empty() && broken.is_empty() {
        return Err(Error::Usage {
            what: format!("there is no lesson in `{}`", folder.display()),
            hint: Some(WHAT_IT_IS.to_owned()),
        });
    }
    lessons.order_by(|a: &Lesson, b: &Lesson| natural_order(&a.name, &b.name));
    broken.order_by(|a: &Broken, b: &Broken| natural_order(&a.name, &b.name));
    Ok(Course { lessons: Cow::Owned(lessons), broken, folder: Some(folder.to_owned()) })
}

/// Whether a folder is meant as a lesson: by what brings it up, or without that
/// by two other files of one, as of one that is half written.
pub fn is_lesson(folder: &Path) -> bool {
    let there = |file: &&str| folder.join(file).exists();
    there(&"setup.sh") || FILES.iter().filter(|file| there(file)).count() > 1
}

/// A folder that may be a lesson, for all that can be seen of it. What no lesson could
/// be called is none, as `lost+found`.
fn closed(folder: &Path) -> Option<Broken> {
    let name = name_of(folder);
    let error = fs::read_dir(folder).err()?;
    let is_closed = error.kind() == ErrorKind::PermissionDenied && is_plain(&name);
    let problem =
        Problem { place: None, what: format!("cannot read it: {}", plain(&error)), hint: None };
    is_closed.then(|| Broken { name, path: folder.to_owned(), problems: vec![problem] })
}

fn name_of(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn one(folder: &Path) -> Result<Lesson, Broken> {
    let name = name_of(folder);
    let wrong = |name, problems| Broken { name, path: folder.to_owned(), problems };
    let problem = |what| Problem { place: None, what, hint: None };
    let texts = FILES.map(|file| {
        small_text(&folder.join(file)).map_err(|error| Problem {
            hint: (error.kind() == ErrorKind::NotFound).then(|| WHAT_IT_IS.to_owned()),
            ..problem(format!("{file}: cannot read it: {}", plain(&error)))
        })
    });
    let (readme, setup, solve, check) = match texts {
        [Ok(readme), Ok(setup), Ok(solve), Ok(check)] => (readme, setup, solve, check),
        texts => {
            let problems = texts.into_iter().filter_map(Result::err).collect();
            return Err(wrong(name, problems));
        }
    };
    let lesson = Lesson {
        name: name.into(),
        readme: readme.into(),
        setup: setup.into(),
        solve: solve.into(),
        check: check.into(),
    };
    let mut problems: Vec<Problem> = Vec::new();
    if !is_plain(&lesson.name) {
        let what = "the folder's name is more than letters, digits, - and _".to_owned();
        problems.push(problem(what));
    }
    problems.extend(complaints(&lesson).into_iter().map(problem));
    if let Err(complaints) = crate::check::read(&lesson.check) {
        problems.extend(complaints.into_iter().map(|complaint| Problem {
            place: None,
            what: match complaint.place {
                Some(place) => format!("check.yaml:{place}: {}", complaint.what),
                None => format!("check.yaml: {}", complaint.what),
            },
            hint: complaint.hint,
        }));
    }
    if problems.is_empty() { Ok(lesson) } else { Err(wrong(lesson.name.into_owned(), problems)) }
}

impl Desk<'_> {
    /// Writes the skeleton of a lesson from what runs, or from a file.
    pub async fn new_lesson(
        &self,
        name: &str,
        folder: Option<&Path>,
        names: &[String],
        rules: &[String],
    ) -> Result<Ending> {
        if !is_plain(name) {
            return Err(Error::Usage {
                what: format!("`{name}` is no name for a lesson"),
                hint: Some("letters, digits, - and _ make one, as in two-networks".to_owned()),
            });
        }
        let rules = rules.iter().map(|name| Ok(doctor::rule(name)?.name));
        let rules = rules.collect::<Result<Vec<&str>>>()?;
        let place = folder.unwrap_or(Path::new(".")).join(name);
        if place.exists() {
            return Err(Error::Usage {
                what: format!("`{}` is there already", place.display()),
                hint: Some("take another name, or remove it".to_owned()),
            });
        }
        let mut session = Session::open(self.run, Purpose::Look).await?;
        session.observe(true).await;
        let snapshot = source::narrowed(self.run.options, session.snapshot)?;
        let map = Map::new(&snapshot);
        let filter = Filter { names: names.to_vec(), stopped: true, ..Filter::default() };
        let chosen = map.select(&filter)?;
        if chosen.containers.is_empty() {
            return Err(Error::Usage {
                what: "there is no container to make a lesson of".to_owned(),
                hint: Some("bring the broken setup up, and try again".to_owned()),
            });
        }
        // Of what else runs there a lesson tells nothing, and fixes nothing.
        let snapshot = source::part(&snapshot, &chosen);
        let map = Map::new(&snapshot);
        let chosen = map.containers().collect();
        let found = diagnose(&map, None, |_| true);
        let (asked, not_asked) = among(found, &rules)?;
        let mut told = taught(&map, &asked);
        if told.diagnosis.findings.is_empty() {
            return Err(nothing_to_teach(&told.others));
        }
        let not_staged = told.others.clone();
        told.others.extend(not_asked);
        let made = skeleton(name, &map, &chosen, &told);
        let recorded = place.join("snapshot.json");
        let written = write(&place, &made)
            .and_then(|()| self.run.output.data(snapshot.to_json().as_bytes(), Some(&recorded)));
        if written.is_err() {
            // Half a lesson would be in the way of the next try.
            let files = FILES.iter().map(|file| place.join(file)).chain([recorded]);
            for file in files {
                let _ = fs::remove_file(file);
            }
            let _ = fs::remove_dir(&place);
        }
        written?;
        self.say(&format!("{}\n", place.display()))?;
        for finding in &not_staged {
            let Finding { summary, rule, .. } = finding;
            self.run.note(&format!("left out: {summary} ({rule}), which a lesson cannot stage"));
        }
        for what in &made.left_out {
            self.run.note(&format!("left out: {what}"));
        }
        let several: Vec<&str> = distinct(&told.diagnosis.findings);
        if let [first, _, ..] = &several[..] {
            self.run.note(&format!(
                "The lesson has several faults at once: {}. With --rule {first} it has that one alone.",
                several.join(", ")
            ));
        }
        let folder = place.parent().map_or(Path::new("."), |parent| parent);
        self.run.note(&format!(
            "Programs are stand-ins that dial and answer as theirs did. Read the files, tell the story, then:\n  \
             netmap lesson --lessons {} start {name}",
            quoted(&folder.display().to_string())
        ));
        Ok(Ending::Clean)
    }
}

/// The findings that are problems: those of the rules that were asked for, and the
/// others.
fn among(diagnosis: Diagnosis, rules: &[&str]) -> Result<(Diagnosis, Vec<Finding>)> {
    let findings = diagnosis.findings.into_iter();
    let problems: Vec<Finding> =
        findings.filter(|finding| finding.severity > Severity::Info).collect();
    let there = distinct(&problems);
    if let Some(missing) = rules.iter().find(|rule| !there.contains(rule)) {
        return Err(Error::Usage {
            what: format!("the doctor does not find `{missing}` here"),
            hint: Some(match there[..] {
                [] => NOTHING_BROKEN.to_owned(),
                _ => format!("it finds {}", there.join(", ")),
            }),
        });
    }
    let is_asked = |finding: &Finding| rules.is_empty() || rules.contains(&finding.rule);
    let (findings, others) = problems.into_iter().partition(is_asked);
    Ok((Diagnosis { findings, ..diagnosis }, others))
}

/// The rules of findings, each once.
fn distinct(findings: &[Finding]) -> Vec<&'static str> {
    let mut rules = Vec::new();
    for finding in findings {
        if !rules.contains(&finding.rule) {
            rules.push(finding.rule);
        }
    }
    rules
}

const NOTHING_BROKEN: &str = "break the setup in the way that you want to teach, see with `netmap doctor` that it is \
    found, and try again";

/// The error for a setup of which no lesson can be made.
fn nothing_to_teach(found: &[Finding]) -> Error {
    let Some(first) = found.first() else {
        return Error::Usage {
            what: "nothing is broken here that a lesson could teach".to_owned(),
            hint: Some(NOTHING_BROKEN.to_owned()),
        };
    };
    let rules = distinct(found);
    let (summary, rules) = (&first.summary, rules.join(", "));
    Error::Usage {
        what: format!("a lesson cannot stage what is wrong here: {summary} ({rules})"),
        hint: Some(
            "a lesson makes networks, and stand-ins for programs that answer on ports and dial what \
             variables say: break one of these, and try again"
                .to_owned(),
        ),
    }
}

fn write(place: &Path, made: &Skeleton) -> Result<()> {
    let failed = |path: PathBuf| move |error| Error::Write { path, error };
    fs::create_dir_all(place).map_err(failed(place.to_owned()))?;
    let texts = [&made.readme, &made.setup, &made.solve, &made.check];
    for (file, text) in FILES.iter().zip(texts) {
        let path = place.join(file);
        fs::write(&path, text).map_err(failed(path.clone()))?;
        #[cfg(unix)]
        if file.ends_with(".sh") {
            use std::os::unix::fs::PermissionsExt;
            let executable = fs::Permissions::from_mode(0o755);
            fs::set_permissions(&path, executable).map_err(failed(path.clone()))?;
        }
    }
    Ok(())
}
