//! What the page tells of findings: each once, and by whom it is to be found.

use std::collections::HashMap;

use serde::Serialize;

use crate::model::{ContainerAt, NetworkAt};
use crate::render::escape;
use crate::render::view::{Callout, Spot, View};

/// A finding. Every text is harmless to read; none is markup.
#[derive(Debug, Serialize)]
pub struct Finding {
    /// Its number on the picture; the first ones have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<usize>,
    /// How grave it is, in a word for style sheets.
    pub tone: &'static str,
    /// A sentence.
    pub text: String,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The findings of a view, and by their places in that list those of each
/// container and of each network.
#[derive(Debug, Default)]
pub struct Findings {
    pub all: Vec<Finding>,
    by_container: HashMap<ContainerAt, Vec<usize>>,
    by_network: HashMap<NetworkAt, Vec<usize>>,
}

impl Findings {
    /// Those of a view, with number and without.
    pub fn of(view: &View) -> Self {
        let mut findings = Self::default();
        let numbered = (1..).map(Some).zip(&view.callouts);
        let others = view.callouts_left_out.iter().map(|callout| (None, callout));
        for (number, callout) in numbered.chain(others) {
            findings.add(number, callout);
        }
        findings
    }

    fn add(&mut self, number: Option<usize>, callout: &Callout) {
        let place = self.all.len();
        for spot in &callout.on {
            let (containers, network) = match *spot {
                Spot::Container(at) => ([Some(at), None], None),
                Spot::Network(at) => ([None, None], Some(at)),
                Spot::Endpoint(at, network) => ([Some(at), None], Some(network)),
                Spot::Way(from, to) => ([Some(from), Some(to)], None),
            };
            for at in containers.into_iter().flatten() {
                note(self.by_container.entry(at).or_default(), place);
            }
            if let Some(at) = network {
                note(self.by_network.entry(at).or_default(), place);
            }
        }
        self.all.push(Finding {
            number,
            tone: callout.tone.word(),
            text: escape::terminal(&callout.text).into_owned(),
            next: callout.next.as_deref().map(|next| escape::terminal(next).into_owned()),
        });
    }

    /// Those that a container has to do with.
    pub fn container(&self, at: ContainerAt) -> Vec<usize> {
        self.by_container.get(&at).cloned().unwrap_or_default()
    }

    /// Those that a network has to do with.
    pub fn network(&self, at: NetworkAt) -> Vec<usize> {
        self.by_network.get(&at).cloned().unwrap_or_default()
    }
}

/// Notes a finding, once.
fn note(list: &mut Vec<usize>, place: usize) {
    if list.last() != Some(&place) {
        list.push(place);
    }
}
