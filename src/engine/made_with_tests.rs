//! What engines say, as options.

use super::*;
use crate::model::Volumes;

fn read(text: &str) -> WholeHostConfig {
    serde_json::from_str(text).unwrap()
}

fn options(made_with: &MadeWith) -> Vec<String> {
    let option = |option: &RunOption| match &option.value {
        Some(value) => format!("{}={value}", option.option),
        None => option.option.clone(),
    };
    made_with.options.iter().map(option).collect()
}

/// As Docker 20.10 and Podman 4.3 answer for a container that nobody gave
/// anything.
const PLAIN: [&str; 2] = [
    r#"{"Binds":null,"ContainerIDFile":"","LogConfig":{"Type":"json-file","Config":{}},"NetworkMode":"app",
    "PortBindings":{},"RestartPolicy":{"Name":"no","MaximumRetryCount":0},"AutoRemove":false,
    "VolumeDriver":"","VolumesFrom":["web.old"],"ConsoleSize":[0,0],"CapAdd":null,"CapDrop":null,
    "CgroupnsMode":"host","Dns":[],"DnsOptions":[],"DnsSearch":[],"ExtraHosts":null,"GroupAdd":null,
    "IpcMode":"private","Cgroup":"","Links":null,"OomScoreAdj":0,"PidMode":"","Privileged":false,
    "PublishAllPorts":false,"ReadonlyRootfs":false,"SecurityOpt":null,"UTSMode":"","UsernsMode":"",
    "ShmSize":67108864,"Runtime":"runc","Isolation":"","CpuShares":0,"Memory":0,"NanoCpus":0,
    "CgroupParent":"","BlkioWeight":0,"BlkioWeightDevice":[],"BlkioDeviceReadBps":null,"CpuPeriod":0,
    "CpusetCpus":"","Devices":[],"DeviceCgroupRules":null,"DeviceRequests":null,"MemorySwap":0,
    "MemorySwappiness":null,"OomKillDisable":false,"PidsLimit":null,"Ulimits":[],"CpuCount":0,
    "IOMaximumIOps":0,"MaskedPaths":["/proc/asound"],"ReadonlyPaths":["/proc/bus"]}"#,
    r#"{"Binds":["v:/data:rw,rprivate"],"ContainerIDFile":"","LogConfig":{"Type":"k8s-file","Config":null,
    "Path":"/x/ctr.log","Tag":"","Size":"0B"},"NetworkMode":"bridge","PortBindings":{},
    "RestartPolicy":{"Name":"","MaximumRetryCount":0},"CapAdd":[],"CapDrop":[],"Cgroups":"default",
    "IpcMode":"private","PidMode":"private","UTSMode":"private","Tmpfs":{},"ShmSize":65536000,
    "Runtime":"oci","DiskQuota":0,"KernelMemory":0,"MemorySwappiness":0,"CgroupConf":null,
    "Ulimits":[],"Annotations":{"io.container.manager":"libpod"}}"#,
];

#[test]
fn what_nobody_asked_for_has_no_option() {
    for text in PLAIN {
        assert_eq!(read(text).made_with, MadeWith::default(), "{text}");
    }
    assert_eq!(read(PLAIN[0]).known.network_mode.as_deref(), Some("app"));
}

