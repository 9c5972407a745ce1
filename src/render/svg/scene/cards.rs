//! The cards: what a container's card says.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::images::{image_line, in_whole_and_cut, says};
use super::limits::{MOST, WIDEST, limited};
use super::line::{Line, LineRole, Look};
use super::shapes::{Card, Part, Tap, Told};
use crate::graph::StackOwner;
use crate::model::words::{count, listed};
use crate::model::{Container, ContainerAt, Health, Natural, State};
use crate::order::{OrderBy, Ordered};
use crate::render::escape;
use crate::render::svg::options::{Blank, Detail, Options};
use crate::render::svg::reduce::Group;
use crate::render::view::{self, Kind, Numbers, Spot, View};

/// So many names stand on a card of several.
const NAMED: usize = 6;

/// What cards are made with.
pub struct Words<'a> {
    /// What is shown.
    pub view: &'a View<'a>,
    /// How.
    pub options: &'a Options,
    /// Short names.
    pub names: HashMap<ContainerAt, String>,
    /// What contradicts the map, by container.
    pub alarms: BTreeMap<ContainerAt, BTreeSet<String>>,
    /// The state that most have, which need not be said.
    pub usual: Option<String>,
    /// Whether there is more than one project.
    pub tells_projects: bool,
    /// Whether room is short.
    pub is_dense: bool,
    /// Numbers of callouts.
    pub called_out: Option<&'a Numbers>,
}

impl<'a> Words<'a> {
    /// For a view.
    pub fn new(
        view: &'a View<'a>,
        options: &'a Options,
        alarms: BTreeMap<ContainerAt, BTreeSet<String>>,
        tells_projects: bool,
        is_dense: bool,
    ) -> Self {
        let usual = view.usual_state();
        Self {
            view,
            options,
            names: view.service_names(),
            alarms,
            usual,
            tells_projects,
            is_dense,
            called_out: None,
        }
    }

    /// The same words with numbers of callouts.
    pub fn with_numbers(mut self, numbers: &'a Numbers) -> Self {
        self.called_out = Some(numbers);
        self
    }

    /// The numbers on these containers, after the last of the lines of a name.
    fn number(&self, lines: &mut Vec<Line>, of: &[ContainerAt]) {
        let spots = of.iter().map(|at| Spot::Container(*at));
        let numbers = self.called_out.map(|numbers| numbers.on(spots)).unwrap_or_default();
        if let Some(last) = lines.pop() {
            lines.push(if numbers.is_empty() { last } else { last.numbered(numbers) });
        }
    }

    /// The card of a group that hangs on these taps; `is_framed` where a frame
    /// says its project.
    pub fn card(&self, group: &Group, taps: Vec<Tap>, is_framed: bool) -> Card {
        let (view, blank) = (self.view, self.options.blank);
        let owner = group.owners[0];
        let container = view.container(owner);
        let is_many = group.owners.len() > 1;
        let sidecars = group.owners.iter().flat_map(|at| view.map.sidecars(*at)).copied();
        let sidecars = view.in_order(sidecars);
        let mut parts = match group.is_project {
            true => vec![self.project(group, group.owners.len() + sidecars.len())],
            false => vec![self.person(group, is_framed)],
        };
        if !group.is_project {
            parts.extend(sidecars.iter().map(|sidecar| self.sidecar(*sidecar)));
        }
        let mut containers = group.owners.clone();
        containers.extend(&sidecars);
        let warnings: BTreeSet<&String> =
            containers.iter().filter_map(|at| self.alarms.get(at)).flatten().into_set();
        let is_alarming = !warnings.is_empty();
        // What is said by number need not be said here as well.
        if is_alarming && blank.is_none() && view.callouts.is_empty() {
            let lines = limited(warnings.into_iter().map(String::as_str), LineRole::Alarm);
            parts.push(Part { lines, told: Vec::new(), place: Told::Nowhere });
        }
        let no_names = blank == Some(Blank::Names);
        let routes = !sidecars.is_empty();
        let kind = Kind::in_common(group.owners.iter().map(|at| view.container(*at)));
        let kind = if kind == Kind::Unknown && routes { Kind::Router } else { kind };
        let has_kind = self.options.keeps(Detail::Kinds) && !group.is_project;
        let is_faint = view.changes.is_compared
            && view.changes.container(owner).is_none()
            && taps.iter().all(|tap| tap.is_faint);
        Card {
            is_faint,
            name: escape::terminal(if is_many || group.is_project {
                &group.title
            } else {
                &container.name
            })
            .into_owned(),
            kind: Some(kind).filter(|_| has_kind),
            parts,
            taps,
            beside: Vec::new(),
            project: container.project().map(str::to_owned),
            rank: None,
            is_stopped: group.owners.iter().all(|at| look(view.container(*at)) == Look::Stopped),
            count: group.owners.len(),
            is_alarming,
            tooltip: if no_names { Vec::new() } else { self.tooltip(&containers) },
            containers,
            change: view.changes.container(owner),
            is_flat: self.is_dense,
        }
    }

