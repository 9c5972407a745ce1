//! Doing something in network namespaces without leaving one's own: a plain
//! thread goes from namespace to namespace and hands back what it made there.
//! A socket keeps the namespace it was made in, and the runtime's own threads
//! never leave home.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use tokio::sync::oneshot;
use tokio::time::timeout;

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

/// How long an errand may take. What is read in a container can be made never
/// to answer, by a file system of its own.
const DEADLINE: Duration = Duration::from_secs(3);

/// How long an errand may keep the others waiting.
const PATIENCE: Duration = Duration::from_millis(250);

/// The errands that wait for a thread.
type Queue = Arc<Mutex<mpsc::Receiver<(Arc<File>, Errand)>>>;

/// The thread that goes into network namespaces. It ends when this is dropped.
/// Where an errand takes long another thread takes over, and the first is left
/// behind with it.
#[derive(Debug)]
pub struct Visitor {
    errands: mpsc::Sender<(Arc<File>, Errand)>,
    queue: Queue,
}

impl Visitor {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// When the system starts no more threads.
    pub fn start() -> io::Result<Self> {
        let (errands, waiting) = mpsc::channel();
        let visitor = Self { errands, queue: Arc::new(Mutex::new(waiting)) };
        visitor.send_a_thread()?;
        Ok(visitor)
    }

    fn send_a_thread(&self) -> io::Result<()> {
        let queue = Arc::clone(&self.queue);
        thread::Builder::new().name("namespaces".to_owned()).spawn(move || go(&queue))?;
        Ok(())
    }

    /// What `make` gives in this namespace.
    ///
    /// # Errors
    ///
    /// When the namespace cannot be entered, and when it takes too long.
    pub async fn visit<T: Send + 'static>(
        &self,
        namespace: &Arc<File>,
        make: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        let (start, started) = oneshot::channel();
        let (reply, mut made) = oneshot::channel();
        let gone = || io::Error::other("the thread that enters namespaces is gone");
        let errand = Box::new(move |entered: io::Result<()>| {
            // Whoever sent it may have gone.
            let _ = start.send(());
            let _ = reply.send(entered.map(|()| make()));
        });
        self.errands.send((Arc::clone(namespace), errand)).map_err(|_| gone())?;
        started.await.map_err(|_| gone())?;
        let made = match timeout(PATIENCE, &mut made).await {
            Ok(made) => made,
            Err(_) => {
                // Where there can be no other thread the others wait as long.
                let _ = self.send_a_thread();
                timeout(DEADLINE - PATIENCE, made).await.map_err(|_| too_slow())?
            }
        };
        made.map_err(|_| gone())?
    }
}

fn too_slow() -> io::Error {
    let what = format!("it did not answer within {} s", DEADLINE.as_secs());
    io::Error::new(io::ErrorKind::TimedOut, what)
}

/// Does what waits, until nobody has anything more to do.
fn go(queue: &Queue) {
    let mut inside: Option<Arc<File>> = None;
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((namespace, errand)) = next else { return };
        let there = inside.as_ref().is_some_and(|inside| Arc::ptr_eq(inside, &namespace));
        let entered = if there { Ok(()) } else { enter(&namespace) };
        inside = entered.is_ok().then_some(namespace);
        errand(entered);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Errands that hang cost themselves alone, and each no more than its time.
    #[tokio::test]
    #[ignore = "only root may enter a namespace"]
    async fn an_errand_that_hangs_holds_up_no_other() {
        let here = Arc::new(File::open("/proc/self/ns/net").expect("a namespace"));
        let visitor = Visitor::start().expect("a thread");
        let began = std::time::Instant::now();
        let hang = || visitor.visit(&here, || thread::sleep(Duration::from_secs(60)));
        let quick = async {
            let answer = visitor.visit(&here, || 7).await.expect("an answer");
            (answer, began.elapsed())
        };
        let (first, second, (answer, took)) = tokio::join!(hang(), hang(), quick);
        assert_eq!((answer, took < 2 * DEADLINE / 3), (7, true), "it took {took:?}");
        for hung in [first, second] {
            assert_eq!(hung.expect_err("too slow").kind(), io::ErrorKind::TimedOut);
        }
        assert!(began.elapsed() < 2 * DEADLINE, "they took {:?}", began.elapsed());
    }
}
