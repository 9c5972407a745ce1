//! Counting how often somebody looks at a container or network of a map, or for a port, for
//! tests of how much work something takes: no machine and no moment changes it.

use std::cell::Cell;

thread_local! {
    static LOOKS: Cell<u64> = const { Cell::new(0) };
}

/// Notes a look.
pub fn note() {
    LOOKS.set(LOOKS.get() + 1);
}

/// How many there were during some work.
pub fn during(work: impl FnOnce()) -> u64 {
    let before = LOOKS.get();
    work();
    LOOKS.get() - before
}
