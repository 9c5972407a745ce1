//! What the engine refuses of files that Compose takes, and what is close to
//! that and comes up: netmap says so beforehand.

use std::fs;

use super::compose_2;
use crate::support::{is_podman, netmap_command, text};

/// Who refuses a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refused {
    Everywhere,
    /// Podman takes it, whatever comes of it.
    ByDocker,
    Nowhere,
}
use Refused::{ByDocker, Everywhere, Nowhere};

/// What is run of every service.
const RUN: &str = "image: busybox, command: [sleep, 1d], stop_grace_period: 0s, pull_policy: never";

/// Files by their names, in which RUN stands for [`RUN`].
const FILES: [(&str, Refused, &str); 20] = [
    (
        "twice",
        Everywhere,
        "services:
  a: {RUN, networks: {default: {ipv4_address: 10.201.1.5}}}
  b: {RUN, networks: {default: {ipv4_address: 10.201.1.5}}}
networks: {default: {ipam: {config: [{subnet: 10.201.1.0/24}]}}}",
    ),
    (
        "replicas",
        Everywhere,
        "services: {a: {RUN, scale: 2, networks: {default: {ipv4_address: 10.201.2.5}}}}
networks: {default: {ipam: {config: [{subnet: 10.201.2.0/24}]}}}",
    ),
    (
        "outside",
        Everywhere,
        "services: {a: {RUN, networks: {default: {ipv4_address: 10.201.9.5}}}}
networks: {default: {ipam: {config: [{subnet: 10.201.3.0/24}]}}}",
    ),
    (
        "nosubnet",
        Everywhere,
        "services: {a: {RUN, networks: {default: {ipv4_address: 10.201.4.5}}}}",
    ),
    (
        "gateway",
        ByDocker,
        "services: {a: {RUN, networks: {default: {ipv4_address: 10.201.5.9}}}}
networks: {default: {ipam: {config: [{subnet: 10.201.5.0/24, gateway: 10.201.5.9}]}}}",
    ),
    (
        "firstaddress",
        ByDocker,
        "services: {a: {RUN, networks: {default: {ipv4_address: 10.201.6.1}}}}
networks: {default: {internal: true, ipam: {config: [{subnet: 10.201.6.0/24}]}}}",
    ),
    (
        "broadcast",
        ByDocker,
        "services: {a: {RUN, networks: {default: {ipv4_address: 10.201.7.255}}}}
networks: {default: {ipam: {config: [{subnet: 10.201.7.0/24}]}}}",
    ),
    (
        "kept",
        ByDocker,
        "services: {a: {RUN, networks: {default: {ipv4_address: 10.201.8.7}}}}
networks: {default: {ipam: {config: [{subnet: 10.201.8.0/24, aux_addresses: {x: 10.201.8.7}}]}}}",
    ),
    (
        "farrouter",
        Everywhere,
        "services: {a: {RUN}}
networks: {default: {ipam: {config: [{subnet: 10.201.10.0/24, gateway: 10.201.11.1}]}}}",
    ),
    (
        "ports",
        ByDocker,
        "services:
  o: {RUN}
  a: {RUN, network_mode: 'service:o', ports: ['80']}",
    ),
    (
        "hosts",
        Everywhere,
        "services:
  o: {RUN}
  a: {RUN, network_mode: 'service:o', extra_hosts: ['x:1.1.1.1']}",
    ),
    (
        "links",
        Everywhere,
        "services:
  o: {RUN}
  a: {RUN, network_mode: host, links: [o]}",
    ),
    (
        "madeupname",
        Everywhere,
        "services:
  a: {RUN}
  b: {RUN, container_name: nmstart-madeupname-a-1}",
    ),
    (
        "networknames",
        Everywhere,
        "services:
  a: {RUN, networks: [x]}
  b: {RUN, networks: [y]}
networks: {x: {name: nmstart-same}, y: {name: nmstart-same}}",
    ),
    ("noport", Everywhere, "services: {a: {RUN, ports: [{target: 80, published: banana}]}}"),
    (
        "range",
        Nowhere,
        "services: {a: {RUN, networks: {default: {ipv4_address: 10.201.12.1}}}}
networks: {default: {ipam: {config: [{subnet: 10.201.12.0/24, ip_range: 10.201.12.128/25}]}}}",
    ),
    (
        "twonetworks",
        Nowhere,
        "services:
  a: {RUN, networks: {x: {ipv4_address: 10.201.13.5}}}
  b: {RUN, networks: {y: {ipv4_address: 10.201.14.5}}}
networks:
  x: {ipam: {config: [{subnet: 10.201.13.0/24}]}}
  y: {ipam: {config: [{subnet: 10.201.14.0/24}]}}",
    ),
    (
        "borrowed",
        Nowhere,
        "services:
  o: {RUN, ports: ['80']}
  a: {RUN, network_mode: 'service:o', ports: []}",
    ),
    ("hostports", Nowhere, "services: {a: {RUN, network_mode: host, ports: ['80']}}"),
    (
        "emptymode",
        Nowhere,
        "services:
  a: {RUN, network_mode: ''}
  b: {RUN}",
    ),
];

