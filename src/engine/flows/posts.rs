//! The network namespaces that there are to look into: each of them once,
//! however many containers share it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::IpAddr;

use crate::engine::Engine;
use crate::engine::engines::Engines;
use crate::engine::flows::whom::Whom;
#[cfg(target_os = "linux")]
use crate::engine::process::Process;
use crate::model::{Container, Lookout, Lookouts, NetworkMode, Snapshot, State, Unread};

/// Bytes read of a table that says which addresses a machine has.
#[cfg(target_os = "linux")]
const MOST_OF_A_TABLE: u64 = 16 << 20;

/// How to look into one of them.
#[derive(Debug)]
pub enum Way {
    /// By entering it.
    #[cfg(target_os = "linux")]
    Namespace(Namespace),
    /// By a command in a container that is in it.
    Exec {
        /// Its engine.
        engine: Box<Engine>,
        /// Its id.
        container: String,
    },
    /// Not at all: nothing runs in it any more, or nobody asks about who does.
    Closed,
}

/// A network namespace that is held open.
#[cfg(target_os = "linux")]
#[derive(Debug)]
pub struct Namespace {
    /// It.
    pub file: std::sync::Arc<std::fs::File>,
    /// Its number, by which two are told apart.
    pub number: u64,
}

#[cfg(target_os = "linux")]
impl Namespace {
    fn new(file: std::fs::File) -> Result<Self, String> {
        use std::os::unix::fs::MetadataExt;

        let number = file.metadata().map_err(|error| error.to_string())?.ino();
        Ok(Self { file: std::sync::Arc::new(file), number })
    }
}

/// What a network namespace is known by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Known {
    Number(u64),
    /// By the id of the container that it was made for; the machine's by none.
    Owner(Option<String>),
}

/// All of them, and how to look into each.
#[derive(Debug, Default)]
pub struct Gathered {
    /// What they are, and what cannot be looked into.
    pub lookouts: Lookouts,
    /// How to look into each.
    pub ways: Vec<Way>,
    known: HashMap<(String, Known), usize>,
    /// By the id of a container its first process, with which it gets a namespace,
    /// and the place of that; no place for those that cannot be looked at.
    done: HashMap<String, (Option<u32>, Option<usize>)>,
    whom: Whom,
}

impl Gathered {
    /// None yet, for a look about these.
    pub fn new(whom: Whom) -> Self {
        Self { whom, ..Self::default() }
    }

    /// It is about these as well.
    pub fn about(&mut self, names: BTreeSet<String>) {
        self.whom.add(names);
    }

    /// Adds the engines' machines.
    pub async fn machines(&mut self, engines: &Engines) {
        for (node, engine) in engines.iter() {
            self.engine(node, engine, engines.are_named()).await;
        }
    }

    /// Adds the containers that run and are not there yet.
    pub fn containers(&mut self, engines: &Engines, snapshot: &Snapshot) {
        let owners = owners_of(snapshot);
        for container in snapshot.containers.iter().filter(|c| c.state.has_network()) {
            if let Some(engine) = engines.of(container)
                && !self.done.contains_key(&container.id)
            {
                let place = self.container(engine, container, &owners);
                self.done.insert(container.id.clone(), (container.pid, place));
            }
        }
        // A program moves a virtual address from one container to another.
        let mut read = HashSet::new();
        for container in snapshot.containers.iter().filter(|c| c.state.has_network()) {
            let place = self.done.get(&container.id).and_then(|(_, place)| *place);
            let place = place.filter(|at| !self.lookouts.all[*at].is_engine && read.insert(*at));
            if let Some((at, engine)) = place.zip(engines.of(container)) {
                // Of one that cannot be read now it is as it was.
                if let Some(addresses) = addresses_of(engine, container) {
                    self.lookouts.all[at].addresses = addresses;
                }
            }
        }
    }

    /// Closes those in which none of these containers runs any more, as after one was
    /// started again; their places.
    pub fn close_gone(&mut self, snapshot: &Snapshot) -> Vec<usize> {
        let running = snapshot.containers.iter().filter(|c| c.state.has_network());
        let running: HashMap<&str, Option<u32>> = running.map(|c| (&*c.id, c.pid)).collect();
        self.done.retain(|id, (pid, _)| running.get(&**id) == Some(pid));
        let used: HashSet<usize> = self.done.values().filter_map(|(_, place)| *place).collect();
        let is_gone = |at: &usize| !self.lookouts.all[*at].is_engine && !used.contains(at);
        let is_open = |at: &usize| !matches!(self.ways[*at], Way::Closed);
        let gone: Vec<usize> =
            (0..self.ways.len()).filter(|at| is_open(at) && is_gone(at)).collect();
        for at in &gone {
            self.ways[*at] = Way::Closed;
        }
        // A kernel gives the number of one that is gone to another.
        self.known.retain(|_, at| !gone.contains(at));
        gone
    }

    /// The machine of an engine.
    async fn engine(&mut self, node: &str, engine: &Engine, is_named: bool) {
        match machine(engine).await {
            Ok((known, way, addresses)) => {
                let (node, is_engine) = (node.to_owned(), true);
                let lookout = Lookout { is_engine, node, addresses, ..Lookout::default() };
                self.post(known, lookout, way);
            }
            Err(why) => {
                let note = Unread::machine(why);
                self.lookouts.not_looked.push(if is_named { note.on_engine(node) } else { note });
            }
        }
    }

