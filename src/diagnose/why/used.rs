//! When a way was last used, where somebody looked at the wire.

use super::Destination;
use super::climb::Climb;
use crate::model::words::{count, span};
use crate::model::{Flow, FlowOutcome, FlowProtocol, Flows, Ladder, RungKind};

/// Notes on the last rung when the way was last used. That it was not seen to
/// be used says nothing.
pub fn remark(climb: &Climb, ladder: &mut Ladder) {
    let Some(note) = asked(climb).and_then(|(flows, asked)| last_used(flows, &asked)) else {
        return;
    };
    let kind = if climb.aim.port.is_some() { RungKind::Port } else { RungKind::Address };
    if let Some(rung) = ladder.rungs.iter_mut().rfind(|rung| rung.rung == kind) {
        rung.notes.push(note);
    }
}

/// That the way worked a while ago, after `web`: `did so 20 s ago`.
pub fn worked(climb: &Climb) -> Option<String> {
    let (flows, asked) = asked(climb)?;
    let answered = asked.into_iter().filter(|flow| flow.outcome.is_answered());
    let last = answered.max_by_key(|flow| (flow.open > 0, flow.last_seen))?;
    Some(match last.open {
        0 => format!("did so {} ago", ago(flows, last)?),
        open => format!("has {} open", count(open, "connection")),
    })
}

/// What was seen of the way that is asked about.
fn asked<'c>(climb: &'c Climb) -> Option<(&'c Flows, Vec<&'c Flow>)> {
    let Destination::Container(to) = climb.aim.target else { return None };
    let flows = climb.case.map.snapshot().flows.as_ref()?;
    let (from, to) = (climb.name(), climb.case.name(to));
    let is_tcp = |flow: &Flow| flow.protocol == FlowProtocol::Tcp;
    let is_asked = |flow: &&Flow| {
        flow.client.is_container(from)
            && flow.server.is_container(to)
            && climb.aim.port.is_none_or(|port| is_tcp(flow) && flow.port == Some(port))
    };
    // A port is asked for by TCP; what answers on the same one by UDP is another.
    Some((flows, flows.flows.iter().filter(is_asked).collect()))
}

/// How long ago a flow was last seen.
fn ago(flows: &Flows, flow: &Flow) -> Option<String> {
    Some(span((flows.began?.since(flow.last_seen) + flows.window_s()).max(0.0)))
}

fn last_used(flows: &Flows, asked: &[&Flow]) -> Option<String> {
    let answered = asked.iter().filter(|flow| flow.outcome.is_answered());
    let open: u64 = answered.clone().map(|flow| flow.open).sum();
    if open > 0 {
        return Some(format!("on the wire: {} open now", count(open, "connection")));
    }
    if let Some(last) = answered.max_by_key(|flow| flow.last_seen) {
        // What netmap tries itself leaves the same traces.
        return Some(format!(
            "on the wire: last used {} ago, perhaps by netmap itself",
            ago(flows, last)?
        ));
    }
    let last = asked.iter().max_by_key(|flow| flow.last_seen)?;
    let what = match last.outcome {
        FlowOutcome::Refused => "refused",
        _ => "without an answer",
    };
    Some(format!("on the wire: tried {} ago, {what}", ago(flows, last)?))
}
