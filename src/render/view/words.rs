//! Words that all formats have in common.

use crate::graph::Mark;
use crate::model::keys::option;
use crate::model::{Container, Network, NetworkAt, State, Subnet};

/// What a surprise is, in a word or two.
pub fn surprise(mark: Mark) -> &'static str {
    match mark {
        Mark::Leaks => "reachable although apart",
        _ => "no answer",
    }
}

/// `1 container`, `2 containers`.
pub fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// `a, b and c`; past `most` of them `a, b and 7 more`.
pub fn list(items: &[&str], most: usize) -> String {
    match items {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [head @ .., last] if items.len() <= most => format!("{} and {last}", head.join(", ")),
        _ => format!("{} and {} more", items[..most].join(", "), items.len() - most),
    }
}

/// State with what qualifies it: `running, healthy`, `exited (137), out of memory`.
pub fn state(container: &Container) -> String {
    let mut text = container.state.to_string();
    if let Some(code) = container.exit_code.filter(|_| container.state == State::Exited) {
        text.push_str(&format!(" ({code})"));
    }
    if let Some(health) = container.health.filter(|_| container.state.has_network()) {
        text.push_str(", ");
        text.push_str(health.as_str());
    }
    if container.oom_killed {
        text.push_str(", out of memory");
    }
    if container.restart_count > 0 {
        text.push_str(&format!(", {}", count_restarts(container.restart_count)));
    }
    text
}

fn count_restarts(restarts: u64) -> String {
    if restarts == 1 { "1 restart".to_owned() } else { format!("{restarts} restarts") }
}

/// A subnet's gateway, or a dash where nobody says which it is.
pub fn gateway(view: &super::View, network: NetworkAt, subnet: &Subnet) -> String {
    view.map.gateway(network, subnet).map_or("–".to_owned(), |gateway| gateway.to_string())
}

/// Driver and flags: `bridge`, `bridge · internal`, `macvlan on eth0`.
pub fn kind(network: &Network) -> String {
    let mut text = network.driver.to_string();
    if let Some(parent) = network.option(option::PARENT) {
        text.push_str(" on ");
        text.push_str(parent);
    }
    for flag in network.flags() {
        text.push_str(" · ");
        text.push_str(flag);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_like_speech() {
        assert_eq!(list(&["a"], 3), "a");
        assert_eq!(list(&["a", "b", "c"], 3), "a, b and c");
        assert_eq!(list(&["a", "b", "c", "d"], 2), "a, b and 2 more");
    }
}
