//! YAML text, read into a tree whose nodes know where they stand. Built on the
//! parser's events and not on serde, because compose files need what serde
//! loses: the text of scalars as written, tags, and the place of each key.
//!
//! Bounded whatever the text is: aliases are written out, and what they write
//! out is counted.

use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span};

/// Most nodes that the documents of one load may have, aliases written out.
/// A compose file of 300 services has some 10,000.
pub const MOST_NODES: usize = 200_000;
/// Most bytes of text in them.
pub const MOST_TEXT: usize = 32 << 20;
/// Deepest nesting.
const DEEPEST: usize = 64;

/// Where something stands: a file by its number, line and column from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    pub file: usize,
    pub line: u32,
    pub column: u32,
}

/// What a file asks the merging of files to do with a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// `!reset`: take away what the files before it say.
    Reset,
    /// `!override`: stand in place of what they say instead of adding to it.
    Override,
}

/// A value and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub spot: Spot,
    pub tag: Option<Tag>,
    pub value: Value,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing at all, or `null` or `~`.
    Null,
    /// A scalar as written, without quotes.
    Text(String),
    List(Vec<Node>),
    Map(Mapping),
}

/// The entries of a mapping. Order says nothing in a compose file.
pub type Mapping = BTreeMap<String, Entry>;

/// The value under a key, and where the key stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub key: Spot,
    pub value: Node,
}

impl Node {
    /// A node without a tag.
    pub fn new(spot: Spot, value: Value) -> Self {
        Self { spot, tag: None, value }
    }

    /// The mapping it is, if it is one.
    pub fn map(&self) -> Option<&Mapping> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The value under a key of the mapping it is.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.map()?.get(key).map(|entry| &entry.value)
    }

    /// The text it is, if it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What it is, for messages.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}

/// Why text is no YAML, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    pub spot: Spot,
    pub why: String,
}

/// What may still be read; shared by all files of one load.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    pub nodes: usize,
    pub text: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { nodes: MOST_NODES, text: MOST_TEXT }
    }
}

/// Reads the documents of file number `file`.
pub fn read(text: &str, file: usize, budget: &mut Budget) -> Result<Vec<Node>, Malformed> {
    let mut reader = Reader {
        events: Parser::new_from_str(text),
        file,
        budget,
        anchors: BTreeMap::new(),
        spot: Spot { file, line: 1, column: 1 },
    };
    let mut documents = Vec::new();
    loop {
        match reader.next()? {
            (Event::StreamEnd, _) => return Ok(documents),
            (Event::DocumentStart(..), _) => {
                reader.anchors.clear();
                let first = reader.next()?;
                documents.push(reader.node(first, 0)?);
            }
            _ => {}
        }
    }
}

type Located<'t> = (Event<'t>, Span);

struct Reader<'t, 'b> {
    events: Parser<'t, granit_parser::StrInput<'t>>,
    file: usize,
    budget: &'b mut Budget,
    /// Nodes with an anchor; those under construction have `None`.
    anchors: BTreeMap<usize, Option<Node>>,
    /// Where the last event stood.
    spot: Spot,
}

