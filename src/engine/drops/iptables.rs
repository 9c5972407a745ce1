//! What `iptables-save -c` prints, and its like for IPv6 and of the older kind.
//!
//! A container that may administer its network writes what is read in its
//! namespace: nothing is taken for granted of it.

use std::borrow::Borrow;
use std::collections::{HashMap, HashSet};

use super::iptables_fits::is_target;
use super::tally::{MOST_RULES, Tally};
use crate::model::{DropCause, FirewallRule, RuleOwner, RuleTool, RuleVerdict, words_of_rule};

/// Characters of the longest rule that is shown.
const LONGEST: usize = 1024;

/// What was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// The rules and policies that let nothing through, each with its packets.
    pub tallies: Vec<Tally>,
    /// The tables that it had.
    pub tables: Vec<String>,
    /// How many rules there are in all.
    pub rules: usize,
    /// Lines that could not be understood, or were too many.
    pub unread: usize,
    /// Whether a rule gives what leaves by it an address of the machine's own.
    pub masquerades: bool,
    /// Whether nothing accepts what comes through, and the end of `FORWARD` throws it away.
    pub keeps_in: bool,
}

/// Reads what `program` printed, such as `iptables`. Of what lets nothing through only
/// those are kept to which packets may come whose like `may_fit` knows by a rule's words.
pub fn read(text: &str, program: &str, may_fit: impl Fn(&[String]) -> bool) -> Saved {
    judged(text.lines().map(Line::of), program, may_fit)
}

/// The lines of what one printed, to be read for several packets.
pub fn lines(text: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut rules = 0;
    for line in text.lines().map(Line::of) {
        rules += usize::from(matches!(line, Line::Rule(_)));
        lines.push(line);
        // As many as are read.
        if rules == MOST_RULES {
            break;
        }
    }
    lines
}

/// Like [`read`], of the lines.
pub fn judged<'t>(
    lines: impl IntoIterator<Item = impl Borrow<Line<'t>>>,
    program: &str,
    may_fit: impl Fn(&[String]) -> bool,
) -> Saved {
    let mut saved = Saved::default();
    let mut table = Table::default();
    for line in lines {
        match line.borrow() {
            Line::Nothing => {}
            Line::Table(name) => {
                saved.add(std::mem::take(&mut table));
                table.name = name;
                saved.tables.push(table.name.to_owned());
            }
            Line::Chain { name, policy, packets } => {
                table.add_chain(name, policy, *packets, program);
            }
            Line::Rule(rule) => {
                table.add_rule(rule, program, &may_fit);
                saved.rules += 1;
            }
            Line::Unread => saved.unread += 1,
        }
        if saved.rules >= MOST_RULES {
            saved.unread += 1;
            break;
        }
    }
    saved.add(table);
    saved
}

/// A line of what one printed.
pub enum Line<'t> {
    /// None of interest.
    Nothing,
    /// The next table: `*filter`.
    Table(&'t str),
    /// A chain: `:FORWARD DROP [3:180]`.
    Chain {
        /// Its name.
        name: &'t str,
        /// What becomes of what no rule decides about.
        policy: &'t str,
        /// Packets of which it has.
        packets: u64,
    },
    /// A rule.
    Rule(RuleLine<'t>),
    /// One that makes no sense.
    Unread,
}

/// The line of a rule: `[7:420] -A FORWARD -s 10.0.0.3/32 -j DROP`.
pub struct RuleLine<'t> {
    packets: u64,
    chain: &'t str,
    text: &'t str,
    words: Vec<String>,
}

impl<'t> Line<'t> {
    fn of(line: &'t str) -> Self {
        match line.as_bytes().first() {
            None | Some(b'#') => Self::Nothing,
            Some(b'*') => Self::Table(&line[1..]),
            Some(_) if line == "COMMIT" => Self::Nothing,
            Some(b':') => Self::chain(line).unwrap_or(Self::Unread),
            Some(_) => Self::rule(line).unwrap_or(Self::Unread),
        }
    }

    fn chain(line: &'t str) -> Option<Self> {
        let (rest, counters) = line.strip_prefix(':')?.rsplit_once(' ')?;
        let (name, policy) = rest.rsplit_once(' ')?;
        Some(Self::Chain { name, policy, packets: packets(counters)? })
    }

