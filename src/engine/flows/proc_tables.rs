//! The kernel's tables of sockets, read by one command in a container, where
//! its network namespace cannot be entered.

use std::time::Duration;

use super::tables::{Sock, Table};
use crate::engine::Engine;
use crate::engine::observe::{heads, sockets};
use crate::model::{FlowBasis, FlowProtocol, Look, LookoutAt, Measures, Moment};

const TCP: [&str; 2] = ["/proc/net/tcp", "/proc/net/tcp6"];
const UDP: [&str; 2] = ["/proc/net/udp", "/proc/net/udp6"];

/// Lines read of each table.
const LINES: usize = 20_000;

/// Bytes read of all.
const MOST_BYTES: usize = 8 << 20;

/// What this way cannot see.
const PAST: &str = "only open connections, and TCP that was closed from there within the last \
                    minute, can be seen by a command in it: what the kernel remembers is told \
                    to root beside the engine";

/// One look from inside a container.
///
/// # Errors
///
/// Why nothing was seen.
pub async fn look(engine: &Engine, container: &str, at: LookoutAt) -> Result<Look, String> {
    let now = Moment::now();
    let paths = TCP.iter().chain(&UDP).map(|path| (*path).to_owned()).collect();
    let files = heads::read(engine, container, LINES, paths, MOST_BYTES).await?;
    let text = |path: &str| files.get(path).map_or("", String::as_str);
    let blind = vec![PAST.to_owned()];
    let mut look = Look { at, blind, ..Look::default() };
    let mut table = Table::default();
    for (protocol, paths) in [(FlowProtocol::Tcp, TCP), (FlowProtocol::Udp, UDP)] {
        for socket in sockets::in_tables(paths.map(text)) {
            table.add(protocol, seen(&socket));
        }
        if paths.iter().any(|path| text(path).lines().count() >= LINES) {
            look.blind.push(format!("more than {LINES} of its {protocol} sockets"));
        }
    }
    table.add_to(&mut look, now, FlowBasis::Proc, |_| None);
    Ok(look)
}

fn seen(socket: &sockets::Socket) -> Sock {
    Sock {
        local: socket.local,
        remote: socket.remote,
        state: socket.state,
        over_for: Duration::ZERO,
        inode: 0,
        measures: Measures::default(),
    }
}
