//! Files of variables: `.env`, `--env-file`, and a service's `env_file`.

use std::collections::BTreeMap;

use super::interpolate::{Remark, Variables, fill_in};

/// Reads `NAME=value` lines; `known` has the variables that values may speak of.
///
/// Empty lines and `#` comments are skipped, `export` is allowed. A value in
/// single quotes is taken as it is; in others variables are filled in. Double
/// quotes know `\n`, `\t`, `\"`, `\\` and `\$`. Quoted values may span lines.
/// A name without `=` takes its value from `known`.
pub fn parse(text: &str, known: &Variables) -> BTreeMap<String, String> {
    let mut all = known.clone();
    let mut found = BTreeMap::new();
    let mut rest = text.trim_start_matches('\u{feff}');
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        rest = after;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        // Compose takes a colon for an equals sign, too.
        let Some(at) = line.find(['=', ':']) else {
            if let Some(value) = known.get(line) {
                found.insert(line.to_owned(), value.to_owned());
            }
            continue;
        };
        let (name, value) = (line[..at].trim(), line[at + 1..].trim_start());
        if name.is_empty() {
            continue;
        }
        let value = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                // From here to the closing quote, which may be lines away.
                let open = &value[1..];
                let (inside, after) = quoted(open, rest, quote);
                rest = after;
                if quote == '"' { filled(&unescaped(&inside), &all) } else { inside }
            }
            _ => filled(without_comment(value), &all),
        };
        all.file.insert(name.to_owned(), value.clone());
        found.insert(name.to_owned(), value);
    }
    found
}

/// What is inside the quotes, and what is left of the text after its line.
fn quoted<'t>(line: &str, rest: &'t str, quote: char) -> (String, &'t str) {
    if let Some(end) = closing(line, quote) {
        return (line[..end].to_owned(), rest);
    }
    match closing(rest, quote) {
        Some(end) => {
            let after = rest[end + 1..].split_once('\n').map_or("", |(_, after)| after);
            (format!("{line}\n{}", &rest[..end]), after)
        }
        // Never closed: the quote is part of the value of this one line.
        None => (line.to_owned(), rest),
    }
}

fn closing(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '\\' if quote == '"' && !escaped => escaped = true,
            letter if letter == quote && !escaped => return Some(at),
            _ => escaped = false,
        }
    }
    None
}

fn unescaped(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (letter, letter == '\\') {
            (_, false) => clean.push(letter),
            (_, true) => match letters.next() {
                Some('n') => clean.push('\n'),
                Some('t') => clean.push('\t'),
                Some('r') => clean.push('\r'),
                Some('$') => clean.push_str("$$"),
                Some(other) => clean.push(other),
                None => clean.push('\\'),
            },
        }
    }
    clean
}

fn without_comment(value: &str) -> &str {
    if value.starts_with('#') {
        return "";
    }
    let end = value.find(" #").or_else(|| value.find("\t#")).unwrap_or(value.len());
    value[..end].trim_end()
}

fn filled(value: &str, variables: &Variables) -> String {
    // What is missing is empty here, as in a shell.
    fill_in(value, variables, &mut Vec::<Remark>::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_in_env_files() {
        let text = "# comment\nA=1\nexport B=two words  # said\nC='$A literal'\nD=\"$A filled\\n\"\n\
            E=\nF=${A}-${NO:-x}\nG = spaced\nH: yaml-like\nI=\"a # kept\"\nJ=a#b\nKNOWN\nK=\"two\nlines\"\nL=last\r\n\
            =nameless\nM='it''\nURL=postgres://u:p@db:5432/x?y=1\n";
        let known = Variables {
            process: BTreeMap::from([("KNOWN".to_owned(), "k".to_owned())]),
            ..Variables::default()
        };
        let found = parse(text, &known);
        for (name, value) in [
            ("A", "1"),
            ("B", "two words"),
            ("C", "$A literal"),
            ("D", "1 filled\n"),
            ("E", ""),
            ("F", "1-x"),
            ("G", "spaced"),
            ("H", "yaml-like"),
            ("I", "a # kept"),
            ("J", "a#b"),
            ("KNOWN", "k"),
            ("K", "two\nlines"),
            ("L", "last"),
            ("M", "it"),
            ("URL", "postgres://u:p@db:5432/x?y=1"),
        ] {
            assert_eq!(found.get(name).map(String::as_str), Some(value), "{name}");
        }
        assert_eq!(found.len(), 15);
    }

    #[test]
    fn an_open_quote_takes_its_own_line_only() {
        let found = parse("A=\"open\nB=2\n", &Variables::default());
        assert_eq!((found["A"].as_str(), found["B"].as_str()), ("open", "2"));
    }
}
