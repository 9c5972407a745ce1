//! Why a measurement came out as it did.

use super::word::words;

words! {
    /// What there is to say about a measurement's outcome. In JSON it is a
    /// sentence without full stop.
    Why {
        // What the source's own kernel says.

        /// It knows no way to the address.
        NoRoute = "the source has no route there",
        /// It calls an address that is well formed an invalid argument, which
        /// Linux does for routes of the type `blackhole` (`fib_props` in
        /// net/ipv4/fib_semantics.c).
        BlackHole = "a black-hole route of the source throws it away",
        /// It says that it may not, which Linux does for routes of the type
        /// `prohibit`.
        Prohibited = "a route of the source forbids it",
        /// It lets a program make a socket, and not send.
        OwnFirewall = "a firewall in the source's own network stack drops it",
        /// It has no address to send from.
        NoSourceAddress = "the source has no address of that kind",

        // What is said on the way.

        /// Nobody answers to the address on its network.
        NobodyThere = "nobody there has the address",
        /// A router knows no way on.
        RouterHasNoRoute = "a router has no way to that network",
        /// A program in the container reports one of the two above, and not which.
        EndsBefore = "the way there ends before it",
        /// It is forbidden on the way.
        FirewallOnTheWay = "a firewall on the way rejects it",
        /// It is turned away for a reason that says less.
        RejectedOnTheWay = "a machine on the way rejects it",

        // What becomes of names.

        /// No name server answered.
        NameServersSilent = "its name servers gave no answer in time",
        /// The name server could not do its work.
        NameServerFailed = "its name server failed on it",
        /// It cannot be asked for.
        NoHostName = "its name is no host name",

        // What could not be measured at all.

        /// Silence says nothing where nobody gets an answer in time.
        MachineBusy = "the machine is too busy to tell: even the source's own loopback answers late",
        /// Nobody came to it.
        NotMeasured = "it was not measured",
        /// The map has nothing to send to.
        NoKnownAddress = "the map knows no address of it",
        /// There is no port to try.
        NoDeclaredPort = "it declares no TCP port; name one with --tcp PORT",
        /// There is no network stack to measure from.
        StackGone = "the container whose network stack it uses is gone",
        /// Nothing runs that could measure.
        NothingRuns = "no container of this network stack runs",
        /// The container does not run.
        NotRunning = "the container is not running",
        /// It is frozen.
        Paused = "a paused container can run nothing",
        /// It has been removed.
        Gone = "the container is gone",
        /// Nobody is connected to its engine.
        EngineNotAsked = "its engine is not among those asked",
        /// Nothing may be run in containers.
        NoExecs = "the engine, or a proxy in front of it, does not allow execs",
        /// There is no program to measure with.
        NoTools = "the container has no ping and nothing else that can connect",
        /// Nor is there one to look for programs with.
        NoShell = "the container has no shell and nothing that can connect",
        /// The program is not there.
        NoProgram = "the container does not have the program",
        /// It may not be run.
        ProgramForbidden = "the program may not be run in the container",
        /// It may not do its work.
        PingForbidden = "the container may not send pings",
        /// It was ended.
        Ended = "it was ended before it had an answer",
        /// What came back is longer than an answer can be.
        TooMuch = "the container printed more than netmap reads",
        /// The exec took too long.
        ExecLate = "the exec did not end in time",
        /// The exec ended early.
        ExecEnded = "the exec ended before it was measured",
        /// The engine does not know how it ended.
        EndUntold = "the engine did not say how the ping ended",
    }
}

impl From<String> for Why {
    fn from(said: String) -> Self {
        Self::parse(&said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_sentence_is_read_as_what_it_says_and_another_is_kept() {
        for why in [Why::NoRoute, Why::BlackHole, Why::Prohibited, Why::OwnFirewall, Why::NoShell] {
            let json = serde_json::to_string(why.as_str()).unwrap();
            assert_eq!(serde_json::from_str::<Why>(&json).unwrap(), why);
            assert_eq!(serde_json::to_string(&why).unwrap(), json);
        }
        let odd = Why::from("could not send: no buffer space".to_owned());
        assert!(matches!(&odd, Why::Other(said) if said.starts_with("could not send")));
    }
}
