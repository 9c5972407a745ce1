//! Which files make up a project, the variables that they are read with, and
//! the project's name, all as Compose finds them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::include::Parsed;
use super::interpolate::{Variables, fill_in};
use super::load::Closed;
use super::notes::Notes;
use super::request::Request;
use super::{env_file, keys, load};
use crate::error::{Error, Result, plain};
use crate::yaml::{Node, Spot, Value};

/// The names of a compose file in a folder, in the order in which Compose
/// looks for them, and those of the file laid over it.
const NAMES: [&str; 4] =
    ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
const OVERRIDES: [&str; 4] = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// The files of a project, and what they are read with.
#[derive(Debug)]
pub struct Chosen {
    pub files: Vec<PathBuf>,
    pub variables: Variables,
}

/// Chooses the files that were asked for. A folder stands for what Compose takes
/// there: the files in `COMPOSE_FILE`, or else the one in it. The current folder
/// may also stand for the nearest one above it; Compose looks there for nobody who
/// names a folder.
pub fn choose(request: &Request) -> Result<Chosen> {
    let mut variables = Variables { process: request.environment.clone(), file: BTreeMap::new() };
    let given = given_variables(request, &mut variables)?;
    let mut files = Vec::new();
    for path in &request.files {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        can_be_searched(path)?;
        if !given {
            add_beside(request, path, &mut variables)?;
        }
        let named = variables.get("COMPOSE_FILE").filter(|_| request.files.len() == 1);
        match named.map(str::to_owned).filter(|named| !named.is_empty()) {
            Some(named) => {
                let named = listed(path, &named, &variables);
                if !request.environment.contains_key("COMPOSE_FILE") && !given {
                    named.iter().try_for_each(|file| stays_inside(request, path, file))?;
                }
                files.extend(named);
            }
            None => files.extend(found(path, &request.current_folder)?),
        }
    }
    if let Some(first) = files.first().filter(|_| !given) {
        add_beside(request, &load::parent(first), &mut variables)?;
    }
    Ok(Chosen { files, variables })
}

/// Fails where nobody may look into a folder: each of its files would seem not to be
/// there, or to be closed by itself.
fn can_be_searched(folder: &Path) -> Result<()> {
    fs::metadata(folder.join(".")).map(drop).map_err(|error| Error::Compose {
        place: folder.display().to_string(),
        why: format!("cannot look into this folder: {}", plain(&error)),
        hint: None,
    })
}

/// Reads the files of variables that the command line or `COMPOSE_ENV_FILES`
/// names, if any.
fn given_variables(request: &Request, variables: &mut Variables) -> Result<bool> {
    let mut named = request.env_files.clone();
    if named.is_empty() {
        let list = request.environment.get("COMPOSE_ENV_FILES").map(String::as_str);
        let paths = list.unwrap_or_default().split(',').filter(|path| !path.is_empty());
        named = paths.map(PathBuf::from).collect();
    }
    for path in &named {
        let text = match fs::metadata(path) {
            Ok(_) => load::read_text(path).map_err(|why| Error::Compose {
                place: path.display().to_string(),
                why: format!("cannot read it: {why}"),
                hint: None,
            })?,
            Err(error) => return Err(Error::Unreadable { path: path.clone(), error }),
        };
        let found = env_file::parse(&text, variables);
        variables.file.extend(found);
    }
    let off = request.environment.get("COMPOSE_DISABLE_ENV_FILE").map(String::as_str);
    Ok(!named.is_empty() || matches!(off, Some("1" | "t" | "T" | "true" | "TRUE" | "True")))
}

/// Reads the `.env` in a folder; what is known already stays. It comes with the
/// project, perhaps from a stranger: it is read where it lies in the project,
/// and a link out of that is not followed.
fn add_beside(request: &Request, folder: &Path, variables: &mut Variables) -> Result<()> {
    let path = folder.join(".env");
    let roots = load::roots(&request.current_folder, &[folder.to_owned()]);
    let text = match load::inside(&roots, &path) {
        Ok(real) => load::read_text(&real).map_err(|why| not_read(&path, Closed::Unread(why)))?,
        Err(Closed::Missing) => return Ok(()),
        // As Compose has it, a folder of that name is something else.
        Err(_) if path.is_dir() => return Ok(()),
        Err(closed) => {
            can_be_searched(folder)?;
            return Err(not_read(&path, closed));
        }
    };
    for (name, value) in env_file::parse(&text, variables) {
        variables.file.entry(name).or_insert(value);
    }
    Ok(())
}

/// The error for a `.env` that is there and is not read.
fn not_read(path: &Path, closed: Closed) -> Error {
    let name = load::name_of(path);
    let hint = match closed {
        Closed::Outside => format!("--env-file {name} reads it wherever it leads"),
        Closed::Missing | Closed::Unread(_) => "--env-file names another".to_owned(),
    };
    Error::Compose {
        why: format!("cannot read the project's variables: {closed}"),
        hint: Some(hint),
        place: name,
    }
}

/// Fails where a file that a project's `.env` names lies outside of the project.
fn stays_inside(request: &Request, folder: &Path, file: &Path) -> Result<()> {
    let roots = load::roots(&request.current_folder, &[folder.to_owned()]);
    match load::inside(&roots, file) {
        // What is not there is told of when it is read.
        Ok(_) | Err(Closed::Missing) if file != Path::new("-") => Ok(()),
        _ => Err(Error::Compose {
            place: load::name_of(&folder.join(".env")),
            why: format!(
                "COMPOSE_FILE names `{}`, which is not in the project's folder",
                load::name_of(file)
            ),
            hint: Some("if you mean that file, name it yourself with --compose".to_owned()),
        }),
    }
}

