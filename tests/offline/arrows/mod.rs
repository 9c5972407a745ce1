//! Which file of a library uses which other one.
//!
//! An arrow leads from a file to the one that *defines* what it names:
//!
//! - by a `use`, or by a path in its code, macros' arguments included;
//! - by a method or function that a type gets from an `impl` in another file,
//!   where it is called on `self` or below the type's name, or as a method
//!   that no other type has, in a file that names the type.
//!
//! A name is followed through whatever passes it on, such as a `pub use` in
//! `mod.rs`, to the file behind it. So a `pub use` is no arrow by itself, nor
//! is a `mod`: a `mod.rs` that only lists its folder depends on nothing.

mod source;
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;

use source::{Module, Path};

/// A library's sources: the text of each by its path below `src`.
pub type Sources = BTreeMap<String, String>;

/// One file uses another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrow {
    /// Who uses.
    pub from: String,
    /// Who is used.
    pub to: String,
    /// What of it, as it is written.
    pub by: String,
}

/// The arrows between the files of a library, and the files read for them:
/// those that `lib.rs` leads to.
pub fn arrows(sources: &Sources) -> (BTreeSet<Arrow>, BTreeSet<String>) {
    let mut library = Library::default();
    library.add(sources, "lib.rs", Path::new(), source::read(&sources["lib.rs"]));
    let files = library.modules.values().map(|placed| placed.file.clone()).collect();
    (library.arrows(), files)
}

/// Groups of files that all lead to one another, each as the arrows inside it,
/// in the order of their names.
pub fn circles(arrows: &BTreeSet<Arrow>) -> Vec<Vec<Arrow>> {
    let mut graph = DiGraph::<&str, ()>::new();
    let mut nodes = BTreeMap::new();
    for arrow in arrows {
        let mut node = |file| *nodes.entry(file).or_insert_with(|| graph.add_node(file));
        let (from, to) = (node(arrow.from.as_str()), node(arrow.to.as_str()));
        graph.add_edge(from, to, ());
    }
    let groups = tarjan_scc(&graph).into_iter().filter(|group| group.len() > 1);
    let mut circles: Vec<Vec<Arrow>> = groups
        .map(|group| {
            let files: BTreeSet<&str> = group.into_iter().map(|node| graph[node]).collect();
            let is_inside = |arrow: &&Arrow| {
                files.contains(arrow.from.as_str()) && files.contains(arrow.to.as_str())
            };
            arrows.iter().filter(is_inside).cloned().collect()
        })
        .collect();
    circles.sort();
    circles
}

/// What ties the files of a circle together, a line for each two of them:
/// `a.rs → b.rs: super::b::B`.
pub fn ties(circle: &[Arrow]) -> String {
    let mut ties: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for arrow in circle {
        ties.entry((&arrow.from, &arrow.to)).or_default().push(&arrow.by);
    }
    let lines = ties.iter().map(|((from, to), by)| format!("{from} → {to}: {}", by.join(", ")));
    lines.collect::<Vec<_>>().join("\n")
}

/// A module and the file it stands in.
#[derive(Debug)]
struct Placed {
    file: String,
    module: Module,
}

/// A module, and the name of something that it defines.
type Item = (Path, String);

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Found {
    Module(Path),
    /// With what the path goes on with below it: a variant, a function.
    Item(Item, Option<String>),
}

/// What an `impl` block gives to a type.
struct Given<'a> {
    name: &'a str,
    is_method: bool,
    file: &'a str,
}

/// All modules of a library.
#[derive(Debug, Default)]
struct Library {
    modules: BTreeMap<Path, Placed>,
}

impl Library {
    /// Adds a module and those inside it.
    fn add(&mut self, sources: &Sources, file: &str, path: Path, mut module: Module) {
        for (name, inside) in &mut module.modules {
            let path = [path.as_slice(), std::slice::from_ref(name)].concat();
            let Some(inside) = inside.take() else {
                let folder = path.join("/");
                let files = [format!("{folder}.rs"), format!("{folder}/mod.rs")];
                let file = files.iter().find(|file| sources.contains_key(*file));
                let file = file.unwrap_or_else(|| panic!("there is none of {files:?}"));
                self.add(sources, file, path, source::read(&sources[file]));
                continue;
            };
            self.add(sources, file, path, inside);
        }
        self.modules.insert(path, Placed { file: file.to_owned(), module });
    }

