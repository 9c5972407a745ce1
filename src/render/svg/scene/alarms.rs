//! What a probe makes of containers.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::Agreement;
use crate::model::ContainerAt;
use crate::render::view::View;

/// For each container, what a measurement found to contradict the map. Only
/// pairs are measured: nothing is said here of a network as a whole.
pub fn alarms(view: &View) -> BTreeMap<ContainerAt, BTreeSet<String>> {
    let mut alarms: BTreeMap<ContainerAt, BTreeSet<String>> = BTreeMap::new();
    for row in view.probe.into_iter().flat_map(|comparison| &comparison.rows) {
        let (from, to) = (view.container(row.from), view.container(row.to));
        match row.agreement {
            Agreement::Fails => {
                let network = row.measurement.network.as_deref();
                let on = network.map(|network| format!(" on {network}")).unwrap_or_default();
                let by = if network.is_none() { " by name" } else { "" };
                let line = format!("{} does not answer{by}{on}", to.name);
                alarms.entry(row.from).or_default().insert(line);
            }
            Agreement::Leaks => {
                let line = format!("reaches {} although apart", to.name);
                alarms.entry(row.from).or_default().insert(line);
                let line = format!("reached by {} although apart", from.name);
                alarms.entry(row.to).or_default().insert(line);
            }
            Agreement::Untold | Agreement::Agrees => {}
        }
    }
    alarms
}
