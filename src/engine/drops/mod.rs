//! What throws packets away in a network namespace, and how many it has thrown
//! away so far: firewalls by the machine's own programs, the rest by what the
//! kernel counts. Everything is only read, and nothing of it lasts.

mod iptables;
mod iptables_fits;
mod kernel;
mod links;
mod nft;
mod nft_fits;
mod nft_walk;
mod packet;
mod programs;
mod queues;
mod routing;
mod tally;

use std::fs::File;
use std::net::IpAddr;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;

use futures_util::future::join_all;

use super::Engine;
use super::namespaces::{Visitor, may_enter};
use super::process::Process;
use crate::model::{
    Container, DropCause, DropSite, Family, FirewallRule, RuleOwner, RuleTool, RuleVerdict,
    RulesOut, visible,
};
use nft_walk::{Fate, Walk};
use programs::{Programs, Variants};
use routing::{Route, has_rules};
use serde_json::Value;

pub use links::{Fault, Links, Plug, fault};
pub use packet::{Packet, Side, Through};
pub use tally::Tally;

/// Bytes read of one of the kernel's tables.
const MOST_OF_A_TABLE: u64 = 4 << 20;

/// What was read in one namespace at one moment.
#[derive(Debug, Default)]
pub struct Reading {
    /// What counts, with how far it had counted.
    pub tallies: Vec<Tally>,
    /// Rules that throw away and do not count.
    pub uncounted: Vec<FirewallRule>,
    /// How many rules there were in all.
    pub rules: usize,
    /// What could not be read, and why.
    pub not_looked: Vec<(String, String)>,
    /// Whether there are or may be rules among that.
    pub lacks_rules: bool,
}

impl Reading {
    /// Notes rules that could not be read.
    fn rules_not_looked(&mut self, what: &str, why: impl Into<String>) {
        self.lacks_rules = true;
        self.not_looked(what, why);
    }

    /// Whether a rule sends what fits elsewhere; nothing where not all could be read.
    pub fn rewrites(&self) -> Option<bool> {
        let rewrites = |rule: &FirewallRule| rule.verdict == RuleVerdict::Rewrite;
        let counted = self.tallies.iter().any(|tally| match &tally.cause {
            DropCause::Rule(rule) => rewrites(rule),
            _ => false,
        });
        let found = counted || self.uncounted.iter().any(rewrites);
        (found || !self.lacks_rules).then_some(found)
    }

    fn not_looked(&mut self, what: &str, why: impl Into<String>) {
        self.not_looked.push((what.to_owned(), why.into()));
    }
}

/// A network namespace in which packets may be thrown away.
#[derive(Debug)]
pub struct DropScene {
    /// Whose it is.
    pub site: DropSite,
    /// Its number, by which two are told apart.
    pub number: u64,
    namespace: Arc<File>,
    process: Process,
}

impl DropScene {
    /// That of an engine's machine.
    ///
    /// # Errors
    ///
    /// Why it cannot be looked into.
    pub async fn of_machine(node: &str, engine: &Engine) -> Result<Self, String> {
        Self::of(DropSite::Machine(node.to_owned()), engine.own_process().await?)
    }

    /// That of a container.
    ///
    /// # Errors
    ///
    /// Why it cannot be looked into.
    pub fn of_container(engine: &Engine, container: &Container) -> Result<Self, String> {
        Self::of(DropSite::Container(container.name.clone()), engine.process(container)?)
    }

    fn of(site: DropSite, process: Process) -> Result<Self, String> {
        let namespace = process.network_namespace()?;
        may_enter(&namespace)?;
        // The rules of a firewall are shown to root alone, whoever may enter.
        if !rustix::process::geteuid().is_root() {
            return Err("only root may read the rules of its firewall".to_owned());
        }
        let number = namespace.metadata().map_err(|error| error.to_string())?.ino();
        Ok(Self { site, number, namespace: Arc::new(namespace), process })
    }

