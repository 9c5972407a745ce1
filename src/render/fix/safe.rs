//! What others chose – names, ids, hosts, settings – and a command is given.
//! All of it is checked before a command is written: a shell takes it for one
//! word, since it is quoted, and nothing may take that word for an option, a
//! part of a script, or another name than it looks like.

use std::net::IpAddr;

use crate::model::reference::is_host;
use crate::model::{
    Action, Change, FirewallRule, Handle, Joining, Maker, Recreate, RuleTool, Setting, Settings,
    Step, is_plain,
};

/// A word that others chose, by what it has to be fit for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word<'s> {
    /// An argument of its own.
    Argument(&'s str),
    /// The end of a word that begins with an option or a name.
    End(&'s str),
    /// A host that goes into a script of sed's.
    Host(&'s str),
    /// The name of an environment variable.
    Variable(&'s str),
    /// An option of `docker run`.
    Option(&'s str),
}

/// The options that a container's settings are written with; see
/// `engine::made_with`.
const OPTIONS: [&str; 53] = [
    "--blkio-weight",
    "--cap-add",
    "--cap-drop",
    "--cgroup-parent",
    "--cpu-period",
    "--cpu-quota",
    "--cpu-shares",
    "--cpus",
    "--cpuset-cpus",
    "--cpuset-mems",
    "--device",
    "--device-cgroup-rule",
    "--dns",
    "--dns-option",
    "--dns-search",
    "--domainname",
    "--gpus",
    "--group-add",
    "--health-interval",
    "--health-retries",
    "--health-start-period",
    "--health-timeout",
    "--hostname",
    "--init",
    "--interactive",
    "--ipc",
    "--isolation",
    "--log-driver",
    "--log-opt",
    "--mac-address",
    "--memory",
    "--memory-reservation",
    "--memory-swap",
    "--memory-swappiness",
    "--mount",
    "--no-healthcheck",
    "--oom-kill-disable",
    "--oom-score-adj",
    "--pid",
    "--pids-limit",
    "--privileged",
    "--publish-all",
    "--read-only",
    "--restart",
    "--runtime",
    "--security-opt",
    "--shm-size",
    "--stop-timeout",
    "--sysctl",
    "--tmpfs",
    "--tty",
    "--ulimit",
    "--umask",
];

/// More of them, by which a container shares namespaces with others.
const SHARING: [&str; 3] = ["--pod", "--userns", "--uts"];

/// The options of commands that netmap itself writes out.
const OWN: [&str; 34] = [
    "--add-source",
    "--all",
    "--change-interface",
    "--ctstate",
    "--dport",
    "--driver-opt",
    "--eval",
    "--format",
    "--gw-priority",
    "--ip",
    "--ip6",
    "--link-local-ip",
    "--permanent",
    "--quiet",
    "--tail",
    "--zone",
    "-A",
    "-I",
    "-L",
    "-S",
    "-c1",
    "-d",
    "-f",
    "-i",
    "-j",
    "-ltn",
    "-m",
    "-n",
    "-o",
    "-p",
    "-s",
    "-t",
    "-v",
    "-w",
];

/// The first word of a step that no command should be given, if there is one.
pub fn unfit(step: &Step) -> Option<&str> {
    words(step).into_iter().find_map(Word::unfit)
}

impl<'s> Word<'s> {
    /// The word, if it is not fit for its place.
    fn unfit(self) -> Option<&'s str> {
        let (word, fits) = match self {
            Self::Argument(word) => (word, is_argument(word)),
            Self::End(word) => (word, is_plain(word)),
            Self::Host(word) => (word, is_host(word) || word.parse::<IpAddr>().is_ok()),
            Self::Variable(word) => (word, is_argument(word) && !word.contains('=')),
            Self::Option(word) => (word, OPTIONS.contains(&word) || SHARING.contains(&word)),
        };
        (!fits).then_some(word)
    }
}

/// Whether nothing takes the word for anything but a name.
pub fn is_argument(word: &str) -> bool {
    !word.is_empty() && !word.starts_with('-') && is_plain(word)
}

/// Every word that others chose.
fn words(step: &Step) -> Vec<Word<'_>> {
    let both = |network, container| vec![of(network), of(container)];
    match &step.action {
        Action::CreateNetwork { network } | Action::RemoveNetwork { network } => vec![of(network)],
        Action::Connect { network, container, aliases, priority: _ } => {
            let mut words = both(network, container);
            words.extend(aliases.iter().map(|alias| Word::Argument(alias)));
            words
        }
        Action::Disconnect { network, container, force: _ } => both(network, container),
        Action::Start { container }
        | Action::Stop { container }
        | Action::Restart { container }
        | Action::Unpause { container } => vec![of(container)],
        Action::Recreate(recreate) => of_recreation(recreate),
        Action::Run { command, root: _ } => {
            let is_own = |word: &&String| OWN.contains(&word.as_str());
            let words = command.iter().filter(|word| !is_own(word));
            words.map(|word| Word::Argument(word)).collect()
        }
        Action::ShowRule { rule, .. } => of_rule(rule, &[]),
        Action::RemoveRule { rule, .. } => match &rule.tool {
            RuleTool::Iptables(_) => of_rule(rule, &[&rule.text]),
            RuleTool::Nft(_) => of_rule(rule, &[]),
        },
        // Sentences.
        Action::Edit(_) | Action::Advise { .. } => Vec::new(),
    }
}

/// Where a rule stands, and what it says: options of its own and their values,
/// as the firewall's program has written them.
fn of_rule<'s>(rule: &'s FirewallRule, said: &[&'s str]) -> Vec<Word<'s>> {
    let (RuleTool::Iptables(tool) | RuleTool::Nft(tool)) = &rule.tool;
    let place = [tool, &rule.table, &rule.chain].map(|word| Word::Argument(word));
    place.into_iter().chain(said.iter().map(|said| Word::End(said))).collect()
}

fn of(handle: &Handle) -> Word<'_> {
    Word::Argument(&handle.word)
}

fn of_recreation(recreate: &Recreate) -> Vec<Word<'_>> {
    match &recreate.by {
        Maker::Hand(settings) => {
            let mut words = vec![of(&recreate.container)];
            words.extend(of_settings(settings));
            words.extend(recreate.changes.iter().flat_map(of_change));
            words
        }
        Maker::Compose(made) => {
            let names = made.services.iter().chain(&made.files).chain([&made.project]);
            names.map(|name| Word::Argument(name)).collect()
        }
        Maker::Other { .. } | Maker::Later => Vec::new(),
    }
}

fn of_settings(settings: &Settings) -> Vec<Word<'_>> {
    let Settings {
        old_name,
        image,
        mode,
        networks,
        published: _,
        extra_hosts,
        links,
        options,
        not_carried: _,
        health_check: _,
        auto_remove: _,
        running: _,
        volumes_one_by_one: _,
    } = settings;
    let arguments = [old_name, image].into_iter().chain(mode).chain(extra_hosts).chain(links);
    let mut words: Vec<Word> = arguments.map(|word| Word::Argument(word)).collect();
    words.extend(networks.iter().flat_map(of_joining));
    for option in options {
        words.push(Word::Option(&option.option));
        words.extend(option.value.as_deref().map(Word::End));
    }
    words
}

