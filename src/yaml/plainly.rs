//! What YAML's parser finds wrong, in words for the person who wrote the file.
//!
//! A parser trips where the text makes no sense any more, which is often some
//! lines behind the mistake. So what people get wrong most is looked for there
//! and in the lines above: a colon without a blank, a second one, a line that
//! begins where no other does, a bracket that stays open.

/// Where something is wrong (a line from 1, a column from 0), why, and what to do.
#[derive(Debug)]
pub struct Plain {
    pub line: usize,
    pub column: usize,
    pub why: String,
    pub hint: &'static str,
}

/// What to do where no more is known.
pub const LOOK_ABOVE: &str = "look there and in the lines above for a bracket or a quote that is not \
    closed, a colon without a blank behind it, and lines that are indented unlike their neighbours";

const QUOTES: &str = "put the whole value in quotes";
const BLANK: &str = "write a blank behind the colon";
const NO_BLANK: &str = "a colon without a blank behind it";

/// The parser's word for what is wrong with `text` at a place, put plainly.
pub fn plainly(info: &str, text: &str, line: usize, column: usize) -> Plain {
    let said = |why: &str, hint| Plain { line, column, why: why.to_owned(), hint };
    let about = Lines { lines: text.lines().collect(), line, column };
    let has = |part: &str| info.contains(part);
    if has("tabs disallowed") || has("tab cannot") || has("found a tab") || has("with a tab") {
        let (line, column) = about.tab().unwrap_or((line, column));
        let why = "a tab; YAML is indented with blanks".to_owned();
        Plain { line, column, why, hint: "put blanks in its place" }
    } else if has("unknown anchor") || has("scanning an anchor or alias") {
        about.alias(text)
    } else if has("mapping values are not allowed") {
        about.second_colon()
    } else if has("block mapping, did not find expected key") {
        about.indented()
    } else if has("sequence entries are not allowed") && about.before().trim_end().ends_with(':') {
        said("a list begins in a line of its own", "write its `- ` in the line below")
    } else if has("expected '-' indicator") {
        let hint = "indent it less, or put `- ` in front of it";
        said(
            "this line stands beside the items of a list, and is none: those begin with `- `",
            hint,
        )
    } else if has("simple key expected ':'") {
        about.no_colon()
    } else if has("':' must be followed") {
        said(NO_BLANK, BLANK)
    } else if has("unexpected character: `\\u") {
        said(&info.replace('\'', "`"), "is it a text file?")
    } else if let Some(sign) = info.strip_prefix("unexpected character: `") {
        let sign = sign.trim_end_matches('\'').trim_start_matches('\\');
        said(&format!("text that begins with {sign} needs quotes"), QUOTES)
    } else if has("invalid trailing content after") {
        let hint = "put quotes around all of it, or close a quote above that is still open; a quote \
            inside of single quotes is written twice";
        said("there is more behind a quote that closes the value", hint)
    } else if has("unclosed quote") {
        said("a quote that is not closed", "close it at the end of the value")
    } else if let Some(open) = about.open_bracket() {
        open
    } else {
        let tail = info.strip_prefix("while ").and_then(|info| info.split_once(", "));
        said(tail.map_or(info, |(_, tail)| tail), LOOK_ABOVE)
    }
}

/// A text by its lines, and where in it the parser tripped.
struct Lines<'t> {
    lines: Vec<&'t str>,
    line: usize,
    column: usize,
}

