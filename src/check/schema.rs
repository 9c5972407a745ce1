//! The JSON Schema of a check file, made from the registry of keys, so that
//! an editor completes and checks what is typed. Sentences are text to it.

use serde_json::{Map, Value, json};

use super::keys::{Key, TOP, ValueKind};

/// The schema (JSON Schema, draft 2020-12) as indented JSON.
pub fn schema() -> String {
    let mut schema = mapping(TOP);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("netmap check file");
    let mut text = format!("{schema:#}");
    text.push('\n');
    text
}

/// A mapping with these keys and no others, or nothing at all.
fn mapping(keys: &[Key]) -> Value {
    let properties: Map<String, Value> = keys
        .iter()
        .map(|key| {
            let mut value = of(key.kind);
            value["description"] = json!(key.about);
            (key.name.to_owned(), value)
        })
        .collect();
    json!({"type": ["object", "null"], "properties": properties, "additionalProperties": false})
}

fn of(kind: ValueKind) -> Value {
    // A name may look like a number or a truth value.
    let scalar = json!({"type": ["string", "number", "boolean"]});
    let one_or_more = |one: Value| json!({"anyOf": [one, {"type": "array", "items": one}]});
    match kind {
        ValueKind::Named(keys) => json!({"anyOf": [
            {"type": ["object", "null"], "additionalProperties": mapping(keys)},
            one_or_more(scalar),
        ]}),
        ValueKind::Sentences => json!({"anyOf": [
            {"type": ["string", "null"]},
            {"type": "array", "items": {"type": "string"}},
        ]}),
        ValueKind::YesNo => json!({"type": "boolean"}),
        ValueKind::Word => scalar,
        ValueKind::OneOf(words) => json!({"enum": words}),
        ValueKind::Names => one_or_more(scalar),
        ValueKind::Ports => one_or_more(json!({"anyOf": [
            {"type": "integer", "minimum": 1, "maximum": 65535},
            {"type": "string", "pattern": r"^(.*:)?[0-9]+(/(tcp|udp|sctp))?$"},
        ]})),
        ValueKind::Subnets => {
            one_or_more(json!({"type": "string", "pattern": "^[0-9A-Fa-f:.]+/[0-9]+$"}))
        }
    }
}
