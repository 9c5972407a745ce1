//! What the values of many keys look like.

use crate::compose::shape::Shape::{
    AsFlag, AsWhole, Either, Flag, Keys as Fields, Like, List, Map, Null, Number, Set, Text, Whole,
};
use crate::compose::shape::{Keys, Shape};
use crate::compose::values::{is_size, is_time};

/// Text, a number, true or false, or nothing.
pub(super) const VALUE: Shape = Either(&[Text, Number, Flag, Null]);
pub(super) const TEXT_OR_NUMBER: Shape = Either(&[Text, Number]);
pub(super) const FLAG_OR_TEXT: Shape = Either(&[Flag, Text]);
pub(super) const WHOLE: Shape = Whole(i64::MIN, i64::MAX);
pub(super) const WHOLE_OR_TEXT: Shape = Either(&[WHOLE, Text]);
/// `NAME=value` in a list, or `NAME: value` in a mapping.
pub(super) const PAIRS: Shape = Either(&[Map(&VALUE), List(&Text)]);
pub(super) const TEXTS: Shape = Set(&Text);
/// Like [`TEXTS`], where Compose leaves out what is there twice.
pub(super) const LENIENT_TEXTS: Shape = List(&Text);
pub(super) const TEXT_OR_TEXTS: Shape = Either(&[Text, LENIENT_TEXTS]);
pub(super) const OPTIONS: Shape = Map(&TEXT_OR_NUMBER);
pub(super) const COMMAND: Shape = Either(&[Null, Text, List(&Text)]);
pub(super) const TIME: Shape = Like(is_time, "a time such as 1m30s");
pub(super) const SIZE: Shape = Either(&[Number, Like(is_size, "a size such as 512m")]);

/// A mapping with these keys, and any that begin with `x-`.
pub(super) const fn keys(known: &'static [(&'static str, Shape)]) -> Keys {
    needing(&[], known)
}

/// A mapping with these keys, of which some must be there, and any that begin
/// with `x-`.
pub(super) const fn needing(
    required: &'static [&'static str],
    known: &'static [(&'static str, Shape)],
) -> Keys {
    Keys { known, required, extensible: true, no_such: None }
}

/// A mapping with these keys, some of which must be there, and no others.
pub(super) const fn only(
    required: &'static [&'static str],
    known: &'static [(&'static str, Shape)],
) -> Keys {
    Keys { known, required, extensible: false, no_such: None }
}

pub(super) const LIMIT: Shape = Either(&[AsWhole, Fields(&SOFT_AND_HARD)]);

pub(super) static SOFT_AND_HARD: Keys =
    needing(&["hard", "soft"], &[("hard", AsWhole), ("soft", AsWhole)]);

/// `NAME:ADDRESS` in a list, or `NAME: ADDRESS` in a mapping.
pub(super) const HOSTS: Shape = Either(&[Map(&Either(&[Text, List(&Text)])), TEXTS]);

/// A secret or config of a service.
pub(super) const MOUNTED: Shape = Either(&[Text, Fields(&MOUNTED_KEYS)]);

pub(super) static MOUNTED_KEYS: Keys = keys(&[
    ("gid", Text),
    ("mode", TEXT_OR_NUMBER),
    ("source", Text),
    ("target", Text),
    ("uid", Text),
]);

pub(super) static HOOK: Keys = needing(
    &["command"],
    &[
        ("command", COMMAND),
        ("environment", PAIRS),
        ("privileged", AsFlag),
        ("user", Text),
        ("working_dir", Text),
    ],
);

pub(super) const EXTERNAL: Shape = Either(&[AsFlag, Fields(&EXTERNAL_NAME)]);

pub(super) static EXTERNAL_NAME: Keys = keys(&[("name", Text)]);

pub(super) const GPU_KEYS: &[(&str, Shape)] = &[
    ("capabilities", TEXTS),
    ("count", WHOLE_OR_TEXT),
    ("device_ids", TEXTS),
    ("driver", Text),
    ("options", PAIRS),
];
