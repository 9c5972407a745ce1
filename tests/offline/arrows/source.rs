//! Takes one Rust source apart: its modules, the names it defines and brings
//! in, and the paths in its code. What only tests see is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// `a::b::c`, a segment each.
pub type Path = Vec<String>;

/// What a module says, without the modules inside it.
#[derive(Debug, Default)]
pub struct Module {
    /// Names that it defines.
    pub defined: BTreeSet<String>,
    /// Its modules: with what they say where they stand in the same file, and
    /// `None` for those in files of their own.
    pub modules: BTreeMap<String, Option<Module>>,
    /// Names brought in by `use`, each with the path it stands for.
    pub used: BTreeMap<String, Path>,
    /// What `use …::*` opens.
    pub globs: BTreeSet<Path>,
    /// What `use` brings in without passing it on.
    pub taken: BTreeSet<Path>,
    /// Paths in its code. `self.name()` is one as well: the type, and the name.
    pub paths: BTreeSet<Path>,
    /// Methods that its code calls on anything but `self`.
    pub calls: BTreeSet<String>,
    /// Its `impl` blocks, without those of a trait.
    pub impls: Vec<Impl>,
}

/// An `impl` block.
#[derive(Debug)]
pub struct Impl {
    /// The type, as the block writes it.
    pub of: Path,
    /// What the type gets here, and whether that is a method: `self` comes first.
    pub gives: BTreeMap<String, bool>,
}

/// Reads a source.
pub fn read(text: &str) -> Module {
    module(&parts(TokenStream::from_str(text).expect("a source is Rust")))
}

fn module(tokens: &[TokenTree]) -> Module {
    let mut module = Module::default();
    for item in items(tokens) {
        module.add(item);
    }
    module
}

impl Module {
    fn add(&mut self, item: &[TokenTree]) {
        let (is_public, item) = without_visibility(item);
        let word = |at: usize| item.get(at).and_then(word);
        match (word(0).as_deref(), word(1)) {
            (Some("use"), _) => self.bring_in(&item[1..], is_public),
            (Some("mod"), Some(name)) => {
                let inside = item.iter().find_map(braces);
                self.modules.insert(name, inside.map(|inside| module(&inside)));
            }
            (Some("impl"), _) => self.implement(item),
            _ => {
                self.defined.extend(defined(item));
                self.read_code(item);
            }
        }
    }

    /// Takes a `use`, which may stand in code as well.
    fn bring_in(&mut self, tokens: &[TokenTree], is_public: bool) {
        for leaf in leaves(tokens, &[]) {
            let Some(name) = leaf.name else {
                self.globs.insert(leaf.path);
                continue;
            };
            if !is_public {
                self.taken.insert(leaf.path.clone());
            }
            self.used.insert(name, leaf.path);
        }
    }

    fn implement(&mut self, item: &[TokenTree]) {
        let (body, head) = item.split_last().expect("an item is not empty");
        let of = implemented(head);
        let mut inside = Self::default();
        inside.read_code(item);
        self.absorb(inside, of.as_ref().map_or(&[], |(of, _)| of));
        if let (Some((of, false)), Some(body)) = (of, braces(body)) {
            let gives = items(&body)
                .into_iter()
                .filter_map(|inner| Some((defined(inner)?, takes_self(inner))));
            self.impls.push(Impl { of, gives: gives.collect() });
        }
    }

    /// Takes over what the code of an `impl` block names; `Self` is its type.
    fn absorb(&mut self, inside: Self, of: &[String]) {
        self.used.extend(inside.used);
        self.globs.extend(inside.globs);
        self.taken.extend(inside.taken);
        self.calls.extend(inside.calls);
        self.paths.extend(inside.paths.into_iter().map(|path| match path.split_first() {
            Some((first, rest)) if first == "Self" => [of, rest].concat(),
            _ => path,
        }));
    }

