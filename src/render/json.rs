//! The snapshot format, narrowed to what is shown. It is the contract
//! `netmap/1`, and can be read back with `--from`.

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
    shown.take_over(whole);
    shown.to_json()
}
