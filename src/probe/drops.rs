//! Finding what throws packets away where the map says that the way is open:
//! what counts dropped packets is read before and after a number of packets of
//! one's own choosing, and once more without any. Whatever moved by just that
//! number, each time, and stood still in between, is it.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

use futures_util::future::join_all;

use super::methods::{NamespaceHandle, namespaces, volley};
use super::passing::{bridge, passing};
use super::plan::Station;
use crate::engine::{
    DropScene, Engines, Fault, Links, Packet, Plug, Reading, Tally, Visitor, fault, rank,
};
use crate::graph::Map;
use crate::model::{
    ContainerAt, Driver, DropCause, DropSearch, DropSite, Endpoint, FirewallRule, LostWay,
    PacketDrop, RuleOwner, RuleVerdict, Unread,
};
use crate::order::OrderBy;

/// How many packets are sent at a time: numbers that nothing else is likely to
/// send, not even another netmap that looks at the same moment. More where what
/// drops them drops others as well.
fn volleys() -> [[u32; 2]; 3] {
    let chance = RandomState::new().build_hasher().finish();
    let (few, more) = ((chance % 8) as u32, (chance / 8 % 12) as u32);
    [[5, 13], [31, 47], [101, 149]].map(|[first, second]| [first + few, second + more])
}

/// Rules that do not count, of which what they say is asked for.
const MOST_SUSPECTS: usize = 5;

/// Looks for what throws the packets of a way away. It takes about a second,
/// and nobody else may measure meanwhile.
pub async fn seek(map: &Map<'_>, engines: &Engines, way: &LostWay) -> DropSearch {
    let mut search = DropSearch::new(&map.container(way.from).name, way);
    let mut scenes = Scenes::of(map, engines, way).await;
    search.not_looked.append(&mut scenes.not_looked);
    let station = Station { members: vec![way.from], acts: Vec::new() };
    let ready = namespaces::handle(map, engines, &station)
        .and_then(|handle| Ok((handle, Visitor::start().map_err(|error| error.to_string())?)));
    let (handle, visitor) = match ready {
        Ok(ready) => ready,
        Err(why) => {
            search.not_looked.push(Unread::new("what drops the packets", why));
            return search;
        }
    };
    let packets = scenes.all.iter().map(|scene| passing(map, way, &scene.site)).collect();
    let seeker = Seeker { map, scenes: &scenes, handle: &handle, visitor: &visitor, packets, way };
    if let Err(error) = seeker.seek(&mut search).await {
        let why = format!("no packets could be sent: {error}");
        search.not_looked.push(Unread::new("what drops the packets", why));
    }
    search.not_looked.order();
    search.not_looked.dedup();
    search
}

/// The network namespaces that the packets go through, each once.
#[derive(Default)]
struct Scenes {
    all: Vec<DropScene>,
    /// Which of them the sender's is.
    own: Option<usize>,
    not_looked: Vec<Unread>,
}

impl Scenes {
    /// The machine's, and those of both ends.
    async fn of(map: &Map<'_>, engines: &Engines, way: &LostWay) -> Self {
        let mut scenes = Self::default();
        let ends: Vec<ContainerAt> = [Some(way.from), way.to].into_iter().flatten().collect();
        for (node, engine) in engines.iter() {
            if ends.iter().any(|at| map.container(*at).node == node) {
                scenes.add(DropScene::of_machine(node, engine).await, Unread::machine);
            }
        }
        for at in ends {
            // A namespace is called after the container whose it is.
            let owner = map.stack(at).filter(|owner| map.container(*owner).state.has_network());
            let container = map.container(owner.unwrap_or(at));
            let scene = match engines.of(container) {
                Some(engine) => DropScene::of_container(engine, container),
                None => Err("its engine is not among those asked".to_owned()),
            };
            let place = scenes.add(scene, |why| Unread::container(&container.name, why));
            if at == way.from {
                scenes.own = place;
            }
        }
        scenes
    }