    /// Reads everything that may throw any of these packets away, which are of one family:
    /// some that are sent, and their answers.
    pub async fn read(&self, visitor: &Visitor, packets: &[Packet]) -> Reading {
        let family = packets[0].family;
        let programs = Programs::new(visitor, &self.namespace);
        let variants = self.iptables(family);
        let saved = join_all(variants.names.into_iter().map(|name| async {
            let save = format!("{name}-save");
            (programs.run(&save, &["-c"]).await, name)
        }));
        let (saved, listed, queues, links) = tokio::join!(
            saved,
            programs.run("nft", &["-j", "list", "ruleset"]),
            programs.run("tc", &["-s", "-j", "qdisc", "show"]),
            programs.run("ip", &["-j", "link", "show"]),
        );
        let mut reading = Reading::default();
        if let Some(program) = variants.missing {
            let why = format!("there is no program `{program}`");
            reading.rules_not_looked("the rules of iptables", why);
        }
        let mut known: Vec<String> = Vec::new();
        for (output, name) in saved {
            match output {
                Ok(text) => known.extend(self.saved(&text, &name, packets, &mut reading)),
                Err(why) => reading.rules_not_looked(&format!("the rules of {name}"), why),
            }
        }
        // Those of iptables are nft's as well, by name.
        let of_iptables = match family {
            Family::V4 => "ip",
            Family::V6 => "ip6",
        };
        let other_family = match family {
            Family::V4 => "ip6",
            Family::V6 => "ip",
        };
        let is_known = |family: &str, table: &str| {
            family == other_family
                || family == of_iptables && known.iter().any(|known| known == table)
        };
        let may_fit = |says: &[Value]| packets.iter().any(|packet| nft_fits::may_fit(packet, says));
        let comes_by = |hook: &str| packets.iter().any(|packet| packet.comes_by(hook));
        match listed.and_then(|text| nft::read(&text, is_known, may_fit, comes_by)) {
            Ok(ruleset) => {
                reading.rules += ruleset.rules;
                reading.tallies.extend(ruleset.tallies);
                reading.uncounted = ruleset.uncounted;
                let unread = ruleset.unread;
                if unread > 0 {
                    reading
                        .rules_not_looked("rules of nftables", format!("{unread} make no sense"));
                }
            }
            Err(why) => reading.rules_not_looked("rules of nftables that are not iptables'", why),
        }
        match queues.and_then(|text| queues::read(&text)) {
            Ok(tallies) => reading.tallies.extend(tallies),
            Err(why) => reading.not_looked("queues of interfaces (tc)", why),
        }
        match links.and_then(|text| Links::read(&text)) {
            Ok(interfaces) => {
                for name in interfaces.with_xdp() {
                    let what = format!("what the program of XDP on {} drops", visible(name));
                    reading.not_looked(&what, "it comes before anything that counts");
                }
            }
            Err(why) => reading.not_looked("programs of XDP", why),
        }
        self.add_kernels(family, &mut reading);
        reading
    }

    /// What keeps each of these packets of IPv4 from the world, which are the first of their
    /// connections, as far as the rules tell: nothing where that is not known.
    pub async fn ways_out(&self, visitor: &Visitor, packets: &[Packet]) -> Vec<Option<RulesOut>> {
        let programs = Programs::new(visitor, &self.namespace);
        let variants = self.iptables(Family::V4);
        let mut lacks_rules = variants.missing.is_some();
        let mut known: Vec<String> = Vec::new();
        let mut saved: Vec<(bool, bool)> = vec![(false, false); packets.len()];
        for name in variants.names {
            let Ok(text) = programs.run(&format!("{name}-save"), &["-c"]).await else {
                lacks_rules = true;
                continue;
            };
            let lines = iptables::lines(&text);
            known.extend(text.lines().filter_map(|line| Some(line.strip_prefix('*')?.to_owned())));
            for ((keeps_in, masquerades), packet) in saved.iter_mut().zip(packets) {
                let may_fit = |words: &[String]| iptables_fits::may_fit(packet, words);
                let read = iptables::judged(&lines, &name, may_fit);
                // What made no sense may be what accepts.
                *keeps_in |= read.keeps_in && read.unread == 0;
                *masquerades |= read.masquerades;
                lacks_rules |= read.unread > 0;
            }
        }
        // Those of iptables it shows as well, and not all that they ask for.
        let listed = programs.run("nft", &["-j", "list", "ruleset"]).await;
        if saved.iter().any(|(_, masquerades)| !masquerades) {
            for ((_, masquerades), packet) in saved.iter_mut().zip(packets) {
                let may_fit = |says: &[Value]| nft_fits::may_fit(packet, says);
                let read = listed.as_deref().map_err(|_| String::new());
                let is_known = |family: &str, _: &str| family == "ip6";
                let read = read.and_then(|text| nft::read(text, is_known, may_fit, |_| true));
                *masquerades |= read.as_ref().is_ok_and(|read| read.masquerades);
                lacks_rules |= read.is_ok_and(|read| read.unread > 0);
            }
        }
        // What engines make themselves is no one's who forbids something.
        let is_known = |family: &str, table: &str| {
            let owner = RuleOwner::of(table, "", "");
            matches!(owner, RuleOwner::Docker | RuleOwner::Podman)
                || family == "ip" && known.iter().any(|known| known == table)
        };
        let walk = listed.ok().and_then(|text| Walk::read(&text, is_known));
        lacks_rules |= walk.is_none();
        let walk = walk.unwrap_or_default();
        let told = saved.into_iter().zip(packets).map(async |((keeps_in, masquerades), packet)| {
            if keeps_in {
                return Some(RulesOut::KeptIn);
            }
            let mut fate = walk.fate(packet);
            if fate == Fate::Unsure
                && let Some(interface) = self.interface_out(&programs, packet).await
            {
                fate = walk.fate(&packet.clone().leaving_by(&interface));
            }
            match fate {
                Fate::Lost("firewalld") => Some(RulesOut::Firewalld),
                Fate::Lost(_) => Some(RulesOut::Nftables),
                Fate::Unsure => None,
                Fate::Through if lacks_rules => None,
                Fate::Through if masquerades => Some(RulesOut::Open),
                Fate::Through => Some(RulesOut::NotMasqueraded),
            }
        });
        join_all(told).await
    }

