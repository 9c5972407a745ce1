//! How Compose calls what it makes.

use super::service::Service;

/// The names that Compose gives to what a project has.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// The project's.
    pub project: &'a str,
    /// What joins the parts of a container's name.
    pub separator: char,
}

impl Names<'_> {
    /// The name of a service's container with this number.
    pub fn container(self, service: &Service, number: u32) -> String {
        service.container_name.clone().unwrap_or_else(|| self.joined(&service.name, number))
    }

    pub fn joined(self, service: &str, number: u32) -> String {
        let Self { project, separator } = self;
        format!("{project}{separator}{service}{separator}{number}")
    }
}
