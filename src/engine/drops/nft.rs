//! What `nft -j list ruleset` prints (libnftables-json(5)): the tables that
//! iptables does not show, of all families.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use super::tally::{MOST_RULES, Tally};
use crate::model::{DropCause, FirewallRule, RuleOwner, RuleTool, RuleVerdict};

/// What was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ruleset {
    /// The rules that let nothing through and count, each with its packets.
    pub tallies: Vec<Tally>,
    /// Those that do not count, and policies, which never do here.
    pub uncounted: Vec<FirewallRule>,
    /// How many rules there are in all.
    pub rules: usize,
    /// Objects that could not be understood, or were too many.
    pub unread: usize,
    /// Whether a rule may give what leaves an address of the machine's own.
    pub masquerades: bool,
}

/// What nft prints: one object after the other, by its kind.
#[derive(Deserialize)]
pub struct Document {
    pub nftables: Vec<HashMap<String, Value>>,
}

#[derive(Deserialize)]
pub struct Chain {
    pub family: String,
    pub table: String,
    pub name: String,
    /// Where the kernel enters it by itself.
    pub hook: Option<String>,
    pub policy: Option<String>,
}

#[derive(Deserialize)]
pub struct Rule {
    pub family: String,
    pub table: String,
    pub chain: String,
    pub handle: u64,
    pub expr: Vec<Value>,
}

/// A counter that has a name, which rules refer to.
#[derive(Deserialize)]
struct Counter {
    family: String,
    table: String,
    name: String,
    packets: u64,
}

/// Reads what nft printed, without the tables that `is_known` says are known
/// already, by family and name, and without the rules that say of themselves that
/// they do not fit.
///
/// # Errors
///
/// When it is no such document.
pub fn read(
    text: &str,
    is_known: impl Fn(&str, &str) -> bool,
    may_fit: impl Fn(&[Value]) -> bool,
) -> Result<Ruleset, String> {
    let document: Document =
        serde_json::from_str(text).map_err(|_| "nft printed no list of rules".to_owned())?;
    let mut ruleset = Ruleset::default();
    let (mut chains, mut rules, mut counters) = (Vec::new(), Vec::new(), HashMap::new());
    for (kind, value) in document.nftables.into_iter().flatten() {
        let understood = match kind.as_str() {
            "chain" => serde_json::from_value(value).map(|chain: Chain| chains.push(chain)),
            "rule" if rules.len() < MOST_RULES => {
                serde_json::from_value(value).map(|rule: Rule| rules.push(rule))
            }
            "rule" => {
                ruleset.unread += 1;
                break;
            }
            "counter" => serde_json::from_value(value).map(|counter: Counter| {
                let Counter { family, table, name, packets } = counter;
                counters.insert((family, table, name), packets);
            }),
            _ => Ok(()),
        };
        ruleset.unread += usize::from(understood.is_err());
    }
    chains.retain(|chain| !is_known(&chain.family, &chain.table));
    rules.retain(|rule| !is_known(&rule.family, &rule.table));
    ruleset.rules = rules.len();
    ruleset.uncounted.extend(chains.iter().filter_map(policy));
    let mut numbers: HashMap<(&str, &str, &str), u32> = HashMap::new();
    for rule in &rules {
        let number = numbers.entry((&rule.family, &rule.table, &rule.chain)).or_default();
        *number += 1;
        let masquerades =
            |one: &Value| ["masquerade", "snat"].iter().any(|is| one.get(is).is_some());
        if !ruleset.masquerades && rule.expr.iter().any(masquerades) {
            ruleset.masquerades = may_fit(&rule.expr);
        }
        let verdict = rule.expr.iter().find_map(verdict).filter(|_| may_fit(&rule.expr));
        let Some(verdict) = verdict else { continue };
        let packets = rule.expr.iter().find_map(|expression| match expression.get("counter")? {
            Value::String(name) => {
                let named = (rule.family.clone(), rule.table.clone(), name.clone());
                counters.get(&named).copied()
            }
            counter => counter.get("packets")?.as_u64(),
        });
        let told = FirewallRule {
            tool: RuleTool::Nft(rule.family.clone()),
            table: rule.table.clone(),
            chain: rule.chain.clone(),
            number: Some(*number),
            handle: Some(rule.handle),
            text: String::new(),
            verdict,
            owner: RuleOwner::of(&rule.table, &rule.chain, ""),
        };
        match packets {
            Some(packets) => ruleset.tallies.push(Tally::new(DropCause::Rule(told), packets)),
            None => ruleset.uncounted.push(told),
        }
    }
    Ok(ruleset)
}

fn policy(chain: &Chain) -> Option<FirewallRule> {
    let drops = chain.hook.is_some() && chain.policy.as_deref() == Some("drop");
    drops.then(|| FirewallRule {
        tool: RuleTool::Nft(chain.family.clone()),
        table: chain.table.clone(),
        chain: chain.name.clone(),
        number: None,
        handle: None,
        text: String::new(),
        verdict: RuleVerdict::Drop,
        owner: RuleOwner::Policy,
    })
}

