//! The only place that writes: data to standard output or a file, talk to
//! standard error. Knows about terminals, colour and width.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufRead, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::options::{Color, Options};
use super::pager;
use super::settings::Settings;
use crate::error::{Error, Result};
use crate::render::{Role, Style, UNLIMITED, ascii, escape, flow, width};
use crate::temporary::Temporary;

/// Where a run's words go.
#[derive(Debug)]
pub struct Output {
    color: Color,
    /// What shows text that is longer than the terminal.
    pager: Option<String>,
    /// Whether signs beyond ASCII would be shown as something else.
    ascii: bool,
}

impl Output {
    /// An output as asked for.
    pub fn new(options: &Options, settings: &Settings) -> Self {
        let ascii = is_dumb() && io::stdout().is_terminal() || is_plain_locale();
        Self { color: options.color, pager: pager::chosen(options, settings), ascii }
    }

    /// The dress for data that goes where `options` send it.
    pub fn style(&self, options: &Options) -> Style {
        let to_terminal = self.is_watched(options);
        let size = || {
            let size = terminal_size::terminal_size_of(io::stdout());
            size.map(|(width, _)| usize::from(width.0))
        };
        let columns = || std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let width = match options.width {
            Some(width) => usize::from(width),
            None if options.file().is_some() => 100,
            // Other programs search it, and a line that was broken hides from them.
            None if !io::stdout().is_terminal() => columns().unwrap_or(UNLIMITED),
            None => size().or_else(columns).filter(|width| *width >= 20).unwrap_or(80),
        };
        Style { width, color: self.colored(to_terminal) }
    }

    fn colored(&self, terminal: bool) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                let unwanted =
                    |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
                terminal && !unwanted("NO_COLOR") && !is_dumb()
            }
        }
    }

    /// Writes text for people: in ASCII where the terminal has no more, and by a
    /// pager where it is longer than the terminal.
    pub fn text(&self, text: &str, file: Option<&Path>) -> Result<()> {
        if file.is_some() {
            return self.data(text.as_bytes(), file);
        }
        let text = if self.ascii { ascii(text) } else { text.to_owned() };
        let pager = self.pager.as_deref().filter(|_| !is_dumb());
        match pager {
            Some(pager) if pager::show(&text, pager) => Ok(()),
            _ => self.data(text.as_bytes(), None),
        }
    }

    /// Writes data to the file asked for, or to standard output.
    pub fn data(&self, bytes: &[u8], file: Option<&Path>) -> Result<()> {
        match file {
            Some(path) => write_file(path, bytes),
            None => {
                let mut out = io::stdout().lock();
                match out.write_all(bytes).and_then(|()| out.flush()) {
                    // Whoever read it has seen enough.
                    Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
                    result => result.map_err(|error| Error::Write {
                        path: PathBuf::from("standard output"),
                        error,
                    }),
                }
            }
        }
    }

    /// Says what went wrong, and what to do next.
    pub fn error(&self, error: &Error) {
        let style = self.style_of_talk();
        let label = style.paint(Role::Bad, "error:");
        let mut text = format!("{label} {}\n", talked(&error.to_string(), 7, &style));
        if let Some(hint) = error.hint() {
            for (at, line) in hint.lines().enumerate() {
                let label =
                    if at == 0 { style.paint(Role::Strong, "hint:") } else { "     ".to_owned() };
                text.push_str(&format!("{label} {}\n", talked(line, 6, &style)));
            }
        }
        self.talk(&text);
    }

    /// Says something to the user beside the data.
    pub fn note(&self, text: &str) {
        let style = self.style_of_talk();
        for line in text.lines() {
            let said = match width(line) <= style.width {
                true => style.paint(Role::Quiet, line),
                false => style.wrapped(Role::Quiet, line, 2),
            };
            self.talk(&format!("{said}\n"));
        }
    }

    /// The dress of what is said beside the data: as wide as the terminal. Where
    /// there is none, other programs read it, and a line stays whole.
    fn style_of_talk(&self) -> Style {
        let seen = io::stderr().is_terminal();
        let size = terminal_size::terminal_size_of(io::stderr());
        let columns = size.map_or(80, |(columns, _)| usize::from(columns.0)).max(20);
        Style { width: if seen { columns } else { UNLIMITED }, color: self.colored(seen) }
    }

    /// Asks the user; `None` where there is nobody to answer.
    pub fn ask(&self, question: &str) -> Option<bool> {
        if !io::stdin().is_terminal() {
            return None;
        }
        let lines: Vec<_> = question.lines().map(escape::terminal).collect();
        self.talk(&format!("{} [y/N] ", lines.join("\n")));
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer).ok()?;
        Some(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    }

    /// Writes to standard error, which may be closed.
    fn talk(&self, text: &str) {
        let text = if self.ascii { ascii(text) } else { text.to_owned() };
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// A place on standard error for what changes.
    pub fn live(&self) -> Live<'_> {
        let seen = io::stderr().is_terminal() && !is_dumb();
        Live { output: self, seen, shown: std::cell::RefCell::default() }
    }

    /// Whether standard output is a terminal, and the data of this run goes there.
    pub fn is_watched(&self, options: &Options) -> bool {
        options.file().is_none() && io::stdout().is_terminal()
    }

    /// A progress bar on standard error, for work that may take long.
    pub fn progress(&self, what: &'static str) -> Progress {
        let seen = io::stderr().is_terminal();
        Progress { what, began: Instant::now(), seen, bar: std::cell::OnceCell::new() }
    }
}

