//! What `ip -j rule` and `ip -j route get` print: the rules of routing, and the way that the
//! kernel has for a packet by these, which no table shows.

use serde::Deserialize;

/// Where the kernel's own rules stand, which it has from the start: see ip-rule(8).
const KERNELS: [u32; 3] = [0, 32766, 32767];

#[derive(Deserialize)]
struct Rule {
    priority: u32,
}

/// Whether there are rules that somebody has made.
pub fn has_rules(text: &str) -> bool {
    let rules: Vec<Rule> = serde_json::from_str(text).unwrap_or_default();
    rules.iter().any(|rule| !KERNELS.contains(&rule.priority))
}

/// A way that the kernel has for a packet.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Route {
    /// The interface that it goes out by.
    #[serde(rename = "dev")]
    pub interface: String,
    /// What kind of a route it is, where that is not the usual one.
    #[serde(rename = "type", default)]
    kind: String,
}

impl Route {
    /// The one that was printed.
    pub fn read(text: &str) -> Option<Self> {
        let routes: Vec<Self> = serde_json::from_str(text).ok()?;
        routes.into_iter().next()
    }

    /// Whether it ends here: the address is one of the machine's own.
    pub fn is_local(&self) -> bool {
        self.kind == "local"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_s_own_rules_are_nobody_s() {
        let own = r#"{"priority":0,"src":"all","table":"local"},
            {"priority":32766,"src":"all","table":"main"}"#;
        let made = r#"{"priority":3,"src":"10.11.12.13","table":"100"}"#;
        assert!(!has_rules(&format!("[{own}]")) && has_rules(&format!("[{made},{own}]")));
        assert!(!has_rules("") && !has_rules("{}"));
    }

    #[test]
    fn the_way_that_was_printed_is_read() {
        // As ip of iproute2 6.1 wrote them.
        let own = r#"[{"type":"local","dst":"10.11.12.13","dev":"lo","prefsrc":"10.11.12.13",
            "flags":[],"uid":0,"cache":["local"]}]"#;
        let other = r#"[{"dst":"172.18.0.2","from":"10.11.12.13","gateway":"10.11.12.1",
            "dev":"lan0","table":"100","flags":[],"uid":0,"cache":[]}]"#;
        assert_eq!(Route::read(own).map(|route| route.is_local()), Some(true));
        let other = Route::read(other).expect("a route");
        assert_eq!((&*other.interface, other.is_local()), ("lan0", false));
        assert_eq!(Route::read("[]"), None);
        assert_eq!(Route::read("RTNETLINK answers: No route to host"), None);
    }
}
