//! What becomes of a packet that is forwarded, by all rules that nft shows, where that is
//! certain: chain by chain, as the kernel goes through them.

use std::collections::HashMap;

use serde_json::Value;

use super::nft::{Chain, Document, Rule};
use super::nft_fits;
use super::packet::{Packet, any};
use super::tally::MOST_RULES;

/// The chains of one table: its family and its name.
type Table = (String, String);

/// What becomes of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate<'a> {
    /// It is lost for certain, in the table of this name.
    Lost(&'a str),
    /// It gets through, or is lost: not all that rules ask for is known.
    Unsure,
    /// It gets through all of them.
    Through,
}

/// All chains that a packet may go through.
#[derive(Debug, Default)]
pub struct Walk {
    /// Those that the kernel enters by itself where it forwards.
    entered: Vec<Entered>,
    /// What each rule of a chain says.
    rules: HashMap<Table, Chains>,
}

type Chains = HashMap<String, Vec<Vec<Value>>>;

#[derive(Debug)]
struct Entered {
    table: Table,
    chain: String,
    drops: bool,
}

/// What may become of a packet in a chain.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Ends {
    accepted: bool,
    lost: bool,
    /// The chain has come to its end, or it was left.
    returns: bool,
}

impl Ends {
    const ANY: Self = Self { accepted: true, lost: true, returns: true };
    const ACCEPTED: Self = Self { accepted: true, lost: false, returns: false };
    const LOST: Self = Self { accepted: false, lost: true, returns: false };
    const RETURNED: Self = Self { accepted: false, lost: false, returns: true };
}

impl Walk {
    /// Reads what `nft -j list ruleset` printed, without the tables that `is_known` says are
    /// known already, by family and name; nothing where some of it makes no sense, or is too
    /// much.
    pub fn read(text: &str, is_known: impl Fn(&str, &str) -> bool) -> Option<Self> {
        let document: Document = serde_json::from_str(text).ok()?;
        let mut walk = Self::default();
        let mut number = 0;
        for (kind, value) in document.nftables.into_iter().flatten() {
            match kind.as_str() {
                "chain" => {
                    let Chain { family, table, name, hook, policy } =
                        serde_json::from_value(value).ok()?;
                    // In a bridge interfaces have other names.
                    let is_of_v4 = matches!(&*family, "inet" | "ip");
                    if hook.as_deref() == Some("forward") && is_of_v4 && !is_known(&family, &table)
                    {
                        let drops = policy.as_deref() == Some("drop");
                        let table = (family, table);
                        walk.entered.push(Entered { table, chain: name, drops });
                    }
                }
                "rule" => {
                    number += 1;
                    let Rule { family, table, chain, expr, .. } =
                        serde_json::from_value(value).ok()?;
                    let of_table = walk.rules.entry((family, table)).or_default();
                    of_table.entry(chain).or_default().push(expr);
                }
                _ => {}
            }
        }
        (number <= MOST_RULES).then_some(walk)
    }

    /// What becomes of a packet that is the first of its connection.
    pub fn fate(&self, packet: &Packet) -> Fate<'_> {
        let none = Chains::new();
        let mut fate = Fate::Through;
        for entered in &self.entered {
            let chains = self.rules.get(&entered.table).unwrap_or(&none);
            let mut course = Course { packet, chains, known: HashMap::new() };
            let ends = course.ends(&entered.chain);
            let by_policy = |drops: bool| ends.returns && entered.drops == drops;
            match (ends.lost || by_policy(true), ends.accepted || by_policy(false)) {
                (true, false) => return Fate::Lost(&entered.table.1),
                (true, true) => fate = Fate::Unsure,
                (false, _) => {}
            }
        }
        fate
    }
}

/// A packet's way through the chains of a table.
struct Course<'a> {
    packet: &'a Packet,
    chains: &'a Chains,
    /// What becomes of it in those that it has been in. One that leads to itself is none of
    /// the kernel's, and may do anything.
    known: HashMap<&'a str, Ends>,
}

impl<'a> Course<'a> {
    fn ends(&mut self, chain: &'a str) -> Ends {
        if let Some(known) = self.known.get(chain) {
            return *known;
        }
        self.known.insert(chain, Ends::ANY);
        let ends = self.gone_through(chain);
        self.known.insert(chain, ends);
        ends
    }

    fn gone_through(&mut self, chain: &str) -> Ends {
        let mut ends = Ends::default();
        let chains = self.chains;
        for rule in chains.get(chain).into_iter().flatten() {
            let fits = fits(self.packet, rule);
            if fits == Some(false) {
                continue;
            }
            let (of_rule, goes_on) = self.of_rule(rule);
            ends.accepted |= of_rule.accepted;
            ends.lost |= of_rule.lost;
            ends.returns |= of_rule.returns;
            if fits == Some(true) && !goes_on {
                return ends;
            }
        }
        ends.returns = true;
        ends
    }

