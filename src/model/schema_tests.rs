//! JSON Schemas of what is written as a string and read back from it, for the
//! test that records schemas.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::container::NetworkMode;
use super::host_ports::HostPorts;
use super::link::{ExtraHost, Link};
use super::moment::Moment;

/// Describes a type that is a string in JSON.
macro_rules! text_schema {
    ($type:ty, $name:literal, $about:literal $(, $key:literal = $value:literal)*) => {
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "description": $about $(, $key: $value)*})
            }
        }
    };
}

text_schema!(
    Moment,
    "Moment",
    "A moment in UTC, such as 2026-11-24T07:55:34.5Z (RFC 3339).",
    "format" = "date-time"
);
text_schema!(HostPorts, "HostPorts", "A port such as 8080, a range such as 8000-8010, or nothing.");
text_schema!(
    NetworkMode,
    "NetworkMode",
    "The network mode, as docker run takes it: container:NAME."
);
text_schema!(Link, "Link", "A legacy link, written CONTAINER:ALIAS.");
text_schema!(ExtraHost, "ExtraHost", "An entry of the hosts file, written NAME:ADDRESS.");
