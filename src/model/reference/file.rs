//! References in the text of a configuration file, of whatever kind: lines with a
//! key and a value (`db_host = db`, `url: redis://cache`, `"host": "db:5432"`), and
//! lines that begin with a word (`proxy_pass http://api:8080;`).

use super::name::OWN_WORDS;
use super::url::bounded;
use super::{Origin, Reference, in_environment, in_value, tidy};

/// Most lines that are read.
const MOST_LINES: usize = 2_000;

/// The references in a file's text, as found in `place`. The text ends here.
pub fn in_file(place: &str, text: &str) -> Vec<Reference> {
    let lines = bounded(text).lines().map(str::trim).take(MOST_LINES);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with(['#', ';', '!']));
    let lines: Vec<(&str, String)> = lines
        .filter(|line| !line.starts_with("//") && !line.starts_with("--"))
        .map(|line| key_and_value(line.strip_prefix("- ").unwrap_or(line)))
        .collect();
    let pairs = lines.iter().filter(|(key, _)| !key.is_empty());
    let mut found = in_environment(pairs.map(|(key, value)| (*key, value.as_str())));
    let others = lines.iter().filter(|(key, _)| key.is_empty());
    found.extend(others.flat_map(|(_, value)| in_value(Origin::Environment, "", value)));
    found.retain(|reference| reference.origin == Origin::Environment);
    for reference in &mut found {
        reference.origin = Origin::Other;
        reference.variable = Some(place.to_owned());
        reference.port_variable = None;
        reference.is_whole = false;
    }
    tidy(found)
}

/// A line's key, empty where it has none, and its value without what only its format
/// wants.
fn key_and_value(line: &str) -> (&str, String) {
    // An object on one line is one value.
    if line.starts_with('{') && line.len() > 1 {
        return ("", line.to_owned());
    }
    let is_of_key = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let bare = line.trim_start_matches(['"', '\'', '{', '[']);
    let end = bare.find(|c| !is_of_key(c)).unwrap_or(bare.len());
    let (word, rest) = bare.split_at(end);
    let rest = rest.trim_start_matches(['"', '\'']).trim_start();
    // `db:5432` is no key, and neither is the scheme of a URL.
    let value = match rest.strip_prefix('=') {
        Some(value) => Some(value),
        None => rest.strip_prefix(':').filter(|value| value.starts_with([' ', '\t', '"'])),
    };
    let plain = |text: &str| {
        let text = text.trim().trim_end_matches([',', ';']).trim();
        match text.starts_with('{') {
            true => text.to_owned(),
            false => text.replace(['[', ']', '"', '\''], " ").trim().to_owned(),
        }
    };
    match value {
        Some(value) if !word.is_empty() => (word, plain(value)),
        // What a server listens on, and what it is called.
        _ if OWN_WORDS.any_in(word) => ("", String::new()),
        _ => ("", plain(line)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_many_kinds_name_whom_they_dial() {
        for (text, expected) in [
            ("proxy_pass http://api:8080/x;", vec!["api:8080"]),
            ("upstream b {\n  server api:9000 weight=2;\n}", vec!["api:9000"]),
            ("listen 0.0.0.0:80;\nserver_name db:80;", vec![]),
            ("[database]\ndb_host = db\ndb_port = 5433", vec!["db:5433"]),
            ("url: postgres://u:p@db/shop", vec!["db:5432"]),
            ("scrape:\n  - targets: ['app:9100', \"other:9101\"]", vec!["app:9100", "other:9101"]),
            ("    - app:9100", vec!["app:9100"]),
            ("{\n  \"DB_HOST\": \"db\",\n  \"n\": 1\n}", vec!["db"]),
            (r#"{"db": {"host": "db", "port": 5433}, "n": 1}"#, vec!["db:5433"]),
            (r#"  "redis": "redis://cache:6379/0","#, vec!["cache:6379"]),
            ("# url: http://old:1/\n; url=http://old:2/\n// http://old:3/", vec![]),
            ("when: 12:30\nimage: app:1\nname: \"a: b\"", vec![]),
            ("bind: 10.0.0.1:80\npublic_url: http://me:80", vec![]),
        ] {
            let found = in_file("configs.it", text);
            let told: Vec<String> = found.iter().map(ToString::to_string).collect();
            assert_eq!(told, expected, "{text}");
            assert!(found.iter().all(|reference| reference.place() == "configs.it"), "{text}");
        }
    }
}
