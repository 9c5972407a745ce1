//! The way to an engine over ssh: one connection, over which every call goes.
//!
//! The user's own `ssh` does it, with the user's configuration, keys, agent
//! and known hosts. It runs a few lines of shell at the other end that find
//! the engine's socket and then wait, and forwards a socket of ours to that
//! one. The shell's input is ours: when netmap ends, however it ends, the
//! shell reads the end of it and the connection is over.

use std::fmt;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::temporary::Temporary;

/// Who to log in as, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// User, where the address names one.
    pub user: Option<String>,
    /// Host name, address, or a name from ssh's configuration.
    pub host: String,
    /// Port, where the address names one.
    pub port: Option<u16>,
    /// The engine's socket over there, where the address names it.
    pub socket: Option<String>,
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ssh://")?;
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        // An IPv6 address stands in brackets.
        match self.host.contains(':') {
            true => write!(f, "[{}]", self.host)?,
            false => f.write_str(&self.host)?,
        }
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        f.write_str(self.socket.as_deref().unwrap_or_default())
    }
}

impl Login {
    /// Reads what stands behind `ssh://`: `USER@HOST:PORT/SOCKET`, of which
    /// only the host must be there.
    ///
    /// # Errors
    ///
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (place, socket) = match text.find('/') {
            Some(at) => (&text[..at], Some(&text[at..])),
            None => (text, None),
        };
        let (user, host) = match place.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, place),
        };
        if user.is_some_and(|user| user.contains(':')) {
            return Err("a password does not belong in an address; ssh asks for it".to_owned());
        }
        let (host, port) = if let Some(rest) = host.strip_prefix('[') {
            let (host, rest) = rest.split_once(']').ok_or("a `]` is missing")?;
            (host, rest.strip_prefix(':'))
        } else {
            match host.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (host, None),
            }
        };
        let port = match port {
            Some(port) => Some(port.parse().map_err(|_| format!("`{port}` is no port"))?),
            None => None,
        };
        // What ssh would take for an option or for several words is nobody's name.
        let name = |text: &str| {
            !text.is_empty()
                && !text.starts_with('-')
                && text.chars().all(|c| c.is_alphanumeric() || "-_.:%".contains(c))
        };
        if !name(host) {
            return Err("it should be ssh://USER@HOST:PORT".to_owned());
        }
        if user.is_some_and(|user| !name(user)) {
            return Err("its user name is none".to_owned());
        }
        let socket = socket.filter(|path| *path != "/");
        // It goes into a line of shell and into `from:to`.
        let plain = |c: char| c.is_alphanumeric() || "/-_.+@".contains(c);
        if socket.is_some_and(|path| !path.chars().all(plain)) {
            return Err("its path is no path of a socket".to_owned());
        }
        Ok(Self {
            user: user.map(str::to_owned),
            host: host.to_owned(),
            port,
            socket: socket.map(str::to_owned),
        })
    }
}

/// What runs at the other end: says where the engine's socket is and waits
/// for the end of its input. The order is that of [`super::place`].
const FINDER: &str = r#"for s in "$@" /var/run/docker.sock "$XDG_RUNTIME_DIR/docker.sock" "/run/user/$(id -u)/docker.sock" "$XDG_RUNTIME_DIR/podman/podman.sock" "/run/user/$(id -u)/podman/podman.sock" /run/podman/podman.sock;
do if test -S "$s"; then if test -w "$s"; then echo "netmap:socket:$s"; exec cat >/dev/null; fi; echo "netmap:forbidden:$s"; exit; fi;
test -z "$1" || break;
done; echo netmap:missing:"#;

/// How long somebody may take to type a password.
const PATIENCE: Duration = Duration::from_secs(120);

/// An open ssh connection that forwards a socket.
#[derive(Debug)]
pub struct Tunnel {
    /// Killed when dropped.
    _ssh: Child,
    folder: Folder,
    complaints: Arc<Mutex<String>>,
}

