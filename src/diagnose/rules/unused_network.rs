//! Networks that nothing is on.

use crate::diagnose::case::Case;
use crate::diagnose::{Judgement, Rule};
use crate::model::{Scope, Severity};

/// See `netmap explain unused-network`.
pub const RULE: Rule = Rule {
    name: "unused-network",
    severity: Severity::Info,
    summary: "nothing is on a network, not even a stopped container",
    meaning: "A network that was left behind does no harm, but it uses up a subnet, of which the engine \
        has few, and it clutters every list.",
    seen: "No container, stopped ones included, is on a network that somebody made.",
    example: "`docker network ls` is long, and new networks fail for want of addresses",
    mend: "`docker network rm NAME`, or `docker network prune` for all of them.",
    mistaken_for: "A network that a script or a stack is about to use.",
    needs: &[],
    judge,
};

fn judge(case: &Case) -> Judgement {
    if case.is_planned() {
        return Judgement::default();
    }
    let unused = case.networks().filter(|at| {
        let network = case.network(*at);
        let ours = !network.is_built_in() && !network.ingress && !network.unlisted;
        // A swarm's networks have their members on other nodes.
        let local = network.scope == Scope::Local
            && !network.is_the_swarms()
            && network.own_name() != "podman";
        ours && local && case.map.members(*at).is_empty()
    });
    Judgement::of(unused.map(|at| {
        let name = &case.network(at).name;
        let mut finding =
            RULE.finding([name.as_str()], format!("Nothing is on the network {name}"));
        finding.fix = vec![format!("{} network rm {}", case.docker(), case.network_word(at))];
        finding
    }))
}
