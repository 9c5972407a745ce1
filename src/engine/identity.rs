//! Who an engine is, as the head of each of its answers says. To answer when it is asked for its
//! version, Docker runs two other programs, and Podman a dozen.
//!
//! Sources: moby, `api/server/middleware/version.go`; podman, `pkg/api/handlers/utils` and
//! `pkg/api/server/handler_api.go`.

use hyper::HeaderMap;

use crate::model::EngineFacts;

/// The longest version that is read.
const LONGEST: usize = 64;

/// What an engine calls itself, as `Docker/28.5.2 (linux)` or `Libpod/5.8.6 (linux)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// `Docker` or `Podman`.
    name: &'static str,
    version: String,
    api_version: String,
    os: String,
}

impl Identity {
    /// Who answers with these headers; nothing where a proxy puts its own name there, or an engine
    /// that is neither of the two.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| headers.get(name)?.to_str().ok();
        let (name, rest) = text("server")?.split_once('/')?;
        let name = match name {
            "Docker" => "Docker",
            "Libpod" => "Podman",
            _ => return None,
        };
        let (version, os) = rest.strip_suffix(')')?.split_once(" (")?;
        let api_version = text("api-version")?;
        let is_version = |text: &str| {
            let plain = |c: char| c.is_ascii_alphanumeric() || "._+~-".contains(c);
            text.starts_with(|c: char| c.is_ascii_digit())
                && text.len() <= LONGEST
                && text.chars().all(plain)
        };
        let is_os =
            !os.is_empty() && os.len() <= LONGEST && os.chars().all(|c| c.is_ascii_alphanumeric());
        (is_version(version) && is_version(api_version) && is_os).then(|| Self {
            name,
            version: version.to_owned(),
            api_version: api_version.to_owned(),
            os: os.to_owned(),
        })
    }
}

impl From<&Identity> for EngineFacts {
    fn from(identity: &Identity) -> Self {
        let Identity { name, version, api_version, os } = identity.clone();
        Self { name: name.to_owned(), version, api_version, os, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(server: &str, api: &str) -> Option<[String; 4]> {
        let mut headers = HeaderMap::new();
        headers.insert("server", server.parse().unwrap());
        headers.insert("api-version", api.parse().unwrap());
        let facts = EngineFacts::from(&Identity::of(&headers)?);
        Some([facts.name, facts.version, facts.api_version, facts.os])
    }

    #[test]
    fn both_engines_are_known_and_proxies_are_none() {
        let known = |parts: [&str; 4]| Some(parts.map(str::to_owned));
        assert_eq!(
            facts("Docker/20.10.24+dfsg1 (linux)", "1.41"),
            known(["Docker", "20.10.24+dfsg1", "1.41", "linux"])
        );
        assert_eq!(
            facts("Libpod/5.8.6 (linux)", "1.44"),
            known(["Podman", "5.8.6", "1.44", "linux"])
        );
        for (server, api) in [
            ("nginx/1.27.0", "1.41"),
            ("nginx", "1.41"),
            ("Docker/", "1.41"),
            ("Docker/ (linux)", "1.41"),
            ("Docker/28.5.2 (li nux)", "1.41"),
            ("Docker/28.5.2 (linux)", "latest"),
            ("Docker/28.5.2;rm (linux)", "1.41"),
        ] {
            assert_eq!(facts(server, api), None, "{server} {api}");
        }
        let long = format!("Docker/2{} (linux)", "8".repeat(LONGEST));
        assert_eq!(facts(&long, "1.41"), None);
    }
}