    /// Notes every path in code, however deep, macros' arguments included.
    fn read_code(&mut self, tokens: &[TokenTree]) {
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            if is_sign(Some(token), '#') && is_for_tests(&tokens[at..]) {
                at += item(&tokens[at..]).0.len();
                continue;
            }
            at += 1;
            match token {
                TokenTree::Group(group) => self.read_code(&parts(group.stream())),
                TokenTree::Ident(ident) if ident == "use" && !is_sign(tokens.get(at), '<') => {
                    let end = at + up_to(&tokens[at..], |token| is_sign(Some(token), ';'));
                    self.bring_in(&tokens[at..end], false);
                    at = end;
                }
                TokenTree::Ident(ident) => {
                    let before = &tokens[..at - 1];
                    let mut path = vec![ident.to_string()];
                    while is_path_sign(tokens, at)
                        && let Some(next) = tokens.get(at + 2).and_then(word)
                    {
                        path.push(next);
                        at += 3;
                    }
                    let is_called = is_arguments(tokens.get(at)) || is_path_sign(tokens, at);
                    self.name(before, path, is_called);
                }
                _ => {}
            }
        }
    }

    /// Notes a path, or the name of a method.
    fn name(&mut self, before: &[TokenTree], path: Path, is_called: bool) {
        if !is_inside(before) {
            self.paths.insert(path);
        } else if is_called && is_self(&before[..before.len() - 1]) {
            self.paths.insert([vec!["Self".to_owned()], path].concat());
        } else if is_called {
            self.calls.extend(path);
        }
    }
}

/// What a `use` brings in: a path, and the name it gets here.
struct Leaf {
    path: Path,
    /// None for `*`.
    name: Option<String>,
}

/// The leaves of a `use` tree.
fn leaves(tokens: &[TokenTree], start: &[String]) -> Vec<Leaf> {
    let mut found = Vec::new();
    let is_end = |token: &TokenTree| is_sign(Some(token), ',') || is_sign(Some(token), ';');
    for branch in tokens.split(is_end) {
        let mut path = start.to_vec();
        let mut name = None;
        let mut rest = branch.iter();
        while let Some(token) = rest.next() {
            match token {
                TokenTree::Ident(ident) if ident == "as" => name = rest.next().and_then(word),
                // `a::{self, b}` brings in `a` itself.
                TokenTree::Ident(ident) if ident == "self" && !path.is_empty() => {
                    name = path.last().cloned();
                }
                TokenTree::Ident(ident) => {
                    name = Some(ident.to_string());
                    path.push(ident.to_string());
                }
                TokenTree::Group(group) => {
                    found.extend(leaves(&parts(group.stream()), &path));
                    name = None;
                }
                _ => {}
            }
        }
        if is_sign(branch.last(), '*') {
            found.push(Leaf { path, name: None });
        } else if name.is_some() && !branch.iter().any(|token| braces(token).is_some()) {
            found.push(Leaf { path, name });
        }
    }
    found
}

/// The type of an `impl` block's head, and whether a trait is implemented.
fn implemented(head: &[TokenTree]) -> Option<(Path, bool)> {
    let mut depth = 0_usize;
    let mut is_trait = false;
    let mut path = Path::new();
    for (at, token) in head.iter().enumerate().skip(1) {
        match token {
            TokenTree::Punct(sign) if sign.as_char() == '<' => depth += 1,
            // The arrow of `Fn() -> T` closes nothing.
            TokenTree::Punct(sign) if sign.as_char() == '>' && !is_sign(head.get(at - 1), '-') => {
                depth = depth.saturating_sub(1);
            }
            TokenTree::Ident(_) if depth > 0 => {}
            TokenTree::Ident(ident) if ident == "for" => {
                is_trait = true;
                path.clear();
            }
            TokenTree::Ident(ident) if ident == "where" => break,
            TokenTree::Ident(ident) => path.push(ident.to_string()),
            _ => {}
        }
    }
    (!path.is_empty()).then_some((path, is_trait))
}

/// The name that an item defines.
fn defined(item: &[TokenTree]) -> Option<String> {
    const KEYWORDS: &[&str] =
        &["fn", "struct", "enum", "union", "trait", "type", "const", "static", "macro_rules"];
    let mut words = item.iter().filter_map(word);
    words.find(|word| KEYWORDS.contains(&word.as_str()))?;
    // `const fn`, `static mut`.
    words.find(|word| !matches!(word.as_str(), "fn" | "unsafe" | "async" | "mut"))
}

