//! What is evidently wrong with what is shown, by what a list of it says
//! already. It is no diagnosis; it says who has one.

use std::collections::BTreeSet;

use super::View;
use crate::model::words::listed;
use crate::model::{Container, ContainerAt, Health, State, TalkVerdict};
use crate::order::Ordered;
use crate::render::style::glued;

/// Names that the sentence has of many.
const NAMES: usize = 4;

/// How programs end that were asked to: well, or by a signal of whoever
/// stopped them.
const ASKED_TO_END: [i64; 4] = [0, 130, 137, 143];

impl View<'_> {
    /// `Something is wrong with api and web: netmap doctor says what.`
    pub fn trouble(&self) -> Option<String> {
        let doctor = glued(self.doctor.as_deref()?);
        let shown = self.containers.iter().chain(&self.stopped).copied();
        let failed = shown.filter(|at| has_failed(self.container(*at)));
        let blocked = self.talk.iter().filter(|talk| talk.verdict == TalkVerdict::Blocked);
        let in_trouble: BTreeSet<ContainerAt> =
            failed.chain(blocked.map(|talk| talk.from)).into_set();
        let names: Vec<&str> = in_trouble.iter().map(|at| self.short_name(*at)).collect();
        (!names.is_empty()).then(|| {
            format!("Something is wrong with {}: {doctor} says what.", listed(&names, NAMES))
        })
    }
}

/// Whether its state is one that nobody wants it to be in.
fn has_failed(container: &Container) -> bool {
    let ended_badly = container.exit_code.is_some_and(|code| !ASKED_TO_END.contains(&code));
    match container.state {
        State::Dead | State::Restarting => true,
        State::Exited => ended_badly || container.oom_killed,
        State::Running => container.health == Some(Health::Unhealthy),
        // Never started, but it was tried.
        State::Created => container.start_error.is_some(),
        _ => false,
    }
}
