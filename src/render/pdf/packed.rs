//! Packing, and what goes wrong.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::error::{Error, Result, Source};

/// Packs what a stream of the file holds.
///
/// # Errors
///
/// None that anybody has seen: it goes to memory.
pub fn deflated(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).map_err(failed)?;
    encoder.finish().map_err(failed)
}

/// A picture that could not be drawn.
pub fn failed(error: impl Into<Source> + ToString) -> Error {
    Error::Draw { why: error.to_string(), source: Some(error.into()) }
}
