//! A container's hosts file.

use std::net::IpAddr;

use crate::model::HostsEntry;
use crate::model::reference::{is_host, is_loopback};
use crate::order::OrderBy;

/// Entries kept of a file.
const MOST: usize = 200;

/// The lines of a hosts file that are about others: not loopback, not IPv6's
/// well-known groups, not the container's `own` addresses.
pub fn hosts(file: &str, own: &[IpAddr]) -> Vec<HostsEntry> {
    file.lines()
        .filter_map(|line| {
            let line = line.split('#').next().unwrap_or_default();
            let mut words = line.split_ascii_whitespace();
            let address: IpAddr = words.next()?.parse().ok()?;
            let group = matches!(address, IpAddr::V6(v6) if v6.segments()[0] & 0xfe00 == 0xfe00);
            if group || address.is_loopback() || own.contains(&address) {
                return None;
            }
            let names: Vec<String> = words
                .filter(|name| is_host(name) && !is_loopback(name))
                .map(str::to_owned)
                .take(MOST)
                .collect();
            (!names.is_empty()).then_some(HostsEntry { address, names })
        })
        .take(MOST)
        .collect()
}

/// The names that a hosts file has for the container's `own` addresses.
pub fn own_names(file: &str, own: &[IpAddr]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for line in file.lines() {
        let mut words = line.split('#').next().unwrap_or_default().split_ascii_whitespace();
        let address = words.next().and_then(|word| word.parse::<IpAddr>().ok());
        if address.is_some_and(|address| own.contains(&address)) {
            names.extend(words.filter(|name| is_host(name)).take(MOST).map(str::to_owned));
        }
    }
    names.order();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_docker_writes_into_the_file() {
        let file = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\nff02::1\tip6-allnodes\n172.17.0.2\tdatabase 0f3 db # a link\n172.17.0.3\tme\nnonsense";
        let own: IpAddr = "172.17.0.3".parse().unwrap();
        let entries = hosts(file, &[own]);
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0].names, ["database", "0f3", "db"]);
        assert_eq!(own_names(file, &[own]), ["me"]);
    }
}
