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
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&log);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (down, kept) = (client.try_clone().unwrap(), Arc::clone(&kept));
                serve(client, down, kept);
            }
        });
        Self { address: format!("unix://{}", path.display()), log, _folder: Some(folder) }
    }

    /// A recorder on a TCP port, as an engine elsewhere would have one.
    pub fn over_tcp() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("tcp://{}", listener.local_addr().unwrap());
        let log = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&log);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let down: TcpStream = client.try_clone().unwrap();
                serve(client, down, Arc::clone(&kept));
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

fn serve(
    client: impl Read + Send + 'static,
    mut down: impl Write + Send + 'static,
    log: Arc<Mutex<Vec<String>>>,
) {
    let upstream = UnixStream::connect(engine().trim_start_matches("unix://")).unwrap();
    let mut back = upstream.try_clone().unwrap();
    thread::spawn(move || std::io::copy(&mut back, &mut down));
    thread::spawn(move || forward(client, upstream, &log));
}

/// Passes bytes on; keeps the first line of each head and skips bodies.
fn forward(mut client: impl Read, mut upstream: UnixStream, log: &Mutex<Vec<String>>) {
    let mut pending: Vec<u8> = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(read) = client.read(&mut buffer) {
        if read == 0 || upstream.write_all(&buffer[..read]).is_err() {
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
            pending.drain(..whole);
        }
    }
    // The end of the client's words must reach the engine.
    let _ = upstream.shutdown(std::net::Shutdown::Write);
}