#[test]
fn what_somebody_asked_for_has_its_option() {
    let text = r#"{"Privileged":true,"ReadonlyRootfs":true,"Init":true,"CapAdd":["NET_ADMIN"],
        "CapDrop":["MKNOD"],"RestartPolicy":{"Name":"on-failure","MaximumRetryCount":3},
        "Memory":67108864,"NanoCpus":1500000000,"PidsLimit":100,"ShmSize":1048576,"OomScoreAdj":-500,
        "Dns":["9.9.9.9"],"DnsSearch":["lan"],"Sysctls":{"net.ipv4.ip_local_port_range":"1024 65535"},
        "Tmpfs":{"/run":"size=1m","/tmp":""},"Devices":[{"PathOnHost":"/dev/net/tun",
        "PathInContainer":"/dev/net/tun","CgroupPermissions":"rwm"}],
        "Ulimits":[{"Name":"RLIMIT_NOFILE","Soft":1024,"Hard":2048},{"Name":"core","Soft":0,"Hard":0}],
        "SecurityOpt":["label=disable"],"LogConfig":{"Type":"json-file","Config":{"max-size":"1m"}},
        "DeviceRequests":[{"Driver":"","Count":-1,"Capabilities":[["gpu"]]}],"AutoRemove":true,
        "PidMode":"host","Runtime":"sysbox-runc","UsernsMode":"host","GroupAdd":["video"]}"#;
    let whole = read(text);
    assert_eq!(
        options(&whole.made_with),
        [
            "--cap-add=NET_ADMIN",
            "--cap-drop=MKNOD",
            "--cpus=1.5",
            "--device=/dev/net/tun:/dev/net/tun:rwm",
            "--dns=9.9.9.9",
            "--dns-search=lan",
            "--gpus=all",
            "--group-add=video",
            "--init",
            "--log-opt=max-size=1m",
            "--memory=67108864",
            "--oom-score-adj=-500",
            "--pid=host",
            "--pids-limit=100",
            "--privileged",
            "--read-only",
            "--restart=on-failure:3",
            "--runtime=sysbox-runc",
            "--security-opt=label=disable",
            "--shm-size=1048576",
            "--sysctl=net.ipv4.ip_local_port_range=1024 65535",
            "--tmpfs=/run:size=1m",
            "--tmpfs=/tmp",
            "--ulimit=core=0:0",
            "--ulimit=nofile=1024:2048",
            "--userns=host",
        ]
    );
    assert!(whole.made_with.auto_remove);
    assert!(whole.made_with.others.is_empty());
    assert_eq!(whole.known.dns, Some(vec!["9.9.9.9".to_owned()]));
}

#[test]
fn what_has_no_option_or_may_be_a_secret_is_named_and_not_kept() {
    let text = r#"{"LogConfig":{"Type":"splunk","Config":{"splunk-token":"hunter2"}},
        "StorageOpt":{"size":"1G"},"SecurityOpt":["seccomp={\"defaultAction\":\"hunter2\"}"],
        "Mounts":[{"Type":"npipe","Target":"/x"}],"BlkioWeightDevice":[{"Path":"/dev/sda","Weight":1}],
        "FromTheFuture":{"hunter2":true},"Alike":[0,"",false]}"#;
    let made_with = read(text).made_with;
    assert_eq!(options(&made_with), ["--log-driver=splunk"]);
    assert_eq!(
        made_with.others,
        [
            "BlkioWeightDevice",
            "FromTheFuture",
            "LogConfig.splunk-token",
            "Mounts",
            "SecurityOpt",
            "StorageOpt"
        ]
    );
}

