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
        NUXT_PUBLIC_…, PUBLIC_… and the like) holds the name or the address of another container.",
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
            let to = match case.meaning(at, &reference.host) {
                // A name with dots may be one outside, too.
                Meaning::Named(to) if !reference.host.contains('.') => to,
                Meaning::Addressed(to) if !case.map.on_host(to) => to,
                _ => continue,
            };
            if to != at {
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

/// The address and port of the host by which a browser gets to a container's
/// port, and that port; to any of them, where it is not known which is meant.
fn on_host(case: &Case, to: ContainerAt, port: Option<u16>) -> Option<(String, u16, u16)> {
    let published = case.container(to).published.iter();
    let fits = published.filter(|p| {
        port.is_none_or(|port| p.port == port || p.host_port == Some(port)) && p.host_port.is_some()
    });
    // By the container's port, or by the host's; where it has several, one that is open.
    let best = fits.min_by_key(|p| {
        (Some(p.port) != port, case.is_shut(to, p.port, p.protocol), p.host_ip.is_ipv6())
    })?;
    let host = match best.host_ip {
        ip if ip.is_loopback() || ip.is_unspecified() => "localhost".to_owned(),
        ip => ip.to_string(),
    };
    Some((host, best.host_port?, best.port))
}

fn finding(case: &Case, at: ContainerAt, to: ContainerAt, references: &[&Reference]) -> Finding {
    let (page, name) = (case.name(at), case.name(to));
    let urls: Vec<String> = references.iter().map(|reference| reference.written()).collect();
    let host = &references[0].host;
    let by_address = references.iter().all(|reference| reference.address().is_some());
    let which = match by_address {
        true => format!("which reach {host} on this machine at most"),
        false => format!("which do not know the name {host}"),
    };
    let what = format!("{page} hands {} to browsers, {which}", few(&urls));
    let mut finding = RULE.finding([page, name], what);
    if by_address {
        finding.severity = Severity::Warning;
    }
    let mut steps = Vec::new();
    for reference in references {
        let variable = reference.variable.clone().unwrap_or_default();
        finding
            .evidence
            .push(Evidence::ForBrowsers { container: page.to_owned(), variable: variable.clone() });
        let Some((host, host_port, inside)) = on_host(case, to, reference.dialled_port()) else {
            let port = reference.dialled_port();
            let port = port.map_or("its port".to_owned(), |port| format!("port {port}"));
            steps.push(advise(format!(
                "publish {port} of {}, and let {variable} of {} hold its address on the host",
                case.called(to),
                case.called(at)
            )));
            continue;
        };
        let leads = Evidence::LeadsTo { host_port, container: name.to_owned(), port: inside };
        finding.evidence.push(leads);
        steps.extend(case.reset(at, reference, &host, Some(host_port)));
    }
    steps.push(advise(format!(
        "build the pages of {} again with that: such variables are read when they are built",
        case.called(at)
    )));
    finding.fix = settled(steps);
    finding
}
