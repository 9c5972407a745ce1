//! What a service's `build` and `develop` may say.

use super::kinds::{
    FLAG_OR_TEXT, HOOK, HOSTS, LENIENT_TEXTS, LIMIT, MOUNTED, PAIRS, TEXT_OR_TEXTS, WHOLE, keys,
    needing,
};
use crate::compose::shape::Keys;
use crate::compose::shape::Shape::{
    AsFlag, Either, Flag, Keys as Fields, Like, List, Map, OneOf, Text,
};
use crate::compose::values::is_size;

pub(super) static BUILD: Keys = keys(&[
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

pub(super) static DEVELOP: Keys = keys(&[("watch", List(&Fields(&WATCH)))]);

pub(super) static WATCH: Keys = needing(
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
