//! The networks that would carry what was seen, as a compose file to be merged
//! into another one.

use std::collections::{BTreeMap, BTreeSet};

use super::AdviceView;
use super::yaml::{name, names};
use crate::render::style::Style;

/// Writes the file.
pub fn render(view: &AdviceView, _style: &Style) -> String {
    let mut text = format!("# {}.\n", view.basis());
    text.push_str(
        "# `!override` puts a list in place of another; Compose knows it from 2.24 on.\n",
    );
    let service = |container: &str| -> String {
        let at = view.map.containers().find(|at| view.map.container(*at).name == container);
        let service = at.and_then(|at| view.map.container(at).compose.service.clone());
        service.unwrap_or_else(|| container.to_owned())
    };
    let mut of_service: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for planned in &view.advice.planned {
        for member in &planned.members {
            of_service.entry(service(member)).or_default().insert(&planned.name);
        }
    }
    if of_service.is_empty() {
        text.push_str("# Nothing was seen that needs a network.\n");
        return text;
    }
    text.push_str("services:\n");
    for (service, networks) in of_service {
        let networks: Vec<&str> = networks.into_iter().collect();
        let (service, networks) = (name(&service), names(&networks));
        text.push_str(&format!("  {service}:\n    networks: !override {networks}\n"));
    }
    text.push_str("networks:\n");
    for planned in &view.advice.planned {
        let internal = if planned.internal { " {internal: true}" } else { "" };
        text.push_str(&format!("  {}:{internal}\n", name(&planned.name)));
    }
    text
}
