//! How a container ended, what its log says of it, and how it is brought back.

use super::case::Case;
use super::steps::advise;
use crate::model::keys::label;
use crate::model::words::count;
use crate::model::{ContainerAt, Evidence, Health, ListensFrom, Moment, State, Step, TroubleKind};

/// The port of an address that a line speaks of: `0.0.0.0:80`, `port 80`,
/// `port: 80`, `('0.0.0.0', 80)`.
fn port_in(line: &str) -> Option<u16> {
    let ends = |before: &str| {
        before.ends_with(':')
            || ["port ", "port: "].iter().any(|end| before.to_ascii_lowercase().ends_with(end))
            || before.ends_with("', ")
    };
    let starts = line.char_indices().filter(|(at, c)| {
        c.is_ascii_digit()
            && !line[..*at].ends_with(|c: char| c.is_ascii_digit())
            && ends(&line[..*at])
    });
    let number = |(at, _): (usize, char)| {
        let rest = &line[at..];
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest[..end].parse().ok().filter(|port| *port > 0)
    };
    starts.filter_map(number).next_back()
}

/// What helps for want of memory.
const MORE_MEMORY: &str = "give it more memory (--memory), or let it use less";

impl Case<'_> {
    /// Whether a container has ended with a failure, or ends again and again.
    pub fn has_crashed(&self, at: ContainerAt) -> bool {
        let state = self.container(at).state;
        let ended = matches!(state, State::Exited | State::Dead) && self.matters(at);
        ended || self.is_looping(at)
    }

    /// What keeps Compose from starting a container that it has made: a service
    /// that it is to wait for is not well, or has failed.
    pub fn is_held_back_by(&self, at: ContainerAt) -> Option<ContainerAt> {
        let container = self.container(at);
        let waits_for = container.labels.get(label::DEPENDS_ON)?;
        if container.state != State::Created || container.start_error.is_some() {
            return None;
        }
        // `db:service_healthy:false,cache:service_started:true`.
        waits_for.split(',').find_map(|of_one| {
            let mut parts = of_one.split(':');
            let (service, condition) = (parts.next()?, parts.next().unwrap_or_default());
            let dependency = self.own(at, service)?;
            let other = self.container(dependency);
            let is_in_the_way = match condition {
                "service_healthy" => {
                    self.has_crashed(dependency) || other.health == Some(Health::Unhealthy)
                }
                "service_completed_successfully" => self.has_crashed(dependency),
                _ => other.start_error.is_some(),
            };
            is_in_the_way.then_some(dependency)
        })
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
                match self.memory_limit(at).filter(|_| container.oom_killed) {
                    Some(limit) => format!(
                        "needs more memory than its limit of {limit}, and was ended and restarted \
                         {times}"
                    ),
                    None if container.oom_killed => format!(
                        "is ended by the kernel for want of memory, and was restarted {times}"
                    ),
                    None => format!("keeps ending and was restarted {times}"),
                }
            }
            _ if container.oom_killed => match self.memory_limit(at) {
                Some(limit) => format!("needed more memory than its limit of {limit}"),
                None => "was ended by the kernel for want of memory".to_owned(),
            },
            _ => {
                let code = container.exit_code.map(|code| format!(" with code {code}"));
                format!("has exited{}", code.unwrap_or_default())
            }
        }
    }

    /// The most memory that a container may use.
    fn memory_limit(&self, at: ContainerAt) -> Option<String> {
        const MIB: u64 = 1 << 20;
        let made_with = self.container(at).made_with.as_ref()?;
        let given = made_with.options.iter().find(|given| given.option == "--memory")?;
        let bytes: u64 = given.value.as_deref()?.parse().ok().filter(|bytes| *bytes > 0)?;
        Some(match bytes {
            0..MIB => format!("{bytes} bytes"),
            _ => format!("{} MiB", bytes / MIB),
        })
    }

    /// What the log of a container that ended says last, if it says anything.
    pub fn last_words(&self, at: ContainerAt) -> Option<Evidence> {
        let container = self.name(at).to_owned();
        let troubles = self.log_troubles(at).map(|trouble| {
            // A line that is known says more than one that only says `error`.
            let rank = (trouble.kind != TroubleKind::Other, trouble.repeated.last);
            let (trouble, line) = (trouble.kind, trouble.line.clone());
            (rank, Evidence::LastWords { container: container.clone(), trouble, line })
        });
        // Of what is said twice in one breath, the line with the host says more.
        let said: Vec<Moment> =
            self.log_errors(at).filter_map(|error| error.repeated.last).collect();
        let troubles = troubles.filter(|((_, last), words)| {
            let Evidence::LastWords { trouble, .. } = words else { return true };
            let is_near = |error: &Moment| last.is_some_and(|last| last.since(*error).abs() < 1.0);
            !trouble.is_of_network() || !said.iter().any(is_near)
        });
        let errors = self.log_errors(at).map(|error| {
            let (kind, host) = (error.kind, error.host.clone());
            let words = Evidence::LastComplaint { container: container.clone(), error: kind, host };
            ((true, error.repeated.last), words)
        });
        let all = troubles.chain(errors);
        all.max_by_key(|(rank, _): &((bool, Option<Moment>), _)| *rank).map(|(_, words)| words)
    }

    /// Where the log says that an address is in use: who has the port, on the
    /// machine's network or in the network stack that the container shares.
    pub fn who_has_its_port(&self, at: ContainerAt) -> Option<Evidence> {
        let Some(Evidence::LastWords { trouble: TroubleKind::AddressInUse, line, .. }) =
            self.last_words(at)
        else {
            return None;
        };
        let port = port_in(line.as_deref()?)?;
        if self.map.on_host(at) {
            return self.holders(port, at).map(|held| held.sign(port));
        }
        let stack = self.map.stack(at)?;
        let sharing = [stack].into_iter().chain(self.map.sidecars(stack).iter().copied());
        let runs = |other: &ContainerAt| {
            *other != at && self.container(*other).state.has_network() && !self.is_looping(*other)
        };
        let others: Vec<ContainerAt> = sharing.filter(runs).collect();
        let exposes = |other: &&ContainerAt| {
            self.container(**other).exposed.iter().any(|exposed| exposed.port == port)
        };
        let holder = others.iter().find(exposes).or(others.first())?;
        let container = self.name(*holder).to_owned();
        Some(Evidence::Listens { container, port, from: ListensFrom::Everybody })
    }

    /// Whether a container ended by itself right after its start, and without a failure. Who
    /// stops one hardly does so before it is up.
    fn ended_at_once(&self, at: ContainerAt) -> bool {
        /// In seconds.
        const AT_ONCE: f64 = 3.0;
        let container = self.container(at);
        let ran = container.started_at.zip(container.finished_at);
        let ran = ran.map(|(start, end)| end.since(start));
        container.state == State::Exited
            && container.exit_code == Some(0)
            && ran.is_some_and(|ran| (0.0..AT_ONCE).contains(&ran))
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
                let shared = self
                    .map
                    .stack(at)
                    .is_some_and(|stack| stack != at || !self.map.sidecars(stack).is_empty());
                let what = match shared || self.map.on_host(at) {
                    true => "let one of those that share its network listen on another port",
                    false => {
                        "let it listen on each address once: two parts of it want the same one"
                    }
                };
                (what.to_owned(), false)
            }
            Some(TroubleKind::DiskFull) => {
                ("make room on the disk (docker system df)".to_owned(), false)
            }
            Some(TroubleKind::MalformedAddress) => (
                again("the URL, host or port that it is to dial, without anything around it"),
                true,
            ),
            Some(TroubleKind::EngineApi) => {
                (again("an image that speaks a version of the API that the engine takes"), true)
            }
            Some(TroubleKind::CommandLine) => {
                ("correct the options that it is started with".to_owned(), false)
            }
            Some(TroubleKind::Configuration) => ("correct its configuration".to_owned(), false),
            None if container.exit_code == Some(0) && container.state == State::Restarting => {
                let what = "if it is a job, let it end (its restart policy on-failure), else keep \
                     its program in the foreground: it ends without a failure";
                (what.to_owned(), false)
            }
            None if self.ended_at_once(at) => {
                let what = again(
                    "a command that keeps its server in the foreground: its program ended by itself \
                     and without a failure, as one does that goes on in the background",
                );
                (what, true)
            }
            _ => ("fix what makes it end".to_owned(), false),
        };
        let mut steps = vec![self.logs(at), advise(format!("then {cause}"))];
        if !is_new && !self.is_looping(at) {
            steps.push(self.start(at));
        }
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::port_in;

    #[test]
    fn the_port_of_an_address_in_use_is_read_from_what_programs_say() {
        for (line, port) in [
            ("bind() to 0.0.0.0:8099 failed (98: Address already in use)", Some(8099)),
            ("Error: listen EADDRINUSE: address already in use :::3000", Some(3000)),
            ("OSError: [Errno 98] Address already in use: ('0.0.0.0', 8000)", Some(8000)),
            ("Web server failed to start. Port 8080 was already in use.", Some(8080)),
            ("Could not create server TCP listening socket *:6379: bind: in use", Some(6379)),
            ("Unable to bind to IP: *, port: 8080. The bound address is in use", Some(8080)),
            ("address already in use", None),
        ] {
            assert_eq!(port_in(line), port, "{line}");
        }
    }
}
