//! What a judgement comes to: what is wrong, how that was seen, and what
//! fixes it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::evidence::Evidence;
use super::fix::Step;
use super::ignore::IgnoredBy;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Info,
    /// It works, and will hurt one day.
    Warning,
    /// Something that is wanted does not work.
    Error,
}

impl Severity {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that is wrong, or good to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Name of the rule that found it.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Names of the containers and networks it is about, the main one first.
    pub subjects: Vec<String>,
    /// One sentence without full stop.
    pub summary: String,
    /// How that was seen, the most telling first.
    pub evidence: Vec<Evidence>,
    /// What fixes it, in the order in which it is to be done.
    pub fix: Vec<Step>,
}

/// A finding that is not among those to be told, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The finding.
    pub finding: Finding,
    /// Why.
    pub because: Because,
}

/// Why a finding is set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// Somebody wants it ignored.
    Ignored {
        /// Where that was said.
        by: IgnoredBy,
        /// The reason that was given.
        reason: Option<String>,
    },
    /// It is in the baseline.
    Known,
}

/// A rule that could not see what it needs, and therefore says nothing: it
/// means neither wrong nor fine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotLooked {
    /// Name of the rule.
    pub rule: &'static str,
    /// What it could not see.
    pub unseen: Vec<NotSeen>,
}

impl NotLooked {
    /// What it could not see, and why.
    pub fn why(&self) -> String {
        self.said(|what| format!("{what}: not looked at"))
    }

    /// Likewise behind *could not look*, which says by itself that nobody did.
    pub fn in_short(&self) -> String {
        self.said(str::to_owned)
    }

    fn said(&self, unasked: impl Fn(&str) -> String) -> String {
        let said = |unseen: &NotSeen| match unseen {
            NotSeen::Unasked { what } => unasked(what),
            NotSeen::Told { why } => why.clone(),
        };
        self.unseen.iter().map(said).collect::<Vec<_>>().join("; ")
    }
}

/// Something that was not seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotSeen {
    /// Nobody looked at it.
    Unasked {
        /// What it is.
        what: String,
    },
    /// Something came between.
    Told {
        /// What, and of what it is.
        why: String,
    },
}

/// Everything that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnosis {
    /// The worst first, causes before what follows from them.
    pub findings: Vec<Finding>,
    /// What was found and is not to be told as such, since somebody wants it
    /// ignored or it is in a baseline. In the same order.
    pub set_aside: Vec<SetAside>,
    /// What could not be looked at.
    pub not_looked: Vec<NotLooked>,
    /// Names of the rules that were asked, in the order of asking.
    pub rules: Vec<&'static str>,
    /// How many containers were looked at.
    pub containers: usize,
    /// How many networks.
    pub networks: usize,
}

impl Diagnosis {
    /// The worst severity found.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }
}
