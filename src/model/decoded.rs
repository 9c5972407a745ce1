//! Text as files have it.

use std::io;

/// The text in UTF-8, without a mark at its beginning. Shells of Windows write
/// UTF-16 into a file behind `>`, and editors a mark in front of UTF-8.
pub fn in_utf8(bytes: Vec<u8>) -> Vec<u8> {
    let read = |unit: fn([u8; 2]) -> u16| {
        let (units, odd) = bytes[2..].as_chunks::<2>();
        let units = units.iter().map(|pair| unit(*pair));
        let text: Result<String, _> = char::decode_utf16(units).collect();
        text.ok().filter(|_| odd.is_empty()).map(String::into_bytes)
    };
    match bytes.as_slice() {
        [0xef, 0xbb, 0xbf, text @ ..] => text.to_vec(),
        [0xff, 0xfe, ..] => read(u16::from_le_bytes).unwrap_or(bytes),
        [0xfe, 0xff, ..] => read(u16::from_be_bytes).unwrap_or(bytes),
        _ => bytes,
    }
}

/// The text of a file.
///
/// # Errors
///
/// Where the bytes are no text; the kind is [`io::ErrorKind::InvalidData`].
pub fn decoded(bytes: Vec<u8>) -> io::Result<String> {
    let not_text = |_| io::Error::new(io::ErrorKind::InvalidData, NotUtf8);
    String::from_utf8(in_utf8(bytes)).map_err(not_text)
}

/// That bytes are no text; the inner error of what [`decoded`] fails with.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("it is not in UTF-8")]
pub struct NotUtf8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_windows_writes_is_text() {
        let text = "{\"name\":\"zoë €\"}";
        let utf16 = |mark: u16, bytes: fn(u16) -> [u8; 2]| {
            [mark].into_iter().chain(text.encode_utf16()).flat_map(bytes).collect::<Vec<u8>>()
        };
        for bytes in [
            text.as_bytes().to_vec(),
            ["\u{feff}", text].concat().into_bytes(),
            utf16(0xfeff, u16::to_le_bytes),
            utf16(0xfeff, u16::to_be_bytes),
        ] {
            assert_eq!(decoded(bytes).unwrap(), text);
        }
        // Half a character, half a surrogate, and something else.
        for bytes in [&b"\xff\xfea"[..], b"\xff\xfe\x00\xd8", b"caf\xe9", b"\xff\xfe\xfd"] {
            let error = decoded(bytes.to_vec()).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{bytes:?}");
        }
        assert_eq!(decoded(Vec::new()).unwrap(), "");
    }
}
