//! What changes about a container that is re-created, in words.

use crate::model::{Change, Setting};

/// `re-create web with db:5432 in DATABASE_URL instead of localhost:5432`.
pub fn recreated(name: &str, changes: &[Change]) -> String {
    // Each has its own `with`: what follows an `instead of` would seem to be of it.
    let changes: Vec<String> = changes.iter().map(|to| format!("with {}", change(to))).collect();
    match changes.as_slice() {
        [] => format!("re-create {name}"),
        [only] => format!("re-create {name} {only}"),
        [first @ .., last] => format!("re-create {name} {}, and {last}", first.join(", ")),
    }
}

/// What a change comes to in a compose file, which has keys where a command has
/// options.
pub fn in_file(service: &str, to: &Change) -> String {
    match to {
        Change::Publish { from, to: Some(to) } => {
            let instead = from.as_ref().map(|from| format!(" instead of \"{}\"", from.as_option()));
            format!(
                "under ports of {service}, write \"{}\"{}",
                to.as_option(),
                instead.unwrap_or_default()
            )
        }
        Change::Publish { from: Some(from), to: None } => {
            format!("take \"{}\" out of the ports of {service}", from.as_option())
        }
        Change::LeaveMode { mode } => format!("take network_mode: {mode} out of {service}"),
        Change::AddHost { name, address } => {
            format!("under extra_hosts of {service}, write {name}:{address}")
        }
        Change::RemoveHost { name } => format!("take {name} out of the extra_hosts of {service}"),
        Change::ResolverOption { option } => format!("under dns_opt of {service}, write {option}"),
        Change::NoLinks => format!("take links out of {service}"),
        Change::NoOption { option } => format!("take {} out of {service}", key_of(option)),
        Change::Label { key, value } => format!("under labels of {service}, write {key}={value}"),
        other => format!("give {service} {}", change(other)),
    }
}

/// The key of a compose file that says what an option does.
fn key_of(option: &str) -> String {
    option.trim_start_matches('-').replace('-', "_")
}

/// What a change gives a container, after `with` or `give it`.
pub fn change(change: &Change) -> String {
    match change {
        Change::Dial {
            setting: Setting::Variable(variable) | Setting::WholeVariable(variable),
            from,
            to,
        } => match from.host.is_empty() {
            true => format!("{to} in {variable}, which is empty"),
            false => format!("{to} in {variable} instead of {from}"),
        },
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
            format!("no {option} (`{}` in a compose file)", key_of(option))
        }
        Change::Label { key, value } => format!("the label {key}={value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_says_with() {
        let label = |key: &str| Change::Label { key: key.to_owned(), value: "1".to_owned() };
        let said = |changes: &[Change]| recreated("web", changes);
        assert_eq!(said(&[]), "re-create web");
        assert_eq!(said(&[label("a")]), "re-create web with the label a=1");
        let three = [label("a"), Change::NoLinks, label("b")];
        assert_eq!(
            said(&three),
            "re-create web with the label a=1, with no --link, and with the label b=1"
        );
    }
}
