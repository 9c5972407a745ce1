//! What the formats of `netmap diff` show.

use crate::diff::{Change, Difference};
use crate::graph::Strangers;
use crate::model::words::count;
use crate::model::{Natural, Snapshot};
use crate::order::OrderBy;

/// A difference, for showing.
#[derive(Debug)]
pub struct DiffView<'a> {
    /// The one side.
    pub before: DiffSide<'a>,
    /// The other side.
    pub after: DiffSide<'a>,
    /// What differs.
    pub difference: &'a Difference,
    /// Whether noise is wanted, too.
    pub noise: bool,
    /// Members of the networks compared that are left out on either side.
    pub strangers: Strangers,
}

/// One of the two things that are compared.
#[derive(Debug, Clone, Copy)]
pub struct DiffSide<'a> {
    /// What it is called: a file, or the engine.
    pub name: &'a str,
    /// What is there, or was.
    pub snapshot: &'a Snapshot,
}

impl<'a> DiffView<'a> {
    /// The changes to show, in order.
    pub fn changes(&self) -> Vec<&'a Change> {
        let all = self.difference.changes.iter();
        all.filter(|change| self.noise || !change.noise).collect()
    }

    /// The same by the names of things, as people read names.
    pub fn by_name(&self) -> Vec<&'a Change> {
        let mut changes = self.changes();
        changes.order_by_key(|change| (change.kind, Natural(&change.name)));
        changes
    }

    /// What could not be read on either side, and may be missing for that.
    pub fn unread(&self) -> Vec<String> {
        let sides = [self.before, self.after];
        let all = sides.into_iter().flat_map(|side| &side.snapshot.unread);
        let mut unread: Vec<String> = all.map(|u| format!("{}: {}", u.what, u.why)).collect();
        unread.dedup();
        unread
    }

    /// `3 differences`, and how many were left out.
    pub fn summary(&self) -> Vec<String> {
        let shown = self.changes().len();
        let hidden = self.difference.changes.len() - shown;
        let mut lines = vec![match shown {
            0 if hidden == 0 => "No differences.".to_owned(),
            0 => "No differences that matter.".to_owned(),
            shown => format!("{}.", count(shown, "difference")),
        }];
        if hidden > 0 {
            lines.push(format!(
                "{hidden} more in ids, addresses that moved and starts (--noise shows {}).",
                if hidden == 1 { "it" } else { "them" }
            ));
        }
        let left_out = self.strangers.sentences();
        lines.extend(left_out.iter().map(|sentence| format!("Not compared: {sentence}")));
        lines.extend(self.unread().iter().map(|unread| format!("Not read: {unread}")));
        lines
    }
}

/// How it was or is, for a cell: a dash where there is nothing to say.
pub fn side(side: &Option<String>) -> &str {
    match side.as_deref() {
        None => "",
        Some("") => "–",
        Some(text) => text,
    }
}

/// Kind and what about it: `flag · internal`.
pub fn kind(change: &Change) -> String {
    match change.field {
        "" => change.kind.as_str().to_owned(),
        field => format!("{}: {field}", change.kind.as_str()),
    }
}