    /// What becomes of a packet that a rule fits, and whether it may come to the next one.
    fn of_rule(&mut self, rule: &'a [Value]) -> (Ends, bool) {
        for expression in rule {
            let says = |key: &str| expression.get(key);
            let mut led_to = |to: &'a Value| match to.get("target").and_then(Value::as_str) {
                Some(chain) => self.ends(chain),
                None => Ends::ANY,
            };
            if says("accept").is_some() {
                return (Ends::ACCEPTED, false);
            }
            if says("drop").is_some() || says("reject").is_some() {
                return (Ends::LOST, false);
            }
            if says("return").is_some() {
                return (Ends::RETURNED, false);
            }
            if let Some(to) = expression.get("jump") {
                let ends = led_to(to);
                return (Ends { returns: false, ..ends }, ends.returns);
            }
            if let Some(to) = expression.get("goto") {
                return (led_to(to), false);
            }
            if says("queue").is_some() || says("vmap").is_some() {
                return (Ends::ANY, true);
            }
        }
        (Ends::default(), true)
    }
}

/// Whether all that a rule asks for is so; nothing where that is not understood.
fn fits(packet: &Packet, rule: &[Value]) -> Option<bool> {
    let mut all_known = true;
    for expression in rule {
        let Some(key) = expression.as_object().and_then(|object| object.keys().next()) else {
            all_known = false;
            continue;
        };
        match key.as_str() {
            "match" => match holds(packet, &expression["match"]) {
                Some(true) => {}
                Some(false) => return Some(false),
                None => all_known = false,
            },
            // What does something to a packet, or decides about it.
            "counter" | "log" | "mangle" | "notrack" | "accept" | "drop" | "reject" | "return"
            | "jump" | "goto" | "continue" | "queue" | "vmap" => {}
            _ => all_known = false,
        }
    }
    all_known.then_some(true)
}

/// Whether one match holds.
fn holds(packet: &Packet, one: &Value) -> Option<bool> {
    let (left, right) = (one.get("left")?, one.get("right")?);
    let key = |of: &str| left.get(of)?.get("key")?.as_str();
    let is_equal = match (key("meta"), key("ct")) {
        (Some("iifname" | "iif"), _) => packet.comes_in(|name| any_value(right, |v| is(v, name))),
        (Some("oifname" | "oif"), _) => packet.goes_out(|name| any_value(right, |v| is(v, name))),
        (_, Some("state")) => any_value(right, |value| Some(value.as_str()? == "new")),
        // To the world goes what nobody has led elsewhere.
        (_, Some("status")) => {
            any_value(right, |value| (value.as_str()? == "dnat").then_some(false))
        }
        _ => return nft_fits::fits(packet, one),
    };
    match one.get("op")?.as_str()? {
        "==" | "in" => is_equal,
        "!=" => is_equal.map(|equal| !equal),
        _ => None,
    }
}

/// Whether it is so for a value, or for one of a list or a set of them.
fn any_value(right: &Value, is: impl Fn(&Value) -> Option<bool>) -> Option<bool> {
    match right.get("set").unwrap_or(right).as_array() {
        Some(values) => any(values.iter().map(is)),
        None => is(right),
    }
}

