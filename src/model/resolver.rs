//! How a container resolves names: what its `/etc/resolv.conf` says, and what a
//! C library asks for by it, in which order.

use std::net::IpAddr;

/// Lines that count of each kind.
const MOST: usize = 200;

/// The most that `ndots` can be (glibc's `RES_MAXNDOTS`).
const MOST_DOTS: u8 = 15;

/// A resolver's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolverSettings {
    /// The name servers, in the order in which they are asked.
    pub servers: Vec<IpAddr>,
    /// The search domains, without dots at their ends.
    pub search: Vec<String>,
    /// How many dots a name must have to be asked for as it is before it is
    /// asked for in the search domains.
    pub ndots: u8,
}

impl Default for ResolverSettings {
    fn default() -> Self {
        Self { servers: Vec::new(), search: Vec::new(), ndots: 1 }
    }
}

impl ResolverSettings {
    /// Reads a `resolv.conf` (resolv.conf(5)): of `search` and `domain` the last
    /// line counts, as it does of options.
    pub fn parse(text: &str) -> Self {
        let mut settings = Self::default();
        for line in text.lines() {
            let mut words = line.split_ascii_whitespace();
            match words.next() {
                Some("nameserver") => {
                    let word = words.next().and_then(|word| word.split('%').next());
                    let address: Option<IpAddr> = word.and_then(|word| word.parse().ok());
                    if settings.servers.len() < MOST {
                        settings.servers.extend(address);
                    }
                }
                Some("search" | "domain") => {
                    let domains = words.map(|domain| domain.trim_matches('.').to_ascii_lowercase());
                    settings.search =
                        domains.filter(|domain| !domain.is_empty()).take(MOST).collect();
                }
                Some("options") => {
                    let mut ndots =
                        words.filter_map(|word| word.strip_prefix("ndots:")?.parse().ok());
                    let dots = |dots: u32| u8::try_from(dots).unwrap_or(MOST_DOTS).min(MOST_DOTS);
                    settings.ndots = ndots.next_back().map_or(settings.ndots, dots);
                }
                _ => {}
            }
        }
        settings
    }

    /// What is asked for when somebody wants a name, one after the other until
    /// one is known. A dot at its end says that a name is whole.
    pub fn questions(&self, name: &str) -> Vec<String> {
        let whole = name.trim_end_matches('.');
        let mut questions = self.asked_first(name);
        questions.push(whole.to_owned());
        if questions.len() == 1 && whole.len() == name.len() {
            questions.extend(self.in_domains(name));
        }
        questions
    }

    /// What is asked for before the name as it is.
    pub fn asked_first(&self, name: &str) -> Vec<String> {
        let dots = name.bytes().filter(|byte| *byte == b'.').count();
        if name.ends_with('.') || dots >= usize::from(self.ndots) {
            return Vec::new();
        }
        self.in_domains(name).collect()
    }

    fn in_domains(&self, name: &str) -> impl Iterator<Item = String> {
        self.search.iter().map(move |domain| format!("{name}.{domain}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_engines_write_is_read() {
        let text = "# Generated\nsearch lan\nsearch Corp.Example lan.\nnameserver 127.0.0.11\n\
                    nameserver fe80::1%eth0\noptions edns0 ndots:2\nnameserver\nnameserver oops";
        let settings = ResolverSettings::parse(text);
        let servers: Vec<String> = settings.servers.iter().map(IpAddr::to_string).collect();
        assert_eq!(servers, ["127.0.0.11", "fe80::1"]);
        assert_eq!(settings.search, ["corp.example", "lan"]);
        assert_eq!(settings.ndots, 2);
        // No domain at all, and a number beyond the most.
        let odd = ResolverSettings::parse("search .\noptions ndots:99");
        assert_eq!((odd.search.len(), odd.ndots), (0, 15));
        assert_eq!(ResolverSettings::parse(""), ResolverSettings::default());
    }

    #[test]
    fn names_of_few_dots_are_asked_for_in_the_domains_first() {
        let asked = |ndots: u8, name: &str| {
            let search = vec!["a.test".to_owned(), "b".to_owned()];
            ResolverSettings { servers: Vec::new(), search, ndots }.questions(name)
        };
        assert_eq!(asked(1, "db"), ["db.a.test", "db.b", "db"]);
        assert_eq!(asked(0, "db"), ["db", "db.a.test", "db.b"]);
        assert_eq!(asked(1, "db.net"), ["db.net", "db.net.a.test", "db.net.b"]);
        assert_eq!(asked(2, "db.net"), ["db.net.a.test", "db.net.b", "db.net"]);
        assert_eq!(asked(5, "db."), ["db"]);
    }
}
