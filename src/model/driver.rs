//! What carries a network, and how far it is known.

use super::word::words;

words! {
    /// A network's driver.
    Driver {
        /// A bridge of the engine's machine, with its own subnet behind it.
        Bridge = "bridge",
        /// Tunnels between the nodes of a swarm.
        Overlay = "overlay",
        /// Each endpoint with a MAC address of its own on the machine's network.
        Macvlan = "macvlan",
        /// Each endpoint on the machine's network, with the machine's MAC address.
        Ipvlan = "ipvlan",
        /// The machine's own network stack.
        Host = "host",
        /// No network at all.
        Null = "null",
        /// Nobody says which: the network is known from its members alone.
        Unknown = "unknown",
    }
}

impl Driver {
    /// Whether its endpoints are on the network of the engine's machine, where
    /// a router outside decides what more they reach.
    pub fn reaches_beyond(&self) -> bool {
        matches!(self, Self::Macvlan | Self::Ipvlan)
    }

    /// Whether it carries packets between its members in a way that netmap
    /// has rules for.
    pub fn joins_members(&self) -> bool {
        matches!(self, Self::Bridge | Self::Overlay) || self.reaches_beyond()
    }
}

words! {
    /// How far a network is known.
    Scope {
        /// To its engine alone.
        Local = "local",
        /// To all nodes of a swarm.
        Swarm = "swarm",
        /// To all engines that share a store for it.
        Global = "global",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn json(driver: &Driver) -> String {
        serde_json::to_string(driver).unwrap()
    }

    #[test]
    fn an_engines_word_is_known_and_another_is_kept() {
        assert_eq!(serde_json::from_str::<Driver>(r#""macvlan""#).unwrap(), Driver::Macvlan);
        let weave = Driver::Other("weave".to_owned());
        assert_eq!(serde_json::from_str::<Driver>(r#""weave""#).unwrap(), weave);
        assert_eq!(
            (json(&Driver::Null).as_str(), json(&weave).as_str()),
            (r#""null""#, r#""weave""#)
        );
        assert!(Driver::parse("").is_untold() && !Driver::Unknown.is_untold());
        assert!(serde_json::from_str::<Driver>("7").is_err());
        assert_eq!(Scope::parse("swarm"), Scope::Swarm);
        assert_eq!(Scope::default().as_str(), "");
    }

    #[test]
    fn only_what_is_on_the_machines_network_reaches_beyond() {
        let all = ["bridge", "overlay", "macvlan", "ipvlan", "host", "null", "unknown", "weave"];
        let beyond: Vec<&str> =
            all.into_iter().filter(|word| Driver::parse(word).reaches_beyond()).collect();
        assert_eq!(beyond, ["macvlan", "ipvlan"]);
        let joining = all.into_iter().filter(|word| Driver::parse(word).joins_members());
        assert_eq!(joining.collect::<Vec<_>>(), all[..4]);
    }

    proptest! {
        #[test]
        fn any_word_is_written_as_it_was_read(word in "(bridge|host|null|unknown|[a-z/:]{0,9}|\\PC{0,6})") {
            let driver = Driver::parse(&word);
            prop_assert_eq!(driver.as_str(), word.as_str());
            prop_assert_eq!(serde_json::from_str::<Driver>(&json(&driver)).unwrap(), driver);
        }
    }
}
