//! What a container was made with, as options that make another one like it:
//! the engine's `HostConfig` read backwards.
//!
//! Networks, ports, links and hosts have places of their own in the model, and
//! volumes are taken from the old container itself; what is mounted in memory is
//! nobody else's and has options. What has no option here,
//! or may hold a secret (a log driver's token, a whole seccomp profile), is
//! named and not kept: nothing is left out in silence.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::container::{Config, HostConfig};
use super::mounts::Mounts;
use crate::model::{MadeWith, RunOption};
use crate::order::OrderBy;

/// A `HostConfig` with all that it says.
#[derive(Debug, Default)]
pub struct WholeHostConfig {
    /// What every scan reads.
    pub known: HostConfig,
    /// The rest.
    pub made_with: MadeWith,
}

/// Keys that the model has in another place, or that say how the engine does
/// its work and not what somebody asked for.
const ELSEWHERE: [&str; 11] = [
    "Annotations",
    "Cgroup",
    "CgroupnsMode",
    "Cgroups",
    "CgroupConf",
    "ConsoleSize",
    "ContainerIDFile",
    "MaskedPaths",
    "ReadonlyPaths",
    "VolumesFrom",
    "VolumeDriver",
];

/// Switches, by key.
const SWITCHES: [(&str, &str); 6] = [
    ("Init", "--init"),
    ("NoHealthcheck", "--no-healthcheck"),
    ("OomKillDisable", "--oom-kill-disable"),
    ("Privileged", "--privileged"),
    ("PublishAllPorts", "--publish-all"),
    ("ReadonlyRootfs", "--read-only"),
];

/// Numbers and words that are given as they are, by key, with the values that
/// engines give by themselves (Docker's, and Podman's where they differ).
const PLAIN: [(&str, &str, &[&str]); 21] = [
    ("BlkioWeight", "--blkio-weight", &[]),
    ("CgroupParent", "--cgroup-parent", &[]),
    ("CpuPeriod", "--cpu-period", &[]),
    ("CpuQuota", "--cpu-quota", &[]),
    ("CpuShares", "--cpu-shares", &[]),
    ("CpusetCpus", "--cpuset-cpus", &[]),
    ("CpusetMems", "--cpuset-mems", &[]),
    ("IpcMode", "--ipc", &["private"]),
    ("Isolation", "--isolation", &["default"]),
    ("Memory", "--memory", &[]),
    ("MemoryReservation", "--memory-reservation", &[]),
    ("MemorySwap", "--memory-swap", &[]),
    ("MemorySwappiness", "--memory-swappiness", &[]),
    ("OomScoreAdj", "--oom-score-adj", &[]),
    ("PidMode", "--pid", &["private"]),
    ("PidsLimit", "--pids-limit", &[]),
    ("Runtime", "--runtime", &["runc", "crun", "oci"]),
    ("ShmSize", "--shm-size", &["67108864", "65536000"]),
    ("UTSMode", "--uts", &["private"]),
    ("UsernsMode", "--userns", &[]),
    ("Umask", "--umask", &["0022"]),
];

/// Lists of words, each of which is given by itself.
const LISTS: [(&str, &str); 7] = [
    ("CapAdd", "--cap-add"),
    ("CapDrop", "--cap-drop"),
    ("DeviceCgroupRules", "--device-cgroup-rule"),
    ("Dns", "--dns"),
    ("DnsOptions", "--dns-option"),
    ("DnsSearch", "--dns-search"),
    ("GroupAdd", "--group-add"),
];

/// Options of log drivers that hold no secret.
const LOG_OPTIONS: [&str; 5] = ["max-size", "max-file", "max-buffer-size", "compress", "mode"];

/// Longest value of a security option that is kept: a whole profile is none.
const LONGEST: usize = 64;

impl<'de> Deserialize<'de> for WholeHostConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = WholeHostConfig;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a HostConfig")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let WholeHostConfig { mut known, mut made_with } = WholeHostConfig::default();
                let mut mounts = Mounts::default();
                while let Some(key) = map.next_key::<Cow<str>>()? {
                    match &*key {
                        "NetworkMode" => known.network_mode = map.next_value()?,
                        "PortBindings" => known.port_bindings = map.next_value()?,
                        "Links" => known.links = map.next_value()?,
                        "ExtraHosts" => known.extra_hosts = map.next_value()?,
                        "Dns" => {
                            known.dns = map.next_value()?;
                            let servers = known.dns.iter().flatten();
                            let options = servers.map(|server| RunOption::with("--dns", server));
                            made_with.options.extend(options);
                        }
                        "Binds" => mounts.take_binds(&map.next_value()?),
                        "Mounts" => mounts.take(&map.next_value()?, &mut made_with),
                        key if ELSEWHERE.contains(&key) => drop(map.next_value::<IgnoredAny>()?),
                        key if has_option(key) => read(key, &map.next_value()?, &mut made_with),
                        key => {
                            if !map.next_value::<IsDefault>()?.0 {
                                made_with.others.push(key.to_owned());
                            }
                        }
                    }
                }
                made_with.volumes = mounts.volumes();
                made_with.own_resolv_conf = mounts.own_resolv_conf;
                made_with.options.order();
                made_with.others.order();
                Ok(WholeHostConfig { known, made_with })
            }
        }
        deserializer.deserialize_map(Keys)
    }
}

