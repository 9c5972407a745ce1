//! `netmap explain`: what a rule looks for, what it means and how to fix it.

use super::format::FormatArgs;
use super::picture::PictureArgs;
use super::run::Run;
use super::{Ending, doctor};
use crate::error::Result;
use crate::render::{Format, RulesView};

/// Arguments of `netmap explain`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The rule; without one, all of them
    #[arg(value_name = "RULE")]
    rule: Option<String>,
    #[command(flatten)]
    format: FormatArgs<RulesView>,
}

/// The list of formats for the help text.
pub fn after_help() -> String {
    Format::<RulesView>::list()
}

/// Writes a rule's page, the list or the document.
pub async fn run(run: Run<'_>, args: &Args) -> Result<Ending> {
    let format = args.format.chosen(run.options.file())?;
    let view = match &args.rule {
        Some(name) => RulesView::One(doctor::rule(name)?),
        None => RulesView::All,
    };
    run.show(&view, format, &PictureArgs::default()).await?;
    Ok(Ending::Clean)
}
