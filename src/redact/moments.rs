//! Replacing times: all are moved by as much, so that how far apart they are
//! stays, and when it was goes.

use crate::model::{Moment, Repeated, Snapshot};

/// The second that the last moment of a redacted snapshot lies in: the
/// beginning of 2000.
const LAST: i64 = 946_684_800;

/// How far times are moved.
#[derive(Debug, Default)]
pub struct Moments {
    seconds: i64,
}

impl Moments {
    /// Finds the last moment of a snapshot.
    pub fn of(snapshot: &Snapshot) -> Self {
        let mut last: Option<Moment> = None;
        let mut see =
            |moments: &[Option<Moment>]| last = last.max(moments.iter().copied().max().flatten());
        see(&[snapshot.taken.as_ref().and_then(|taken| taken.at)]);
        for container in &snapshot.containers {
            see(&[container.created_at, container.started_at, container.finished_at]);
        }
        for seen in &snapshot.observations {
            see(&[seen.at, seen.log_connected]);
            for error in seen.log_errors.iter().flatten() {
                see(&[error.repeated.first, error.repeated.last]);
            }
            for trouble in &seen.log_troubles {
                see(&[trouble.repeated.first, trouble.repeated.last]);
            }
        }
        if let Some(flows) = &snapshot.flows {
            see(&[flows.began]);
            flows.flows.iter().for_each(|flow| see(&[Some(flow.last_seen)]));
        }
        Self { seconds: last.map_or(0, |last| LAST - last.seconds()) }
    }

    /// What stands for a moment.
    pub fn moment(&self, moment: Option<Moment>) -> Option<Moment> {
        moment.map(|moment| self.moved(moment))
    }

    /// What stands for a moment that is known.
    pub fn moved(&self, moment: Moment) -> Moment {
        moment.moved(self.seconds)
    }

    /// What stands for how often a log says one thing, and when.
    pub fn repeated(&self, repeated: &Repeated) -> Repeated {
        let Repeated { count, first, last, last_but_one } = *repeated;
        Repeated {
            count,
            first: self.moment(first),
            last: self.moment(last),
            last_but_one: self.moment(last_but_one),
        }
    }
}
