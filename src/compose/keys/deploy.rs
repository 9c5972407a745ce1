//! What a service's `deploy` may say.

use super::kinds::{GPU_KEYS, LENIENT_TEXTS, PAIRS, TIME, keys, needing};
use crate::compose::shape::Shape::{
    Any, AsNumber, AsWhole, Keys as Fields, Like, List, OneOf, Text,
};
use crate::compose::shape::{Keys, Shape};
use crate::compose::values::is_size;

pub(super) static DEPLOY: Keys = keys(&[
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

pub(super) static PLACEMENT: Keys = keys(&[
    ("constraints", LENIENT_TEXTS),
    ("max_replicas_per_node", AsWhole),
    ("preferences", List(&Fields(&PREFERENCE))),
]);

pub(super) static PREFERENCE: Keys = keys(&[("spread", Text)]);

pub(super) static RESOURCES: Keys =
    keys(&[("limits", Fields(&LIMITS)), ("reservations", Fields(&RESERVED))]);

pub(super) static LIMITS: Keys = keys(&[("cpus", AsNumber), ("memory", MEMORY), ("pids", AsWhole)]);

pub(super) static RESERVED: Keys = keys(&[
    ("cpus", AsNumber),
    ("devices", List(&Fields(&RESERVED_DEVICE))),
    ("generic_resources", Any),
    ("memory", MEMORY),
]);

pub(super) const MEMORY: Shape = Like(is_size, "a size such as 512m");

pub(super) static RESERVED_DEVICE: Keys = needing(&["capabilities"], GPU_KEYS);

pub(super) static RESTART_POLICY: Keys =
    keys(&[("condition", Text), ("delay", TIME), ("max_attempts", AsWhole), ("window", TIME)]);

pub(super) static ROLLOUT: Keys = keys(&[
    ("delay", TIME),
    ("failure_action", Text),
    ("max_failure_ratio", AsNumber),
    ("monitor", TIME),
    ("order", OneOf(&["start-first", "stop-first"])),
    ("parallelism", AsWhole),
]);
