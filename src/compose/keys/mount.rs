//! The long form of a service's volume.

use super::kinds::{PAIRS, TEXT_OR_NUMBER, keys, needing};
use crate::compose::shape::Keys;
use crate::compose::shape::Shape::{AsFlag, Either, Keys as Fields, Like, OneOf, Text, Whole};
use crate::compose::values::is_size;

/// The long form of a volume of a service.
pub(super) static MOUNT: Keys = needing(
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

pub(super) static BIND: Keys = keys(&[
    ("create_host_path", AsFlag),
    ("propagation", Text),
    ("recursive", OneOf(&["enabled", "disabled", "writable", "readonly"])),
    ("selinux", OneOf(&["z", "Z"])),
]);

pub(super) static VOLUME_MOUNT: Keys =
    keys(&[("labels", PAIRS), ("nocopy", AsFlag), ("subpath", Text)]);

pub(super) static TMPFS: Keys = keys(&[
    ("mode", TEXT_OR_NUMBER),
    ("size", Either(&[Whole(0, i64::MAX), Like(is_size, "a size such as 64m")])),
]);

pub(super) static IMAGE_MOUNT: Keys = keys(&[("subpath", Text)]);
