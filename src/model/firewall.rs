//! A rule of a firewall, as the machine's own programs show it.

use std::fmt;

use serde::Serialize;

use super::visible::visible;

/// What becomes of a packet that a rule fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RuleVerdict {
    /// It is thrown away.
    Drop,
    /// It is thrown away, and its sender is told.
    Reject,
    /// A program decides about it.
    Queue,
    /// It goes to another address than the one that it was sent to.
    Rewrite,
}

/// The program that shows and changes a rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RuleTool {
    /// One of the family of iptables, by the name that it has on the machine:
    /// `iptables`, `ip6tables-legacy`.
    Iptables(String),
    /// `nft`, with the family of the table.
    Nft(String),
}

/// Whose a rule is, as its chain, its table and its comment tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RuleOwner {
    /// Docker's chain for rules of the user's own.
    DockerUser,
    /// Docker's rules that keep networks apart.
    DockerIsolation,
    /// Docker's rules that keep ports closed which are not published.
    DockerUnpublished,
    /// Another one of Docker's.
    Docker,
    /// Podman's (netavark).
    Podman,
    /// ufw.
    Ufw,
    /// firewalld.
    Firewalld,
    /// fail2ban.
    Fail2ban,
    /// CrowdSec.
    CrowdSec,
    /// libvirt.
    Libvirt,
    /// Kubernetes, or a network of its.
    Kubernetes,
    /// Tailscale.
    Tailscale,
    /// The policy of a chain: for what no rule decides about.
    Policy,
    /// Nobody's that is known: somebody's own.
    Own,
}

impl RuleOwner {
    /// Whose it is, in a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::DockerUser => "it stands in DOCKER-USER, Docker's chain for rules of one's own",
            Self::DockerIsolation => "it is Docker's, and keeps networks apart",
            Self::DockerUnpublished => "it is Docker's, and keeps out what is not published",
            Self::Docker => "it is Docker's own",
            Self::Podman => "it is Podman's own (netavark)",
            Self::Ufw => "it is ufw's",
            Self::Firewalld => "it is firewalld's",
            Self::Fail2ban => "it is fail2ban's, which bans addresses that failed to log in",
            Self::CrowdSec => "it is CrowdSec's, which bans addresses",
            Self::Libvirt => "it is libvirt's, for virtual machines",
            Self::Kubernetes => "it is Kubernetes', or its network's",
            Self::Tailscale => "it is Tailscale's",
            Self::Policy => "it is the policy of the chain, for what no rule accepts",
            Self::Own => "it is nobody's that netmap knows: somebody's own",
        }
    }

    /// Whether a program would put the rule back that somebody takes away.
    pub fn keeper(self) -> Option<&'static str> {
        match self {
            Self::DockerIsolation | Self::DockerUnpublished | Self::Docker => Some("Docker"),
            Self::Podman => Some("Podman"),
            Self::Ufw => Some("ufw"),
            Self::Firewalld => Some("firewalld"),
            Self::Fail2ban => Some("fail2ban"),
            Self::CrowdSec => Some("CrowdSec"),
            Self::Libvirt => Some("libvirt"),
            Self::Kubernetes => Some("Kubernetes"),
            Self::Tailscale => Some("Tailscale"),
            Self::DockerUser | Self::Policy | Self::Own => None,
        }
    }

    /// Whose a rule in this place is.
    pub fn of(table: &str, chain: &str, text: &str) -> Self {
        let begins = |beginnings: &[&str]| beginnings.iter().any(|b| chain.starts_with(b));
        match table {
            "firewalld" => return Self::Firewalld,
            "netavark" => return Self::Podman,
            "docker-bridges" => return Self::of_docker_bridges(chain),
            "crowdsec" | "crowdsec6" => return Self::CrowdSec,
            "f2b-table" => return Self::Fail2ban,
            "libvirt_network" => return Self::Libvirt,
            _ => {}
        }
        match chain {
            "DOCKER-USER" => Self::DockerUser,
            _ if begins(&["DOCKER-ISOLATION", "DOCKER-INTERNAL"]) => Self::DockerIsolation,
            // What Docker 28 accepts stands before, and its last rules drop the rest.
            "DOCKER" if text.ends_with("-j DROP") => Self::DockerUnpublished,
            _ if chain == "DOCKER" || begins(&["DOCKER-", "DOCKER_"]) => Self::Docker,
            "PREROUTING" if table == "raw" && is_of_docker(text) => Self::DockerUnpublished,
            _ if begins(&["NETAVARK", "CNI-", "nv_"]) => Self::Podman,
            _ if begins(&["ufw-", "ufw6-"]) => Self::Ufw,
            _ if begins(&["f2b-", "fail2ban-"]) => Self::Fail2ban,
            _ if begins(&["CROWDSEC"]) => Self::CrowdSec,
            _ if begins(&["LIBVIRT_"]) => Self::Libvirt,
            _ if begins(&["KUBE-", "cali-", "CILIUM_", "FLANNEL"]) => Self::Kubernetes,
            _ if begins(&["ts-"]) => Self::Tailscale,
            _ if is_of_firewalld(chain) => Self::Firewalld,
            _ => Self::Own,
        }
    }

    fn of_docker_bridges(chain: &str) -> Self {
        match chain {
            _ if chain.contains("prerouting") => Self::DockerUnpublished,
            _ if chain.contains("internal") || chain.contains("isolation") => Self::DockerIsolation,
            _ => Self::Docker,
        }
    }
}

