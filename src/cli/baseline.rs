//! The findings of before, which `netmap doctor --baseline` tells new ones from.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;

use crate::diagnose::Known;
use crate::error::{Error, Result};
use crate::model::{Severity, in_utf8};

/// Largest file that is read, in bytes.
const LARGEST: u64 = 64 << 20;

/// What the schema of findings begins with, and its version today.
const SCHEMA: &str = "netmap-findings/";
const VERSION: &str = "1";

/// The part of a diagnosis that a finding is known by again.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Document {
    schema: String,
    findings: Vec<Row>,
    #[serde(default)]
    set_aside: Vec<Aside>,
}

#[derive(Deserialize)]
#[serde(expecting = "a finding")]
struct Row {
    rule: String,
    severity: Severity,
    subjects: Vec<String>,
}

#[derive(Deserialize)]
struct Aside {
    because: String,
    #[serde(flatten)]
    finding: Row,
}

/// Reads what `netmap doctor --format json` wrote. What was ignored then is not
/// known by it: once nobody ignores it any more, it is new.
pub fn read(path: &Path) -> Result<Vec<Known>> {
    let mut text = Vec::new();
    let took = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut text));
    took.map_err(|error| Error::Unreadable { path: path.to_owned(), error })?;
    let failed = |why: String| Error::Baseline { path: path.to_owned(), why };
    if text.len() as u64 > LARGEST {
        return Err(failed(format!("it is larger than {} MB", LARGEST >> 20)));
    }
    let text = in_utf8(text);
    let document: Document = serde_json::from_slice(&text).map_err(|error| {
        failed(match error.is_eof() {
            true if text.trim_ascii().is_empty() => "it is empty".to_owned(),
            true => format!("it is not whole: it ends in the middle, in line {}", error.line()),
            false => format!("it is damaged or none: {error}"),
        })
    })?;
    if document.schema.strip_prefix(SCHEMA) != Some(VERSION) {
        return Err(failed(format!("its schema is `{}`", document.schema)));
    }
    let known = document.set_aside.into_iter().filter(|aside| aside.because == "known");
    let rows = document.findings.into_iter().chain(known.map(|aside| aside.finding));
    Ok(rows.map(|Row { rule, severity, subjects }| Known { rule, severity, subjects }).collect())
}
