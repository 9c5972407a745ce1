//! What a compose file may say: every key, and the shape of what stands there.
//!
//! Source: the Compose Specification, as Compose 2.40 reads it. Each table is
//! sorted by key.

use super::scalar::Scalar;
use super::shape::Shape::{
    Any, AsFlag, AsNumber, AsWhole, Either, Flag, Keys as Fields, Like, List, Map, Named, Null,
    Number, OneOf, Set, Text, Whole,
};
use super::shape::{Keys, Shape};
use crate::yaml::Node;

/// Text, a number, true or false, or nothing.
const VALUE: Shape = Either(&[Text, Number, Flag, Null]);
const TEXT_OR_NUMBER: Shape = Either(&[Text, Number]);
const FLAG_OR_TEXT: Shape = Either(&[Flag, Text]);
const WHOLE: Shape = Whole(i64::MIN, i64::MAX);
const WHOLE_OR_TEXT: Shape = Either(&[WHOLE, Text]);
/// `NAME=value` in a list, or `NAME: value` in a mapping.
const PAIRS: Shape = Either(&[Map(&VALUE), List(&Text)]);
const TEXTS: Shape = Set(&Text);
/// Like [`TEXTS`], where Compose leaves out what is there twice.
const LENIENT_TEXTS: Shape = List(&Text);
const TEXT_OR_TEXTS: Shape = Either(&[Text, LENIENT_TEXTS]);
const OPTIONS: Shape = Map(&TEXT_OR_NUMBER);
const COMMAND: Shape = Either(&[Null, Text, List(&Text)]);
const TIME: Shape = Like(is_time, "a time such as 1m30s");
const SIZE: Shape = Either(&[Number, Like(is_size, "a size such as 512m")]);

/// A mapping with these keys, and any that begin with `x-`.
const fn keys(known: &'static [(&'static str, Shape)]) -> Keys {
    needing(&[], known)
}

/// A mapping with these keys, of which some must be there, and any that begin
/// with `x-`.
const fn needing(
    required: &'static [&'static str],
    known: &'static [(&'static str, Shape)],
) -> Keys {
    Keys { known, required, extensible: true, no_such: None }
}

/// A mapping with these keys, some of which must be there, and no others.
const fn only(required: &'static [&'static str], known: &'static [(&'static str, Shape)]) -> Keys {
    Keys { known, required, extensible: false, no_such: None }
}

/// At the top of a file.
pub static TOP: Shape = Fields(&TOP_KEYS);
static TOP_KEYS: Keys = keys(&[
    ("configs", Named(&Fields(&CONFIG))),
    ("include", List(&INCLUDE)),
    ("models", Named(&Fields(&MODEL))),
    ("name", Text),
    ("networks", Map(&Either(&[Fields(&NETWORK), Null]))),
    ("secrets", Named(&Fields(&SECRET))),
    ("services", Named(&Fields(&SERVICE))),
    ("version", Text),
    ("volumes", Named(&Either(&[Fields(&VOLUME), Null]))),
]);

static SERVICE: Keys = Keys { no_such: Some(misplaced), ..keys(SERVICE_KEYS) };

/// Why something among the services is none: a section of the file that was
/// indented too far.
pub fn misplaced(name: &str, node: &Node) -> Option<String> {
    let is_section = matches!(name, "configs" | "networks" | "secrets" | "volumes");
    let runs = ["image", "build", "extends", "provider"].iter().any(|key| node.get(key).is_some());
    (is_section && !runs)
        .then(|| format!("it stands among the services; `{name}` belongs at the top of the file"))
}

