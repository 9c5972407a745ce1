//! Networks out of which the firewall of the engine's machine lets nothing, and what gives
//! them the rules for that again: what a rule offers and what `why` offers is the same.

use super::case::Case;
use super::steps::{advise, on_host};
use crate::model::{Evidence, NetworkAt, RulesOut, Step};

impl Case<'_> {
    /// Whether the engine of a network is told to make no rules.
    pub fn is_told_no_rules(&self, at: NetworkAt) -> bool {
        self.map.snapshot().engine_of(&self.network(at).node).makes_rules == Some(false)
    }

    /// What was seen of the rules of networks of one engine, for which they do the same.
    pub fn kept_in_by(&self, networks: &[NetworkAt]) -> Option<Evidence> {
        let first = *networks.first()?;
        let (rules, told) = (self.rules_out(first)?, self.is_told_no_rules(first));
        let networks = networks.iter().map(|at| self.network(*at).name.clone()).collect();
        Some(Evidence::KeptIn { networks, rules, told })
    }

    /// Lets out again what is on networks of one engine.
    pub fn let_out(&self, networks: &[NetworkAt]) -> Vec<Step> {
        let Some(first) = networks.first() else { return Vec::new() };
        if self.is_told_no_rules(*first) {
            let told = "the engine is told to make no rules (\"iptables\": false in its daemon.json, or \
                --iptables=false): take that out and restart it; or keep such rules yourself, among \
                those that your firewall loads at each start:";
            let own = networks.iter().flat_map(|at| self.own_rules(*at));
            return [advise(told)].into_iter().chain(own).collect();
        }
        if self.map.snapshot().engine_of(&self.network(*first).node).is_podman() {
            let again = "a firewall was started or reloaded after the containers; let Podman make \
                its rules again:";
            return vec![advise(again), on_host(&["podman", "network", "reload", "--all"])];
        }
        self.rules_again()
    }

    /// Has the engine make its rules again, which somebody has taken away.
    pub fn rules_again(&self) -> Vec<Step> {
        vec![
            advise(
                "a firewall that was started, reloaded or flushed after the engine has taken its rules \
                 away; restart the engine, which makes them again (containers stop meanwhile, unless it \
                 has \"live-restore\", and those without a restart policy are to be started by hand):",
            ),
            on_host(&["systemctl", "restart", "docker"]),
        ]
    }

    /// The rules by which what is on a network gets out.
    fn own_rules(&self, at: NetworkAt) -> Vec<Step> {
        let network = self.network(at);
        let Some(bridge) = network.bridge() else { return Vec::new() };
        let own = network.subnets.iter().filter(|subnet| subnet.subnet.addr().is_ipv4());
        let masquerade = own.map(|subnet| {
            let subnet = subnet.subnet.to_string();
            let source = ["-t", "nat", "-A", "POSTROUTING", "-s", &subnet, "!", "-o", &bridge];
            on_host(&[&["iptables"], &source[..], &["-j", "MASQUERADE"]].concat())
        });
        let mut steps: Vec<Step> = masquerade.collect();
        if self.rules_out(at) == Some(RulesOut::KeptIn) {
            let later = ["-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED"];
            let forward = |side: &str, more: &[&str]| {
                let begin = ["iptables", "-I", "FORWARD", side, &bridge];
                on_host(&[&begin[..], more, &["-j", "ACCEPT"]].concat())
            };
            steps.extend([forward("-i", &[]), forward("-o", &later)]);
        }
        steps
    }
}
