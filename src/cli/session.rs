//! What a command works on: opened, scanned, looked into and measured here and
//! nowhere else, with progress and with what has to be said before.

use std::collections::BTreeSet;
use std::time::Duration;

use super::measure::{self, HowArgs, Voice};
use super::options::Options;
use super::run::Run;
use super::source;
use super::watching::{About, Watching};
use crate::diagnose::{Case, PortToTry, doubts, needed, ports_to_try};
use crate::engine::{
    self, Address, Choice, Engine, Engines, Facts, ObserveOptions, ScanOptions, Whom,
};
use crate::error::{Error, Result};
use crate::graph::{Comparison, Map, Selection};
use crate::model::words::span;
use crate::model::{
    Attempt, By, Container, ContainerAt, LostWay, Measurement, Probe, ResolvedName, Snapshot,
};
use crate::order::Ordered;
use crate::probe::{self, Limits, Pace, ProbePlan, Probing, Query, Request};
use crate::render::over_time;

/// What a command is going to do with the engine that it opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// List what is there.
    List,
    /// Write down what is there, with what the engine is.
    Describe,
    /// Measure who reaches whom.
    Measure,
    /// Look into the containers, and measure.
    Look,
}

impl Purpose {
    /// How long one call to the engine may take.
    fn timeout(self, options: &Options) -> Duration {
        let asked = options.engine_timeout();
        match self {
            Self::List | Self::Describe => asked,
            // A short wait for containers is no reason to give up on the engine.
            Self::Measure | Self::Look => asked.max(Duration::from_secs(10)),
        }
    }

    /// How to scan.
    fn scan(self) -> ScanOptions {
        let facts = match self {
            Self::List => Facts::Identity,
            Self::Describe | Self::Measure => Facts::Version,
            Self::Look => Facts::All,
        };
        ScanOptions { facts, ..ScanOptions::default() }
    }
}

/// A setup, and the engines it runs on.
#[derive(Debug)]
pub struct Session<'a> {
    run: Run<'a>,
    /// Nothing where a file describes the setup.
    engines: Option<Engines>,
    /// What is known of the setup.
    pub snapshot: Snapshot,
}

impl<'a> Session<'a> {
    /// Opens what the options ask for: compose files, a snapshot, or engines,
    /// which are scanned.
    pub async fn open(run: Run<'a>, purpose: Purpose) -> Result<Self> {
        Self::open_planned(run, purpose, run.options.compose.planned()?).await
    }

    /// Like [`Self::open`], to be judged: compose files that Compose refuses as
    /// a whole are no error, but a plan in which that can be found.
    pub async fn open_judged(run: Run<'a>) -> Result<Self> {
        Self::open_planned(run, Purpose::Look, run.options.compose.judged()?).await
    }

    async fn open_planned(
        run: Run<'a>,
        purpose: Purpose,
        planned: Option<Snapshot>,
    ) -> Result<Self> {
        let options = run.options;
        let Some(snapshot) = planned else {
            return Self::open_observed(run, purpose).await;
        };
        if let Some(note) = options.compose.found_above(&snapshot) {
            run.note(&note);
        }
        let others = options.from.is_some()
            || !options.host.is_empty()
            || !options.context.is_empty()
            || options.all_nodes;
        if others { Err(two_sources()) } else { Ok(Self { run, engines: None, snapshot }) }
    }

    /// Opens the snapshot or the engines that the options ask for, whatever
    /// compose files they name besides.
    pub async fn open_observed(run: Run<'a>, purpose: Purpose) -> Result<Self> {
        match &run.options.from {
            Some(path) => Ok(Self { run, engines: None, snapshot: source::read(path)? }),
            None => Self::scan(run, purpose).await,
        }
    }

    /// Opens engines, for what can be done with nothing else.
    pub async fn open_live(run: Run<'a>, purpose: Purpose) -> Result<Self> {
        if run.options.is_live() { Self::scan(run, purpose).await } else { Err(not_live(run)) }
    }

