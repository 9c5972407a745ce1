//! Sets that can be joined, for what hangs or stands together.

/// Sets that can be joined: union-find.
#[derive(Debug)]
pub struct Sets {
    above: Vec<usize>,
}

impl Sets {
    /// This many sets of one.
    pub fn new(number: usize) -> Self {
        Self { above: (0..number).collect() }
    }

    /// The member that stands for the set.
    pub fn root(&mut self, of: usize) -> usize {
        let mut at = of;
        while self.above[at] != at {
            self.above[at] = self.above[self.above[at]];
            at = self.above[at];
        }
        at
    }

    /// Joins the sets of two members; the smaller number stands for both.
    pub fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.above[a.max(b)] = a.min(b);
    }
}
