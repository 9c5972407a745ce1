//! The calls a scan cannot do without and nothing else, for measuring against.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Mutex;

/// How many calls are under way at once, as in a scan.
const WIDTH: usize = 8;

/// The calls a scan is made of and nothing else: two lists, and an inspect
/// of each container over eight connections; the answers are read and dropped.
pub fn bare_calls(engine: &str) {
    let list = get(&mut connect(engine), "/containers/json?all=1");
    get(&mut connect(engine), "/networks");
    let text = String::from_utf8_lossy(&list).into_owned();
    let ids = Mutex::new(
        text.split("\"Id\":\"").skip(1).map(|rest| rest[..64].to_owned()).collect::<Vec<_>>(),
    );
    std::thread::scope(|scope| {
        for _ in 0..WIDTH {
            scope.spawn(|| {
                let mut connection = connect(engine);
                loop {
                    let Some(id) = ids.lock().expect("no panic").pop() else { return };
                    get(&mut connection, &format!("/containers/{id}/json"));
                }
            });
        }
    });
}

fn connect(engine: &str) -> BufReader<UnixStream> {
    BufReader::new(UnixStream::connect(engine.trim_start_matches("unix://")).expect("the engine"))
}

fn get(connection: &mut BufReader<UnixStream>, path: &str) -> Vec<u8> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: engine\r\n\r\n");
    connection.get_mut().write_all(request.as_bytes()).expect("a request");
    let (mut length, mut chunked) = (0, false);
    loop {
        let mut line = String::new();
        connection.read_line(&mut line).expect("a header");
        let line = line.trim().to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(number) = line.strip_prefix("content-length: ") {
            length = number.parse().expect("a number");
        }
        chunked |= line == "transfer-encoding: chunked";
    }
    let mut body = Vec::new();
    if !chunked {
        body.resize(length, 0);
        connection.read_exact(&mut body).expect("a body");
        return body;
    }
    loop {
        let mut line = String::new();
        connection.read_line(&mut line).expect("a chunk");
        let size = usize::from_str_radix(line.trim(), 16).expect("a size");
        let mut chunk = vec![0; size + 2];
        connection.read_exact(&mut chunk).expect("a chunk");
        if size == 0 {
            return body;
        }
        body.extend_from_slice(&chunk[..size]);
    }
}
