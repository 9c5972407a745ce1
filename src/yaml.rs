//! YAML text, read into a tree whose nodes know where they stand, so that
//! whoever reads it can point at what is wrong. Built on the parser's events
//! and not on serde, because files written by hand need what serde loses: the
//! text of scalars as written, tags, and the place of each key.
//!
//! Bounded whatever the text is: aliases are written out, and what they write
//! out is counted. Nothing else uses granit-parser.

use std::collections::BTreeMap;
use std::fmt;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span};

use plainly::{LOOK_ABOVE, Plain, plainly};

mod plainly;

/// Most nodes that the documents of one load may have, aliases written out.
/// A compose file of 300 services has some 10,000.
pub const MOST_NODES: usize = 200_000;
/// A large file that is read on its own may have more: one for so many of its bytes, and so
/// many of them. What netmap itself writes of tens of thousands of containers has one for twelve.
const BYTES_PER_NODE: usize = 8;
const MOST_MORE_NODES: usize = 2_000_000;
/// Most bytes of text in them.
pub const MOST_TEXT: usize = 32 << 20;
/// Deepest nesting.
const DEEPEST: usize = 64;

/// Where something stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// Number of the file, where several are read.
    pub file: usize,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl Spot {
    /// The place `columns` further to the right.
    pub fn right(self, columns: usize) -> Self {
        let columns = u32::try_from(columns).unwrap_or(u32::MAX);
        Self { column: self.column.saturating_add(columns), ..self }
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
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
    /// Where it stands; for what an alias stands for, the alias's place.
    pub spot: Spot,
    /// What to do with it when files are laid over one another.
    pub tag: Option<Tag>,
    /// Whether it is a scalar in quotes or in a block of its own, and so text
    /// whatever it looks like.
    pub quoted: bool,
    /// What it is.
    pub value: Value,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing at all, or `null` or `~`.
    Null,
    /// A scalar as written, without quotes.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping; merge keys are merged.
    Map(Mapping),
}

/// The entries of a mapping. For the order of the file, sort by [`Entry::key`].
pub type Mapping = BTreeMap<String, Entry>;

/// The value under a key, and where the key stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where the key stands.
    pub key: Spot,
    /// The value.
    pub value: Node,
}

impl Node {
    /// A node without a tag.
    pub fn new(spot: Spot, value: Value) -> Self {
        Self { spot, tag: None, quoted: false, value }
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

    /// The truth value it is, if it is one. Words such as `on` and `no` are text.
    pub fn truth(&self) -> Option<bool> {
        match self.text().filter(|_| !self.quoted)? {
            "true" | "True" | "TRUE" => Some(true),
            "false" | "False" | "FALSE" => Some(false),
            _ => None,
        }
    }

    /// What it is, for messages: `a list`.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Text(_) if self.truth().is_some() => "true or false",
            Value::Text(text) if !self.quoted && text.parse::<f64>().is_ok() => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}

/// Why text is no YAML, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// Where it goes wrong.
    pub spot: Spot,
    /// What is wrong, for the person who wrote the file.
    pub why: String,
    /// What to do about it.
    pub hint: &'static str,
}

/// What may still be read; shared by all files of one load.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Nodes.
    pub nodes: usize,
    /// Bytes of text.
    pub text: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { nodes: MOST_NODES, text: MOST_TEXT }
    }
}

impl Budget {
    /// For a file that is read on its own.
    fn of(text: &str) -> Self {
        let more = (text.len() / BYTES_PER_NODE).min(MOST_MORE_NODES);
        Self { nodes: MOST_NODES + more, ..Self::default() }
    }
}

/// Reads a file of one document on its own. Empty text is [`Value::Null`].
///
/// # Errors
///
/// Where the text is no YAML, or holds several documents.
pub fn read_one(text: &str) -> Result<Node, Malformed> {
    let mut documents = read(text, 0, &mut Budget::of(text))?.into_iter();
    let only = documents.next();
    match documents.next() {
        Some(second) => Err(Malformed {
            spot: second.spot,
            why: "a second document begins here; one is all that is read".to_owned(),
            hint: "take the line `---` away, or put what follows it into a file of its own",
        }),
        None => {
            Ok(only.unwrap_or_else(|| Node::new(Spot { file: 0, line: 1, column: 1 }, Value::Null)))
        }
    }
}

/// Reads the documents of file number `file`.
///
/// # Errors
///
/// Where the text is no YAML, or is larger than the budget.
pub fn read(text: &str, file: usize, budget: &mut Budget) -> Result<Vec<Node>, Malformed> {
    let mut reader = Reader {
        events: Parser::new_from_str(text),
        text,
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
    /// All of it, to look at where the parser trips.
    text: &'t str,
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
        let Plain { line, column, why, hint } =
            plainly(&error.info(), self.text, at.line(), at.col());
        Malformed { spot: self.spot_at(line, column), why, hint }
    }

    fn wrong(&self, why: impl Into<String>, hint: &'static str) -> Malformed {
        Malformed { spot: self.spot, why: why.into(), hint }
    }

    /// The node that begins with this event.
    fn node(&mut self, (event, _): Located<'t>, depth: usize) -> Result<Node, Malformed> {
        let spot = self.spot;
        if depth > DEEPEST {
            return Err(self.wrong(
                format!("nested more than {DEEPEST} levels deep"),
                "is it the right file?",
            ));
        }
        let tag = event.tag().and_then(|tag| match tag.suffix() {
            "reset" if tag.handle() == "!" => Some(Tag::Reset),
            "override" if tag.handle() == "!" => Some(Tag::Override),
            _ => None,
        });
        let mut quoted = false;
        let (value, anchor) = match event {
            Event::Alias(id) => return self.alias(id, spot),
            Event::Scalar(text, style, anchor, _) => {
                self.spend(1, text.len())?;
                let plain = style == ScalarStyle::Plain;
                quoted = !plain;
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
            _ => return Err(self.wrong("the file ends in the middle", LOOK_ABOVE)),
        };
        let node = Node { spot, tag, quoted, value };
        if anchor > 0 {
            self.anchors.insert(anchor, Some(node.clone()));
        }
        Ok(node)
    }

    fn alias(&mut self, id: usize, spot: Spot) -> Result<Node, Malformed> {
        let Some(Some(node)) = self.anchors.get(&id) else {
            return Err(self.wrong(
                "an alias stands for itself, inside of what it names",
                "write there what it stands for",
            ));
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
                    let why = "a key must be plain text".to_owned();
                    return Err(Malformed { spot, why, hint: LOOK_ABOVE });
                }
            };
            let value = self.next()?;
            let value = self.node(value, depth + 1)?;
            if is_merge {
                merged.push(value);
            } else if let Some(first) = map.get(&name) {
                let why = format!("the key `{name}` is there already, in line {}", first.key.line);
                let hint = "take one of the two away, or put both into one";
                return Err(Malformed { spot, why, hint });
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
            _ => Err(self.wrong(
                format!(
                    "with its aliases written out the file has too many values, or more than {} MB",
                    MOST_TEXT >> 20
                ),
                "is it the right file?",
            )),
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
            let hint = "let `<<` name an alias of a mapping, or a list of such";
            Err(Malformed { spot: from.spot, why, hint })
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
#[path = "yaml_tests.rs"]
mod tests;
