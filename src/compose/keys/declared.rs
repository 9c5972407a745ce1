//! What networks, volumes, configs, secrets and models at the top of a file may say.

use super::kinds::{EXTERNAL, LENIENT_TEXTS, OPTIONS, PAIRS, WHOLE, keys, needing};
use crate::compose::shape::Keys;
use crate::compose::shape::Shape::{AsFlag, Keys as Fields, List, Map, Text};

/// In a network at the top of a file.
pub(super) static NETWORK: Keys = keys(&[
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

pub(super) static IPAM: Keys =
    keys(&[("config", List(&Fields(&SUBNET))), ("driver", Text), ("options", Map(&Text))]);

pub(super) static SUBNET: Keys =
    keys(&[("aux_addresses", Map(&Text)), ("gateway", Text), ("ip_range", Text), ("subnet", Text)]);

pub(super) static VOLUME: Keys = keys(&[
    ("driver", Text),
    ("driver_opts", OPTIONS),
    ("external", EXTERNAL),
    ("labels", PAIRS),
    ("name", Text),
]);

pub(super) static CONFIG: Keys = keys(&[
    ("content", Text),
    ("environment", Text),
    ("external", EXTERNAL),
    ("file", Text),
    ("labels", PAIRS),
    ("name", Text),
    ("template_driver", Text),
]);

pub(super) static SECRET: Keys = keys(&[
    ("driver", Text),
    ("driver_opts", OPTIONS),
    ("environment", Text),
    ("external", EXTERNAL),
    ("file", Text),
    ("labels", PAIRS),
    ("name", Text),
    ("template_driver", Text),
]);

pub(super) static MODEL: Keys = needing(
    &["model"],
    &[("context_size", WHOLE), ("model", Text), ("name", Text), ("runtime_flags", LENIENT_TEXTS)],
);
