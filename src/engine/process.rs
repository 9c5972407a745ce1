//! A container's first process, where the engine is on this machine: the way
//! into its network namespace and to its files without running anything in it.
//!
//! Process ids are given out anew, so a process is believed to be the
//! container's only when its control group carries the container's id.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use rustix::fs::{Mode, OFlags, ResolveFlags};

use super::connect::Engine;
use crate::model::Container;

/// A process of this machine that is a container's first.
#[derive(Debug)]
pub struct Process {
    folder: PathBuf,
    id: String,
}

impl Engine {
    /// The first process of a running container, or in a few words why it
    /// cannot be looked at from here.
    pub fn process(&self, container: &Container) -> Result<Process, String> {
        if !self.address().is_local() {
            return Err("the engine may be on another machine".to_owned());
        }
        let Some(pid) = container.pid else {
            return Err("the engine names no process of it".to_owned());
        };
        let folder = PathBuf::from(format!("/proc/{pid}"));
        let process = Process { folder, id: container.id.clone() };
        process.check()?;
        Ok(process)
    }
}

impl Process {
    /// Whether it still is the container's.
    fn check(&self) -> Result<(), String> {
        // Cut short by the kernel at a page or so for each controller.
        let groups = match std::fs::read_to_string(self.folder.join("cgroup")) {
            Ok(groups) => groups,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err("its process is gone, or runs on another machine".to_owned());
            }
            Err(error) => return Err(format!("its process cannot be looked at: {error}")),
        };
        if !self.id.is_empty() && groups.contains(&self.id) {
            Ok(())
        } else {
            Err("the process with its number is not the container's".to_owned())
        }
    }

    /// Its network namespace, to be entered.
    pub fn network_namespace(&self) -> Result<File, String> {
        let file = File::open(self.folder.join("ns/net")).map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => {
                "only root may enter its network namespace".to_owned()
            }
            _ => format!("its network namespace cannot be opened: {error}"),
        })?;
        // What was opened was the container's if the process still is.
        self.check()?;
        Ok(file)
    }

    /// The first `limit` bytes of a regular file of the container. Links are
    /// followed inside the container only, whatever it planted.
    pub fn read(&self, path: &str, limit: u64) -> io::Result<Vec<u8>> {
        let root = File::open(self.folder.join("root"))?;
        self.check().map_err(io::Error::other)?;
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        let opened: OwnedFd = rustix::fs::openat2(&root, path, flags, Mode::empty(), resolve)?;
        let file = File::from(opened);
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
        }
        let mut bytes = Vec::new();
        file.take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}
