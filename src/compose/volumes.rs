//! The volumes of a service, as far as Compose asks whether they are there.

use crate::yaml::{Node, Spot, Value};

/// A volume of a service.
#[derive(Debug)]
pub struct Mount {
    pub spot: Spot,
    /// The key at the top of the file that it must have, if it needs one.
    pub volume: Option<String>,
    /// The path inside, without a slash at its end.
    pub target: String,
}

/// The volume of an entry; why Compose cannot read it.
pub fn mount(node: &Node) -> Option<Result<Mount, &'static str>> {
    match &node.value {
        Value::Text(text) => Some(short(text).map(|(source, target)| Mount {
            spot: node.spot,
            volume: source.filter(|source| !is_path(source)).map(str::to_owned),
            target: clean(target),
        })),
        Value::Map(_) => {
            let text = |key: &str| node.get(key).and_then(Node::text);
            let named = text("source").filter(|_| text("type") == Some("volume"));
            let volume = named.filter(|name| !name.is_empty()).map(str::to_owned);
            Some(Ok(Mount { spot: node.spot, volume, target: clean(text("target")?) }))
        }
        _ => None,
    }
}

/// `[SOURCE:]TARGET[:OPTIONS]`.
fn short(text: &str) -> Result<(Option<&str>, &str), &'static str> {
    if text.len() <= 2 {
        return if text.is_empty() { Err("it is empty") } else { Ok((None, text)) };
    }
    let parts = parts(text);
    if parts.iter().any(|part| part.is_empty()) {
        return Err("there is nothing between two colons");
    }
    match parts[..] {
        [target] => Ok((None, target)),
        [source, target] | [source, target, _] => Ok((Some(source), target)),
        _ => Err("it has too many colons"),
    }
}

/// What stands between the colons; the one of a Windows drive is none.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(':') {
        let part = &text[start..at];
        if part.len() == 1 && part.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        parts.push(part);
        start = at + 1;
    }
    parts.push(&text[start..]);
    parts
}

fn is_path(source: &str) -> bool {
    let drive = source.as_bytes().get(1) == Some(&b':')
        && source.starts_with(|c: char| c.is_ascii_alphabetic());
    source.starts_with(['.', '/', '~']) || source.starts_with(r"\\") || drive
}

fn clean(target: &str) -> String {
    match target.trim_end_matches('/') {
        "" => target.to_owned(),
        clean => clean.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes_as_people_write_them() {
        for (text, expected) in [
            ("data:/var/lib", Ok((Some("data"), "/var/lib"))),
            ("./src:/app:ro", Ok((Some("./src"), "/app"))),
            ("/cache", Ok((None, "/cache"))),
            (r"C:\x:/data", Ok((Some(r"C:\x"), "/data"))),
            ("data::/x", Err("there is nothing between two colons")),
            ("data:/b:ro:x", Err("it has too many colons")),
            ("", Err("it is empty")),
        ] {
            assert_eq!(short(text), expected, "{text}");
        }
        let paths = [".", "/x", "~/x", r"C:\x", r"\\.\pipe\x"];
        assert!(paths.into_iter().all(is_path) && !is_path("data") && !is_path("a/b"));
    }
}
