//! The kernel's word on the sockets of a network namespace by `sock_diag` (the
//! manual's page sock_diag(7)). `/proc/net/tcp` says the same and takes some
//! thirty times as long: for each read of it the kernel goes through the
//! connections of all namespaces bucket by bucket, however few there are.

use std::io;
use std::time::Duration;

use netlink_packet_core::{
    DecodeError, Emitable, NetlinkDeserializable, NetlinkHeader, NetlinkPayload,
    NetlinkSerializable, NlasIterator, Parseable,
};
use netlink_packet_sock_diag::SOCK_DIAG_BY_FAMILY;
use netlink_packet_sock_diag::constants::{AF_INET, AF_INET6, INET_DIAG_INFO, IPPROTO_UDP};
use netlink_packet_sock_diag::inet::{
    ExtensionFlags, InetRequest, InetResponseHeader, SocketId, StateFlags,
};

use super::netlink;

/// `NETLINK_SOCK_DIAG` of the kernel's `netlink.h`.
pub const SOCK_DIAG: i32 = 4;

/// `TCPDIAG_GETSOCK` of the kernel's `inet_diag.h`: the older one of two
/// requests, and the only one that is for both families at once. Going through
/// all connections is what costs, so one walk is half of two.
const GET_SOCKETS: u16 = 18;

/// Length of the kernel's `struct inet_diag_req`, and where the wanted
/// extensions and the states stand in it.
const QUESTION: usize = 60;
const EXTENSIONS: usize = 3;
const STATES: usize = 52;

/// Length of the kernel's `struct inet_diag_msg`, behind which attributes stand.
const ANSWER: usize = 72;

/// Where an answer says when its timer runs out, in milliseconds.
const EXPIRES: usize = 52;

/// What is said about sockets: the questions, and an answer to them.
#[derive(Debug)]
enum Message {
    /// For the TCP sockets in these states.
    Tcp(StateFlags, ExtensionFlags),
    /// For the UDP sockets of a family.
    Udp(u8),
    Answer(Told),
}

/// What the kernel says of a socket.
#[derive(Debug)]
pub struct Told {
    /// Its ends and its state.
    pub head: InetResponseHeader,
    /// Until its timer runs out.
    pub expires: Duration,
    /// The kernel's `struct tcp_info`, as long as this kernel has it, where it
    /// was asked for.
    pub tcp_info: Option<Vec<u8>>,
}

fn udp(family: u8) -> InetRequest {
    let socket_id = if family == AF_INET6 { SocketId::new_v6() } else { SocketId::new_v4() };
    let (extensions, states) = (ExtensionFlags::empty(), StateFlags::all());
    InetRequest { family, protocol: IPPROTO_UDP, extensions, states, socket_id }
}

impl NetlinkSerializable for Message {
    fn message_type(&self) -> u16 {
        match self {
            Self::Udp(_) => SOCK_DIAG_BY_FAMILY,
            _ => GET_SOCKETS,
        }
    }

    fn buffer_len(&self) -> usize {
        match self {
            Self::Udp(family) => udp(*family).buffer_len(),
            _ => QUESTION,
        }
    }

    fn serialize(&self, buffer: &mut [u8]) {
        buffer.fill(0);
        match self {
            Self::Tcp(states, extensions) => {
                (buffer[0], buffer[EXTENSIONS]) = (AF_INET, extensions.bits());
                buffer[STATES..STATES + 4].copy_from_slice(&states.bits().to_ne_bytes());
            }
            Self::Udp(family) => udp(*family).emit(buffer),
            Self::Answer(_) => {}
        }
    }
}

impl NetlinkDeserializable for Message {
    type Error = DecodeError;

    fn deserialize(_: &NetlinkHeader, payload: &[u8]) -> Result<Self, DecodeError> {
        let head = InetResponseHeader::parse(payload)?;
        let attributes = NlasIterator::new(payload.get(ANSWER..).unwrap_or_default());
        let mut attributes = attributes.filter_map(Result::ok);
        let info = attributes.find(|attribute| attribute.kind() == INET_DIAG_INFO);
        let tcp_info = info.map(|info| info.value().to_vec());
        let expires = payload.get(EXPIRES..EXPIRES + 4).and_then(|ms| ms.try_into().ok());
        let expires = Duration::from_millis(expires.map_or(0, u32::from_ne_bytes).into());
        Ok(Self::Answer(Told { head, expires, tcp_info }))
    }
}

/// Hands the sockets that the kernel told of in `bytes` to `each`.
pub fn told(bytes: &[u8], mut each: impl FnMut(&Told)) {
    netlink::messages(bytes, |message| {
        if let Ok(NetlinkPayload::InnerMessage(Message::Answer(told))) = message {
            each(&told);
        }
    });
}

/// A way to ask about the sockets of the network namespace that the calling
/// thread is in.
#[derive(Debug)]
pub struct Sockets(socket2::Socket);

impl Sockets {
    /// Opens it.
    ///
    /// # Errors
    ///
    /// When the kernel lets nobody ask.
    pub fn here() -> io::Result<Self> {
        netlink::open(SOCK_DIAG).map(Self)
    }

    /// Hands the TCP sockets of both families in these states to `each`.
    ///
    /// # Errors
    ///
    /// When the kernel refuses, does not answer, or is not understood.
    pub fn tcp(
        &self,
        states: StateFlags,
        extensions: ExtensionFlags,
        each: impl FnMut(Told),
    ) -> io::Result<()> {
        self.ask(Message::Tcp(states, extensions), each)
    }

    /// Hands the UDP sockets of both families to `each`.
    ///
    /// # Errors
    ///
    /// When the kernel refuses, does not answer, or is not understood.
    pub fn udp(&self, mut each: impl FnMut(Told)) -> io::Result<()> {
        self.ask(Message::Udp(AF_INET), &mut each)?;
        self.ask(Message::Udp(AF_INET6), &mut each)
    }

    fn ask(&self, question: Message, mut each: impl FnMut(Told)) -> io::Result<()> {
        let mut garbled = None;
        netlink::dump(&self.0, question, |answer| match answer {
            Ok(Message::Answer(told)) => each(told),
            Ok(_) => {}
            Err(error) => garbled = Some(error),
        })?;
        garbled.map_or(Ok(()), Err)
    }
}
