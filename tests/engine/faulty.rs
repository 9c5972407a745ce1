//! A proxy between netmap and the engine that does what a test wants to one
//! of the calls, and passes the others on as they are.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// What becomes of a call's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It comes whole, and later.
    Delay(Duration),
    /// It never comes.
    Silence,
    /// It ends after so many bytes, head and all.
    Cut(usize),
    /// The engine says this status instead.
    Status(u16),
    /// Bytes that are no HTTP.
    Garbage,
    /// A head as it should be, and a body that is no JSON.
    GarbageBody,
    /// A head without end.
    EndlessHead,
    /// A body without end.
    EndlessBody,
    /// It comes a byte at a time, too slowly to end.
    Drip,
}

/// Which calls meet a fault.
type Choose = dyn Fn(&str) -> Option<Fault> + Send + Sync;

/// The proxy; it ends with the process.
pub struct Faulty {
    /// Where it listens, for `--host`.
    pub address: String,
    hits: Arc<AtomicUsize>,
    _folder: Option<tempfile::TempDir>,
}

impl Faulty {
    /// A proxy on a unix socket before the engine at `engine`. `choose` is
    /// asked of each call, as `GET /containers/json?all=true`.
    pub fn start(
        engine: &str,
        choose: impl Fn(&str) -> Option<Fault> + Send + Sync + 'static,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let (hits, serve) = server(engine.to_owned(), choose);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let back = client.try_clone().unwrap();
                let (read, write) = (client.try_clone().unwrap(), client);
                serve(Box::new(read), Box::new(write), Box::new(move || close(&back)));
            }
        });
        Self { address: format!("unix://{}", path.display()), hits, _folder: Some(folder) }
    }

    /// The same on a TCP port, as an engine elsewhere would have one: nothing
    /// of it can be read off this machine's files.
    pub fn over_tcp(
        engine: &str,
        choose: impl Fn(&str) -> Option<Fault> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("tcp://{}", listener.local_addr().unwrap());
        let (hits, serve) = server(engine.to_owned(), choose);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let back: TcpStream = client.try_clone().unwrap();
                let (read, write) = (client.try_clone().unwrap(), client);
                let close = move || drop(back.shutdown(std::net::Shutdown::Both));
                serve(Box::new(read), Box::new(write), Box::new(close));
            }
        });
        Self { address, hits, _folder: None }
    }

    /// How many calls met a fault that changed what came.
    pub fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }
}

fn close(socket: &UnixStream) {
    let _ = socket.shutdown(std::net::Shutdown::Both);
}

type Reader = Box<dyn Read + Send>;
type Writer = Box<dyn Write + Send>;
type Close = Box<dyn Fn() + Send>;

/// Serves one client on a thread of its own.
fn server(
    engine: String,
    choose: impl Fn(&str) -> Option<Fault> + Send + Sync + 'static,
) -> (Arc<AtomicUsize>, impl Fn(Reader, Writer, Close)) {
    let hits = Arc::new(AtomicUsize::new(0));
    let path = engine.trim_start_matches("unix://").to_owned();
    let (choose, counted): (Arc<Choose>, _) = (Arc::new(choose), Arc::clone(&hits));
    let serve = move |read: Reader, write: Writer, close: Close| {
        let (path, choose, hits) = (path.clone(), Arc::clone(&choose), Arc::clone(&counted));
        thread::spawn(move || {
            let _ = converse(read, write, &path, &*choose, &hits);
            close();
        });
    };
    (hits, serve)
}

/// Passes calls and answers on until one of the two hangs up. An engine that
/// is not there hangs up, too.
fn converse(
    client: Reader,
    down: Writer,
    engine: &str,
    choose: &Choose,
    hits: &AtomicUsize,
) -> io::Result<()> {
    let mut client = BufReader::new(client);
    let mut down = Valve { to: down, left: None, hits, drip: false };
    let upstream = UnixStream::connect(engine)?;
    let mut answers = BufReader::new(upstream.try_clone()?);
    loop {
        let Some(head) = head(&mut client)? else { return Ok(()) };
        let mut body = vec![0; length(&head).unwrap_or(0)];
        client.read_exact(&mut body)?;
        (down.left, down.drip) = (None, false);
        match choose(&call(&head)) {
            None => {}
            Some(Fault::Delay(time)) => {
                hits.fetch_add(1, Ordering::SeqCst);
                thread::sleep(time);
            }
            Some(Fault::Cut(bytes)) => down.left = Some(bytes),
            Some(Fault::Drip) => down.drip = true,
            Some(instead) => {
                hits.fetch_add(1, Ordering::SeqCst);
                if !answer_instead(instead, &mut down)? {
                    return Ok(());
                }
                continue;
            }
        }
        (&upstream).write_all(head.as_bytes())?;
        (&upstream).write_all(&body)?;
        if relay(&mut answers, &mut down)? {
            continue;
        }
        // Upgraded: from here on both speak when they like.
        let above = upstream.try_clone()?;
        let input = thread::spawn(move || {
            let _ = io::copy(&mut client, &mut &above);
            let _ = above.shutdown(std::net::Shutdown::Write);
        });
        let copied = io::copy(&mut answers, &mut down);
        if copied.is_ok() {
            let _ = input.join();
        }
        return Ok(());
    }
}