    async fn scan(run: Run<'a>, purpose: Purpose) -> Result<Self> {
        let Run { options, output, .. } = run;
        let places = places(options)?;
        let progress = output.progress("asking the engine");
        let told = |done, of| progress.at(done, of);
        let timeout = purpose.timeout(options);
        let (engines, snapshot) =
            engine::gather(places, options.all_nodes, timeout, purpose.scan(), told).await?;
        Ok(Self { run, engines: Some(engines), snapshot })
    }

    /// The engine, or the first of several; none where there is just a file.
    pub fn engine(&self) -> Option<&Engine> {
        self.engines.as_ref()?.iter().next().map(|(_, engine)| engine)
    }

    /// Whether there are engines, and not just a file.
    pub fn is_live(&self) -> bool {
        self.engines.is_some()
    }

    /// Looks into every container, which where there is no other way takes a
    /// command run in it if `exec` is allowed. What a file describes stays as
    /// it is.
    pub async fn observe(&mut self, exec: bool) {
        self.observe_some(exec, |_| true).await;
    }

    /// Like [`Self::observe`], for those containers only that `wanted` lets through.
    pub async fn observe_some(&mut self, exec: bool, wanted: impl Fn(&Container) -> bool) {
        let Some(engines) = &self.engines else { return };
        let progress = self.run.output.progress("looking at containers");
        let how = ObserveOptions { exec, ..ObserveOptions::default() };
        let told = |done, of| progress.at(done, of);
        engine::observe_some(engines, &mut self.snapshot, how, &wanted, told).await;
        if exec {
            self.resolve(wanted).await;
        }
    }

    /// Like [`Self::observe`], to judge those alone that are asked about: a command is
    /// run in no more containers than that takes, and what is seen in these may bring
    /// others.
    pub async fn observe_about(&mut self, exec: bool, asked: &Selection) {
        self.observe(false).await;
        let Some(engines) = self.engines.as_ref().filter(|_| exec) else { return };
        let mut looked: BTreeSet<String> = BTreeSet::new();
        loop {
            let needed = self.ids_needed(asked, &looked);
            if needed.is_subset(&looked) {
                break;
            }
            let progress = self.run.output.progress("looking into containers");
            let told = |done, of| progress.at(done, of);
            let wanted = |one: &Container| needed.contains(&one.id) && !looked.contains(&one.id);
            engine::look_inside(engines, &mut self.snapshot, wanted, told).await;
            looked.extend(needed);
        }
        self.resolve(|container| looked.contains(&container.id)).await;
    }

    /// Ids of the containers whose insides it takes to judge those asked about.
    fn ids_needed(&self, asked: &Selection, looked: &BTreeSet<String>) -> BTreeSet<String> {
        let map = Map::new(&self.snapshot);
        let is_looked = |at| looked.contains(&map.container(at).id);
        let needed = needed(&Case::new(&map, None), asked, is_looked);
        needed.into_iter().map(|at| map.container(at).id.clone()).into_set()
    }

    /// Asks for the names that containers may resolve elsewhere than the
    /// engine says, from where they are, and puts what they lead to into the
    /// snapshot: for those that `wanted` lets through.
    async fn resolve(&mut self, wanted: impl Fn(&Container) -> bool) {
        let Some(engines) = &self.engines else { return };
        let map = Map::new(&self.snapshot);
        let doubts = doubts(&Case::new(&map, None)).into_iter();
        let doubts = doubts.filter(|doubt| wanted(map.container(doubt.from)));
        let asked = doubts.map(|doubt| (doubt.from, doubt.name)).collect();
        let led = probe::resolve(&map, engines, asked).await;
        let led: Vec<(String, ResolvedName)> =
            led.into_iter().map(|(at, led)| (map.container(at).id.clone(), led)).collect();
        for (id, led) in led {
            let seen = self.snapshot.observations.iter_mut().find(|seen| seen.id == id);
            if let Some(seen) = seen {
                seen.resolved.push(led);
            }
        }
    }

