//! Ending when somebody asks for it, whatever the program is doing.
//!
//! What waits is dropped: connections close, and with them ends what was
//! started in containers. What computes, or waits for somebody's file, cannot
//! be dropped; a thread that needs no runtime ends the program then.

#[cfg(unix)]
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

#[cfg(unix)]
use signal_hook::consts::{SIGINT, SIGTERM};
#[cfg(unix)]
use signal_hook::iterator::Signals;
use tokio::sync::Notify;

use super::ending::Ending;

/// How long whatever waits has to be dropped. All of it takes less than a
/// second, so that nobody presses the key again.
#[cfg(unix)]
const GRACE: Duration = Duration::from_millis(400);

/// How long a command has that shows what it has when it is interrupted.
#[cfg(unix)]
const TO_SHOW: Duration = Duration::from_secs(5);

/// Whether a command takes an interrupt for the word that it has seen enough.
static CLAIMED: AtomicBool = AtomicBool::new(false);

/// Whether a pager has the terminal, whose matter Ctrl-C is for so long.
static PAGED: AtomicBool = AtomicBool::new(false);

/// Tells that command.
static ENOUGH: Notify = Notify::const_new();

/// From here on an interrupt does not end the command, but what is returned: it
/// then shows what it has. A second interrupt ends it.
pub(super) fn claim() -> impl Future<Output = ()> {
    CLAIMED.store(true, Ordering::Relaxed);
    ENOUGH.notified()
}

/// While what is returned is there, Ctrl-C is the pager's matter: it ends what
/// the pager does, and not what wrote the text.
pub(super) fn left_to_the_pager() -> impl Drop {
    struct Until;
    impl Drop for Until {
        fn drop(&mut self) {
            PAGED.store(false, Ordering::Relaxed);
        }
    }
    PAGED.store(true, Ordering::Relaxed);
    Until
}

/// The first interrupt, unless a command has claimed it, which is then told.
pub(super) async fn unless_claimed(interrupted: impl Future<Output = Ending>) -> Ending {
    let ending = interrupted.await;
    if CLAIMED.load(Ordering::Relaxed) {
        ENOUGH.notify_one();
        std::future::pending::<()>().await;
    }
    ending
}

/// From here on Ctrl-C and a request to end are noticed. What is returned
/// comes with the first of them.
///
/// Where the signals cannot be had, or no thread that waits for them, nothing
/// is changed, and the system's own handlers end the program.
#[cfg(unix)]
pub(super) fn notice() -> impl Future<Output = Ending> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let (ready, is_ready) = std::sync::mpsc::channel();
    // The thread takes the signals over itself: one that nobody waits for would
    // be lost.
    let wait = move || {
        let signals = Signals::new([SIGINT, SIGTERM]);
        let _ = ready.send(());
        if let Ok(signals) = signals {
            end_with_the_first(signals, tell);
        }
    };
    if std::thread::Builder::new().name("signals".to_owned()).spawn(wait).is_ok() {
        let _ = is_ready.recv();
    }
    async {
        match told.await {
            Ok(ending) => ending,
            Err(_) => std::future::pending().await,
        }
    }
}

/// Waits for a signal, tells of it, and ends the program soon after.
#[cfg(unix)]
fn end_with_the_first(mut signals: Signals, tell: tokio::sync::oneshot::Sender<Ending>) {
    let is_ours = |signal: &i32| *signal != SIGINT || !PAGED.load(Ordering::Relaxed);
    let Some(signal) = signals.forever().find(is_ours) else { return };
    let ending = if signal == SIGTERM { Ending::Terminated } else { Ending::Interrupted };
    // The terminal has written `^C` into the line that the next text begins in.
    if signal == SIGINT && std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        let _ = writeln!(std::io::stderr());
    }
    let _ = tell.send(ending);
    let pause = Duration::from_millis(20);
    let grace = if CLAIMED.load(Ordering::Relaxed) { TO_SHOW } else { GRACE };
    for _ in 0..grace.as_millis() / pause.as_millis() {
        std::thread::sleep(pause);
        if signals.pending().next().is_some() {
            break;
        }
    }
    let _all = crate::temporary::remove_all();
    signal_hook::low_level::exit(ending as i32);
}

/// From here on Ctrl-C is noticed by what waits; what computes ends first.
#[cfg(not(unix))]
pub(super) async fn notice() -> Ending {
    if tokio::signal::ctrl_c().await.is_err() {
        // Without a handler the system's own ends the program.
        std::future::pending::<()>().await;
    }
    Ending::Interrupted
}
