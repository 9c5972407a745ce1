//! Nodes that do not reach one another.

use std::process::Command;

use super::{Stack, doctor_at, json_at, named, netmap_at, wait_until, worker};
use crate::support::engine;

/// Something that stands between the two nodes until this is dropped, and the
/// nodes know of one another again.
struct Trouble {
    fix: Vec<Vec<String>>,
}

impl Trouble {
    /// Runs these in the manager's network namespace, and at the end those.
    fn make(commands: &[String], fix: &[String]) -> Self {
        let words = |line: &String| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let trouble = Self { fix: fix.iter().map(words).collect() };
        for command in commands {
            assert!(Self::run(&words(command)), "{command}");
        }
        trouble
    }

    /// The cable is pulled out.
    fn cut() -> Self {
        let link = |state: &str| vec![format!("ip link set cable {state}")];
        Self::make(&link("down"), &link("up"))
    }

    /// A firewall lets only the swarm's own port through.
    fn firewall() -> Self {
        let rules = |verb: &str| -> Vec<String> {
            ["udp --dport 4789", "udp --dport 7946", "tcp --dport 7946", "tcp --sport 7946"]
                .iter()
                .map(|what| format!("iptables -w -{verb} INPUT -i cable -p {what} -j DROP"))
                .collect()
        };
        Self::make(&rules("I"), &rules("D"))
    }

    fn run(command: &[String]) -> bool {
        let namespace = std::env::var("NETMAP_TEST_NAMESPACE").unwrap();
        let mut nsenter = Command::new("nsenter");
        nsenter.arg(format!("--net={namespace}")).args(command);
        nsenter.status().is_ok_and(|status| status.success())
    }
}

impl Drop for Trouble {
    fn drop(&mut self) {
        for command in &self.fix {
            Self::run(command);
        }
    }
}

/// What the doctor's rule about nodes says, probe and all.
fn swarm_ports() -> String {
    let command = ["--probe", "--rule", "swarm-ports"];
    doctor_at(&[engine(), worker()], &command)["findings"].to_string()
}

#[test]
#[ignore = "needs two engines"]
fn nodes_that_do_not_reach_one_another_are_told_of_and_fixed_are_not() {
    let mut stack = Stack::alone("cut");
    let mesh = stack.network("mesh");
    let each = stack.service("each", &["--network", &mesh, "--mode", "global"], &["sleep", "1d"]);
    let silence = format!("Members of the overlay network {mesh} do not answer one another");
    wait_until("peace before any trouble", || swarm_ports() == "[]");

    let firewall = Trouble::firewall();
    let found = swarm_ports();
    assert!(found.contains(&silence) && found.contains("4789/udp"), "{found}");
    assert!(!found.contains("does not reach"), "the manager sees the worker: {found}");
    // One cause is said once, and not as a firewall between two containers.
    let all = doctor_at(&[engine(), worker()], &["--probe"])["findings"].to_string();
    assert!(!all.contains("firewall-drop"), "{all}");
    wait_until("that the nodes have lost one another", || {
        swarm_ports().contains(&format!("Nodes of the overlay network {mesh} do not know"))
    });
    drop(firewall);
    wait_until("peace after the firewall", || swarm_ports() == "[]");

    let cut = Trouble::cut();
    wait_until("a node that is down", || {
        let found = swarm_ports();
        assert!(found.contains(&silence), "{found}");
        found.contains("The swarm does not reach 1 of its 2 nodes")
            && found.contains("worker (down)")
    });
    let shown = netmap_at(&[engine()], 0, &["show", "--width", "120"]);
    assert!(shown.contains("down"), "{shown}");
    // What runs on a node that is away does not count as running.
    let told = json_at(&[engine()], &["show", "--format", "json"]);
    let service = named(&told["engine"]["swarm"]["services"], &each).clone();
    assert_eq!(service["running"], 1, "{service:#}");
    drop(cut);
    wait_until("peace after the cut", || swarm_ports() == "[]");
}
