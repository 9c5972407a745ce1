//! A line for each endpoint (RFC 4180), for spreadsheets and scripts. A
//! container without endpoints has one line with those fields empty.

use super::escape;
use super::style::Style;
use super::view::{self, View};
use crate::graph::StackOwner;

const HEADINGS: &str = "container,id,state,health,image,project,service,network,driver,subnets,\
ipv4,ipv6,mac,names,published,exposed,network_mode,stack_of\n";

/// Writes the lines.
pub fn render(view: &View, _style: &Style) -> String {
    let mut text = HEADINGS.to_owned();
    for at in &view.containers {
        let container = view.container(*at);
        let stack_of = match view.map.stack_owner(*at) {
            StackOwner::Other(owner) => view.container(owner).name.as_str(),
            StackOwner::Itself | StackOwner::Missing => "",
        };
        let published = view.published(*at).join("; ");
        let exposed = view::only_exposed(container).join("; ");
        let mode = container.network_mode.to_string();
        let line = |endpoint: [String; 7]| -> String {
            let before = [
                container.name.as_str(),
                &container.id,
                container.state.as_str(),
                container.health.map_or("", |health| health.as_str()),
                &container.image,
                container.project().unwrap_or_default(),
                container.compose.service.as_deref().unwrap_or_default(),
            ];
            let after = [published.as_str(), &exposed, &mode, stack_of];
            let fields: Vec<String> = before
                .into_iter()
                .chain(endpoint.iter().map(String::as_str))
                .chain(after)
                .map(escape::csv)
                .collect();
            fields.join(",") + "\n"
        };
        let mut any = false;
        for (network, endpoint) in view.map.endpoints(*at) {
            any = true;
            let known = network.map(|network| view.network(network));
            let subnets: Vec<String> = known
                .iter()
                .flat_map(|n| &n.subnets)
                .map(|subnet| subnet.subnet.to_string())
                .collect();
            text.push_str(&line([
                endpoint.network.clone(),
                known.map_or(String::new(), |network| network.driver.to_string()),
                subnets.join("; "),
                endpoint.ipv4.map_or(String::new(), |a| a.to_string()),
                endpoint.ipv6.map_or(String::new(), |a| a.to_string()),
                endpoint.mac.clone().unwrap_or_default(),
                container.chosen_names_on(endpoint).join("; "),
            ]));
        }
        if !any {
            text.push_str(&line(Default::default()));
        }
    }
    text
}