impl<'t> Reader<'t, '_> {
    fn next(&mut self) -> Result<Located<'t>, Malformed> {
        let (event, span) = match self.events.next() {
            Some(next) => next.map_err(|error| self.scan_error(&error))?,
            None => (Event::StreamEnd, Span::default()),
        };
        if span.start.line() > 0 {
            self.spot = self.spot_at(span.start.line(), span.start.col());
        }
        Ok((event, span))
    }

    fn spot_at(&self, line: usize, column: usize) -> Spot {
        let short = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Spot { file: self.file, line: short(line), column: short(column.saturating_add(1)) }
    }

    fn scan_error(&self, error: &ScanError) -> Malformed {
        let at = error.marker();
        Malformed { spot: self.spot_at(at.line(), at.col()), why: error.info().to_string() }
    }

    fn wrong(&self, why: impl Into<String>) -> Malformed {
        Malformed { spot: self.spot, why: why.into() }
    }

    /// The node that begins with this event.
    fn node(&mut self, (event, _): Located<'t>, depth: usize) -> Result<Node, Malformed> {
        let spot = self.spot;
        if depth > DEEPEST {
            return Err(self.wrong(format!("nested more than {DEEPEST} levels deep")));
        }
        let tag = event.tag().and_then(|tag| match tag.suffix() {
            "reset" if tag.handle() == "!" => Some(Tag::Reset),
            "override" if tag.handle() == "!" => Some(Tag::Override),
            _ => None,
        });
        let (value, anchor) = match event {
            Event::Alias(id) => return self.alias(id, spot),
            Event::Scalar(text, style, anchor, _) => {
                self.spend(1, text.len())?;
                let plain = style == ScalarStyle::Plain;
                let null = plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                let value = if null { Value::Null } else { Value::Text(text.into_owned()) };
                (value, anchor)
            }
            Event::SequenceStart(_, anchor, _) => {
                self.spend(1, 0)?;
                self.anchors.insert(anchor, None);
                (Value::List(self.list(depth)?), anchor)
            }
            Event::MappingStart(_, anchor, _) => {
                self.spend(1, 0)?;
                self.anchors.insert(anchor, None);
                (Value::Map(self.mapping(depth)?), anchor)
            }
            _ => return Err(self.wrong("the file ends in the middle")),
        };
        let node = Node { spot, tag, value };
        if anchor > 0 {
            self.anchors.insert(anchor, Some(node.clone()));
        }
        Ok(node)
    }

    fn alias(&mut self, id: usize, spot: Spot) -> Result<Node, Malformed> {
        let Some(Some(node)) = self.anchors.get(&id) else {
            return Err(self.wrong("the anchor is used inside of what it names"));
        };
        let (nodes, text) = weight(node);
        let node = Node { spot, ..node.clone() };
        self.spend(nodes, text)?;
        Ok(node)
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, Malformed> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(items),
                item => items.push(self.node(item, depth + 1)?),
            }
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<Mapping, Malformed> {
        let mut map = Mapping::new();
        let mut merged: Vec<Node> = Vec::new();
        loop {
            let next = self.next()?;
            if matches!(next.0, Event::MappingEnd) {
                break;
            }
            let is_merge =
                matches!(&next.0, Event::Scalar(key, ScalarStyle::Plain, ..) if key == "<<");
            let key = self.node(next, depth + 1)?;
            let spot = key.spot;
            let name = match key.value {
                Value::Text(text) => text,
                Value::Null => String::new(),
                Value::List(_) | Value::Map(_) => {
                    return Err(Malformed { spot, why: "a key must be plain text".to_owned() });
                }
            };
            let value = self.next()?;
            let value = self.node(value, depth + 1)?;
            if is_merge {
                merged.push(value);
            } else if let Some(first) = map.get(&name) {
                let why = format!("the key `{name}` is there already, in line {}", first.key.line);
                return Err(Malformed { spot, why });
            } else {
                map.insert(name, Entry { key: spot, value });
            }
        }
        for node in merged {
            merge_keys(&mut map, node)?;
        }
        Ok(map)
    }

    fn spend(&mut self, nodes: usize, text: usize) -> Result<(), Malformed> {
        match (self.budget.nodes.checked_sub(nodes), self.budget.text.checked_sub(text)) {
            (Some(nodes), Some(text)) => {
                *self.budget = Budget { nodes, text };
                Ok(())
            }
            _ => Err(self.wrong(format!(
                "with its aliases written out the file has more than {MOST_NODES} values or {} MB",
                MOST_TEXT >> 20
            ))),
        }
    }
}

/// Adds what `<<` brings, where the mapping does not say otherwise itself.
fn merge_keys(map: &mut Mapping, from: Node) -> Result<(), Malformed> {
    match from.value {
        Value::Map(entries) => {
            for (key, entry) in entries {
                map.entry(key).or_insert(entry);
            }
            Ok(())
        }
        Value::List(items) => items.into_iter().try_for_each(|item| merge_keys(map, item)),
        _ => {
            let why = format!("`<<` needs a mapping to merge, and this is {}", from.kind());
            Err(Malformed { spot: from.spot, why })
        }
    }
}

/// Counts a tree that was put together from others; false when it is too much.
pub fn spend_tree(tree: &Node, budget: &mut Budget) -> bool {
    let (nodes, text) = weight(tree);
    match (budget.nodes.checked_sub(nodes), budget.text.checked_sub(text)) {
        (Some(nodes), Some(text)) => {
            *budget = Budget { nodes, text };
            true
        }
        _ => false,
    }
}

