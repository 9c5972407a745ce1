//! What the formats of `netmap doctor` show.

use crate::model::Diagnosis;

/// A diagnosis with how to show it.
#[derive(Debug)]
pub struct FindingsView<'a> {
    /// The diagnosis.
    pub diagnosis: &'a Diagnosis,
    /// Whether to show everything: each rule that was asked, every sign, and
    /// what could not be looked at.
    pub verbose: bool,
}
