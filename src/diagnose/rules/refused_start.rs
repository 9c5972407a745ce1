//! Parts of a plan that the engine does not make or start.

use crate::diagnose::{Case, Judgement, Rule};
use crate::model::{Refuser, Severity};

/// See `netmap explain refused-start`.
pub const RULE: Rule = Rule {
    name: "refused-start",
    severity: Severity::Error,
    summary: "Compose takes a compose file, and the engine will refuse a part of it",
    meaning: "Compose hands most settings to the engine as they are. An address that two containers \
        want, one that is not in its network's subnet, or a port published by a container in \
        another one's network stack shows only as the container is created or started.",
    seen: "Fixed addresses held against each other, against the number of containers, and against \
        subnets and gateways; container names; settings that do not go with a borrowed network \
        stack; ports, addresses and subnets that are none.",
    example: "`Address already in use`, `no configured subnet contains IP address`, `conflicting \
        options: port publishing and the container type network mode`",
    fix: "Another address or name, or the setting moved to where it belongs.",
    mistaken_for: "A port of the host that is taken (host-port-conflict). Podman takes some of what \
        Docker refuses here.",
    needs: &[],
    judge,
};

fn judge(case: &Case) -> Judgement {
    case.refused(Refuser::Engine, &RULE)
}