const SERVICE_KEYS: &[(&str, Shape)] = &[
    ("annotations", PAIRS),
    ("attach", FLAG_OR_TEXT),
    ("blkio_config", Any),
    ("build", Either(&[Text, Fields(&BUILD)])),
    ("cap_add", LENIENT_TEXTS),
    ("cap_drop", LENIENT_TEXTS),
    ("cgroup", OneOf(&["host", "private"])),
    ("cgroup_parent", Text),
    ("command", COMMAND),
    ("configs", List(&MOUNTED)),
    ("container_name", Like(is_container_name, "a name of letters, digits, `_`, `.` and `-`")),
    ("cpu_count", AsWhole),
    ("cpu_percent", AsNumber),
    ("cpu_period", AsWhole),
    ("cpu_quota", AsWhole),
    ("cpu_rt_period", AsWhole),
    ("cpu_rt_runtime", AsWhole),
    ("cpu_shares", AsWhole),
    ("cpus", AsNumber),
    ("cpuset", Text),
    ("credential_spec", Fields(&CREDENTIAL_SPEC)),
    ("depends_on", Either(&[TEXTS, Named(&Fields(&DEPENDENCY))])),
    ("deploy", Either(&[Fields(&DEPLOY), Null])),
    ("develop", Either(&[Fields(&DEVELOP), Null])),
    ("device_cgroup_rules", TEXTS),
    ("devices", List(&Either(&[Text, Fields(&DEVICE)]))),
    ("dns", TEXT_OR_TEXTS),
    ("dns_opt", LENIENT_TEXTS),
    ("dns_search", TEXT_OR_TEXTS),
    ("domainname", Text),
    ("entrypoint", COMMAND),
    ("env_file", Either(&[Text, List(&Either(&[Text, Fields(&ENV_FILE)]))])),
    ("environment", PAIRS),
    ("expose", List(&WHOLE_OR_TEXT)),
    ("extends", Any),
    ("external_links", TEXTS),
    ("extra_hosts", HOSTS),
    ("gpus", Either(&[OneOf(&["all"]), List(&Fields(&GPU))])),
    ("group_add", Set(&TEXT_OR_NUMBER)),
    ("healthcheck", Fields(&HEALTHCHECK)),
    ("hostname", Text),
    ("image", Text),
    ("init", AsFlag),
    ("ipc", Text),
    ("isolation", Text),
    ("label_file", TEXT_OR_TEXTS),
    ("labels", PAIRS),
    ("links", LENIENT_TEXTS),
    ("logging", Fields(&LOGGING)),
    ("mac_address", Text),
    ("mem_limit", SIZE),
    ("mem_reservation", Either(&[WHOLE, Like(is_size, "a size such as 512m")])),
    ("mem_swappiness", Either(&[WHOLE, Like(is_size, "a number")])),
    ("memswap_limit", SIZE),
    ("models", Either(&[TEXTS, Named(&Either(&[Fields(&MODEL_USE), Null]))])),
    ("network_mode", Text),
    ("networks", Either(&[TEXTS, Named(&Either(&[Fields(&ATTACHMENT), Null]))])),
    ("oom_kill_disable", AsFlag),
    ("oom_score_adj", Either(&[Whole(-1000, 1000), AsWhole])),
    ("pid", Either(&[Text, Null])),
    ("pids_limit", AsWhole),
    ("platform", Text),
    ("ports", List(&Either(&[WHOLE_OR_TEXT, Fields(&PORT)]))),
    ("post_start", List(&Fields(&HOOK))),
    ("pre_stop", List(&Fields(&HOOK))),
    ("privileged", AsFlag),
    ("profiles", LENIENT_TEXTS),
    ("provider", Fields(&PROVIDER)),
    ("pull_policy", Text),
    ("pull_refresh_after", Text),
    ("read_only", AsFlag),
    ("restart", Text),
    ("runtime", Text),
    ("scale", AsWhole),
    ("secrets", List(&MOUNTED)),
    ("security_opt", TEXTS),
    ("shm_size", SIZE),
    ("stdin_open", AsFlag),
    ("stop_grace_period", TIME),
    ("stop_signal", Text),
    ("storage_opt", Map(&Any)),
    ("sysctls", PAIRS),
    ("tmpfs", TEXT_OR_TEXTS),
    ("tty", AsFlag),
    ("ulimits", Map(&LIMIT)),
    ("use_api_socket", Flag),
    ("user", Text),
    ("userns_mode", Text),
    ("uts", Text),
    ("volumes", List(&Either(&[Text, Fields(&MOUNT)]))),
    ("volumes_from", TEXTS),
    ("working_dir", Text),
];

