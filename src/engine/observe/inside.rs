//! Looking inside a container: at the kernel's files about its first process
//! and its sockets where the engine is on this machine and lets us, else by one
//! command run in it. Both give the same files; what they say is read the same
//! way.

use std::net::IpAddr;

#[cfg(target_os = "linux")]
use super::diag;
use super::heads::{self, Files};
use super::sockets::{InLine, Socket};
use super::{files, routes, sockets};
#[cfg(target_os = "linux")]
use crate::engine::Process;
use crate::engine::Visitor;
use crate::engine::connect::Engine;
use crate::model::{
    Container, Means, Mtu, NetworkMode, Observation, ResolverSettings, State, Unread,
};

/// Bytes read of one file, and of a command's whole output.
const MOST_OF_A_FILE: u64 = 4 << 20;
const MOST_OF_ALL: usize = 2 << 20;

/// The files, below the container's own root. An engine names interfaces
/// eth0 and on.
const TCP: [&str; 2] = ["net/tcp", "net/tcp6"];
const OTHERS: [&str; 6] =
    ["net/udp", "net/udp6", "net/route", "net/ipv6_route", "net/fib_trie", "net/if_inet6"];
const ETC: [&str; 2] = ["/etc/resolv.conf", "/etc/hosts"];
const MOST_INTERFACES: usize = 10;
const MOST_ADDRESSES: usize = 100;

/// Lines read of each file by a command.
const MOST_LINES: usize = 3000;

fn mtu_path(number: usize) -> String {
    format!("/sys/class/net/eth{number}/mtu")
}

/// Looks inside and fills in what was seen, or says why nothing was. What waits at its ports for
/// a program to take it is returned: whether that goes on shows at another look.
pub async fn look(
    engine: &Engine,
    container: &Container,
    visitor: Option<&Visitor>,
    exec: bool,
    seen: &mut Observation,
) -> Vec<InLine> {
    let mut why = match container.state {
        State::Running | State::Paused => Vec::new(),
        // Not running: there is no inside, and nothing was missed.
        _ => return Vec::new(),
    };
    let hangs;
    match from_proc(engine, container, visitor).await {
        Ok(FromProc { namespace, tcp, files }) => {
            seen.network_namespace = namespace;
            return fill(seen, Means::Proc, container, tcp, &files);
        }
        Err(blind) => {
            hangs = blind.hangs;
            why.push(blind.why);
        }
    }
    if hangs {
        // A command would hang there as well, and could not be ended.
    } else if exec && container.state == State::Running {
        match from_exec(engine, container).await {
            Ok(files) => return fill(seen, Means::Exec, container, None, &files),
            Err(reason) => why.push(reason),
        }
    } else if exec {
        why.push("a paused container can run nothing".to_owned());
    } else {
        why.push("nothing was to be run in it (--no-exec)".to_owned());
    }
    seen.unseen.push(Unread::inside(why.join("; ")));
    Vec::new()
}

/// What waits at its ports now; `None` where that cannot be seen.
pub async fn in_line(
    engine: &Engine,
    container: &Container,
    visitor: Option<&Visitor>,
    how: Option<Means>,
) -> Option<Vec<InLine>> {
    let tcp = match how {
        Some(Means::Proc) => tcp_from_proc(engine, container, visitor).await,
        Some(Means::Exec) => {
            let paths = TCP.map(|table| format!("/proc/{table}")).to_vec();
            let files = heads::read(engine, &container.id, MOST_LINES, paths, MOST_OF_ALL).await;
            files.ok().and_then(|files| tcp_in(&files))
        }
        None => None,
    };
    Some(sockets::in_line(&tcp?))
}

/// The TCP sockets whose tables are among the files.
fn tcp_in(files: &Files) -> Option<Vec<Socket>> {
    let table = |path: &str| files.get(path).map(String::as_str);
    let v6 = table("/proc/net/tcp6").unwrap_or_default();
    Some(sockets::in_tables([table("/proc/net/tcp")?, v6]))
}

/// Why nothing was seen from here.
struct Blind {
    why: String,
    /// Whether a file of the container's did not come in time.
    hangs: bool,
}

impl From<String> for Blind {
    fn from(why: String) -> Self {
        Self { why, hangs: false }
    }
}

/// What the kernel says of a container's first process.
struct FromProc {
    /// The number of its network namespace.
    namespace: Option<u64>,
    /// Its TCP sockets, if the kernel can be asked for them; where it cannot,
    /// their tables are among the files.
    tcp: Option<Vec<Socket>>,
    files: Files,
}

#[cfg(target_os = "linux")]
async fn from_proc(
    engine: &Engine,
    container: &Container,
    visitor: Option<&Visitor>,
) -> Result<FromProc, Blind> {
    let process = engine.process(container)?;
    // Each network is one interface; who rides along has those of another.
    let interfaces = match container.endpoints.len() {
        0 => MOST_INTERFACES,
        known => known,
    };
    diag::read(process, visitor, move |process, told| {
        let files = read_files(process, told.as_ref(), interfaces)?;
        let (namespace, tcp) = (process.namespace_number(), told.map(|told| told.tcp));
        Ok(FromProc { namespace, tcp, files })
    })
    .await
    .map_err(|error| Blind {
        why: format!("its files cannot be read: {error}"),
        hangs: error.kind() == std::io::ErrorKind::TimedOut,
    })
}

/// Its TCP sockets alone.
#[cfg(target_os = "linux")]
async fn tcp_from_proc(
    engine: &Engine,
    container: &Container,
    visitor: Option<&Visitor>,
) -> Option<Vec<Socket>> {
    let process = engine.process(container).ok()?;
    let read = diag::read(process, visitor, |process, told| match told {
        Some(told) => Ok(told.tcp),
        None => {
            let [v4, v6] = TCP.map(|table| process.table(table, MOST_OF_A_FILE));
            Ok(sockets::in_tables([&v4?, &v6?]))
        }
    });
    read.await.ok()
}

