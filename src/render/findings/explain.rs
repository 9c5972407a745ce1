//! What there is to say of a rule: a page for the terminal, and all of them
//! as one document.

use super::text::lines;
use crate::diagnose::{RULES, Rule};
use crate::model::words::sentence_case;
use crate::order::OrderBy;
use crate::render::format::{Draw, Format, Shown};
use crate::render::style::{Role, Style};

/// What is to be explained.
#[derive(Clone, Copy)]
pub enum RulesView {
    /// All rules in short; in a document, in full.
    All,
    /// One rule.
    One(&'static Rule),
}

impl Shown for RulesView {
    type View<'a> = Self;
    const WHAT: &'static str = "rules";
    const FORMATS: &'static [Format<Self>] = &[
        Format {
            name: "text",
            extensions: &["txt"],
            about: "plain words: a list, or a rule's page",
            draw: Draw::<Self>::Text(text),
        },
        Format {
            name: "markdown",
            extensions: &["md"],
            about: "a document of all rules, or a rule's section of it",
            draw: Draw::<Self>::Text(markdown),
        },
    ];
}

fn text(view: &RulesView, style: &Style) -> String {
    match view {
        RulesView::All => rules_list(style),
        RulesView::One(rule) => rule_page(rule, style),
    }
}

fn markdown(view: &RulesView, _style: &Style) -> String {
    match view {
        RulesView::All => rules_document(),
        RulesView::One(rule) => section(rule),
    }
}

/// The parts of a rule's page, each under its title.
fn parts(rule: &Rule) -> [(&'static str, &'static str); 5] {
    [
        ("What it means", rule.meaning),
        ("How netmap sees it", rule.seen),
        ("What it looks like", rule.example),
        ("How to fix it", rule.fix),
        ("What it can be mistaken for", rule.mistaken_for),
    ]
}

/// What a rule must see, in words; nothing where the engine's lists are enough.
fn needs(rule: &Rule) -> Option<String> {
    let needs: Vec<&str> = rule.needs.iter().map(|sight| sight.as_str()).collect();
    (!needs.is_empty()).then(|| needs.join(", "))
}

/// A rule's page for a terminal.
fn rule_page(rule: &Rule, style: &Style) -> String {
    let mut text = format!(
        "{}  {}\n",
        style.paint(Role::Strong, rule.name),
        style.paint(Role::Quiet, rule.severity.as_str())
    );
    let mut paragraph = |words: &str, indent: usize| {
        for line in lines(words, style.width.min(100).saturating_sub(indent)) {
            text.push_str(&" ".repeat(indent));
            text.push_str(&line);
            text.push('\n');
        }
    };
    paragraph(&format!("{}.", sentence_case(rule.summary)), 0);
    for (title, words) in parts(rule) {
        paragraph("", 0);
        paragraph(title, 0);
        paragraph(words, 2);
    }
    if let Some(needs) = needs(rule) {
        paragraph("", 0);
        paragraph(
            &format!("It must see: {needs}. Where it cannot, it says so and judges nothing."),
            0,
        );
    }
    text
}

/// Every rule with its summary, for `netmap explain` without a name.
fn rules_list(style: &Style) -> String {
    let mut rules: Vec<&Rule> = RULES.iter().collect();
    rules.order_by_key(|rule| rule.name);
    let widest = rules.iter().map(|rule| rule.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for rule in rules {
        let indent = widest + 11;
        text.push_str(&format!("{:widest$}  {:7}  ", rule.name, rule.severity.as_str()));
        for (at, line) in lines(rule.summary, style.width.saturating_sub(indent)).iter().enumerate()
        {
            if at > 0 {
                text.push_str(&" ".repeat(indent));
            }
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// The document of all rules, as Markdown; `docs/rules.md` is this.
fn rules_document() -> String {
    let mut rules: Vec<&Rule> = RULES.iter().collect();
    rules.order_by_key(|rule| rule.name);
    let mut text = String::from(
        "# What netmap doctor looks for\n\n\
        One section for each rule, as `netmap explain RULE` prints it. This page is made by\n\
        `netmap explain --format markdown`; a test compares the two.\n\n\
        | rule | severity | the bad thing |\n|---|---|---|\n",
    );
    for rule in &rules {
        text.push_str(&format!(
            "| [{0}](#{0}) | {1} | {2} |\n",
            rule.name,
            rule.severity,
            rule.summary.replace('|', "\\|")
        ));
    }
    for rule in rules {
        text.push('\n');
        text.push_str(&section(rule));
    }
    text
}

/// A rule's section of the document.
fn section(rule: &Rule) -> String {
    let mut text = format!("## {}\n\n{}.\n", rule.name, sentence_case(rule.summary));
    for (title, words) in parts(rule) {
        text.push_str(&format!("\n**{title}.** {words}\n"));
    }
    if let Some(needs) = needs(rule) {
        text.push_str(&format!("\n**It must see** {needs}.\n"));
    }
    text
}
