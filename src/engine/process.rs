//! A container's first process, where the engine is on this machine: the way
//! into its network namespace and to its files without running anything in it.
//!
//! Process ids are given out again, so a process is believed to be the
//! container's only when its control group carries the container's id, or
//! where an ordinary user may make no control groups, its mounts do. It is
//! held by its folder in `/proc`, which never becomes that of another one.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rustix::fs::{Mode, OFlags, ResolveFlags};

use super::connect::Engine;
use super::place::Place;
use crate::model::Container;

/// A process of this machine that is a container's first.
#[derive(Debug)]
pub struct Process {
    /// Its folder in `/proc`, held open: what is opened below it is this
    /// process's, or nothing once it has ended.
    folder: OwnedFd,
    /// Its root, once something was read there.
    root: OnceLock<File>,
}

/// The first `limit` bytes of a file. Most are small, and few are empty.
fn read_whole(file: File, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(4096);
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Engine {
    /// The first process of a running container, or in a few words why it
    /// cannot be looked at from here.
    ///
    /// # Errors
    ///
    /// Why it cannot be looked at.
    pub fn process(&self, container: &Container) -> Result<Process, String> {
        if !self.address().is_local() {
            return Err("the engine may be on another machine".to_owned());
        }
        let Some(pid) = container.pid else {
            return Err("the engine names no process of it".to_owned());
        };
        let process = Process::of(pid)?;
        process.check(&container.id)?;
        Ok(process)
    }
}

impl Engine {
    /// The process that listens on the engine's socket: the engine, or what
    /// started it with the socket already open. Both are in the network
    /// namespace that the engine calls the host.
    ///
    /// # Errors
    ///
    /// Why it cannot be looked at.
    pub async fn own_process(&self) -> Result<Process, String> {
        let Place::Unix(path) = &self.address().place else {
            return Err("the engine may be on another machine".to_owned());
        };
        let socket = tokio::net::UnixStream::connect(path).await.map_err(|e| e.to_string())?;
        let peer = socket.peer_cred().map_err(|error| error.to_string())?;
        match peer.pid().and_then(|pid| u32::try_from(pid).ok()) {
            Some(pid) if pid > 0 => Process::at(&folder_at_home(pid)),
            _ => Err("the engine's process is not one of this machine's".to_owned()),
        }
    }
}

/// The folder of an engine's process, or of one of its threads, that shows the
/// network namespace in which most of its threads are. Podman enters those of
/// containers by threads; its first one may have been left behind in one of
/// them, since Go ends such a thread, and cannot end the first.
fn folder_at_home(pid: u32) -> PathBuf {
    let process = PathBuf::from(format!("/proc/{pid}"));
    let namespace = |folder: &Path| fs::read_link(folder.join("ns/net")).ok();
    let threads = fs::read_dir(process.join("task")).into_iter().flatten().flatten();
    let mut threads_in: HashMap<PathBuf, Vec<PathBuf>> = HashMap::new();
    for thread in threads.map(|thread| thread.path()) {
        if let Some(namespace) = namespace(&thread) {
            threads_in.entry(namespace).or_default().push(thread);
        }
    }
    let first = namespace(&process);
    // Where as many are here as there, the first thread's.
    let home = threads_in
        .into_iter()
        .max_by_key(|(namespace, threads)| (threads.len(), Some(namespace) == first.as_ref()));
    match home {
        Some((namespace, threads)) if Some(&namespace) != first.as_ref() => {
            threads.into_iter().next().unwrap_or(process)
        }
        _ => process,
    }
}

/// Why a process cannot be looked at.
fn unseen(error: io::Error) -> String {
    let ended = error.raw_os_error() == Some(rustix::io::Errno::SRCH.raw_os_error());
    match error.kind() {
        _ if ended => "its process has ended".to_owned(),
        io::ErrorKind::NotFound => "its process is gone, or runs on another machine".to_owned(),
        _ => format!("its process cannot be looked at: {error}"),
    }
}

impl Process {
    /// That with a number.
    ///
    /// # Errors
    ///
    /// Why it cannot be looked at.
    pub(super) fn of(pid: u32) -> Result<Self, String> {
        Self::at(&PathBuf::from(format!("/proc/{pid}")))
    }

    fn at(folder: &Path) -> Result<Self, String> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::open(folder, flags, Mode::empty());
        let folder = folder.map_err(|error| unseen(error.into()))?;
        Ok(Self { folder, root: OnceLock::new() })
    }

    fn open(&self, path: &str) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.folder, path, flags, Mode::empty())?.into())
    }

    /// Which of the containers with these ids a process with this number is of,
    /// by its control group alone: those that share a network namespace have
    /// the same files mounted.
    pub(super) fn group_among(pid: u32, ids: &[String]) -> Option<usize> {
        let mut cgroup = String::new();
        let process = Self::of(pid).ok()?;
        process.open("cgroup").ok()?.read_to_string(&mut cgroup).ok()?;
        ids.iter().position(|id| is_of_group(&cgroup, id))
    }

    /// Whether it is the container's.
    fn check(&self, id: &str) -> Result<(), String> {
        if id.len() != WHOLE_ID || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err("its id is none to know its process by".to_owned());
        }
        let text = |name: &str| {
            let mut text = String::new();
            self.open(name).and_then(|mut file| file.read_to_string(&mut text)).map_err(unseen)?;
            Ok::<_, String>(text)
        };
        if is_of_group(&text("cgroup")?, id) || mounts_carry(&text("mountinfo")?, id) {
            Ok(())
        } else {
            Err("the process with its number is not the container's".to_owned())
        }
    }

    /// Whether it is an engine, or systemd, which opens sockets for engines; and
    /// no program that passes on what it is sent, such as `socat` or `ssh -L`,
    /// which may be on another machine than the engine.
    pub fn is_engine(&self) -> bool {
        let name = self.table("comm", 64).unwrap_or_default();
        ENGINES.contains(&name.trim_end())
    }

    /// Whether it is Docker itself.
    pub(super) fn is_docker(&self) -> bool {
        self.table("comm", 64).is_ok_and(|name| name.trim_end() == ENGINES[0])
    }

    /// Its network namespace, to be entered.
    ///
    /// # Errors
    ///
    /// Why it cannot be entered, in a few words.
    pub fn network_namespace(&self) -> Result<File, String> {
        self.open("ns/net").map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => {
                "only root may enter its network namespace".to_owned()
            }
            _ => format!("its network namespace cannot be opened: {error}"),
        })
    }

    /// The number by which the kernel tells its network namespace from others;
    /// whoever may not enter it may know it all the same.
    pub fn namespace_number(&self) -> Option<u64> {
        let link = rustix::fs::readlinkat(&self.folder, "ns/net", Vec::new()).ok()?;
        link.to_str().ok()?.strip_prefix("net:[")?.strip_suffix(']')?.parse().ok()
    }

    /// The first `limit` bytes of a table that the kernel keeps about the
    /// process, such as `net/tcp`; nothing where it keeps none, as one without
    /// IPv6. No file of the container's own.
    ///
    /// # Errors
    ///
    /// When the process is gone, or may not be looked at.
    pub fn table(&self, path: &str, limit: u64) -> io::Result<String> {
        let bytes = match self.open(path) {
            Ok(file) => read_whole(file, limit)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The first `limit` bytes of a regular file of the container. Links are
    /// followed inside the container only, whatever it planted.
    ///
    /// # Errors
    ///
    /// When the file is missing, is no regular file, or may not be read.
    pub fn read(&self, path: &str, limit: u64) -> io::Result<Vec<u8>> {
        let root = match self.root.get() {
            Some(root) => root,
            None => {
                let root = self.open("root")?;
                self.root.get_or_init(|| root)
            }
        };
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        let opened: OwnedFd = rustix::fs::openat2(root, path, flags, Mode::empty(), resolve)?;
        let file = File::from(opened);
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
        }
        read_whole(file, limit)
    }
}