impl Tunnel {
    /// Logs in, finds the engine's socket and forwards it. The error is in words.
    pub async fn open(login: &Login, timeout: Duration) -> Result<Self, String> {
        let folder = Folder::new().map_err(|error| format!("no folder for its socket: {error}"))?;
        let mut command = ssh(login, &folder);
        let seconds = timeout.as_secs().max(1);
        command
            .args(["-M", "-o", "ControlPersist=no", "-o", "ForwardX11=no"])
            // What the user's configuration forwards is in the way of nobody here.
            .args(["-o", "ClearAllForwardings=yes", "-T", "-o"])
            .arg(format!("ConnectTimeout={seconds}"))
            .arg("--")
            .arg(&login.host)
            .arg(remote_command(login))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => "there is no `ssh` on this machine".to_owned(),
            _ => format!("ssh cannot be started: {error}"),
        })?;
        let complaints = Arc::new(Mutex::new(String::new()));
        let reader = child.stderr.take().map(|errors| {
            let kept = Arc::clone(&complaints);
            tokio::spawn(async move { keep(errors, &kept).await })
        });
        let output = child.stdout.take().ok_or("ssh has no output")?;
        // Somebody at a terminal may have a password to type.
        let asks = std::io::IsTerminal::is_terminal(&std::io::stdin());
        let wait = if asks { timeout.max(PATIENCE) } else { timeout };
        let Ok(answer) = tokio::time::timeout(wait, first_word(output)).await else {
            return Err(format!("no login within {} s", wait.as_secs_f64()));
        };
        let mut tunnel = Self { _ssh: child, folder, complaints };
        let Some((kind, path)) = answer else {
            // ssh is gone or going; its last words say why.
            let _ = tokio::time::timeout(Duration::from_secs(2), tunnel._ssh.wait()).await;
            if let Some(reader) = reader {
                let _ = tokio::time::timeout(Duration::from_secs(1), reader).await;
            }
            return Err(tunnel.complaint().unwrap_or_else(|| "ssh ended at once".to_owned()));
        };
        match kind.as_str() {
            "socket" => {}
            "forbidden" => {
                return Err(format!("the user over there may not use {path}: permission denied"));
            }
            _ => {
                return Err(match &login.socket {
                    Some(path) => format!("there is no socket {path} over there"),
                    None => "there is no engine's socket over there (/var/run/docker.sock, or a rootless one)".to_owned(),
                });
            }
        }
        tunnel.forward(login, &path, timeout).await?;
        Ok(tunnel)
    }

    /// Asks the connection that is open to forward the socket, too.
    async fn forward(
        &mut self,
        login: &Login,
        path: &str,
        timeout: Duration,
    ) -> Result<(), String> {
        let mut command = ssh(login, &self.folder);
        // Without any configuration: it might have forwards of its own, and the
        // login is had already.
        command.args(["-F", "none", "-O", "forward", "-L"]);
        command.arg(format!("{}:{path}", self.socket().display()));
        command.arg("--").arg(&login.host).stdin(Stdio::null());
        let asked = tokio::time::timeout(timeout, command.output()).await;
        let said = |status: ExitStatus, errors: &[u8]| match status.success() {
            true => Ok(()),
            false => Err(last_line(&String::from_utf8_lossy(errors))
                .unwrap_or_else(|| "ssh would not forward the socket".to_owned())),
        };
        match asked {
            Ok(Ok(output)) => said(output.status, &output.stderr),
            Ok(Err(error)) => Err(format!("ssh cannot be started: {error}")),
            Err(_) => Err("ssh did not forward the socket in time".to_owned()),
        }
    }

    /// The socket on this machine behind which the engine's is.
    pub fn socket(&self) -> &Path {
        &self.folder.socket
    }

    /// Gives ssh a moment to say why a connection was cut: the cut may be here
    /// before its words.
    pub async fn hear_out(&self) {
        for _ in 0..50 {
            if self.complaint().is_some() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The last thing ssh complained of, if it did.
    pub fn complaint(&self) -> Option<String> {
        let complaints = self.complaints.lock().ok()?;
        last_line(&complaints)
    }
}

/// ssh with what both of its uses have in common: the same login, and the
/// socket by which the second finds the first's connection.
fn ssh(login: &Login, folder: &Folder) -> Command {
    let mut command = Command::new("ssh");
    // Neither the user's keys nor the screen are for the machine over there.
    command.kill_on_drop(true).args(["-a", "-x"]).arg("-S").arg(folder.path.path().join("c"));
    if let Some(user) = &login.user {
        command.args(["-l", user]);
    }
    if let Some(port) = login.port {
        command.args(["-p", &port.to_string()]);
    }
    command
}

/// The finder as one command of whatever shell the user has over there.
fn remote_command(login: &Login) -> String {
    let finder = FINDER.replace('\n', " ");
    format!("exec sh -c '{finder}' sh {}", login.socket.as_deref().unwrap_or_default())
}

/// The finder's answer, behind whatever the shell's start files print.
async fn first_word(output: impl AsyncRead + Unpin) -> Option<(String, String)> {
    // Bounded: the other end is not ours.
    let mut lines = BufReader::new(output.take(1 << 16)).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some((kind, path)) =
            line.strip_prefix("netmap:").and_then(|word| word.split_once(':'))
        {
            let sound = path.chars().all(|c| !c.is_control() && c != ':' && c != '%');
            return sound.then(|| (kind.to_owned(), path.trim_end().to_owned()));
        }
    }
    None
}

