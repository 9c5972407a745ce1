//! An engine for a made-up setup: the answers to the calls that a scan and a
//! look without exec make, as long and as detailed as Docker's own.

#![allow(dead_code)] // tests and benchmarks each use some of it

use std::collections::HashMap;

use netmap::model::{Container, Network, Snapshot};
use serde_json::{Value, json};

use crate::fake_engine::{Answer, FakeEngine};

/// Starts an engine that has this setup.
pub fn start(snapshot: &Snapshot) -> FakeEngine {
    start_with_logs(snapshot, &[])
}

/// Starts an engine that has this setup, in which every container has said these lines.
pub fn start_with_logs(snapshot: &Snapshot, lines: &[String]) -> FakeEngine {
    let mut answers: HashMap<String, String> = HashMap::new();
    for container in &snapshot.containers {
        let path = format!("/containers/{}", container.id);
        answers.insert(format!("{path}/json"), inspected(container).to_string());
    }
    let mut members: HashMap<&str, serde_json::Map<String, Value>> = HashMap::new();
    for container in &snapshot.containers {
        for endpoint in &container.endpoints {
            let address = endpoint.ipv4.map(|a| format!("{a}/24")).unwrap_or_default();
            let member = json!({"Name": container.name, "EndpointID": container.id,
                "MacAddress": endpoint.mac, "IPv4Address": address, "IPv6Address": ""});
            let of_network = members.entry(&endpoint.network_id).or_default();
            of_network.insert(container.id.clone(), member);
        }
    }
    // With members where the list is asked for as it was in API 1.27.
    let mut with_members = Vec::new();
    for network in &snapshot.networks {
        let mut described = listed_network(network);
        described["Containers"] = members.remove(&*network.id).unwrap_or_default().into();
        answers.insert(format!("/networks/{}", network.id), described.to_string());
        with_members.push(described);
    }
    answers.insert("/v1.27/networks".to_owned(), Value::from(with_members).to_string());
    let networks: Vec<Value> = snapshot.networks.iter().map(listed_network).collect();
    answers.insert("/networks".to_owned(), Value::from(networks).to_string());
    let listed: Vec<Value> = snapshot.containers.iter().map(listed).collect();
    answers.insert("/containers/json".to_owned(), Value::from(listed).to_string());
    let version = json!({"Version": snapshot.engine.version, "ApiVersion": "1.45", "Os": "linux",
        "Arch": "amd64", "Components": [{"Name": "Engine", "Version": snapshot.engine.version}]});
    answers.insert("/version".to_owned(), version.to_string());
    let info = json!({"OperatingSystem": "Debian GNU/Linux 12", "IPv4Forwarding": true});
    answers.insert("/info".to_owned(), info.to_string());
    let log: String = lines.iter().zip(0..).map(|(line, at)| log_line(line, at)).collect();
    FakeEngine::start(move |path| {
        let path = path.split('?').next().unwrap_or_default();
        if path.ends_with("/logs") {
            return Answer::Json(200, log.clone());
        }
        match answers.get(path) {
            Some(body) => Answer::Json(200, body.clone()),
            None => Answer::Json(404, r#"{"message":"no such thing"}"#.to_owned()),
        }
    })
}

/// A line of a log as an engine sends it: what comes out of which it is and how long, its
/// time, and the line itself, which is short.
fn log_line(line: &str, second: u32) -> String {
    let (minute, second) = (second / 60 % 60, second % 60);
    let line = format!("2025-11-24T15:{minute:02}:{second:02}.000000000Z {line}\n");
    let length = u8::try_from(line.len()).ok().filter(u8::is_ascii).expect("a short line");
    format!("\u{1}\0\0\0\0\0\0{}{line}", char::from(length))
}

fn listed_network(network: &Network) -> Value {
    let config: Vec<Value> = network
        .subnets
        .iter()
        .map(|s| json!({"Subnet": s.subnet.to_string(), "Gateway": s.gateway}))
        .collect();
    let labels = match &network.project {
        Some(project) => json!({"com.docker.compose.project": project,
            "com.docker.compose.network": "default", "com.docker.compose.version": "2.29.1"}),
        None => json!({}),
    };
    json!({"Name": network.name, "Id": network.id, "Created": "2025-11-24T11:59:00.123456789Z",
        "Scope": "local", "Driver": network.driver, "EnableIPv6": false,
        "IPAM": {"Driver": "default", "Options": null, "Config": config},
        "Internal": network.internal, "Attachable": false, "Ingress": false,
        "ConfigFrom": {"Network": ""}, "ConfigOnly": false, "Containers": {}, "Options": {},
        "Labels": labels})
}

fn endpoints(container: &Container) -> Value {
    let settings = container.endpoints.iter().map(|endpoint| {
        let settings = json!({"IPAMConfig": null, "Links": null, "Aliases": endpoint.aliases,
            "MacAddress": endpoint.mac, "DriverOpts": null, "NetworkID": endpoint.network_id,
            "EndpointID": container.id, "Gateway": endpoint.gateway,
            "IPAddress": endpoint.ipv4.map(|a| a.to_string()).unwrap_or_default(),
            "IPPrefixLen": 24, "IPv6Gateway": "", "GlobalIPv6Address": "",
            "GlobalIPv6PrefixLen": 0, "DNSNames": endpoint.dns_names});
        (endpoint.network.clone(), settings)
    });
    Value::Object(settings.collect())
}

fn listed(container: &Container) -> Value {
    json!({"Id": container.id, "Names": [format!("/{}", container.name)],
        "Image": container.image, "ImageID": format!("sha256:{}", container.id),
        "Command": "/docker-entrypoint.sh start", "Created": 1_764_000_000,
        "Ports": container.published.iter().map(|p| json!({"IP": p.host_ip,
            "PrivatePort": p.port, "PublicPort": p.host_port, "Type": "tcp"})).collect::<Vec<_>>(),
        "Labels": container.labels, "State": container.state.as_str(), "Status": "Up 2 hours",
        "HostConfig": {"NetworkMode": container.network_mode.to_string()},
        "NetworkSettings": {"Networks": endpoints(container)}, "Mounts": []})
}

fn inspected(container: &Container) -> Value {
    let path = format!("/var/lib/docker/containers/{}", container.id);
    let bindings: serde_json::Map<String, Value> = container
        .published
        .iter()
        .map(|p| {
            let bound = json!([{"HostIp": p.host_ip, "HostPort": p.host_port.map(|port| port.to_string())}]);
            (format!("{}/tcp", p.port), bound)
        })
        .collect();
    let exposed: serde_json::Map<String, Value> =
        container.exposed.iter().map(|p| (format!("{}/tcp", p.port), json!({}))).collect();
    let mut environment = vec![
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned(),
        "LANG=C.UTF-8".to_owned(),
        "APP_VERSION=2.4.1".to_owned(),
    ];
    environment.extend(container.references.iter().map(|r| {
        let (variable, scheme) = (r.variable.as_deref(), r.scheme.as_deref());
        let (variable, scheme) = (variable.unwrap_or("X_URL"), scheme.unwrap_or("http"));
        format!("{variable}={scheme}://user:hidden@{}:{}/app", r.host, r.port.unwrap_or(80))
    }));
    let state = json!({"Status": container.state.as_str(), "Running": container.exit_code.is_none(),
        "Paused": false, "Restarting": false, "OOMKilled": false, "Dead": false, "Pid": 0,
        "ExitCode": container.exit_code.unwrap_or(0), "Error": "",
        "StartedAt": container.started_at, "FinishedAt": "0001-01-01T00:00:00Z"});
    let mut host_config: Value = serde_json::from_str(HOST_CONFIG).expect("JSON");
    host_config["NetworkMode"] = container.network_mode.to_string().into();
    host_config["PortBindings"] = bindings.clone().into();
    json!({"Id": container.id, "Created": "2025-11-24T11:59:58.123456789Z",
        "Path": "/docker-entrypoint.sh", "Args": ["start"], "State": state,
        "Image": format!("sha256:{}", container.id),
        "ResolvConfPath": format!("{path}/resolv.conf"), "HostnamePath": format!("{path}/hostname"),
        "HostsPath": format!("{path}/hosts"), "LogPath": format!("{path}/{}-json.log", container.id),
        "Name": format!("/{}", container.name), "RestartCount": 0, "Driver": "overlay2",
        "Platform": "linux", "MountLabel": "", "ProcessLabel": "", "AppArmorProfile": "docker-default",
        "ExecIDs": null, "HostConfig": host_config,
        "GraphDriver": {"Name": "overlay2", "Data": {
            "LowerDir": format!("/var/lib/docker/overlay2/{0}-init/diff:/var/lib/docker/overlay2/{0}/diff", container.id),
            "MergedDir": format!("/var/lib/docker/overlay2/{}/merged", container.id),
            "UpperDir": format!("/var/lib/docker/overlay2/{}/diff", container.id),
            "WorkDir": format!("/var/lib/docker/overlay2/{}/work", container.id)}},
        "Mounts": [{"Type": "volume", "Name": container.id, "Destination": "/data", "Driver": "local",
            "Source": format!("/var/lib/docker/volumes/{}/_data", container.id),
            "Mode": "z", "RW": true, "Propagation": ""}],
        "Config": {"Hostname": container.hostname, "Domainname": "", "User": "",
            "AttachStdin": false, "AttachStdout": true, "AttachStderr": true, "Tty": false,
            "OpenStdin": false, "StdinOnce": false, "Env": environment, "ExposedPorts": exposed,
            "Cmd": ["start"], "Image": container.image, "Volumes": {"/data": {}}, "WorkingDir": "/app",
            "Entrypoint": ["/docker-entrypoint.sh"], "OnBuild": null, "Labels": container.labels},
        "NetworkSettings": {"Bridge": "", "SandboxID": container.id,
            "SandboxKey": "/var/run/docker/netns/0123456789ab", "Ports": bindings,
            "HairpinMode": false, "LinkLocalIPv6Address": "", "LinkLocalIPv6PrefixLen": 0,
            "SecondaryIPAddresses": null, "SecondaryIPv6Addresses": null, "EndpointID": "",
            "Gateway": "", "GlobalIPv6Address": "", "GlobalIPv6PrefixLen": 0, "IPAddress": "",
            "IPPrefixLen": 0, "IPv6Gateway": "", "MacAddress": "", "Networks": endpoints(container)}})
}

/// What Docker says of a container for which nothing was asked for.
const HOST_CONFIG: &str = r#"{"Binds":["data:/data:rw"],"ContainerIDFile":"",
"LogConfig":{"Type":"json-file","Config":{"max-size":"10m"}},
"RestartPolicy":{"Name":"unless-stopped","MaximumRetryCount":0},"AutoRemove":false,"VolumeDriver":"",
"VolumesFrom":null,"ConsoleSize":[0,0],"CapAdd":null,"CapDrop":null,"CgroupnsMode":"private","Dns":[],
"DnsOptions":[],"DnsSearch":[],"ExtraHosts":[],"GroupAdd":null,"IpcMode":"private","Cgroup":"",
"Links":null,"OomScoreAdj":0,"PidMode":"","Privileged":false,"PublishAllPorts":false,
"ReadonlyRootfs":false,"SecurityOpt":null,"UTSMode":"","UsernsMode":"","ShmSize":67108864,
"Runtime":"runc","Isolation":"","CpuShares":0,"Memory":0,"NanoCpus":0,"CgroupParent":"",
"BlkioWeight":0,"BlkioWeightDevice":[],"BlkioDeviceReadBps":[],"BlkioDeviceWriteBps":[],
"BlkioDeviceReadIOps":[],"BlkioDeviceWriteIOps":[],"CpuPeriod":0,"CpuQuota":0,"CpuRealtimePeriod":0,
"CpuRealtimeRuntime":0,"CpusetCpus":"","CpusetMems":"","Devices":[],"DeviceCgroupRules":null,
"DeviceRequests":null,"MemoryReservation":0,"MemorySwap":0,"MemorySwappiness":null,
"OomKillDisable":null,"PidsLimit":null,"Ulimits":[],"CpuCount":0,"CpuPercent":0,
"IOMaximumIOps":0,"IOMaximumBandwidth":0,
"MaskedPaths":["/proc/asound","/proc/acpi","/proc/kcore","/proc/keys","/proc/latency_stats",
"/proc/timer_list","/proc/timer_stats","/proc/sched_debug","/proc/scsi","/sys/firmware",
"/sys/devices/virtual/powercap"],
"ReadonlyPaths":["/proc/bus","/proc/fs","/proc/irq","/proc/sys","/proc/sysrq-trigger"]}"#;
