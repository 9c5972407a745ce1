//! The rules, one file each, all listed in [`RULES`]. A new rule is a file in
//! this folder, its lines here and a folder in `samples/`.

mod default_bridge_no_names;
mod localhost_dependency;

use super::Rule;

/// Every rule, in the order in which findings of one severity are told: what
/// explains the most comes first.
pub const RULES: &[Rule] = &[localhost_dependency::RULE, default_bridge_no_names::RULE];

/// The rule called `name`.
pub fn rule_named(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.name == name)
}
