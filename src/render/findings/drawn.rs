//! The picture formats of a diagnosis: the map, with a number on each culprit
//! and below it what is wrong, and what comes first to fix it.

use std::collections::HashMap;

use super::FindingsView;
use super::groups::{self, Group};
use crate::diagnose::talks;
use crate::error::Result;
use crate::graph::{Comparison, Filter, Map, Selection};
use crate::model::words::{count, full_stop, sentence_case};
use crate::model::{ContainerAt, Finding, NetworkAt, Severity, TalkVerdict};
use crate::render::svg::Options;
use crate::render::view::{Callout, Spot, Tone};
use crate::render::{self, Drawn, View, fix};

/// From so many containers on only those are shown that findings are about.
const MANY: usize = 60;

/// The findings as an SVG.
pub fn svg(view: &FindingsView, options: &Options) -> Result<Drawn> {
    on_map(view, MANY, options, |map, options| Ok(render::svg::picture(map, options).into()))
}

/// The findings as a PNG.
pub fn png(view: &FindingsView, options: &Options) -> Result<Drawn> {
    on_map(view, MANY, options, render::png::render)
}

/// The findings as a page, on which a large map can be zoomed.
pub fn html(view: &FindingsView, options: &Options) -> Result<Drawn> {
    on_map(view, usize::MAX, options, |map, options| {
        Ok(render::html::render(map, options).into_bytes().into())
    })
}

/// Draws the map with the findings on it; of one with more than `most`
/// containers only those that findings are about.
fn on_map<T>(
    view: &FindingsView,
    most: usize,
    options: &Options,
    draw: impl FnOnce(&View, &Options) -> Result<T>,
) -> Result<T> {
    let groups = told(view);
    let told: Vec<&Finding> = groups.iter().flat_map(|group| &group.findings).copied().collect();
    let places = Places::of(view.map);
    let selection = shown(view, most, &told, &places)?;
    let talk = talks(view.map, view.comparison);
    let blocked = talk.iter().filter(|talk| talk.verdict == TalkVerdict::Blocked);
    let mut shut: Vec<(ContainerAt, ContainerAt)> =
        blocked.map(|talk| (talk.from, talk.to)).collect();
    let measured = view.comparison.map(Comparison::surprising_pairs).unwrap_or_default();
    shut.extend(measured.into_iter().map(|pair| (pair.from, pair.to)));
    let callouts = groups.iter().flat_map(|group| callouts(group, &places, &shut)).collect();
    let map = View::new(view.map, &selection, view.scope.clone())
        .with_probe(view.comparison)
        .with_talk(talk);
    let is_clean = groups::problems(view.diagnosis) == 0;
    let verdict =
        (is_clean || groups::is_blind(view.diagnosis)).then(|| groups::verdict(view.diagnosis));
    let caption = verdict.into_iter().chain(map.story()).collect::<Vec<_>>().join(" ");
    draw(&map.with_callouts(callouts, Some(caption)), &titled(view, options))
}

/// The same options, with a title where none is given: `shop: 2 problems`.
fn titled(view: &FindingsView, options: &Options) -> Options {
    let found = match groups::problems(view.diagnosis) {
        0 => "no problems found".to_owned(),
        problems => count(problems, "problem"),
    };
    let own = || match &view.scope {
        Some(scope) => format!("{scope}: {found}"),
        None => sentence_case(&found),
    };
    Options { title: Some(options.title.clone().unwrap_or_else(own)), ..options.clone() }
}

/// The findings that are told, as the table has them: what is good to know only where
/// all is.
fn told<'a>(view: &FindingsView<'a>) -> Vec<Group<'a>> {
    groups::groups(view.diagnosis, |severity| view.verbose || severity > Severity::Info)
}

