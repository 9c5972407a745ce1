//! Running the machine's own programs in a network namespace: with nothing of
//! this process's environment, and bounded in time and in what they print.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{ChildStderr, ChildStdout};
use tokio::time::timeout;

use crate::engine::namespaces::Visitor;
use crate::model::visible;

/// How long one may take: 50,000 rules take a second.
const DEADLINE: Duration = Duration::from_secs(5);

/// Bytes that one may print.
const MOST: u64 = 16 << 20;

/// Bytes of its complaints that are kept.
const COMPLAINTS: u64 = 4 << 10;

/// Where a system keeps such programs, whatever the path of its users.
const FOLDERS: [&str; 6] =
    ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin"];

/// Where a program is.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).filter(|folder| folder.is_absolute());
    let all = FOLDERS.iter().map(PathBuf::from).chain(folders);
    all.map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// The variants of iptables that there are.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Variants {
    /// Those to ask, each by the first of its names.
    pub names: Vec<String>,
    /// The program that would be needed to read rules that are there or may be.
    pub missing: Option<String>,
}

/// Those of the kernel's old tables, if `has_old` says that it has any, and those of
/// nftables, whose rules nft shows as well.
pub fn variants(base: &str, has_old: bool) -> Variants {
    among(base, has_old, find)
}

fn among(base: &str, has_old: bool, find: impl Fn(&str) -> Option<PathBuf>) -> Variants {
    let mut known: BTreeSet<PathBuf> = BTreeSet::new();
    let (mut names, mut reads_old) = (Vec::new(), false);
    for name in [base.to_owned(), format!("{base}-nft"), format!("{base}-legacy")] {
        let Some(file) = find(&format!("{name}-save")) else { continue };
        // All names of one variant lead to one program, which is named after it.
        let program = file.canonicalize().unwrap_or(file);
        let is_old = program.to_string_lossy().contains("legacy");
        reads_old |= is_old;
        if (has_old || !is_old) && known.insert(program) {
            names.push(name);
        }
    }
    let missing = match names.is_empty() {
        _ if has_old && !reads_old => Some(format!("{base}-legacy-save")),
        true if find("nft").is_none() => Some(format!("{base}-save")),
        _ => None,
    };
    Variants { names, missing }
}

/// Runs programs in one namespace.
pub struct Programs<'a> {
    visitor: &'a Visitor,
    namespace: &'a Arc<File>,
}

impl<'a> Programs<'a> {
    pub fn new(visitor: &'a Visitor, namespace: &'a Arc<File>) -> Self {
        Self { visitor, namespace }
    }

    /// What a program prints.
    ///
    /// # Errors
    ///
    /// Why there is nothing: in a few words.
    pub async fn run(&self, program: &str, arguments: &[&str]) -> Result<String, String> {
        let ended = self.end_of(program, arguments).await?;
        ended.map_err(|complaint| format!("`{program}` failed: {complaint}"))
    }

    /// What a program prints, or what it complains of where it fails.
    ///
    /// # Errors
    ///
    /// Why it did not come to an end: in a few words.
    pub async fn end_of(
        &self,
        program: &str,
        arguments: &[&str],
    ) -> Result<Result<String, String>, String> {
        let file = find(program).ok_or_else(|| format!("there is no program `{program}`"))?;
        let arguments: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
        // A process begins in the namespace of the thread that starts it.
        let start = move || start(&file, &arguments);
        let started = self.visitor.visit(self.namespace, start).await;
        let failed = |error: io::Error| format!("`{program}` could not be run: {error}");
        let mut running = started.and_then(|started| started).map_err(failed)?;
        let output = timeout(DEADLINE, running.output()).await;
        let output = output.map_err(|_| format!("`{program}` did not end in time"))?;
        let (output, complaint) = output.map_err(failed)?;
        if output.len() as u64 > MOST {
            return Err(format!("`{program}` printed more than netmap reads"));
        }
        let ended = timeout(DEADLINE, running.end()).await;
        let is_well = ended.map_err(|_| format!("`{program}` did not end in time"))?;
        Ok(match is_well.map_err(failed)? {
            true => Ok(String::from_utf8_lossy(&output).into_owned()),
            false => Err(complaint),
        })
    }
}

fn start(file: &Path, arguments: &[String]) -> io::Result<Running> {
    let mut command = Command::new(file);
    command.args(arguments).env_clear().env("LC_ALL", "C").env("PATH", FOLDERS.join(":"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Ok(Running(command.spawn()?))
}

/// A program that runs, and does not outlive this.
struct Running(Child);

impl Running {
    /// All that it prints, and the last line of its complaints.
    async fn output(&mut self) -> io::Result<(Vec<u8>, String)> {
        let stdout = self.0.stdout.take().map(ChildStdout::from_std).transpose()?;
        let stderr = self.0.stderr.take().map(ChildStderr::from_std).transpose()?;
        let (output, complaints) = tokio::join!(whole(stdout, MOST + 1), whole(stderr, COMPLAINTS));
        let complaints = String::from_utf8_lossy(&complaints?).into_owned();
        let last = complaints.lines().map(str::trim).rfind(|line| !line.is_empty());
        Ok((output?, visible(last.unwrap_or("it does not say why")).into_owned()))
    }

    /// Whether it ended well.
    async fn end(&mut self) -> io::Result<bool> {
        loop {
            match self.0.try_wait()? {
                Some(status) => return Ok(status.success()),
                None => tokio::time::sleep(Duration::from_millis(1)).await,
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn whole(from: Option<impl AsyncRead + Unpin>, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        from.take(most).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_for_want_of_a_program_is_known() {
        let folder = tempfile::tempdir().expect("a folder");
        let told = |has_old: bool, programs: &[&str]| {
            let found =
                |program: &str| programs.contains(&program).then(|| folder.path().join(program));
            let Variants { names, missing } = among("iptables", has_old, found);
            (names.join(" "), missing.unwrap_or_default())
        };
        let of = |names: &str, missing: &str| (names.to_owned(), missing.to_owned());
        let (nft, legacy) = ("iptables-nft-save", "iptables-legacy-save");
        assert_eq!(told(false, &["nft", nft, legacy]), of("iptables-nft", ""));
        assert_eq!(told(true, &["nft", nft, legacy]), of("iptables-nft iptables-legacy", ""));
        // nft shows what iptables made of its tables, and no more.
        assert_eq!(told(false, &["nft"]), of("", ""));
        assert_eq!(told(false, &[legacy]), of("", "iptables-save"));
        assert_eq!(told(false, &[]), of("", "iptables-save"));
        assert_eq!(told(true, &["nft", nft]), of("iptables-nft", legacy));
        assert_eq!(told(true, &["nft"]), of("", legacy));
    }

    #[tokio::test]
    #[ignore = "only root may enter a namespace"]
    async fn programs_end_and_say_no_more_than_they_may() {
        let here = Arc::new(File::open("/proc/self/ns/net").expect("a namespace"));
        let visitor = Visitor::start().expect("a thread");
        let programs = Programs::new(&visitor, &here);
        assert_eq!(programs.run("echo", &["a"]).await.as_deref(), Ok("a\n"));
        let environment = programs.run("env", &[]).await.expect("a program");
        assert_eq!(environment.lines().count(), 2, "{environment}");
        for (program, arguments, why) in [
            ("no-such-program", &[][..], "no program"),
            ("cat", &["/dev/zero"], "printed more"),
            ("sleep", &["60"], "in time"),
            ("ls", &["/no/such/file"], "No such file"),
        ] {
            let error = programs.run(program, arguments).await.expect_err(program);
            assert!(error.contains(why), "{program}: {error}");
        }
    }
}
