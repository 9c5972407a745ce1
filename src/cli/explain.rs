//! `netmap explain`: what a rule looks for, what it means and how to mend it.

use super::run::Run;
use super::{Ending, doctor};
use crate::error::Result;
use crate::render::{rule_page, rules_document, rules_list};

/// Arguments of `netmap explain`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The rule; without one, a list of all
    #[arg(value_name = "RULE")]
    rule: Option<String>,
    /// text, or markdown for a page of all rules
    #[arg(long, short, value_name = "FORMAT", default_value = "text", value_parser = ["text", "markdown"], help_heading = "How to show it")]
    format: String,
}

/// Writes a rule's page, the list or the document.
pub fn run(run: Run<'_>, args: &Args) -> Result<Ending> {
    let style = run.style();
    let text = match &args.rule {
        Some(name) => rule_page(doctor::rule(name)?, &style),
        None if args.format == "markdown" => rules_document(),
        None => rules_list(&style),
    };
    run.write(text.as_bytes())?;
    Ok(Ending::Clean)
}
