//! Words that all formats have in common.

use crate::graph::Mark;
use crate::model::keys::option;
use crate::model::words::count;
use crate::model::{Container, Network, State};

/// What a surprise is, in a word or two.
pub fn surprise(mark: Mark) -> &'static str {
    match mark {
        Mark::Leaks => "reachable although apart",
        _ => "no answer",
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
        text.push_str(&format!(", {}", count(container.restart_count, "restart")));
    }
    text
}

/// What sets a network apart from a plain one, the config-only network that it
/// was made from included.
pub fn flags(network: &Network) -> Vec<String> {
    let from = network.config_from.as_ref().map(|config| format!("from {config}"));
    network.flags().into_iter().map(str::to_owned).chain(from).collect()
}

/// Driver and flags: `bridge`, `internal`; `macvlan on eth0`.
pub fn kinds(network: &Network) -> Vec<String> {
    let mut driver = network.driver.to_string();
    if let Some(parent) = network.option(option::PARENT) {
        driver.push_str(" on ");
        driver.push_str(parent);
    }
    [driver].into_iter().chain(flags(network)).collect()
}
