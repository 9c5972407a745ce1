//! The commands that show a rule of a firewall and take it away.

use crate::model::{FirewallRule, RuleTool, words_of_rule};

/// Shows it with its counter; its number or handle stands beside it.
pub fn show(rule: &FirewallRule, process: Option<u32>) -> Vec<String> {
    let FirewallRule { table, chain, .. } = rule;
    let words = match &rule.tool {
        RuleTool::Iptables(program) => {
            vec![program, "-t", table, "-L", chain, "-n", "-v", "--line-numbers"]
        }
        RuleTool::Nft(family) => vec!["nft", "-a", "list", "chain", family, table, chain],
    };
    entering(process, words)
}

/// Takes it away, or lets a policy accept.
pub fn remove(rule: &FirewallRule, process: Option<u32>) -> Vec<String> {
    let FirewallRule { table, chain, .. } = rule;
    let handle = rule.handle.unwrap_or_default().to_string();
    let said = words_of_rule(&rule.text).unwrap_or_default();
    let words = match (&rule.tool, rule.is_policy()) {
        // By what it says: its number is another one as soon as a rule before
        // it comes or goes.
        (RuleTool::Iptables(program), false) => {
            let rule = said.iter().map(String::as_str);
            [program, "-t", table, "-D", chain].into_iter().chain(rule).collect()
        }
        (RuleTool::Iptables(program), true) => vec![program, "-t", table, "-P", chain, "ACCEPT"],
        (RuleTool::Nft(family), false) => {
            vec!["nft", "delete", "rule", family, table, chain, "handle", &handle]
        }
        (RuleTool::Nft(family), true) => {
            vec!["nft", "chain", family, table, chain, "{ policy accept ; }"]
        }
    };
    entering(process, words)
}

/// A command in the network namespace of a process, as root.
fn entering(process: Option<u32>, words: Vec<&str>) -> Vec<String> {
    let process = process.map(|process| process.to_string());
    let enter = process.iter().flat_map(|process| ["nsenter", "-t", process, "-n"]);
    ["sudo"].into_iter().chain(enter).chain(words).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{RuleOwner, RuleVerdict};

    #[test]
    fn a_rule_is_taken_away_by_what_it_says_and_one_of_nft_by_its_handle() {
        let mut rule = FirewallRule {
            tool: RuleTool::Iptables("iptables".to_owned()),
            table: "filter".to_owned(),
            chain: "OUTPUT".to_owned(),
            number: Some(3),
            handle: None,
            text: r#"-m comment --comment "no db" -j DROP"#.to_owned(),
            verdict: RuleVerdict::Drop,
            owner: RuleOwner::Own,
        };
        let said = remove(&rule, Some(7));
        assert_eq!(said[..5], ["sudo", "nsenter", "-t", "7", "-n"]);
        assert_eq!(said[5..10], ["iptables", "-t", "filter", "-D", "OUTPUT"]);
        assert_eq!(said[10..], ["-m", "comment", "--comment", "no db", "-j", "DROP"]);
        rule.number = None;
        assert_eq!(remove(&rule, None)[1..].join(" "), "iptables -t filter -P OUTPUT ACCEPT");
        rule.tool = RuleTool::Nft("inet".to_owned());
        assert_eq!(show(&rule, None).join(" "), "sudo nft -a list chain inet filter OUTPUT");
        (rule.number, rule.handle) = (Some(1), Some(9));
        assert_eq!(
            remove(&rule, None).join(" "),
            "sudo nft delete rule inet filter OUTPUT handle 9"
        );
    }
}
