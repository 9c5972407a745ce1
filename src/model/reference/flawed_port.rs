//! Variables that hold a port alone, and more than that.

use serde::{Deserialize, Serialize};

use super::MOST;
use super::flaw::Flaw;
use super::name::before_word;
use super::url::port_number;
use crate::order::OrderBy;

/// A variable with a port alone, and what is wrong with its value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FlawedPort {
    /// The variable.
    pub variable: String,
    /// The port that is meant.
    pub port: u16,
    /// What is wrong.
    pub flaw: Flaw,
}

/// The variables of an environment, as `(name, value)`, that hold a port with
/// something around it.
pub fn flawed_ports<'a>(
    variables: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<FlawedPort> {
    let flawed = variables.into_iter().take(2_000).filter_map(|(name, value)| {
        before_word(name, "PORT")?;
        let (flaw, inner) = Flaw::of_value(value)?;
        let port = port_number(inner)?;
        Some(FlawedPort { variable: name.chars().take(100).collect(), port, flaw })
    });
    let mut ports: Vec<FlawedPort> = flawed.take(MOST).collect();
    ports.order();
    ports
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_with_something_around_them() {
        let found = flawed_ports([
            ("DB_PORT", "5432\r"),
            ("PORT", "\"3000\""),
            ("PORTAL", "\"1\""),
            ("REDIS_PORT", "6379"),
            ("MQ_PORT", "amqp "),
        ]);
        let told: Vec<_> = found.iter().map(|f| (f.variable.as_str(), f.port, f.flaw)).collect();
        assert_eq!(told, [("DB_PORT", 5432, Flaw::CarriageReturn), ("PORT", 3000, Flaw::Quotes)]);
    }
}
