//! What differs about findings in a plan: each says where the matter is
//! written, and what fixes it is an edit of the compose file, since there is
//! nothing yet that a command could be given to.

use std::collections::BTreeSet;

use super::case::Case;
use crate::model::{
    Action, Applicability, Change, Container, ContainerAt, Edit, EditKind, Evidence, Finding,
    Handle, Ladder, Place, Plan, Setting, Step, Tool,
};

/// Makes a finding fit for a plan, if the setup is one.
pub fn settle(finding: &mut Finding, case: &Case) {
    let Some(plan) = &case.map.snapshot().plan else { return };
    let file = File { case, plan };
    let places: Vec<Place> = file.places(finding).into_iter().cloned().collect();
    let is_placed = |evidence: &Evidence| matches!(evidence, Evidence::Written { .. });
    if !places.is_empty() && !finding.evidence.iter().any(is_placed) {
        finding.evidence.push(Evidence::Written { places });
    }
    finding.fix = file.edits(std::mem::take(&mut finding.fix));
}

/// Makes a ladder fit for a plan, if the setup is one: nothing runs that one
/// could look at.
pub fn settle_ladder(ladder: &mut Ladder, case: &Case) {
    let Some(plan) = &case.map.snapshot().plan else { return };
    ladder.fix = File { case, plan }.edits(std::mem::take(&mut ladder.fix));
    ladder.see = None;
}

impl Case<'_> {
    /// The edit of its file that changes something about a planned container.
    pub fn edit(&self, at: ContainerAt, change: Change) -> Step {
        let container = self.container(at);
        let service = container.compose.service.clone();
        let place = self.map.snapshot().plan.as_ref().zip(service.as_deref());
        let place = place.and_then(|(plan, service)| match &change {
            Change::Dial {
                setting: Setting::Variable(variable) | Setting::WholeVariable(variable),
                ..
            }
            | Change::SetPort { variable, .. }
            | Change::Trim { variable }
            | Change::Extend { variable, .. } => variable_place(plan, service, variable),
            Change::Dial { setting: Setting::Command, .. } => {
                plan.place(&["services", service, "command"])
            }
            Change::Publish { .. } => plan.place(&["services", service, "ports"]),
            Change::AddHost { .. } | Change::RemoveHost { .. } => {
                plan.place(&["services", service, "extra_hosts"])
            }
            Change::ResolverOption { .. } => plan.place(&["services", service, "dns_opt"]),
            Change::LeaveMode { .. } => plan.place(&["services", service, "network_mode"]),
            Change::NoOption { .. } => plan.place(&["services", service, "mac_address"]),
            Change::Label { .. } => plan.place(&["services", service, "labels"]),
            Change::Join { .. } | Change::Address { .. } | Change::NoLinks => {
                plan.place(&["services", service])
            }
        });
        let place = place.cloned();
        let service = Some(service.unwrap_or_else(|| container.name.clone()));
        step(Edit { place, service, kind: EditKind::Change { to: change } })
    }
}

/// A change of a compose file, which a person makes.
pub fn step(edit: Edit) -> Step {
    let (applicability, tool) = (Applicability::Ask, Tool::default());
    Step { action: Action::Edit(edit), applicability, tool, engine: None }
}

/// Where a service's variable is written; the service, where it comes from
/// elsewhere, such as a file of variables.
fn variable_place<'a>(plan: &'a Plan, service: &str, variable: &str) -> Option<&'a Place> {
    // `depends_on` and `env_file` are no variables.
    let paths = [
        format!("services.{service}.environment.{variable}"),
        format!("services.{service}.{variable}"),
    ];
    let exact = paths.iter().find_map(|path| plan.places.get(path));
    exact.or_else(|| plan.place(&["services", service]))
}

struct File<'c, 'a> {
    case: &'c Case<'a>,
    plan: &'a Plan,
}