/// The engines' programs. A rootless Podman of before 5 starts itself again as
/// `/proc/self/exe`.
const ENGINES: [&str; 4] = ["dockerd", "podman", "exe", "systemd"];

/// Digits of a container's whole id.
const WHOLE_ID: usize = 64;

/// What engines write before the id in the name of a container's control
/// group. Podman's `libpod-conmon-` is the group of who watches it.
const BEFORE_ID: [&str; 4] = ["", "docker-", "libpod-", "libpod-payload-"];

/// Whether a whole folder of one of the control groups' paths is the
/// container's, as cgroupfs names it or systemd. A container can make groups
/// below its own, but none beside it.
fn is_of_group(cgroup: &str, id: &str) -> bool {
    let is_its = |folder: &str| {
        let name = folder.strip_suffix(".scope").unwrap_or(folder);
        BEFORE_ID.iter().any(|before| name.strip_prefix(before) == Some(id))
    };
    // Number, controllers, path.
    let paths = cgroup.lines().filter_map(|line| line.splitn(3, ':').nth(2));
    paths.into_iter().any(|path| path.split('/').any(is_its))
}

/// Files that an engine writes for one container and mounts into it.
const OWN_FILES: [&str; 4] =
    ["/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/run/.containerenv"];

/// Whether one of these files comes from a folder with this id for its name.
/// A container that may mount could make such a folder, but not choose the
/// process id that the engine names.
fn mounts_carry(mountinfo: &str, id: &str) -> bool {
    mountinfo.lines().any(|line| {
        // Number, parent, device, what of the file system, where.
        let mut words = line.split(' ').skip(3);
        let (Some(what), Some(place)) = (words.next(), words.next()) else { return false };
        OWN_FILES.contains(&place) && what.split('/').any(|folder| folder == id)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_group_is_a_container_s_by_a_whole_folder_of_its_path() {
        let id = "cd1332551718d562be0e82984eb712ef14cb60714d5cd5cc1dd3eb5418096785";
        for path in [
            format!("12:memory:/docker/{id}\n0::/docker/{id}"),
            format!("0::/system.slice/docker-{id}.scope"),
            format!("0::/machine.slice/libpod-{id}.scope/container"),
            format!("0::/libpod_parent/libpod-{id}"),
        ] {
            assert!(is_of_group(&path, id), "{path}");
        }
        for path in [
            format!("0::/machine.slice/libpod-conmon-{id}.scope"),
            format!("0::/docker/x{id}"),
            format!("0::/docker/{id}0"),
            format!("0::/docker/{}", &id[..63]),
            format!("1:name={id}:/"),
            String::new(),
        ] {
            assert!(!is_of_group(&path, id), "{path}");
        }
    }

    #[test]
    fn mounts_carry_the_id_where_the_engine_puts_it() {
        // As a rootless Podman 5.4 and a rootless Docker 26.1 make them.
        let id = "cd1332551718d562be0e82984eb712ef14cb60714d5cd5cc1dd3eb5418096785";
        let podman = format!(
            "216 105 0:131 / / rw,relatime - overlay overlay rw\n\
             214 216 254:0 /c/overlay-containers/{id}/userdata/hosts /etc/hosts rw - ext4 /dev/vda rw\n"
        );
        let docker = format!(
            "9 8 254:0 /data/containers/{id}/resolv.conf /etc/resolv.conf rw - ext4 /dev/vda rw\n"
        );
        assert!(mounts_carry(&podman, id) && mounts_carry(&docker, id));
        // A volume of that name, a part of the id, and nothing at all.
        let volume = format!("9 8 254:0 /volumes/{id}/data /data rw - ext4 /dev/vda rw\n");
        assert!(!mounts_carry(&volume, id));
        assert!(!mounts_carry(&podman, &id[..12]));
        assert!(!mounts_carry("", id) && !mounts_carry("9 8\n", id));
    }
}
