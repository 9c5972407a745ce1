//! The file in which Docker keeps a container's log (the `json-file` driver,
//! its default), where it is on this machine and may be read: for netmap and
//! for the engine that is far less work than asking for the log.

use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use serde::Deserialize;

/// Bytes read, from the end: mostly enough, and where they are not.
const BYTES: [u64; 2] = [1 << 17, 1 << 20];

/// A line of the file: what was written, and when. A long line is several.
#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    log: Cow<'a, str>,
    #[serde(borrow)]
    time: Cow<'a, str>,
}

/// Whether a container's log is here to be read. It mostly is not for who is no
/// root, which is learned here in no time and not from another thread.
pub fn is_here(path: &Path, id: &str) -> bool {
    is_of(path, id) && path.exists()
}

/// Whether the file has the name of this container's log: then an engine on
/// this machine has such a container.
fn is_of(path: &Path, id: &str) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name == format!("{id}-json.log"))
}

/// The container's last `most` lines, each behind its time, as the engine
/// would send them. None where only the engine knows them: the file is not
/// here, is not this container's or not like that, or has been started again.
pub fn read(path: &Path, id: &str, most: usize) -> Option<String> {
    if !is_of(path, id) {
        return None;
    }
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.custom_flags(i32::try_from(flags.bits()).ok()?);
    }
    let file = options.open(path).ok()?;
    let metadata = file.metadata().ok()?;
    if !metadata.is_file() {
        return None;
    }
    BYTES.into_iter().find_map(|bytes| {
        let start = metadata.len().saturating_sub(bytes);
        let (told, lines) = last(&from(&file, start, bytes)?, most)?;
        // What came before stands in the file that was before.
        let is_first =
            || ["log.1", "log.1.gz"].iter().all(|end| !path.with_extension(end).exists());
        (lines == most || start == 0 && is_first()).then_some(told)
    })
}

/// The whole lines of so many bytes from a place on.
fn from(mut file: &File, start: u64, bytes: u64) -> Option<String> {
    file.seek(SeekFrom::Start(start)).ok()?;
    let mut read = Vec::with_capacity(4096);
    file.take(bytes).read_to_end(&mut read).ok()?;
    // The first may be cut, and the last is when it is being written.
    let end = |line: Option<usize>| line.map_or(0, |end| end + 1);
    read.truncate(end(read.iter().rposition(|byte| *byte == b'\n')));
    if start > 0 {
        read.drain(..end(read.iter().position(|byte| *byte == b'\n')));
    }
    String::from_utf8(read).ok()
}

/// The last of the lines, and how many.
fn last(text: &str, most: usize) -> Option<(String, usize)> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.drain(..lines.len().saturating_sub(most));
    let mut told = String::with_capacity(lines.iter().map(|line| line.len()).sum());
    for line in &lines {
        let entry: Entry = serde_json::from_str(line).ok()?;
        told.push_str(&entry.time);
        told.push(' ');
        told.push_str(&entry.log);
    }
    Some((told, lines.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789ab";
    const LINES: &str = "{\"log\":\"one\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-24T07:00:00Z\"}\n\
                         {\"log\":\"t\\u00fco\\n\",\"stream\":\"stderr\",\"time\":\"2026-11-24T07:00:01Z\"}\n";

    fn told(lines: &str, name: &str, most: usize) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, lines).unwrap();
        read(&path, ID, most)
    }

    #[test]
    fn the_last_lines_are_told_as_the_engine_does() {
        let name = format!("{ID}-json.log");
        let all = "2026-11-24T07:00:00Z one\n2026-11-24T07:00:01Z tüo\n";
        assert_eq!(told(LINES, &name, 9).as_deref(), Some(all));
        assert_eq!(told(LINES, &name, 1).as_deref(), Some(&all[25..]));
        assert_eq!(told("", &name, 9).as_deref(), Some(""));
        // A line that is being written is not there yet.
        assert_eq!(told(&format!("{LINES}{{\"log\":\"th"), &name, 9).as_deref(), Some(all));
    }

    #[test]
    fn what_is_not_known_from_the_file_is_the_engines_to_tell() {
        let name = format!("{ID}-json.log");
        assert_eq!(told(LINES, "other-json.log", 9), None);
        assert_eq!(told("no JSON\n", &name, 9), None);
        assert_eq!(read(Path::new("/nowhere/0123456789ab-json.log"), ID, 9), None);
        // Started again, with the lines before in another file.
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(&name);
        std::fs::write(&path, LINES).unwrap();
        std::fs::write(folder.path().join(format!("{name}.1")), LINES).unwrap();
        assert_eq!(read(&path, ID, 9), None);
        assert!(read(&path, ID, 2).is_some(), "enough is in the newest");
        // No link, whatever it leads to.
        let link = folder.path().join("link");
        std::fs::create_dir(&link).unwrap();
        std::os::unix::fs::symlink(&path, link.join(&name)).unwrap();
        assert_eq!(read(&link.join(&name), ID, 2), None);
    }

    #[test]
    fn only_the_end_of_a_long_file_is_read() {
        let name = format!("{ID}-json.log");
        let line = LINES.lines().next().unwrap();
        // Wherever they begin, the bytes that are read begin in one of its letters.
        for letter in ["e", "\u{e9}", "\u{1f980}"] {
            let line = line.replace("one", &letter.repeat(21));
            let long = format!("{line}\n").repeat(30_000);
            assert_eq!(told(&long, &name, 200).unwrap().lines().count(), 200);
            assert_eq!(told(&long, &name, 5_000).unwrap().lines().count(), 5_000, "two looks");
        }
    }
}
