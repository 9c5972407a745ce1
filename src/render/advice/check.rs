//! What was seen, as a check file: whatever else is seen later fails.

use super::AdviceView;
use super::yaml::name;
use crate::render::style::Style;

/// Writes the file.
pub fn render(view: &AdviceView, _style: &Style) -> String {
    let mut text = format!("# {}.\nflows:\n", view.basis());
    for talk in &view.advice.talks {
        let port = talk.service.strip_suffix("/tcp").unwrap_or(&talk.service);
        let target = format!("{}:{port}", talk.server);
        if talk.clients.is_empty() {
            continue;
        }
        let clients = talk.clients.join(", ");
        text.push_str(&format!("  - {}\n", sentence(&format!("{clients} -> {target}"))));
        if talk.nobody_else {
            text.push_str(&format!("  - {}\n", sentence(&format!("only {clients} -> {target}"))));
        }
    }
    if view.advice.nobody_outside {
        text.push_str("  - nothing -> internet\n");
    }
    if text.ends_with("flows:\n") {
        text.push_str("  []\n");
    }
    text
}

/// A sentence; where a name in it would be read as something else, in quotes.
fn sentence(text: &str) -> String {
    let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "_-.,:/> ".contains(c));
    if is_plain { text.to_owned() } else { name(text) }
}
