//! Sending a number of packets at once, none of which is sent a second time:
//! what they meet on the way counts just so many.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use socket2::Socket;
use tokio::time::{Instant, sleep_until};

use super::icmp;
use super::namespaces::{NamespaceHandle, SocketKind};
use crate::engine::Visitor;
use crate::model::Attempt;

/// How long to wait for what becomes of the packets. A kernel sends the first
/// packet of a connection again after a second (RFC 6298).
pub const WINDOW: Duration = Duration::from_millis(300);

/// Sends `number` pings, or begins so many connections, and gives them up when
/// the window is over. Each is one of its own to whoever tells connections
/// apart. Without any it takes as long.
///
/// # Errors
///
/// When there is no socket to send with.
pub async fn send(
    handle: &NamespaceHandle,
    visitor: &Visitor,
    to: IpAddr,
    attempt: Attempt,
    number: u32,
) -> io::Result<()> {
    let over = Instant::now() + WINDOW;
    // Held until then: to close one is to give it up.
    let mut sockets: Vec<Socket> = Vec::new();
    match attempt {
        Attempt::Icmp => {
            let v6 = to.is_ipv6();
            let socket = handle.socket(visitor, SocketKind::Icmp { v6 }).await?;
            for at in 0..number {
                // A kernel tells pings apart by the first two bytes.
                let mut nonce: icmp::Nonce = *b"..netmap";
                nonce[..2].copy_from_slice(&(FIRST_ID + at as u16).to_be_bytes());
                let packet = icmp::request(v6, nonce, 0, at);
                // What a rule of the own namespace drops is an error, and counted.
                let _ = socket.send_to(&packet, &SocketAddr::new(to, 0).into());
            }
            sockets.push(socket);
        }
        Attempt::Tcp(port) => {
            for _ in 0..number {
                let socket = handle.socket(visitor, SocketKind::Tcp(to)).await?;
                // It is under way, and nobody waits for how it ends.
                let _ = socket.connect(&SocketAddr::new(to, port).into());
                sockets.push(socket);
            }
        }
    }
    sleep_until(over).await;
    Ok(())
}

/// Far from the numbers that programs begin with.
const FIRST_ID: u16 = 0xb5a0;
