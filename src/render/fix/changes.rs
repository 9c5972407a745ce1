//! What changes about a container that is re-created, in words.

use crate::model::words::listed;
use crate::model::{Change, Setting};

/// `re-create web with db:5432 in DATABASE_URL instead of localhost:5432`.
pub fn recreated(name: &str, changes: &[Change]) -> String {
    let changes: Vec<String> = changes.iter().map(change).collect();
    match changes.as_slice() {
        [] => format!("re-create {name}"),
        changes => format!("re-create {name} with {}", listed(changes, usize::MAX)),
    }
}

/// What a change gives a container, after `with` or `give it`.
pub fn change(change: &Change) -> String {
    match change {
        Change::Dial {
            setting: Setting::Variable(variable) | Setting::WholeVariable(variable),
            from,
            to,
        } => {
            format!("{to} in {variable} instead of {from}")
        }
        Change::Dial { setting: Setting::Command, from, to } => {
            format!("{to} in its command instead of {from}")
        }
        Change::SetPort { variable, port } => format!("{port} in {variable}"),
        Change::Trim { variable } => {
            format!("{variable} without the quotes or blanks around its value")
        }
        Change::Extend { variable, values } => {
            format!("{} added to {variable}", values.join(","))
        }
        Change::Publish { from: None, to: Some(to) } => format!("-p {}", to.as_option()),
        Change::Publish { from: Some(from), to: Some(to) } => {
            format!("-p {} instead of -p {}", to.as_option(), from.as_option())
        }
        Change::Publish { from: Some(from), to: None } => {
            format!("no -p {}", from.as_option())
        }
        Change::Publish { from: None, to: None } => "its ports as they are".to_owned(),
        Change::Join { network, .. } => format!("the network {}", network.name),
        Change::Address { network, from, to } => {
            format!("the address {to} on {} instead of {from}", network.name)
        }
        Change::LeaveMode { mode } => format!("no --network {mode}"),
        Change::AddHost { name, address } => format!("--add-host {name}:{address}"),
        Change::RemoveHost { name } => format!("no --add-host for {name}"),
        Change::ResolverOption { option } => format!("--dns-option {option}"),
        Change::NoLinks => "no --link".to_owned(),
        Change::NoOption { option } => {
            let key = option.trim_start_matches('-').replace('-', "_");
            format!("no {option} (`{key}` in a compose file)")
        }
        Change::Label { key, value } => format!("the label {key}={value}"),
    }
}
