//! The keys that a compose file may have, so that a slip of the finger is
//! told apart from a key that says nothing about networks.
//!
//! Source: the JSON schema of the Compose Specification, and what older
//! versions of the format had besides. Keys that begin with `x-` are free.

/// At the top of a file.
pub const TOP: &[&str] = &[
    "configs", "include", "models", "name", "networks", "secrets", "services", "version", "volumes",
];

/// In a service.
pub const SERVICE: &[&str] = &[
    "annotations",
    "attach",
    "blkio_config",
    "build",
    "cap_add",
    "cap_drop",
    "cgroup",
    "cgroup_parent",
    "command",
    "configs",
    "container_name",
    "cpu_count",
    "cpu_percent",
    "cpu_period",
    "cpu_quota",
    "cpu_rt_period",
    "cpu_rt_runtime",
    "cpu_shares",
    "cpus",
    "cpuset",
    "credential_spec",
    "depends_on",
    "deploy",
    "develop",
    "device_cgroup_rules",
    "devices",
    "dns",
    "dns_opt",
    "dns_search",
    "domainname",
    "entrypoint",
    "env_file",
    "environment",
    "expose",
    "extends",
    "external_links",
    "extra_hosts",
    "gpus",
    "group_add",
    "healthcheck",
    "hostname",
    "image",
    "init",
    "ipc",
    "isolation",
    "label_file",
    "labels",
    "links",
    "logging",
    "mac_address",
    "mem_limit",
    "mem_reservation",
    "mem_swappiness",
    "memswap_limit",
    "models",
    "network_mode",
    "networks",
    "oom_kill_disable",
    "oom_score_adj",
    "pid",
    "pids_limit",
    "platform",
    "ports",
    "post_start",
    "pre_start",
    "pre_stop",
    "privileged",
    "profiles",
    "provider",
    "pull_policy",
    "pull_refresh_after",
    "read_only",
    "restart",
    "runtime",
    "scale",
    "secrets",
    "security_opt",
    "shm_size",
    "stdin_open",
    "stop_grace_period",
    "stop_signal",
    "storage_opt",
    "sysctls",
    "tmpfs",
    "tty",
    "ulimits",
    "use_api_socket",
    "user",
    "userns_mode",
    "uts",
    "volume_driver",
    "volumes",
    "volumes_from",
    "working_dir",
];

/// In a service's `networks`, under the name of one.
pub const ATTACHMENT: &[&str] = &[
    "aliases",
    "driver_opts",
    "gw_priority",
    "interface_name",
    "ipv4_address",
    "ipv6_address",
    "link_local_ips",
    "mac_address",
    "priority",
];

/// In the long form of a port.
pub const PORT: &[&str] =
    &["app_protocol", "host_ip", "mode", "name", "protocol", "published", "target"];

/// In `deploy`.
pub const DEPLOY: &[&str] = &[
    "endpoint_mode",
    "labels",
    "mode",
    "placement",
    "replicas",
    "resources",
    "restart_policy",
    "rollback_config",
    "update_config",
];

/// In the long form of a dependency.
pub const DEPENDENCY: &[&str] = &["condition", "required", "restart"];

/// In `healthcheck`.
pub const HEALTHCHECK: &[&str] =
    &["disable", "interval", "retries", "start_interval", "start_period", "test", "timeout"];

/// In a network at the top of a file.
pub const NETWORK: &[&str] = &[
    "attachable",
    "driver",
    "driver_opts",
    "enable_ipv4",
    "enable_ipv6",
    "external",
    "internal",
    "ipam",
    "labels",
    "name",
];

/// In a network's `ipam`.
pub const IPAM: &[&str] = &["config", "driver", "options"];

/// In one entry of `ipam.config`.
pub const SUBNET: &[&str] = &["aux_addresses", "gateway", "ip_range", "subnet"];

/// In an entry of `include`.
pub const INCLUDE: &[&str] = &["env_file", "path", "project_directory"];

/// In the long form of `extends`.
pub const EXTENDS: &[&str] = &["file", "service"];

/// In the long form of an `env_file`.
pub const ENV_FILE: &[&str] = &["format", "path", "required"];

#[cfg(test)]
mod tests {
    #[test]
    fn the_keys_are_in_order_and_none_is_there_twice() {
        for keys in [
            super::TOP,
            super::SERVICE,
            super::ATTACHMENT,
            super::PORT,
            super::DEPLOY,
            super::DEPENDENCY,
            super::HEALTHCHECK,
            super::NETWORK,
            super::IPAM,
            super::SUBNET,
            super::INCLUDE,
            super::EXTENDS,
            super::ENV_FILE,
        ] {
            assert!(keys.is_sorted_by(|a, b| a < b), "{keys:?}");
        }
    }
}