    fn rule(line: &'t str) -> Option<Self> {
        let (counters, rest) = line.split_once(' ')?;
        let packets = packets(counters)?;
        let (chain, text) = rest.strip_prefix("-A ")?.split_once(' ').unwrap_or((&rest[3..], ""));
        Some(Self::Rule(RuleLine { packets, chain, text, words: words_of_rule(text)? }))
    }
}

impl Saved {
    fn add(&mut self, table: Table) {
        self.masquerades |= table.leads_to("POSTROUTING", &MASQUERADING);
        let is_kept = table.keeps && table.name == "filter";
        self.keeps_in |= is_kept && !table.leads_to(FORWARD, &["ACCEPT"]);
        self.tallies.extend(table.reached());
    }
}

/// The chain of what comes through the machine.
const FORWARD: &str = "FORWARD";

/// What gives packets an address of the machine's own.
const MASQUERADING: [&str; 2] = ["MASQUERADE", "SNAT"];

/// A table that is being read.
#[derive(Default)]
struct Table<'t> {
    name: &'t str,
    /// How many rules each chain has so far.
    numbers: HashMap<&'t str, u32>,
    /// The chains that packets come to only where a rule of another sends them.
    inner: HashSet<&'t str>,
    /// Where those rules send them that may fit, by chain.
    jumps: HashMap<&'t str, Vec<&'t str>>,
    /// What lets nothing through, by chain.
    tallies: Vec<(&'t str, Tally)>,
    /// What else becomes at last of the first packet of a connection, by chain.
    ends: Vec<(&'t str, &'static str)>,
    /// Whether `FORWARD` throws away what no rule before has decided about.
    keeps: bool,
}

impl<'t> Table<'t> {
    fn add_chain(&mut self, chain: &'t str, policy: &str, packets: u64, program: &str) {
        match policy {
            "-" => drop(self.inner.insert(chain)),
            "DROP" => {
                let rule = self.rule(program, chain, None, "", RuleVerdict::Drop);
                self.tallies.push((chain, Tally::new(DropCause::Rule(rule), packets)));
                self.keeps |= chain == FORWARD;
            }
            _ => {}
        }
    }

    fn add_rule(
        &mut self,
        line: &RuleLine<'t>,
        program: &str,
        may_fit: impl Fn(&[String]) -> bool,
    ) {
        let RuleLine { packets, chain, text, words } = line;
        let number = self.numbers.entry(chain).or_default();
        *number += 1;
        let number = Some(*number);
        let Some(target) = target(words).filter(|_| may_fit(words)) else { return };
        if let Some(verdict) = verdict(target) {
            let text = if text.len() <= LONGEST { text } else { "" };
            let rule = self.rule(program, chain, number, text, verdict);
            self.tallies.push((chain, Tally::new(DropCause::Rule(rule), *packets)));
            let is_for_all = is_target(&words[0]) && verdict != RuleVerdict::Queue;
            self.keeps |= *chain == FORWARD && is_for_all;
        } else if let Some(end) = ["ACCEPT"].iter().chain(&MASQUERADING).find(|end| **end == target)
        {
            if !is_for_later(words) {
                self.ends.push((chain, end));
            }
        } else if let Some(inner) = self.inner.get(target) {
            self.jumps.entry(chain).or_default().push(inner);
        }
    }

    fn rule(
        &self,
        program: &str,
        chain: &str,
        number: Option<u32>,
        text: &str,
        verdict: RuleVerdict,
    ) -> FirewallRule {
        FirewallRule {
            tool: RuleTool::Iptables(program.to_owned()),
            table: self.name.to_owned(),
            chain: chain.to_owned(),
            number,
            handle: None,
            text: text.to_owned(),
            verdict,
            owner: match number {
                Some(_) => RuleOwner::of(self.name, chain, text),
                None => RuleOwner::Policy,
            },
        }
    }

