//! Long text on a terminal, shown by the user's pager as git does it.

use std::io::{self, IsTerminal, Write};
use std::process::{Command, Stdio};

use super::interrupt;
use super::options::Options;
use super::settings::Settings;

/// What shows long text where nobody chose.
const USUAL: &str = "less";

/// What less is told where nobody tells it: to end where one screen is enough,
/// to show colours, and to leave the text on the screen.
const LESS: &str = "FRX";

/// What a shell answers where there is no such program.
const NOT_FOUND: i32 = 127;

/// The command of the pager; nothing where none is wanted.
pub fn chosen(options: &Options, settings: &Settings) -> Option<String> {
    if options.no_pager {
        return None;
    }
    let set = settings.get("pager").map(|(command, _)| command.to_owned());
    let command = set.or_else(|| std::env::var("PAGER").ok()).unwrap_or(USUAL.to_owned());
    let is_none = matches!(command.trim(), "" | "cat" | "none" | "false");
    (!is_none).then_some(command)
}

/// Shows the text if it is longer than the terminal; says whether it did.
pub fn show(text: &str, command: &str) -> bool {
    let size = terminal_size::terminal_size_of(io::stdout());
    let Some((_, height)) = size.filter(|_| io::stdout().is_terminal()) else { return false };
    if text.lines().count() < usize::from(height.0) {
        return false;
    }
    let _quiet = interrupt::left_to_the_pager();
    through(text, command)
}

/// Hands the text to the command, and waits for its end.
fn through(text: &str, command: &str) -> bool {
    let mut shell = if cfg!(windows) { Command::new("cmd") } else { Command::new("sh") };
    shell.arg(if cfg!(windows) { "/C" } else { "-c" }).arg(command).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        shell.env("LESS", LESS);
    }
    let Ok(mut pager) = shell.spawn() else { return false };
    if let Some(mut to) = pager.stdin.take() {
        // Whoever closes it has seen enough.
        let _ = to.write_all(text.as_bytes());
    }
    pager.wait().is_ok_and(|ended| ended.code() != Some(NOT_FOUND))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_pager_gets_the_text_and_one_that_is_not_there_does_not_swallow_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("seen");
        assert!(through("one\ntwo\n", &format!("cat > {}", file.display())));
        assert_eq!(std::fs::read_to_string(&file).expect("a file"), "one\ntwo\n");
        assert!(!through("one\n", "/nonexistent/pager 2>/dev/null"));
        // One that ends early has seen enough.
        assert!(through(&"line\n".repeat(100_000), "true"));
    }
}