    /// Looks at the connections in every network namespace, and if `wait` says
    /// how long, listens to what happens there until that is over. What came of
    /// it is put into the snapshot.
    pub async fn flows(
        &mut self,
        whom: Whom,
        wait: Option<impl Future<Output = ()>>,
    ) -> Result<()> {
        self.flows_about(whom, wait, &mut |_| BTreeSet::new()).await
    }

    /// Like [`Self::flows`], for so long, and says that it takes as long.
    pub async fn listen(&mut self, whom: Whom, wait: Duration) -> Result<()> {
        if self.is_live() {
            self.run.note(&format!("listening for {}", span(wait.as_secs_f64())));
        }
        self.flows(whom, Some(tokio::time::sleep(wait))).await
    }

    /// Like [`Self::flows`], where it may be about containers that come meanwhile.
    pub async fn flows_about(
        &mut self,
        whom: Whom,
        wait: Option<impl Future<Output = ()>>,
        about: About<'_>,
    ) -> Result<()> {
        let engines = self.engines.as_ref().ok_or_else(|| not_live(self.run))?;
        let watching = Watching::begin(engines, &self.snapshot, whom, about).await;
        self.snapshot.flows = Some(match wait {
            None => watching.look_once().await,
            Some(wait) => watching.follow(wait).await,
        });
        Ok(())
    }