    /// The interface by which the kernel would send a packet on.
    async fn interface_out(&self, programs: &Programs<'_>, packet: &Packet) -> Option<String> {
        let asked = packet.routed()?;
        let words = ["-j", "route", "get"].into_iter().chain(asked.iter().map(String::as_str));
        let text = programs.run("ip", &words.collect::<Vec<_>>()).await.ok()?;
        Some(Route::read(&text)?.interface)
    }

    /// The variants of iptables that there are, without the old one where it has
    /// no table.
    fn iptables(&self, family: Family) -> Variants {
        let (base, tables) = match family {
            Family::V4 => ("iptables", "net/ip_tables_names"),
            Family::V6 => ("ip6tables", "net/ip6_tables_names"),
        };
        let has_old = self.table(tables).is_ok_and(|names| !names.trim().is_empty());
        programs::variants(base, has_old)
    }

    /// Adds what a variant of iptables printed; the names of its tables.
    fn saved(
        &self,
        text: &str,
        name: &str,
        packets: &[Packet],
        reading: &mut Reading,
    ) -> Vec<String> {
        let may_fit =
            |words: &[String]| packets.iter().any(|packet| iptables_fits::may_fit(packet, words));
        let saved = iptables::read(text, name, may_fit);
        reading.rules += saved.rules;
        reading.tallies.extend(saved.tallies);
        if saved.unread > 0 {
            let why = format!("{} make no sense", saved.unread);
            reading.rules_not_looked(&format!("rules of {name}"), why);
        }
        saved.tables
    }

    fn add_kernels(&self, family: Family, reading: &mut Reading) {
        let mut add = |what: &str, path: &str, read: &dyn Fn(&str) -> Vec<Tally>| {
            // Of a kernel that has no such part it is empty.
            match self.table(path) {
                Ok(text) => reading.tallies.extend(read(&text)),
                Err(why) => reading.not_looked(what, why),
            }
        };
        let counters = "the kernel's counters";
        add(counters, "net/netstat", &kernel::counters);
        match family {
            Family::V4 => add(counters, "net/snmp", &kernel::counters),
            Family::V6 => add(counters, "net/snmp6", &kernel::counters_v6),
        }
        let full = |text: &str| kernel::conntrack(text).into_iter().collect();
        add("whether its table of connections is full", "net/stat/nf_conntrack", &full);
        add("what interfaces drop", "net/dev", &kernel::interfaces);
    }

    /// A route to an address that leads nowhere, and else a neighbour that does
    /// not answer.
    pub fn dead_end(&self, to: IpAddr) -> Option<DropCause> {
        let table = |path: &str| self.table(path).unwrap_or_default();
        kernel::dead_route(to, &table("net/fib_trie"), &table("net/ipv6_route"))
            .or_else(|| kernel::no_neighbour(to, &table("net/arp")))
    }

    /// Its interfaces, where they can be read.
    pub async fn links(&self, visitor: &Visitor) -> Option<Links> {
        let programs = Programs::new(visitor, &self.namespace);
        Links::read(&programs.run("ip", &["-j", "link", "show"]).await.ok()?).ok()
    }

    /// Whether somebody has made rules of routing on an engine's machine. What stands before
    /// an engine may be on another one.
    pub async fn has_rules_of_routing(&self, visitor: &Visitor) -> bool {
        if !self.process.is_engine() {
            return false;
        }
        let programs = Programs::new(visitor, &self.namespace);
        let rules = async |family| programs.run("ip", &["-j", family, "rule"]).await;
        let (v4, v6) = tokio::join!(rules("-4"), rules("-6"));
        [v4, v6].iter().flatten().any(|text| has_rules(text))
    }

