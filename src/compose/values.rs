//! Values that Compose reads out of text: times, sizes, names of containers.

use super::scalar::{self, Scalar};
use crate::yaml::Node;

/// `1m30s`, `1d`; `0` without a unit.
pub fn is_time(text: &str) -> bool {
    const UNITS: [&str; 10] = ["ns", "us", "\u{b5}s", "\u{3bc}s", "ms", "s", "m", "h", "d", "w"];
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let is_digit = |c: char| c.is_ascii_digit() || c == '.';
    while !rest.is_empty() {
        let number = rest.len() - rest.trim_start_matches(is_digit).len();
        let after = &rest[number..];
        let unit = after.find(is_digit).unwrap_or(after.len());
        if rest[..number].parse::<f64>().is_err() || !UNITS.contains(&&after[..unit]) {
            return false;
        }
        rest = &after[unit..];
    }
    !text.is_empty()
}

/// `512m`, `1.5 GB`.
pub fn is_size(text: &str) -> bool {
    bytes(text).is_some()
}

/// How many bytes a size is.
fn bytes(text: &str) -> Option<i64> {
    let end = text.rfind(|c: char| c.is_ascii_digit() || matches!(c, '.' | ' '))?;
    let (number, unit) = text.split_at(end + 1);
    let number: f64 = number.strip_suffix(' ').unwrap_or(number).parse().ok()?;
    let unit = unit.to_ascii_lowercase();
    let power =
        match unit.strip_suffix('b').map(|u| u.strip_suffix('i').unwrap_or(u)).unwrap_or(&unit) {
            "" => 0,
            "k" => 1,
            "m" => 2,
            "g" => 3,
            "t" => 4,
            "p" => 5,
            _ => return None,
        };
    (number >= 0.0 && unit != "ib").then_some((number * 1024_f64.powi(power)) as i64)
}

/// Whether there is anything in a text that the engine could take for a name.
pub fn is_container_name(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    letters.windows(2).any(|pair| {
        pair[0].is_ascii_alphanumeric()
            && (pair[1].is_ascii_alphanumeric() || matches!(pair[1], '_' | '.' | '-'))
    })
}

/// The bytes that a value stands for.
pub fn size_of(node: &Node) -> Option<i64> {
    match scalar::of(node)? {
        Scalar::Whole(bytes) => Some(bytes),
        _ => bytes(node.text()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_as_compose_reads_them() {
        for (text, time, size) in [
            ("10s", true, false),
            ("1m30s", true, false),
            ("1.5h", true, false),
            ("2w", true, false),
            ("0", true, true),
            ("10", false, true),
            ("", false, false),
            ("s", false, false),
            ("10 s", false, false),
            ("512m", true, true),
            ("512MB", false, true),
            ("1.5 GiB", false, true),
            ("-1", false, false),
            ("lots", false, false),
        ] {
            assert_eq!((is_time(text), is_size(text)), (time, size), "{text}");
        }
        assert_eq!(bytes("1k"), Some(1024));
        assert_eq!(bytes("0.5g"), Some(512 << 20));
    }
}
