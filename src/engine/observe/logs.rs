//! The last lines of a container's log, reduced to what they say went wrong.

use std::borrow::Cow;
use std::collections::BTreeMap;

use futures_util::StreamExt;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::log_line::Line;
use super::log_standing::Standing;
use super::{log_connected, log_file, log_troubles, log_words};
use crate::engine::connect::Engine;
use crate::engine::lenient;
use crate::error::Error;
use crate::model::{Container, LogError, LogErrorKind, LogTrouble, Moment, Repeated, TroubleKind};
use crate::order::OrderBy;

/// Lines asked for. Engines cut longer ones after 16 KiB and count each part.
const LINES: usize = 200;
/// Lines asked for where those tell of trouble and of a few seconds alone: a program that
/// writes a traceback of a hundred lines each time has said nothing else in them, and
/// whether that goes on shows only before.
const MORE_LINES: usize = 2_000;
/// So few seconds.
const FEW_SECONDS: f64 = 10.0;
/// Bytes read, of which the last are kept; and errors kept.
const MOST_BYTES: usize = 16 << 20;
const MOST_KEPT_BYTES: usize = 1 << 20;
const MOST_KEPT: usize = 50;

/// What a container's log says went wrong, and well.
#[derive(Debug, Default)]
pub struct Said {
    /// Network errors.
    pub errors: Vec<LogError>,
    /// Everything else.
    pub troubles: Vec<LogTrouble>,
    /// When it last said that a connection was made.
    pub connected: Option<Moment>,
}

/// What the container's last log lines say went wrong, or why they could
/// not be read. As many files are read at once as `files` has permits.
pub async fn read(
    engine: &Engine,
    container: &Container,
    files: &Semaphore,
) -> Result<Said, String> {
    let text = last_lines(engine, container, files, LINES).await?;
    let first = said(&text);
    let is_well = first.errors.is_empty() && first.troubles.is_empty();
    if is_well || !is_of_seconds(&text) {
        return Ok(first);
    }
    let more = last_lines(engine, container, files, MORE_LINES).await;
    Ok(more.map_or(first, |text| said(&text)))
}

/// Whether these lines were written within a few seconds, and there are more before.
fn is_of_seconds(text: &str) -> bool {
    let time = |line: &str| Moment::parse(line.split_once(' ')?.0);
    let mut lines = text.lines();
    let ends = lines.next().and_then(time).zip(lines.next_back().and_then(time));
    let is_cut = || text.lines().count() >= LINES;
    ends.is_some_and(|(first, last)| last.since(first) < FEW_SECONDS) && is_cut()
}

