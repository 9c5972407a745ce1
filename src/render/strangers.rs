//! Members of the networks shown that a narrowed view leaves out, as data: a part
//! of several contracts.

use serde::Serialize;

use crate::graph::Strangers;

/// Those on one network.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OnNetwork<'a> {
    network: &'a str,
    containers: &'a [String],
}

/// Those on each network where there are any.
pub fn on_networks(strangers: &Strangers) -> Vec<OnNetwork<'_>> {
    let on = |(network, containers)| OnNetwork { network, containers };
    strangers.by_network().map(on).collect()
}
