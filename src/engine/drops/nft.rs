//! What `nft -j list ruleset` prints (libnftables-json(5)): the tables that
//! iptables does not show, of all families.

use std::collections::{HashMap, HashSet};

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

/// A map that has a name, which may lead to chains.
#[derive(Deserialize)]
struct NamedMap {
    family: String,
    table: String,
    #[serde(default)]
    elem: Value,
}

/// Reads what nft printed, without the tables that `is_known` says are known
/// already, by family and name, and without the rules that say of themselves that
/// they do not fit. Of what does not count nothing is kept that stands where no packet comes
/// by, which `comes_by` knows of the kernel's hooks.
///
/// # Errors
///
/// When it is no such document.
pub fn read(
    text: &str,
    is_known: impl Fn(&str, &str) -> bool,
    may_fit: impl Fn(&[Value]) -> bool,
    comes_by: impl Fn(&str) -> bool,
) -> Result<Ruleset, String> {
    let document: Document =
        serde_json::from_str(text).map_err(|_| "nft printed no list of rules".to_owned())?;
    let mut ruleset = Ruleset::default();
    let (mut chains, mut rules, mut maps) = (Vec::new(), Vec::new(), Vec::new());
    let mut counters = HashMap::new();
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
            "map" => serde_json::from_value(value).map(|map: NamedMap| maps.push(map)),
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
    // What a bridge hands to the machine comes by others of its hooks than of IP's.
    let is_passed = |chain: &Chain| {
        let sees_ip = matches!(&*chain.family, "inet" | "ip" | "ip6");
        !sees_ip || chain.hook.as_deref().is_none_or(&comes_by)
    };
    ruleset.uncounted.extend(chains.iter().filter(|chain| is_passed(chain)).filter_map(policy));
    let reached = reached(&chains, &rules, &maps, is_passed);
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
            None if reached.contains(&place(&rule.family, &rule.table, &rule.chain)) => {
                ruleset.uncounted.push(told);
            }
            None => {}
        }
    }
    Ok(ruleset)
}

/// A chain, by family, table and name.
type Place<'a> = [&'a str; 3];

fn place<'a>(family: &'a str, table: &'a str, chain: &'a str) -> Place<'a> {
    [family, table, chain]
}

/// The chains that packets may come to: those that the kernel enters, where it does so with
/// them, and those that rules of these lead to. A map with a name is taken to be used.
fn reached<'a>(
    chains: &'a [Chain],
    rules: &'a [Rule],
    maps: &'a [NamedMap],
    is_passed: impl Fn(&Chain) -> bool,
) -> HashSet<Place<'a>> {
    let mut led: HashMap<Place, Vec<&str>> = HashMap::new();
    for rule in rules {
        let targets = led.entry(place(&rule.family, &rule.table, &rule.chain)).or_default();
        rule.expr.iter().for_each(|expression| add_targets(expression, targets));
    }
    let entered = chains.iter().filter(|chain| chain.hook.is_some() && is_passed(chain));
    let mut open: Vec<Place> =
        entered.map(|chain| place(&chain.family, &chain.table, &chain.name)).collect();
    for map in maps {
        let mut targets = Vec::new();
        add_targets(&map.elem, &mut targets);
        open.extend(targets.into_iter().map(|chain| place(&map.family, &map.table, chain)));
    }
    let mut reached = HashSet::new();
    while let Some(at) = open.pop() {
        if reached.insert(at) {
            let [family, table, _] = at;
            let targets = led.get(&at).into_iter().flatten();
            open.extend(targets.map(|chain| place(family, table, chain)));
        }
    }
    reached
}