#[test]
#[ignore = "needs a container engine and docker-compose 2"]
fn what_the_engine_refuses_is_told_beforehand() {
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let tries: Vec<_> = FILES
            .chunks(FILES.len().div_ceil(4))
            .map(|files| {
                scope.spawn(move || {
                    let wrong = files.iter().filter_map(|(name, refused, file)| {
                        tried(name, *refused, &file.replace("RUN", RUN)).err()
                    });
                    wrong.collect::<Vec<_>>()
                })
            })
            .collect();
        tries.into_iter().flat_map(|tried| tried.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn tried(name: &str, refused: Refused, file: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("compose.yaml");
    fs::write(&path, file).unwrap();
    let project = format!("nmstart-{name}");
    let compose = |arguments: &[&str]| {
        let mut command = compose_2();
        command.args(["-p", &project]).args(arguments).current_dir(folder.path());
        command.output().expect("docker-compose runs")
    };
    let doctor = netmap_command()
        .args(["doctor", "--rule", "refused-start", "--rule", "refused-file"])
        .args(["--project-name", &project, "--compose"])
        .arg(&path)
        .output()
        .unwrap();
    let up = compose(&["up", "-d"]);
    compose(&["down", "-t", "0"]);
    let expected = match refused {
        Everywhere => true,
        ByDocker => !is_podman(),
        Nowhere => false,
    };
    let told = doctor.status.code() == Some(1);
    if up.status.success() == expected || told != (refused != Nowhere) {
        let (said, engine) = (text(&doctor.stdout), text(&up.stderr));
        return Err(format!("{name}: netmap says\n{said}\nthe engine\n{engine}"));
    }
    Ok(())
}

/// Compose hands extra hosts to the engine in an order of chance.
#[test]
#[ignore = "needs a container engine and docker-compose 2"]
fn the_order_of_extra_hosts_is_no_difference() {
    let root = env!("CARGO_MANIFEST_DIR");
    let case = format!("{root}/tests/cases/compose/12-order-of-extra-hosts.yaml");
    let compose = |arguments: &[&str]| {
        let mut command = compose_2();
        command.args(["-p", "nmorder", "-f", &case]).args(arguments);
        command.output().expect("docker-compose runs")
    };
    for _ in 0..3 {
        let up = compose(&["up", "-d", "--force-recreate", "--pull", "never"]);
        assert!(up.status.success(), "{}", text(&up.stderr));
        let mut diff = netmap_command();
        diff.args(["--host", &crate::support::engine(), "diff", "--project-name", "nmorder"]);
        let diff = diff.args(["--compose", &case]).output().unwrap();
        assert_eq!(diff.status.code(), Some(0), "{}{}", text(&diff.stdout), text(&diff.stderr));
    }
    compose(&["down", "-t", "0"]);
}
