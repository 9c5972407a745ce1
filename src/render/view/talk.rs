//! Who talks to whom in sentences, where somebody looked at the wire.

use super::View;
use crate::model::words::{listed, span};
use crate::model::{ContainerAt, Seen, Talk, TalkBasis, TalkVerdict};

/// Whether talk is of a kind.
type Test = fn(&Talk) -> bool;

/// How many ways a sentence lists.
const WAYS: usize = 12;

impl View<'_> {
    /// What was seen of what is configured, what was not, and what was seen and
    /// is not configured; nothing where nobody looked.
    pub fn talk_notes(&self) -> Vec<String> {
        if self.map.snapshot().flows.is_none() {
            return Vec::new();
        }
        let looked = self.looked();
        let kinds: [(String, Test); 5] = [
            (format!("Configured, and seen {looked}"), |talk| {
                talk.basis != TalkBasis::Observed && talk.seen == Seen::Seen && !fails(talk)
            }),
            (format!("Configured, and not seen {looked}"), |talk| {
                talk.basis == TalkBasis::Configured && talk.seen == Seen::NotSeen
            }),
            (format!("Seen {looked}, and not configured"), |talk| {
                talk.basis == TalkBasis::Observed && !fails(talk)
            }),
            (format!("Tried in vain {looked}"), |talk| talk.seen == Seen::Seen && fails(talk)),
            ("Configured, and could not be looked at".to_owned(), |talk| {
                talk.basis == TalkBasis::Configured && talk.seen == Seen::NotLooked
            }),
        ];
        let sentence = |(what, is_so): (String, Test)| {
            let ways: Vec<String> =
                self.talk.iter().filter(|talk| is_so(talk)).map(|talk| self.way(talk)).collect();
            (!ways.is_empty()).then(|| format!("{what}: {}.", listed(&ways, WAYS)))
        };
        let mut notes: Vec<String> = kinds.into_iter().filter_map(sentence).collect();
        let said = self.talk.iter().any(|talk| talk.basis != TalkBasis::Dependency);
        if !said {
            notes.push(format!("No container was seen to talk to another {looked}."));
        }
        notes
    }

    /// `Of 6 configured ways 4 were seen in 30 s, and one that is not configured.`
    pub fn seen_note(&self) -> Option<String> {
        self.map.snapshot().flows.as_ref()?;
        let number = |is_so: fn(&&Talk) -> bool| self.talk.iter().filter(is_so).count();
        let is_configured = |talk: &&Talk| talk.basis == TalkBasis::Configured;
        let configured = number(is_configured);
        let seen = number(|talk| talk.basis == TalkBasis::Configured && talk.seen == Seen::Seen);
        let others = number(|talk| talk.basis == TalkBasis::Observed);
        let looked = self.looked();
        let were = |number: usize| match number {
            0 => "none was".to_owned(),
            1 => "one was".to_owned(),
            number => format!("{number} were"),
        };
        let of_all = match configured {
            0 => format!("No way is configured; {} seen {looked}.", were(others)),
            1 => format!(
                "The one configured way was {}seen {looked}",
                if seen == 1 { "" } else { "not " }
            ),
            ways => format!("Of {ways} configured ways {} seen {looked}", were(seen)),
        };
        Some(match (configured, others) {
            (0, _) => of_all,
            (_, 0) => format!("{of_all}."),
            (_, 1) => format!("{of_all}, and one that is not configured."),
            (_, others) => format!("{of_all}, and {others} that are not configured."),
        })
    }

    /// `web → db:5432`.
    fn way(&self, talk: &Talk) -> String {
        let name = |at: ContainerAt| self.short_name(at);
        let port = talk.port.map_or(String::new(), |port| format!(":{port}"));
        format!("{} → {}{port}", name(talk.from), name(talk.to))
    }

    /// For how long traffic was looked for: `in 30 s`, `at one look`.
    pub fn looked(&self) -> String {
        match &self.map.snapshot().flows {
            Some(flows) if flows.window_ms > 0 => format!("in {}", span(flows.window_s())),
            _ => "at one look".to_owned(),
        }
    }
}

/// Whether it was seen to fail.
fn fails(talk: &Talk) -> bool {
    talk.verdict == TalkVerdict::Blocked
}