    /// What the client's machine does by its rules of routing: told where it does so whichever
    /// of its addresses the client sends from.
    async fn misrouted(&self, map: &Map<'_>, visitor: &Visitor, way: &LostWay) -> Option<Found> {
        let address = way.address;
        let client = map.stack(way.from).unwrap_or(way.from);
        let node = &map.container(client).node;
        let is_its = |scene: &DropScene| matches!(&scene.site, DropSite::Machine(at) if at == node);
        let at = self.all.iter().position(is_its)?;
        let scene = &self.all[at];
        if !scene.has_rules_of_routing(visitor).await {
            return None;
        }
        let mut first = None;
        for (network, endpoint) in map.endpoints(client) {
            let bridge = network.and_then(|at| bridge(map, at));
            for own in endpoint.addresses().filter(|own| own.is_ipv4() == address.is_ipv4()) {
                let cause = scene.misrouted(visitor, own, bridge.as_deref(), address).await?;
                first.get_or_insert(cause);
            }
        }
        let cause = first?;
        // What is published on an address of the machine does not answer from it.
        if way.to.is_some()
            && matches!(&cause, DropCause::Misrouted { from, .. } if *from == address)
        {
            return None;
        }
        Some((at, PacketDrop { site: scene.site.clone(), cause, counted: Vec::new() }))
    }

    /// What is wrong with the cables of both ends of a way between containers, on the network
    /// of the address.
    async fn unplugged(&self, map: &Map<'_>, visitor: &Visitor, way: &LostWay) -> Option<Found> {
        let to = way.to?;
        let ends = [way.from, to].map(|at| map.stack(at).unwrap_or(at));
        let node = &map.container(ends[1]).node;
        let has_it =
            |(_, endpoint): &(_, &Endpoint)| endpoint.addresses().any(|own| own == way.address);
        let (network, _) = map.endpoints(ends[1]).find(has_it)?;
        let network = network.filter(|at| map.network(*at).driver == Driver::Bridge)?;
        let place = |site: &DropSite| self.all.iter().position(|scene| scene.site == *site);
        let on_machine = place(&DropSite::Machine(node.clone()))?;
        let machine = self.all[on_machine].links(visitor).await?;
        let mut inside: Vec<(usize, &str, &str, Links)> = Vec::new();
        for at in ends {
            let container = map.container(at);
            let endpoint = map.endpoint_on(at, network).filter(|_| container.node == *node);
            let Some(mac) = endpoint.and_then(|endpoint| endpoint.mac.as_deref()) else { continue };
            let Some(scene) = place(&DropSite::Container(container.name.clone())) else { continue };
            let links = self.all[scene].links(visitor).await;
            inside.extend(links.map(|links| (scene, &*container.name, mac, links)));
        }
        let plugs: Vec<Plug> = inside
            .iter()
            .map(|(_, container, mac, links)| Plug { container, links, mac })
            .collect();
        let bridge = bridge(map, network);
        let (scene, cause) = match fault(&machine, bridge.as_deref(), &plugs)? {
            Fault::Inside(at, cause) => (inside[at].0, cause),
            Fault::OnMachine(cause) => (on_machine, cause),
        };
        let site = self.all[scene].site.clone();
        Some((scene, PacketDrop { site, cause, counted: Vec::new() }))
    }

    fn add(
        &mut self,
        scene: Result<DropScene, String>,
        unread: impl Fn(String) -> Unread,
    ) -> Option<usize> {
        match scene {
            Ok(scene) => {
                let known = self.all.iter().position(|known| known.number == scene.number);
                Some(known.unwrap_or_else(|| {
                    self.all.push(scene);
                    self.all.len() - 1
                }))
            }
            Err(why) => {
                self.not_looked.push(unread(why));
                None
            }
        }
    }
}

/// Whether somebody has made rules of routing on an engine's machine, as far as it may be read.
pub async fn has_rules_of_routing(engines: &Engines) -> bool {
    let Ok(visitor) = Visitor::start() else { return false };
    for (node, engine) in engines.iter() {
        if let Ok(scene) = DropScene::of_machine(node, engine).await
            && scene.has_rules_of_routing(&visitor).await
        {
            return true;
        }
    }
    false
}

/// What rules of routing on the client's machine do with the packets of a way, or with what
/// answers: nothing where they do no harm, or that cannot be told. Nothing is sent.
pub async fn misrouted(map: &Map<'_>, engines: &Engines, way: &LostWay) -> Option<DropSearch> {
    let node = &map.container(way.from).node;
    let mut scenes = Scenes::default();
    for (name, engine) in engines.iter().filter(|(name, _)| name == node) {
        scenes.add(DropScene::of_machine(name, engine).await, Unread::machine);
    }
    let visitor = Visitor::start().ok()?;
    let (_, drop) = scenes.misrouted(map, &visitor, way).await?;
    let mut search = DropSearch::new(&map.container(way.from).name, way);
    search.found.push(drop);
    Some(search)
}

