//! What is shown as rows with named fields, for templates and for `--quiet`.
//! The rows are those of the JSON contract, with the names of their fields as
//! docker's templates write them: `exit_code` is `.ExitCode`.

use serde_json::Value;

use super::format::{Draw, Format, Row, Rows, Shown};
use super::style::Style;
use crate::model::{Natural, visible};
use crate::order::OrderBy;

/// Words that are not written in title case.
const INITIALS: [(&str, &str); 5] =
    [("id", "ID"), ("ipv4", "IPv4"), ("ipv6", "IPv6"), ("mac", "MAC"), ("ip", "IP")];

impl<S: Shown> Rows<S> {
    /// The rows of a view.
    pub fn of(&self, view: &S::View<'_>) -> Vec<Row> {
        let json = Format::<S>::named("json").map(|format| &format.draw);
        let Some(Draw::Text(json)) = json else { return Vec::new() };
        let document: Value =
            serde_json::from_str(&json(view, &Style::default())).unwrap_or_default();
        let listed = document.get(self.key).and_then(Value::as_array);
        let mut rows: Vec<Row> = listed
            .into_iter()
            .flatten()
            .filter_map(|row| match renamed(row) {
                Value::Object(row) => Some(row),
                _ => None,
            })
            .collect();
        (self.complete)(view, &mut rows);
        if self.by_name {
            rows.order_by(|a, b| self.parts(a).map(Natural).cmp(self.parts(b).map(Natural)));
        }
        rows
    }

    /// What names a row.
    fn parts<'r>(&self, row: &'r Row) -> impl Iterator<Item = &'r str> {
        self.names.iter().filter_map(|field| row.get(*field)?.as_str())
    }

    /// The names of the rows, a line for each, and each once.
    pub fn names(&self, rows: &[Row]) -> String {
        let mut names: Vec<String> = Vec::new();
        for row in rows {
            let name = self.parts(row).map(visible).collect::<Vec<_>>().join(" ");
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.iter().map(|name| format!("{name}\n")).collect()
    }
}

/// The value with the keys of all that is in it as templates write them.
/// Labels and the like keep theirs, which are no names of fields.
fn renamed(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(renamed).collect(),
        Value::Object(map) => {
            let is_field = |key: &String| {
                key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            };
            let entries = map.iter().map(|(key, value)| match is_field(key) {
                true => (field_name(key), renamed(value)),
                false => (key.clone(), value.clone()),
            });
            Value::Object(entries.collect())
        }
        other => other.clone(),
    }
}

/// `exit_code` as `ExitCode`.
fn field_name(key: &str) -> String {
    let word = |word: &str| match INITIALS.iter().find(|(known, _)| *known == word) {
        Some((_, initials)) => (*initials).to_owned(),
        None => {
            let (first, rest) = word.split_at(word.len().min(1));
            first.to_uppercase() + rest
        }
    };
    key.split('_').map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_named_as_dockers_templates_do() {
        for (key, name) in [
            ("name", "Name"),
            ("exit_code", "ExitCode"),
            ("id", "ID"),
            ("network_id", "NetworkID"),
            ("ipv4", "IPv4"),
            ("latency_ms", "LatencyMs"),
            ("host_ip", "HostIP"),
        ] {
            assert_eq!(field_name(key), name);
        }
        let labels = serde_json::json!({"labels": {"com.docker.compose.project": "a"}});
        assert_eq!(
            renamed(&labels),
            serde_json::json!({"Labels": {"com.docker.compose.project": "a"}})
        );
    }
}