    fn arrows(&self) -> BTreeSet<Arrow> {
        let given = self.given();
        let mut types_with: BTreeMap<&str, usize> = BTreeMap::new();
        for method in given.values().flatten().filter(|given| given.is_method) {
            *types_with.entry(method.name).or_default() += 1;
        }
        let mut arrows = BTreeSet::new();
        for (here, Placed { file, module }) in &self.modules {
            let mut point = |to: &str, by: String| {
                if to != file {
                    arrows.insert(Arrow { from: file.clone(), to: to.to_owned(), by });
                }
            };
            let own = module.defined.iter().map(|name| (here.clone(), name.clone()));
            let mut named: BTreeSet<Item> = own.collect();
            for path in module.taken.iter().chain(&module.paths) {
                let Some(Found::Item(item, below)) = self.find(here, path, false, 0) else {
                    continue;
                };
                point(&self.modules[&item.0].file, path.join("::"));
                let given = given.get(&item).into_iter().flatten();
                for given in given.filter(|given| below.as_deref() == Some(given.name)) {
                    point(given.file, path.join("::"));
                }
                named.insert(item);
            }
            let methods = named.iter().filter_map(|item| given.get(item)).flatten();
            for method in methods.filter(|given| given.is_method) {
                if types_with[method.name] == 1 && module.calls.contains(method.name) {
                    point(method.file, format!(".{}()", method.name));
                }
            }
        }
        arrows
    }

    /// What each type gets in `impl` blocks, those of traits left out.
    fn given(&self) -> BTreeMap<Item, Vec<Given<'_>>> {
        let mut given: BTreeMap<Item, Vec<Given>> = BTreeMap::new();
        for (here, Placed { file, module }) in &self.modules {
            for block in &module.impls {
                if let Some(Found::Item(item, _)) = self.find(here, &block.of, false, 0) {
                    let here = block.gives.iter().map(|(name, is_method)| Given {
                        name,
                        is_method: *is_method,
                        file,
                    });
                    given.entry(item).or_default().extend(here);
                }
            }
        }
        given
    }

    /// Follows a path from a module. `depth` ends a walk of names that stand
    /// for one another.
    fn find(
        &self,
        here: &Path,
        path: &[String],
        wants_module: bool,
        depth: usize,
    ) -> Option<Found> {
        const DEEPEST: usize = 16;
        if depth > DEEPEST {
            return None;
        }
        let (first, mut rest) = path.split_first()?;
        let mut found = match first.as_str() {
            "crate" => Found::Module(Path::new()),
            "self" => Found::Module(here.clone()),
            "super" => Found::Module(parent(here)),
            name => self.name_in(here, name, wants_module || !rest.is_empty(), depth)?,
        };
        while let (Found::Module(module), Some((name, after))) = (&found, rest.split_first()) {
            found = match name.as_str() {
                "super" => Found::Module(parent(module)),
                name => self.name_in(module, name, wants_module || !after.is_empty(), depth)?,
            };
            rest = after;
        }
        if let Found::Item(_, below @ None) = &mut found {
            *below = rest.first().cloned();
        }
        Some(found)
    }

    /// What a module calls by a name; nothing for what other crates define. A
    /// module and something else may have one name: what comes after it tells
    /// which is meant.
    fn name_in(&self, at: &Path, name: &str, wants_module: bool, depth: usize) -> Option<Found> {
        let module = &self.modules.get(at)?.module;
        let inner = || {
            let path = || Found::Module([at.as_slice(), &[name.to_owned()]].concat());
            module.modules.contains_key(name).then(path)
        };
        let item = || {
            let item = || Found::Item((at.clone(), name.to_owned()), None);
            module.defined.contains(name).then(item)
        };
        let used = || self.find(at, module.used.get(name)?, wants_module, depth + 1);
        let opened = || {
            module.globs.iter().find_map(|glob| match self.find(at, glob, true, depth + 1)? {
                Found::Module(opened) if opened != *at => {
                    self.name_in(&opened, name, wants_module, depth + 1)
                }
                _ => None,
            })
        };
        if wants_module {
            inner().or_else(item).or_else(used).or_else(opened)
        } else {
            item().or_else(used).or_else(inner).or_else(opened)
        }
    }
}

fn parent(path: &Path) -> Path {
    path[..path.len().saturating_sub(1)].to_vec()
}