/// The files in `COMPOSE_FILE`, which are relative to the folder.
fn listed(folder: &Path, named: &str, variables: &Variables) -> Vec<PathBuf> {
    let separator = variables.get("COMPOSE_PATH_SEPARATOR").filter(|text| !text.is_empty());
    let names = named.split(separator.unwrap_or(":"));
    names.map(|name| if name == "-" { PathBuf::from(name) } else { folder.join(name) }).collect()
}

/// The compose file in a folder and its override; where the folder is the current
/// one, perhaps those of the nearest one above it.
fn found(asked: &Path, current: &Path) -> Result<Vec<PathBuf>> {
    let here = in_folder(asked);
    if !here.is_empty() {
        return Ok(here);
    }
    let above = above(asked);
    let is_current = load::real(asked) == load::real(current);
    if is_current && !above.is_empty() {
        return Ok(above);
    }
    let nor_above = if is_current { ", nor above it" } else { "" };
    let mut hint = format!("netmap looks for {}", NAMES.join(", "));
    if let Some(file) = above.first() {
        hint.push_str(&format!("\nabove it there is one: --compose {}", load::name_of(file)));
    }
    Err(Error::Compose {
        place: asked.display().to_string(),
        why: format!("there is no compose file in this folder{nor_above}"),
        hint: Some(hint),
    })
}

/// The compose file in the nearest folder above one, and its override; none where
/// there is none.
fn above(folder: &Path) -> Vec<PathBuf> {
    let mut folder = folder.to_owned();
    let levels = fs::canonicalize(&folder).map_or(0, |real| real.components().count());
    for _ in 1..levels {
        folder.push("..");
        let files = in_folder(&folder);
        if !files.is_empty() {
            return files;
        }
    }
    Vec::new()
}

/// The compose file in a folder, and its override; none where there is none.
fn in_folder(folder: &Path) -> Vec<PathBuf> {
    let there =
        |names: &[&str]| names.iter().map(|name| folder.join(name)).find(|path| path.is_file());
    let Some(file) = there(&NAMES) else { return Vec::new() };
    [Some(file), there(&OVERRIDES)].into_iter().flatten().collect()
}

/// The project's name by Compose's rules: as asked, `COMPOSE_PROJECT_NAME`,
/// `name` in the last file that has one, the folder's name.
pub fn name(
    request: &Request,
    files: &[Parsed],
    variables: &Variables,
    folder: &Path,
    notes: &mut Notes,
) -> Result<String> {
    let variable = || variables.get("COMPOSE_PROJECT_NAME").map(str::to_owned);
    let given = request.project_name.clone().filter(|name| !name.is_empty());
    if let Some(name) = given.or_else(variable).filter(|name| !name.is_empty()) {
        if normalised(&name) == name {
            return Ok(name);
        }
        let what = format!("`{name}` is no name for a project");
        let hint =
            "lower-case letters, digits, - and _ make one; it begins with a letter or a digit";
        return Err(Error::Usage { what, hint: Some(hint.to_owned()) });
    }
    let documents = files.iter().flat_map(|file| &file.documents);
    let mut written = documents.filter_map(|document| document.get("name"));
    let written = written.rfind(|name| name.text().is_some_and(|text| !text.is_empty()));
    let (name, spot) = match written.and_then(|name| Some((name.text()?, name.spot))) {
        // What is wrong with a variable in it is told with the rest of the file.
        Some((text, spot)) => (fill_in(text, variables, &mut Vec::new()), spot),
        None => (folder_name(folder, &request.current_folder), first_line()),
    };
    let name = normalised(&name);
    if name.is_empty() {
        notes.refused(
            spot,
            &["name"],
            "the project has no name, and its folder none that could be one",
        );
        return Ok("default".to_owned());
    }
    Ok(name)
}

fn first_line() -> Spot {
    Spot { file: 0, line: 1, column: 1 }
}

fn folder_name(folder: &Path, current: &Path) -> String {
    let path = PathBuf::from(load::name_of(&current.join(folder)));
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The name with nothing in it that Compose does not take.
fn normalised(name: &str) -> String {
    let allowed = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    let clean: String = name.to_lowercase().chars().filter(allowed).take(200).collect();
    clean.trim_start_matches(['-', '_']).to_owned()
}

/// Holds a merged project against what a compose file may say.
pub fn shape(tree: &Node, notes: &mut Notes) -> Result<()> {
    let Value::Map(map) = &tree.value else { return Ok(()) };
    // What it includes and is not there is told already.
    if map.keys().all(|key| key == "version") && !notes.is_partial {
        return Err(notes.error(first_line(), "the file is empty"));
    }
    let is_service = |node: &Node| node.get("image").is_some() || node.get("build").is_some();
    // Compose 1 had services at the top, and no section for them.
    let first = map.iter().find(|(key, entry)| !key.starts_with("x-") && is_service(&entry.value));
    if let (None, Some((key, entry))) = (map.get("services"), first) {
        let why = format!(
            "a file of version 1, which Compose no longer reads: `{key}` and its like belong under \
             `services`"
        );
        notes.refused(entry.key, &[key], why);
        return Ok(());
    }
    keys::TOP.check(tree, &[], notes);
    Ok(())
}