fn of_joining(joining: &Joining) -> Vec<Word<'_>> {
    let aliases = joining.aliases.iter().map(|alias| Word::Argument(alias));
    let options = joining.driver_options.iter();
    let options = options.flat_map(|(key, value)| [Word::Variable(key), Word::End(value)]);
    aliases.chain(options).chain([of(&joining.network)]).collect()
}

fn of_change(change: &Change) -> Vec<Word<'_>> {
    match change {
        Change::Dial { setting: Setting::Variable(variable), from, to } => {
            vec![Word::Variable(variable), Word::Host(&from.host), Word::Host(&to.host)]
        }
        Change::Dial { setting: Setting::WholeVariable(variable), from: _, to } => {
            let scheme = to.scheme.as_deref().map(Word::End);
            [Word::Variable(variable), Word::Host(&to.host)].into_iter().chain(scheme).collect()
        }
        // Left to a person.
        Change::Dial { setting: Setting::Command, .. } => Vec::new(),
        Change::SetPort { variable, port: _ } | Change::Trim { variable } => {
            vec![Word::Variable(variable)]
        }
        Change::Extend { variable, values } => {
            let values = values.iter().map(|value| Word::Host(value));
            values.chain([Word::Variable(variable)]).collect()
        }
        Change::Join { network, aliases } => {
            let aliases = aliases.iter().map(|alias| Word::Argument(alias));
            aliases.chain([of(network)]).collect()
        }
        Change::Address { network, .. } => vec![of(network)],
        Change::AddHost { name, address } => vec![Word::Argument(name), Word::End(address)],
        Change::ResolverOption { option } => vec![Word::End(option)],
        Change::Label { key, value } => vec![Word::Argument(key), Word::End(value)],
        Change::Publish { .. }
        | Change::LeaveMode { .. }
        | Change::RemoveHost { .. }
        | Change::NoLinks
        | Change::NoOption { .. } => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::model::{Applicability, Tool};

    fn start(word: &str) -> Step {
        let container = Handle { name: "web".to_owned(), word: word.to_owned() };
        let action = Action::Start { container };
        Step { action, applicability: Applicability::Safe, tool: Tool::Docker, engine: None }
    }

    #[test]
    fn what_is_no_name_is_no_argument() {
        for word in ["web", "my net", "a'b; rm -rf /", "$(id)", "`id`", "a\\b", "поиск"] {
            assert_eq!(unfit(&start(word)), None, "{word}");
        }
        for word in ["", "-rf", "--all", "a\nb", "a\u{202e}b", "\u{430}pi", "a\0b", "a\u{200b}"] {
            assert_eq!(unfit(&start(word)), Some(word), "{word}");
        }
    }

    #[test]
    fn a_host_in_a_script_is_a_host() {
        for host in ["db", "10.0.0.2", "::1", "my_db.shop"] {
            assert_eq!(Word::Host(host).unfit(), None, "{host}");
        }
        for host in ["a#e id#", "a/e;s", "a\\1", "a b", "-x", "", "$(id)", "a|b", "(a"] {
            assert_eq!(Word::Host(host).unfit(), Some(host), "{host}");
        }
    }

    #[test]
    fn every_option_that_a_container_is_made_with_is_known() {
        let source = include_str!("../../engine/made_with.rs");
        let code = source.split("#[cfg(test)]").next().unwrap().to_owned()
            + include_str!("../../engine/mounts.rs");
        let options: Vec<&str> =
            code.split('"').filter(|text| text.starts_with("--") && !text.contains(' ')).collect();
        assert!(options.len() > 40, "{options:?}");
        for option in options {
            assert_eq!(Word::Option(option).unfit(), None, "{option}");
        }
        assert_eq!(Word::Option("--volume").unfit(), Some("--volume"));
    }

    #[test]
    fn every_option_in_a_command_of_netmaps_own_is_known() {
        // No options of commands: beginnings and ends of other words.
        let others = ["--health-", "-endpoint"];
        let mut folders = vec![concat!(env!("CARGO_MANIFEST_DIR"), "/src/diagnose").into()];
        let mut options = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir::<PathBuf>(folder).unwrap().flatten() {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                    continue;
                }
                let source = std::fs::read_to_string(entry.path()).unwrap();
                let code = source.split("#[cfg(test)]").next().unwrap().split('"');
                let is_option = |word: &&str| {
                    let name = word.trim_start_matches('-');
                    word.len() > name.len()
                        && name.starts_with(|c: char| c.is_ascii_alphabetic())
                        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                };
                for word in code.filter(is_option).filter(|word| !others.contains(word)) {
                    let mut all = OWN.iter().chain(&OPTIONS).chain(&SHARING);
                    let known = all.any(|option| *option == word);
                    assert!(known, "{word} in {}", entry.path().display());
                    options += 1;
                }
            }
        }
        assert!(options > 15, "{options}");
    }

    #[test]
    fn a_variable_is_no_option_and_no_assignment() {
        assert_eq!(Word::Variable("spring.datasource.url").unfit(), None);
        for name in ["-x", "A=B", "", "A\nB"] {
            assert_eq!(Word::Variable(name).unfit(), Some(name), "{name}");
        }
    }
}
