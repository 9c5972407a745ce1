//! What the doctor says of two, where the way that was asked about is open: the
//! one dials the other by another host or port, or fails at something beyond.

use super::Aim;
use super::climb::Climb;
use super::judged;
use crate::diagnose::rules::{PROXIED, UNDERSCORES, UNEXPLAINED};
use crate::diagnose::{Edge, Obstacle, diagnose, is_in_the_way};
use crate::model::{ContainerAt, Evidence, Finding, Ladder, Severity, Step};

/// Notes it on the last rung, with the doctor's fix.
pub fn remark(climb: &Climb, to: ContainerAt, ladder: &mut Ladder) {
    if ladder.obstacle().is_some() {
        return;
    }
    let Some((note, fix)) = astray(climb, to).or_else(|| beyond(climb, to)) else { return };
    if let Some(rung) = ladder.rungs.last_mut() {
        rung.notes.push(note);
    }
    if ladder.fix.is_empty() {
        ladder.fix = fix;
    }
}

/// Where the one dials the other in vain by another way than the one asked about.
fn astray(climb: &Climb, to: ContainerAt) -> Option<(String, Vec<Step>)> {
    let case = climb.case;
    let is_meant = |edge: &Edge, obstacle: &Obstacle| match obstacle {
        Obstacle::Localhost { peer, sure: true, .. } | Obstacle::NotOnHost { peer, .. } => {
            *peer == to
        }
        found => edge.container() == Some(to) && is_in_the_way(found),
    };
    let is_asked = |edge: &Edge| *edge.host == *climb.edge.host && edge.port == climb.aim.port;
    let mut edges = case.edges_from(climb.from).filter(|(edge, _)| !is_asked(edge));
    let (edge, _) =
        edges.find(|(edge, obstacle)| obstacle.is_some_and(|obstacle| is_meant(edge, obstacle)))?;
    let aim = Aim { target: climb.aim.target, host: edge.host.to_string(), port: edge.port };
    let other = Climb::new(case, climb.from, &aim, &[]);
    let (from, dialled) = (climb.name(), edge.dialled());
    let note = format!("but {from} dials {dialled}, in vain: netmap why {from} {dialled}");
    Some((note, judged::fix(&other).unwrap_or_default()))
}

/// What the one says again and again, and may say of the other; or that it asks a proxy
/// for it.
fn beyond(climb: &Climb, to: ContainerAt) -> Option<(String, Vec<Step>)> {
    let case = climb.case;
    let is_of_both = |finding: &Finding| {
        let from = climb.name();
        let dialled = finding.evidence.iter().filter_map(|evidence| match evidence {
            Evidence::Dial(dial) if dial.container == from => Some((&dial.host, dial.port)),
            _ => None,
        });
        let is_to = |(host, port): (&String, Option<u16>)| {
            let mut edges = case.edges_from(climb.from).map(|(edge, _)| edge);
            edges.any(|edge| {
                *edge.host == **host && edge.port == port && edge.container() == Some(to)
            })
        };
        [UNEXPLAINED, PROXIED, UNDERSCORES].contains(&finding.rule)
            && finding.severity > Severity::Info
            && finding.subjects.iter().any(|subject| subject == from)
            && dialled.into_iter().any(is_to)
    };
    let findings = diagnose(case.map, case.comparison, |_| true).findings;
    let finding = findings.into_iter().find(is_of_both)?;
    Some((format!("and yet {}", finding.summary), finding.fix))
}
