//! Which of the containers that share a network namespace has which socket.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::engine::Process;

/// Processes looked at, and files that they have open.
const MOST_PROCESSES: usize = 5_000;
const MOST_FILES: usize = 200_000;

/// Owners of sockets, each by its place in the list of containers.
#[derive(Debug, Default)]
pub struct Owners(HashMap<u32, usize>);

impl Owners {
    /// The owners of the sockets in a network namespace, which is known by its
    /// number, among the containers with these ids. `else_to` has what is no
    /// container's: the engine's machine.
    pub fn among(containers: &[String], namespace: u64, else_to: Option<usize>) -> Self {
        let mut owners = HashMap::new();
        let mut left = MOST_FILES;
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        for pid in pids.take(MOST_PROCESSES) {
            let folder = format!("/proc/{pid}");
            let its = fs::metadata(format!("{folder}/ns/net")).map(|metadata| metadata.ino());
            if its.ok() != Some(namespace) {
                continue;
            }
            let Some(owner) = Process::group_among(pid, containers).or(else_to) else { continue };
            for inode in sockets_of(Path::new(&folder)) {
                owners.insert(inode, owner);
                left -= 1;
                if left == 0 {
                    return Self(owners);
                }
            }
        }
        Self(owners)
    }

    /// Whose the socket with this number is.
    pub fn of(&self, inode: u32) -> Option<usize> {
        self.0.get(&inode).copied()
    }
}

/// The sockets that a process has open.
fn sockets_of(folder: &Path) -> impl Iterator<Item = u32> + use<> {
    let files = fs::read_dir(folder.join("fd")).into_iter().flatten().flatten();
    files.filter_map(|file| {
        let target = fs::read_link(file.path()).ok()?;
        target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
    })
}