static BUILD: Keys = keys(&[
    ("additional_contexts", PAIRS),
    ("args", PAIRS),
    ("cache_from", LENIENT_TEXTS),
    ("cache_to", LENIENT_TEXTS),
    ("context", Text),
    ("dockerfile", Text),
    ("dockerfile_inline", Text),
    ("entitlements", LENIENT_TEXTS),
    ("extra_hosts", HOSTS),
    ("isolation", Text),
    ("labels", PAIRS),
    ("network", Text),
    ("no_cache", AsFlag),
    ("platforms", LENIENT_TEXTS),
    ("privileged", AsFlag),
    ("provenance", FLAG_OR_TEXT),
    ("pull", AsFlag),
    ("sbom", FLAG_OR_TEXT),
    ("secrets", List(&MOUNTED)),
    ("shm_size", Either(&[WHOLE, Like(is_size, "a size such as 512m")])),
    ("ssh", PAIRS),
    ("tags", LENIENT_TEXTS),
    ("target", Text),
    ("ulimits", Map(&LIMIT)),
]);

static ATTACHMENT: Keys = keys(&[
    ("aliases", LENIENT_TEXTS),
    ("driver_opts", OPTIONS),
    ("gw_priority", Number),
    ("interface_name", Text),
    ("ipv4_address", Text),
    ("ipv6_address", Text),
    ("link_local_ips", LENIENT_TEXTS),
    ("mac_address", Text),
    ("priority", Number),
]);

/// The long form of a port.
static PORT: Keys = needing(
    &["target"],
    &[
        ("app_protocol", Text),
        ("host_ip", Text),
        ("mode", Text),
        ("name", Text),
        ("protocol", Text),
        ("published", WHOLE_OR_TEXT),
        ("target", AsWhole),
    ],
);

static DEPLOY: Keys = keys(&[
    ("endpoint_mode", Text),
    ("labels", PAIRS),
    ("mode", Text),
    ("placement", Fields(&PLACEMENT)),
    ("replicas", AsWhole),
    ("resources", Fields(&RESOURCES)),
    ("restart_policy", Fields(&RESTART_POLICY)),
    ("rollback_config", Fields(&ROLLOUT)),
    ("update_config", Fields(&ROLLOUT)),
]);

static PLACEMENT: Keys = keys(&[
    ("constraints", LENIENT_TEXTS),
    ("max_replicas_per_node", AsWhole),
    ("preferences", List(&Fields(&PREFERENCE))),
]);

static PREFERENCE: Keys = keys(&[("spread", Text)]);

static RESOURCES: Keys = keys(&[("limits", Fields(&LIMITS)), ("reservations", Fields(&RESERVED))]);

static LIMITS: Keys = keys(&[("cpus", AsNumber), ("memory", MEMORY), ("pids", AsWhole)]);

static RESERVED: Keys = keys(&[
    ("cpus", AsNumber),
    ("devices", List(&Fields(&RESERVED_DEVICE))),
    ("generic_resources", Any),
    ("memory", MEMORY),
]);

const MEMORY: Shape = Like(is_size, "a size such as 512m");

static RESERVED_DEVICE: Keys = needing(&["capabilities"], GPU_KEYS);

static GPU: Keys = needing(&[], GPU_KEYS);

const GPU_KEYS: &[(&str, Shape)] = &[
    ("capabilities", TEXTS),
    ("count", WHOLE_OR_TEXT),
    ("device_ids", TEXTS),
    ("driver", Text),
    ("options", PAIRS),
];

