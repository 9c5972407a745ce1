//! What was not used, and the networks that would do, in sentences.

use super::AdviceView;
use crate::model::words::{count, listed};
use crate::model::{Natural, natural_order};
use crate::order::OrderBy;
use crate::render::flows::footer;
use crate::render::style::{Role, Style, flow};

/// Names that are told of one network.
const MOST: usize = 6;

/// Writes the sentences.
pub fn render(view: &AdviceView, style: &Style) -> String {
    let mut text = String::new();
    let mut add = |role: Role, sentence: String| {
        let words: Vec<String> = sentence.split(' ').map(|word| style.paint(role, word)).collect();
        text.push_str(&flow(&words, " ", 2, style.width));
        text.push('\n');
    };
    add(Role::Strong, format!("{}.", view.basis()));
    for idle in &view.advice.idle {
        if idle.is_unused() {
            let members = listed(&idle.silent, MOST);
            let sentence = format!("{}: nobody was seen to use it, of {members}.", idle.network);
            add(Role::Warn, sentence);
        } else {
            let (silent, network) = (listed(&idle.silent, MOST), &idle.network);
            let of = count(idle.members, "member");
            add(Role::Plain, format!("{network}: not used by {silent}, of {of}."));
        }
    }
    let mut all_far: Vec<_> = view.advice.far.iter().collect();
    all_far.order_by_key(|far| Natural(&far.container));
    for far in all_far {
        let others = count(far.may, "other");
        let with = if far.did == 0 { "none".to_owned() } else { far.did.to_string() };
        let name = &far.container;
        add(
            Role::Plain,
            format!("{name} shares networks with {others}, and was seen with {with}."),
        );
    }
    if view.advice.planned.is_empty() {
        add(Role::Plain, "Nothing was seen that needs a network.".to_owned());
    } else {
        let networks = count(view.advice.planned.len(), "network");
        add(Role::Strong, format!("{networks} would carry what was seen:"));
        let mut networks: Vec<_> = view.advice.planned.iter().collect();
        networks.order_by_key(|planned| Natural(&planned.name));
        for planned in networks {
            let internal = if planned.internal { " (internal)" } else { "" };
            let mut members = planned.members.clone();
            members.order_by(|a, b| natural_order(a, b));
            let members = members.join(", ");
            add(Role::Plain, format!("  {}{internal}: {members}", planned.name));
        }
        add(
            Role::Quiet,
            "--advise=compose writes them as a file to merge, --advise=check what was seen as \
             a check file."
                .to_owned(),
        );
    }
    text.push_str(&footer(view.seen, style));
    text
}