#[cfg(target_os = "linux")]
fn read_files(
    process: &Process,
    told: Option<&diag::Told>,
    interfaces: usize,
) -> std::io::Result<Files> {
    let mut files = Files::new();
    for table in TCP.iter().chain(&OTHERS) {
        // What is known to hold nothing new is not gone through.
        let known = match *table {
            "net/tcp" | "net/tcp6" => told.is_some(),
            "net/udp6" => told.is_some_and(|told| !told.has_udp6),
            _ => false,
        };
        if known {
            continue;
        }
        let text = process.table(table, MOST_OF_A_FILE)?;
        files.insert(format!("/proc/{table}"), text);
    }
    let read = |path: String| {
        let text = process.read(&path, MOST_OF_A_FILE).ok()?;
        Some((path, String::from_utf8_lossy(&text).into_owned()))
    };
    files.extend(ETC.into_iter().map(str::to_owned).filter_map(read));
    files.extend((0..MOST_INTERFACES).map(mtu_path).filter_map(read).take(interfaces));
    Ok(files)
}

#[cfg(not(target_os = "linux"))]
async fn tcp_from_proc(_: &Engine, _: &Container, _: Option<&Visitor>) -> Option<Vec<Socket>> {
    None
}

#[cfg(not(target_os = "linux"))]
async fn from_proc(_: &Engine, _: &Container, _: Option<&Visitor>) -> Result<FromProc, Blind> {
    Err("there is no /proc here".to_owned().into())
}

async fn from_exec(engine: &Engine, container: &Container) -> Result<Files, String> {
    let tables = TCP.iter().chain(&OTHERS).map(|table| format!("/proc/{table}"));
    let interfaces = (0..MOST_INTERFACES).map(mtu_path);
    let paths = tables.chain(ETC.map(str::to_owned)).chain(interfaces).collect();
    heads::read(engine, &container.id, MOST_LINES, paths, MOST_OF_ALL).await
}

/// What would be seen if `head` printed this.
#[cfg(any(test, fuzzing))]
pub fn read_by_chance(text: &str) -> Observation {
    let mut seen = Observation::default();
    fill(&mut seen, Means::Exec, &Container::default(), None, &heads::parts(text));
    seen
}

/// Puts together what was seen; the TCP sockets are in the files if nowhere else.
fn fill(
    seen: &mut Observation,
    how: Means,
    container: &Container,
    tcp: Option<Vec<Socket>>,
    files: &Files,
) -> Vec<InLine> {
    let text = |path: &str| files.get(path).map(String::as_str);
    let table = |path: &str| text(path).unwrap_or_default();
    seen.how = Some(how);
    let mut in_line = Vec::new();
    if let Some(tcp) = tcp.or_else(|| tcp_in(files)) {
        // A paused one takes nothing, and those on the machine's network have all that is there.
        let is_its_own = container.network_mode != NetworkMode::Host;
        if is_its_own && container.state == State::Running {
            in_line = sockets::in_line(&tcp);
        }
        let udp = sockets::in_tables([table("/proc/net/udp"), table("/proc/net/udp6")]);
        let (listening, connections) = sockets::told(&tcp, &udp);
        seen.listening = Some(listening);
        seen.connections = Some(connections);
    }
    if let Some(v4) = text("/proc/net/route") {
        seen.routes = Some(routes::read(v4, table("/proc/net/ipv6_route")));
    }
    if let Some(file) = text(ETC[0]) {
        let resolver = ResolverSettings::parse(file);
        let says = resolver.ndots != ResolverSettings::default().ndots;
        seen.ndots = says.then_some(resolver.ndots);
        (seen.nameservers, seen.search) = (Some(resolver.servers), resolver.search);
    }
    let own: Vec<IpAddr> = container.endpoints.iter().flat_map(|e| e.addresses()).collect();
    // Who shares the network of another one has its addresses, and is given none.
    if !own.is_empty() {
        let all = routes::own_addresses(table("/proc/net/fib_trie"));
        let all = all.into_iter().chain(routes::own_ipv6(table("/proc/net/if_inet6")));
        let others = all.filter(|address| !own.contains(address));
        seen.other_addresses = others.take(MOST_ADDRESSES).collect();
    }
    seen.hosts = text(ETC[1]).map(|file| files::hosts(file, &own));
    seen.own_names = text(ETC[1]).map(|file| files::own_names(file, &own)).unwrap_or_default();
    let mtus: Vec<Mtu> = (0..MOST_INTERFACES)
        .filter_map(|number| {
            let mtu = text(&mtu_path(number))?.trim().parse().ok()?;
            Some(Mtu { interface: format!("eth{number}"), mtu })
        })
        .collect();
    seen.mtus = (!mtus.is_empty()).then_some(mtus);
    in_line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_head_prints_is_taken_apart() {
        let text = "head: /proc/net/tcp6: No such file or directory\n==> /proc/net/tcp <==\n  sl\n   0: 00000000:0BB8 00000000:0000 0A\n\n==> /etc/resolv.conf <==\nnameserver 127.0.0.11\n\n==> /sys/class/net/eth0/mtu <==\n1400\n";
        let seen = read_by_chance(text);
        assert_eq!(seen.listening.map(|l| l.len()), Some(1));
        assert_eq!(seen.nameservers.map(|n| n.len()), Some(1));
        assert_eq!(seen.mtus.map(|m| m[0].mtu), Some(1400));
        // Files that did not come were not looked at.
        assert_eq!((seen.routes, seen.hosts), (None, None));
    }
}
