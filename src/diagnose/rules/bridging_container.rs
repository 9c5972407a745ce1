//! Containers that stand between networks.

use crate::diagnose::case::Case;
use crate::diagnose::{Judgement, Rule};
use crate::model::words::few;
use crate::model::{NetworkAt, Severity};

/// See `netmap explain bridging-container`.
pub const RULE: Rule = Rule {
    name: "bridging-container",
    severity: Severity::Info,
    summary: "a container joins networks that are otherwise apart",
    meaning: "A container on two networks can reach the members of both. It passes no packets on, but who \
        takes it over stands in both networks. A reverse proxy is meant to be that; a worker that was \
        put on one network too many is not.",
    seen: "Without this container its networks would share no member, directly or by others; told where \
        one of them is internal.",
    example: "The one door into the internal network of the databases",
    mend: "Know it. Where it is not meant: `docker network disconnect NETWORK CONTAINER`.",
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
        let networks: Vec<&str> =
            bridging.parts.iter().flatten().map(|n| case.network(*n).name.as_str()).collect();
        let mut finding = RULE.finding(
            [name].into_iter().chain(networks.iter().copied()),
            format!("Only {name} joins {}", few(&networks)),
        );
        let inside: Vec<&str> = bridging
            .parts
            .iter()
            .flatten()
            .filter(|network| case.network(**network).internal)
            .map(|network| case.network(*network).name.as_str())
            .collect();
        finding.evidence = vec![
            format!("{} is internal, and {name} is the way in", few(&inside)),
            "Containers do not pass packets on; who takes it over stands in both".to_owned(),
        ];
        if inside.len() > 1 {
            finding.evidence[0] = finding.evidence[0].replacen(" is internal", " are internal", 1);
        }
        Some(finding)
    }))
}
