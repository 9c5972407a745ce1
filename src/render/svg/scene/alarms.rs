//! What a probe makes of containers and endpoints.

use std::collections::{BTreeMap, BTreeSet};

use super::shapes::Tap;
use crate::graph::Agreement;
use crate::model::{ContainerAt, NetworkAt};
use crate::render::view::View;

/// What a probe says of containers and endpoints.
#[derive(Debug, Default)]
pub struct Alarms {
    /// For each container, what contradicts the map.
    pub lines: BTreeMap<ContainerAt, BTreeSet<String>>,
    /// For each container and network, how the tap looks.
    pub taps: BTreeMap<(ContainerAt, NetworkAt), Tap>,
}

/// Sums up the view's probe for each container and endpoint.
pub fn alarms(view: &View) -> Alarms {
    let mut alarms = Alarms::default();
    let Some(comparison) = view.probe else { return alarms };
    let places: BTreeMap<&str, NetworkAt> =
        view.networks.iter().map(|at| (view.network(*at).name.as_str(), *at)).collect();
    for row in &comparison.rows {
        let (from, to) = (view.container(row.from), view.container(row.to));
        let network = row.measurement.network.as_deref();
        match row.agreement {
            Agreement::Fails => {
                let on = network.map(|network| format!(" on {network}")).unwrap_or_default();
                let by = if network.is_none() { " by name" } else { "" };
                let line = format!("{} does not answer{by}{on}", to.name);
                alarms.lines.entry(row.from).or_default().insert(line);
            }
            Agreement::Leaks => {
                let line = format!("reaches {} although apart", to.name);
                alarms.lines.entry(row.from).or_default().insert(line);
                let line = format!("reached by {} although apart", from.name);
                alarms.lines.entry(row.to).or_default().insert(line);
            }
            Agreement::Untold | Agreement::Agrees => {}
        }
        let tap = match row.agreement {
            Agreement::Leaks | Agreement::Fails => Tap::Surprise,
            Agreement::Untold => Tap::Untold,
            Agreement::Agrees if row.measurement.outcome.got_through() == Some(true) => {
                Tap::Reached
            }
            // Isolation that holds says nothing about the endpoint.
            Agreement::Agrees => continue,
        };
        let Some(network) = network.and_then(|name| places.get(name)) else { continue };
        for container in [row.from, row.to] {
            let owner = view.map.stack(container).unwrap_or(container);
            if view.map.endpoint_on(owner, *network).is_none() {
                continue;
            }
            let worst = alarms.taps.entry((owner, *network)).or_insert(tap);
            *worst = worse(*worst, tap);
        }
    }
    alarms
}

/// A surprise outweighs all; what got through once outweighs what was not told.
pub fn worse(a: Tap, b: Tap) -> Tap {
    let weight = |tap| match tap {
        Tap::Surprise => 2,
        Tap::Reached => 1,
        _ => 0,
    };
    if weight(a) >= weight(b) { a } else { b }
}
