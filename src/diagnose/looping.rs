//! Which containers are restarted again and again, also while they run.

use super::facts::{Facts, UP_AGAIN};
use crate::model::{ContainerAt, Moment, Repeated, State};

impl Facts<'_> {
    /// Whether the engine restarts a container again and again: it waits for
    /// the next attempt, or is only a few seconds into one.
    pub fn is_looping(&self, at: ContainerAt) -> bool {
        let container = self.container(at);
        let looked = self.seen(at).and_then(|seen| seen.at);
        let since = looked.zip(container.started_at).map(|(looked, start)| looked.since(start));
        match container.state {
            State::Restarting => true,
            State::Running => {
                let least = if self.got_further(at) { 0.0 } else { UP_AGAIN };
                container.restart_count > 0
                    && since.is_some_and(|since| since < self.usual_run(at).max(least))
            }
            _ => false,
        }
    }

    /// Whether a container that ended more than once says in this run that it is
    /// connected: once it has run for longer than it used to, it has got past what
    /// made it end.
    fn got_further(&self, at: ContainerAt) -> bool {
        let container = self.container(at);
        let said = self.seen(at).and_then(|seen| seen.log_connected);
        let is_of_this_run =
            said.zip(container.started_at).is_some_and(|(said, start)| said.since(start) >= 0.0);
        is_of_this_run && container.restart_count > 1 && self.usual_run(at) > 0.0
    }

    /// How long a container that the engine has restarted may run before it ends
    /// again as it did before, in seconds; 0 where that is no loop, or too long
    /// a one to tell.
    fn usual_run(&self, at: ContainerAt) -> f64 {
        /// What runs longer than this between two ends is no loop to speak of.
        const LONGEST: f64 = 300.0;
        /// Runs are not all of the same length.
        const LEEWAY: f64 = 1.5;
        let container = self.container(at);
        let per_restart = |total: f64| total / container.restart_count as f64;
        let made = container.created_at.zip(container.started_at);
        let by_count = made.map(|(made, started)| per_restart(started.since(made)));
        // Of one that has been well for long, and no longer is, the log tells.
        let by_log = container.finished_at.and_then(|end| self.said_at_each_end(at, end));
        let usual = [by_count, by_log].into_iter().flatten().filter(|usual| *usual <= LONGEST);
        let is_again = container.restart_count > 1;
        usual.filter(|_| is_again).map(|usual| LEEWAY * usual).fold(0.0, f64::max)
    }

    /// Seconds from one end to the next, where the last words before this one
    /// were said before.
    fn said_at_each_end(&self, at: ContainerAt, end: Moment) -> Option<f64> {
        /// How long before its end a program says why.
        const LAST_WORDS: f64 = 3.0;
        let seen = self.seen(at)?;
        let errors = seen.log_errors.iter().flatten().map(|error| &error.repeated);
        let said = errors.chain(seen.log_troubles.iter().map(|trouble| &trouble.repeated));
        let is_last = |said: &&Repeated| {
            let before = said.last.map(|last| end.since(last));
            said.count > 1 && before.is_some_and(|before| before.abs() <= LAST_WORDS)
        };
        said.filter(is_last).map(Repeated::interval).reduce(f64::max)
    }
}
