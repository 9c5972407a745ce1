//! Files and folders that go when the program ends, even where it is ended in
//! the middle of its work and nothing is dropped any more.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is to be removed.
static ALL: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn all() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    // A set of paths is whole whatever its user did when he panicked.
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A path that is removed when this is dropped, or when the program ends.
#[derive(Debug)]
pub(crate) struct Temporary {
    path: PathBuf,
}

impl Temporary {
    /// What is at the path, or will be.
    pub fn at(path: PathBuf) -> Self {
        all().insert(path.clone());
        Self { path }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Moves the file to a name that it keeps. Fails where renaming fails, and
    /// then it is still temporary.
    pub fn keep_as(&self, name: &Path) -> std::io::Result<()> {
        // Nobody is to remove it between the two steps.
        let mut all = all();
        fs::rename(&self.path, name)?;
        all.remove(&self.path);
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if all().remove(&self.path) {
            remove(&self.path);
        }
    }
}

/// Removes everything that is temporary. Whoever wants to make more of it
/// waits for ever: the program ends.
pub(crate) fn remove_all() -> impl Sized {
    let all = all();
    all.iter().for_each(|path| remove(path));
    all
}

/// There may be nothing yet, or nothing any more.
fn remove(path: &Path) {
    if fs::remove_file(path).is_err() {
        let _ = fs::remove_dir_all(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_stays_and_the_rest_goes() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let (dropped, kept) = (Temporary::at(path("dropped")), Temporary::at(path("kept.tmp")));
        let inside = Temporary::at(path("folder"));
        fs::create_dir(inside.path()).expect("a folder");
        for file in [dropped.path(), kept.path(), &inside.path().join("socket")] {
            fs::write(file, "x").expect("a file");
        }
        kept.keep_as(&path("kept")).expect("renamed");
        drop((dropped, kept, inside));
        let left = fs::read_dir(folder.path()).expect("a folder");
        let left: Vec<_> = left.map(|entry| entry.expect("an entry").file_name()).collect();
        assert_eq!(left, ["kept"]);
    }
}
