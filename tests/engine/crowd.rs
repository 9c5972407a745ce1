//! A crowd: 60 containers on 12 networks of every kind.

use std::collections::BTreeSet;
use std::thread;

use crate::support::{Corner, docker};

/// Brings up the crowd in a corner. About 20 seconds.
pub fn bring_up(corner: &mut Corner) {
    let v6 = corner.subnet_v6();
    let mut networks = vec![
        corner.network("edge", &[]),
        corner.network("back", &["--internal"]),
        corner.network("quiet", &["-o", "com.docker.network.bridge.enable_icc=false"]),
        corner.network("dual", &["--ipv6", "--subnet", &v6]),
        corner.macvlan("lan"),
        corner.network("flat", &["-o", "com.docker.network.bridge.enable_ip_masquerade=false"]),
    ];
    for team in ["red", "green", "blue", "black", "white"] {
        networks.push(
            corner.network(team, &["--label", &format!("com.docker.compose.project={team}")]),
        );
    }
    let mut runs: Vec<Vec<String>> = Vec::new();
    for number in 0..58 {
        let name = corner.name(&format!("c{number:02}"));
        corner.adopt(&name);
        let network = networks[number % networks.len()].clone();
        let mut arguments: Vec<String> =
            ["run", "-d", "--name", &name, "--network", &network].map(String::from).into();
        if number % 5 == 0 {
            let alias = format!("alias-{number}");
            arguments.extend(
                ["--network-alias", &alias, "-p", &format!("127.0.0.1:{}:80", 20_000 + number)]
                    .map(String::from),
            );
        }
        arguments.extend(["busybox", "sleep", "1d"].map(String::from));
        runs.push(arguments);
    }
    for (name, network) in
        [("host", "host".to_owned()), ("sidecar", format!("container:{}", corner.name("c00")))]
    {
        let name = corner.name(name);
        corner.adopt(&name);
        let arguments =
            ["run", "-d", "--name", &name, "--network", &network, "busybox", "sleep", "1d"];
        runs.push(arguments.map(String::from).into());
    }
    // The sidecar comes last; the others start side by side.
    let last = runs.split_off(58);
    thread::scope(|scope| {
        for share in runs.chunks(15) {
            scope.spawn(move || share.iter().for_each(|run| drop(docker(&words(run)))));
        }
    });
    last.iter().for_each(|run| drop(docker(&words(run))));
    // Every seventh is on a second network as well.
    for number in (0..58).step_by(7) {
        let second = &networks[(number + 1) % networks.len()];
        docker(&["network", "connect", second, &corner.name(&format!("c{number:02}"))]);
    }
}

fn words(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

/// All names of the crowd.
pub fn names(corner: &Corner) -> BTreeSet<String> {
    let numbered = (0..58).map(|number| corner.name(&format!("c{number:02}")));
    numbered.chain([corner.name("host"), corner.name("sidecar")]).collect()
}
