//! What a compose file may say: every key, and the shape of what stands there.
//!
//! Source: the Compose Specification, as Compose 2.40 reads it. Each table is
//! sorted by key.

mod build;
mod declared;
mod deploy;
mod kinds;
mod mount;
mod service;

use self::build::BUILD;
use self::declared::{CONFIG, MODEL, NETWORK, SECRET, SUBNET, VOLUME};
use self::deploy::DEPLOY;
use self::kinds::{TEXT_OR_TEXTS, keys, only};
pub use self::service::misplaced;
use self::service::{ATTACHMENT, HEALTHCHECK, SERVICE};
use crate::compose::shape::Shape::{Either, Keys as Fields, List, Map, Named, Null, Text};
use crate::compose::shape::{Keys, Shape};

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

/// An entry of `include`.
pub static INCLUDE: Shape = Either(&[Text, Fields(&INCLUDE_KEYS)]);

static INCLUDE_KEYS: Keys = only(
    &["path"],
    &[("env_file", TEXT_OR_TEXTS), ("path", TEXT_OR_TEXTS), ("project_directory", Text)],
);

#[cfg(test)]
mod tests {
    use super::*;

    /// Each table that a shape leads to.
    fn tables(shape: &Shape, found: &mut Vec<&'static Keys>) {
        match shape {
            Fields(keys) => {
                found.push(keys);
                keys.known.iter().for_each(|(_, shape)| tables(shape, found));
            }
            Either(shapes) => shapes.iter().for_each(|shape| tables(shape, found)),
            List(shape) | Shape::Set(shape) | Map(shape) | Named(shape) => tables(shape, found),
            _ => {}
        }
    }

    #[test]
    fn the_keys_are_in_order_and_none_is_there_twice() {
        let mut found = Vec::new();
        tables(&TOP, &mut found);
        assert!(found.len() > 40, "{}", found.len());
        for table in found {
            assert!(table.known.is_sorted_by(|a, b| a.0 < b.0), "{table:?}");
            let known = |key: &&str| table.known.iter().any(|(known, _)| known == key);
            assert!(table.required.iter().all(known), "{table:?}");
        }
    }
}
