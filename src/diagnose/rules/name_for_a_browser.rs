//! A name of the containers' handed to a browser.

use std::collections::BTreeMap;

use crate::diagnose::{Case, Judgement, Meaning, Rule, advise, settled};
use crate::model::words::few;
use crate::model::{ContainerAt, Evidence, Finding, Origin, Reference, Severity};

/// See `netmap explain name-for-a-browser`.
pub const RULE: Rule = Rule {
    name: "name-for-a-browser",
    severity: Severity::Error,
    summary: "a page hands browsers an address that only containers know",
    meaning: "What a page loads, the browser loads: it runs on the machine of the one who looks at \
        it, outside of Docker, where no container has a name. It gets to a container by a \
        published port.",
    seen: "A variable whose value goes into pages (VITE_…, REACT_APP_…, NEXT_PUBLIC_…, VUE_APP_…, \
        NUXT_PUBLIC_…, PUBLIC_… and the like) holds a URL with the name of another container.",
    example: "`net::ERR_NAME_NOT_RESOLVED` in the browser, while `curl http://api:8000` works in the \
        container",
    fix: "Publish the port, give the page its address on the host (`http://localhost:8000`), and build \
        the page again: such variables are read when it is built.",
    mistaken_for: "A wrong name: it is right for containers. A browser that is itself in a container \
        does know it.",
    needs: &[],
    judge,
};

/// Words in names of images that are browsers, or drive one.
const BROWSERS: [&str; 8] = [
    "selenium",
    "chrome",
    "chromium",
    "firefox",
    "playwright",
    "puppeteer",
    "cypress",
    "browserless",
];

fn judge(case: &Case) -> Judgement {
    let mut groups: BTreeMap<(ContainerAt, ContainerAt), Vec<&Reference>> = BTreeMap::new();
    for at in case.containers().filter(|at| case.matters(*at)) {
        let of_pages = case.container(at).references.iter();
        for reference in of_pages.filter(|reference| reference.origin == Origin::Browser) {
            // A name with dots may be one outside, too.
            let Meaning::Named(to) = case.meaning(at, &reference.host) else { continue };
            if to != at && !reference.host.contains('.') {
                groups.entry((at, to)).or_default().push(reference);
            }
        }
    }
    let outside = groups.into_iter().filter(|((_, to), _)| !has_browser(case, *to));
    Judgement::of(outside.map(|((at, to), references)| finding(case, at, to, &references)))
}

/// Whether a browser is among those that share a network with a container.
fn has_browser(case: &Case, to: ContainerAt) -> bool {
    let stack = case.map.stack(to).unwrap_or(to);
    case.map.networks_of(stack).flat_map(|network| case.map.members(network)).any(|member| {
        let image = case.container(*member).image.to_ascii_lowercase();
        BROWSERS.iter().any(|word| image.contains(word))
    })
}

fn finding(case: &Case, at: ContainerAt, to: ContainerAt, references: &[&Reference]) -> Finding {
    let (page, name) = (case.name(at), case.name(to));
    let urls: Vec<String> = references.iter().map(|reference| reference.written()).collect();
    let host = &references[0].host;
    let mut finding = RULE.finding(
        [page, name],
        format!("{page} hands {} to browsers, which do not know the name {host}", few(&urls)),
    );
    let mut steps = Vec::new();
    for reference in references {
        let variable = reference.variable.clone().unwrap_or_default();
        finding
            .evidence
            .push(Evidence::ForBrowsers { container: page.to_owned(), variable: variable.clone() });
        let Some(port) = reference.dialled_port() else { continue };
        let published = case.container(to).published.iter();
        let published = published.filter(|p| p.port == port || p.host_port == Some(port));
        let published = published.filter_map(|p| Some((p.host_port?, p.port)));
        // By the container's port, or by the host's.
        let Some((host_port, inside)) = published.min_by_key(|(_, inside)| *inside != port) else {
            steps.push(advise(format!(
                "publish port {port} of {}, and let {variable} of {} hold its address on the host",
                case.called(to),
                case.called(at)
            )));
            continue;
        };
        let leads = Evidence::LeadsTo { host_port, container: name.to_owned(), port: inside };
        finding.evidence.push(leads);
        steps.extend(case.reset(at, reference, "localhost", Some(host_port)));
    }
    steps.push(advise(format!(
        "build the pages of {} again with that: such variables are read when they are built",
        case.called(at)
    )));
    finding.fix = settled(steps);
    finding
}
