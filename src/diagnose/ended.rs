//! How a container ended, what its log says of it, and how it is brought back.

use super::case::Case;
use super::fix::advise;
use crate::model::words::count;
use crate::model::{ContainerAt, Evidence, Moment, State, Step, TroubleKind};

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

    /// Shows why a container ended, and starts it again once that is gone. To
    /// start it alone is of no use: it ends in the same way.
    pub fn bring_back(&self, at: ContainerAt) -> Vec<Step> {
        let container = self.container(at);
        let kind = match self.last_words(at) {
            Some(Evidence::LastWords { trouble, .. }) => Some(trouble),
            _ => None,
        };
        let cause = match kind {
            _ if container.oom_killed => "give it more memory (--memory), or let it use less",
            Some(TroubleKind::MissingVariable) => "give it the variable that it asks for (-e)",
            Some(TroubleKind::MissingModule) => "build its image with what is missing",
            Some(TroubleKind::FileNotFound) => {
                "give it the file that it looks for (a mount that is missing, or a wrong path)"
            }
            Some(TroubleKind::Executable) => "give it a program that its image has and can run",
            Some(TroubleKind::Permission) => {
                "let it do what it is denied (owner and mode of what is mounted, --user)"
            }
            Some(TroubleKind::AddressInUse) => {
                "let one of the two that share its network listen on another port"
            }
            Some(TroubleKind::Authentication) => {
                "give it the user and password that its server knows"
            }
            Some(TroubleKind::OutOfMemory) => "give it more memory (--memory), or let it use less",
            Some(TroubleKind::DiskFull) => "make room on the disk (docker system df)",
            Some(TroubleKind::Configuration) => "correct its configuration",
            _ => "fix what makes it end",
        };
        let mut steps = vec![self.logs(at), advise(format!("then {cause}"))];
        if !self.is_looping(at) {
            steps.push(self.start(at));
        }
        steps
    }
}