static RESTART_POLICY: Keys =
    keys(&[("condition", Text), ("delay", TIME), ("max_attempts", AsWhole), ("window", TIME)]);

static ROLLOUT: Keys = keys(&[
    ("delay", TIME),
    ("failure_action", Text),
    ("max_failure_ratio", AsNumber),
    ("monitor", TIME),
    ("order", OneOf(&["start-first", "stop-first"])),
    ("parallelism", AsWhole),
]);

/// The long form of a dependency.
static DEPENDENCY: Keys = needing(
    &["condition"],
    &[
        (
            "condition",
            OneOf(&["service_started", "service_healthy", "service_completed_successfully"]),
        ),
        ("required", Flag),
        ("restart", AsFlag),
    ],
);

static HEALTHCHECK: Keys = keys(&[
    ("disable", AsFlag),
    ("interval", TIME),
    ("retries", AsWhole),
    ("start_interval", TIME),
    ("start_period", TIME),
    ("test", Either(&[Text, List(&Text)])),
    ("timeout", TIME),
]);

static LOGGING: Keys = keys(&[("driver", Text), ("options", Map(&Either(&[Text, Number, Null])))]);

static HOOK: Keys = needing(
    &["command"],
    &[
        ("command", COMMAND),
        ("environment", PAIRS),
        ("privileged", AsFlag),
        ("user", Text),
        ("working_dir", Text),
    ],
);

static PROVIDER: Keys = needing(&["type"], &[("options", Any), ("type", Text)]);

static CREDENTIAL_SPEC: Keys = keys(&[("config", Text), ("file", Text), ("registry", Text)]);

static DEVICE: Keys =
    needing(&["source"], &[("permissions", Text), ("source", Text), ("target", Text)]);

static DEVELOP: Keys = keys(&[("watch", List(&Fields(&WATCH)))]);

static WATCH: Keys = needing(
    &["action", "path"],
    &[
        ("action", OneOf(&["rebuild", "sync", "restart", "sync+restart", "sync+exec"])),
        ("exec", Fields(&HOOK)),
        ("ignore", TEXT_OR_TEXTS),
        ("include", TEXT_OR_TEXTS),
        ("initial_sync", Flag),
        ("path", Text),
        ("target", Text),
    ],
);

const LIMIT: Shape = Either(&[AsWhole, Fields(&SOFT_AND_HARD)]);

static SOFT_AND_HARD: Keys = needing(&["hard", "soft"], &[("hard", AsWhole), ("soft", AsWhole)]);

/// `NAME:ADDRESS` in a list, or `NAME: ADDRESS` in a mapping.
const HOSTS: Shape = Either(&[Map(&Either(&[Text, List(&Text)])), TEXTS]);

/// A secret or config of a service.
const MOUNTED: Shape = Either(&[Text, Fields(&MOUNTED_KEYS)]);

static MOUNTED_KEYS: Keys = keys(&[
    ("gid", Text),
    ("mode", TEXT_OR_NUMBER),
    ("source", Text),
    ("target", Text),
    ("uid", Text),
]);

static MODEL_USE: Keys = keys(&[("endpoint_var", Text), ("model_var", Text)]);

/// The long form of a volume of a service.
static MOUNT: Keys = needing(
    &["target", "type"],
    &[
        ("bind", Fields(&BIND)),
        ("consistency", Text),
        ("image", Fields(&IMAGE_MOUNT)),
        ("read_only", AsFlag),
        ("source", Text),
        ("target", Text),
        ("tmpfs", Fields(&TMPFS)),
        ("type", OneOf(&["bind", "volume", "tmpfs", "cluster", "npipe", "image"])),
        ("volume", Fields(&VOLUME_MOUNT)),
    ],
);

static BIND: Keys = keys(&[
    ("create_host_path", AsFlag),
    ("propagation", Text),
    ("recursive", OneOf(&["enabled", "disabled", "writable", "readonly"])),
    ("selinux", OneOf(&["z", "Z"])),
]);

