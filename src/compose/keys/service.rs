//! What a service may say.

use super::build::{BUILD, DEVELOP};
use super::deploy::DEPLOY;
use super::kinds::{
    COMMAND, FLAG_OR_TEXT, GPU_KEYS, HOOK, HOSTS, LENIENT_TEXTS, LIMIT, MOUNTED, OPTIONS, PAIRS,
    SIZE, TEXT_OR_NUMBER, TEXT_OR_TEXTS, TEXTS, TIME, WHOLE, WHOLE_OR_TEXT, keys, needing, only,
};
use super::mount::MOUNT;
use crate::compose::shape::Shape::{
    Any, AsFlag, AsNumber, AsWhole, Either, Flag, Keys as Fields, Like, List, Map, Named, Null,
    Number, OneOf, Set, Text, Whole,
};
use crate::compose::shape::{Keys, Shape};
use crate::compose::values::{is_container_name, is_size};
use crate::yaml::Node;

pub(super) static SERVICE: Keys = Keys { no_such: Some(misplaced), ..keys(SERVICE_KEYS) };

/// Why something among the services is none: a section of the file that was
/// indented too far.
pub fn misplaced(name: &str, node: &Node) -> Option<String> {
    let is_section = matches!(name, "configs" | "networks" | "secrets" | "volumes");
    let runs = ["image", "build", "extends", "provider"].iter().any(|key| node.get(key).is_some());
    (is_section && !runs)
        .then(|| format!("it stands among the services; `{name}` belongs at the top of the file"))
}

pub(super) const SERVICE_KEYS: &[(&str, Shape)] = &[
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

pub(super) static ATTACHMENT: Keys = keys(&[
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
pub(super) static PORT: Keys = needing(
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

pub(super) static GPU: Keys = needing(&[], GPU_KEYS);

/// The long form of a dependency.
pub(super) static DEPENDENCY: Keys = needing(
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

pub(super) static HEALTHCHECK: Keys = keys(&[
    ("disable", AsFlag),
    ("interval", TIME),
    ("retries", AsWhole),
    ("start_interval", TIME),
    ("start_period", TIME),
    ("test", Either(&[Text, List(&Text)])),
    ("timeout", TIME),
]);

pub(super) static LOGGING: Keys =
    keys(&[("driver", Text), ("options", Map(&Either(&[Text, Number, Null])))]);

pub(super) static PROVIDER: Keys = needing(&["type"], &[("options", Any), ("type", Text)]);

pub(super) static CREDENTIAL_SPEC: Keys =
    keys(&[("config", Text), ("file", Text), ("registry", Text)]);

pub(super) static DEVICE: Keys =
    needing(&["source"], &[("permissions", Text), ("source", Text), ("target", Text)]);

pub(super) static MODEL_USE: Keys = keys(&[("endpoint_var", Text), ("model_var", Text)]);

/// The long form of an `env_file`.
pub(super) static ENV_FILE: Keys =
    only(&["path"], &[("format", Text), ("path", Text), ("required", AsFlag)]);
