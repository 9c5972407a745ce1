//! Packets that are dropped on purpose, each time in another way: `netmap why`
//! names the very rule or setting, first; and where nothing is dropped, or a
//! rule drops others, it names none.

use std::process::Command;

use serde_json::Value;

use crate::lent_engine::LentEngine;
use crate::support::{
    Corner, Here, docker, here_on, inspect, machine, netmap, paste, process_of, text,
};

/// A client, and a server that listens on port 5432, on one network with IPv4
/// and IPv6; the server is on a second network as well.
struct Shop {
    corner: Corner,
    _here: Here,
    /// Nobody else's rules and packets are there.
    _alone: LentEngine,
    web: String,
    db: String,
    web_ip: String,
    db_ip: String,
    bridge: String,
}

impl Shop {
    fn new(name: &str) -> Self {
        let alone = LentEngine::new();
        let here = here_on(&alone.address, alone.machine());
        let mut corner = Corner::new(name);
        let v6 = corner.subnet_v6();
        let shop = corner.network("shop", &["--ipv6", "--subnet", &v6]);
        let back = corner.network("back", &[]);
        let serve = "nc -ll -p 5432 -e cat & sleep 1d";
        let of_shop = ["--network", &shop];
        let run = [&of_shop[..], &["--network-alias", "db", "busybox", "sh", "-c", serve]].concat();
        let db = corner.run("db", &run);
        let wants = format!("DATABASE_URL=postgres://{db}:5432/shop");
        let web = corner.sleeper("web", &[&of_shop[..], &["-e", &wants]].concat());
        docker(&["network", "connect", &back, &db]);
        let id = docker(&["network", "inspect", "-f", "{{slice .Id 0 12}}", &shop]);
        let mut made = Self {
            web_ip: String::new(),
            db_ip: String::new(),
            bridge: format!("br-{id}"),
            corner,
            web,
            db,
            _here: here,
            _alone: alone,
        };
        made.web_ip = made.address(&made.web, "IPAddress");
        made.db_ip = made.address(&made.db, "IPAddress");
        made
    }

    fn address(&self, container: &str, field: &str) -> String {
        let container = &inspect(container);
        let on = &container["NetworkSettings"]["Networks"][self.corner.name("shop")];
        on[field].as_str().expect("an address").to_owned()
    }

    fn pid(&self, container: &str) -> String {
        process_of(container)
    }

    /// Runs a line of a shell in the network namespace of the machine or of a
    /// container. `WEB`, `DB` and `BRIDGE` stand for what they are.
    fn shell(&self, place: &str, line: &str) {
        let line = line.replace("WEB", &self.web_ip).replace("DB", &self.db_ip);
        let line = line.replace("BRIDGE", &self.bridge);
        let status = self.enter(place).args(["sh", "-ec", &line]).status();
        assert!(status.expect("nsenter runs").success(), "{place}: {line}");
    }

    fn enter(&self, place: &str) -> Command {
        let mut command = Command::new("nsenter");
        match place {
            "machine" => {
                let namespace = machine();
                command.arg(format!("--net={namespace}"));
            }
            "web" => drop(command.args(["-t", &self.pid(&self.web), "-n"])),
            _ => drop(command.args(["-t", &self.pid(&self.db), "-n"])),
        }
        command
    }

    fn why(&self, target: &str) -> Value {
        let output = netmap(&["why", &self.web, target, "--format", "json"]);
        serde_json::from_str(&text(&output.stdout)).unwrap_or_else(|_| panic!("{output:?}"))
    }

    /// What the doctor says of packets that are dropped.
    fn found(&self) -> Option<Value> {
        let output = netmap(&["doctor", &self.web, "--probe", "--format", "json"]);
        let report: Value = serde_json::from_str(&text(&output.stdout)).expect("JSON");
        let findings = report["findings"].as_array().expect("findings");
        findings.iter().find(|finding| finding["rule"] == "firewall-drop").cloned()
    }

    /// Why the client does not reach a target.
    fn because(&self, target: &str) -> String {
        // A machine that is too busy to answer knows nothing, and is asked again.
        let ladders = || (0..4).map(|_| self.why(target));
        let told = ladders().find(|ladder| ladder["because"].is_string());
        let ladder = told.unwrap_or_else(|| self.why(target));
        assert_eq!(ladder["verdict"], "blocked", "{ladder:#}");
        ladder["because"].as_str().unwrap_or_default().to_owned()
    }
}

