//! A map in several pictures: an overview, and beside it one for each project; where
//! that is too much to be read, one for each of its networks as well.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::picture::PictureArgs;
use super::run::Run;
use crate::error::{Error, Result};
use crate::graph::{Map, Selection};
use crate::model::words::{count, listed};
use crate::model::{ContainerAt, Natural, NetworkAt, natural_order};
use crate::order::{OrderBy, Ordered};
use crate::render::{Format, View, is_ours};

/// Formats that are split; a page can be zoomed, and text has no width.
const FORMATS: [&str; 3] = ["svg", "png", "pdf"];
/// How many files a sentence names.
const NAMED: usize = 4;

/// A file that is to be written, or compared with.
pub type File = (PathBuf, Vec<u8>);

/// Finished pictures.
pub struct Pictures {
    /// All of them. The first is the overview, or all there is where there are no two
    /// projects.
    pub files: Vec<File>,
    /// Those of projects.
    projects: Vec<PathBuf>,
}

/// What is to be drawn.
#[derive(Clone, Copy)]
pub struct Whole<'a> {
    /// The map.
    pub map: &'a Map<'a>,
    /// What of it is shown.
    pub selection: &'a Selection,
    /// In which format.
    pub format: &'static Format<View<'static>>,
    /// How.
    pub picture: &'a PictureArgs,
}

/// Draws the overview and the projects.
pub async fn drawn<'v>(
    run: Run<'_>,
    whole: Whole<'_>,
    view: impl Fn(&Selection, Option<String>) -> View<'v>,
) -> Result<Pictures> {
    let path = run.options.file().ok_or_else(no_file)?;
    if !FORMATS.contains(&whole.format.name) {
        return Err(not_split(whole.format.name));
    }
    let scope = |own: Option<String>| own.or_else(|| run.options.scope([]));
    let projects = projects(whole.map, whole.selection);
    if projects.len() < 2 {
        run.note("There are no two projects to draw apart: this is all of it in one picture.");
        let part = Part { path, selection: whole.selection, scope: scope(None) };
        let files = part.drawn(run, whole, &view).await?;
        return Ok(Pictures { files, projects: Vec::new() });
    }
    let names = file_names(path, &projects, whole.picture.has_names());
    let overview = whole.picture.clone().of_overview(remark(&names));
    let all = view(whole.selection, scope(None));
    let bytes = run.drawn(&all, Some(whole.format), &overview).await?;
    let mut files = vec![(path.to_owned(), bytes)];
    let paths: Vec<PathBuf> = names.iter().map(|name| path.with_file_name(name)).collect();
    for (project, path) in projects.iter().zip(&paths) {
        let selection = of_project(whole.map, whole.selection, project);
        let scope = scope(Some((*project).to_owned()));
        let part = Part { path, selection: &selection, scope };
        files.extend(part.drawn(run, whole, &view).await?);
    }
    Ok(Pictures { files, projects: paths })
}

/// A part of a map that gets a picture, and more where that is too much for one.
struct Part<'a> {
    path: &'a Path,
    selection: &'a Selection,
    scope: Option<String>,
}

impl Part<'_> {
    /// Draws it; where its text cannot be read on the page, its networks as well.
    async fn drawn<'v>(
        &self,
        run: Run<'_>,
        whole: Whole<'_>,
        view: &impl Fn(&Selection, Option<String>) -> View<'v>,
    ) -> Result<Vec<File>> {
        let all = view(self.selection, self.scope.clone());
        let (style, picture) = (run.style(), whole.picture);
        let drawn = picture.draw(&all, whole.format, &style, run.options).await?;
        let mut files = vec![(self.path.to_owned(), drawn.bytes)];
        let Some(said) = drawn.said else { return Ok(files) };
        let networks = all.used_networks();
        if networks.len() < 2 {
            run.note(&format!("{}: {said}", self.path.display()));
            return Ok(files);
        }
        let names: Vec<&str> = networks.iter().map(|at| all.short_network_name(*at)).collect();
        let paths = file_names(self.path, &names, picture.has_names());
        for ((network, name), file) in networks.iter().zip(&names).zip(&paths) {
            let selection = of_network(whole.map, self.selection, *network);
            let scope = match &self.scope {
                Some(scope) => format!("{scope} · {name}"),
                None => (*name).to_owned(),
            };
            let part = view(&selection, Some(scope));
            let path = self.path.with_file_name(file);
            let drawn = picture.draw(&part, whole.format, &style, run.options).await?;
            if let Some(said) = drawn.said {
                run.note(&format!("{}: {said}", path.display()));
            }
            files.push((path, drawn.bytes));
        }
        run.note(&format!(
            "{} is too small to be read on its page; each of its {} has a picture as well: {}.",
            self.path.display(),
            count(networks.len(), "network"),
            listed_files(&paths)
        ));
        Ok(files)
    }
}

