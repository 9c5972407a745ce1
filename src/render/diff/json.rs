//! The contract `netmap-diff/1`.

use crate::model::to_json;
#[cfg(test)]
use crate::render::schemas;
use serde::Serialize;

use super::view::DiffView;
use crate::render::strangers::{OnNetwork, on_networks};
use crate::render::style::Style;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Report<'a> {
    schema: &'static str,
    before: &'a str,
    after: &'a str,
    changes: Vec<Change<'a>>,
    /// What could not be read, and may seem gone for that.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    unread: Vec<String>,
    /// Members of the networks compared that are left out on either side.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    strangers: Vec<OnNetwork<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Change<'a> {
    change: &'static str,
    kind: &'static str,
    name: &'a str,
    /// What about it, where the kind does not say: `internal`.
    #[serde(skip_serializing_if = "str::is_empty")]
    field: &'static str,
    before: Option<&'a str>,
    after: Option<&'a str>,
    noise: bool,
}

/// What the document is, by its types.
#[cfg(test)]
pub fn schema(name: &str) -> serde_json::Value {
    schemas::of::<Report<'_>>(name)
}

/// Writes everything that is to be shown.
pub fn render(view: &DiffView, _style: &Style) -> String {
    let changes = view.changes().into_iter().map(|change| Change {
        change: change.happened.as_str(),
        kind: change.kind.as_str(),
        name: &change.name,
        field: change.field,
        before: change.before.as_deref(),
        after: change.after.as_deref(),
        noise: change.noise,
    });
    let report = Report {
        schema: "netmap-diff/1",
        before: view.before.name,
        after: view.after.name,
        changes: changes.collect(),
        unread: view.unread(),
        strangers: on_networks(&view.strangers),
    };
    to_json(&report)
}
