//! The scripts for completion in the shells that they are for: someone types
//! the beginning of a name, and presses the key. Bash is in `shell.rs`, as it is
//! everywhere. PowerShell is not in Debian, and elvish completes on a terminal
//! alone: of those it is known here only that their scripts are written.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{finished, netmap};

/// The folder of the program, in front of all others.
fn path() -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_netmap"));
    format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap_or_default())
}

/// What a shell says to these arguments, in which `$script` is the file with
/// netmap's script for it.
fn shell(name: &str, arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(format!("_netmap.{name}"));
    let script = netmap(&["completions", name]);
    assert_eq!(script.code, 0, "{}", script.err);
    fs::write(&file, script.out).unwrap();
    let mut shell = Command::new(name);
    shell.args(arguments.iter().map(|text| text.replace("$script", &file.display().to_string())));
    shell.env("PATH", path()).env("NETMAP_CONFIG", "").env("TERM", "dumb");
    shell.env("HOME", folder.path()).current_dir(folder.path());
    let output = shell.output().unwrap_or_else(|error| panic!("{name} (Debian: {name}): {error}"));
    let run = finished(output);
    assert_eq!(run.code, 0, "{name}: {}{}", run.out, run.err);
    run.out
}

/// Types into a zsh on a terminal of its own. What the key has made of the line
/// is printed by the line itself.
const IN_ZSH: &str = r#"
    zmodload zsh/zpty
    zpty typed zsh -f -i
    zpty -w typed 'PS1= PROMPT= RPROMPT=; autoload -Uz compinit; compinit -u -d ./dump; source $script'
    zpty -w -n typed $'netmap --from sample:module-5 show surv\t'
    sleep 3
    zpty -w typed $'\x01print -r -- "typed:" '
    for try in {1..100}; do
        zpty -r -t typed line && said+=$line
        [[ $said == *$'\n'"typed: "* ]] && break
        sleep 0.1
    done
    print -r -- $said
    zpty -d typed
"#;

#[test]
#[ignore = "needs zsh"]
fn zsh_completes_a_containers_name() {
    let said = shell("zsh", &["-f", "-c", IN_ZSH]);
    assert!(said.contains("typed: netmap --from sample:module-5 show survey_container"), "{said}");
}

#[test]
#[ignore = "needs fish"]
fn fish_completes_a_containers_name() {
    let line = "source $script; complete -C 'netmap --from sample:module-5 show surv'";
    let said = shell("fish", &["--no-config", "-c", line]);
    assert!(said.lines().any(|line| line.starts_with("survey_container")), "{said}");
}