#[test]
fn what_is_in_memory_has_an_option_and_the_volumes_beside_it_are_taken_one_by_one() {
    let mounted = |more: &str| {
        read(&format!(
            r#"{{{more}"Mounts":[{{"Type":"tmpfs","Target":"/x","TmpfsOptions":{{"SizeBytes":1048576,"Mode":1023}}}},
                {{"Type":"tmpfs","Target":"/a,b","ReadOnly":true}},
                {{"Type":"bind","Source":"/srv","Target":"/data","BindOptions":{{"Propagation":"rslave"}}}}]}}"#
        ))
        .made_with
    };
    let made_with = mounted("");
    let expected = [
        "--mount=type=tmpfs,\"destination=/a,b\",readonly",
        "--mount=type=tmpfs,destination=/x,tmpfs-size=1048576,tmpfs-mode=1777",
    ];
    assert_eq!(options(&made_with), expected);
    assert!(made_with.others.is_empty());
    assert_eq!(made_with.volumes, Volumes::OneByOne);
    assert_eq!(mounted(r#""Binds":["/srv/a b:/b"],"#).volumes, Volumes::ByHand);
    // Podman says of each what it gave it, and not the mode that it has unless one is asked.
    let podman = read(r#"{"Tmpfs":{"/a":"rprivate,nodev,tmpcopyup","/b":"tmpcopyup,mode=1700"}}"#);
    let expected =
        ["--tmpfs=/a:rprivate,nodev,tmpcopyup,mode=1777", "--tmpfs=/b:tmpcopyup,mode=1700"];
    assert_eq!(options(&podman.made_with), expected);
    // Without any in memory they are taken all at once, whatever they are called.
    let all = read(r#"{"Binds":["/srv/a b:/b"],"Tmpfs":{"/run":""}}"#).made_with;
    assert_eq!(all.volumes, Volumes::FromOld);
    // What has the engine's resolv.conf hidden stays with a new container.
    for hides in [
        r#"{"Binds":["/etc/resolv.conf:/etc/resolv.conf:ro"]}"#,
        r#"{"Mounts":[{"Type":"bind","Source":"/srv/r","Target":"/etc/resolv.conf"}]}"#,
    ] {
        assert!(read(hides).made_with.own_resolv_conf, "{hides}");
    }
    assert!(!read(r#"{"Binds":["/etc/resolv.conf:/host/resolv.conf"]}"#).made_with.own_resolv_conf);
    // A part of a volume would come back as the whole of it.
    let part = r#"{"Mounts":[{"Type":"tmpfs","Target":"/x"},
        {"Type":"volume","Source":"v","Target":"/v","VolumeOptions":{"Subpath":"part"}}]}"#;
    assert_eq!(read(part).made_with.others, ["Mounts"]);
}

#[test]
fn odd_shapes_of_known_keys_do_no_harm() {
    let text = r#"{"CapAdd":"ALL","Ulimits":{"a":1},"Tmpfs":[1],"RestartPolicy":null,"Memory":"1g",
        "Devices":[null,{}],"LogConfig":7,"Sysctls":null,"Privileged":"yes"}"#;
    let made_with = read(text).made_with;
    assert_eq!(options(&made_with), ["--memory=1g"]);
}

#[test]
fn a_health_check_is_noted_and_its_command_not_kept() {
    let config: Config = serde_json::from_str(
        r#"{"Healthcheck":{"Test":["CMD-SHELL","check -phunter2"],"Interval":7000000000,
            "Timeout":1500000000,"StartPeriod":0,"Retries":5}}"#,
    )
    .unwrap();
    let mut made_with = MadeWith::default();
    add_config(&config, Some("1"), &HostConfig::default(), &mut made_with);
    assert!(made_with.health_check);
    let expected = ["--health-interval=7s", "--health-retries=5", "--health-timeout=1500ms"];
    assert_eq!(options(&made_with), expected);
    let none: Config = serde_json::from_str(r#"{"Healthcheck":{"Test":[]}}"#).unwrap();
    let mut made_with = MadeWith::default();
    add_config(&none, Some("1"), &HostConfig::default(), &mut made_with);
    assert_eq!(made_with, MadeWith::default());
}

#[test]
fn a_host_name_that_nobody_chose_is_no_option() {
    let chosen = |hostname: &str, mode: &str| {
        let config = Config { hostname: Some(hostname.to_owned()), ..Config::default() };
        let host = HostConfig { network_mode: Some(mode.to_owned()), ..HostConfig::default() };
        let mut made_with = MadeWith::default();
        add_config(&config, Some("0123456789abcdef"), &host, &mut made_with);
        options(&made_with)
    };
    let none: [&str; 0] = [];
    assert_eq!(chosen("0123456789ab", "app"), none);
    assert_eq!(chosen("laptop", "host"), none);
    assert_eq!(chosen("fedcba987654", "container:fedcba9876543210"), none);
    assert_eq!(chosen("web", "app"), ["--hostname=web"]);
}