/// What an expression does with a packet, where that lets nothing through.
fn verdict(expression: &Value) -> Option<RuleVerdict> {
    let has = |key: &str| expression.get(key).is_some();
    match () {
        () if has("drop") => Some(RuleVerdict::Drop),
        () if has("reject") => Some(RuleVerdict::Reject),
        () if has("queue") => Some(RuleVerdict::Queue),
        () if has("dnat") || has("redirect") || has("tproxy") => Some(RuleVerdict::Rewrite),
        () => None,
    }
}

/// What a rule says, from what `nft -a list chain` printed: its line ends with
/// its handle.
pub fn text_of(listed: &str, handle: u64) -> Option<String> {
    let end = format!(" # handle {handle}");
    let line = listed.lines().find_map(|line| line.strip_suffix(&end))?;
    Some(without_numbers(line.trim()))
}

/// `counter packets 7 bytes 420 drop` as one would paste it: `counter drop`.
fn without_numbers(text: &str) -> String {
    let mut words = text.split(' ').peekable();
    let mut kept: Vec<&str> = Vec::new();
    while let Some(word) = words.next() {
        kept.push(word);
        for counted in ["packets", "bytes"] {
            if kept.last() == Some(&"counter") && words.next_if_eq(&counted).is_some() {
                words.next();
            }
        }
    }
    kept.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As nft 1.0.6 wrote it, shortened.
    const LISTED: &str = r#"{"nftables": [{"metainfo": {"version": "1.0.6"}},
        {"table": {"family": "bridge", "name": "mine", "handle": 3}},
        {"counter": {"family": "bridge", "table": "mine", "name": "lost", "handle": 9,
            "packets": 5, "bytes": 300}},
        {"chain": {"family": "bridge", "table": "mine", "name": "f", "handle": 1,
            "type": "filter", "hook": "forward", "prio": 0, "policy": "drop"}},
        {"rule": {"family": "bridge", "table": "mine", "chain": "f", "handle": 4, "expr": [
            {"counter": {"packets": 9, "bytes": 60}}, {"accept": null}]}},
        {"rule": {"family": "bridge", "table": "mine", "chain": "f", "handle": 2, "expr": [
            {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}},
                "right": 5432}},
            {"counter": {"packets": 1, "bytes": 60}}, {"drop": null}]}},
        {"rule": {"family": "bridge", "table": "mine", "chain": "f", "handle": 5, "expr": [
            {"counter": "lost"}, {"reject": {"type": "icmp", "expr": "host-unreachable"}}]}},
        {"rule": {"family": "bridge", "table": "mine", "chain": "f", "handle": 6, "expr": [
            {"drop": null}]}},
        {"rule": {"family": "ip", "table": "filter", "chain": "FORWARD", "handle": 7, "expr": [
            {"counter": {"packets": 1, "bytes": 60}}, {"drop": null}]}},
        {"rule": {"family": "ip"}}]}"#;

    #[test]
    fn rules_are_read_with_their_packets_and_known_tables_left_out() {
        let known = |family: &str, table: &str| (family, table) == ("ip", "filter");
        let ruleset = read(LISTED, known, |_| true).expect("a list");
        assert_eq!((ruleset.rules, ruleset.unread), (4, 1));
        let told: Vec<String> = ruleset
            .tallies
            .iter()
            .map(|tally| format!("{} {}", tally.packets, tally.cause))
            .collect();
        let of = "of f in the nftables table bridge mine";
        assert_eq!(told, [format!("1 rule 2 {of} drops it"), format!("5 rule 3 {of} rejects it")]);
        let uncounted: Vec<String> = ruleset.uncounted.iter().map(ToString::to_string).collect();
        assert_eq!(
            uncounted,
            [format!("the policy {of} drops it"), format!("rule 4 {of} drops it")]
        );
        assert_eq!(ruleset.uncounted[1].handle, Some(6));
    }

    #[test]
    fn what_does_not_fit_is_left_out_whether_it_counts_or_not() {
        let others = |says: &[Value]| !says.iter().any(|one| one.get("match").is_some());
        let ruleset = read(LISTED, |_, _| false, others).expect("a list");
        let counted: Vec<u64> = ruleset.tallies.iter().map(|tally| tally.packets).collect();
        assert_eq!((counted, ruleset.uncounted.len()), (vec![5, 1], 2));
    }

    #[test]
    fn what_is_no_list_is_an_error_and_no_empty_list() {
        for text in ["", "null", "[]", r#"{"nftables": 7}"#, r#"{"nftables": [7]}"#] {
            assert!(read(text, |_, _| false, |_| true).is_err(), "{text}");
        }
        let odd = r#"{"nftables": [{"rule": {"handle": -1}}, {"chain": null}, {"new": {}}]}"#;
        assert_eq!(read(odd, |_, _| false, |_| true).expect("a list").unread, 2);
    }

    #[test]
    fn the_text_of_a_rule_is_the_line_with_its_handle() {
        let listed = "table ip x {\n\tchain f { # handle 1\n\t\ttcp dport 12 drop # handle 12\n\
            \t\ttcp dport 5432 counter packets 1 bytes 60 drop # handle 2\n\t}\n}\n";
        let text = text_of(listed, 2).expect("a rule");
        assert_eq!(text, "tcp dport 5432 counter drop");
        assert_eq!(text_of(listed, 3), None);
    }
}