/// Writes the files, and says which. None is written where one would take the place of
/// something that netmap did not draw.
pub fn write(run: Run<'_>, Pictures { files, projects }: &Pictures) -> Result<()> {
    let [(first, _), parts @ ..] = &files[..] else { return Ok(()) };
    for (path, _) in parts {
        refuse_foreign(path)?;
    }
    for (path, bytes) in files {
        run.output.data(bytes, Some(path))?;
    }
    if !projects.is_empty() {
        let names: Vec<String> = projects.iter().map(|path| path.display().to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (number, have) = match projects.len() {
            1 => ("1 project".to_owned(), "has a picture"),
            more => (count(more, "project"), "have a picture each"),
        };
        run.note(&format!(
            "{} is an overview, and {number} {have}: {}.",
            first.display(),
            listed(&names, NAMED)
        ));
    }
    tell_stale(run, files);
    Ok(())
}

/// Says which pictures of an earlier run lie beside these. They may be another map's, so
/// that nobody but the reader can tell whether they are still wanted.
pub fn tell_stale(run: Run<'_>, files: &[File]) {
    let stale = stale(files);
    if stale.is_empty() {
        return;
    }
    let names: Vec<String> = stale.iter().map(|path| path.display().to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    run.note(&format!(
        "Left as they are, from an earlier run: {}; delete what nothing shows any more.",
        listed(&names, NAMED)
    ));
}

/// netmap's pictures beside these that have names like theirs, and were not drawn now:
/// of projects that are gone.
fn stale(files: &[File]) -> Vec<PathBuf> {
    let Some((first, _)) = files.first() else { return Vec::new() };
    let stem = first.file_stem().unwrap_or_default().to_string_lossy();
    let folder = first.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Ok(entries) = fs::read_dir(folder.unwrap_or(Path::new("."))) else { return Vec::new() };
    let is_like_theirs = |path: &PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let is_part = name.strip_prefix(&*stem).is_some_and(|rest| rest.starts_with('-'));
        is_part && path.extension() == first.extension()
    };
    let here = entries.filter_map(|entry| Some(first.with_file_name(entry.ok()?.file_name())));
    let mut stale: Vec<PathBuf> = here
        .filter(is_like_theirs)
        .filter(|path| files.iter().all(|(drawn, _)| drawn != path))
        .filter(|path| fs::read(path).is_ok_and(|bytes| is_ours(&bytes)))
        .collect();
    stale.order_by(|a, b| natural_order(&a.to_string_lossy(), &b.to_string_lossy()));
    stale
}

/// The projects of what is shown, in order.
fn projects<'a>(map: &'a Map, selection: &Selection) -> Vec<&'a str> {
    let all: BTreeSet<Natural<&str>> = (selection.containers.iter())
        .filter_map(|at| map.container(*at).project().map(Natural))
        .into_set();
    all.into_iter().map(|project| project.0).collect()
}

/// What of a selection is a project's.
fn of_project(map: &Map, selection: &Selection, project: &str) -> Selection {
    let is_own = |at: &&ContainerAt| map.container(**at).project() == Some(project);
    let containers: BTreeSet<ContainerAt> =
        selection.containers.iter().filter(is_own).copied().into_set();
    let networks = containers.iter().flat_map(|at| map.networks_of(*at)).collect();
    let stopped = selection.stopped.iter().filter(is_own).copied().collect();
    Selection { containers, networks, stopped }
}

