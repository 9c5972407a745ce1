//! Asking the kernel by netlink (the manual's page netlink(7)): one question,
//! and as many answers as it has.

use std::io::{self, Read};
use std::time::Duration;

use netlink_packet_core::{
    NLM_F_DUMP, NLM_F_REQUEST, NetlinkDeserializable, NetlinkHeader, NetlinkMessage,
    NetlinkPayload, NetlinkSerializable,
};
use socket2::{Domain, Protocol, Type};

/// `AF_NETLINK` of the kernel's `socket.h`.
const NETLINK: i32 = 16;

/// A kernel answers at once; one that never does should hold nobody up.
const DEADLINE: Duration = Duration::from_secs(2);

/// A message is never longer than the 32 KiB that the kernel makes room for.
pub const LARGEST: usize = 1 << 16;

/// A socket to a part of the kernel, in the network namespace that the calling
/// thread is in.
///
/// # Errors
///
/// When the kernel has no such part, or lets nobody ask it.
pub fn open(part: i32) -> io::Result<socket2::Socket> {
    let protocol = Some(Protocol::from(part));
    let way = socket2::Socket::new(Domain::from(NETLINK), Type::RAW, protocol)?;
    way.set_read_timeout(Some(DEADLINE))?;
    Ok(way)
}

/// Whether a kernel that says so lacks the part that was asked: the family of the
/// socket, the part of netfilter, the kind of sockets.
pub fn is_lacking(error: &io::Error) -> bool {
    use rustix::io::Errno;

    let lacking =
        [Errno::AFNOSUPPORT, Errno::INVAL, Errno::NOENT, Errno::OPNOTSUPP, Errno::PROTONOSUPPORT];
    lacking.iter().any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

/// Why a kernel does not tell something for which it needs this module.
pub fn in_words(error: &io::Error, module: &str) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "only root may ask for it".to_owned(),
        _ if is_lacking(error) => format!("this kernel does not tell it ({module} is missing)"),
        _ => error.to_string(),
    }
}

/// Asks for all there is, and hands each answer to `each`; one that cannot be
/// read is an error of its own.
///
/// # Errors
///
/// When the kernel refuses, or does not answer.
pub fn dump<M: NetlinkSerializable + NetlinkDeserializable>(
    mut way: &socket2::Socket,
    question: M,
    mut each: impl FnMut(io::Result<M>),
) -> io::Result<()> {
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_REQUEST | NLM_F_DUMP;
    let mut question = NetlinkMessage::new(header, NetlinkPayload::InnerMessage(question));
    question.finalize();
    let mut bytes = vec![0; question.buffer_len()];
    question.serialize(&mut bytes);
    way.send(&bytes)?;
    let mut buffer = vec![0; LARGEST];
    let mut ended = None;
    while ended.is_none() {
        let length = way.read(&mut buffer)?;
        messages(&buffer[..length], |message| match message {
            Ok(NetlinkPayload::InnerMessage(answer)) => each(Ok(answer)),
            Ok(NetlinkPayload::Done(_)) => ended = Some(Ok(())),
            Ok(NetlinkPayload::Error(error)) => ended = Some(Err(error.to_io())),
            Ok(_) => {}
            Err(error) => each(Err(error)),
        });
    }
    ended.unwrap_or(Ok(()))
}

/// Takes apart what came in one piece.
pub fn messages<M: NetlinkDeserializable>(
    bytes: &[u8],
    mut each: impl FnMut(io::Result<NetlinkPayload<M>>),
) {
    split(bytes, |message| {
        let message = NetlinkMessage::deserialize(message)
            .map(|message| message.payload)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()));
        each(message);
    });
}

/// Hands each message of what came in one piece to `each`, as bytes.
pub fn split(mut rest: &[u8], mut each: impl FnMut(&[u8])) {
    while let Some(length) = length_of(rest) {
        each(&rest[..length]);
        // Each message begins at a multiple of four.
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
}

/// The length that a message says it has, if it can have it.
fn length_of(message: &[u8]) -> Option<usize> {
    const HEADER: usize = 16;
    let length = u32::from_ne_bytes(message.get(..4)?.try_into().ok()?) as usize;
    (HEADER..=message.len()).contains(&length).then_some(length)
}