/// What is wrong with the cables of both ends of a way: nothing where they are whole, or that
/// cannot be told. Nothing is sent.
pub async fn unplugged(map: &Map<'_>, engines: &Engines, way: &LostWay) -> Option<DropSearch> {
    let visitor = Visitor::start().ok()?;
    let scenes = Scenes::of(map, engines, way).await;
    let (_, drop) = scenes.unplugged(map, &visitor, way).await?;
    let mut search = DropSearch::new(&map.container(way.from).name, way);
    search.found.push(drop);
    Some(search)
}

/// Something that counts, and the place of its scene. A rule's number is here
/// which of those alike in its chain it is: others come and go above it.
type Counting = (usize, DropCause);

/// By how much each has counted.
type Counts = HashMap<Counting, u64>;

/// How far each has counted, with the number that a rule has now.
type Totals = HashMap<Counting, (u64, Option<u32>)>;

/// Something that was found, and the place of its scene.
type Found = (usize, PacketDrop);

struct Seeker<'a> {
    map: &'a Map<'a>,
    scenes: &'a Scenes,
    handle: &'a NamespaceHandle,
    visitor: &'a Visitor,
    /// What comes through each scene.
    packets: Vec<[Packet; 2]>,
    way: &'a LostWay,
}

impl Seeker<'_> {
    async fn seek(&self, search: &mut DropSearch) -> std::io::Result<()> {
        let is_route = |cause: &DropCause| matches!(cause, DropCause::Route { .. });
        let mut found: Vec<Found> = self.dead_end(is_route).into_iter().collect();
        if found.is_empty() {
            found.extend(self.scenes.unplugged(self.map, self.visitor, self.way).await);
        }
        if found.is_empty() {
            let first = self.read().await;
            self.tell_scope(&first, search);
            found = self.count(totals(first)).await?;
        }
        if found.is_empty() {
            found.extend(self.dead_end(|_| true));
            self.tell_suspects(search).await;
        }
        // What comes in by another interface than its answers leave by may be a rule's doing.
        if found.iter().all(|(_, drop)| drop.cause == DropCause::ReversePath) {
            found.extend(self.scenes.misrouted(self.map, self.visitor, self.way).await);
        }
        found.order_by_key(|(scene, drop)| (rank(&drop.cause), *scene));
        for (scene, mut drop) in found {
            if let DropCause::Rule(rule) = drop.cause {
                drop.cause = DropCause::Rule(self.scenes.all[scene].told(self.visitor, rule).await);
            }
            search.found.push(drop);
        }
        Ok(())
    }

    /// What counts just the packets that are sent.
    async fn count(&self, mut before: Totals) -> std::io::Result<Vec<Found>> {
        let mut noise = Noise::default();
        for numbers in volleys() {
            noise.0.push(self.window(0, &mut before).await?);
            let first = self.window(numbers[0], &mut before).await?;
            let moved = [first, self.window(numbers[1], &mut before).await?];
            let found = noise.told(&moved, numbers);
            if !found.is_empty() || !is_hidden(&moved, numbers) {
                let found = found.into_iter().map(|what| self.found(what, &before, numbers));
                return Ok(found.collect());
            }
        }
        Ok(Vec::new())
    }

    fn found(&self, what: Counting, now: &Totals, numbers: [u32; 2]) -> Found {
        let number = now.get(&what).and_then(|(_, number)| *number);
        let (scene, mut cause) = what;
        if let DropCause::Rule(rule) = &mut cause {
            rule.number = number;
        }
        let site = self.scenes.all[scene].site.clone();
        (scene, PacketDrop { site, cause, counted: numbers.to_vec() })
    }

    async fn read(&self) -> Vec<Reading> {
        let scenes = self.scenes.all.iter().zip(&self.packets);
        join_all(scenes.map(|(scene, packets)| scene.read(self.visitor, packets))).await
    }

    /// By how much each moved while so many packets were sent.
    async fn window(&self, number: u32, before: &mut Totals) -> std::io::Result<Counts> {
        let LostWay { address, attempt, .. } = *self.way;
        volley::send(self.handle, self.visitor, address, attempt, number).await?;
        let after = totals(self.read().await);
        let moved = after.iter().filter_map(|(what, (count, _))| {
            // What came meanwhile, or was set back, tells nothing.
            let moved = count.checked_sub(before.get(what)?.0)?;
            Some((what.clone(), moved))
        });
        let moved = moved.collect();
        *before = after;
        Ok(moved)
    }

    /// Where the way ends in the sender's own namespace, if `wanted` lets it be.
    fn dead_end(&self, wanted: impl Fn(&DropCause) -> bool) -> Option<Found> {
        let at = self.scenes.own?;
        let scene = &self.scenes.all[at];
        let cause = scene.dead_end(self.way.address).filter(wanted)?;
        Some((at, PacketDrop { site: scene.site.clone(), cause, counted: Vec::new() }))
    }

    /// Has the first of those that do not count say what they say.
    async fn tell_suspects(&self, search: &mut DropSearch) {
        for (site, rule) in search.uncounted.iter_mut().take(MOST_SUSPECTS) {
            let scene = self.scenes.all.iter().find(|scene| scene.site == *site);
            if let Some(scene) = scene {
                *rule = scene.told(self.visitor, rule.clone()).await;
            }
        }
    }

    /// What was read, and what could not be.
    fn tell_scope(&self, readings: &[Reading], search: &mut DropSearch) {
        search.namespaces = readings.len();
        for (scene, reading) in self.scenes.all.iter().zip(readings) {
            search.rules += reading.rules;
            let rules = reading.uncounted.iter().cloned();
            search.uncounted.extend(rules.map(|rule| (scene.site.clone(), rule)));
            let not_looked = reading.not_looked.iter();
            search.not_looked.extend(
                not_looked
                    .map(|(what, why)| Unread::new(format!("{what} {}", scene.site.place()), why)),
            );
        }
    }
}