/// What of a selection is on a network.
fn of_network(map: &Map, selection: &Selection, network: NetworkAt) -> Selection {
    let members: BTreeSet<ContainerAt> = map.members(network).iter().copied().into_set();
    let is_own = |at: &&ContainerAt| map.stack(**at).is_some_and(|at| members.contains(&at));
    let own = |all: &BTreeSet<ContainerAt>| all.iter().filter(is_own).copied().collect();
    let networks = [network].into_iter().collect();
    let stopped = selection.stopped.iter().filter(is_own).copied().collect();
    Selection { containers: own(&selection.containers), networks, stopped }
}

/// The file names of projects' pictures: `map-shop.svg` beside `map.svg`. What a
/// stranger called a project is part of one only as far as it is letters and digits;
/// without names, and where two would be the same, a number stands there.
fn file_names(path: &Path, projects: &[&str], has_names: bool) -> Vec<OsString> {
    let stem = path.file_stem().unwrap_or_default();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut names = Vec::with_capacity(projects.len());
    for (number, project) in (1..).zip(projects) {
        let safe = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
        let name: String = project.chars().take(60).map(safe).collect();
        let name = name.trim_matches('-').to_lowercase();
        let is_free = has_names && !name.is_empty() && !taken.contains(&name);
        let name = if is_free { name } else { number.to_string() };
        let mut file = stem.to_owned();
        file.push(format!("-{name}"));
        if let Some(extension) = path.extension() {
            file.push(".");
            file.push(extension);
        }
        taken.insert(name);
        names.push(file);
    }
    names
}

/// What the overview says of the others.
fn remark(names: &[OsString]) -> String {
    format!(
        "An overview: a card for each project, and the networks between them. What is in them: {}.",
        listed_files(names)
    )
}

/// Some of these files, and how many more there are.
fn listed_files(names: &[OsString]) -> String {
    let names: Vec<_> = names.iter().map(|name| name.to_string_lossy()).collect();
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    listed(&names, NAMED)
}

/// An error where a file is there that netmap did not draw.
fn refuse_foreign(path: &Path) -> Result<()> {
    let is_foreign = match fs::read(path) {
        Ok(bytes) => !is_ours(&bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) => return Err(Error::Unreadable { path: path.to_owned(), error }),
    };
    if !is_foreign {
        return Ok(());
    }
    Err(Error::Usage {
        what: format!(
            "{} is there already and is no picture of netmap's; nothing was written",
            path.display()
        ),
        hint: Some("move it away, or write to another place with -o".to_owned()),
    })
}

fn no_file() -> Error {
    Error::Usage {
        what: "--split writes several files, and none is named".to_owned(),
        hint: Some("name the first: netmap show --split -o docs/map.svg".to_owned()),
    }
}

fn not_split(format: &str) -> Error {
    Error::Usage {
        what: format!("--split draws {}, and not {format}", listed(&FORMATS, FORMATS.len())),
        hint: Some("a page (-o map.html) has all of it, to zoom and search".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_called_after_projects_and_stay_in_their_folder() {
        let names = |projects: &[&str], has_names| {
            let names = file_names(Path::new("docs/map.svg"), projects, has_names);
            names.into_iter().map(|name| name.into_string().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(names(&["shop", "my_app"], true), ["map-shop.svg", "map-my_app.svg"]);
        assert_eq!(names(&["shop", "ops"], false), ["map-1.svg", "map-2.svg"]);
        assert_eq!(
            names(&["../../etc/passwd", "a/b", "A-B", "漢字", ""], true),
            ["map-etc-passwd.svg", "map-a-b.svg", "map-3.svg", "map-4.svg", "map-5.svg"]
        );
        assert_eq!(file_names(Path::new("map"), &["x"], true), ["map-x"]);
    }

    #[test]
    fn pictures_of_an_earlier_run_are_found_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let snapshot = crate::sample::read("module-5").unwrap();
        let map = Map::new(&snapshot);
        let selection = map.select(&crate::graph::Filter::default()).unwrap();
        let view = View::new(&map, &selection, None);
        let svg = crate::render::svg::render(&view, &crate::render::svg::Options::default());
        for name in
            ["map-shop.svg", "map-gone.svg", "other-gone.svg", "mapgone.svg", "map-gone.png"]
        {
            fs::write(at(name), &svg).unwrap();
        }
        fs::write(at("map-hand.svg"), "<svg/>").unwrap();
        let files = ["map.svg", "map-shop.svg"].map(|name| (at(name), Vec::new()));
        assert_eq!(stale(&files), [at("map-gone.svg")]);
    }
}
