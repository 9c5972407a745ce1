//! How host and port are written in a value: `db:5432`, or each behind a key,
//! as connection strings and JSON have them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How host and port are written.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "as", rename_all = "kebab-case")]
pub enum Notation {
    /// `HOST:PORT`, alone, in a list or in a URL.
    #[default]
    Address,
    /// Behind texts that say what they are.
    Keyed(Box<Keys>),
    /// In a way that no command writes again.
    #[serde(other)]
    Other,
}

/// What stands before host and port: words of connection strings, and nothing
/// that somebody chose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Keys {
    /// Before the host: `Server=`, `tcp(`, `"host":"`.
    pub host: String,
    /// Between the two where nothing else is: `,`, `;Port=`, `","port":`. Empty
    /// where a port that is not there cannot be added so.
    pub port: String,
    /// Whether something else may stand between them, or the port first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub apart: bool,
}

impl Notation {
    /// Whether it is the usual one.
    pub fn is_address(&self) -> bool {
        *self == Self::Address
    }

    /// Writes host and port, behind a scheme where a URL has them.
    ///
    /// # Errors
    /// Those of the formatter.
    pub fn write(
        &self,
        out: &mut impl fmt::Write,
        scheme: Option<&str>,
        host: &str,
        port: Option<u16>,
    ) -> fmt::Result {
        if let Self::Keyed(keys) = self {
            write!(out, "{}{host}", keys.host)?;
            if let Some(port) = port {
                write!(out, "{}{port}", keys.port)?;
            }
            let quoted = keys.host.ends_with('"') && (port.is_none() || keys.port == ":");
            return match quoted {
                true => out.write_char('"'),
                false if keys.host.contains('(') => out.write_char(')'),
                false => Ok(()),
            };
        }
        if let Some(scheme) = scheme {
            write!(out, "{scheme}://")?;
        }
        match port {
            Some(port) if host.contains(':') => write!(out, "[{host}]:{port}"),
            Some(port) => write!(out, "{host}:{port}"),
            None => out.write_str(host),
        }
    }
}
