//! Ending when somebody asks for it, whatever the program is doing.
//!
//! What waits is dropped: connections close, and with them ends what was
//! started in containers. What computes, or waits for somebody's file, cannot
//! be dropped; a thread that needs no runtime ends the program then.

use std::time::Duration;

use super::ending::Ending;

/// How long whatever waits has to be dropped. All of it takes less than a
/// second, so that nobody presses the key again.
#[cfg(unix)]
const GRACE: Duration = Duration::from_millis(400);

/// From here on Ctrl-C and a request to end are noticed. What is returned
/// comes with the first of them.
#[cfg(unix)]
pub(super) fn notice() -> impl Future<Output = Ending> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    let (tell, told) = tokio::sync::oneshot::channel();
    // Where signals cannot be had, the system's own handlers end the program.
    if let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) {
        let wait = move || {
            let Some(signal) = signals.forever().next() else { return };
            let ending = if signal == SIGTERM { Ending::Terminated } else { Ending::Interrupted };
            let _ = tell.send(ending);
            let pause = Duration::from_millis(20);
            for _ in 0..GRACE.as_millis() / pause.as_millis() {
                std::thread::sleep(pause);
                if signals.pending().next().is_some() {
                    break;
                }
            }
            let _all = crate::temporary::remove_all();
            signal_hook::low_level::exit(ending as i32);
        };
        let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(wait);
    }
    async {
        match told.await {
            Ok(ending) => ending,
            Err(_) => std::future::pending().await,
        }
    }
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
