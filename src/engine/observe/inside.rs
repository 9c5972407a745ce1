//! Looking inside a container: at the kernel's files about its first process
//! and its sockets where the engine is on this machine and lets us, else by one
//! command run in it. Both give the same files; what they say is read the same
//! way.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

#[cfg(target_os = "linux")]
use super::diag;
use super::sockets::Socket;
use super::{files, routes, sockets};
#[cfg(target_os = "linux")]
use crate::engine::Process;
use crate::engine::Visitor;
use crate::engine::connect::Engine;
use crate::engine::exec::Exec;
use crate::error::Error;
use crate::model::{Container, Means, Mtu, Observation, ResolverSettings, State, Unread};

/// Bytes read of one file, and of a command's whole output.
const MOST_OF_A_FILE: u64 = 4 << 20;
const MOST_OF_ALL: usize = 2 << 20;

/// How long the command may take.
const DEADLINE: Duration = Duration::from_secs(5);

/// The files, below the container's own root. An engine names interfaces
/// eth0 and on.
const TCP: [&str; 2] = ["net/tcp", "net/tcp6"];
const OTHERS: [&str; 4] = ["net/udp", "net/udp6", "net/route", "net/ipv6_route"];
const ETC: [&str; 2] = ["/etc/resolv.conf", "/etc/hosts"];
const MOST_INTERFACES: usize = 10;

/// A file that is always there, read last: where it is, nothing was cut off.
const LAST: &str = "/proc/self/comm";

/// The files' texts by path; a file that is not there is not in it.
type Files = BTreeMap<String, String>;

fn mtu_path(number: usize) -> String {
    format!("/sys/class/net/eth{number}/mtu")
}

/// Looks inside and fills in what was seen, or says why nothing was.
pub async fn look(
    engine: &Engine,
    container: &Container,
    visitor: Option<&Visitor>,
    exec: bool,
    seen: &mut Observation,
) {
    let mut why = match container.state {
        State::Running | State::Paused => Vec::new(),
        // Not running: there is no inside, and nothing was missed.
        _ => return,
    };
    let hangs;
    match from_proc(engine, container, visitor).await {
        Ok((tcp, files)) => return fill(seen, Means::Proc, container, tcp, &files),
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

/// The container's TCP sockets, if the kernel can be asked for them, and files;
/// where it cannot, the tables of TCP sockets are among the files.
#[cfg(target_os = "linux")]
async fn from_proc(
    engine: &Engine,
    container: &Container,
    visitor: Option<&Visitor>,
) -> Result<(Option<Vec<Socket>>, Files), Blind> {
    let process = engine.process(container)?;
    // Each network is one interface; who rides along has those of another.
    let interfaces = match container.endpoints.len() {
        0 => MOST_INTERFACES,
        known => known,
    };
    diag::read(process, visitor, move |process, told| {
        let files = read_files(process, told.as_ref(), interfaces)?;
        Ok((told.map(|told| told.tcp), files))
    })
    .await
    .map_err(|error| Blind {
        why: format!("its files cannot be read: {error}"),
        hangs: error.kind() == std::io::ErrorKind::TimedOut,
    })
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
async fn from_proc(
    _: &Engine,
    _: &Container,
    _: Option<&Visitor>,
) -> Result<(Option<Vec<Socket>>, Files), Blind> {
    Err("there is no /proc here".to_owned().into())
}

/// `head` names each file before its text and needs no shell.
async fn from_exec(engine: &Engine, container: &Container) -> Result<Files, String> {
    let tables = TCP.iter().chain(&OTHERS).map(|table| format!("/proc/{table}"));
    let interfaces = (0..MOST_INTERFACES).map(mtu_path);
    let paths = tables.chain(ETC.map(str::to_owned)).chain(interfaces).chain([LAST.to_owned()]);
    let command = ["head", "-n", "3000"].map(str::to_owned).into_iter().chain(paths).collect();
    let (deadline, silence) = (DEADLINE, DEADLINE);
    let exec = Exec { command, deadline, silence, limit: MOST_OF_ALL, last_words: None };
    let ran = engine.exec(&container.id, &exec).await.map_err(|error| match error {
        Error::Refused { status: 403, .. } => {
            "the engine, or a proxy in front of it, does not allow execs".to_owned()
        }
        Error::Refused { status: 404, .. } => "the container is gone".to_owned(),
        other => other.to_string(),
    })?;
    let text = String::from_utf8_lossy(&ran.stdout);
    let files = parts(&text);
    if files.contains_key("/proc/net/tcp") {
        // Half a table would say that nobody listens on the rest.
        match files.get(LAST) {
            Some(last) if last.ends_with('\n') => Ok(files),
            _ => Err("what was read in it came only in part".to_owned()),
        }
    } else if matches!(ran.code, Some(126 | 127)) {
        Err("it has no `head` to read files with".to_owned())
    } else {
        Err("reading files in it gave nothing".to_owned())
    }
}

/// The output of `head` on several files, taken apart.
fn parts(text: &str) -> Files {
    let mut files = Files::new();
    let mut current: Option<String> = None;
    for line in text.lines() {
        let title = line.strip_prefix("==> ").and_then(|rest| rest.strip_suffix(" <=="));
        if let Some(title) = title {
            current = Some(title.to_owned());
            files.entry(title.to_owned()).or_default();
        } else if let Some(file) = current.as_ref().and_then(|name| files.get_mut(name)) {
            file.push_str(line);
            file.push('\n');
        }
    }
    files
}

/// What would be seen if `head` printed this.
#[cfg(any(test, fuzzing))]
pub fn read_by_chance(text: &str) -> Observation {
    let mut seen = Observation::default();
    fill(&mut seen, Means::Exec, &Container::default(), None, &parts(text));
    seen
}

/// Puts together what was seen; the TCP sockets are in the files if nowhere else.
fn fill(
    seen: &mut Observation,
    how: Means,
    container: &Container,
    tcp: Option<Vec<Socket>>,
    files: &Files,
) {
    let text = |path: &str| files.get(path).map(String::as_str);
    let table = |path: &str| text(path).unwrap_or_default();
    seen.how = Some(how);
    let tables = || {
        let tcp = text("/proc/net/tcp")?;
        Some(sockets::in_tables([tcp, table("/proc/net/tcp6")]))
    };
    if let Some(tcp) = tcp.or_else(tables) {
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
    seen.hosts = text(ETC[1]).map(|file| files::hosts(file, &own));
    let mtus: Vec<Mtu> = (0..MOST_INTERFACES)
        .filter_map(|number| {
            let mtu = text(&mtu_path(number))?.trim().parse().ok()?;
            Some(Mtu { interface: format!("eth{number}"), mtu })
        })
        .collect();
    seen.mtus = (!mtus.is_empty()).then_some(mtus);
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
