//! What a scalar of YAML is when nobody put it in quotes: `0x50` and `0120`
//! are 80, `8_080` is 8080, `yes` is text.
//!
//! Source: go-yaml's resolve.go, the YAML that Compose reads.

use crate::yaml::Node;

/// What kind of value a scalar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scalar {
    Text,
    /// A whole number.
    Whole(i64),
    /// A number with a fraction, or one too large for [`Scalar::Whole`].
    Number,
    /// True or false.
    Flag(bool),
}

/// The kind of a scalar; `None` for what is none.
pub fn of(node: &Node) -> Option<Scalar> {
    node.text().map(|text| if node.quoted { Scalar::Text } else { plain(text) })
}

/// The kind of a scalar without quotes.
pub fn plain(text: &str) -> Scalar {
    match text {
        "true" | "True" | "TRUE" => Scalar::Flag(true),
        "false" | "False" | "FALSE" => Scalar::Flag(false),
        _ => number(text).unwrap_or(Scalar::Text),
    }
}

/// The number that a scalar is, in whichever form.
fn number(text: &str) -> Option<Scalar> {
    const NOT_FINITE: [&str; 12] = [
        ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan",
        ".NaN", ".NAN",
    ];
    if NOT_FINITE.contains(&text) {
        return Some(Scalar::Number);
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    let plain = text.replace('_', "");
    match whole(&plain) {
        Some(whole) => Some(Scalar::Whole(whole)),
        None => is_decimal(&plain).then_some(Scalar::Number),
    }
}

/// A whole number with the prefixes that the language of Compose knows, of
/// which a zero alone makes it octal.
fn whole(plain: &str) -> Option<i64> {
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(plain);
    let (digits, radix) = match unsigned.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => (&unsigned[2..], 16),
        Some("0o") => (&unsigned[2..], 8),
        Some("0b") => (&unsigned[2..], 2),
        _ if unsigned.len() > 1 && unsigned.starts_with('0') => (&unsigned[1..], 8),
        _ => (unsigned, 10),
    };
    if !digits.starts_with(|c: char| c.is_ascii_hexdigit()) {
        return None;
    }
    let value = i64::from_str_radix(digits, radix).ok()?;
    Some(if plain.starts_with('-') { -value } else { value })
}

/// `1.5`, `.5`, `1e3`; also `089`, which is no octal number.
fn is_decimal(plain: &str) -> bool {
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(plain);
    unsigned.contains(|c: char| c.is_ascii_digit())
        && unsigned.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'))
        && unsigned.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Budget, read};

    #[test]
    fn plain_scalars_are_what_compose_takes_them_for() {
        for (text, expected) in [
            ("80", Scalar::Whole(80)),
            ("0x50", Scalar::Whole(80)),
            ("0120", Scalar::Whole(80)),
            ("0o120", Scalar::Whole(80)),
            ("0b1010000", Scalar::Whole(80)),
            ("8_080", Scalar::Whole(8080)),
            ("-1", Scalar::Whole(-1)),
            ("+1", Scalar::Whole(1)),
            ("0", Scalar::Whole(0)),
            ("089", Scalar::Number),
            ("1.5", Scalar::Number),
            ("1e3", Scalar::Number),
            (".inf", Scalar::Number),
            ("true", Scalar::Flag(true)),
            ("yes", Scalar::Text),
            ("22:22", Scalar::Text),
            ("0x", Scalar::Text),
            ("1.2.3", Scalar::Text),
            ("'80'", Scalar::Text),
            ("\"0x50\"", Scalar::Text),
            ("80/tcp", Scalar::Text),
        ] {
            let node = read(text, 0, &mut Budget::default()).expect(text).remove(0);
            assert_eq!(of(&node), Some(expected), "{text}");
        }
    }
}
