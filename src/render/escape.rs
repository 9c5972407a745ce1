//! Making other people's text safe for each output. Names, labels and
//! messages come from strangers: each format escapes for itself, here.

use std::borrow::Cow;

use crate::model::visible;

/// For a terminal: what would act, what nobody sees and what looks like
/// something else is shown as an escape such as `\n` or `\u{1b}`.
pub fn terminal(text: &str) -> Cow<'_, str> {
    visible(text)
}

/// Text with each character that `special` names replaced by what it gives.
fn replaced(text: &str, special: impl FnMut(char) -> Option<Cow<'static, str>>) -> String {
    let mut special = special;
    let mut safe = String::with_capacity(text.len());
    for c in terminal(text).chars() {
        match special(c) {
            Some(other) => safe.push_str(&other),
            None => safe.push(c),
        }
    }
    safe
}

/// For a double-quoted DOT string, quotes included. `dot` decodes entities and
/// backslash escapes in labels, so both are escaped.
pub fn dot(text: &str) -> String {
    replaced(text, |c| match c {
        '\\' => Some("\\\\".into()),
        '"' => Some("\\\"".into()),
        '&' => Some("&amp;".into()),
        '<' => Some("&lt;".into()),
        '>' => Some("&gt;".into()),
        _ => None,
    })
}

/// For XML text and attribute values in double quotes.
pub fn xml(text: &str) -> String {
    replaced(text, |c| match c {
        '&' => Some("&amp;".into()),
        '<' => Some("&lt;".into()),
        '>' => Some("&gt;".into()),
        '"' => Some("&quot;".into()),
        '\'' => Some("&#39;".into()),
        // Allowed by no version of XML 1.0.
        '\u{FFFE}' | '\u{FFFF}' => Some("\u{FFFD}".into()),
        _ => None,
    })
}

/// JSON for a script element of HTML: what could end the element, or begin a
/// comment in it, stands in strings alone, and is escaped as JSON allows there.
pub fn json_in_html(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                safe.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => safe.push(c),
        }
    }
    safe
}

/// For a quoted Mermaid label. Mermaid reads `#NUMBER;` as a character and
/// draws labels as HTML and Markdown, so everything with a meaning in any of
/// them goes by number.
pub fn mermaid(text: &str) -> String {
    replaced(text, |c| {
        let plain = c.is_alphanumeric() || " .,:/-_→·()×+=@".contains(c);
        (!plain).then(|| Cow::Owned(format!("#{};", u32::from(c))))
    })
}

/// For a double-quoted string of D2, in which `$` begins a substitution.
pub fn d2(text: &str) -> String {
    replaced(text, |c| match c {
        '\\' => Some("\\\\".into()),
        '"' => Some("\\\"".into()),
        '$' => Some("\\$".into()),
        _ => None,
    })
}

/// For text of PlantUML, which reads markup, commands and functions in it.
/// What could be any of them goes by number, as `<U+0025>`.
pub fn plantuml(text: &str) -> String {
    let mut last = None;
    replaced(text, |c| {
        let is_plain = c.is_alphanumeric()
            || " .,:()·→×".contains(c)
            // Twice they are markup.
            || "-_/".contains(c) && last != Some(c);
        last = Some(c);
        (!is_plain).then(|| Cow::Owned(format!("<U+{:04X}>", u32::from(c))))
    })
}

/// For a cell of a Markdown table.
pub fn markdown(text: &str) -> String {
    replaced(text, |c| match c {
        '<' => Some("&lt;".into()),
        '>' => Some("&gt;".into()),
        '&' => Some("&amp;".into()),
        '@' => Some("&#64;".into()),
        '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '~' | '!' | '$' => {
            Some(format!("\\{c}").into())
        }
        _ => None,
    })
}

/// Commands as a block of Markdown, a line each.
pub fn commands(lines: &[String]) -> String {
    block(lines, "sh")
}

/// Lines of a language as a block of Markdown, which nothing in them can end.
pub fn block(lines: &[String], language: &str) -> String {
    let backticks = |line: &String| line.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let longest = lines.iter().map(backticks).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let lines: String = lines.iter().map(|line| format!("{}\n", terminal(line))).collect();
    format!("{fence}{language}\n{lines}{fence}\n")
}

/// For a CSV field (RFC 4180). A field that a spreadsheet would take for a
/// formula gets an apostrophe in front; where `;` or a tabulator separates, as
/// in some languages' spreadsheets, a field with one is in quotes, too.
pub fn csv(text: &str) -> String {
    let text = terminal(text);
    let formula = text.trim_start().starts_with(['=', '+', '-', '@']);
    let safe = if formula { format!("'{text}") } else { text.into_owned() };
    if safe.contains(['"', ',', ';']) || safe.starts_with(' ') || safe.ends_with(' ') {
        format!("\"{}\"", safe.replace('"', "\"\""))
    } else {
        safe
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::is_unsafe;

    const NASTY: &str = "a\u{1b}[31m\"<b>&\\|`\n\u{202e}x";

    #[test]
    fn a_terminal_gets_no_control_character() {
        let safe = terminal(NASTY);
        assert!(!safe.contains(is_unsafe), "{safe}");
        assert_eq!(terminal("plain ünï 漢"), "plain ünï 漢");
    }

    #[test]
    fn every_format_neutralises_its_own_syntax() {
        assert!(!xml(NASTY).contains(['<', '"']));
        assert!(!mermaid(NASTY).contains(['"', '<', '`', '&']));
        assert_eq!(dot("a\"b\\c&"), "a\\\"b\\\\c&amp;");
        assert_eq!(markdown("a|b<c>"), "a\\|b&lt;c&gt;");
        assert_eq!(csv("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(csv("=1+1"), "'=1+1");
        assert_eq!(csv("a;=1+1"), "\"a;=1+1\"");
        let json = serde_json::to_string("</script><!--&\u{2028}").unwrap();
        let safe = json_in_html(&json);
        assert!(!safe.contains(['<', '>', '&', '\u{2028}']), "{safe}");
        let back: String = serde_json::from_str(&safe).unwrap();
        assert_eq!(back, "</script><!--&\u{2028}");
    }
}