/// Keeps the last of what ssh says, and lets it say as much as it likes.
async fn keep(mut errors: impl AsyncRead + Unpin, kept: &Mutex<String>) {
    const MOST: usize = 4096;
    let mut buffer = [0; 1024];
    while let Ok(read) = errors.read(&mut buffer).await {
        if read == 0 {
            return;
        }
        let Ok(mut kept) = kept.lock() else { return };
        kept.push_str(&String::from_utf8_lossy(&buffer[..read]));
        if kept.len() > MOST {
            let from = (kept.len() - MOST..kept.len()).find(|at| kept.is_char_boundary(*at));
            *kept = kept.split_off(from.unwrap_or(0));
        }
    }
}

fn last_line(text: &str) -> Option<String> {
    let mut lines = text.lines().map(|line| line.trim().trim_end_matches('\r'));
    let line = lines.rfind(|line| !line.is_empty())?;
    Some(line.chars().filter(|c| !c.is_control()).take(300).collect())
}

/// A folder that only this user can look into, removed in the end. Its path
/// is short, since sockets' paths must be.
#[derive(Debug)]
struct Folder {
    path: Temporary,
    socket: PathBuf,
}

impl Folder {
    fn new() -> std::io::Result<Self> {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let start = now.map(|now| now.subsec_nanos()).unwrap_or_default();
        let id = std::process::id();
        let mut last = None;
        for number in 0..64_u32 {
            let name = format!("netmap-{id:x}-{:x}", start.wrapping_add(number));
            let path = std::env::temp_dir().join(name);
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => {
                    return Ok(Self { socket: path.join("s"), path: Temporary::at(path) });
                }
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                    last = Some(error);
                }
                Err(error) => return Err(error),
            }
        }
        Err(last.unwrap_or_else(|| std::io::Error::other("no name is free")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_people_write() {
        for (text, user, host, port, socket) in [
            ("box", None, "box", None, None),
            ("box/", None, "box", None, None),
            ("ann@box:2222", Some("ann"), "box", Some(2222), None),
            ("ann@[fe80::1%eth0]:22", Some("ann"), "fe80::1%eth0", Some(22), None),
            (
                "10.0.0.1/run/podman/podman.sock",
                None,
                "10.0.0.1",
                None,
                Some("/run/podman/podman.sock"),
            ),
        ] {
            let login = Login::parse(text).unwrap();
            assert_eq!(
                (login.user.as_deref(), login.host.as_str(), login.port, login.socket.as_deref()),
                (user, host, port, socket),
                "{text}"
            );
            assert_eq!(login.to_string(), format!("ssh://{}", text.trim_end_matches('/')));
        }
    }

    #[test]
    fn what_ssh_would_take_for_something_else_is_refused() {
        for bad in [
            "",
            "@",
            "-oProxyCommand=id",
            "a@-oProxyCommand=id",
            "-l@box",
            "box:",
            "box:70000",
            "box:ssh",
            "ann:secret@box",
            "box name",
            "box;id",
            "$(id)",
            "box/run/$(id)",
            "box/a b",
            "box/a:b",
            "[::1",
            "box/a'b",
        ] {
            assert!(Login::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_remote_command_has_no_quote_that_would_end_it_early() {
        assert!(!FINDER.contains('\''));
        let login = Login::parse("box/x.sock").unwrap();
        assert!(remote_command(&login).ends_with("sh /x.sock"));
    }
}