    /// What a card is called.
    fn name(&self, group: &Group, is_framed: bool) -> String {
        let owner = group.owners[0];
        let told = is_framed || !self.tells_projects;
        if group.owners.len() > 1 {
            return format!("{} ×{}", group.title, group.owners.len());
        }
        match self.names.get(&owner) {
            Some(name) if told => name.clone(),
            Some(name) => self.view.name_with_project(owner, name).to_owned(),
            None => self.view.short_name(owner).to_owned(),
        }
    }

    /// What a card says of the container itself, or of several that are alike.
    fn person(&self, group: &Group, is_framed: bool) -> Part {
        let (view, options) = (self.view, self.options);
        let at = group.owners[0];
        let container = view.container(at);
        let no_name = options.blank == Some(Blank::Names);
        let name = self.name(group, is_framed);
        let mut lines: Vec<Line> = Line::wrapped(LineRole::Name, &name, WIDEST, 2)
            .into_iter()
            .map(|line| line.left_out(no_name))
            .collect();
        if lines.is_empty() {
            // What has no name has the line for it all the same.
            lines.push(Line::new(LineRole::Name, ""));
        }
        self.number(&mut lines, &group.owners);
        if let Some(change) = view.changes.container(at) {
            lines.extend(Line::wrapped(LineRole::Changed(change), change.word(), WIDEST, 1));
        }
        if group.owners.len() > 1 {
            let names: Vec<&str> =
                group.owners.iter().map(|at| self.own_part(*at, &group.title)).collect();
            let has_parts = names.iter().any(|name| name.parse::<u32>().is_err());
            if has_parts {
                lines.extend(
                    Line::wrapped(LineRole::Quiet, &listed(&names, NAMED), WIDEST, MOST)
                        .into_iter()
                        .map(|line| line.left_out(no_name)),
                );
            }
        }
        let project = container.project().filter(|_| self.tells_projects && !is_framed);
        if let Some(project) = project.filter(|project| !name.starts_with(*project) && !no_name) {
            lines.extend(Line::wrapped(LineRole::Quiet, &format!("project {project}"), WIDEST, 1));
        }
        let is_one_kind = self.have_in_common(group, Container::repository);
        if !is_one_kind && options.keeps(Detail::Image) {
            lines.extend(self.families(group));
        } else if options.shows(Detail::Image) && self.have_in_common(group, |one| &one.image) {
            lines.extend(image_line(container));
        }
        if view.map.stack_owner(at) == StackOwner::Missing {
            lines.extend(Line::wrapped(LineRole::Alarm, "its network stack is gone", WIDEST, 2));
        }
        if options.shows(Detail::Ports) {
            lines.extend(self.ports(at));
            for text in view.listening(at) {
                lines.extend(Line::wrapped(LineRole::Quiet, &text, WIDEST, 2));
            }
        }
        if options.shows(Detail::Names) && group.owners.len() == 1 && !no_name {
            lines.extend(self.known_as(at));
        }
        let mut told = self.state(&group.owners);
        if told.is_empty() && !options.shows(Detail::Image) && is_one_kind {
            told = self.family(container, &name);
        }
        self.part(lines, told)
    }

