//! The snapshot format, narrowed to what is shown. It is the contract
//! `netmap/1`, and can be read back with `--from`.

use std::collections::HashSet;

use super::style::Style;
use super::view::View;
use crate::model::Snapshot;

/// Writes the shown part of the snapshot.
pub fn render(view: &View, _style: &Style) -> String {
    let whole = view.map.snapshot();
    let mut shown = Snapshot::new(
        whole.engine.clone(),
        view.networks.iter().map(|at| view.network(*at).clone()).collect(),
        view.containers.iter().map(|at| view.container(*at).clone()).collect(),
        whole.unread.clone(),
    );
    shown.plan = whole.plan.clone();
    if let Some(probe) = &whole.probe {
        let names: HashSet<&str> =
            view.containers.iter().map(|at| view.container(*at).name.as_str()).collect();
        let is_shown = |name: &str| names.contains(name);
        let mut probe = probe.clone();
        probe.measurements.retain(|m| is_shown(&m.from) && is_shown(&m.to));
        shown.probe = Some(probe);
    }
    shown.to_json()
}
