//! Telling a connection from the next one with the same ends: who dials 1,000 times a
//! second may have a port again after two seconds, before the one before it has settled.
//! Each place tells some things once of each connection, which tells them apart in
//! whatever order the places are heard.

use smallvec::SmallVec;

use crate::model::{FlowBasis, LookoutAt, Milestone, Sighting};

/// What was heard so far of connections with the same ends.
#[derive(Debug, Clone, Default)]
pub struct Heard {
    /// How many of them there were.
    number: u32,
    /// Of how many each place has told what it tells once of each.
    milestones: SmallVec<[(LookoutAt, Milestone, u32); 3]>,
}

/// Which of them somebody speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// One before the last.
    Former,
    /// The last.
    Last,
    /// One that is new.
    Next,
}

impl Heard {
    /// Takes note of what is told, and says of which of them.
    pub fn hear(&mut self, seen: &Sighting) -> Which {
        let number = match seen.milestone {
            Some(milestone) => self.count(seen.at, milestone),
            // What is told of it between two beginnings is of the first of them.
            None if seen.basis == FlowBasis::Event => {
                self.of(seen.at, Milestone::Began).unwrap_or(self.number)
            }
            None => self.number,
        };
        let which = match number {
            _ if self.number == 0 => Which::Last,
            number if number < self.number => Which::Former,
            number if number > self.number => Which::Next,
            _ => Which::Last,
        };
        self.number = self.number.max(number).max(1);
        which
    }

    fn count(&mut self, at: LookoutAt, milestone: Milestone) -> u32 {
        match self.milestones.iter_mut().find(|(known, what, _)| (*known, *what) == (at, milestone))
        {
            Some((.., number)) => {
                *number += 1;
                *number
            }
            None => {
                self.milestones.push((at, milestone, 1));
                1
            }
        }
    }

    fn of(&self, at: LookoutAt, milestone: Milestone) -> Option<u32> {
        let mut milestones = self.milestones.iter();
        milestones
            .find(|(known, what, _)| (*known, *what) == (at, milestone))
            .map(|(.., number)| *number)
    }

    /// Where the end of the last one was told, and of which end, if nobody tells of
    /// beginnings there.
    pub fn ends_alone(&self) -> impl Iterator<Item = (LookoutAt, Milestone)> {
        let begins = self.milestones.iter().any(|(_, milestone, _)| *milestone == Milestone::Began);
        self.milestones.iter().filter(move |_| !begins).map(|(at, milestone, _)| (*at, *milestone))
    }

    /// The same, where it has turned out that the other end began.
    pub fn turn(&mut self) {
        for (_, milestone, _) in &mut self.milestones {
            *milestone = milestone.reversed();
        }
    }

    /// Together with what was heard of others that have turned out to be the same.
    pub fn merge(&mut self, other: Self) {
        self.number = self.number.max(other.number);
        for (at, milestone, number) in other.milestones {
            match self
                .milestones
                .iter_mut()
                .find(|(known, what, _)| (*known, *what) == (at, milestone))
            {
                Some((.., known)) => *known = (*known).max(number),
                None => self.milestones.push((at, milestone, number)),
            }
        }
    }
}
