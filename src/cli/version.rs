//! `netmap version`: which netmap, and which engine answers.

use std::time::Duration;

use super::Ending;
use super::run::Run;
use super::session::{Purpose, Session};
use crate::error::Result;

/// How long the engine has to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Writes both.
pub async fn run(run: Run<'_>) -> Result<Ending> {
    let opened = tokio::time::timeout(PATIENCE, Session::open_live(run, Purpose::Describe)).await;
    let engine = match opened {
        Ok(Ok(session)) => {
            let facts = &session.snapshot.engine;
            let address = session.engine().map(|engine| engine.address().to_string());
            let address = address.map(|address| format!(" at {address}")).unwrap_or_default();
            format!(
                "{} {}, API {}, {}/{}{address}",
                facts.name, facts.version, facts.api_version, facts.os, facts.arch
            )
        }
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {} s", PATIENCE.as_secs()),
    };
    run.say(&format!("netmap  {}\nengine  {engine}\n", env!("CARGO_PKG_VERSION")))?;
    Ok(Ending::Clean)
}