/// Adds the chains that a rule may lead to.
fn add_targets<'a>(value: &'a Value, targets: &mut Vec<&'a str>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                match value.get("target").and_then(Value::as_str) {
                    Some(chain) if matches!(&**key, "jump" | "goto") => targets.push(chain),
                    _ => add_targets(value, targets),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| add_targets(value, targets)),
        _ => {}
    }
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
    use serde_json::json;

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
        let ruleset = read(LISTED, known, |_| true, |_| true).expect("a list");
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
        let ruleset = read(LISTED, |_, _| false, others, |_| true).expect("a list");
        let counted: Vec<u64> = ruleset.tallies.iter().map(|tally| tally.packets).collect();
        assert_eq!((counted, ruleset.uncounted.len()), (vec![5, 1], 2));
    }

    /// As nft 1.0.6 wrote it, shortened: chains at two hooks, one behind a map and one that
    /// nothing leads to.
    #[test]
    fn of_what_does_not_count_only_that_is_suspected_where_packets_come_by() {
        let chain = |name: &str, hook: Option<&str>, policy: &str| {
            json!({"chain": {"family": "inet", "table": "t", "name": name, "handle": 1,
                "hook": hook, "policy": policy}})
        };
        let rule = |chain: &str, handle: u64, expr: Value| {
            json!({"rule": {"family": "inet", "table": "t", "chain": chain, "handle": handle,
                "expr": expr}})
        };
        let listed = json!({"nftables": [
            chain("in", Some("input"), "drop"),
            chain("fwd", Some("forward"), "drop"),
            chain("for-in", None, "accept"),
            chain("for-both", None, "accept"),
            chain("by-map", None, "accept"),
            chain("by-name", None, "accept"),
            chain("nowhere", None, "accept"),
            {"map": {"family": "inet", "name": "m", "table": "t", "type": "ifname", "handle": 3,
                "map": "verdict", "elem": [["eth0", {"jump": {"target": "by-name"}}]]}},
            {"map": {"family": "inet", "name": "ports", "table": "t", "type": "inet_service",
                "handle": 4, "map": "mark"}},
            rule("in", 2, json!([{"jump": {"target": "for-in"}}])),
            rule("in", 3, json!([{"goto": {"target": "for-both"}}])),
            rule("fwd", 4, json!([{"vmap": {"key": {"meta": {"key": "iifname"}},
                "data": {"set": [["eth1", {"goto": {"target": "by-map"}}]]}}}])),
            rule("fwd", 5, json!([{"vmap": {"key": {"meta": {"key": "oifname"}}, "data": "@m"}}])),
            rule("by-map", 6, json!([{"jump": {"target": "for-both"}}, {"drop": null}])),
            rule("for-in", 7, json!([{"drop": null}])),
            rule("for-both", 8, json!([{"drop": null}])),
            rule("by-name", 9, json!([{"drop": null}])),
            rule("nowhere", 10, json!([{"drop": null}])),
        ]})
        .to_string();
        let suspects = |left_out: &str| {
            let ruleset = read(&listed, |_, _| false, |_| true, |hook| hook != left_out);
            let ruleset = ruleset.expect("a list");
            assert_eq!(ruleset.unread, 0);
            let mut chains: Vec<String> =
                ruleset.uncounted.into_iter().map(|rule| rule.chain).collect();
            chains.sort();
            chains.join(" ")
        };
        assert_eq!(suspects(""), "by-map by-name for-both for-in fwd in");
        assert_eq!(suspects("input"), "by-map by-name for-both fwd");
        assert_eq!(suspects("forward"), "by-name for-both for-in in");
    }

    #[test]
    fn what_is_no_list_is_an_error_and_no_empty_list() {
        for text in ["", "null", "[]", r#"{"nftables": 7}"#, r#"{"nftables": [7]}"#] {
            assert!(read(text, |_, _| false, |_| true, |_| true).is_err(), "{text}");
        }
        let odd = r#"{"nftables": [{"rule": {"handle": -1}}, {"chain": null}, {"new": {}}]}"#;
        assert_eq!(read(odd, |_, _| false, |_| true, |_| true).expect("a list").unread, 2);
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
