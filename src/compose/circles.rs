//! Services that wait for one another in a circle.

use std::collections::{BTreeMap, BTreeSet};

use crate::yaml::Spot;

/// A service that another one needs before it can start.
#[derive(Debug, Clone, Copy)]
pub struct Need<'a> {
    pub service: &'a str,
    /// Where that is written,
    pub at: Spot,
    /// and under which key of the service.
    pub key: &'static str,
}

/// The circles among services, each once: where the first one of it names the
/// next, and all of them, the first one again at the end. A service that is in
/// several circles may be told in one.
pub fn find<'a>(needs: &BTreeMap<&'a str, Vec<Need<'a>>>) -> Vec<(Spot, Vec<&'a str>)> {
    let mut circles = Vec::new();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for start in needs.keys() {
        // The way from the start, each with the number of its next need.
        let mut way: Vec<(&str, usize)> = vec![(start, 0)];
        let mut place_on_way: BTreeMap<&str, usize> = BTreeMap::from([(*start, 0)]);
        while let Some((name, next)) = way.last_mut() {
            let need = needs.get(name).and_then(|needs| needs.get(*next));
            let Some(need) = need.filter(|_| !done.contains(name)) else {
                done.insert(name);
                place_on_way.remove(name);
                way.pop();
                continue;
            };
            *next += 1;
            match place_on_way.get(need.service) {
                None => {
                    place_on_way.insert(need.service, way.len());
                    way.push((need.service, 0));
                }
                Some(first) => {
                    let mut circle: Vec<&str> =
                        way[*first..].iter().map(|(name, _)| *name).collect();
                    circle.push(need.service);
                    let at = spot(needs, circle[0], circle[1]).unwrap_or(need.at);
                    circles.push((at, circle));
                }
            }
        }
    }
    circles
}

fn spot(needs: &BTreeMap<&str, Vec<Need>>, from: &str, to: &str) -> Option<Spot> {
    needs.get(from)?.iter().find(|need| need.service == to).map(|need| need.at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_circle_is_told_once() {
        let need = |service| Need { service, at: Spot::default(), key: "depends_on" };
        let needs = BTreeMap::from([
            ("a", vec![need("b")]),
            ("b", vec![need("c"), need("leaf")]),
            ("c", vec![need("b")]),
            ("leaf", vec![]),
            ("self", vec![need("self"), need("a")]),
        ]);
        let circles: Vec<String> = find(&needs).iter().map(|(_, path)| path.join(" ")).collect();
        assert_eq!(circles, ["b c b", "self self"]);
    }
}
