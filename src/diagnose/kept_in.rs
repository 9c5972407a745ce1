//! Networks out of which the firewall of the engine's machine lets nothing, and what gives
//! them the rules for that again: what a rule offers and what `why` offers is the same.

use std::net::IpAddr;

use super::case::Case;
use super::names::Meaning;
use super::steps::{advise, on_host};
use super::wanted::Edge;
use crate::model::words::few;
use crate::model::{ContainerAt, Evidence, NetworkAt, RulesOut, Step, TroubleKind};

impl<'a> Case<'a> {
    /// What a container dials in the world and can never reach, where its log complains of a
    /// connection and does not say of which; with the network that nothing gets out of.
    pub fn kept_in_vaguely(&self, at: ContainerAt) -> Option<(NetworkAt, Vec<&Edge<'a>>)> {
        let network = self.kept_in(at)?;
        let trouble = self.trouble_that_goes_on(at)?;
        let is_lost = matches!(
            trouble.kind,
            TroubleKind::NoAnswer | TroubleKind::Unreachable | TroubleKind::NameNotFound
        );
        let mut outside = self.suspects(at);
        // Of IPv6 the rules were not read.
        let is_v4 = |edge: &Edge| !edge.host.parse::<IpAddr>().is_ok_and(|host| host.is_ipv6());
        outside.retain(|edge| is_lost && edge.target == Meaning::Outside && is_v4(edge));
        (!outside.is_empty()).then_some((network, outside))
    }

    /// Whether the engine of a network is told to make no rules.
    pub fn is_told_no_rules(&self, at: NetworkAt) -> bool {
        self.map.snapshot().engine_of(&self.network(at).node).makes_rules == Some(false)
    }

    /// What was seen of the rules of networks of one engine, for which they do the same.
    pub fn kept_in_by(&self, networks: &[NetworkAt]) -> Option<Evidence> {
        let first = *networks.first()?;
        let rules = self.rules_out(first)?;
        let told = rules.lacks_engines() && self.is_told_no_rules(first);
        let networks = networks.iter().map(|at| self.network(*at).name.clone()).collect();
        Some(Evidence::KeptIn { networks, rules, told })
    }

    /// Lets out again what is on networks of one engine.
    pub fn let_out(&self, networks: &[NetworkAt]) -> Vec<Step> {
        let Some(first) = networks.first() else { return Vec::new() };
        match self.rules_out(*first) {
            Some(RulesOut::Firewalld) => return self.put_into_zone(networks),
            Some(RulesOut::Nftables) => return self.let_through(networks),
            _ => {}
        }
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

    /// Has firewalld forward what comes from networks.
    fn put_into_zone(&self, networks: &[NetworkAt]) -> Vec<Step> {
        let mut steps = vec![advise(
            "let firewalld forward what comes from there, at once and after each of its starts:",
        )];
        let mut put = |zone: &str, option: &str, thing: &str| {
            let words = ["--zone", zone, option, thing];
            steps.push(on_host(&[&["firewall-cmd"], &words[..]].concat()));
            steps.push(on_host(&[&["firewall-cmd", "--permanent"], &words[..]].concat()));
        };
        let first = networks.first().map(|at| self.network(*at).node.as_str());
        if self.map.snapshot().engine_of(first.unwrap_or_default()).is_podman() {
            let subnets = networks.iter().flat_map(|at| &self.network(*at).subnets);
            for subnet in subnets.filter(|subnet| subnet.subnet.addr().is_ipv4()) {
                put("trusted", "--add-source", &subnet.subnet.to_string());
            }
            return steps;
        }
        for bridge in networks.iter().filter_map(|at| self.network(*at).bridge()) {
            put("docker", "--change-interface", &bridge);
        }
        steps.push(advise(
            "if it knows no zone `docker`, the engine was started before it, and makes the zone at \
             its next start: sudo systemctl restart docker",
        ));
        steps
    }

    /// Shows the rules that keep a network in.
    pub fn show_rules(&self, network: NetworkAt) -> Step {
        match self.rules_out(network) {
            Some(RulesOut::Firewalld) => on_host(&["nft", "list", "table", "inet", "firewalld"]),
            Some(RulesOut::Nftables) => on_host(&["nft", "list", "ruleset"]),
            _ => on_host(&["iptables-save"]),
        }
    }

    /// Shows the rules of nftables that keep networks in.
    fn let_through(&self, networks: &[NetworkAt]) -> Vec<Step> {
        let whence = |at: &NetworkAt| {
            let network = self.network(*at);
            network.bridge().unwrap_or_else(|| network.name.clone())
        };
        let whence: Vec<String> = networks.iter().map(whence).collect();
        vec![
            advise(
                "see the chains that forward (hook forward), and what each of them drops or rejects:",
            ),
            on_host(&["nft", "list", "ruleset"]),
            advise(format!(
                "unless that is meant, accept there what comes from {}, before it is dropped",
                few(&whence)
            )),
        ]
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