static VOLUME_MOUNT: Keys = keys(&[("labels", PAIRS), ("nocopy", AsFlag), ("subpath", Text)]);

static TMPFS: Keys = keys(&[
    ("mode", TEXT_OR_NUMBER),
    ("size", Either(&[Whole(0, i64::MAX), Like(is_size, "a size such as 64m")])),
]);

static IMAGE_MOUNT: Keys = keys(&[("subpath", Text)]);

/// In a network at the top of a file.
static NETWORK: Keys = keys(&[
    ("attachable", AsFlag),
    ("driver", Text),
    ("driver_opts", OPTIONS),
    ("enable_ipv4", AsFlag),
    ("enable_ipv6", AsFlag),
    ("external", EXTERNAL),
    ("internal", AsFlag),
    ("ipam", Fields(&IPAM)),
    ("labels", PAIRS),
    ("name", Text),
]);

const EXTERNAL: Shape = Either(&[AsFlag, Fields(&EXTERNAL_NAME)]);

static EXTERNAL_NAME: Keys = keys(&[("name", Text)]);

static IPAM: Keys =
    keys(&[("config", List(&Fields(&SUBNET))), ("driver", Text), ("options", Map(&Text))]);

static SUBNET: Keys =
    keys(&[("aux_addresses", Map(&Text)), ("gateway", Text), ("ip_range", Text), ("subnet", Text)]);

static VOLUME: Keys = keys(&[
    ("driver", Text),
    ("driver_opts", OPTIONS),
    ("external", EXTERNAL),
    ("labels", PAIRS),
    ("name", Text),
]);

static CONFIG: Keys = keys(&[
    ("content", Text),
    ("environment", Text),
    ("external", EXTERNAL),
    ("file", Text),
    ("labels", PAIRS),
    ("name", Text),
    ("template_driver", Text),
]);

static SECRET: Keys = keys(&[
    ("driver", Text),
    ("driver_opts", OPTIONS),
    ("environment", Text),
    ("external", EXTERNAL),
    ("file", Text),
    ("labels", PAIRS),
    ("name", Text),
    ("template_driver", Text),
]);

static MODEL: Keys = needing(
    &["model"],
    &[("context_size", WHOLE), ("model", Text), ("name", Text), ("runtime_flags", LENIENT_TEXTS)],
);

/// An entry of `include`.
pub static INCLUDE: Shape = Either(&[Text, Fields(&INCLUDE_KEYS)]);

static INCLUDE_KEYS: Keys = only(
    &["path"],
    &[("env_file", TEXT_OR_TEXTS), ("path", TEXT_OR_TEXTS), ("project_directory", Text)],
);

/// The long form of an `env_file`.
static ENV_FILE: Keys = only(&["path"], &[("format", Text), ("path", Text), ("required", AsFlag)]);

/// Where a key belongs that stands in another place.
pub fn home_of(key: &str) -> Option<&'static str> {
    let has = |keys: &Keys| keys.known.iter().any(|(known, _)| *known == key);
    let homes = [
        (&TOP_KEYS, "at the top of the file"),
        (&SERVICE, "into a service"),
        (&ATTACHMENT, "under a network of a service"),
        (&DEPLOY, "into a service's `deploy`"),
        (&HEALTHCHECK, "into a service's `healthcheck`"),
        (&BUILD, "into a service's `build`"),
        (&NETWORK, "into a network at the top of the file"),
        (&SUBNET, "into a network's `ipam.config`"),
    ];
    // A network or a volume may well be called `web`, and a service `name`.
    homes.into_iter().find(|(keys, _)| has(keys)).map(|(_, home)| home)
}

