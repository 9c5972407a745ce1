//! The JSON contracts, each with its schema: made of the types that are written,
//! recorded by a test, and carried in the program as text.

use serde_json::Value;

use super::format::{Draw, Format, Shown};
use super::style::{Role, Style, flow};
use crate::model::{SCHEMA, to_json};
use crate::sample::inflate;

/// Something that netmap writes as JSON, whose shape is a promise.
#[derive(Debug)]
pub struct Contract {
    /// The word that `netmap schema` takes: the command that writes it.
    pub name: &'static str,
    /// What its `schema` field says.
    pub schema: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Its schema as it was recorded, deflated.
    recorded: &'static [u8],
}

macro_rules! contract {
    ($name:literal, $schema:expr, $about:literal) => {
        Contract {
            name: $name,
            schema: $schema,
            about: $about,
            recorded: include_bytes!(concat!(env!("OUT_DIR"), "/schemas/", $name, ".json")),
        }
    };
}

/// Every contract.
pub const CONTRACTS: &[Contract] = &[
    contract!("show", SCHEMA, "the map: networks, containers, and who talks to whom"),
    contract!("snapshot", SCHEMA, "everything netmap knows, to be read with --from"),
    contract!("probe", "netmap-probe/1", "who really reaches whom"),
    contract!("flows", "netmap-flows/1", "who really talks to whom"),
    contract!(
        "advise",
        "netmap-advice/1",
        "which networks would do, by what was seen (flows --advise)"
    ),
    contract!("why", "netmap-why/1", "whether A reaches B, and what stands in the way"),
    contract!("doctor", "netmap-findings/1", "what is wrong, and what fixes it"),
    contract!("check", "netmap-check/1", "what came of a check file"),
    contract!("grade", "netmap-grade/1", "what came of a class"),
    contract!("diff", "netmap-diff/1", "what differs between two setups"),
    contract!("samples", "netmap-samples/1", "the recorded setups that netmap carries"),
];

impl Contract {
    /// The contract of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        CONTRACTS.iter().find(|contract| contract.name == name)
    }

    /// Its JSON Schema (draft 2020-12). More fields may come, so it allows them.
    pub fn schema(&self) -> Value {
        let text = inflate(self.recorded).expect("build.rs deflated it");
        serde_json::from_slice(&text).expect("a test wrote it")
    }
}

/// A contract's schema, or the list of all.
#[derive(Debug, Clone, Copy)]
pub enum SchemasView {
    /// One.
    One(&'static Contract),
    /// All.
    All,
}

impl Shown for SchemasView {
    type View<'a> = Self;
    const WHAT: &'static str = "schemas";
    const FORMATS: &'static [Format<Self>] = &[
        Format {
            name: "json",
            extensions: &["json"],
            about: "the schema; of all contracts, by their names",
            draw: Draw::<Self>::Text(as_json),
        },
        Format {
            name: "text",
            extensions: &["txt"],
            about: "a line for each contract",
            draw: Draw::<Self>::Text(as_text),
        },
    ];

    fn usual(view: &Self) -> &'static Format<Self> {
        match view {
            Self::One(_) => &Self::FORMATS[0],
            Self::All => &Self::FORMATS[1],
        }
    }
}

impl SchemasView {
    fn contracts(self) -> &'static [Contract] {
        match self {
            Self::One(contract) => std::slice::from_ref(contract),
            Self::All => CONTRACTS,
        }
    }
}

fn as_json(view: &SchemasView, _style: &Style) -> String {
    match view {
        SchemasView::One(contract) => to_json(&contract.schema()),
        SchemasView::All => {
            let all = CONTRACTS.iter().map(|contract| (contract.name, contract.schema()));
            to_json(&all.collect::<std::collections::BTreeMap<_, _>>())
        }
    }
}

fn as_text(view: &SchemasView, style: &Style) -> String {
    let contracts = view.contracts();
    let widest = |part: fn(&Contract) -> &str| contracts.iter().map(part).map(str::len).max();
    let names = widest(|contract| contract.name).unwrap_or(0);
    let schemas = widest(|contract| contract.schema).unwrap_or(0);
    let indent = names + schemas + 4;
    let line = |contract: &Contract| {
        let about: Vec<String> = contract.about.split(' ').map(str::to_owned).collect();
        format!(
            "{}{}  {:schemas$}  {}\n",
            style.paint(Role::Strong, contract.name),
            " ".repeat(names - contract.name.len()),
            contract.schema,
            flow(&about, " ", indent, style.width.saturating_sub(indent))
        )
    };
    contracts.iter().map(line).collect()
}

#[cfg(test)]
#[path = "schemas_tests.rs"]
mod tests;
#[cfg(test)]
pub use tests::of;
