//! Judging by what came of tries.

use super::tries::Seen;
use super::verdict::{Assessment, Basis, CheckStatus};
use super::words::some_or_none;
use crate::model::Outcome;

/// Judges tries of which one is to succeed.
pub(super) fn wanted(seen: Vec<Seen>, port: bool) -> Assessment {
    let mut unknown = None;
    let mut wrong = Vec::new();
    let mut basis = Basis::Engine;
    for one in seen {
        match one {
            Seen::Reached(basis, words) => return Assessment::new(CheckStatus::Pass, basis, words),
            // Without a port the way is all that was asked for.
            Seen::Refused(of, words) if !port => {
                return Assessment::new(CheckStatus::Pass, of, words);
            }
            Seen::Refused(of, words) | Seen::Failed(_, of, words) => {
                basis = basis.max(of);
                wrong.push(words);
            }
            Seen::Open(words) => {
                let words = format!("{words}; whether anything listens was not measured");
                unknown = Some(Assessment::new(CheckStatus::Unknown, Basis::Map, words));
            }
            Seen::Unknown(of, words) => {
                unknown.get_or_insert(Assessment::new(CheckStatus::Unknown, of, words));
            }
        }
    }
    unknown.unwrap_or_else(|| Assessment::new(CheckStatus::Fail, basis, some_or_none(&wrong)))
}

/// Judges tries of which none is to succeed; `class` is how one is to fail.
pub(super) fn refused(seen: Vec<Seen>, class: Option<Outcome>) -> Assessment {
    let (mut unknown, mut told, mut as_wanted) = (None, Vec::new(), None);
    let mut basis = Basis::Engine;
    for one in seen {
        match one {
            Seen::Reached(basis, words) => return Assessment::new(CheckStatus::Fail, basis, words),
            Seen::Refused(of, words) if class == Some(Outcome::Refused) => {
                as_wanted = Some(of);
                told.push(words);
            }
            Seen::Refused(of, words) => {
                return Assessment::new(CheckStatus::Fail, of, format!("{words}: the way is open"));
            }
            Seen::Open(words) if class == Some(Outcome::Refused) => {
                unknown = Some(format!("{words}; whether anything listens was not measured"));
            }
            Seen::Open(words) => return Assessment::new(CheckStatus::Fail, Basis::Map, words),
            Seen::Failed(outcome, of, words) => {
                basis = basis.max(of);
                if class.is_some() && outcome == class {
                    as_wanted = Some(of);
                } else if class.is_some() && outcome.is_none() {
                    unknown.get_or_insert(format!("{words}; how it fails was not measured"));
                }
                told.push(words);
            }
            Seen::Unknown(_, words) => {
                unknown.get_or_insert(words);
            }
        }
    }
    match (class, as_wanted, unknown) {
        (Some(_), Some(of), _) => Assessment::new(CheckStatus::Pass, of, some_or_none(&told)),
        (_, _, Some(words)) => Assessment::new(CheckStatus::Unknown, Basis::Map, words),
        (Some(_), None, None) => Assessment::new(CheckStatus::Fail, basis, some_or_none(&told)),
        (None, _, None) => Assessment::new(CheckStatus::Pass, basis, some_or_none(&told)),
    }
}
