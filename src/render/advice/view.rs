//! What the formats of `netmap flows --advise` show.

use crate::flows::Advice;
use crate::graph::Map;
use crate::model::Flows;
use crate::model::words::span;

/// Advice, for showing.
#[derive(Debug)]
pub struct AdviceView<'a> {
    /// The map.
    pub map: &'a Map<'a>,
    /// What was seen.
    pub seen: &'a Flows,
    /// What follows from it.
    pub advice: &'a Advice,
}

impl AdviceView<'_> {
    /// What advice rests on, as a sentence without full stop.
    pub fn basis(&self) -> String {
        let window = match self.seen.window_ms {
            0 => "one look".to_owned(),
            _ => span(self.seen.window_s()),
        };
        format!("From what was seen in {window}; what was not seen may be needed all the same")
    }
}
