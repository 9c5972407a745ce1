//! A difference as marks on a map, for the picture formats.

use std::collections::BTreeMap;

use crate::diff::{Happened, Overlay};
use crate::render::view::{Change, Changes};

/// The marks of an overlay.
pub fn changes(overlay: &Overlay) -> Changes {
    Changes {
        containers: marked(&overlay.containers),
        networks: marked(&overlay.networks),
        endpoints: marked(&overlay.endpoints),
    }
}

fn marked<K: Copy + Ord>(happened: &BTreeMap<K, Happened>) -> BTreeMap<K, Change> {
    let change = |happened: &Happened| match happened {
        Happened::Added => Change::Added,
        Happened::Removed => Change::Removed,
        Happened::Changed => Change::Changed,
    };
    happened.iter().map(|(at, happened)| (*at, change(happened))).collect()
}