/// `1m30s`, `1d`; `0` without a unit.
fn is_time(text: &str) -> bool {
    const UNITS: [&str; 10] = ["ns", "us", "\u{b5}s", "\u{3bc}s", "ms", "s", "m", "h", "d", "w"];
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let is_digit = |c: char| c.is_ascii_digit() || c == '.';
    while !rest.is_empty() {
        let number = rest.len() - rest.trim_start_matches(is_digit).len();
        let after = &rest[number..];
        let unit = after.find(is_digit).unwrap_or(after.len());
        if rest[..number].parse::<f64>().is_err() || !UNITS.contains(&&after[..unit]) {
            return false;
        }
        rest = &after[unit..];
    }
    !text.is_empty()
}

/// `512m`, `1.5 GB`.
fn is_size(text: &str) -> bool {
    bytes(text).is_some()
}

/// How many bytes a size is.
pub fn bytes(text: &str) -> Option<i64> {
    let end = text.rfind(|c: char| c.is_ascii_digit() || matches!(c, '.' | ' '))?;
    let (number, unit) = text.split_at(end + 1);
    let number: f64 = number.strip_suffix(' ').unwrap_or(number).parse().ok()?;
    let unit = unit.to_ascii_lowercase();
    let power =
        match unit.strip_suffix('b').map(|u| u.strip_suffix('i').unwrap_or(u)).unwrap_or(&unit) {
            "" => 0,
            "k" => 1,
            "m" => 2,
            "g" => 3,
            "t" => 4,
            "p" => 5,
            _ => return None,
        };
    (number >= 0.0 && unit != "ib").then_some((number * 1024_f64.powi(power)) as i64)
}

/// Whether there is anything in a text that the engine could take for a name.
fn is_container_name(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    letters.windows(2).any(|pair| {
        pair[0].is_ascii_alphanumeric()
            && (pair[1].is_ascii_alphanumeric() || matches!(pair[1], '_' | '.' | '-'))
    })
}

/// The bytes that a value stands for.
pub fn size_of(node: &Node) -> Option<i64> {
    match super::scalar::of(node)? {
        Scalar::Whole(bytes) => Some(bytes),
        _ => bytes(node.text()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_are_in_order_and_none_is_there_twice() {
        let tables = [
            &TOP_KEYS,
            &SERVICE,
            &BUILD,
            &ATTACHMENT,
            &PORT,
            &DEPLOY,
            &PLACEMENT,
            &RESOURCES,
            &LIMITS,
            &RESERVED,
            &GPU,
            &RESTART_POLICY,
            &ROLLOUT,
            &DEPENDENCY,
            &HEALTHCHECK,
            &LOGGING,
            &HOOK,
            &PROVIDER,
            &CREDENTIAL_SPEC,
            &DEVICE,
            &WATCH,
            &SOFT_AND_HARD,
            &MOUNTED_KEYS,
            &MODEL_USE,
            &MOUNT,
            &BIND,
            &VOLUME_MOUNT,
            &TMPFS,
            &NETWORK,
            &IPAM,
            &SUBNET,
            &VOLUME,
            &CONFIG,
            &SECRET,
            &MODEL,
            &INCLUDE_KEYS,
            &ENV_FILE,
        ];
        for table in tables {
            assert!(table.known.is_sorted_by(|a, b| a.0 < b.0), "{table:?}");
            let known = |key: &&str| table.known.iter().any(|(known, _)| known == key);
            assert!(table.required.iter().all(known), "{table:?}");
        }
    }

    #[test]
    fn times_and_sizes_as_compose_reads_them() {
        for (text, time, size) in [
            ("10s", true, false),
            ("1m30s", true, false),
            ("1.5h", true, false),
            ("2w", true, false),
            ("0", true, true),
            ("10", false, true),
            ("", false, false),
            ("s", false, false),
            ("10 s", false, false),
            ("512m", true, true),
            ("512MB", false, true),
            ("1.5 GiB", false, true),
            ("-1", false, false),
            ("lots", false, false),
        ] {
            assert_eq!((is_time(text), is_size(text)), (time, size), "{text}");
        }
        assert_eq!(bytes("1k"), Some(1024));
        assert_eq!(bytes("0.5g"), Some(512 << 20));
    }
}