/// The last lines of a container's log, each with its time before it.
async fn last_lines(
    engine: &Engine,
    container: &Container,
    files: &Semaphore,
    lines: usize,
) -> Result<String, String> {
    let path = container.log_path.as_ref().filter(|_| engine.address().is_local());
    if let Some(path) = path.filter(|path| log_file::is_here(path, &container.id)) {
        let (path, id) = (path.clone(), container.id.clone());
        let _permit = files.acquire().await;
        let told = tokio::task::spawn_blocking(move || log_file::read(&path, &id, lines)).await;
        if let Ok(Some(text)) = told {
            return Ok(text);
        }
    }
    let path = format!(
        "/containers/{}/logs?stdout=true&stderr=true&timestamps=true&tail={lines}",
        container.id
    );
    let mut stream = Box::pin(lenient::body(engine, &path));
    let until = Instant::now() + engine.timeout();
    let (mut text, mut read, mut frames) = (Vec::new(), 0, Frames::default());
    while read < MOST_BYTES {
        match tokio::time::timeout_at(until, stream.next()).await {
            Err(_) => return Err("the engine did not send its log in time".to_owned()),
            Ok(None) => break,
            Ok(Some(Ok(piece))) => {
                let piece = piece.as_ref();
                read += piece.len();
                frames.unwrap(piece, &mut text);
                // The latest is what counts.
                if text.len() > 2 * MOST_KEPT_BYTES {
                    text.drain(..text.len() - MOST_KEPT_BYTES);
                }
            }
            Ok(Some(Err(error))) => return Err(why(&engine.word("read the log", error))),
        }
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// What standard output and standard error are sent in: each piece behind eight bytes, which of the two
/// it is, three of nothing, and its length. A container with a terminal has one stream, as it is.
///
/// bollard reads such a stream up to the end of a line, and looks for that from the start with each
/// piece that comes: a progress bar may have written for days without one.
///
/// Source: <https://docs.docker.com/reference/api/engine/>, "Attach to a container".
#[derive(Debug, Default)]
struct Frames {
    /// As much of a head as has come.
    head: Vec<u8>,
    /// How many bytes of the frame are to come.
    left: usize,
    is_plain: bool,
}

impl Frames {
    const HEAD: usize = 8;

    /// Adds what is in the next bytes to the text.
    fn unwrap(&mut self, mut bytes: &[u8], text: &mut Vec<u8>) {
        while let Some(first) = bytes.first() {
            // The time that each line begins with is no number of a stream.
            self.is_plain |= self.left == 0 && self.head.is_empty() && *first > 2;
            if self.is_plain {
                return text.extend_from_slice(bytes);
            }
            if self.left == 0 {
                let (head, rest) = bytes.split_at(bytes.len().min(Self::HEAD - self.head.len()));
                self.head.extend_from_slice(head);
                bytes = rest;
                if let [_, _, _, _, a, b, c, d] = self.head[..] {
                    self.left = u32::from_be_bytes([a, b, c, d]) as usize;
                    self.head.clear();
                }
            } else {
                let (piece, rest) = bytes.split_at(bytes.len().min(self.left));
                text.extend_from_slice(piece);
                self.left -= piece.len();
                bytes = rest;
            }
        }
    }
}

fn why(error: &Error) -> String {
    match error {
        Error::Refused { status: 404, .. } => "the container is gone".to_owned(),
        Error::Refused { status: 403, .. } => {
            "the engine, or a proxy in front of it, does not give logs out".to_owned()
        }
        Error::Refused { message, .. } => message.chars().take(200).collect(),
        other => other.to_string(),
    }
}

/// What lines that each begin with their time say went wrong. Alike ones are
/// counted; of too many the latest are kept.
pub(super) fn said(text: &str) -> Said {
    let mut found: BTreeMap<_, LogError> = BTreeMap::new();
    let mut troubles: BTreeMap<_, LogTrouble> = BTreeMap::new();
    let mut connected = None;
    let mut standing = Standing::default();
    for (at, said) in sentences(text) {
        let line = Line::read(&said);
        standing.hear(&line.whole.folded);
        let complaint = log_words::complaint(&line);
        // What a server made of a connection says more than that it failed.
        let is_telling = |kind: TroubleKind| match complaint.as_ref().map(|told| told.kind) {
            None => true,
            Some(LogErrorKind::Failed) => {
                kind.is_of_server()
                    || matches!(kind, TroubleKind::Socket | TroubleKind::MalformedAddress)
            }
            Some(_) => false,
        };
        if let Some((kind, shown)) =
            log_troubles::trouble(&line).filter(|(kind, _)| is_telling(*kind))
        {
            let (line, stands) = (None, false);
            let alike = LogTrouble { kind, line, stands, repeated: Repeated::default() };
            let trouble = troubles.entry(kind).or_insert(alike);
            trouble.repeated.add(at);
            trouble.line = shown;
        }
        let Some(complaint) = complaint else {
            connected = at.filter(|_| log_connected::is_connected(&line)).or(connected);
            continue;
        };
        // Where a name led to may be another's by now.
        let address = complaint.led_to.map(|address| address.to_string());
        for host in [complaint.host].into_iter().chain(address) {
            let key = (complaint.kind, host.clone(), complaint.port);
            let error = found.entry(key).or_insert(LogError {
                kind: complaint.kind,
                host,
                port: complaint.port,
                denied: false,
                repeated: Repeated::default(),
            });
            error.denied = complaint.denied;
            error.repeated.add(at);
        }
    }
    if let Some(trouble) = troubles.get_mut(&TroubleKind::NoConnection) {
        trouble.stands = standing.is_alone();
    }
    let mut errors: Vec<LogError> = found.into_values().collect();
    errors.order_by_key(|error| std::cmp::Reverse(error.repeated.last));
    errors.truncate(MOST_KEPT);
    errors.order();
    Said { errors, troubles: troubles.into_values().collect(), connected }
}

/// The lines with their times. A progress bar goes back to the start of its line, and what the `local` driver
/// of Docker keeps of a line longer than 16 KiB has no other end. Of all these the last are taken, as many
/// as are ever asked for. What libpq says goes on with the host on the next
/// line and with the port on the one after; that is one.
fn sentences(text: &str) -> Vec<(Option<Moment>, Cow<'_, str>)> {
    const GOES_ON: [&str; 2] = ["Is the server running on host", "TCP/IP connections on port"];
    let mut sentences: Vec<(Option<Moment>, Cow<str>)> = Vec::new();
    let last = text.rsplit(['\n', '\r']).filter(|line| !line.is_empty());
    let lines: Vec<&str> = last.take(MORE_LINES).collect();
    for line in lines.into_iter().rev() {
        let (time, rest) = line.split_once(' ').unwrap_or(("", line));
        let at = Moment::parse(time);
        let said = if at.is_some() { rest } else { line };
        let rest = said.trim_start();
        let goes_on = GOES_ON.iter().any(|begin| rest.starts_with(begin));
        match sentences.last_mut().filter(|_| goes_on && rest.len() < said.len()) {
            Some((_, before)) => *before = format!("{before} {rest}").into(),
            None => sentences.push((at, said.into())),
        }
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_few_seconds_are_too_few() {
        let lines = |number: usize, seconds: usize| {
            let line = |at| format!("2026-11-24T07:00:{:02}Z said\n", at * seconds / number);
            (0..number).map(line).collect::<String>()
        };
        assert!(is_of_seconds(&lines(LINES, 6)));
        assert!(!is_of_seconds(&lines(LINES, 40)), "long enough");
        assert!(!is_of_seconds(&lines(LINES / 2, 6)), "there are no more");
        assert!(!is_of_seconds(""));
    }

    #[test]
    fn what_comes_after_a_progress_bar_is_a_line() {
        let bar = "2026-11-24T07:00:00Z 12%\r13%\r";
        let error = "2026-11-24T07:00:01Z Error: connect ECONNREFUSED 127.0.0.1:5999\r\n";
        let said = said(&format!("{bar}{error}"));
        assert_eq!(said.errors.iter().map(|error| error.port).collect::<Vec<_>>(), [Some(5999)]);
    }

    #[test]
    fn a_stream_says_the_same_wherever_it_is_cut() {
        let frame = |stream: u8, said: &[u8]| {
            let length = u32::try_from(said.len()).unwrap().to_be_bytes();
            [&[stream, 0, 0, 0], &length[..], said].concat()
        };
        let framed = [frame(1, b"one\n"), frame(2, b""), frame(2, b"t\x01o\n")].concat();
        let plain = b"2026-11-24T07:00:00Z 12%\r\x01\x02 13%".to_vec();
        for (stream, said) in [(&framed, &b"one\nt\x01o\n"[..]), (&plain, &plain[..])] {
            for length in 1..=stream.len() {
                let (mut frames, mut text) = (Frames::default(), Vec::new());
                stream.chunks(length).for_each(|piece| frames.unwrap(piece, &mut text));
                assert_eq!(text, said, "in pieces of {length}");
            }
        }
        // A frame that never ends is text as far as it came.
        let mut text = Vec::new();
        Frames::default().unwrap(&[1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, b'x'], &mut text);
        assert_eq!(text, b"x");
    }

    #[test]
    fn a_backend_has_no_server_until_one_is_up() {
        let stands = |lines: &[&str]| {
            let text: String =
                lines.iter().map(|line| format!("2026-11-24T07:00:00Z {line}\n")).collect();
            said(&text).troubles.iter().any(|trouble| trouble.stands)
        };
        let down = "[WARNING]  (1) : Server b/app1 is DOWN, reason: Layer4 connection problem";
        let alone = "[ALERT]    (1) : backend 'b' has no server available!";
        let up = "Server b/app1 is UP, reason: Layer4 check passed, check duration: 0ms.";
        let other_up = "Server other/app1 is UP, reason: Layer4 check passed, check duration: 0ms.";
        assert!(stands(&[down, alone, "backend b has no server available!"]));
        assert!(stands(&[down, alone, other_up]));
        assert!(stands(&[down, alone, up, down, alone]));
        assert!(!stands(&[down, alone, up]));
        assert!(!stands(&[down, "another server of b is there"]));
    }

    #[test]
    fn a_sentence_over_several_lines_is_one() {
        let text = "2026-11-24T07:00:00Z OperationalError: could not connect to server: Connection refused\n\
                    2026-11-24T07:00:00Z \tIs the server running on host \"db\" (172.18.0.2) and accepting\n\
                    2026-11-24T07:00:00Z \tTCP/IP connections on port 5433?\n";
        let errors = said(text).errors;
        let told: Vec<_> = errors.iter().map(|error| (&*error.host, error.port)).collect();
        assert_eq!(told, [("172.18.0.2", Some(5433)), ("db", Some(5433))]);
    }

    #[test]
    fn alike_errors_are_counted_with_their_first_and_last_time() {
        let text = "2026-11-24T07:00:00.1Z Error: connect ECONNREFUSED 127.0.0.1:5432\n\
                    2026-11-24T07:00:05Z hello\n\
                    2026-11-24T07:00:09Z Error: connect ECONNREFUSED 127.0.0.1:5432\n\
                    nc: bad address 'db'\n";
        let errors = said(text).errors;
        assert_eq!(errors.len(), 2);
        assert_eq!((errors[0].repeated.count, errors[0].host.as_str()), (2, "127.0.0.1"));
        assert_eq!(
            errors[0].repeated.last.zip(errors[0].repeated.first).map(|(b, a)| b.since(a)),
            Some(8.9)
        );
        assert_eq!((errors[1].host.as_str(), errors[1].repeated.last), ("db", None));
    }
}