/// Answers in the engine's place; whether the connection goes on.
fn answer_instead(fault: Fault, down: &mut impl Write) -> io::Result<bool> {
    match fault {
        Fault::Status(status) => {
            let body = r#"{"message":"a made-up refusal"}"#;
            let length = body.len();
            write!(
                down,
                "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
            )?;
            return Ok(true);
        }
        Fault::Garbage => down.write_all(b"220 mail.example ESMTP ready\r\n")?,
        Fault::GarbageBody => down.write_all(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n\x00\xff{{{\"]nonse",
        )?,
        Fault::EndlessHead => {
            down.write_all(b"HTTP/1.1 200 OK\r\n")?;
            loop {
                down.write_all(b"X-More: and more and more and more\r\n")?;
            }
        }
        Fault::EndlessBody => {
            down.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[{\"\r\n")?;
            let chunk = format!("10000\r\n{}\r\n", "x".repeat(1 << 16));
            loop {
                down.write_all(chunk.as_bytes())?;
            }
        }
        _ => thread::sleep(Duration::from_secs(120)),
    }
    Ok(false)
}

/// One answer, from the engine to the client; whether another call may follow.
fn relay(answers: &mut impl BufRead, down: &mut impl Write) -> io::Result<bool> {
    let Some(head) = head(answers)? else { return Err(io::ErrorKind::UnexpectedEof.into()) };
    down.write_all(head.as_bytes())?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    if let Some(length) = length(&head) {
        io::copy(&mut answers.take(length as u64), down)?;
    } else if head.to_lowercase().contains("\r\ntransfer-encoding: chunked") {
        loop {
            let mut line = String::new();
            answers.read_line(&mut line)?;
            down.write_all(line.as_bytes())?;
            let size = u64::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
            io::copy(&mut answers.take(size + 2), down)?;
            if size == 0 {
                break;
            }
        }
    } else if !matches!(status, "204" | "304") {
        return Ok(false);
    }
    down.flush()?;
    Ok(true)
}

/// Lets through what a fault lets through.
struct Valve<'a> {
    to: Writer,
    left: Option<usize>,
    hits: &'a AtomicUsize,
    drip: bool,
}

impl Write for Valve<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.drip {
            if bytes.len() > 1 {
                self.hits.fetch_add(1, Ordering::SeqCst);
            }
            for byte in bytes {
                self.to.write_all(std::slice::from_ref(byte))?;
                thread::sleep(Duration::from_millis(150));
            }
            return Ok(bytes.len());
        }
        match &mut self.left {
            Some(left) if *left < bytes.len() => {
                self.hits.fetch_add(1, Ordering::SeqCst);
                self.to.write_all(&bytes[..*left])?;
                Err(io::ErrorKind::BrokenPipe.into())
            }
            Some(left) => {
                *left -= bytes.len();
                self.to.write_all(bytes).map(|()| bytes.len())
            }
            None => self.to.write_all(bytes).map(|()| bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// A head with the empty line that ends it; `None` at the end of the stream.
fn head(from: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut head = String::new();
    while from.read_line(&mut head)? > 0 {
        if head.ends_with("\r\n\r\n") {
            return Ok(Some(head));
        }
    }
    Ok(None)
}

fn length(head: &str) -> Option<usize> {
    head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    })
}

/// `GET /networks` of a head, without the version that may stand before the path.
fn call(head: &str) -> String {
    let mut words = head.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = match path.strip_prefix("/v1.").and_then(|rest| rest.split_once('/')) {
        Some((_, rest)) => format!("/{rest}"),
        None => path.to_owned(),
    };
    format!("{method} {path}")
}