/// What changes as long as it is looked at, on a terminal only.
#[derive(Debug)]
pub struct Live<'a> {
    output: &'a Output,
    /// Whether there is a terminal to show it.
    seen: bool,
    /// What is there.
    shown: std::cell::RefCell<String>,
}

impl Live<'_> {
    /// The dress for it: as wide as the terminal is now.
    pub fn style(&self) -> Style {
        Style { width: self.size().0, color: self.output.colored(self.seen) }
    }

    /// How wide and how high the terminal is now: its window may have been resized.
    fn size(&self) -> (usize, usize) {
        let size = terminal_size::terminal_size_of(io::stderr());
        let (columns, lines) = size.map_or((80, 24), |(columns, lines)| (columns.0, lines.0));
        (usize::from(columns).max(20), lines.into())
    }

    /// Shows this in place of what was there.
    pub fn show(&self, text: &str) {
        if !self.seen {
            return;
        }
        let (columns, height) = self.size();
        let (mut shown, mut taken) = (String::new(), 0);
        for line in text.lines() {
            let high = rows(line, columns);
            // Nor the topmost line: some terminals keep what is taken away from there on.
            if taken + high + 1 >= height {
                break;
            }
            taken += high;
            shown.push_str(line);
            shown.push('\n');
        }
        self.clear();
        self.output.talk(&shown);
        self.shown.replace(shown);
    }

    /// Takes away what is there. In a window that is narrower by now its lines have
    /// become more.
    fn clear(&self) {
        let columns = self.size().0;
        let taken: usize = self.shown.take().lines().map(|line| rows(line, columns)).sum();
        if taken > 0 {
            self.output.talk(&format!("\r\u{1b}[{taken}A\u{1b}[J"));
        }
    }
}

/// How many rows of so many columns a line takes.
fn rows(line: &str, columns: usize) -> usize {
    width(line).div_ceil(columns).max(1)
}

impl Drop for Live<'_> {
    fn drop(&mut self) {
        self.clear();
    }
}

/// A sentence behind a label of `indent` columns, broken at blanks alone, and not
/// within what stands between backticks.
fn talked(text: &str, indent: usize, style: &Style) -> String {
    let text = escape::terminal(text);
    let mut words: Vec<String> = Vec::new();
    let mut is_code = false;
    for word in text.split(' ') {
        match words.last_mut().filter(|_| is_code) {
            Some(last) => last.push_str(&format!(" {word}")),
            None => words.push(word.to_owned()),
        }
        is_code ^= word.matches('`').count() % 2 == 1;
    }
    let width = style.width.saturating_sub(indent);
    flow(&words, " ", 0, width).replace('\n', &format!("\n{}", " ".repeat(indent)))
}