impl<'t> Lines<'t> {
    fn at(&self, line: usize) -> &'t str {
        line.checked_sub(1).and_then(|at| self.lines.get(at)).copied().unwrap_or_default()
    }

    /// What stands in the line before the place.
    fn before(&self) -> &'t str {
        let here = self.at(self.line);
        here.char_indices().nth(self.column).map_or(here, |(at, _)| &here[..at])
    }

    /// The lines above that say something, nearest first, with their numbers.
    fn above(&self) -> impl Iterator<Item = (usize, &'t str)> {
        let above = (1..self.line).rev().map(|line| (line, self.at(line)));
        above.filter(|(_, text)| indent(text).is_some())
    }

    fn said(&self, why: String, hint: &'static str) -> Plain {
        Plain { line: self.line, column: self.column, why, hint }
    }

    /// The tab that is meant: in the line, or else in front of one of the next.
    fn tab(&self) -> Option<(usize, usize)> {
        let place = |line: usize| Some((line, self.at(line).chars().position(|c| c == '\t')?));
        (self.line..self.line + 3).find_map(place)
    }

    fn alias(&self, text: &str) -> Plain {
        let here = self.at(self.line);
        let name = here.chars().skip(self.column).skip_while(|c| *c == '*').take_while(is_of_name);
        let name: String = name.collect();
        let named = text.split('&').skip(1);
        let known: Vec<&str> = named
            .take(MOST_ANCHORS)
            .map(|part| &part[..part.find(|c| !is_of_name(&c)).unwrap_or(part.len())])
            .filter(|name| !name.is_empty())
            .collect();
        if name.is_empty() || known.is_empty() {
            let why =
                "text that begins with `*` or `&` needs quotes, unless it is an alias of something";
            return self.said(why.to_owned(), "put it in quotes, as in \"* -> db\"");
        }
        let near = known.iter().map(|known| (strsim::osa_distance(&name, known), *known)).min();
        let meant = near.filter(|(distance, _)| *distance <= (name.len() / 3).max(1));
        let meant = meant.map(|(_, meant)| format!("; did you mean `*{meant}`?"));
        let why = format!("there is no anchor `&{name}` above{}", meant.unwrap_or_default());
        self.said(why, "an alias `*name` stands below its anchor `&name`; other text needs quotes")
    }

    /// A colon that makes a key where none can be.
    fn second_colon(&self) -> Plain {
        let before = self.before().trim_start().trim_start_matches("- ");
        if before.contains(": ") {
            let why = "a second `: ` in one line: text that has it needs quotes".to_owned();
            return self.said(why, QUOTES);
        }
        let Some((line, above)) = self.above().next() else {
            return self.said("a key where none can be".to_owned(), LOOK_ABOVE);
        };
        let text = above.split(" #").next().unwrap_or_default().trim();
        let is_key = text.contains(": ") || text.ends_with(':');
        let is_deeper = indent(self.at(self.line)) > indent(above);
        if !is_key && text.contains(':') && !text.contains("://") && !text.starts_with('-') {
            let column = above.chars().position(|c| c == ':').unwrap_or_default();
            Plain { line, column, ..self.said(NO_BLANK.to_owned(), BLANK) }
        } else if !is_key && is_deeper && !text.starts_with('-') {
            let column = indent(above).unwrap_or_default();
            let hint = "write a colon behind it";
            Plain { line, column, ..self.said("a key without a colon".to_owned(), hint) }
        } else if is_deeper && is_key && !text.ends_with(':') {
            let why = format!("this line is indented below line {line}, which has a value already");
            self.said(why, "indent it like that line, if it belongs beside it")
        } else {
            self.said("a key where none can be".to_owned(), LOOK_ABOVE)
        }
    }

    /// A line that belongs to nothing above it.
    fn indented(&self) -> Plain {
        let blanks = indent(self.at(self.line));
        let is_first = blanks == Some(self.column);
        if is_first && self.above().all(|(_, text)| indent(text) != blanks) {
            let why = match self.column {
                0 => "this line is not indented, and all above it are".to_owned(),
                1 => "this line is indented by 1 blank, and no line above is".to_owned(),
                blanks => format!("this line is indented by {blanks} blanks, and no line above is"),
            };
            return self.said(why, "indent it like the lines that it belongs with");
        }
        let nothing = || self.said("this belongs to nothing above it".to_owned(), LOOK_ABOVE);
        self.open_bracket().unwrap_or_else(nothing)
    }

    /// A line that is neither a key nor an item.
    fn no_colon(&self) -> Plain {
        let here = self.at(self.line);
        let text = here.trim_start();
        let beside = self.above().next().filter(|(_, above)| indent(above) == indent(here));
        if text.starts_with('-') && !text.starts_with("- ") {
            self.said("a `-` without a blank behind it".to_owned(), "write a blank behind the `-`")
        } else if beside.is_some_and(|(_, above)| above.trim_start().starts_with("- ")) {
            let why =
                "this line stands among the items of a list without `- ` in front of it".to_owned();
            self.said(why, "put `- ` in front of it")
        } else if text.contains(':') {
            self.said(NO_BLANK.to_owned(), BLANK)
        } else {
            self.said("a key without a colon".to_owned(), LOOK_ABOVE)
        }
    }

    /// The last bracket before the place that nothing closes.
    fn open_bracket(&self) -> Option<Plain> {
        let mut open: Vec<(char, usize, usize)> = Vec::new();
        for line in 1..=self.line {
            let text = if line == self.line { self.before() } else { self.at(line) };
            // Only what begins a value is a bracket or a quote, unless one is open.
            let mut last = ' ';
            let mut quote = None;
            for (column, sign) in text.chars().enumerate() {
                let begins = matches!(last, ' ' | '[' | '{' | ',');
                match (quote, sign) {
                    (Some(closing), _) if sign == closing => quote = None,
                    (Some(_), _) => {}
                    (None, '#') if last == ' ' => break,
                    (None, '"' | '\'') if begins => quote = Some(sign),
                    (None, '[' | '{') if begins => open.push((sign, line, column)),
                    (None, ']') if open.last().is_some_and(|(sign, ..)| *sign == '[') => {
                        open.pop();
                    }
                    (None, '}') if open.last().is_some_and(|(sign, ..)| *sign == '{') => {
                        open.pop();
                    }
                    _ => {}
                }
                last = sign;
            }
        }
        let (bracket, line, column) = open.pop()?;
        let hint = "close it at the end of the list or mapping";
        let why = format!("a `{bracket}` that is not closed");
        Some(Plain { line, column, why, hint })
    }
}