    /// Pings among the containers that `among` chooses, and puts what comes of
    /// it into the snapshot.
    pub async fn probe(
        &mut self,
        among: impl FnOnce(&Map<'_>) -> Result<BTreeSet<ContainerAt>>,
    ) -> Result<()> {
        let map = Map::new(&self.snapshot);
        let ends = among(&map)?;
        let request = Request::pings(ends.clone(), ends);
        let probe = self.measure(&map, &request, &HowArgs::default()).await?;
        self.snapshot.probe = Some(probe);
        Ok(())
    }

    /// Connects to the ports that containers want and that should be open, beside
    /// the pings that the snapshot has: on those ways that `wanted` lets through.
    pub async fn probe_ports(
        &mut self,
        wanted: impl Fn(ContainerAt, ContainerAt) -> bool,
    ) -> Result<()> {
        let Some(pings) = self.snapshot.probe.take() else { return Ok(()) };
        let map = Map::new(&self.snapshot);
        let comparison = Comparison::new(&map, &pings);
        let ports = ports_to_try(&Case::new(&map, Some(&comparison)));
        let ports = ports.into_iter().filter(|port| wanted(port.from, port.to));
        let queries = ports.map(|to_try| {
            let PortToTry { from, to, address, network, port } = to_try;
            Query::new(from, Some(to), network, By::Address, address, Attempt::Tcp(port))
        });
        let plan = probe::plan_queries(&map, queries.collect());
        let ports = self.carry_out(&map, &plan, &HowArgs::default(), Voice::Silent).await?;
        let mut measurements = pings.measurements;
        measurements.extend(ports.measurements);
        self.snapshot.probe = Some(Probe::new(measurements));
        Ok(())
    }

    /// Looks for what throws the packets of these ways away, one after the other,
    /// since each counts what it sends itself. What comes of it is put into the
    /// snapshot.
    pub async fn seek_drops(&mut self, ways: &[LostWay]) {
        let Some(engines) = &self.engines else { return };
        let map = Map::new(&self.snapshot);
        let progress = self.run.output.progress("looking for what drops packets");
        let mut found = Vec::new();
        for (at, way) in ways.iter().enumerate() {
            progress.at(at, ways.len());
            found.push(probe::seek(&map, engines, way).await);
        }
        drop(map);
        self.snapshot.drops = found;
    }

    /// Looks where the machine's rules of routing lead the packets of some ways, where somebody
    /// has made such rules, and puts what was found into the snapshot. Nothing is sent for it.
    pub async fn seek_routes(&mut self, ways: impl FnOnce(&Map<'_>) -> Vec<LostWay>) {
        let Some(engines) = &self.engines else { return };
        if !probe::has_rules_of_routing(engines).await {
            return;
        }
        let map = Map::new(&self.snapshot);
        let mut found = Vec::new();
        for way in &ways(&map) {
            found.extend(probe::misrouted(&map, engines, way).await);
        }
        drop(map);
        self.snapshot.drops.extend(found);
    }

    /// Looks whether the cables of both ends of some ways are whole, and puts what was found into
    /// the snapshot. Nothing is sent for it.
    pub async fn seek_cables(&mut self, ways: impl FnOnce(&Map<'_>) -> Vec<LostWay>) {
        let Some(engines) = &self.engines else { return };
        let map = Map::new(&self.snapshot);
        let mut found = Vec::new();
        for way in &ways(&map) {
            found.extend(probe::unplugged(&map, engines, way).await);
        }
        drop(map);
        self.snapshot.drops.extend(found);
    }

    /// Measures what is asked for, and says first what that takes.
    pub async fn measure(&self, map: &Map<'_>, request: &Request, how: &HowArgs) -> Result<Probe> {
        self.carry_out(map, &probe::plan(map, request), how, Voice::Aloud).await
    }

    /// Measures it at a pace until that is over or `enough`, and shows meanwhile
    /// what comes of it.
    pub async fn follow(
        &self,
        map: &Map<'_>,
        request: &Request,
        how: &HowArgs,
        pace: Pace,
        enough: impl Future<Output = ()>,
    ) -> Result<Probe> {
        let plan = probe::plan(map, request);
        let probing = self.probing(map, &plan, how)?;
        self.announce(&plan, &probing);
        let live = self.run.output.live();
        let seen = |so_far: &[Measurement]| live.show(&over_time(so_far, &live.style()));
        Ok(probing.follow(pace, enough, seen).await)
    }

    /// Measures what a plan asks for.
    pub async fn carry_out(
        &self,
        map: &Map<'_>,
        plan: &ProbePlan,
        how: &HowArgs,
        voice: Voice,
    ) -> Result<Probe> {
        let probing = self.probing(map, plan, how)?;
        if voice == Voice::Aloud {
            self.announce(plan, &probing);
        }
        let progress = self.run.output.progress("probing pairs");
        Ok(probing.run(|done, of| progress.at(done, of)).await)
    }
}

impl<'a> Session<'a> {
    fn probing<'m>(
        &'m self,
        map: &'m Map<'_>,
        plan: &'m ProbePlan,
        how: &HowArgs,
    ) -> Result<Probing<'m>> {
        let engines = self.engines.as_ref().ok_or_else(|| not_live(self.run))?;
        let limits = match self.run.options.timeout {
            Some(wait) => Limits::new(wait, how.count),
            None => Limits::usual(how.count),
        };
        let limits = Limits { full_size: how.full_size, ..limits };
        Probing::new(map, engines, plan, limits, how.method)
    }

    /// Says what measuring takes, before it does.
    fn announce(&self, plan: &ProbePlan, probing: &Probing<'_>) {
        for note in measure::announcements(plan, probing) {
            self.run.note(&note);
        }
    }
}

/// The places of the engines that the options and the environment choose.
pub fn places(options: &Options) -> Result<Vec<Address>> {
    let environment = options.environment();
    let at = |host: Option<&String>, context: Option<&String>| {
        let choice = Choice { host: host.cloned(), context: context.cloned() };
        engine::choose(&choice, &environment)
    };
    match (&options.host[..], &options.context[..]) {
        ([], []) => Ok(vec![at(None, None)?]),
        (hosts, []) => hosts.iter().map(|host| at(Some(host), None)).collect(),
        ([], contexts) => contexts.iter().map(|context| at(None, Some(context))).collect(),
        (hosts, contexts) => Ok(vec![at(hosts.first(), contexts.first())?]),
    }
}

fn two_sources() -> Error {
    Error::Usage {
        what: "--compose stands in place of an engine or a snapshot".to_owned(),
        hint: Some("leave out --host, --context and --from".to_owned()),
    }
}

/// The error for what only an engine that runs can do.
fn not_live(run: Run<'_>) -> Error {
    let (what, hint) = if run.options.compose.files.is_empty() {
        (
            "nothing can be measured in a snapshot, which is of another time",
            "leave out --from; a probe that the file holds is shown without being asked for",
        )
    } else {
        (
            "what compose files plan does not run yet, so nothing of it can be measured",
            "bring it up, and leave out --compose",
        )
    };
    Error::Usage { what: what.to_owned(), hint: Some(hint.to_owned()) }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::command_line::Cli;
    use crate::cli::output::Output;
    use crate::cli::settings::Settings;

    fn options(arguments: &[&str]) -> Options {
        let all = ["netmap", "show"].iter().chain(arguments);
        Cli::try_parse_from(all).expect("arguments that clap takes").options
    }

    #[test]
    fn who_waits_for_containers_waits_for_the_engine_too() {
        let seconds =
            |purpose: Purpose, arguments: &[&str]| purpose.timeout(&options(arguments)).as_secs();
        for purpose in [Purpose::Measure, Purpose::Look] {
            assert_eq!(seconds(purpose, &[]), 10);
            assert_eq!(seconds(purpose, &["--timeout", "1s"]), 10);
            assert_eq!(seconds(purpose, &["--timeout", "60s"]), 60);
        }
        assert_eq!(seconds(Purpose::List, &[]), 10);
        assert_eq!(seconds(Purpose::List, &["--timeout", "1s"]), 1);
    }

    #[test]
    fn only_a_closer_look_asks_for_all_facts() {
        let purposes = [Purpose::List, Purpose::Describe, Purpose::Measure, Purpose::Look];
        let facts = purposes.map(|purpose| purpose.scan().facts);
        assert_eq!(facts, [Facts::Identity, Facts::Version, Facts::Version, Facts::All]);
    }

    /// A session, opened as `open` does it, for these arguments.
    fn with<T>(arguments: &[&str], then: impl AsyncFnOnce(Run<'_>) -> T) -> T {
        let options = options(arguments);
        let settings = Settings::default();
        let output = Output::new(&options, &settings);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(then(Run {
            options: &options,
            settings: &settings,
            output: &output,
        }))
    }

    #[test]
    fn a_file_is_not_measured_and_stays_as_it_is() {
        let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/module-5");
        with(&["--from", sample], async |run| {
            let mut session = Session::open(run, Purpose::Look).await.expect("a sample");
            let before = session.snapshot.clone();
            session.observe(true).await;
            assert!(!session.is_live() && session.snapshot == before);
            let all = |map: &Map<'_>| Ok(map.containers().collect());
            let error = session.probe(all).await.expect_err("nothing runs");
            assert!(error.hint().is_some_and(|hint| hint.contains("--from")), "{error}");
            assert_eq!(session.snapshot, before);
            let error = Session::open_live(run, Purpose::Measure).await.expect_err("no engine");
            assert!(error.to_string().contains("in a snapshot"), "{error}");
        });
    }

    #[test]
    fn a_plan_stands_in_place_of_an_engine() {
        let plan = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/shop");
        with(&["--compose", plan], async |run| {
            let session = Session::open(run, Purpose::List).await.expect("a plan");
            assert!(!session.is_live() && session.snapshot.plan.is_some());
            let error = Session::open_live(run, Purpose::Measure).await.expect_err("no engine");
            assert!(error.to_string().contains("compose files plan"), "{error}");
        });
        with(&["--compose", plan, "--host", "unix:///nowhere"], async |run| {
            let error = Session::open(run, Purpose::List).await.expect_err("two sources");
            assert!(error.to_string().contains("in place of an engine"), "{error}");
        });
    }
}
