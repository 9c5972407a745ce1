//! What stands in a line that holds what somebody else says. In lower case.

/// Keys and paths of a line that was shipped: where it was read.
pub const SHIPPED: [&str; 13] = [
    "\"stream\"",
    "\"@metadata\"",
    "\"_container_name\"",
    "\"container_name\"",
    "\"container_id\"",
    "\"container.name\"",
    "\"container.id\"",
    "\"docker.container",
    "\"kubernetes\"",
    "\"pod_name\"",
    "\"source_type\"",
    "\"log.file.path\"",
    "/var/lib/docker/containers/",
];

/// How fluent-bit and Logstash print the text of a record.
pub const PRINTED: [&str; 4] =
    ["{\"log\"=>\"", "\"message\"=>\"", "\"message\" => \"", "\"event\" => {\"original\""];

/// Words of a line about a failure that is meant to be.
pub const MEANT: [&str; 4] = ["as expected", "expected error", "expected failure", "simulat"];
