//! A way to an engine's socket on which no answer grows without bound:
//! bollard reads an answer whole before it looks at it, and whatever listens
//! at the address could send for as long as it is let.

use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bollard::{API_DEFAULT_VERSION, BollardRequest, Docker};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};

use super::identity::Identity;
use super::tls::Tls;

/// The most bytes of one answer, and of a list of everything there is: fifty
/// thousand containers make a list of about 80 MB.
const MOST: usize = 32 << 20;
const MOST_OF_A_LIST: usize = 128 << 20;

/// The most bytes of all answers: fifty thousand inspects and logs are a quarter.
const MOST_IN_ALL: u64 = 4 << 30;

/// What listens, and where.
#[derive(Debug, Clone)]
pub enum Socket {
    /// A unix socket.
    Unix(PathBuf),
    /// A TCP port, as `HOST:PORT`.
    Tcp(String),
    /// The same, with TLS.
    Tls(String, Box<Tls>),
}

/// A client for what listens there. Nothing is sent yet. Who answers is left in `identity`.
pub fn docker(
    socket: Socket,
    timeout: Duration,
    identity: Arc<OnceLock<Identity>>,
) -> Result<Docker, bollard::errors::Error> {
    // The name stands in the requests' Host line alone.
    let name = match &socket {
        Socket::Unix(_) => "http://localhost".to_owned(),
        Socket::Tcp(host) | Socket::Tls(host, _) => format!("http://{host}"),
    };
    let client = Client::builder(TokioExecutor::new())
        .build(Connector { socket, left: Arc::new(AtomicU64::new(MOST_IN_ALL)) });
    let transport = move |request: BollardRequest| {
        let (answer, identity) = (client.request(request), Arc::clone(&identity));
        async move {
            let answer = answer.await?;
            if identity.get().is_none()
                && let Some(known) = Identity::of(answer.headers())
            {
                // Another answer may have come first, with the same.
                let _ = identity.set(known);
            }
            Ok(answer)
        }
    };
    let seconds = timeout.as_secs().saturating_add(1);
    Docker::connect_with_custom_transport(transport, Some(name), seconds, API_DEFAULT_VERSION)
}

/// Opens connections.
#[derive(Debug, Clone)]
struct Connector {
    socket: Socket,
    /// Bytes that may still come in all, over all connections.
    left: Arc<AtomicU64>,
}

impl tower_service::Service<hyper::Uri> for Connector {
    type Response = TokioIo<Bounded>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: hyper::Uri) -> Self::Future {
        let Self { socket, left: left_in_all } = self.clone();
        Box::pin(async move {
            let stream: Box<dyn Stream> = match socket {
                Socket::Unix(path) => Box::new(UnixStream::connect(path).await?),
                Socket::Tcp(host) => Box::new(tcp(&host).await?),
                Socket::Tls(host, tls) => Box::new(tls.over(tcp(&host).await?).await?),
            };
            Ok(TokioIo::new(Bounded { stream, most: MOST, left: MOST, left_in_all }))
        })
    }
}

async fn tcp(host: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(host).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection that fails when an answer is larger than any should be.
struct Bounded {
    stream: Box<dyn Stream>,
    /// The most bytes of the answer that is awaited.
    most: usize,
    /// Bytes that may still come before the next request.
    left: usize,
    left_in_all: Arc<AtomicU64>,
}

impl Connection for Bounded {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

/// How much may come in answer to this, where it is the begin of a request.
fn allowance(written: &[u8]) -> Option<usize> {
    let line = written.split(|byte| *byte == b'\r').next()?;
    let words = line.strip_prefix(b"GET ").or_else(|| line.strip_prefix(b"POST "))?;
    let path = words.split(|byte| matches!(byte, b' ' | b'?')).next()?;
    let list = path.ends_with(b"/containers/json") || path.ends_with(b"/networks");
    Some(if list { MOST_OF_A_LIST } else { MOST })
}

impl AsyncRead for Bounded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let came = buffer.filled().len() - before;
        let too_large = |why: String| Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
        let Some(left) = self.left.checked_sub(came) else {
            return Poll::Ready(too_large(format!("it is larger than {} MB", self.most >> 20)));
        };
        self.left = left;
        let in_all =
            self.left_in_all.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(came as u64));
        if in_all.is_err() {
            let why = format!("its answers are larger than {} GB in all", MOST_IN_ALL >> 30);
            return Poll::Ready(too_large(why));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Bounded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let Some(most) = allowance(bytes) {
            (self.most, self.left) = (most, most);
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_may_be_long_and_other_answers_less_so() {
        assert_eq!(allowance(b"GET /containers/json?all=true HTTP/1.1\r\n"), Some(MOST_OF_A_LIST));
        assert_eq!(allowance(b"GET /networks HTTP/1.1\r\nHost: x"), Some(MOST_OF_A_LIST));
        assert_eq!(allowance(b"GET /containers/abc/json HTTP/1.1\r\n"), Some(MOST));
        assert_eq!(allowance(b"POST /exec/abc/start HTTP/1.1\r\n"), Some(MOST));
        assert_eq!(allowance(b"the rest of a body"), None);
    }
}
