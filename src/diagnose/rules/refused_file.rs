//! Compose files that Compose does not take.

use crate::diagnose::{Case, Judgement, Rule};
use crate::model::{Refuser, Severity};

/// See `netmap explain refused-file`.
pub const RULE: Rule = Rule {
    name: "refused-file",
    severity: Severity::Error,
    summary: "Compose refuses a compose file, so nothing of it comes up",
    meaning: "Compose reads all files before it starts anything. One key that it does not know, one \
        value of the wrong kind, one name that leads nowhere, and it starts nothing at all.",
    seen: "The compose files, held against what Compose takes: keys and kinds of values, variables \
        that are required, services without an image, circles of services that wait for one \
        another, networks, volumes and services that are named and not there.",
    example: "`services.web additional properties 'port' not allowed`, `depends on undefined \
        service`, `has neither an image nor a build context specified`",
    fix: "Correct the place that is named; `docker compose config` says whether Compose takes it.",
    mistaken_for: "An engine that does not run: Compose complains before it asks the engine.",
    needs: &[],
    judge,
};

fn judge(case: &Case) -> Judgement {
    case.refused(Refuser::Compose, &RULE)
}
