//! How a container ended, what its log says of it, and how it is brought back.

use super::case::Case;
use super::steps::advise;
use crate::model::words::count;
use crate::model::{ContainerAt, Evidence, Moment, State, Step, TroubleKind};

/// What helps for want of memory.
const MORE_MEMORY: &str = "give it more memory (--memory), or let it use less";

impl Case<'_> {
    /// Whether a container has ended with a failure, or ends again and again.
    pub fn has_crashed(&self, at: ContainerAt) -> bool {
        let state = self.container(at).state;
        let ended = matches!(state, State::Exited | State::Dead) && self.matters(at);
        ended || self.is_looping(at)
    }

    /// How a container is that does not run, or not for long, behind its name:
    /// `has exited with code 1`.
    pub fn state_of(&self, at: ContainerAt) -> String {
        let container = self.container(at);
        match container.state {
            State::Paused => "is paused".to_owned(),
            State::Created => "was never started".to_owned(),
            _ if self.is_looping(at) => {
                let times = count(container.restart_count, "time");
                format!("keeps ending and was restarted {times}")
            }
            _ if container.oom_killed => "was ended by the kernel for want of memory".to_owned(),
            _ => {
                let code = container.exit_code.map(|code| format!(" with code {code}"));
                format!("has exited{}", code.unwrap_or_default())
            }
        }
    }

    /// What the log of a container that ended says last, if it says anything.
    pub fn last_words(&self, at: ContainerAt) -> Option<Evidence> {
        let container = self.name(at).to_owned();
        let troubles = self.log_troubles(at).map(|trouble| {
            // A line that is known says more than one that only says `error`.
            let rank = (trouble.kind != TroubleKind::Other, trouble.last);
            let (trouble, line) = (trouble.kind, trouble.line.clone());
            (rank, Evidence::LastWords { container: container.clone(), trouble, line })
        });
        let errors = self.log_errors(at).map(|error| {
            let (kind, host) = (error.kind, error.host.clone());
            let words = Evidence::LastComplaint { container: container.clone(), error: kind, host };
            ((true, error.last), words)
        });
        let all = troubles.chain(errors);
        all.max_by_key(|(rank, _): &((bool, Option<Moment>), _)| *rank).map(|(_, words)| words)
    }

    /// Shows why a container ended, and brings it back once that is gone. To
    /// start it alone is of no use: it ends in the same way.
    pub fn bring_back(&self, at: ContainerAt) -> Vec<Step> {
        let container = self.container(at);
        let kind = match self.last_words(at) {
            Some(Evidence::LastWords { trouble, .. }) => Some(trouble),
            _ => None,
        };
        let again = |with: &str| format!("re-create {} with {with}", self.called(at));
        // What is missing in a container only a new one can have.
        let (cause, is_new) = match kind {
            _ if container.oom_killed => (MORE_MEMORY.to_owned(), false),
            Some(TroubleKind::OutOfMemory) => (MORE_MEMORY.to_owned(), false),
            Some(TroubleKind::MissingVariable) => {
                (again("the variable that it asks for (-e)"), true)
            }
            Some(TroubleKind::MissingModule) => (again("an image that has what is missing"), true),
            Some(TroubleKind::FileNotFound) => {
                (again("the file that it looks for (a mount, or another path)"), true)
            }
            Some(TroubleKind::Executable) => {
                (again("a program that its image has and can run"), true)
            }
            Some(TroubleKind::Authentication) => {
                (again("the user and password that its server knows"), true)
            }
            Some(TroubleKind::Permission) => {
                let what =
                    "let it do what it is denied (owner and mode of what is mounted, --user)";
                (what.to_owned(), false)
            }
            Some(TroubleKind::AddressInUse) => {
                let what = "let one of those that share its network listen on another port";
                (what.to_owned(), false)
            }
            Some(TroubleKind::DiskFull) => {
                ("make room on the disk (docker system df)".to_owned(), false)
            }
            Some(TroubleKind::Configuration) => ("correct its configuration".to_owned(), false),
            _ => ("fix what makes it end".to_owned(), false),
        };
        let mut steps = vec![self.logs(at), advise(format!("then {cause}"))];
        if !is_new && !self.is_looping(at) {
            steps.push(self.start(at));
        }
        steps
    }
}
