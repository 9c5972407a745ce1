//! Which ping stands for another one: that of a name tells of the address, too,
//! that the name leads to. What it then led to is in its answer, so nothing is
//! taken for granted.

use std::collections::HashMap;
use std::net::IpAddr;

use super::plan::{Found, ProbePlan, Query};
use crate::graph::{Map, Verdict};
use crate::model::{Attempt, By, ContainerAt};

/// For addresses that are to be pinged the name that should lead there, of one
/// network stack.
pub type StandIns = HashMap<IpAddr, String>;

/// The stand-ins of each of a plan's stations.
pub fn stand_ins(map: &Map, plan: &ProbePlan) -> Vec<StandIns> {
    let mut all = vec![StandIns::new(); plan.stations.len()];
    for of_pair in plan.queries.chunk_by(|a, b| (a.from, a.to) == (b.from, b.to)) {
        let (from, Some(to)) = (of_pair[0].from, of_pair[0].to) else { continue };
        let mut pings = of_pair.iter().filter(|query| query.attempt == Attempt::Icmp);
        let Some(name) = pings.find(|query| query.by == By::Name) else { continue };
        let Some((station, address)) = only_address(map, from, to, of_pair) else { continue };
        let leads = map.predict(from, to).of(By::Name, &name.target, Attempt::Icmp).verdict;
        if leads == Verdict::Reachable {
            all[station].insert(address, name.target.clone());
        }
    }
    all
}

/// The one address that a name can lead to: that on the only network which the two
/// share.
fn only_address(
    map: &Map,
    from: ContainerAt,
    to: ContainerAt,
    of_pair: &[Query],
) -> Option<(usize, IpAddr)> {
    let [shared] = map.shared_networks(from, to)[..] else { return None };
    let mut there = of_pair.iter().filter(|query| {
        query.by == By::Address && query.attempt == Attempt::Icmp && query.network == Some(shared)
    });
    // Of two families it leads to either.
    let (Some(query), None) = (there.next(), there.next()) else { return None };
    let Found::Act { station, .. } = query.answer else { return None };
    Some((station, query.target.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::Snapshot;
    use crate::probe::{Request, plan};

    /// For each container the addresses that a name stands for, in order.
    fn stood_for(networks: &str, endpoints_of_db: &str) -> Vec<String> {
        let text = format!(
            r#"{{"schema":"netmap/1","networks":[{networks}],"containers":[
              {{"name":"api","id":"1","state":"running","network_mode":"n",
                "endpoints":[{{"network":"n","network_id":"n","ipv4":"10.0.0.2"}},
                  {{"network":"m","network_id":"m","ipv4":"10.1.0.2"}}]}},
              {{"name":"db","id":"2","state":"running","network_mode":"n",
                "endpoints":[{endpoints_of_db}]}}]}}"#
        );
        let snapshot = Snapshot::read(text.as_bytes()).unwrap();
        let map = Map::new(&snapshot);
        let all: BTreeSet<_> = map.containers().collect();
        let plan = plan(&map, &Request::pings(all.clone(), all));
        let of_all = stand_ins(&map, &plan).into_iter().flatten();
        let mut told: Vec<String> = of_all.map(|(to, name)| format!("{name} {to}")).collect();
        told.sort();
        told
    }

    const N: &str = r#"{"name":"n","id":"n","driver":"bridge"}"#;
    const M: &str = r#"{"name":"m","id":"m","driver":"bridge"}"#;
    const ON_N: &str = r#"{"network":"n","network_id":"n","ipv4":"10.0.0.3"}"#;

    #[test]
    fn a_name_stands_for_the_only_address_that_it_can_lead_to() {
        let both = format!("{N},{M}");
        // The other address of `api` is on a network that `db` is not on.
        assert_eq!(stood_for(&both, ON_N), ["api 10.0.0.2", "db 10.0.0.3"]);
        let on_m = r#"{"network":"m","network_id":"m","ipv4":"10.1.0.3"}"#;
        assert!(stood_for(&both, &format!("{ON_N},{on_m}")).is_empty());
        let dual = ON_N.replace("}", r#","ipv6":"fd00::3"}"#);
        assert_eq!(stood_for(&both, &dual), ["api 10.0.0.2"]);
    }

    #[test]
    fn where_names_do_not_resolve_none_stands_for_an_address() {
        let bridge = N.replace(r#""n""#, r#""bridge""#);
        let bridge = bridge.replace(r#""id":"bridge""#, r#""id":"n""#);
        let on_bridge = ON_N.replace(r#""network":"n""#, r#""network":"bridge""#);
        assert!(stood_for(&bridge, &on_bridge).is_empty());
    }
}
