//! Files that are small: those of docker's configuration, and some of the
//! kernel's.

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// Bytes of the largest.
const MOST: u64 = 4 << 20;

/// The text of a file of somebody's. Fails where it is no regular file, is larger than any
/// should be, or holds no text.
///
/// Whatever is no regular file could be without an end, or without a beginning.
pub fn read(path: &Path) -> io::Result<String> {
    let wrong = |why: &str| io::Error::new(ErrorKind::InvalidData, why.to_owned());
    // Opening a FIFO would wait for somebody to write to it.
    if !fs::metadata(path)?.is_file() {
        return Err(wrong("it is no regular file"));
    }
    let mut text = String::new();
    fs::File::open(path)?.take(MOST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MOST {
        return Err(wrong("it is larger than 4 MB"));
    }
    Ok(text)
}

/// A file of the kernel's that says little, in one read.
#[cfg(target_os = "linux")]
pub fn of_kernel(path: &str) -> io::Result<String> {
    let mut text = vec![0; 2048];
    let length = fs::File::open(path)?.read(&mut text)?;
    Ok(String::from_utf8_lossy(&text[..length]).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_end_is_an_error_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let (text, long) = (folder.path().join("text"), folder.path().join("long"));
        fs::write(&text, "{}").expect("a file");
        fs::write(&long, vec![b' '; 5 << 20]).expect("a file");
        assert_eq!(read(&text).expect("a text"), "{}");
        for (path, why) in [
            (Path::new("/dev/zero"), "no regular file"),
            (folder.path(), "no regular file"),
            (&long, "larger"),
        ] {
            let error = read(path).expect_err("no such text").to_string();
            assert!(error.contains(why), "{path:?}: {error}");
        }
        let missing = read(&folder.path().join("missing")).expect_err("no such file");
        assert_eq!(missing.kind(), ErrorKind::NotFound);
    }
}