/// Most anchors that one is looked for among.
const MOST_ANCHORS: usize = 1000;

fn is_of_name(sign: &char) -> bool {
    sign.is_alphanumeric() || matches!(sign, '_' | '-' | '.')
}

/// By how many blanks a line is indented; `None` of one that says nothing.
fn indent(line: &str) -> Option<usize> {
    let text = line.trim_start_matches(' ');
    (!text.trim().is_empty() && !text.starts_with('#')).then(|| line.len() - text.len())
}

#[cfg(test)]
mod tests {
    use crate::yaml::{Budget, read};

    fn wrong(text: &str) -> String {
        let wrong = read(text, 0, &mut Budget::default()).expect_err(text);
        assert!(!wrong.hint.is_empty() && !wrong.hint.ends_with('.'), "{wrong:?}");
        format!("{}:{} {}", wrong.spot.line, wrong.spot.column, wrong.why)
    }

    #[test]
    fn what_people_get_wrong_is_named() {
        for (text, expected) in [
            ("a:\n\tb: 1", "2:1 a tab; YAML is indented with blanks"),
            ("a:\n  b: x\n  \tc: 1", "3:3 a tab; YAML is indented with blanks"),
            ("a:\n  b: \"80:80\n  c: d\n", "2:6 a quote that is not closed"),
            (
                "a: &one {b: 1}\nc: *oen\n",
                "2:4 there is no anchor `&oen` above; did you mean `*one`?",
            ),
            ("a: x : y", "1:6 a second `: ` in one line: text that has it needs quotes"),
            ("a:\n  image:nginx\n  b: 1", "2:8 a colon without a blank behind it"),
            ("a:\n  web\n    image: x", "2:3 a key without a colon"),
            (
                "a:\n  image: x\n    b: y",
                "3:6 this line is indented below line 2, which has a value already",
            ),
            (
                "a:\n  b:\n    c: 1\n   d: 2",
                "4:4 this line is indented by 3 blanks, and no line above is",
            ),
            ("a: - b", "1:4 a list begins in a line of its own"),
            (
                "a:\n  - b\n  c:d\n",
                "3:3 this line stands among the items of a list without `- ` in front of it",
            ),
            ("a:\n  - b\n  -./c:/d\n", "3:3 a `-` without a blank behind it"),
            (
                "a:\n - b\n c: d",
                "3:2 this line stands beside the items of a list, and is none: those begin with `- `",
            ),
            ("a: @b", "1:4 text that begins with @ needs quotes"),
            ("a: `b`", "1:4 text that begins with ` needs quotes"),
            ("a: 'it's'", "1:8 there is more behind a quote that closes the value"),
            ("a: [\"1\", 2\nb: [3]\n", "1:4 a `[` that is not closed"),
        ] {
            assert_eq!(wrong(text), expected, "{text}");
        }
    }
}