/// Whether an interface's name is this one, which may stand for all that begin so.
fn is(value: &Value, name: &str) -> Option<bool> {
    let value = value.as_str()?;
    // A set that has a name is read as another object.
    if value.starts_with('@') {
        return None;
    }
    Some(match value.strip_suffix('*') {
        Some(begin) => name.starts_with(begin),
        None => value == name,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::engine::Side;
    use crate::model::{Attempt, Family};

    /// What firewalld 1.3 writes, shortened: one bridge is in the zone public, one in the zone
    /// docker, and all else is in no zone.
    fn ruleset(more: &[(&str, Value)]) -> Walk {
        let chain = |name: &str| json!({"chain": {"family": "inet", "table": "firewalld", "name": name, "handle": 1}});
        let rule = |chain: &str, expr: Value| json!({"rule": {"family": "inet", "table": "firewalld", "chain": chain, "handle": 1, "expr": expr}});
        let meta = |key: &str, name: &str| json!({"match": {"op": "==", "left": {"meta": {"key": key}}, "right": name}});
        let state = |op: &str, right: Value| json!({"match": {"op": op, "left": {"ct": {"key": "state"}}, "right": right}});
        let to = |how: &str, chain: &str| json!({how: {"target": chain}});
        let reject = json!({"reject": {"type": "icmpx", "expr": "admin-prohibited"}});
        let dnat =
            json!({"match": {"op": "in", "left": {"ct": {"key": "status"}}, "right": "dnat"}});
        let [forward, zones] = ["filter_FORWARD", "filter_FORWARD_ZONES"];
        let mut all = vec![
            json!({"metainfo": {"version": "1.0.6"}}),
            json!({"chain": {"family": "inet", "table": "firewalld", "name": forward, "handle": 1,
                "type": "filter", "hook": "forward", "prio": 10, "policy": "accept"}}),
            chain(zones),
            rule(
                forward,
                json!([state("in", json!({"set": ["established", "related"]})), {"accept": null}]),
            ),
            rule(forward, json!([dnat, {"accept": null}])),
            rule(forward, json!([meta("iifname", "lo"), {"accept": null}])),
            rule(forward, json!([state("in", json!("invalid")), {"drop": null}])),
            rule(forward, json!([to("jump", zones)])),
            rule(forward, json!([reject])),
            rule(zones, json!([meta("iifname", "br-public"), to("goto", "filter_FWD_public")])),
            rule(zones, json!([meta("iifname", "br-docker"), to("goto", "filter_FWD_docker")])),
            rule("filter_FWD_public", json!([to("jump", "filter_FWD_public_allow")])),
            rule(
                "filter_FWD_public_allow",
                json!([meta("oifname", "br-public"), {"accept": null}]),
            ),
            rule("filter_FWD_docker", json!([{"accept": null}])),
        ];
        all.extend(more.iter().map(|(chain, expr)| rule(chain, expr.clone())));
        Walk::read(&json!({"nftables": all}).to_string(), |_, _| false).expect("a list")
    }

    fn leaving(bridge: &str, by: &[&str]) -> Packet {
        let side = |address: &str, interfaces: &[&str]| Side {
            addresses: vec![address.parse().unwrap()],
            interfaces: interfaces.iter().map(|name| (*name).to_owned()).collect(),
        };
        let (from, world) = (side("172.18.0.2", &[bridge]), side("192.0.2.1", by));
        let [packet, _] = Packet::and_answer(Family::V4, Attempt::Tcp(443), from, world);
        packet
    }

    #[test]
    fn a_bridge_in_a_zone_that_forwards_nothing_is_kept_in() {
        let walk = ruleset(&[]);
        let lost = Fate::Lost("firewalld");
        for (bridge, by, fate) in [
            ("br-public", "eth0", lost),
            // One that is in no zone.
            ("br-other", "eth0", lost),
            ("br-docker", "eth0", Fate::Through),
            // Within a zone it is let through.
            ("br-public", "br-public", Fate::Through),
        ] {
            assert_eq!(walk.fate(&leaving(bridge, &[by])), fate, "{bridge} {by}");
        }
        // Which way out it takes decides, where a zone knows more than its bridge.
        assert_eq!(walk.fate(&leaving("br-public", &[])), Fate::Unsure);
        assert_eq!(walk.fate(&leaving("br-public", &[]).leaving_by("eth0")), lost);
        assert_eq!(walk.fate(&leaving("br-docker", &[])), Fate::Through);
    }

    #[test]
    fn what_is_not_understood_makes_nothing_certain() {
        let odd = [
            json!([{"vmap": {"key": {"meta": {"key": "iifname"}}, "data": {"set": []}}}]),
            json!([{"xt": null}, {"accept": null}]),
            json!([{"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "@ours"}}, {"accept": null}]),
            json!([{"match": {"op": "==", "left": {"meta": {"key": "mark"}}, "right": 1}}, {"accept": null}]),
        ];
        for expr in odd {
            let walk = ruleset(&[("filter_FWD_public_allow", expr.clone())]);
            assert_eq!(walk.fate(&leaving("br-public", &["eth0"])), Fate::Unsure, "{expr}");
        }
        // Nor does a chain that leads to itself, or a rule without an end.
        let round = ("filter_FWD_public", json!([{"jump": {"target": "filter_FWD_public"}}]));
        assert_eq!(ruleset(&[round]).fate(&leaving("br-public", &["eth0"])), Fate::Unsure);
        assert!(Walk::read(r#"{"nftables": [{"rule": {}}]}"#, |_, _| false).is_none());
    }

    #[test]
    fn a_policy_drops_what_no_rule_accepts() {
        let is_lost = |name: &str, policy: &str, expr: Value| {
            let text = json!({"nftables": [
                {"chain": {"family": "inet", "table": name, "name": "f", "handle": 1, "hook": "forward", "policy": policy}},
                {"rule": {"family": "inet", "table": name, "chain": "f", "handle": 2, "expr": expr}},
            ]});
            let is_known = |_: &str, table: &str| table == "known";
            let walk = Walk::read(&text.to_string(), is_known).expect("a list");
            walk.fate(&leaving("br-1", &["eth0"])) == Fate::Lost(name)
        };
        let ours = |right: Value| json!([{"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": right}}, {"accept": null}]);
        assert!(is_lost("mine", "drop", ours(json!("eth1"))));
        assert!(!is_lost("mine", "drop", ours(json!("br-*"))));
        assert!(!is_lost("mine", "drop", ours(json!({"set": ["eth1", "br-1"]}))));
        assert!(!is_lost("mine", "accept", ours(json!("eth1"))));
        assert!(!is_lost("known", "drop", ours(json!("eth1"))));
    }
}