/// The rung of dropped packets, if there is one.
fn packets(ladder: &Value) -> Option<&Value> {
    let rungs = ladder["rungs"].as_array().expect("rungs");
    rungs.iter().find(|rung| rung["rung"] == "packets")
}

/// A way to drop a packet, and how to take it back.
struct Way {
    name: &'static str,
    place: &'static str,
    drop: &'static str,
    undo: &'static str,
    /// What `because` must say, in order.
    said: &'static [&'static str],
}

/// Rules in the chain for rules of one's own. To port 5432 of the server by IPv4, as all of these.
const USER: [Way; 2] = [
    Way {
        name: "a rule of one's own for the engine's bridges",
        place: "machine",
        drop: "iptables -I DOCKER-USER -s WEB -d DB -p tcp --dport 5432 -j DROP",
        undo: "iptables -D DOCKER-USER -s WEB -d DB -p tcp --dport 5432 -j DROP",
        said: &[
            "rule 1 of DOCKER-USER drops it: `-s WEB/32 -d DB/32 -p tcp -m tcp --dport 5432 -j DROP`",
        ],
    },
    Way {
        name: "the answers",
        place: "machine",
        drop: "iptables -I DOCKER-USER -s DB -d WEB -p tcp --sport 5432 -j DROP",
        undo: "iptables -D DOCKER-USER -s DB -d WEB -p tcp --sport 5432 -j DROP",
        said: &[
            "rule 1 of DOCKER-USER drops it: `-s DB/32 -d WEB/32 -p tcp -m tcp --sport 5432 -j DROP`",
        ],
    },
];

/// Rules in other tables of the machine's.
const TABLES: [Way; 3] = [
    Way {
        name: "raw",
        place: "machine",
        drop: "iptables -t raw -A PREROUTING -s WEB -d DB -p tcp --dport 5432 -j DROP",
        undo: "iptables -t raw -D PREROUTING -s WEB -d DB -p tcp --dport 5432 -j DROP",
        said: &["of PREROUTING in the table raw drops it: `-s WEB/32 -d DB/32"],
    },
    Way {
        name: "mangle",
        place: "machine",
        drop: "iptables -t mangle -A FORWARD -s WEB -d DB -p tcp --dport 5432 -j DROP",
        undo: "iptables -t mangle -D FORWARD -s WEB -d DB -p tcp --dport 5432 -j DROP",
        said: &["of FORWARD in the table mangle drops it: `-s WEB/32"],
    },
    Way {
        name: "to an address that nobody has",
        place: "machine",
        drop: "iptables -t nat -I PREROUTING -s WEB -d DB -p tcp --dport 5432 -j DNAT --to 192.0.2.9:5432",
        undo: "iptables -t nat -D PREROUTING -s WEB -d DB -p tcp --dport 5432 -j DNAT --to 192.0.2.9:5432",
        said: &[
            "rule 1 of PREROUTING in the table nat sends it elsewhere: `",
            "--to-destination 192.0.2.9:5432`",
        ],
    },
];

/// Rules that say no, and those of nftables.
const REJECTS: [Way; 4] = [
    Way {
        name: "a reset",
        place: "machine",
        drop: "iptables -I FORWARD -s WEB -d DB -p tcp --dport 5432 -j REJECT --reject-with tcp-reset",
        undo: "iptables -D FORWARD -s WEB -d DB -p tcp --dport 5432 -j REJECT --reject-with tcp-reset",
        said: &["of FORWARD rejects it: `", "-j REJECT --reject-with tcp-reset`"],
    },
    Way {
        name: "a rejection",
        place: "machine",
        drop: "iptables -I FORWARD -s WEB -d DB -p tcp --dport 5432 -j REJECT --reject-with icmp-host-prohibited",
        undo: "iptables -D FORWARD -s WEB -d DB -p tcp --dport 5432 -j REJECT --reject-with icmp-host-prohibited",
        said: &["of FORWARD rejects it: `", "icmp-host-prohibited`"],
    },
    Way {
        name: "a table of nftables",
        place: "machine",
        drop: "nft add table inet mine; nft 'add chain inet mine f { type filter hook forward priority -5; }'; \
            nft add rule inet mine f ip saddr 9.9.9.9 counter drop; \
            nft add rule inet mine f ip saddr WEB tcp dport 5432 counter drop",
        undo: "nft delete table inet mine",
        said: &[
            "rule 2 of f in the nftables table inet mine drops it: `ip saddr WEB tcp dport 5432 counter drop`",
        ],
    },
    Way {
        name: "a rule for the bridge",
        place: "machine",
        drop: "nft add table bridge mine; nft 'add chain bridge mine f { type filter hook forward priority 0; }'; \
            nft add rule bridge mine f ip saddr WEB tcp dport 5432 counter drop",
        undo: "nft delete table bridge mine",
        said: &[
            "rule 1 of f in the nftables table bridge mine drops it: `",
            "tcp dport 5432 counter drop`",
        ],
    },
];