    /// Where there are rules of routing: where one leads what goes from a client to an address away from where it
    /// belongs, or what answers it: nothing where there is none, or that cannot be told. `bridge`
    /// is the interface by which the client's packets come in.
    ///
    /// That they leave by another interface on the way to the world is nobody's mistake. What
    /// answers from an address of the machine must leave by the client's bridge.
    pub async fn misrouted(
        &self,
        visitor: &Visitor,
        client: IpAddr,
        bridge: Option<&str>,
        to: IpAddr,
    ) -> Option<DropCause> {
        let programs = Programs::new(visitor, &self.namespace);
        let (asker, asked) = (client.to_string(), to.to_string());
        // It fails where the kernel has no way; what did not come to an end tells nothing.
        let get = async |words: &[&str]| {
            let words = [&["-j", "route", "get"], words].concat();
            programs.end_of("ip", &words).await.ok()
        };
        let there = Route::read(&get(&[&asked]).await?.ok()?)?;
        if there.is_local() {
            // Where the bridge is not known by name it is what leads there without a sender.
            let usual = match bridge {
                Some(bridge) => bridge.to_owned(),
                None => Route::read(&get(&[&asker]).await?.ok()?)?.interface,
            };
            let taken = match get(&[&asker, "from", &asked]).await? {
                Ok(taken) => Some(Route::read(&taken)?.interface),
                Err(_) => None,
            };
            let is_lost = taken.as_ref() != Some(&usual);
            let lost = DropCause::Misrouted { from: to, to: client, interface: taken };
            return is_lost.then_some(lost);
        }
        // What stays on its bridge is not routed.
        let bridge = bridge.filter(|bridge| *bridge != there.interface)?;
        let forwarded = get(&[&asked, "from", &asker, "iif", bridge]).await?;
        forwarded.is_err().then_some(DropCause::Misrouted { from: client, to, interface: None })
    }

    fn table(&self, path: &str) -> Result<String, String> {
        self.process.table(path, MOST_OF_A_TABLE).map_err(|error| error.to_string())
    }

    /// The same rule with what it says, which nft tells apart from the rest.
    pub async fn told(&self, visitor: &Visitor, mut rule: FirewallRule) -> FirewallRule {
        let (RuleTool::Nft(family), Some(handle)) = (&rule.tool, rule.handle) else { return rule };
        let command = ["-a", "list", "chain", family, &rule.table, &rule.chain];
        let listed = Programs::new(visitor, &self.namespace).run("nft", &command).await;
        let text = listed.ok().and_then(|listed| nft::text_of(&listed, handle));
        rule.text = text.unwrap_or_default();
        rule
    }
}

/// What would be read if this were what each of the programs printed, and what
/// the kernel has.
#[cfg(any(test, fuzzing))]
pub fn read_by_chance(text: &str) -> Vec<DropCause> {
    let mut tallies = iptables::read(text, "iptables", |_| true).tallies;
    let ruleset = nft::read(text, |_, _| false, |_| true, |_| true).unwrap_or_default();
    tallies.extend(ruleset.tallies);
    tallies.extend(queues::read(text).unwrap_or_default());
    let _links = Links::read(text);
    tallies.extend(kernel::counters(text));
    tallies.extend(kernel::counters_v6(text));
    tallies.extend(kernel::interfaces(text));
    tallies.extend(kernel::conntrack(text));
    let to = IpAddr::from([10, 0, 0, 2]);
    let dead = [kernel::dead_route(to, text, text), kernel::no_neighbour(to, text)];
    let listed = nft::text_of(text, 2);
    let mut causes: Vec<DropCause> = tallies.into_iter().map(|tally| tally.cause).collect();
    causes.extend(dead.into_iter().flatten());
    causes.extend(ruleset.uncounted.into_iter().map(|mut rule| {
        rule.text = listed.clone().unwrap_or_default();
        DropCause::Rule(rule)
    }));
    causes
}

/// What fits in the order in which it tells most: what drops by intent, before
/// where packets may be lost as well.
pub fn rank(cause: &DropCause) -> u8 {
    match cause {
        DropCause::Rule(FirewallRule { verdict: RuleVerdict::Rewrite, .. }) => 4,
        DropCause::Rule(_) => 0,
        DropCause::Route { .. }
        | DropCause::Misrouted { .. }
        | DropCause::Down { .. }
        | DropCause::Unplugged { .. }
        | DropCause::NoBridge { .. } => 1,
        DropCause::ReversePath
        | DropCause::NotForwarded
        | DropCause::ConntrackFull
        | DropCause::ListenQueueFull
        | DropCause::Checksum => 2,
        DropCause::Queue { .. } => 3,
        DropCause::NoRoute | DropCause::NoNeighbour { .. } | DropCause::Interface { .. } => 5,
    }
}