    /// The chains that packets may come to from some chains.
    fn reached_from(&self, mut new: Vec<&'t str>) -> HashSet<&'t str> {
        let mut reached: HashSet<&str> = HashSet::new();
        while let Some(chain) = new.pop() {
            let next = self.jumps.get(chain).into_iter().flatten().copied();
            new.extend(next.filter(|next| reached.insert(next)));
        }
        reached
    }

    /// Whether packets may come from a chain to one of these ends.
    fn leads_to(&self, from: &'static str, ends: &[&str]) -> bool {
        let reached = self.reached_from(vec![from]);
        let may_come = |chain: &str| chain == from || reached.contains(chain);
        self.ends.iter().any(|(chain, end)| ends.contains(end) && may_come(chain))
    }

    /// What lets nothing through in chains that packets may come to.
    fn reached(self) -> impl Iterator<Item = Tally> {
        let outer = self.jumps.keys().filter(|chain| !self.inner.contains(*chain)).copied();
        let reached = self.reached_from(outer.collect());
        let Self { inner, tallies, .. } = self;
        let may_come = move |chain: &str| !inner.contains(chain) || reached.contains(chain);
        tallies.into_iter().filter(move |(chain, _)| may_come(chain)).map(|(_, tally)| tally)
    }
}

/// Whether a rule asks for packets of connections that are there already.
fn is_for_later(words: &[String]) -> bool {
    let is_state = |word: &String| word == "--ctstate" || word == "--state";
    let states = words.iter().position(is_state).and_then(|at| words.get(at + 1));
    states.is_some_and(|states| !states.split(',').any(|state| state == "NEW"))
}

/// The packets in `[7:420]`.
fn packets(counters: &str) -> Option<u64> {
    let (packets, bytes) = counters.strip_prefix('[')?.strip_suffix(']')?.split_once(':')?;
    bytes.parse::<u64>().ok()?;
    packets.parse().ok()
}

/// What a rule does with what it fits, or the chain that it sends it to.
fn target(words: &[String]) -> Option<&str> {
    let at = words.iter().rposition(|word| is_target(word))?;
    words.get(at + 1).map(String::as_str)
}

/// That, where it lets nothing through.
fn verdict(target: &str) -> Option<RuleVerdict> {
    match target {
        "DROP" | "STEAL" | "TARPIT" => Some(RuleVerdict::Drop),
        "REJECT" => Some(RuleVerdict::Reject),
        "NFQUEUE" | "QUEUE" => Some(RuleVerdict::Queue),
        "DNAT" | "REDIRECT" | "NETMAP" | "TPROXY" => Some(RuleVerdict::Rewrite),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As iptables 1.8.9 wrote it on Docker 20.10, shortened.
    const SAVED: &str = r#"# Generated by iptables-save v1.8.9 (nf_tables) on Sat Nov 28 09:03:00 2026
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [3:180]
:DOCKER-USER - [0:0]
[1:60] -A FORWARD -j DOCKER-USER
[0:0] -A FORWARD -i docker0 -o docker0 -j ACCEPT
[0:0] -A DOCKER-USER -m comment --comment "-j DROP" -j RETURN
[7:420] -A DOCKER-USER -s 10.77.1.0/24 -p tcp -m tcp --dport 5432 -j REJECT --reject-with tcp-reset
[2:120] -A DOCKER-USER
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
[4:240] -A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.9:80
COMMIT
"#;

    #[test]
    fn what_lets_nothing_through_is_read_with_its_number_and_its_packets() {
        let saved = read(SAVED, "iptables", |_| true);
        assert_eq!((saved.rules, saved.unread), (6, 0));
        assert_eq!(saved.tables, ["filter", "nat"]);
        let told: Vec<String> = saved
            .tallies
            .iter()
            .map(|tally| format!("{} {}", tally.packets, tally.cause))
            .collect();
        let expected = [
            "3 the policy of FORWARD drops it",
            "7 rule 2 of DOCKER-USER rejects it",
            "4 rule 1 of PREROUTING in the table nat sends it elsewhere",
        ];
        assert_eq!(told, expected);
        let DropCause::Rule(rule) = &saved.tallies[1].cause else { panic!("a rule") };
        let text = "-s 10.77.1.0/24 -p tcp -m tcp --dport 5432 -j REJECT --reject-with tcp-reset";
        assert_eq!(rule.text, text);
    }

    /// Its counter may have moved by what somebody else sent: it does not fit, or no rule
    /// that fits sends packets to its chain.
    #[test]
    fn what_others_alone_can_come_to_is_left_out() {
        let text = "*filter\n:FORWARD ACCEPT [0:0]\n:MINE - [0:0]\n:OTHERS - [0:0]\n\
            :DEEP - [0:0]\n:LOOP - [0:0]\n\
            [7:420] -A FORWARD -s 10.0.0.9/32 -j OTHERS\n[7:420] -A FORWARD -j MINE\n\
            [7:420] -A FORWARD -s 10.0.0.9/32 -j DROP\n[7:420] -A MINE -g DEEP\n\
            [7:420] -A OTHERS -j DROP\n[7:420] -A OTHERS -j LOOP\n[7:420] -A LOOP -j OTHERS\n\
            [7:420] -A DEEP -d 10.0.0.2/31 -p tcp -m multiport --dports 80,5400:5500 -j DROP\n";
        let says = |words: &[String]| !words.iter().any(|word| word == "10.0.0.9/32");
        let saved = read(text, "iptables", says);
        let told: Vec<String> = saved.tallies.iter().map(|tally| tally.cause.to_string()).collect();
        assert_eq!((told, saved.rules), (vec!["rule 1 of DEEP drops it".to_owned()], 8));
    }

    /// Of Docker 20.10, and what is left of it by `iptables -F` and `iptables -t nat -F`.
    #[test]
    fn what_leads_out_is_seen_and_that_nothing_does() {
        let filter = "*filter\n:FORWARD DROP [0:0]\n:DOCKER-USER - [0:0]\n";
        let own = "[0:0] -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n";
        let lets =
            "[0:0] -A FORWARD -j DOCKER-USER\n[0:0] -A FORWARD -i br-1 ! -o br-1 -j ACCEPT\n";
        let nat = "COMMIT\n*nat\n:POSTROUTING ACCEPT [0:0]\n:MINE - [0:0]\n";
        let gives = "[0:0] -A POSTROUTING -s 10.0.0.0/24 ! -o br-1 -j MASQUERADE\n";
        let out = |parts: &[&str]| {
            let saved = read(&parts.concat(), "iptables", |_| true);
            (saved.keeps_in, saved.masquerades)
        };
        assert_eq!(out(&[filter, own, lets, nat, gives]), (false, true));
        assert_eq!(out(&[filter, own, nat]), (true, false));
        let accepting = &filter.replace("DROP", "ACCEPT");
        assert_eq!(out(&[accepting, nat]), (false, false));
        // As RHEL's iptables.service has it, before and behind what lets through.
        let end = "[0:0] -A FORWARD -j REJECT --reject-with icmp-host-prohibited\n";
        assert_eq!(out(&[accepting, end, nat]), (true, false));
        assert_eq!(out(&[accepting, lets, end]), (false, false));
        // In a chain of somebody's own, where a rule leads there.
        let inner = gives.replace("POSTROUTING", "MINE");
        assert_eq!(out(&[filter, lets, nat, &inner]), (false, false));
        let jump = "[0:0] -A POSTROUTING -s 10.0.0.0/8 -j MINE\n";
        assert_eq!(out(&[filter, lets, nat, &inner, jump]), (false, true));
    }

    #[test]
    fn what_is_no_rule_is_counted_and_never_taken_for_one() {
        for line in [
            "[7:420] -A",
            "[7:420] -D FORWARD -j DROP",
            "[7] -A FORWARD -j DROP",
            "[-7:1] -A FORWARD -j DROP",
            "[7:420] -A FORWARD -m comment --comment \"no end -j DROP",
            ":FORWARD DROP",
            "-A FORWARD -j DROP",
            "[99999999999999999999:1] -A FORWARD -j DROP",
        ] {
            let saved = read(&format!("*filter\n{line}\n"), "iptables", |_| true);
            assert_eq!((saved.tallies.len(), saved.rules), (0, 0), "{line}");
            assert_eq!(saved.unread, 1, "{line}");
        }
    }

    #[test]
    fn no_more_is_read_than_a_firewall_has() {
        let flood = "[1:1] -A F -j DROP\n".repeat(MOST_RULES + 10);
        let saved = read(&format!("*filter\n{flood}"), "iptables", |_| true);
        assert_eq!((saved.rules, saved.unread), (MOST_RULES, 1));
    }
}
