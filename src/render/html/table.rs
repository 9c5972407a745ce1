//! The page's tables, for who cannot see the picture, and for paper.

use std::fmt::Write;

use super::data::{Container, Data, Owner, Talk};
use crate::model::{TalkBasis, TalkVerdict};
use crate::render::escape::xml as safe;

/// All tables.
pub fn tables(data: &Data) -> String {
    let mut html = findings(data);
    let columns = ["Container", "Project", "Image", "State", "Networks", "Ports", "Talks to"];
    html.push_str(&head("Containers", &columns));
    for container in &data.containers {
        let cells = [
            safe(container.project.as_deref().unwrap_or_default()),
            safe(&container.image),
            safe(&container.state),
            networks(data, container),
            lines(container.ports.iter().chain(&container.listens)),
            lines(container.talk.iter().filter_map(|talk| asks(data, talk))),
        ];
        html.push_str(&row(&container.name, &cells));
    }
    html.push_str("</tbody>\n</table>\n");
    html.push_str(&head("Networks", &["Network", "Kind", "Subnets", "Members"]));
    for network in &data.networks {
        let members: Vec<&str> =
            network.members.iter().map(|at| data.containers[*at].name.as_str()).collect();
        let cells = [safe(&network.kind), lines(&network.subnets), safe(&members.join(", "))];
        html.push_str(&row(&network.name, &cells));
    }
    html.push_str("</tbody>\n</table>\n");
    html
}

/// What the doctor found, or what differs, if anything.
fn findings(data: &Data) -> String {
    if data.findings.is_empty() {
        return String::new();
    }
    let one = data.heading.strip_suffix('s').unwrap_or(data.heading);
    let mut html = head(data.heading, &[one, "About", "Next"]);
    let mut about: Vec<Vec<&str>> = vec![Vec::new(); data.findings.len()];
    let containers = data.containers.iter().map(|of| (&of.name, &of.findings));
    let networks = data.networks.iter().map(|of| (&of.name, &of.findings));
    for (name, findings) in containers.chain(networks) {
        findings.iter().for_each(|at| about[*at].push(name));
    }
    for (finding, about) in data.findings.iter().zip(about) {
        let number = finding.number.map_or(String::new(), |number| format!("{number}. "));
        let next = finding.next.as_deref().unwrap_or_default();
        let cells = [safe(&about.join(", ")), safe(next)];
        html.push_str(&row(&format!("{number}{}", finding.text), &cells));
    }
    html + "</tbody>\n</table>\n"
}

fn head(caption: &str, columns: &[&str]) -> String {
    let columns: String =
        columns.iter().map(|column| format!("<th scope=\"col\">{column}</th>")).collect();
    let class = caption.to_lowercase();
    format!(
        "<table class=\"{class}\">\n<caption>{caption}</caption>\n<thead><tr>{columns}</tr></thead>\n<tbody>\n"
    )
}

fn row(name: &str, cells: &[String]) -> String {
    let mut row = format!("<tr><th scope=\"row\">{}</th>", safe(name));
    for cell in cells {
        let _ = write!(row, "<td>{cell}</td>");
    }
    row + "</tr>\n"
}

/// A line each.
fn lines(all: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let all: Vec<String> = all.into_iter().map(|line| safe(line.as_ref())).collect();
    all.join("<br>")
}

/// The networks that a container is on, with its addresses there.
fn networks(data: &Data, container: &Container) -> String {
    match &container.shares {
        Some(Owner::Shown(at)) => lines([format!("shares that of {}", data.containers[*at].name)]),
        Some(Owner::Told(owner)) => lines([format!("shares that of {owner}")]),
        None => lines(container.on.iter().map(|on| {
            let network = &data.networks[on.network].name;
            let words = std::iter::once(network).chain(&on.addresses);
            words.map(String::as_str).collect::<Vec<_>>().join(" ")
        })),
    }
}

/// Whom a container asks, and how that is known.
fn asks(data: &Data, talk: &Talk) -> Option<String> {
    if talk.answers {
        return None;
    }
    let with = &data.containers[talk.with].name;
    let port = talk.port.map_or(String::new(), |port| format!(":{port}"));
    let how = match (talk.basis, talk.verdict) {
        (_, TalkVerdict::Blocked) => " (cannot work)",
        (TalkBasis::Dependency, _) => " (waits for it at its start)",
        (TalkBasis::Observed, _) => " (observed)",
        (TalkBasis::Configured, _) => "",
    };
    Some(format!("{with}{port}{how}"))
}