fn has_option(key: &str) -> bool {
    let special = ["AutoRemove", "DeviceRequests", "Devices", "LogConfig", "NanoCpus"];
    let special = special.contains(&key)
        || ["RestartPolicy", "SecurityOpt", "Sysctls", "Tmpfs", "Ulimits"].contains(&key);
    special
        || SWITCHES.iter().any(|(known, _)| *known == key)
        || PLAIN.iter().any(|(known, ..)| *known == key)
        || LISTS.iter().any(|(known, _)| *known == key)
}

/// Reads one key's value into options.
fn read(key: &str, value: &Value, made_with: &mut MadeWith) {
    let MadeWith { options, others, auto_remove, .. } = made_with;
    let mut other = || others.push(key.to_owned());
    let words = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(plain).collect()
    };
    if let Some((_, option)) = SWITCHES.iter().find(|(known, _)| *known == key) {
        options.extend((value == &Value::Bool(true)).then(|| RunOption::switch(option)));
        return;
    }
    if let Some((_, option, usual)) = PLAIN.iter().find(|(known, ..)| *known == key) {
        let given = plain(value).filter(|text| !usual.contains(&text.as_str()));
        options.extend(given.map(|text| RunOption::with(option, text)));
        return;
    }
    if let Some((_, option)) = LISTS.iter().find(|(known, _)| *known == key) {
        options.extend(words(value).into_iter().map(|word| RunOption::with(option, word)));
        return;
    }
    match key {
        "AutoRemove" => *auto_remove = value == &Value::Bool(true),
        "NanoCpus" => {
            if let Some(cpus) = value.as_f64().filter(|nano| *nano > 0.0) {
                options.push(RunOption::with("--cpus", cpus / 1e9));
            }
        }
        "RestartPolicy" => {
            let name = value["Name"].as_str().filter(|name| !matches!(*name, "" | "no"));
            let times = value["MaximumRetryCount"].as_u64().filter(|times| *times > 0);
            options.extend(name.map(|name| match times {
                Some(times) => RunOption::with("--restart", format!("{name}:{times}")),
                None => RunOption::with("--restart", name),
            }));
        }
        "Devices" => {
            for device in value.as_array().into_iter().flatten() {
                let part = |key: &str| device[key].as_str().unwrap_or_default();
                let (host, inside) = (part("PathOnHost"), part("PathInContainer"));
                let text = format!("{host}:{inside}:{}", part("CgroupPermissions"));
                if !host.is_empty() {
                    options.push(RunOption::with("--device", text.trim_end_matches(':')));
                }
            }
        }
        "DeviceRequests" => {
            let all = serde_json::json!([["gpu"]]);
            match value.as_array().map(Vec::as_slice) {
                None | Some([]) => {}
                Some([one]) if one["Count"] == -1 && one["Capabilities"] == all => {
                    options.push(RunOption::with("--gpus", "all"));
                }
                Some(_) => other(),
            }
        }
        "LogConfig" => log_config(value, made_with),
        "SecurityOpt" => {
            for word in words(value) {
                if word.len() <= LONGEST && !word.contains(['{', '\n']) {
                    options.push(RunOption::with("--security-opt", word));
                } else {
                    other();
                    break;
                }
            }
        }
        "Sysctls" => options.extend(pairs(value).map(|(key, value)| {
            RunOption::with("--sysctl", format!("{key}={}", value.unwrap_or_default()))
        })),
        "Tmpfs" => options.extend(pairs(value).map(|(path, how)| match how {
            Some(how) => RunOption::with("--tmpfs", format!("{path}:{}", with_mode(how))),
            None => RunOption::with("--tmpfs", path),
        })),
        "Ulimits" => {
            for limit in value.as_array().into_iter().flatten() {
                // Podman has the kernel's names for them.
                let name = limit["Name"].as_str().unwrap_or_default();
                let name = name.trim_start_matches("RLIMIT_").to_lowercase();
                let (soft, hard) = (&limit["Soft"], &limit["Hard"]);
                options.push(RunOption::with("--ulimit", format!("{name}={soft}:{hard}")));
            }
        }
        _ => other(),
    }
}

/// The options of a mount in memory, with the mode that it has where none is said. Podman 5
/// takes that of the image's folder there, and the image that is made of a container has
/// one: nobody but root could write to it then (measured with 5.8). Only Podman has
/// `tmpcopyup` among them.
fn with_mode(options: &str) -> String {
    let has = |option: &str| options.split(',').any(|of| of.split('=').next() == Some(option));
    match has("tmpcopyup") && !has("mode") {
        true => format!("{options},mode=1777"),
        false => options.to_owned(),
    }
}

