//! What `ip -j link show` prints: the interfaces of a network namespace, which of them have a
//! program of XDP, and whether the cable between a container and its network's bridge is whole.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::model::DropCause;

#[derive(Debug, Deserialize)]
struct Link {
    #[serde(rename = "ifindex", default)]
    number: u32,
    #[serde(rename = "ifname")]
    name: String,
    /// The number of its other end, which is in another namespace.
    #[serde(rename = "link_index")]
    other_end: Option<u32>,
    #[serde(rename = "master")]
    bridge: Option<String>,
    #[serde(default)]
    flags: Vec<String>,
    #[serde(rename = "address", default)]
    mac: String,
    xdp: Option<IgnoredAny>,
}

impl Link {
    fn is_up(&self) -> bool {
        self.flags.iter().any(|flag| flag == "UP")
    }

    fn down(&self) -> DropCause {
        DropCause::Down { interface: self.name.clone() }
    }
}

/// The interfaces of one namespace.
#[derive(Debug)]
pub struct Links(Vec<Link>);

impl Links {
    /// Those that were printed.
    ///
    /// # Errors
    ///
    /// When it is no such list.
    pub fn read(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map(Self).map_err(|_| "ip printed no list".to_owned())
    }

    /// The names of those on which a program stands that may drop what comes in before anything
    /// counts it.
    pub fn with_xdp(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|link| link.xdp.is_some()).map(|link| link.name.as_str())
    }

    /// On a machine: the end of a container's cable, and the bridge that it is on.
    fn end_of(&self, own: &Link) -> Option<&Link> {
        let is_end =
            |link: &&Link| Some(link.number) == own.other_end && link.other_end == Some(own.number);
        self.0.iter().find(is_end)
    }
}

/// A container's end of a cable: its namespace's interfaces, and the address of that end.
#[derive(Debug, Clone, Copy)]
pub struct Plug<'a> {
    /// Whose it is.
    pub container: &'a str,
    /// The interfaces of its namespace.
    pub links: &'a Links,
    /// Which of them it is.
    pub mac: &'a str,
}

impl Plug<'_> {
    fn own(&self) -> Option<&Link> {
        self.links.0.iter().find(|link| link.mac.eq_ignore_ascii_case(self.mac))
    }
}

/// Where something is wrong with a cable.
#[derive(Debug, PartialEq, Eq)]
pub enum Fault {
    /// In the namespace of this one of the containers.
    Inside(usize, DropCause),
    /// On the machine.
    OnMachine(DropCause),
}

/// What is wrong with the cables between containers and the bridge of a network that they are on.
/// `bridge` is its name, where that is known; else it is what one of them is on.
///
/// Nothing where they are whole, and where that cannot be told.
pub fn fault(machine: &Links, bridge: Option<&str>, plugs: &[Plug]) -> Option<Fault> {
    let ends: Vec<Option<&Link>> = plugs.iter().map(|plug| machine.end_of(plug.own()?)).collect();
    let bridge = bridge.or_else(|| ends.iter().flatten().find_map(|end| end.bridge.as_deref()))?;
    let stands = machine.0.iter().find(|link| link.name == bridge);
    for (at, (plug, end)) in plugs.iter().zip(ends).enumerate() {
        let (Some(own), Some(end)) = (plug.own(), end) else { continue };
        if !own.is_up() {
            return Some(Fault::Inside(at, own.down()));
        }
        let (interface, bridge) = (end.name.clone(), bridge.to_owned());
        match &end.bridge {
            Some(_) => {}
            None if stands.is_none() => {
                return Some(Fault::OnMachine(DropCause::NoBridge { bridge }));
            }
            None => {
                let container = plug.container.to_owned();
                return Some(Fault::OnMachine(DropCause::Unplugged {
                    container,
                    interface,
                    bridge,
                }));
            }
        }
        if !end.is_up() {
            return Some(Fault::OnMachine(end.down()));
        }
    }
    let is_down = |link: &&Link| !link.is_up();
    stands.filter(is_down).map(|bridge| Fault::OnMachine(bridge.down()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interfaces_with_a_program_are_told() {
        // As ip of iproute2 6.1 wrote it, shortened.
        let text = r#"[{"ifindex":1,"ifname":"lo","mtu":65536},{"ifname":"eth0","mtu":1500,
            "xdp":{"mode":2,"prog":{"id":98,"name":"","jited":1}},"qdisc":"noqueue"}]"#;
        assert_eq!(Links::read(text).unwrap().with_xdp().collect::<Vec<_>>(), ["eth0"]);
        assert!(Links::read("").is_err() && Links::read("{}").is_err());
    }

    /// What is wrong where db's cable, the bridge and web's own end are like this.
    fn of(end: &str, bridge: &str, own: &str) -> Option<Fault> {
        // As ip of iproute2 6.1 wrote them, shortened.
        let machine = format!(
            r#"[{{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP"]}}{bridge},
            {{"ifindex":5,"link_index":4,"ifname":"veth2","address":"02:00:00:00:00:05","link_netnsid":0{end}}},
            {{"ifindex":7,"link_index":4,"ifname":"veth3","flags":["UP"],"master":"br-n","link_netnsid":1}}]"#
        );
        let inside = |other: u32, mac: &str, flags: &str| {
            let text = format!(
                r#"[{{"ifindex":4,"link_index":{other},"ifname":"eth0","flags":[{flags}],"address":"{mac}"}}]"#
            );
            Links::read(&text).unwrap()
        };
        let (db, web) =
            (inside(5, "02:42:ac:12:00:02", r#""UP""#), inside(7, "02:42:ac:12:00:03", own));
        let plug = |container, links, mac| Plug { container, links, mac };
        let plugs = [plug("web", &web, "02:42:AC:12:00:03"), plug("db", &db, "02:42:ac:12:00:02")];
        let machine = Links::read(&machine).unwrap();
        let told = fault(&machine, Some("br-n"), &plugs);
        // Where nobody knows its name, the other one is on it.
        assert_eq!(fault(&machine, None, &plugs), told);
        told
    }

    const UP: &str = r#""UP""#;
    const ON: &str = r#","flags":["UP"],"master":"br-n""#;
    const BRIDGE: &str = r#",{"ifindex":3,"ifname":"br-n","flags":["BROADCAST","UP"]}"#;

    #[test]
    fn what_is_wrong_with_a_cable_is_told() {
        let interface = |name: &str| DropCause::Down { interface: name.to_owned() };
        assert_eq!(of(ON, BRIDGE, UP), None);
        let (container, bridge) = ("db".to_owned(), "br-n".to_owned());
        let unplugged = DropCause::Unplugged {
            container,
            interface: "veth2".to_owned(),
            bridge: bridge.clone(),
        };
        assert_eq!(of(r#","flags":["UP"]"#, BRIDGE, UP), Some(Fault::OnMachine(unplugged)));
        let down = of(r#","flags":["BROADCAST"],"master":"br-n""#, BRIDGE, UP);
        assert_eq!(down, Some(Fault::OnMachine(interface("veth2"))));
        let down = of(ON, &BRIDGE.replace(r#","UP""#, ""), UP);
        assert_eq!(down, Some(Fault::OnMachine(interface("br-n"))));
        assert_eq!(of(ON, BRIDGE, ""), Some(Fault::Inside(0, interface("eth0"))));
        let gone = of(r#","flags":["UP"]"#, "", UP);
        assert_eq!(gone, Some(Fault::OnMachine(DropCause::NoBridge { bridge })));
    }
}
