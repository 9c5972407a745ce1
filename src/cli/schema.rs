//! `netmap schema`: what the JSON of each command promises, as JSON Schema.

use super::Ending;
use super::format::FormatArgs;
use super::picture::PictureArgs;
use super::run::Run;
use crate::error::{Error, Result};
use crate::model::nearest;
use crate::render::{CONTRACTS, Contract, Format, SchemasView};

/// Arguments of `netmap schema`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The command whose JSON it is; without one, the list of all
    #[arg(value_name = "COMMAND")]
    contract: Option<String>,
    #[command(flatten)]
    format: FormatArgs<SchemasView>,
}

/// What a schema is of use for, for the help text.
pub fn after_help() -> String {
    let formats = Format::<SchemasView>::list();
    format!(
        "Examples:\n  \
        netmap schema                             the list of them\n  \
        netmap schema doctor                      what netmap doctor --format json writes\n  \
        netmap schema show -o netmap.schema.json  for a validator or a code generator\n\n\
        Later versions may write more fields, and leave out none. netmap check --schema has the\n\
        schema of check files.\n\n{formats}"
    )
}

/// Writes a schema, or the list.
pub async fn run(run: Run<'_>, args: &Args) -> Result<Ending> {
    let format = args.format.chosen(run.options.file())?;
    let view = match &args.contract {
        Some(name) => SchemasView::One(contract(name)?),
        None => SchemasView::All,
    };
    run.show(&view, format, &PictureArgs::default()).await?;
    Ok(Ending::Clean)
}

fn contract(name: &str) -> Result<&'static Contract> {
    let known = || CONTRACTS.iter().map(|contract| contract.name);
    Contract::named(name).ok_or_else(|| Error::NoSuchName {
        kind: "schema",
        name: name.to_owned(),
        nearest: nearest(name, known()).map(str::to_owned),
        known: known().map(str::to_owned).collect(),
    })
}
