//! What `ip -j link show` prints: the interfaces on which a program of XDP stands,
//! which may drop what comes in before anything counts it.

use serde::Deserialize;
use serde::de::IgnoredAny;

#[derive(Deserialize)]
struct Link {
    #[serde(rename = "ifname")]
    name: String,
    xdp: Option<IgnoredAny>,
}

/// The interfaces with such a program.
///
/// # Errors
///
/// When it is no such list.
pub fn read(text: &str) -> Result<Vec<String>, String> {
    let links: Vec<Link> =
        serde_json::from_str(text).map_err(|_| "ip printed no list".to_owned())?;
    Ok(links.into_iter().filter(|link| link.xdp.is_some()).map(|link| link.name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interfaces_with_a_program_are_told() {
        // As ip of iproute2 6.1 wrote it, shortened.
        let text = r#"[{"ifindex":1,"ifname":"lo","mtu":65536},{"ifname":"eth0","mtu":1500,
            "xdp":{"mode":2,"prog":{"id":98,"name":"","jited":1}},"qdisc":"noqueue"}]"#;
        assert_eq!(read(text), Ok(vec!["eth0".to_owned()]));
        assert!(read("").is_err() && read("{}").is_err());
    }
}