/// Whether the terminal can do nothing but show letters.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Whether the locale is one of ASCII alone. Where nobody set one, terminals of
/// today show more.
fn is_plain_locale() -> bool {
    let set = |name: &&str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(set);
    locale.is_some_and(|locale| locale == "C" || locale == "POSIX")
}

/// A bar that appears when the work has taken a moment, on a terminal only.
#[derive(Debug)]
pub struct Progress {
    what: &'static str,
    began: Instant,
    /// Whether there is a terminal to show it.
    seen: bool,
    bar: std::cell::OnceCell<ProgressBar>,
}

impl Progress {
    /// Work that takes less than this shows no bar.
    const PATIENCE: Duration = Duration::from_millis(400);

    /// Shows how much is done of how much.
    pub fn at(&self, done: usize, of: usize) {
        if !self.seen || self.bar.get().is_none() && self.began.elapsed() < Self::PATIENCE {
            return;
        }
        let bar = self.bar.get_or_init(|| {
            let bar = ProgressBar::new(of as u64);
            if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len}") {
                bar.set_style(style);
            }
            bar.set_message(self.what);
            bar
        });
        bar.set_length(of as u64);
        bar.set_position(done as u64);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

/// Writes a file whole or not at all: to a temporary file beside it, which
/// then takes its name. What is no regular file (a pipe, `/dev/null`), and a
/// file whose owner cannot be kept, is written to directly.
fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |error: io::Error| Error::Write { path: path.to_owned(), error };
    let existing = match fs::metadata(path) {
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(failed(error)),
    };
    let write_over = || {
        let file = OpenOptions::new().write(true).open(path);
        file.and_then(|mut file| {
            if file.metadata()?.is_file() {
                file.set_len(0)?;
            }
            file.write_all(bytes)
        })
    };
    if existing.as_ref().is_some_and(|metadata| !metadata.is_file()) {
        return write_over().map_err(failed);
    }
    // A link keeps pointing where it points; the file behind it is replaced.
    let target = if existing.is_some() {
        fs::canonicalize(path).map_err(failed)?
    } else {
        behind_links(path)
    };
    let name =
        target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let temporary = target.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let temporary = Temporary::at(temporary);
    let mut file = create(temporary.path(), existing.is_some()).map_err(failed)?;
    if existing.is_some_and(|existing| take_after(&file, &existing).is_err()) {
        return write_over().map_err(failed);
    }
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| temporary.keep_as(&target))
        .map_err(failed)
}

/// The place that a link to nothing leads to, through others perhaps; the path
/// itself where it is no link.
fn behind_links(path: &Path) -> PathBuf {
    const MOST: usize = 40;
    let mut place = path.to_owned();
    for _ in 0..MOST {
        let Ok(to) = fs::read_link(&place) else { break };
        place = place.parent().map_or_else(|| to.clone(), |folder| folder.join(&to));
    }
    place
}

/// A new file; where it will have another's permissions nobody else may read
/// it before it has them.
fn create(path: &Path, private: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = private;
    options.open(path)
}

/// Gives a file the owner and the permissions of another.
fn take_after(file: &File, other: &Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let own = file.metadata()?;
        if (own.uid(), own.gid()) != (other.uid(), other.gid()) {
            fchown(file, Some(other.uid()), Some(other.gid()))?;
        }
    }
    file.set_permissions(other.permissions())
}

/// Fails where a file cannot be written since its folder is not there.
pub fn can_be_made(path: &Path) -> Result<()> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => return Ok(()),
    };
    let is_folder = std::fs::metadata(folder).and_then(|found| match found.is_dir() {
        true => Ok(()),
        false => Err(ErrorKind::NotADirectory.into()),
    });
    is_folder.map_err(|error| Error::Write { path: path.to_owned(), error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_broken_at_blanks_and_not_within_code() {
        let style = Style { width: 30, color: false };
        let said = talked("make the folder first with `mkdir -p docs` and go on", 6, &style);
        assert_eq!(said, "make the folder first\n      with `mkdir -p docs` and\n      go on");
        let whole = Style { width: UNLIMITED, color: false };
        assert_eq!(talked("a b c", 6, &whole), "a b c");
    }
}