    /// Whether this is the same of all that a card stands for, and may be said of it.
    fn have_in_common(&self, group: &Group, what: impl Fn(&Container) -> &str) -> bool {
        let mut said = group.owners.iter().map(|at| what(self.view.container(*at)));
        let first = said.next();
        said.all(|other| Some(other) == first)
    }

    /// The families of images of which a card has some, if it has no room for all names.
    fn families(&self, group: &Group) -> Vec<Line> {
        if group.owners.len() <= NAMED {
            return Vec::new();
        }
        let owners = group.owners.iter().map(|at| self.view.container(*at));
        let families: BTreeSet<&str> =
            owners.map(family).filter(|name| !name.is_empty()).into_set();
        let families: Vec<&str> = families.into_iter().collect();
        Line::wrapped(LineRole::Quiet, &listed(&families, NAMED), WIDEST, MOST)
    }

    /// A part that has room for what is told.
    fn part(&self, mut lines: Vec<Line>, mut told: Vec<Line>) -> Part {
        let (state, image) = (self.options.keeps(Detail::State), self.options.keeps(Detail::Image));
        let place = match self.is_dense {
            true if state => Told::Beside,
            false if state || image => Told::Beneath,
            _ => Told::Nowhere,
        };
        // Who asks for states gets them in whole.
        if self.options.shows(Detail::State) {
            let whole: Vec<Line> = told.drain(..).take(1).collect();
            lines.extend(whole);
            return Part { lines, told, place: Told::Nowhere };
        }
        Part { lines, told, place }
    }

    /// The family of an image, where neither name nor glyph says it.
    fn family(&self, container: &Container, name: &str) -> Vec<Line> {
        let family = family(container);
        let is_said = self.is_dense || says(name, family);
        if is_said || !self.options.keeps(Detail::Image) {
            return Vec::new();
        }
        in_whole_and_cut(family)
    }

    /// What a card says of a whole project of so many containers.
    fn project(&self, group: &Group, containers: usize) -> Part {
        let no_name = self.options.blank == Some(Blank::Names);
        let name = Line::wrapped(LineRole::Name, &group.title, WIDEST, 2).into_iter();
        let mut lines: Vec<Line> = name.map(|line| line.left_out(no_name)).collect();
        self.number(&mut lines, &group.owners);
        let looks = group.owners.iter().map(|at| look(self.view.container(*at)));
        let unwell: Vec<Look> =
            looks.filter(|look| !matches!(look, Look::Running | Look::Planned)).collect();
        let worst = unwell.iter().max().filter(|_| self.options.keeps(Detail::State));
        let told = match worst {
            Some(worst) => {
                let of = format!("{} of {containers}", unwell.len());
                let words = [format!("{of} not running well"), format!("{of} unwell"), of];
                words.iter().map(|words| Line::new(LineRole::State(*worst), words)).collect()
            }
            None => vec![Line::new(LineRole::Quiet, &count(containers, "container"))],
        };
        Part { lines, told, place: Told::Beneath }
    }

    /// What of a replica's name the service's does not say.
    fn own_part(&self, at: ContainerAt, title: &str) -> &str {
        let name = self.names.get(&at).map_or("", String::as_str);
        let rest = name.strip_prefix(title).unwrap_or(name);
        rest.trim_start_matches(['-', '_', '.'])
    }

    /// What a card says of a container in another one's network namespace.
    fn sidecar(&self, at: ContainerAt) -> Part {
        let name = self.names.get(&at).map_or("", String::as_str);
        let mut lines: Vec<Line> = Line::wrapped(LineRole::Strong, &format!("└ {name}"), WIDEST, 2)
            .into_iter()
            .map(|line| line.left_out(self.options.blank == Some(Blank::Names)))
            .collect();
        self.number(&mut lines, &[at]);
        if self.options.shows(Detail::Ports) {
            lines.extend(self.ports(at));
        }
        self.part(lines, self.state(&[at]))
    }