/// `-d 172.18.0.2/32 ! -i br-… -j DROP` in the table raw: what Docker 28 has for
/// each port and container that nobody is to reach directly.
fn is_of_docker(text: &str) -> bool {
    let bridge = |word: &str| word.starts_with("br-") || word == "docker0";
    let mut words = text.split(' ').peekable();
    let mut not_by_bridge = false;
    while let Some(word) = words.next() {
        not_by_bridge |= word == "!"
            && words.next_if_eq(&"-i").is_some()
            && words.peek().is_some_and(|next| bridge(next));
    }
    not_by_bridge && text.contains("-d ") && text.ends_with("-j DROP")
}

/// Chains that firewalld makes where it works by iptables.
fn is_of_firewalld(chain: &str) -> bool {
    const ZONES: [&str; 4] = ["IN_", "FWDI_", "FWDO_", "FWD_"];
    const HOOKS: [&str; 5] = ["INPUT_", "FORWARD_", "OUTPUT_", "PREROUTING_", "POSTROUTING_"];
    const PARTS: [&str; 4] = ["direct", "ZONES", "POLICIES", "IN_ZONES"];
    let of_hook = |hook: &str| {
        let rest = chain.strip_prefix(hook);
        rest.is_some_and(|rest| PARTS.iter().any(|part| rest.starts_with(part)))
    };
    ZONES.iter().any(|zone| chain.starts_with(zone)) || HOOKS.iter().any(|hook| of_hook(hook))
}

/// A rule, or the policy of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FirewallRule {
    /// What shows it.
    pub tool: RuleTool,
    /// Its table.
    pub table: String,
    /// Its chain.
    pub chain: String,
    /// Its number in the chain, from 1; for a policy none.
    pub number: Option<u32>,
    /// What nft knows it by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handle: Option<u64>,
    /// What it says, as one would paste it behind the name of its chain.
    pub text: String,
    /// What becomes of what it fits.
    pub verdict: RuleVerdict,
    /// Whose it is.
    pub owner: RuleOwner,
}

impl FirewallRule {
    /// Whether it is the policy of a chain.
    pub fn is_policy(&self) -> bool {
        self.number.is_none()
    }

    /// `DOCKER-USER`, or `forward in the table inet mine`.
    fn chain_and_table(&self) -> String {
        let (chain, table) = (visible(&self.chain), visible(&self.table));
        match &self.tool {
            RuleTool::Iptables(_) if table == "filter" => chain.into_owned(),
            RuleTool::Iptables(_) => format!("{chain} in the table {table}"),
            RuleTool::Nft(family) => {
                format!("{chain} in the nftables table {} {table}", visible(family))
            }
        }
    }
}

/// The words of a rule as `iptables-save` writes it: in quotes where a word has
/// blanks, with a backslash before a quote. `None` where a quote has no end.
pub fn words(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            '\\' => word.get_or_insert_default().push(letters.next()?),
            ' ' if !quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    (!quoted).then_some(words)
}

/// `rule 7 of DOCKER-USER drops it`.
impl fmt::Display for FirewallRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chain = self.chain_and_table();
        let does = match self.verdict {
            RuleVerdict::Drop => "drops it",
            RuleVerdict::Reject => "rejects it",
            RuleVerdict::Queue => "hands it to a program that does not let it through",
            RuleVerdict::Rewrite => "sends it elsewhere",
        };
        match self.number {
            Some(number) => write!(f, "rule {number} of {chain} {does}"),
            None => write!(f, "the policy of {chain} {does}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_falls_into_the_words_that_it_was_given() {
        let said = r#"-s 10.0.0.0/8 -m comment --comment "no \"db\" \\ here" -j DROP"#;
        let words = words(said).expect("words");
        let expected =
            ["-s", "10.0.0.0/8", "-m", "comment", "--comment", r#"no "db" \ here"#, "-j", "DROP"];
        assert_eq!(words, expected);
        assert_eq!(super::words(r#"-m comment --comment "no end"#), None);
        assert_eq!(super::words(r#"a "" b"#).expect("words"), ["a", "", "b"]);
        assert_eq!(super::words("\\"), None);
    }

    #[test]
    fn a_rule_is_known_by_its_place() {
        let of = |table: &str, chain: &str, text: &str| RuleOwner::of(table, chain, text);
        assert_eq!(of("filter", "DOCKER-USER", "-j DROP"), RuleOwner::DockerUser);
        let isolation = of("filter", "DOCKER-ISOLATION-STAGE-2", "-o br-1 -j DROP");
        assert_eq!(isolation, RuleOwner::DockerIsolation);
        // As Docker 28.5 has it.
        let unpublished = "! -i br-2a8c7f8f7e6d -o br-2a8c7f8f7e6d -j DROP";
        assert_eq!(of("filter", "DOCKER", unpublished), RuleOwner::DockerUnpublished);
        let raw = "-d 172.18.0.2/32 ! -i br-2a8c7f8f7e6d -j DROP";
        assert_eq!(of("raw", "PREROUTING", raw), RuleOwner::DockerUnpublished);
        for own in ["-s 172.18.0.2/32 -j DROP", "-d 172.18.0.2/32 ! -i eth0 -j DROP", "! -i", "!"] {
            assert_eq!(of("raw", "PREROUTING", own), RuleOwner::Own, "{own}");
        }
        assert_eq!(of("filter", "ufw-user-forward", ""), RuleOwner::Ufw);
        assert_eq!(of("firewalld", "filter_FORWARD", ""), RuleOwner::Firewalld);
        assert_eq!(of("filter", "FWDI_public", ""), RuleOwner::Firewalld);
        assert_eq!(of("filter", "f2b-sshd", ""), RuleOwner::Fail2ban);
        assert_eq!(of("netavark", "FORWARD", ""), RuleOwner::Podman);
        assert_eq!(of("filter", "FORWARD", "-j DROP"), RuleOwner::Own);
        assert_eq!(of("filter", "INPUT_mine", ""), RuleOwner::Own);
    }
}
