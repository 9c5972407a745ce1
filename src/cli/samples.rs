//! `netmap samples`: the recorded setups that travel in the program.

use super::Ending;
use super::format::FormatArgs;
use super::picture::PictureArgs;
use super::run::Run;
use crate::error::Result;
use crate::render::{Format, SamplesView};

/// Arguments of `netmap samples`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    format: FormatArgs<SamplesView>,
}

/// Examples and formats for the help text.
pub fn after_help() -> String {
    let formats = Format::<SamplesView>::list();
    format!(
        "Examples:\n  \
        netmap show --from sample:module-5             a setup of three containers\n  \
        netmap doctor --from sample:module-5           what is wrong in it\n  \
        netmap doctor --from sample:wrong-name/fixed   the same setup after its fix\n\n\
        {formats}"
    )
}

/// Writes the list.
pub async fn run(run: Run<'_>, args: &Args) -> Result<Ending> {
    let format = args.format.chosen(run.options.file())?;
    run.show(&SamplesView, format, &PictureArgs::default()).await?;
    Ok(Ending::Clean)
}
