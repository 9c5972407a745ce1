//! Engines that one test after the other has to itself: it takes seconds to
//! start one, and nothing to tidy one up.

use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::own_engine::OwnEngine;
use crate::support::text;

/// Those that nobody has. `tests/run` ends them when the tests are over.
static IDLE: Mutex<Vec<Lendable>> = Mutex::new(Vec::new());

/// An engine, and what its machine was like before anybody used it.
struct Lendable {
    engine: OwnEngine,
    machine: String,
}

/// An engine without containers, networks and volumes, which nobody else uses
/// meanwhile.
///
/// One whose test failed is not lent again, nor one that cannot be made as it
/// was: no test meets what another one left.
pub struct LentEngine(Option<Lendable>);

impl LentEngine {
    /// One that another test has done with, or a new one.
    pub fn new() -> Self {
        // Docker 20.10 has been seen to die between two tests.
        let mut idle = std::iter::from_fn(|| idle().pop()).filter(|lent| lent.engine.answers());
        Self(Some(idle.next().unwrap_or_else(|| {
            let engine = OwnEngine::start();
            let machine = machine(&engine);
            Lendable { engine, machine }
        })))
    }
}

impl Deref for LentEngine {
    type Target = OwnEngine;

    fn deref(&self) -> &OwnEngine {
        &self.0.as_ref().expect("it is lent until the end").engine
    }
}

impl Drop for LentEngine {
    fn drop(&mut self) {
        let Some(lent) = self.0.take() else { return };
        if !thread::panicking() && lent.engine.tidy_up() && machine(&lent.engine) == lent.machine {
            idle().push(lent);
        }
    }
}

fn idle() -> MutexGuard<'static, Vec<Lendable>> {
    IDLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What setups change of the machine: its firewall, addresses and routes.
fn machine(engine: &OwnEngine) -> String {
    let looks = [
        // Without the numbers of packets, and the times in comments.
        "iptables-save | sed 's/\\[.*//; /^#/d'",
        "ip -o -4 addr",
        "ip -4 route",
        "ip -4 rule",
        "sysctl net.ipv4.ip_forward",
    ];
    let output = engine.beside("sh").args(["-c", &looks.join("; ")]).output().expect("sh runs");
    text(&output.stdout)
}