/// Whether a function takes `self`.
fn takes_self(item: &[TokenTree]) -> bool {
    let (_, item) = without_visibility(item);
    let arguments = item.iter().find_map(|token| match token {
        TokenTree::Group(group) if is_arguments(Some(token)) => Some(group.stream()),
        _ => None,
    });
    let first = arguments.into_iter().flatten().take_while(|token| !is_sign(Some(token), ':'));
    first.filter_map(|token| word(&token)).any(|word| word == "self")
}

/// The items of a module or an `impl` block, without their attributes and
/// without those that only tests see.
fn items(tokens: &[TokenTree]) -> Vec<&[TokenTree]> {
    let mut items = Vec::new();
    let mut rest = tokens;
    while !rest.is_empty() {
        let (item, after) = item(rest);
        let bare = without_attributes(item);
        if !is_for_tests(item) && !bare.is_empty() {
            items.push(bare);
        }
        rest = after;
    }
    items
}

/// The first item of these, and what comes after it.
fn item(tokens: &[TokenTree]) -> (&[TokenTree], &[TokenTree]) {
    let (_, bare) = without_visibility(without_attributes(tokens));
    let words: Vec<String> = bare.iter().map_while(word).collect();
    let is_braced = match words.first().map(String::as_str) {
        Some("use" | "const" | "static" | "type" | "extern") => words.iter().any(|w| w == "fn"),
        _ => true,
    };
    let is_last =
        |token: &TokenTree| is_sign(Some(token), ';') || (is_braced && braces(token).is_some());
    tokens.split_at(tokens.len() - bare.len() + up_to(bare, is_last))
}

/// How many tokens there are up to the first that fits, with it.
fn up_to(tokens: &[TokenTree], fits: impl Fn(&TokenTree) -> bool) -> usize {
    tokens.iter().position(fits).map_or(tokens.len(), |at| at + 1)
}

/// Whether attributes keep an item for tests: `#[cfg(test)]` and its like.
fn is_for_tests(item: &[TokenTree]) -> bool {
    let attributes = &item[..item.len() - without_attributes(item).len()];
    attributes.iter().any(|token| {
        let text = token.to_string().replace(' ', "");
        text.starts_with("[cfg(test)") || text.starts_with("[cfg(any(test,")
    })
}

fn without_attributes(mut item: &[TokenTree]) -> &[TokenTree] {
    while let [TokenTree::Punct(hash), rest @ ..] = item
        && hash.as_char() == '#'
    {
        // One of the whole file is `#![…]`.
        let mark = usize::from(is_sign(rest.first(), '!'));
        item = rest.get(mark + 1..).unwrap_or_default();
    }
    item
}

/// Whether an item is `pub` in some way, and the rest of it.
fn without_visibility(item: &[TokenTree]) -> (bool, &[TokenTree]) {
    match item {
        [TokenTree::Ident(word), scope, rest @ ..]
            if word == "pub" && is_arguments(Some(scope)) =>
        {
            (true, rest)
        }
        [TokenTree::Ident(word), rest @ ..] if word == "pub" => (true, rest),
        _ => (false, item),
    }
}

/// Whether these tokens end with `self`, and not with a field of it.
fn is_self(tokens: &[TokenTree]) -> bool {
    let Some((last, before)) = tokens.split_last() else { return false };
    word(last).is_some_and(|word| word == "self") && !is_inside(before)
}

/// Whether a word after these tokens begins no path: it is a field, a method,
/// a lifetime, or the end of `<T>::name`.
fn is_inside(before: &[TokenTree]) -> bool {
    let last = |back: usize| before.len().checked_sub(back).and_then(|at| before.get(at));
    if is_sign(last(1), '.') {
        // After `..` a path may begin.
        return !is_sign(last(2), '.');
    }
    is_sign(last(1), '\'') || (is_sign(last(1), ':') && is_sign(last(2), ':'))
}

fn parts(stream: TokenStream) -> Vec<TokenTree> {
    stream.into_iter().collect()
}

fn word(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => None,
    }
}

fn braces(token: &TokenTree) -> Option<Vec<TokenTree>> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
            Some(parts(group.stream()))
        }
        _ => None,
    }
}

fn is_arguments(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
}

fn is_sign(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

/// Whether `::` stands here.
fn is_path_sign(tokens: &[TokenTree], at: usize) -> bool {
    is_sign(tokens.get(at), ':') && is_sign(tokens.get(at + 1), ':')
}