    /// A container: into its namespace, or beside those that are there already. The
    /// place where it is looked at.
    fn container(
        &mut self,
        engine: &Engine,
        container: &Container,
        owners: &HashMap<&str, Option<String>>,
    ) -> Option<usize> {
        let node = &container.node;
        let (known, way) = match enter(engine, container) {
            Ok((known, way)) => (known, Ok(way)),
            Err(why) => {
                let owner = owners.get(&*container.id).cloned().unwrap_or_default();
                (Known::Owner(owner), Err(why))
            }
        };
        if let Some(at) = self.known.get(&(node.clone(), known.clone())) {
            let at = *at;
            let containers = &mut self.lookouts.all[at].containers;
            if !containers.contains(&container.id) {
                containers.push(container.id.clone());
            }
            // Nobody has asked about those who came before it.
            if let (Way::Closed, Ok(way)) = (&self.ways[at], self.or_exec(way, engine, container)) {
                self.ways[at] = way;
            }
            return Some(at);
        }
        let way = self.or_exec(way, engine, container);
        match way {
            Ok(way) => {
                let lookout = Lookout {
                    containers: vec![container.id.clone()],
                    is_engine: known == Known::Owner(None),
                    node: node.clone(),
                    addresses: Vec::new(),
                };
                Some(self.post(known, lookout, way))
            }
            Err(why) => {
                let note = Unread::container(&container.name, why);
                if !self.lookouts.not_looked.contains(&note) {
                    self.lookouts.not_looked.push(note);
                }
                None
            }
        }
    }

    /// The way into a container, or else a command in it; none where nobody asks about
    /// it.
    fn or_exec(
        &self,
        way: Result<Way, String>,
        engine: &Engine,
        container: &Container,
    ) -> Result<Way, String> {
        way.or_else(|why| match (self.whom.exec, container.state) {
            _ if !self.whom.includes(&container.name) => Ok(Way::Closed),
            (true, State::Running) => {
                Ok(Way::Exec { engine: Box::new(engine.clone()), container: container.id.clone() })
            }
            (true, _) => Err(format!("{why}; a paused container can run nothing")),
            (false, _) => Err(format!("{why}; nothing was to be run in it (--no-exec)")),
        })
    }

    fn post(&mut self, known: Known, lookout: Lookout, way: Way) -> usize {
        self.known.insert((lookout.node.clone(), known), self.ways.len());
        self.lookouts.all.push(lookout);
        self.ways.push(way);
        self.ways.len() - 1
    }
}

/// For each running container the id of the one that its network namespace was
/// made for; none for the machine's.
fn owners_of(snapshot: &Snapshot) -> HashMap<&str, Option<String>> {
    let containers = || snapshot.containers.iter();
    let called: HashMap<(&str, &str), &Container> = containers()
        .flat_map(|c| [((&*c.node, c.own_name()), c), ((&*c.node, &*c.id), c)])
        .collect();
    containers()
        .map(|container| {
            let mut owner = container;
            // A chain is short, and a circle only made up.
            for _ in 0..8 {
                let NetworkMode::Container(of) = &owner.network_mode else { break };
                let Some(next) = called.get(&(&*owner.node, &**of)) else { break };
                owner = next;
            }
            let of_machine = owner.network_mode == NetworkMode::Host;
            (&*container.id, (!of_machine).then(|| owner.id.clone()))
        })
        .collect()
}

#[cfg(target_os = "linux")]
async fn machine(engine: &Engine) -> Result<(Known, Way, Vec<IpAddr>), String> {
    let process = engine.own_process().await?;
    let namespace = process.network_namespace()?;
    crate::engine::may_enter(&namespace)?;
    let namespace = Namespace::new(namespace)?;
    let addresses = addresses_in(&process)?;
    Ok((Known::Number(namespace.number), Way::Namespace(namespace), addresses))
}

/// The addresses of the interfaces that a process sees.
#[cfg(target_os = "linux")]
fn addresses_in(process: &Process) -> Result<Vec<IpAddr>, String> {
    use crate::engine::observe::routes::own_addresses;

    let table = |path| process.table(path, MOST_OF_A_TABLE).map_err(|error| error.to_string());
    let mut addresses = own_addresses(&table("net/fib_trie")?);
    addresses.extend(own_addresses_v6(&table("net/if_inet6")?));
    Ok(addresses)
}

/// Those of a container, the engine's and others; `None` where they cannot be read.
#[cfg(target_os = "linux")]
fn addresses_of(engine: &Engine, container: &Container) -> Option<Vec<IpAddr>> {
    engine.process(container).and_then(|process| addresses_in(&process)).ok()
}

/// See above.
#[cfg(not(target_os = "linux"))]
fn addresses_of(_: &Engine, _: &Container) -> Option<Vec<IpAddr>> {
    None
}

/// The addresses in the kernel's `if_inet6`: 32 digits at the beginning of each
/// line.
#[cfg(target_os = "linux")]
fn own_addresses_v6(table: &str) -> impl Iterator<Item = IpAddr> {
    table.lines().filter_map(|line| {
        let address = u128::from_str_radix(line.get(..32)?, 16).ok()?;
        Some(IpAddr::from(address.to_be_bytes()))
    })
}

#[cfg(target_os = "linux")]
fn enter(engine: &Engine, container: &Container) -> Result<(Known, Way), String> {
    let namespace = engine.process(container)?.network_namespace()?;
    // Root may enter them all.
    if !rustix::process::geteuid().is_root() {
        crate::engine::may_enter(&namespace)?;
    }
    let namespace = Namespace::new(namespace)?;
    Ok((Known::Number(namespace.number), Way::Namespace(namespace)))
}

#[cfg(not(target_os = "linux"))]
async fn machine(_: &Engine) -> Result<(Known, Way, Vec<IpAddr>), String> {
    Err("the engine's machine is another one than this".to_owned())
}

#[cfg(not(target_os = "linux"))]
fn enter(_: &Engine, _: &Container) -> Result<(Known, Way), String> {
    Err("its network namespace is on another machine".to_owned())
}
