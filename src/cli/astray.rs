//! Words that people try as commands, and what does what they want.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// A word, and what to type in its place.
const WORDS: &[(&[&str], &str)] = &[
    (
        &["compose", "docker-compose", "plan"],
        "--compose goes with every command: netmap doctor --compose compose.yaml",
    ),
    (&["map", "list", "networks", "containers", "inspect"], "the map is netmap show"),
    (&["draw", "graph", "picture", "svg", "export"], "a picture is netmap show -o map.svg"),
    (&["fix", "diagnose", "lint", "validate", "debug"], "what is wrong says netmap doctor"),
    (&["ping", "connect", "trace", "reach"], "one way is netmap why A B, all of them netmap probe"),
    (&["test", "assert", "verify"], "a setup is held against a file by netmap check FILE"),
    (&["save", "dump", "record"], "a file of all that is known is netmap snapshot -o me.json"),
    (&["monitor", "watch", "traffic"], "who talks to whom says netmap flows --follow"),
    (&["rules", "rule"], "what a finding means says netmap explain RULE"),
];

/// The error of the command line; where it is about a command that there is not, with what
/// does what that word says, if netmap knows.
pub fn set_right(mut error: clap::Error) -> clap::Error {
    if error.kind() != ErrorKind::InvalidSubcommand {
        return error;
    }
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else {
        return error;
    };
    let known = WORDS.iter().find(|(words, _)| words.contains(&word.as_str()));
    if let Some((_, tip)) = known {
        error.remove(ContextKind::SuggestedSubcommand);
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![(*tip).into()]));
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::help;
    use crate::cli::settings::Settings;

    #[test]
    fn a_word_that_is_no_command_leads_to_one() {
        let said = |words: &[&str]| {
            let words = std::iter::once(&"netmap").chain(words);
            let parsed = help::command(&Settings::default()).try_get_matches_from(words);
            set_right(parsed.expect_err("no such command")).to_string()
        };
        for words in [&["compose"][..], &["help", "compose"], &["compose", "show"]] {
            let said = said(words);
            assert!(said.contains("tip: --compose goes with every command"), "{said}");
            assert_eq!(said.matches("tip:").count(), 1, "{said}");
        }
        assert!(said(&["shwo"]).contains("'show'"), "{}", said(&["shwo"]));
    }

    #[test]
    fn no_word_is_a_command_already() {
        let command = help::command(&Settings::default());
        for word in WORDS.iter().flat_map(|(words, _)| *words) {
            assert!(command.find_subcommand(word).is_none(), "{word}");
        }
    }
}