    /// The state, where it is not what most have, in ever fewer words and then as a sign
    /// alone.
    fn state(&self, of: &[ContainerAt]) -> Vec<Line> {
        if !self.options.keeps(Detail::State) {
            return Vec::new();
        }
        let text = match self.options.shows(Detail::State) {
            true => Some(view::state(self.view.container(of[0]))),
            false => None,
        };
        let unusual = self.view.unusual_state(of, self.usual.as_deref());
        let Some(text) = unusual.or(text) else { return Vec::new() };
        let worst = of.iter().map(|at| look(self.view.container(*at))).max();
        let role = LineRole::State(worst.unwrap_or(Look::Running));
        in_fewer_words(&text).iter().map(|text| Line::new(role, text)).collect()
    }

    /// Ports that are asked for and not published, and such as are declared.
    fn ports(&self, at: ContainerAt) -> Vec<Line> {
        let wanted: Vec<String> =
            self.view.wanted(at).iter().map(|port| format!("would publish {port}")).collect();
        let mut lines = limited(wanted.iter().map(String::as_str), LineRole::Quiet);
        let exposed = view::only_exposed(self.view.container(at));
        if !exposed.is_empty() {
            let text = format!("exposes {}", exposed.join(", "));
            lines.extend(Line::wrapped(LineRole::Quiet, &text, WIDEST, 2));
        }
        lines
    }

    /// The names that it is known by, where they are not its own.
    fn known_as(&self, at: ContainerAt) -> Vec<Line> {
        let container = self.view.container(at);
        let mut names: Vec<&str> = self
            .view
            .map
            .endpoints(at)
            .flat_map(|(_, endpoint)| container.chosen_names_on(endpoint))
            .collect();
        names.order_by_key(|name| Natural(*name));
        names.dedup();
        if names.is_empty() {
            return Vec::new();
        }
        Line::wrapped(LineRole::Quiet, &format!("known as {}", listed(&names, 6)), WIDEST, 3)
    }

    fn tooltip(&self, containers: &[ContainerAt]) -> Vec<String> {
        let mut lines = Vec::new();
        for at in containers.iter().take(24) {
            let container = self.view.container(*at);
            lines.push(format!("{}: {}", container.name, view::state(container)));
            if !container.image.is_empty() {
                lines.push(format!("image {}", container.image));
            }
            if let Some(project) = container.project() {
                lines.push(format!("project {project}"));
            }
            if containers.len() == 1 && self.options.blank.is_none() {
                lines.extend(self.view.ports(*at).into_iter().take(24));
            }
        }
        if containers.len() > 24 {
            lines.push(format!("and {} more", containers.len() - 24));
        }
        lines
    }
}

/// A state as it is, and in fewer words, and in none: `running, unhealthy` is
/// `unhealthy`, and `exited (137), out of memory` is `exited (137)`, and then `exit 137`.
fn in_fewer_words(state: &str) -> [String; 7] {
    let healthy = state.replace(", healthy", "");
    let short = healthy.strip_prefix("running, ").unwrap_or(&healthy);
    let first = short.split(", ").next().unwrap_or_default();
    let code = first.replace("exited (", "exit ").replace(')', "");
    let word = first.split(" (").next().unwrap_or_default();
    [state, &healthy, short, first, &code, word, ""].map(str::to_owned)
}

/// The family of a container's image: what it is called, whoever made it.
fn family(container: &Container) -> &str {
    container.repository().rsplit('/').next().unwrap_or_default()
}

/// How well a container is.
fn look(container: &Container) -> Look {
    match container.state {
        State::Running if container.health == Some(Health::Unhealthy) => Look::Ailing,
        State::Running => Look::Running,
        State::Paused | State::Restarting | State::Unknown => Look::Waiting,
        State::Planned => Look::Planned,
        State::Created | State::Removing | State::Exited | State::Dead => Look::Stopped,
    }
}