impl<'a> File<'_, 'a> {
    fn container(&self, name: &str) -> Option<&'a Container> {
        let named = self.case.index.containers_named(name).iter();
        let at = named.copied().filter(|at| self.case.container(*at).name == name).min()?;
        Some(self.case.container(at))
    }

    /// The key of a network in the file, from its name on the engine.
    fn network_key(&self, name: &str) -> String {
        let network = self.case.index.networks_named(name).first();
        let network = network.map(|at| self.case.network(*at));
        let key = network.and_then(|network| network.labels.get("com.docker.compose.network"));
        key.map_or_else(|| name.to_owned(), Clone::clone)
    }

    /// Where a finding's matter is written: the variables that it speaks of,
    /// else ports or the parts that it is about.
    fn places(&self, finding: &Finding) -> BTreeSet<&'a Place> {
        let services = || {
            finding.subjects.iter().filter_map(|name| {
                let container = self.container(name)?;
                Some((container, container.compose.service.as_deref()?))
            })
        };
        let spoken_of = |variable: &str| {
            finding.evidence.iter().any(|evidence| match evidence {
                Evidence::ForBrowsers { variable: spoken, .. }
                | Evidence::Holds { variable: spoken, .. } => spoken == variable,
                Evidence::Dial(dial) => {
                    dial.written.as_ref().is_some_and(|w| w.name.as_deref() == Some(variable))
                }
                _ => false,
            })
        };
        let about_a_command =
            |evidence: &Evidence| matches!(evidence, Evidence::StartsOnLoopback { .. });
        let about_ports = |evidence: &Evidence| {
            matches!(
                evidence,
                Evidence::AsksFor { .. } | Evidence::OpenToAll { .. } | Evidence::PortHeldBy { .. }
            )
        };
        let mut places = BTreeSet::new();
        if finding.evidence.iter().any(about_a_command) {
            let starting = services().filter(|(container, _)| container.on_loopback.is_some());
            let command = |service| self.plan.place(&["services", service, "command"]);
            places.extend(starting.filter_map(|(_, service)| command(service)));
        }
        for (container, service) in services() {
            let variables = container.references.iter().filter_map(|r| r.variable.as_deref());
            let spoken_of = variables.filter(|variable| spoken_of(variable));
            places.extend(spoken_of.filter_map(|v| variable_place(self.plan, service, v)));
        }
        if places.is_empty() && finding.evidence.iter().any(about_ports) {
            let with_ports = services().filter(|(container, _)| !container.requested.is_empty());
            places
                .extend(with_ports.filter_map(|(_, s)| self.plan.place(&["services", s, "ports"])));
        }
        if places.is_empty() {
            places.extend(services().filter_map(|(_, s)| self.plan.place(&["services", s])));
            let networks = finding.subjects.iter().map(|name| self.network_key(name));
            places.extend(networks.filter_map(|key| self.plan.place(&["networks", &key])));
        }
        places
    }

    /// What steps come to in the file.
    fn edits(&self, steps: Vec<Step>) -> Vec<Step> {
        steps.into_iter().filter_map(|step| self.edit(step)).collect()
    }

    /// What a step comes to in the file; nothing for one that the edit makes
    /// needless.
    fn edit(&self, taken: Step) -> Option<Step> {
        let of_service = |container: &Handle, kind: EditKind| {
            let service = self.container(&container.name).and_then(|c| c.compose.service.clone());
            let place = service.as_deref().and_then(|s| self.plan.place(&["services", s]));
            let service = service.or_else(|| Some(container.name.clone()));
            Some(step(Edit { place: place.cloned(), service, kind }))
        };
        match taken.action {
            Action::CreateNetwork { network } => {
                let kind = EditKind::NewNetwork { network: network.name };
                Some(step(Edit { place: None, service: None, kind }))
            }
            Action::Connect { network, container, aliases, .. } => {
                let network = self.network_key(&network.name);
                of_service(&container, EditKind::Join { network, aliases })
            }
            Action::Disconnect { network, container, .. } => {
                let network = self.network_key(&network.name);
                of_service(&container, EditKind::Leave { network })
            }
            Action::Start { .. }
            | Action::Stop { .. }
            | Action::Restart { .. }
            | Action::Unpause { .. } => None,
            // A look at what does not run yet.
            Action::Run { root: false, .. } => None,
            _ => Some(taken),
        }
    }
}
