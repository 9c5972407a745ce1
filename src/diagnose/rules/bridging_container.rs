//! Containers that stand between networks.

use crate::diagnose::{Case, Judgement, Rule};
use crate::model::words::few;
use crate::model::{Evidence, NetworkAt, Severity};

/// See `netmap explain bridging-container`.
pub const RULE: Rule = Rule {
    name: "bridging-container",
    severity: Severity::Info,
    summary: "a container joins networks that are otherwise apart",
    meaning: "A container on two networks can reach the members of both. It forwards no packets, but who \
        takes it over stands in both networks. A reverse proxy is meant to be that; a worker that was \
        put on one network too many is not.",
    seen: "Without this container its networks would share no member, directly or by others; reported where \
        one of them is internal.",
    example: "The one way into the internal network of the databases",
    fix: "Know it. Where it is not meant: `docker network disconnect NETWORK CONTAINER`.",
    mistaken_for: "A router: containers do not forward.",
    needs: &[],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let bridging = case.map.bridging();
    Judgement::of(bridging.iter().filter_map(|bridging| {
        let internal =
            |part: &Vec<NetworkAt>| part.iter().any(|network| case.network(*network).internal);
        // A network that it is alone on is parted from nobody.
        let others = |part: &&Vec<NetworkAt>| {
            let mut members = part.iter().flat_map(|network| case.map.members(*network));
            members.any(|at| *at != bridging.container && case.container(*at).state.has_network())
        };
        let joined = bridging.parts.iter().filter(others).count();
        if joined < 2 || !bridging.parts.iter().any(internal) {
            return None;
        }
        let name = case.name(bridging.container);
        let networks: Vec<NetworkAt> = bridging.parts.iter().flatten().copied().collect();
        let names: Vec<&str> = networks.iter().map(|n| case.network(*n).name.as_str()).collect();
        let mut finding = RULE.finding(
            [name].into_iter().chain(names.iter().copied()),
            format!("Only {name} joins {}", few(&names)),
        );
        let inside = networks.iter().map(|network| case.network(*network));
        let inside = inside.filter(|network| network.internal).map(|network| network.name.clone());
        finding.evidence = vec![
            Evidence::WayIn { networks: inside.collect(), container: name.to_owned() },
            Evidence::Remark {
                text: "Containers do not forward packets; who takes it over stands in both",
            },
        ];
        Some(finding)
    }))
}