/// In the network namespaces of both ends.
const ENDS: [Way; 4] = [
    Way {
        name: "the client's own firewall",
        place: "web",
        drop: "iptables -A OUTPUT -p tcp --dport 5432 -j DROP",
        undo: "iptables -D OUTPUT -p tcp --dport 5432 -j DROP",
        said: &["rule 1 of OUTPUT drops it in ", "-web's network namespace: `-p tcp"],
    },
    Way {
        name: "the server's own firewall",
        place: "db",
        drop: "iptables -A INPUT -p tcp --dport 9 -j DROP; iptables -A INPUT -p tcp --dport 5432 -j DROP",
        undo: "iptables -F INPUT",
        said: &["rule 2 of INPUT drops it in ", "-db's network namespace: `-p tcp"],
    },
    Way {
        name: "a black hole",
        place: "web",
        drop: "ip route add blackhole DB/32",
        undo: "ip route del blackhole DB/32",
        said: &[
            "a route of the type blackhole to DB/32 throws it away in ",
            "-web's network namespace",
        ],
    },
    Way {
        name: "a route that forbids",
        place: "web",
        drop: "ip route add prohibit DB/32",
        undo: "ip route del prohibit DB/32",
        said: &["a route of the type prohibit to DB/32 throws it away in "],
    },
];

/// What is no rule, in these namespaces.
const PATHS: [Way; 3] = [
    Way {
        name: "the way back",
        place: "db",
        drop: "sysctl -qw net.ipv4.conf.eth0.rp_filter=1; ip route add WEB/32 dev eth1",
        undo: "sysctl -qw net.ipv4.conf.eth0.rp_filter=0; ip route del WEB/32 dev eth1",
        said: &["rp_filter drops what comes in by another interface", "-db's network namespace"],
    },
    Way {
        name: "a queue without room",
        place: "web",
        drop: "tc qdisc add dev eth0 root pfifo limit 0",
        undo: "tc qdisc del dev eth0 root",
        said: &["the queueing discipline pfifo of eth0 drops it in ", "-web's network namespace"],
    },
    Way {
        name: "a filter of tc",
        place: "db",
        // By hand, since a kernel has this classifier where it has any: TCP over IPv4
        // to port 5432 is shot, and the rest left to others.
        drop: "tc qdisc add dev eth0 clsact; tc filter add dev eth0 ingress protocol all bpf da \
            bytecode '8,40 0 0 12,21 0 5 2048,48 0 0 23,21 0 3 6,40 0 0 36,21 0 1 5432,6 0 0 2,\
            6 0 0 4294967295,'",
        undo: "tc qdisc del dev eth0 clsact",
        said: &["a filter of tc on eth0 drops it in ", "-db's network namespace"],
    },
];

