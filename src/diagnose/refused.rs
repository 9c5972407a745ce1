//! Findings about what Compose or the engine will refuse of a plan.

use super::case::Case;
use super::fix_in_file::step;
use super::rule::{Judgement, Rule};
use crate::model::{Edit, EditKind, Evidence, Fault, Finding, Refuser};

/// Most containers of a service that a finding about it names.
const MOST_SUBJECTS: usize = 5;

impl Case<'_> {
    /// A finding for each thing in the compose files that `by` refuses.
    pub fn refused(&self, by: Refuser, rule: &Rule) -> Judgement {
        let plan = self.map.snapshot().plan.iter();
        let faults = plan.flat_map(|plan| plan.refused_by(by));
        Judgement::of(faults.map(|fault| self.refusal(fault, rule)))
    }

    fn refusal(&self, fault: &Fault, rule: &Rule) -> Finding {
        let who = match fault.by {
            Refuser::Compose => "Compose refuses",
            Refuser::Engine => "The engine will refuse",
        };
        let what = match fault.path.as_str() {
            "" => "the file".to_owned(),
            path => format!("`{path}`"),
        };
        let mut finding = rule.finding(
            self.of_service(fault.service.as_deref()),
            format!("{who} {what}: {}", fault.why),
        );
        finding.evidence.push(Evidence::Written { places: vec![fault.place.clone()] });
        let key = || fault.path.rsplit('.').next().unwrap_or_default().to_owned();
        let rename = fault.meant.clone().map(|to| EditKind::RenameKey { key: key(), to });
        let reform = fault.form.clone().map(|to| EditKind::Reform { key: key(), to });
        let edit = |kind| {
            let (place, service) = (Some(fault.place.clone()), fault.service.clone());
            step(Edit { place, service, kind })
        };
        finding.fix.extend(rename.into_iter().chain(reform).map(edit));
        finding
    }

    /// The containers of a service.
    fn of_service<'s>(&'s self, service: Option<&'s str>) -> impl Iterator<Item = &'s str> {
        let is_of = move |container: &&crate::model::Container| {
            service.is_some() && container.compose.service.as_deref() == service
        };
        let containers = self.map.snapshot().containers.iter().filter(is_of);
        containers.map(|container| container.name.as_str()).take(MOST_SUBJECTS)
    }
}