fn totals(readings: Vec<Reading>) -> Totals {
    let mut totals = Totals::new();
    let mut alike: HashMap<Counting, u32> = HashMap::new();
    for (scene, reading) in readings.into_iter().enumerate() {
        for Tally { cause, packets } in reading.tallies.into_iter().filter(is_telling) {
            let mut what = (scene, cause);
            let number = match &mut what.1 {
                DropCause::Rule(rule) => rule.number.take(),
                _ => None,
            };
            if number.is_some() {
                let place = alike.entry(what.clone()).or_default();
                *place += 1;
                if let DropCause::Rule(rule) = &mut what.1 {
                    rule.number = Some(*place);
                }
            }
            // Two counters of one cause are one.
            let total = totals.entry(what).or_insert((0, number));
            total.0 += packets;
        }
    }
    totals
}

/// Whether what counts can be the reason that packets are lost: what an engine
/// leads elsewhere are published ports, and its own name server.
fn is_telling(tally: &Tally) -> bool {
    let DropCause::Rule(FirewallRule { verdict, owner, .. }) = &tally.cause else { return true };
    let is_engines = matches!(owner, RuleOwner::Docker | RuleOwner::Podman);
    !(is_engines && *verdict == RuleVerdict::Rewrite)
}

/// By how much things moved while nothing was sent.
#[derive(Default)]
struct Noise(Vec<Counts>);

impl Noise {
    /// What moved by just these numbers, beside what it moves by itself.
    fn told(&self, moved: &[Counts; 2], numbers: [u32; 2]) -> Vec<Counting> {
        let [first, second] = moved;
        let told = first.iter().filter(|(what, first)| {
            let Some(second) = second.get(what) else { return false };
            let moved = [**first, *second].into_iter().zip(numbers);
            let controls: Vec<u64> =
                self.0.iter().map(|control| control.get(what).copied().unwrap_or(0)).collect();
            moved.into_iter().all(|(moved, number)| fits(moved, number, &controls))
        });
        told.map(|(what, _)| what.clone()).collect()
    }
}

/// Whether something moved by this number, beside what it moves by itself. What
/// stood still while nothing was sent must have moved by no packet more or less.
fn fits(moved: u64, number: u32, controls: &[u64]) -> bool {
    let mean = controls.iter().sum::<u64>() as f64 / controls.len().max(1) as f64;
    if mean == 0.0 {
        return moved == u64::from(number);
    }
    // Three times the deviation of what comes by chance (Poisson).
    let chance = 3.0 * mean.sqrt() + 1.0;
    let excess = moved as f64 - mean;
    f64::from(number) > 4.0 * chance && (excess - f64::from(number)).abs() <= chance
}

