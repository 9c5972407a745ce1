//! What images an engine has.

use serde::de::IgnoredAny;

use super::connect::Engine;
use super::lenient;
use crate::error::{Error, Result};

impl Engine {
    /// Whether the engine has an image of this name. Sends a GET request.
    ///
    /// # Errors
    ///
    /// When the engine cannot be asked.
    pub async fn has_image(&self, name: &str) -> Result<bool> {
        match lenient::raw::<IgnoredAny>(self, "inspect image", &format!("/images/{name}/json"))
            .await
        {
            Ok(_) => Ok(true),
            Err(Error::Refused { status: 404, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
