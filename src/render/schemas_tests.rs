//! What the schemas say, by the types; and whether it is what is recorded.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::json;

use super::*;
use crate::model::Snapshot;
use crate::render::{
    advice, check, diff, findings, flows, grade, json as map, ladder, probe, samples,
};

/// The schema of a document whose `schema` field is `name`.
pub fn of<T: JsonSchema>(name: &str) -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    schema["title"] = json!(name);
    schema["properties"]["schema"]["const"] = json!(name);
    schema
}

/// What the types say of a contract.
fn derived(contract: &Contract) -> Value {
    let make = match contract.name {
        "show" => map::schema,
        "snapshot" => of::<Snapshot>,
        "probe" => probe::schema,
        "flows" => flows::schema,
        "advise" => advice::schema,
        "why" => ladder::schema,
        "doctor" => findings::schema,
        "check" => check::schema,
        "grade" => grade::schema,
        "diff" => diff::schema,
        "samples" => samples::schema,
        other => panic!("{other} has no types here"),
    };
    let mut schema = make(contract.schema);
    schema["description"] = json!(format!("netmap {}: {}.", contract.name, contract.about));
    schema
}

#[test]
fn every_schema_is_what_the_types_say() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/render/schemas");
    let mut stale = Vec::new();
    for contract in CONTRACTS {
        let path = format!("{folder}/{}.json", contract.name);
        let today = to_json(&derived(contract));
        let recorded = std::fs::read_to_string(&path).unwrap_or_default();
        if recorded == today {
            continue;
        }
        if std::env::var_os("NETMAP_TEST_RECORD").is_some() {
            std::fs::write(&path, today).expect("the source can be written");
        } else {
            stale.push(contract.name);
        }
    }
    assert!(stale.is_empty(), "tests/record writes the schemas of {stale:?} again");
}
