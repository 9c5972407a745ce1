//! A proxy between netmap and the engine that writes down what is asked.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::support::engine;

/// Passes everything on to the engine and keeps each request line.
pub struct Recorder {
    /// Where it listens, for `--host`.
    pub address: String,
    log: Arc<Mutex<Vec<String>>>,
    _folder: Option<tempfile::TempDir>,
}

impl Recorder {
    /// A recorder on a unix socket, as an engine of this machine has one.
    pub fn start() -> Self {
        Self::on_socket(false)
    }

    /// A recorder on a unix socket that lets nothing pass but GET.
    pub fn read_only() -> Self {
        Self::on_socket(true)
    }

    fn on_socket(read_only: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&log);
        let engine = engine();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (down, kept) = (client.try_clone().unwrap(), Arc::clone(&kept));
                let refuse = read_only.then(|| client.try_clone().unwrap());
                serve(&engine, client, (down, refuse), kept);
            }
        });
        Self { address: format!("unix://{}", path.display()), log, _folder: Some(folder) }
    }

    /// A recorder on a TCP port, as an engine elsewhere would have one.
    pub fn over_tcp() -> Self {
        Self::on_port(false)
    }

    /// A recorder on a TCP port that lets nothing pass but GET.
    pub fn read_only_over_tcp() -> Self {
        Self::on_port(true)
    }

    fn on_port(read_only: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("tcp://{}", listener.local_addr().unwrap());
        let log = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&log);
        let engine = engine();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let down: TcpStream = client.try_clone().unwrap();
                let refuse = read_only.then(|| client.try_clone().unwrap());
                serve(&engine, client, (down, refuse), Arc::clone(&kept));
            }
        });
        Self { address, log, _folder: None }
    }

    /// The request lines so far.
    pub fn requests(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// Forgets them.
    pub fn forget(&self) {
        self.log.lock().unwrap().clear();
    }
}

fn serve<W: Write + Send + 'static>(
    engine: &str,
    client: impl Read + Send + 'static,
    (mut down, refuse): (impl Write + Send + 'static, Option<W>),
    log: Arc<Mutex<Vec<String>>>,
) {
    let upstream = UnixStream::connect(engine.trim_start_matches("unix://")).unwrap();
    let mut back = upstream.try_clone().unwrap();
    thread::spawn(move || std::io::copy(&mut back, &mut down));
    thread::spawn(move || forward(client, upstream, &log, refuse));
}

/// Passes requests on; keeps the first line of each head and skips bodies.
/// With `refuse` what is no GET is answered there and goes no further.
fn forward(
    mut client: impl Read,
    mut upstream: UnixStream,
    log: &Mutex<Vec<String>>,
    mut refuse: Option<impl Write>,
) {
    let mut pending: Vec<u8> = Vec::new();
    let mut buffer = [0; 4096];
    'client: while let Ok(read) = client.read(&mut buffer) {
        if read == 0 {
            break;
        }
        // An exec's own bytes follow its request; only a gate must hold requests back.
        if refuse.is_none() && upstream.write_all(&buffer[..read]).is_err() {
            break;
        }
        pending.extend_from_slice(&buffer[..read]);
        while let Some(end) = pending.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&pending[..end]).into_owned();
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
            });
            let whole = end + 4 + length.unwrap_or(0);
            if pending.len() < whole {
                break;
            }
            log.lock().unwrap().push(head.lines().next().unwrap_or_default().to_owned());
            if let Some(down) = &mut refuse {
                if !head.starts_with("GET ") {
                    let body = r#"{"message":"only GET passes here"}"#;
                    let _ = write!(
                        down,
                        "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\n\
                         Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
                        body.len()
                    );
                    break 'client;
                }
                if upstream.write_all(&pending[..whole]).is_err() {
                    break 'client;
                }
            }
            pending.drain(..whole);
        }
    }
    // The end of the client's words must reach the engine.
    let _ = upstream.shutdown(std::net::Shutdown::Write);
}
