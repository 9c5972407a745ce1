//! An engine that answers as it is told to: a small HTTP server on a unix
//! socket, for the faults that a real engine cannot be made to show.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// What the engine does with a request.
pub enum Answer {
    /// Status and body.
    Json(u16, String),
    /// A body that is announced whole and cut in the middle.
    Cut(String),
    /// Headers at once, and then nothing.
    SlowBody,
    /// Nothing, ever.
    Silence,
    /// Bytes that are no HTTP.
    Garbage,
}

/// A fake engine; it ends with the process.
pub struct FakeEngine {
    /// `unix://…`.
    pub address: String,
    _folder: tempfile::TempDir,
}

impl FakeEngine {
    /// Starts an engine that answers each path by `answer`.
    pub fn start(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let socket: PathBuf = folder.path().join("e.sock");
        let listener = UnixListener::bind(&socket).expect("a socket");
        let answer = Arc::new(answer);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answer = Arc::clone(&answer);
                thread::spawn(move || serve(stream, &*answer));
            }
        });
        Self { address: format!("unix://{}", socket.display()), _folder: folder }
    }

    /// An engine with a single container and network, but for what `other` says.
    pub fn small(other: impl Fn(&str) -> Option<Answer> + Send + Sync + 'static) -> Self {
        Self::start(move |path| other(path).unwrap_or_else(|| healthy(path)))
    }
}

/// What a healthy engine with one container says.
pub fn healthy(path: &str) -> Answer {
    let json = |text: &str| Answer::Json(200, text.to_owned());
    match path.split('?').next().unwrap_or_default() {
        "/version" => {
            json(r#"{"Version":"26.1.5","ApiVersion":"1.45","Os":"linux","Arch":"amd64"}"#)
        }
        "/networks" => json(
            r#"[{"Name":"front","Id":"n1","Driver":"bridge","Scope":"local",
                 "IPAM":{"Config":[{"Subnet":"10.1.0.0/24","Gateway":"10.1.0.1"}]}}]"#,
        ),
        "/containers/json" => json(
            r#"[{"Id":"c1","Names":["/web"],"Image":"busybox","State":"running",
                 "HostConfig":{"NetworkMode":"front"},
                 "NetworkSettings":{"Networks":{"front":{"NetworkID":"n1","IPAddress":"10.1.0.2"}}}}]"#,
        ),
        "/containers/c1/json" => json(
            r#"{"Id":"c1","Name":"/web","State":{"Status":"running","Pid":1},"Config":{"Image":"busybox"},
                "HostConfig":{"NetworkMode":"front"},
                "NetworkSettings":{"Networks":{"front":{"NetworkID":"n1","IPAddress":"10.1.0.2"}}}}"#,
        ),
        _ => Answer::Json(404, r#"{"message":"no such thing"}"#.to_owned()),
    }
}

fn serve(mut stream: UnixStream, answer: &dyn Fn(&str) -> Answer) {
    let mut pending = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let Some(end) = pending.windows(4).position(|window| window == b"\r\n\r\n") else {
            match stream.read(&mut buffer) {
                Ok(read) if read > 0 => pending.extend_from_slice(&buffer[..read]),
                _ => return,
            }
            continue;
        };
        let head = String::from_utf8_lossy(&pending[..end]).into_owned();
        pending.drain(..end + 4);
        let path = head.split(' ').nth(1).unwrap_or_default();
        let written = match answer(path) {
            Answer::Json(status, body) => stream.write_all(
                format!(
                    "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                )
                .as_bytes(),
            ),
            Answer::Cut(body) => {
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
                let half = &body[..body.len() / 2];
                let _ = stream.write_all((head + half).as_bytes());
                return;
            }
            Answer::SlowBody => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[");
                thread::sleep(Duration::from_secs(60));
                return;
            }
            Answer::Silence => {
                thread::sleep(Duration::from_secs(60));
                return;
            }
            Answer::Garbage => {
                let _ = stream.write_all(b"220 mail.example ESMTP ready\r\n");
                return;
            }
        };
        if written.is_err() {
            return;
        }
    }
}