/// How many nodes and how many bytes of text a tree has.
fn weight(node: &Node) -> (usize, usize) {
    let sum = |weights: &mut dyn Iterator<Item = (usize, usize)>| {
        weights.fold((1, 0), |sum, weight| (sum.0 + weight.0, sum.1 + weight.1))
    };
    match &node.value {
        Value::Null => (1, 0),
        Value::Text(text) => (1, text.len()),
        Value::List(items) => sum(&mut items.iter().map(weight)),
        Value::Map(map) => sum(&mut map.iter().map(|(key, entry)| {
            let (nodes, text) = weight(&entry.value);
            (nodes + 1, text + key.len())
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Node {
        read(text, 0, &mut Budget::default()).expect(text).remove(0)
    }

    fn wrong(text: &str) -> String {
        let Malformed { spot, why } =
            read(text, 0, &mut Budget::default()).expect_err(&text[..text.len().min(40)]);
        format!("{}:{} {why}", spot.line, spot.column)
    }

    #[test]
    fn scalars_stay_as_written_and_know_their_place() {
        let node =
            one("version: 3.10\nservices:\n  web:\n    ports: [22:22, \"80:80\"]\n    tty: ~\n");
        assert_eq!(node.get("version").and_then(Node::text), Some("3.10"));
        let web = node.get("services").and_then(|s| s.get("web")).expect("web");
        let Some(Value::List(ports)) = web.get("ports").map(|ports| &ports.value) else {
            panic!("{web:?}")
        };
        assert_eq!(ports[0].text(), Some("22:22"));
        assert_eq!(ports[1].spot, Spot { file: 0, line: 4, column: 20 });
        assert_eq!(web.map().expect("a mapping")["ports"].key.column, 5);
        assert_eq!(web.get("tty").map(|tty| &tty.value), Some(&Value::Null));
    }

    #[test]
    fn merge_keys_fill_in_what_is_not_said() {
        let node = one("x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*x, *y]\n  a: 0\n");
        let z = node.get("z").expect("z");
        let values: Vec<_> = ["a", "b", "c"].map(|key| z.get(key).and_then(Node::text)).into();
        assert_eq!(values, [Some("0"), Some("2"), Some("4")]);
        let node = one("x: &x {a: 1}\nz:\n  a: 0\n  <<: *x\n");
        assert_eq!(node.get("z").and_then(|z| z.get("a")).and_then(Node::text), Some("0"));
    }

    #[test]
    fn tags_of_composes_own_are_kept_and_others_are_no_matter() {
        let node = one("a: !reset null\nb: !override [1]\nc: !vault x\n");
        let tag = |key: &str| node.get(key).and_then(|node| node.tag);
        assert_eq!((tag("a"), tag("b"), tag("c")), (Some(Tag::Reset), Some(Tag::Override), None));
    }

    #[test]
    fn bad_text_is_an_error_with_its_place() {
        assert!(
            wrong("a: 1\nb: 2\na: 3\n").starts_with("3:1 the key `a` is there already, in line 1")
        );
        assert!(wrong("a:\n\tb: 1\n").starts_with("2:2 tabs"), "{}", wrong("a:\n\tb: 1\n"));
        assert!(wrong("a: &a [1, *a]\n").contains("inside of what it names"));
        assert!(wrong("a: &a\n  b: *a\n").contains("inside of what it names"));
        assert!(wrong("a: *nobody\n").starts_with("1:4 "), "{}", wrong("a: *nobody\n"));
        assert!(wrong("a: [1, 2\n").starts_with("1:4 "), "{}", wrong("a: [1, 2\n"));
        assert!(wrong("<<: 7\n").contains("`<<` needs a mapping"));
        assert!(wrong("? [1, 2]\n: 3\n").contains("a key must be plain text"));
    }

    #[test]
    fn bombs_do_not_go_off() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..30 {
            let inner = vec![format!("*a{}", level - 1); 9].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{inner}]\n"));
        }
        assert!(wrong(&bomb).contains("aliases written out"), "{}", wrong(&bomb));
        let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), "*a, ".repeat(100));
        assert!(wrong(&long).contains("aliases written out"));
        for deep in ["[", "- ", "{a: ", "? "] {
            wrong(&deep.repeat(100_000));
        }
    }

    #[test]
    fn several_documents_and_none() {
        assert_eq!(read("a: 1\n---\nb: 2\n", 0, &mut Budget::default()).map(|d| d.len()), Ok(2));
        assert_eq!(read("# nothing\n", 0, &mut Budget::default()).map(|d| d.len()), Ok(0));
    }
}