fn log_config(value: &Value, made_with: &mut MadeWith) {
    let driver = value["Type"].as_str().unwrap_or_default();
    // What Docker and Podman take where nobody says otherwise.
    if !matches!(driver, "" | "json-file" | "k8s-file") {
        made_with.options.push(RunOption::with("--log-driver", driver));
    }
    for (key, value) in pairs(&value["Config"]) {
        if LOG_OPTIONS.contains(&key) {
            let text = format!("{key}={}", value.unwrap_or_default());
            made_with.options.push(RunOption::with("--log-opt", text));
        } else {
            made_with.others.push(format!("LogConfig.{key}"));
        }
    }
}

/// A word or number; none for what stands for nothing.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => {
            let nothing = number.as_i64().is_some_and(|number| number == 0 || number == -1);
            (!nothing).then(|| number.to_string())
        }
        _ => None,
    }
}

fn pairs(value: &Value) -> impl Iterator<Item = (&str, Option<&str>)> {
    let pairs = value.as_object().into_iter().flatten();
    pairs.map(|(key, value)| (key.as_str(), value.as_str().filter(|text| !text.is_empty())))
}

/// Adds what a container's `Config` says besides environment and command, that
/// an image made of the container does not have.
pub fn add_config(
    config: &Config,
    id: Option<&str>,
    host_config: &HostConfig,
    made_with: &mut MadeWith,
) {
    let options = &mut made_with.options;
    options.extend((config.tty == Some(true)).then(|| RunOption::switch("--tty")));
    options.extend((config.open_stdin == Some(true)).then(|| RunOption::switch("--interactive")));
    let hostname = config.hostname.as_deref().unwrap_or_default();
    // What nobody chose is the beginning of its id; in another's network stack
    // it is the other's.
    let mode = host_config.network_mode.as_deref().unwrap_or_default();
    let is_chosen = !id.is_some_and(|id| id.starts_with(hostname))
        && mode != "host"
        && !mode.starts_with("container:");
    if !hostname.is_empty() && is_chosen {
        options.push(RunOption::with("--hostname", hostname));
    }
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let domain = given(&config.domainname);
    options.extend(domain.map(|domain| RunOption::with("--domainname", domain)));
    let mac = given(&config.mac_address);
    options.extend(mac.map(|mac| RunOption::with("--mac-address", mac)));
    let timeout = config.stop_timeout.filter(|timeout| *timeout != 10);
    options.extend(timeout.map(|timeout| RunOption::with("--stop-timeout", timeout)));
    if let Some(check) = &config.healthcheck
        && check.test.as_ref().is_some_and(|test| !test.is_empty())
    {
        made_with.health_check = true;
        for (option, time) in [
            ("--health-interval", check.interval),
            ("--health-start-period", check.start_period),
            ("--health-timeout", check.timeout),
        ] {
            let time = time.filter(|time| *time > 0);
            options.extend(time.map(|time| RunOption::with(option, duration(time))));
        }
        let retries = check.retries.filter(|retries| *retries > 0);
        options.extend(retries.map(|retries| RunOption::with("--health-retries", retries)));
    }
    options.order();
}

/// Nanoseconds as options take them: `7s`, `1500ms`.
fn duration(nanoseconds: i64) -> String {
    let units = [(1_000_000_000, "s"), (1_000_000, "ms")];
    match units.into_iter().find(|(unit, _)| nanoseconds % unit == 0) {
        Some((unit, name)) => format!("{}{name}", nanoseconds / unit),
        None => format!("{nanoseconds}ns"),
    }
}

/// Whether a value is what stands for nothing: `null`, `false`, 0, -1, an empty
/// text, list or map, or a list of such.
struct IsDefault(bool);

impl<'de> Deserialize<'de> for IsDefault {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Look;
        impl<'de> Visitor<'de> for Look {
            type Value = IsDefault;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_bool<E>(self, value: bool) -> Result<IsDefault, E> {
                Ok(IsDefault(!value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<IsDefault, E> {
                Ok(IsDefault(value == 0 || value == -1))
            }

            fn visit_u64<E>(self, value: u64) -> Result<IsDefault, E> {
                Ok(IsDefault(value == 0))
            }

            fn visit_f64<E>(self, value: f64) -> Result<IsDefault, E> {
                Ok(IsDefault(value == 0.0))
            }

            fn visit_str<E>(self, value: &str) -> Result<IsDefault, E> {
                Ok(IsDefault(value.is_empty()))
            }

            fn visit_unit<E>(self) -> Result<IsDefault, E> {
                Ok(IsDefault(true))
            }

            fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<IsDefault, S::Error> {
                let mut all = true;
                while let Some(IsDefault(element)) = list.next_element()? {
                    all &= element;
                }
                Ok(IsDefault(all))
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<IsDefault, M::Error> {
                let mut empty = true;
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
                    empty = false;
                }
                Ok(IsDefault(empty))
            }
        }
        deserializer.deserialize_any(Look)
    }
}

#[cfg(test)]
#[path = "made_with_tests.rs"]
mod tests;
