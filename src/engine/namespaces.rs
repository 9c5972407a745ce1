//! Doing something in network namespaces without leaving one's own: one plain
//! thread goes from namespace to namespace and hands back what it made there.
//! A socket keeps the namespace it was made in, and the runtime's own threads
//! never leave home.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::sync::{Arc, mpsc};
use std::thread;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use tokio::sync::oneshot;

/// Moves this thread into the network namespace.
fn enter(namespace: &File) -> io::Result<()> {
    Ok(move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network))?)
}

/// Whether this process may enter the network namespace, or why not: whoever
/// owns a rootless engine may open those of its containers, and no more.
///
/// # Errors
///
/// Why it may not, in a few words.
pub fn may_enter(namespace: &File) -> Result<(), String> {
    // On a thread that never comes back.
    let entered = thread::scope(|scope| {
        let enter = || enter(namespace).map_err(|error| error.kind());
        let thread = thread::Builder::new().spawn_scoped(scope, enter).map_err(|e| e.kind())?;
        thread.join().unwrap_or(Err(io::ErrorKind::Other))
    });
    entered.map_err(|kind| match kind {
        io::ErrorKind::PermissionDenied => "only root may enter its network namespace".to_owned(),
        _ => format!("its network namespace cannot be entered: {kind}"),
    })
}

/// What is to be done in a namespace; it is told whether the way in failed.
type Errand = Box<dyn FnOnce(io::Result<()>) + Send>;

/// The thread that goes into network namespaces. It ends when this is dropped.
#[derive(Debug)]
pub struct Visitor {
    errands: mpsc::Sender<(Arc<File>, Errand)>,
}

impl Visitor {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// When the system starts no more threads.
    pub fn start() -> io::Result<Self> {
        let (errands, waiting) = mpsc::channel::<(Arc<File>, Errand)>();
        thread::Builder::new().name("namespaces".to_owned()).spawn(move || {
            let mut inside: Option<Arc<File>> = None;
            for (namespace, errand) in waiting {
                if inside.as_ref().is_some_and(|inside| Arc::ptr_eq(inside, &namespace)) {
                    errand(Ok(()));
                    continue;
                }
                inside = None;
                match enter(&namespace) {
                    Ok(()) => {
                        inside = Some(namespace);
                        errand(Ok(()));
                    }
                    Err(error) => errand(Err(error)),
                }
            }
        })?;
        Ok(Self { errands })
    }

    /// What `make` gives in this namespace; an error where there is no way in.
    ///
    /// # Errors
    ///
    /// When the namespace cannot be entered.
    pub async fn visit<T: Send + 'static>(
        &self,
        namespace: &Arc<File>,
        make: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        let (reply, made) = oneshot::channel();
        let gone = || io::Error::other("the thread that enters namespaces is gone");
        let errand = Box::new(move |entered: io::Result<()>| {
            // Whoever sent it may have gone.
            let _ = reply.send(entered.map(|()| make()));
        });
        self.errands.send((Arc::clone(namespace), errand)).map_err(|_| gone())?;
        made.await.map_err(|_| gone())?
    }
}
