//! The only place that writes: data to standard output or a file, talk to
//! standard error. Knows about terminals, colour and width.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufRead, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::options::{Color, Options};
use crate::error::{Error, Result};
use crate::render::{Role, Style, escape};
use crate::temporary::Temporary;

/// Where a run's words go.
#[derive(Debug)]
pub struct Output {
    color: Color,
}

impl Output {
    /// An output that colours as asked.
    pub fn new(color: Color) -> Self {
        Self { color }
    }

    /// The dress for data that goes where `options` send it.
    pub fn style(&self, options: &Options) -> Style {
        let to_terminal = options.file().is_none() && io::stdout().is_terminal();
        let size = || {
            terminal_size::terminal_size_of(io::stdout())
                .or_else(|| terminal_size::terminal_size_of(io::stderr()))
                .map(|(width, _)| usize::from(width.0))
        };
        let columns = || std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let width = match options.width {
            Some(width) => usize::from(width),
            None if options.file().is_some() => 100,
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
                terminal
                    && !unwanted("NO_COLOR")
                    && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
            }
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
        let style = Style { width: 80, color: self.colored(io::stderr().is_terminal()) };
        let mut text = format!(
            "{} {}\n",
            style.paint(Role::Bad, "error:"),
            escape::terminal(&error.to_string())
        );
        if let Some(hint) = error.hint() {
            for (at, line) in hint.lines().enumerate() {
                let label =
                    if at == 0 { style.paint(Role::Strong, "hint:") } else { "     ".to_owned() };
                text.push_str(&format!("{label} {}\n", escape::terminal(line)));
            }
        }
        self.talk(&text);
    }

    /// Says something to the user beside the data.
    pub fn note(&self, text: &str) {
        let style = Style { width: 80, color: self.colored(io::stderr().is_terminal()) };
        for line in text.lines() {
            self.talk(&format!("{}\n", style.paint(Role::Quiet, line)));
        }
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
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// A progress bar on standard error, for work that may take long.
    pub fn progress(&self, what: &'static str) -> Progress {
        let seen = io::stderr().is_terminal();
        Progress { what, began: Instant::now(), seen, bar: std::cell::OnceCell::new() }
    }
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
    let target =
        if existing.is_some() { fs::canonicalize(path).map_err(failed)? } else { path.to_owned() };
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