/// Whether something moved by at least what was sent, both times: more packets
/// may tell what else it counts.
fn is_hidden(moved: &[Counts; 2], numbers: [u32; 2]) -> bool {
    let [first, second] = moved;
    first.iter().any(|(what, first)| {
        let second = second.get(what).copied().unwrap_or(0);
        *first >= u64::from(numbers[0]) && second >= u64::from(numbers[1])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RuleTool;

    fn counts_of(moved: &[(&str, u64)]) -> Counts {
        let queue =
            |name: &str| DropCause::Queue { interface: name.to_owned(), kind: "pfifo".to_owned() };
        moved.iter().map(|(name, moved)| ((0, queue(name)), *moved)).collect()
    }

    fn told(controls: &[&[(&str, u64)]], moved: [&[(&str, u64)]; 2], numbers: [u32; 2]) -> usize {
        let noise = Noise(controls.iter().map(|control| counts_of(control)).collect());
        noise.told(&moved.map(counts_of), numbers).len()
    }

    #[test]
    fn only_what_moved_by_just_that_number_each_time_is_told() {
        let still: &[&[(&str, u64)]] = &[&[("a", 0)]];
        assert_eq!(told(still, [&[("a", 7)], &[("a", 11)]], [7, 11]), 1);
        for odd in [[7, 7], [8, 11], [7, 12], [0, 0], [11, 7]] {
            assert_eq!(told(still, [&[("a", odd[0])], &[("a", odd[1])]], [7, 11]), 0, "{odd:?}");
        }
        assert_eq!(told(still, [&[("a", 7)], &[]], [7, 11]), 0, "it went away");
    }

    #[test]
    fn a_rule_is_the_same_wherever_it_moves_in_its_chain() {
        let rule = |text: &str, number: u32| {
            DropCause::Rule(FirewallRule {
                tool: RuleTool::Iptables("iptables".to_owned()),
                table: "filter".to_owned(),
                chain: "FORWARD".to_owned(),
                number: Some(number),
                handle: None,
                text: text.to_owned(),
                verdict: RuleVerdict::Drop,
                owner: RuleOwner::Own,
            })
        };
        let read = |rules: &[(&str, u64)]| {
            let tallies = rules
                .iter()
                .zip(1..)
                .map(|((text, packets), number)| Tally::new(rule(text, number), *packets));
            totals(vec![Reading { tallies: tallies.collect(), ..Reading::default() }])
        };
        let before = read(&[("-s a -j DROP", 5), ("-s a -j DROP", 6)]);
        let after = read(&[("-s b -j DROP", 0), ("-s a -j DROP", 12), ("-s a -j DROP", 6)]);
        let first = (0, rule("-s a -j DROP", 1));
        assert_eq!((before[&first], after[&first]), ((5, Some(1)), (12, Some(2))));
        let second = (0, rule("-s a -j DROP", 2));
        assert_eq!((before[&second], after[&second]), ((6, Some(2)), (6, Some(3))));
    }

    #[test]
    fn what_counts_other_packets_as_well_is_told_by_more_of_them() {
        let busy: &[&[(&str, u64)]] = &[&[("a", 2)], &[("a", 3)]];
        // Seven are too few to see beside two or three by chance.
        assert_eq!(told(busy, [&[("a", 9)], &[("a", 13)]], [7, 11]), 0);
        assert!(is_hidden(&[counts_of(&[("a", 9)]), counts_of(&[("a", 13)])], [7, 11]));
        assert_eq!(told(busy, [&[("a", 33)], &[("a", 50)]], [31, 47]), 1);
        // It drops others, and not these, however many they are.
        assert_eq!(told(busy, [&[("a", 7)], &[("a", 11)]], [7, 11]), 0);
        let flood: &[&[(&str, u64)]] = &[&[("a", 31)], &[("a", 47)], &[("a", 40)]];
        assert_eq!(told(flood, [&[("a", 31)], &[("a", 47)]], [31, 47]), 0);
        assert_eq!(told(flood, [&[("a", 140)], &[("a", 190)]], [101, 149]), 1);
        assert!(!is_hidden(&[counts_of(&[("a", 6)]), counts_of(&[("a", 90)])], [7, 11]));
    }
}