/// What is drawn: what was asked for, or all that runs, and in any case what
/// findings are about. Of a large map it is that alone.
fn shown(
    view: &FindingsView,
    most: usize,
    told: &[&Finding],
    places: &Places,
) -> Result<Selection> {
    let map = view.map;
    let mut shown = match view.only {
        Some(only) => only.clone(),
        None => map.select(&Filter::default())?,
    };
    if view.only.is_none() && shown.containers.len() > most && !told.is_empty() {
        shown = Selection { stopped: shown.stopped, ..Selection::default() };
    }
    for name in told.iter().flat_map(|finding| &finding.subjects) {
        for at in places.containers.get(name.as_str()).into_iter().flatten() {
            let stack = map.stack(*at).unwrap_or(*at);
            shown.containers.extend([*at, stack]);
            shown.containers.extend(map.sidecars(stack));
            shown.networks.extend(map.networks_of(stack));
        }
        shown.networks.extend(places.networks.get(name.as_str()).into_iter().flatten());
    }
    shown.stopped.retain(|at| !shown.containers.contains(at));
    Ok(shown)
}

/// Where everything is, by name.
struct Places<'a> {
    containers: HashMap<&'a str, Vec<ContainerAt>>,
    networks: HashMap<&'a str, Vec<NetworkAt>>,
}

impl<'a> Places<'a> {
    fn of(map: &'a Map) -> Self {
        let mut places = Self { containers: HashMap::new(), networks: HashMap::new() };
        for at in map.containers() {
            places.containers.entry(&map.container(at).name).or_default().push(at);
        }
        for at in map.networks() {
            places.networks.entry(&map.network(at).name).or_default().push(at);
        }
        places
    }

    /// What has this name. Where a container and a network have the same, nobody
    /// can say which is meant.
    fn called(&self, name: &str) -> Vec<Spot> {
        let containers = self.containers.get(name).into_iter().flatten();
        let networks = self.networks.get(name).into_iter().flatten();
        let containers = containers.map(|at| Spot::Container(*at));
        containers.chain(networks.map(|at| Spot::Network(*at))).collect()
    }
}

/// The findings of a group, the last with what fixes them all.
fn callouts(group: &Group, places: &Places, shut: &[(ContainerAt, ContainerAt)]) -> Vec<Callout> {
    let mut callouts: Vec<Callout> =
        group.findings.iter().map(|finding| callout(finding, places, shut)).collect();
    if let Some(last) = callouts.last_mut() {
        last.next = fix::in_short(group.title(), group.fix());
    }
    callouts
}

/// A finding with its number's places: its culprits, the networks that it
/// is about, and the arrows between its subjects that are red.
fn callout(finding: &Finding, places: &Places, shut: &[(ContainerAt, ContainerAt)]) -> Callout {
    let subjects: Vec<Vec<Spot>> =
        finding.subjects.iter().map(|name| places.called(name)).collect();
    let culprits = culprits(finding);
    let mut on: Vec<Spot> = subjects[..culprits].concat();
    let rest = subjects[culprits..].iter().flatten().copied();
    on.extend(rest.filter(|spot| matches!(spot, Spot::Network(_))));
    let is_subject =
        |at: ContainerAt| subjects.iter().flatten().any(|spot| *spot == Spot::Container(at));
    let ways = shut.iter().filter(|(from, to)| is_subject(*from) && is_subject(*to));
    on.extend(ways.map(|(from, to)| Spot::Way(*from, *to)));
    Callout {
        tone: match finding.severity {
            Severity::Error => Tone::Bad,
            Severity::Warning => Tone::Warn,
            Severity::Info => Tone::Plain,
        },
        text: full_stop(&finding.summary),
        next: None,
        on,
    }
}

/// How many of the first subjects are what the finding says something of, and
/// not what it has to do with: `web and api` of `web and api dial db`.
fn culprits(finding: &Finding) -> usize {
    let is_next = |name: &String| {
        let words = finding.summary.split(' ').map(|word| word.trim_end_matches(','));
        let mut before =
            words.take_while(|word| *word == "and" || finding.subjects.iter().any(|s| s == word));
        before.any(|word| word == name)
    };
    finding
        .subjects
        .iter()
        .take_while(|name| is_next(name))
        .count()
        .max(1)
        .min(finding.subjects.len())
}