/// Each is named first while it drops, and nothing is when it was undone.
fn are_named_first(shop: &Shop, ways: &[Way]) {
    let target = format!("{}:5432", shop.db);
    assert_eq!(shop.why(&target)["verdict"], "reachable");
    let mut wrong = Vec::new();
    for Way { name, place, drop, undo, said } in ways {
        shop.shell(place, drop);
        let is_named = |ladder: &Value| {
            let mut rest = ladder["because"].as_str().unwrap_or_default();
            let said_all = said.iter().all(|said| {
                let said = said.replace("WEB", &shop.web_ip).replace("DB", &shop.db_ip);
                let found = rest.split_once(&said);
                rest = found.map_or("", |(_, rest)| rest);
                found.is_some()
            });
            said_all
                && ladder["verdict"] == "blocked"
                && ladder["fix"].to_string().contains("sudo ")
        };
        // Rules move while other tests make networks, and nothing is named then.
        let ladders = || (0..4).map(|_| shop.why(&target));
        if !ladders().any(|ladder| is_named(&ladder)) {
            wrong.push(format!("{name}: {:#}", shop.why(&target)));
        }
        shop.shell(place, undo);
        let is_open = ladders().any(|ladder| ladder["verdict"] == "reachable");
        assert!(is_open, "{name} was undone");
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
#[ignore = "needs a Docker engine"]
fn rules_of_ones_own_for_the_engine_are_named_first() {
    let shop = Shop::new("dropped-user");
    are_named_first(&shop, &USER);
}

#[test]
#[ignore = "needs a Docker engine"]
fn rules_of_other_tables_are_named_first() {
    are_named_first(&Shop::new("dropped-tables"), &TABLES);
}

#[test]
#[ignore = "needs a Docker engine"]
fn rules_that_reject_and_those_of_nftables_are_named_first() {
    are_named_first(&Shop::new("dropped-rejects"), &REJECTS);
}

#[test]
#[ignore = "needs a Docker engine"]
fn rules_and_routes_at_both_ends_are_named_first() {
    are_named_first(&Shop::new("dropped-ends"), &ENDS);
}

#[test]
#[ignore = "needs a Docker engine"]
fn what_is_no_rule_is_named_first() {
    are_named_first(&Shop::new("dropped-paths"), &PATHS);
}

/// The engine's rules for a bridge of its own are gone, as after a firewall was
/// reloaded, and the policy of the chain decides.
#[test]
#[ignore = "needs a Docker engine"]
fn the_policy_of_a_chain_is_named_where_no_rule_accepts() {
    let shop = Shop::new("dropped-policy");
    let accepting = "iptables-save -t filter | grep -- '-i BRIDGE .*-j ACCEPT' | sed 's/^-A/-D/'";
    shop.shell("machine", &format!("{accepting} | while read r; do iptables $r; done"));
    let because = shop.because(&format!("{}:5432", shop.db));
    assert!(because.contains("because the policy of FORWARD drops it"), "{because}");
}

#[test]
#[ignore = "needs a Docker engine"]
fn rules_for_ipv6_and_for_pings_are_named() {
    let shop = Shop::new("dropped-v6");
    let v6 = shop.address(&shop.db, "GlobalIPv6Address");
    let rule = format!("-d {v6} -p tcp --dport 5432 -j DROP");
    shop.shell("machine", &format!("ip6tables -I FORWARD {rule}"));
    let because = shop.because(&format!("[{v6}]:5432"));
    assert!(because.contains(" of FORWARD drops it: `-d"), "{because}");
    shop.shell("machine", &format!("ip6tables -D FORWARD {rule}"));
    assert_eq!(shop.why(&format!("[{v6}]:5432"))["verdict"], "reachable");

    let rule = "-s WEB -p icmp -m icmp --icmp-type 8 -m conntrack --ctstate NEW -j DROP";
    shop.shell("machine", &format!("iptables -I DOCKER-USER {rule}"));
    let because = shop.because(&shop.db);
    assert!(because.contains("because rule 1 of DOCKER-USER drops it"), "{because}");
    shop.shell("machine", &format!("iptables -D DOCKER-USER {rule}"));
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_machine_that_forwards_nothing_is_named() {
    let shop = Shop::new("dropped-forward");
    shop.shell(
        "machine",
        "ip route add 192.0.2.0/24 dev lo; sysctl -qw net.ipv4.conf.BRIDGE.forwarding=0",
    );
    let because = shop.because("192.0.2.77:80");
    assert!(because.contains("because the machine forwards nothing"), "{because}");
    shop.shell(
        "machine",
        "ip route del 192.0.2.0/24 dev lo; sysctl -qw net.ipv4.conf.BRIDGE.forwarding=1",
    );
}

/// A machine with two cards, one of which has its own table of routes, as some systems make
/// them by themselves: what answers from its address goes to a router, and not to containers.
#[test]
#[ignore = "needs a Docker engine"]
fn a_rule_of_routing_is_named_and_its_fix_leads_back() {
    let mut shop = Shop::new("dropped-routing");
    shop.shell(
        "machine",
        "ip link add nas type veth peer name router; ip addr add 10.11.12.13/24 dev nas; \
         ip link set router up; ip link set nas up; \
         ip route add default via 10.11.12.1 dev nas table 100; \
         ip route add default via 10.11.12.1 dev nas",
    );
    let serve = ["busybox", "nc", "-ll", "-p", "8099", "-e", "cat"];
    let mut server = shop.enter("machine").args(serve).spawn().expect("nsenter runs");
    let open = (0..20).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        shop.why("10.11.12.13:8099")["verdict"] == "reachable"
    });
    assert!(open, "{:#}", shop.why("10.11.12.13:8099"));
    shop.shell("machine", "ip rule add from 10.11.12.13 lookup 100 pref 3");
    let because = shop.because("10.11.12.13:8099");
    let said = format!("a rule of routing sends the answers from 10.11.12.13 to {}", shop.web_ip);
    assert!(because.contains(&format!("because {said} out by nas")), "{because}");
    // The doctor says it of who dials it, and that no firewall does it.
    let ask = "while :; do echo 'wget: download timed out: http://10.11.12.13:8099'; sleep 1; done";
    let of_shop = ["--network", &shop.corner.name("shop"), "-e", "API=http://10.11.12.13:8099"];
    let caller = shop.corner.run("caller", &[&of_shop[..], &["busybox", "sh", "-c", ask]].concat());
    let output = netmap(&["doctor", &caller, "--format", "json"]);
    let report: Value = serde_json::from_str(&text(&output.stdout)).expect("JSON");
    let finding = &report["findings"][0];
    assert_eq!(finding["rule"], "host-firewall", "{report:#}");
    let told = finding.to_string();
    assert!(told.contains("a rule of routing sends the answers from 10.11.12.13"), "{told}");
    assert!(told.contains("sudo ip rule add to ") && !told.contains("iptables"), "{told}");
    let run_fix = |ladder: &Value| {
        for line in ladder["fix"].as_array().expect("a fix") {
            shop.shell("machine", &line.as_str().expect("a line").replace("sudo ", ""));
        }
    };
    run_fix(&shop.why("10.11.12.13:8099"));
    let ladder = shop.why("10.11.12.13:8099");
    assert_eq!(ladder["verdict"], "reachable", "{ladder:#}");
    // What stays on its bridge is not led anywhere by a rule, whatever may be.
    shop.shell("machine", "ip rule add from WEB prohibit pref 2");
    let ladder = shop.why(&format!("{}:5432", shop.db));
    assert_eq!(ladder["verdict"], "reachable", "{ladder:#}");
    let ladder = shop.why(&format!("{}:5433", shop.db));
    assert!(!ladder.to_string().contains("of routing"), "{ladder:#}");
    shop.shell("machine", "ip rule del pref 2");
    // A network of somebody else's that holds the containers', by a rule for all.
    shop.shell("machine", "ip rule del pref 1; ip rule del pref 3; ip rule add lookup 52 pref 5");
    shop.shell("machine", "ip route add WEB/32 dev nas table 52");
    let because = shop.because("10.11.12.13:8099");
    assert!(because.contains(&format!("because {said} out by nas")), "{because}");
    run_fix(&shop.why("10.11.12.13:8099"));
    let ladder = shop.why("10.11.12.13:8099");
    assert_eq!(ladder["verdict"], "reachable", "{ladder:#}");
    server.kill().expect("it runs");
    server.wait().expect("it ends");
    // What goes to the world, and is not let out.
    let ladder = shop.why("192.0.2.77:80");
    assert!(!ladder.to_string().contains("of routing"), "{ladder:#}");
    shop.shell(
        "machine",
        "ip rule del pref 1; ip rule del pref 5; ip rule add from WEB prohibit pref 4",
    );
    let because = shop.because("192.0.2.77:80");
    let said = format!("rules of routing leave no way from {}", shop.web_ip);
    assert!(
        because.contains(&format!("because {said} to 192.0.2.77")),
        "{:#}",
        shop.why("192.0.2.77:80")
    );
    run_fix(&shop.why("192.0.2.77:80"));
    let ladder = shop.why("192.0.2.77:80");
    assert!(!ladder.to_string().contains("of routing"), "{ladder:#}");
    shop.shell("machine", "ip rule del pref 1; ip rule del pref 4; ip link del nas");
}

/// The sentence that stands for all: what the map says, when it last worked, and
/// the rule, from one call.
#[test]
#[ignore = "needs a Docker engine"]
fn map_wire_and_rule_come_to_one_sentence_whose_commands_run() {
    let shop = Shop::new("dropped-sentence");
    docker(&["exec", &shop.web, "sh", "-c", "echo | nc -w 1 db 5432"]);
    let rule = "-s WEB -p tcp -m tcp --dport 5432 -m comment --comment 'no \"db\" here' -j DROP";
    shop.shell("machine", "iptables -I DOCKER-USER -s 192.0.2.1 -j DROP");
    shop.shell("machine", &format!("iptables -I DOCKER-USER 2 {rule}"));
    let output = netmap(&["why", &shop.web, "db:5432"]);
    let said = text(&output.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    let worked = format!("{} may reach {} by the map, did so ", shop.web, shop.db);
    assert!(said.contains(&worked), "{said}");
    let dropped = format!(
        "ago, and does not now, because rule 2 of DOCKER-USER drops it: `-s {}/32 -p tcp -m tcp \
         --dport 5432 -m comment --comment \"no \\\"db\\\" here\" -j DROP`",
        shop.web_ip
    );
    assert!(said.contains(&dropped), "{said}\n{dropped}");
    let ladder = shop.why("db:5432");
    assert_eq!(ladder["drops"][0]["number"], 2);
    assert_eq!(ladder["drops"][0]["owner"], "docker-user");
    // Two numbers of packets, by chance.
    let counted = ladder["drops"][0]["counted"].as_array().expect("numbers");
    assert!(counted.len() == 2 && counted[0].as_u64() < counted[1].as_u64(), "{counted:?}");
    for line in ladder["fix"].as_array().expect("a fix") {
        let line = line.as_str().expect("a line").replace("sudo ", "");
        shop.shell("machine", &line);
    }
    assert_eq!(shop.why("db:5432")["verdict"], "reachable");
    shop.shell("machine", "iptables -D DOCKER-USER -s 192.0.2.1 -j DROP");
}

/// Near misses: no rule is named for what is open, for a port on which nothing
/// listens, and for what a rule that is busy with others does not drop.
#[test]
#[ignore = "needs a Docker engine"]
fn no_rule_is_named_that_does_not_drop_it() {
    let mut shop = Shop::new("dropped-near");
    let network = shop.corner.name("shop");
    let other = shop.corner.sleeper("other", &["--network", &network]);
    let busy = docker(&[
        "inspect",
        "-f",
        "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}",
        &other,
    ]);
    let rule = format!("-s {busy} -j DROP");
    shop.shell("machine", &format!("iptables -I DOCKER-USER {rule}"));
    let ping = format!("while :; do ping -c 1 -W 1 {} & usleep 20000; done", shop.db_ip);
    docker(&["exec", "-d", &other, "sh", "-c", &ping]);

    let target = format!("{}:5432", shop.db);
    let ladder = shop.why(&target);
    assert_eq!((&ladder["verdict"], packets(&ladder)), (&Value::from("reachable"), None));
    let ladder = shop.why(&format!("{}:5433", shop.db));
    assert_eq!((&ladder["verdict"], packets(&ladder)), (&Value::from("blocked"), None));

    // What drops it does not count, and the one that counts drops others.
    shop.shell("machine", "nft add table ip mine; nft 'add chain ip mine f { type filter hook forward priority -5; }'; \
        nft add rule ip mine f ip saddr 192.0.2.1 drop; \
        nft add rule ip mine f ip saddr WEB tcp dport 5432 drop");
    let ladder = shop.why(&format!("{}:5432", shop.db_ip));
    let rung = packets(&ladder).expect("a rung");
    assert_eq!((&rung["status"], &ladder["because"]), (&Value::from("unknown"), &Value::Null));
    assert!(
        rung["notes"].to_string().contains(
            "may be one of them: rule 2 of f in the nftables table ip mine drops it: `ip saddr"
        ),
        "{rung}"
    );
    shop.shell("machine", "nft delete table ip mine");

    // One that drops both is named all the same. It is for this shop alone: others
    // ping on this machine, too.
    let both = "-d DB -p icmp -j DROP";
    shop.shell(
        "machine",
        &format!("iptables -D DOCKER-USER {rule}; iptables -I DOCKER-USER {both}"),
    );
    let because = shop.because(&shop.db);
    let rule = format!("of DOCKER-USER drops it: `-d {}/32 -p icmp -j DROP`", shop.db_ip);
    assert!(because.contains(&rule), "{because}");
    shop.shell("machine", &format!("iptables -D DOCKER-USER {both}"));
}

/// A cable that is off its bridge, or switched off, as what sets up a machine's own network does it
/// to the engine's: it is named, without anything that is sent, and the fix puts it right.
#[test]
#[ignore = "needs a Docker engine"]
fn a_cable_is_found_that_is_not_as_the_engine_made_it() {
    let mut shop = Shop::new("dropped-cable");
    let target = format!("{}:5432", shop.db);
    let complain = format!("while :; do echo 'Error: connect ETIMEDOUT {target}'; sleep 1; done");
    let of_shop = ["--network", &shop.corner.name("shop")];
    let said = ["-e", &format!("DB={target}"), "busybox", "sh", "-c", &complain];
    let caller = shop.corner.run("caller", &[&of_shop[..], &said].concat());
    let doctor = || {
        let output = netmap(&["doctor", &caller, "--format", "json"]);
        serde_json::from_str::<Value>(&text(&output.stdout)).expect("JSON")["findings"].to_string()
    };
    // Whoever complains of silence, the cables are whole.
    std::thread::sleep(std::time::Duration::from_secs(6));
    let told = doctor();
    assert!(!told.contains("is not on the bridge") && !told.contains("switched off"), "{told}");
    // The container is on two networks: each has a cable of its own.
    let own = shop.enter("db").args(["ip", "-o", "-4", "addr", "show"]).output();
    let own = text(&own.expect("nsenter runs").stdout);
    let own = own.lines().find(|line| line.contains(&*shop.db_ip)).expect("its interface");
    let own = own.split_whitespace().nth(1).expect("a name");
    let number = docker(&["exec", &shop.db, "cat", &format!("/sys/class/net/{own}/iflink")]);
    let links = shop.enter("machine").args(["ip", "-o", "link"]).output();
    let links = text(&links.expect("nsenter runs").stdout);
    let end = links.lines().find_map(|line| line.strip_prefix(&format!("{number}: ")));
    let end = end.and_then(|end| end.split('@').next()).expect("the other end").to_owned();
    let off = format!(
        "the interface {end}, which leads to {}, is not on the bridge {}",
        shop.db, shop.bridge
    );
    for (undo, said) in [
        (format!("ip link set {end} nomaster"), off),
        (format!("ip link set {end} down"), format!("the interface {end} is switched off")),
        (
            "ip link set BRIDGE down".to_owned(),
            format!("the interface {} is switched off", shop.bridge),
        ),
    ] {
        shop.shell("machine", &undo);
        let because = shop.because(&target);
        assert!(because.contains(&said), "{undo}: {because}");
        let told = doctor();
        assert!(told.contains(&said), "{undo}: {told}");
        let ladder = shop.why(&target);
        for line in ladder["fix"].as_array().expect("a fix") {
            shop.shell("machine", &line.as_str().expect("a line").replace("sudo ", ""));
        }
        let ladder = shop.why(&target);
        assert_eq!(ladder["verdict"], "reachable", "{undo}: {ladder:#}");
    }
    shop.shell("web", "ip link set eth0 down");
    let because = shop.because(&target);
    let said = format!("the interface eth0 is switched off in {}'s network namespace", shop.web);
    assert!(because.contains(&said), "{because}");
    let ladder = shop.why(&target);
    let fix = ladder["fix"].as_array().expect("a fix").iter();
    let fix: Vec<String> =
        fix.map(|line| line.as_str().expect("a line").replace("sudo ", "")).collect();
    assert!(fix.contains(&format!("docker restart {}", shop.web)), "{fix:?}");
    assert!(paste(&fix).status.success());
    assert_eq!(shop.why(&target)["verdict"], "reachable");
}

#[test]
#[ignore = "needs a Docker engine"]
fn the_doctor_says_which_rule_it_is() {
    let shop = Shop::new("dropped-doctor");
    shop.shell("machine", "iptables -I DOCKER-USER -s WEB -d DB -j DROP");
    let found = shop.found().expect("it is found");
    assert_eq!(found["signs"][0]["by"]["chain"], "DOCKER-USER", "{found:#}");
    let said = found["evidence"][0].as_str().expect("a sentence");
    assert!(said.contains("because rule 1 of DOCKER-USER drops it: `-s "), "{said}");
    assert!(found["fix"].to_string().contains("-D DOCKER-USER -s "), "{found:#}");
    shop.shell("machine", "iptables -D DOCKER-USER -s WEB -d DB -j DROP");
}

/// A ping does not find it: only the port that web is configured with is closed.
#[test]
#[ignore = "needs a Docker engine"]
fn the_doctor_finds_the_drop_of_a_single_port() {
    let shop = Shop::new("dropped-port");
    assert_eq!(shop.found(), None);
    let rule = "-s WEB -d DB -p tcp --dport 5432 -j DROP";
    shop.shell("machine", &format!("iptables -I DOCKER-USER {rule}"));
    let found = shop.found().expect("it is found");
    let summary = found["summary"].as_str().expect("a sentence");
    assert!(summary.contains("-db on port 5432, although the map says it can"), "{summary}");
    assert_eq!(found["signs"][0]["by"]["chain"], "DOCKER-USER", "{found:#}");
    // Another port is nothing that anybody wants.
    shop.shell("machine", &format!("iptables -D DOCKER-USER {rule}"));
    let other = "-s WEB -d DB -p tcp --dport 5433 -j DROP";
    shop.shell("machine", &format!("iptables -I DOCKER-USER {other}"));
    assert_eq!(shop.found(), None);
    shop.shell("machine", &format!("iptables -D DOCKER-USER {other}"));
}

/// Who is refused by a rule is told of the rule, and not that nobody listens.
#[test]
#[ignore = "needs a Docker engine"]
fn the_doctor_finds_what_a_rule_resets() {
    let shop = Shop::new("dropped-reset");
    assert_eq!(shop.found(), None);
    let reset = "-s WEB -d DB -p tcp --dport 5432 -j REJECT --reject-with tcp-reset";
    shop.shell("machine", &format!("iptables -I FORWARD {reset}"));
    let found = (0..4).find_map(|_| shop.found()).expect("it is found");
    let summary = found["summary"].as_str().expect("a sentence");
    let refused = format!("{} is refused by {} on port 5432, although", shop.web, shop.db);
    assert!(summary.starts_with(&refused), "{summary}");
    assert_eq!(found["signs"][0]["by"]["chain"], "FORWARD", "{found:#}");
    assert!(found["fix"].to_string().contains("-D FORWARD -s "), "{found:#}");
    let ladder = shop.why(&format!("{}:5432", shop.db_ip));
    let port = ladder["rungs"].as_array().unwrap().iter().find(|rung| rung["rung"] == "port");
    let said = port.expect("a rung")["detail"].as_str().expect("words").to_owned();
    assert!(said.contains("listens on 5432, and connections are refused all the same"), "{said}");
    shop.shell("machine", &format!("iptables -D FORWARD {reset}"));
    assert_eq!(shop.found(), None);
}

/// Loads a program of XDP that drops everything (`mov r0, XDP_DROP; exit`), and
/// pins it where the argument says.
const XDP: &str = "import ctypes, platform, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
number = {'x86_64': 321, 'aarch64': 280}[platform.machine()]
def bpf(command, attributes):
    attributes = ctypes.create_string_buffer(attributes.ljust(128, bytes(1)), 128)
    result = libc.syscall(number, command, ctypes.byref(attributes), 128)
    assert result >= 0, ctypes.get_errno()
    return result
at = ctypes.addressof
code = ctypes.create_string_buffer(struct.pack('<BBhiBBhi', 0xb7, 0, 0, 1, 0x95, 0, 0, 0))
licence, path = (ctypes.create_string_buffer(text) for text in (b'GPL', sys.argv[1].encode()))
program = bpf(5, struct.pack('<IIQQ', 6, 2, at(code), at(licence)))
bpf(6, struct.pack('<QI', at(path), program))";

/// What it drops nothing counts; that it stands there is all there is to say.
#[test]
#[ignore = "needs a Docker engine"]
fn a_program_of_xdp_is_said_to_stand_in_the_way() {
    let shop = Shop::new("dropped-xdp");
    let pins = tempfile::tempdir().expect("a folder");
    // A mount of its own, which goes with the shell.
    let script = format!(
        "mount -t bpf none {0} && python3 -c \"$1\" {0}/p && nsenter -t {1} -n \
            ip link set dev eth0 xdpgeneric pinned {0}/p",
        pins.path().display(),
        shop.pid(&shop.db)
    );
    let mut load = Command::new("unshare");
    load.args(["-m", "sh", "-ec", &script, "sh", XDP]);
    assert!(load.status().expect("unshare runs").success());
    // It drops the answers of neighbours as well, which would be told instead.
    let mac = shop.enter("db").args(["ip", "-br", "link", "show", "dev", "eth0"]).output();
    let mac = text(&mac.expect("nsenter runs").stdout);
    let mac = mac.split_whitespace().nth(2).expect("an address").to_owned();
    let known = format!("DB lladdr {mac} dev eth0 nud permanent");
    shop.shell("web", &format!("ip neigh replace {known}"));
    let ladder = shop.why(&shop.db_ip);
    let rung = packets(&ladder).expect("a rung");
    let said = "what the program of XDP on eth0 drops";
    assert_eq!(rung["status"], "unknown", "{rung}");
    assert!(rung["notes"].to_string().contains(said), "{rung}");
    shop.shell("db", "ip link set dev eth0 xdpgeneric off");
    shop.shell("web", "ip neigh del DB dev eth0");
    assert_eq!(shop.why(&shop.db_ip)["verdict"], "reachable");
}
