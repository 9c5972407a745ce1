//! One difference, and the list of them in the making.

use crate::model::Container;

/// What happened to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Happened {
    /// It is there now.
    Added,
    /// It is gone.
    Removed,
    /// It is otherwise.
    Changed,
}

impl Happened {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }

    /// What happens on the way back.
    pub fn reversed(self) -> Self {
        match self {
            Self::Added => Self::Removed,
            Self::Removed => Self::Added,
            Self::Changed => Self::Changed,
        }
    }
}

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// A network.
    Network,
    /// A container.
    Container,
    /// A container on a network.
    Endpoint,
    /// A published port.
    Port,
    /// A subnet or an address.
    Address,
    /// A setting.
    Flag,
    /// Running, exited, healthy.
    State,
    /// Who reaches whom, as measured.
    Reachability,
    /// Who was seen to talk to whom.
    Flow,
    /// An id.
    Id,
    /// How often and when something was started.
    Start,
}

impl ChangeKind {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Container => "container",
            Self::Endpoint => "endpoint",
            Self::Port => "port",
            Self::Address => "address",
            Self::Flag => "flag",
            Self::State => "state",
            Self::Reachability => "reachability",
            Self::Flow => "flow",
            Self::Id => "id",
            Self::Start => "start",
        }
    }
}

/// What sort of thing a change is about: a network and a container may have
/// one name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A network.
    #[default]
    Network,
    /// A container, its endpoints and ports.
    Container,
    /// Two containers.
    Pair,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// What kind of thing.
    pub kind: ChangeKind,
    /// Its name: a container, a network, `web on front`, `web → db`. A
    /// container that was renamed has both names, `old → new`.
    pub name: String,
    /// What about it, where that is not plain from the kind: `internal`.
    pub field: &'static str,
    /// What happened.
    pub happened: Happened,
    /// How it was.
    pub before: Option<String>,
    /// How it is.
    pub after: Option<String>,
    /// Whether that changes whenever something is started again.
    pub noise: bool,
    /// What sort of thing it is about.
    pub subject: Subject,
}

/// The list of changes in the making.
#[derive(Debug, Default)]
pub struct Changes {
    pub list: Vec<Change>,
    /// What is being compared.
    pub subject: Subject,
}

impl Changes {
    /// Something is there, was there, or is otherwise; nothing if it is as it was.
    pub fn note(
        &mut self,
        kind: ChangeKind,
        name: &str,
        field: &'static str,
        before: Option<String>,
        after: Option<String>,
    ) {
        let before = Aspect::new(kind, field, before);
        self.compare(name, [before], [Aspect::new(kind, field, after)]);
    }

    /// Each aspect of a thing, as it is on the two sides.
    pub fn compare<const N: usize>(&mut self, name: &str, before: [Aspect; N], after: [Aspect; N]) {
        for (before, after) in before.into_iter().zip(after) {
            let both = before.value.is_some() && after.value.is_some();
            if both || !before.may_be_unknown {
                self.push(name, before, after.value);
            }
        }
    }

    fn push(&mut self, name: &str, before: Aspect, after: Option<String>) {
        let Aspect { kind, field, value: before, noise, .. } = before;
        let happened = match (&before, &after) {
            (None, None) => return,
            (Some(before), Some(after)) if before == after => return,
            (None, Some(_)) => Happened::Added,
            (Some(_), None) => Happened::Removed,
            (Some(_), Some(_)) => Happened::Changed,
        };
        let name = name.to_owned();
        let subject = self.subject;
        self.list.push(Change { kind, name, field, happened, before, after, noise, subject });
    }
}

/// One thing that is said of a container, a network or an endpoint, as it is
/// on one of the two sides.
#[derive(Debug)]
pub struct Aspect {
    kind: ChangeKind,
    /// What about the thing, see [`Change::field`].
    field: &'static str,
    value: Option<String>,
    /// See [`Change::noise`].
    noise: bool,
    /// Whether no value means that nobody reported it, and not that there is none.
    may_be_unknown: bool,
}

impl Aspect {
    pub fn new(kind: ChangeKind, field: &'static str, value: Option<String>) -> Self {
        Self { kind, field, value, noise: false, may_be_unknown: false }
    }

    /// A setting that always has some value.
    pub fn setting(field: &'static str, value: impl ToString) -> Self {
        Self::new(ChangeKind::Flag, field, Some(value.to_string()))
    }

    /// The same as noise.
    pub fn noise(self) -> Self {
        Self { noise: true, ..self }
    }

    /// The same, compared only where both sides tell it.
    pub fn where_told(self) -> Self {
        Self { may_be_unknown: true, ..self }
    }
}

/// What a container is called that both sides have: by both names where it
/// was renamed.
pub fn pair_name(before: &Container, after: &Container) -> String {
    if before.name == after.name {
        after.name.clone()
    } else {
        format!("{} → {}", before.name, after.name)
    }
}

/// `yes` or `no`.
pub fn yes_no(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

/// All of a setting that is a list; nothing where the list is empty.
pub fn in_full(items: Vec<String>) -> Option<String> {
    (!items.is_empty()).then(|| items.join(", "))
}
