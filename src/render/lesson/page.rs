//! The little Markdown that lessons are written in, as HTML: headings,
//! paragraphs, lists, code, and in a line code and strong words. Anything else
//! is text, so nothing that strangers wrote is a tag or a link.

use crate::render::escape::xml as safe;

/// What a line begins.
enum Begins<'a> {
    Fence(&'a str),
    Heading(usize, &'a str),
    Item(bool, &'a str),
    Code(&'a str),
    Blank,
    Words(&'a str),
}

/// Markdown as HTML.
pub fn to_html(markdown: &str) -> String {
    let mut page = Page::default();
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        match begins(line) {
            Begins::Fence(fence) => {
                page.end();
                let code = lines.by_ref().take_while(|line| line.trim_end() != fence);
                page.code(&code.collect::<Vec<_>>());
            }
            Begins::Heading(level, text) => {
                page.end();
                page.html.push_str(&format!("<h{level}>{}</h{level}>\n", inline(text)));
            }
            Begins::Item(is_numbered, text) => page.item(is_numbered, text),
            // Further lines of an item are indented as well.
            Begins::Code(text) if !page.is_empty() => page.words(text.trim_start()),
            Begins::Code(text) => page.code(&[text]),
            Begins::Blank => page.blank(),
            Begins::Words(text) => page.words(text.trim_start()),
        }
    }
    page.end();
    page.html
}

fn begins(line: &str) -> Begins<'_> {
    let text = line.trim_start();
    let fence = text.len() - text.trim_start_matches('`').len();
    let hashes = text.len() - text.trim_start_matches('#').len();
    if text.is_empty() {
        Begins::Blank
    } else if fence >= 3 {
        Begins::Fence(&text[..fence])
    } else if let Some(code) = line.strip_prefix("    ") {
        Begins::Code(code)
    } else if (1..=4).contains(&hashes) && text[hashes..].starts_with(' ') {
        Begins::Heading(hashes, text[hashes..].trim())
    } else if let Some(item) = text.strip_prefix("- ") {
        Begins::Item(false, item)
    } else {
        match text.split_once(". ").filter(|(number, _)| number.parse::<u8>().is_ok()) {
            Some((_, item)) => Begins::Item(true, item),
            None => Begins::Words(text),
        }
    }
}

#[derive(Default)]
struct Page {
    html: String,
    /// The paragraph or item that is being read, without its end.
    open: Vec<String>,
    /// The list that it is in: whether it has numbers.
    list: Option<bool>,
    is_item: bool,
}

impl Page {
    fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    fn words(&mut self, text: &str) {
        if self.is_empty() && self.list.is_some() {
            self.end();
        }
        self.open.push(text.trim_end().to_owned());
    }

    /// Ends the paragraph or the item, and not the list: more of it may come.
    fn blank(&mut self) {
        if self.is_empty() {
            return;
        }
        let text = inline(&std::mem::take(&mut self.open).join("\n"));
        let tag = if self.is_item { "li" } else { "p" };
        self.html.push_str(&format!("<{tag}>{text}</{tag}>\n"));
        self.is_item = false;
    }

    fn item(&mut self, is_numbered: bool, text: &str) {
        self.blank();
        if self.list != Some(is_numbered) {
            self.end();
            self.html.push_str(if is_numbered { "<ol>\n" } else { "<ul>\n" });
            self.list = Some(is_numbered);
        }
        self.is_item = true;
        self.open.push(text.to_owned());
    }

    fn end(&mut self) {
        self.blank();
        if let Some(is_numbered) = self.list.take() {
            self.html.push_str(if is_numbered { "</ol>\n" } else { "</ul>\n" });
        }
    }

    fn code(&mut self, lines: &[&str]) {
        self.end();
        let lines: Vec<String> = lines.iter().map(|line| safe(line)).collect();
        self.html.push_str(&format!("<pre><code>{}\n</code></pre>\n", lines.join("\n")));
    }
}

/// The words of a paragraph: what stands between backticks is code, and
/// between two stars strong. A mark that nothing closes is itself.
fn inline(text: &str) -> String {
    let mut html = String::new();
    let mut rest = text;
    loop {
        let next = [("`", "code"), ("**", "strong")].into_iter().filter_map(|(mark, tag)| {
            let from = rest.find(mark)?;
            let inside = &rest[from + mark.len()..];
            let length = inside.find(mark).filter(|length| *length > 0)?;
            Some((from, mark.len(), length, tag))
        });
        let Some((from, mark, length, tag)) = next.min_by_key(|(from, ..)| *from) else {
            html.push_str(&text_of(rest));
            return html;
        };
        let inside = &rest[from + mark..from + mark + length];
        html.push_str(&text_of(&rest[..from]));
        html.push_str(&format!("<{tag}>{}</{tag}>", text_of(inside)));
        rest = &rest[from + 2 * mark + length..];
    }
}

/// Text of one or more lines, with a backslash before a mark taken away.
fn text_of(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        if c != '\\' || !characters.peek().is_some_and(char::is_ascii_punctuation) {
            plain.push(c);
        }
    }
    let lines: Vec<String> = plain.split('\n').map(safe).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lessons_are_written_in_is_understood() {
        let html = to_html(
            "# A title\n\nSome `code <b>` and **strong words**,\nover two lines.\n\n## Hints\n\n\
             1. First `a\n   b`.\n2. Second:\n   more.\n\n- one\n\n    docker ps   -a\n\n```sh\na && b\n\nc\n```\nEnd.\n",
        );
        assert_eq!(
            html,
            "<h1>A title</h1>\n<p>Some <code>code &lt;b&gt;</code> and <strong>strong words</strong>,\n\
             over two lines.</p>\n<h2>Hints</h2>\n<ol>\n<li>First <code>a\nb</code>.</li>\n\
             <li>Second:\nmore.</li>\n</ol>\n<ul>\n<li>one</li>\n</ul>\n<pre><code>docker ps   -a\n</code></pre>\n\
             <pre><code>a &amp;&amp; b\n\nc\n</code></pre>\n<p>End.</p>\n"
        );
    }

    #[test]
    fn what_is_not_understood_is_text() {
        for text in
            ["<script>x</script>", "[x](javascript:1)", "![x](y)", "a ` b", "** c", "\\<i\\>"]
        {
            let html = to_html(text);
            let inside = html.strip_prefix("<p>").and_then(|html| html.strip_suffix("</p>\n"));
            assert!(!inside.expect(text).contains(['<', '>']), "{html}");
        }
    }
}
