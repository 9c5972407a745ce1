//! An engine behind ssh: a real sshd on loopback, with its own keys, port and
//! folder for runtime files, and an ssh that reads a configuration of the test's.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::recorder::Recorder;
use crate::support::{Corner, engine, json, netmap, netmap_command, text};

/// An sshd and what it takes to log in to it.
pub struct Sshd {
    folder: tempfile::TempDir,
    port: u16,
    child: Child,
}

fn done(command: &mut Command) {
    let output = command.output().expect("the program is installed");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

impl Sshd {
    /// Starts one. With nothing said, the engine it leads to is the one at
    /// `socket`, as the rootless engine of whoever logs in.
    pub fn start(socket: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        for key in ["host_key", "other_key", "user_key", "stranger_key"] {
            done(Command::new("ssh-keygen").args([
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-f",
                &at(key),
            ]));
        }
        fs::copy(at("user_key.pub"), at("authorized")).unwrap();
        fs::create_dir(at("runtime")).unwrap();
        symlink(socket, at("runtime/docker.sock")).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = format!(
            "ListenAddress 127.0.0.1:{port}\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\n\
             PermitRootLogin yes\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n\
             KbdInteractiveAuthentication no\nLogLevel VERBOSE\nSetEnv XDG_RUNTIME_DIR={}\n",
            at("host_key"),
            at("authorized"),
            at("runtime"),
        );
        fs::write(at("sshd_config"), config).unwrap();
        let key = fs::read_to_string(at("host_key.pub")).unwrap();
        let known = format!("[127.0.0.1]:{port} {key}");
        fs::write(at("known_hosts"), known).unwrap();
        let config = format!(
            "Host somewhere 192.168.77.2\n HostName 127.0.0.1\n Port {port}\n User root\n\
             Host *\n IdentityFile {}\n IdentitiesOnly yes\n UserKnownHostsFile {}\n\
             GlobalKnownHostsFile /dev/null\n StrictHostKeyChecking yes\n",
            at("user_key"),
            at("known_hosts"),
        );
        fs::write(at("ssh_config"), config).unwrap();
        // ssh looks for its configuration in the home that the system names,
        // whatever HOME says; so an ssh of the test's stands in front.
        let real = ["/usr/bin/ssh", "/bin/ssh"].iter().find(|path| Path::new(path).exists());
        let real = real.expect("ssh is installed");
        fs::create_dir(at("bin")).unwrap();
        let wrapper = format!("#!/bin/sh\nexec {real} -F {} \"$@\"\n", at("ssh_config"));
        fs::write(at("bin/ssh"), wrapper).unwrap();
        fs::set_permissions(at("bin/ssh"), fs::Permissions::from_mode(0o755)).unwrap();
        // An empty /run: no engine of this machine is found there.
        let log = fs::File::create(at("log")).unwrap();
        let child = Command::new("unshare")
            .args(["-m", "sh", "-c"])
            .arg("mount -t tmpfs none /run && mkdir -p /run/sshd && exec \"$(command -v sshd)\" -D -e -f \"$0\"")
            .arg(at("sshd_config"))
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .stdin(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("unshare is installed");
        let sshd = Self { folder, port, child };
        wait_for("sshd", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        sshd
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// netmap with the test's ssh.
    pub fn netmap(&self) -> Command {
        let mut command = netmap_command();
        let path = std::env::var("PATH").unwrap();
        command.env("PATH", format!("{}:{path}", self.path("bin").display()));
        command.env("TMPDIR", self.folder.path()).stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.netmap().args(arguments).output().unwrap()
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap()
    }

    pub fn logins(&self) -> usize {
        self.log().matches("Accepted publickey").count()
    }

    /// Waits until everybody who logged in is gone.
    fn wait_for_goodbyes(&self) {
        let gone = || {
            let log = self.log();
            log.matches("Disconnected from user").count()
                + log.matches("Connection closed by").count()
                >= self.logins()
        };
        wait_for("the end of each ssh session", gone);
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait_for(what: &str, mut ready: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(20);
    while !ready() {
        assert!(Instant::now() < until, "{what} did not come");
        thread::sleep(Duration::from_millis(50));
    }
}

fn socket() -> String {
    engine().trim_start_matches("unix://").to_owned()
}

#[test]
#[ignore = "needs a Docker engine"]
fn an_alias_of_the_ssh_configuration_leads_to_the_same_map_in_one_login() {
    let mut corner = Corner::new("sshsame");
    let network = corner.network("net", &[]);
    for name in ["a", "b", "c", "d"] {
        corner.sleeper(name, &["--network", &network]);
    }
    let sshd = Sshd::start(&socket());
    let show = ["show", "--all", "--format", "json", "--network", &network];
    let near = json(&netmap(&show));
    assert_eq!(near["containers"].as_array().map(Vec::len), Some(4));
    let far = json(&sshd.run(&[&["--host", "ssh://somewhere"], &show[..]].concat()));
    assert_eq!(near["containers"], far["containers"]);
    assert_eq!(near["networks"], far["networks"]);
    assert_eq!(sshd.logins(), 1, "{}", sshd.log());
    sshd.wait_for_goodbyes();
    // Nothing of it is left in the folder for temporary files.
    let left = fs::read_dir(sshd.folder.path()).unwrap().flatten();
    let left = left.filter(|e| e.file_name().to_string_lossy().starts_with("netmap-")).count();
    assert_eq!(left, 0);
}

#[test]
#[ignore = "needs a Docker engine"]
fn user_port_and_socket_of_the_address_are_used_and_so_is_docker_host() {
    let recorder = Recorder::start();
    let behind = recorder.address.trim_start_matches("unix://");
    let sshd = Sshd::start("/nonexistent/docker.sock");
    let address = format!("ssh://root@127.0.0.1:{}{behind}", sshd.port);
    let output = sshd.netmap().arg("show").env("DOCKER_HOST", &address).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(!recorder.requests().is_empty());
    assert_eq!(sshd.logins(), 1);
}

#[test]
#[ignore = "needs a Docker engine"]
fn probe_and_snapshot_run_over_one_login_and_read_nothing_of_this_machine() {
    let mut corner = Corner::new("sshprobe");
    let network = corner.network("net", &[]);
    let (a, b) = (
        corner.sleeper("a", &["--network", &network]),
        corner.sleeper("b", &["--network", &network]),
    );
    let sshd = Sshd::start(&socket());
    let far = ["--host", "ssh://somewhere", "--network", &network];
    let probe = json(&sshd.run(&[&far[..], &["probe", "--format", "json", &a, &b]].concat()));
    let pairs = probe["pairs"].as_array().unwrap();
    assert!(!pairs.is_empty());
    for pair in pairs {
        assert_eq!(pair["outcome"], "reachable", "{pair}");
        // The process ids that a remote engine names are those of another machine.
        assert_ne!(pair["method"], "netns", "{pair}");
    }
    let snapshot = json(&sshd.run(&[&far[..], &["snapshot"]].concat()));
    let observations = snapshot["observations"].as_array().unwrap();
    assert_eq!(observations.len(), 2);
    assert!(observations.iter().all(|seen| seen["how"] == "exec"), "{observations:#?}");
    assert!(snapshot.get("host").is_none());
    let unread = snapshot["unread"].to_string();
    assert!(unread.contains("the engine may be on another machine"), "{unread}");
    assert_eq!(sshd.logins(), 2, "one for each command");
    // Over this machine's own socket both are looked at from outside.
    let near = json(&netmap(&["snapshot", "--network", &network]));
    assert!(near["observations"].as_array().unwrap().iter().all(|seen| seen["how"] == "proc"));
    assert!(near["host"].is_object());
    let refused = sshd.run(&[&far[..], &["probe", "--method", "netns", &a, &b]].concat());
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("another machine"), "{}", text(&refused.stderr));
}

#[test]
#[ignore = "needs a Docker engine"]
fn what_stands_in_the_way_is_said_in_the_words_of_ssh() {
    let sshd = Sshd::start(&socket());
    let refused = |host: &str, words: &str| {
        let output = sshd.run(&["show", "--host", host]);
        let errors = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{host}: {errors}");
        assert!(output.stdout.is_empty(), "{host}");
        assert!(errors.contains(words), "{host}: {errors}");
    };
    refused("ssh://somewhere/run/none.sock", "there is no socket /run/none.sock over there");
    // A socket behind which nobody is any more.
    let stale = sshd.path("stale.sock");
    drop(UnixListener::bind(&stale).unwrap());
    refused(&format!("ssh://somewhere{}", stale.display()), "open failed");
    // Somebody who is not let in.
    fs::copy(sshd.path("stranger_key.pub"), sshd.path("authorized")).unwrap();
    refused("ssh://somewhere", "Permission denied");
    // Somebody who answers in place of the machine.
    let other = fs::read_to_string(sshd.path("other_key.pub")).unwrap();
    fs::write(sshd.path("known_hosts"), format!("[127.0.0.1]:{} {other}", sshd.port)).unwrap();
    refused("ssh://somewhere", "Host key verification failed");
    refused("ssh://-oProxyCommand=touch", "cannot use the engine address");
    let port = sshd.port;
    drop(sshd);
    let output = netmap_command()
        .args(["show", "--host", &format!("ssh://127.0.0.1:{port}")])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("Connection refused"), "{}", text(&output.stderr));
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_netmap_that_is_killed_leaves_no_session_behind() {
    let sshd = Sshd::start("/nonexistent/docker.sock");
    // An engine that never answers.
    let silent = sshd.path("silent.sock");
    let listener = UnixListener::bind(&silent).unwrap();
    let address = format!("ssh://somewhere{}", silent.display());
    let mut child =
        sshd.netmap().args(["show", "--host", &address, "--timeout", "60s"]).spawn().unwrap();
    listener.set_nonblocking(true).unwrap();
    let mut held = Vec::new();
    wait_for("netmap's call", || {
        held.extend(listener.accept().map(|(stream, _)| stream));
        !held.is_empty()
    });
    child.kill().unwrap();
    child.wait().unwrap();
    sshd.wait_for_goodbyes();
    assert_eq!(sshd.logins(), 1);
    drop(held);
}
