//! Where each rank of cards begins, so that height means distance in all that
//! stands side by side: nothing begins above what is nearer to the internet in
//! the branch beside it.

/// How many ranks are kept in line: deeper ones, which only chains have that
/// nobody can look at in whole, stand as they come.
const MOST: usize = 48;

/// The ranks of something, from its upper edge on.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    /// From where one rank begins to where the next one does.
    pub steps: Vec<i32>,
    /// How far what stands at each rank reaches down from where that begins.
    pub heights: Vec<i32>,
}

impl Levels {
    /// Something of one rank.
    pub fn one(height: i32) -> Self {
        Self { steps: Vec::new(), heights: vec![height] }
    }

    /// Whether there is more than one rank.
    pub fn is_deep(&self) -> bool {
        !self.steps.is_empty()
    }

    /// This with something beside it: each rank begins below all that is nearer.
    pub fn beside(mut self, other: &Self) -> Self {
        let most = |own: &mut Vec<i32>, others: &[i32]| {
            own.resize(own.len().max(others.len()), 0);
            own.iter_mut().zip(others).for_each(|(own, other)| *own = (*own).max(*other));
        };
        most(&mut self.steps, &other.steps);
        most(&mut self.heights, &other.heights);
        for (step, height) in self.steps.iter_mut().zip(&self.heights) {
            *step = (*step).max(*height);
        }
        self
    }

    /// This in a frame that takes so much above it, and so much below.
    pub fn framed(mut self, top: i32, pad: i32) -> Self {
        if let Some(first) = self.steps.first_mut() {
            *first += top;
        }
        if let Some(first) = self.heights.first_mut() {
            *first += top;
        }
        self.heights.iter_mut().for_each(|height| *height += pad);
        self
    }

    /// A rank of this height with something else `step` below where it begins;
    /// `first` is how far that is from where its own first rank begins, and `height`
    /// how far other things of that rank reach down.
    pub fn above(height: i32, step: i32, (first, other): (i32, i32), last: &Self) -> Self {
        let mut levels = Self { steps: vec![step], heights: vec![height] };
        let mut steps = last.steps.iter().copied();
        let mut heights = last.heights.iter().map(|height| height + first);
        levels.steps.extend(steps.next().map(|step| step + first));
        levels.heights.push(heights.next().unwrap_or(0).max(other));
        levels.steps.extend(steps);
        levels.heights.extend(last.heights.iter().skip(1));
        levels.cut();
        levels
    }

    /// Takes the deepest ranks together.
    fn cut(&mut self) {
        if self.heights.len() > MOST {
            let at = &self.places(0)[MOST - 1..];
            let below =
                at.iter().zip(&self.heights[MOST - 1..]).map(|(y, height)| y - at[0] + height);
            let below = below.max().unwrap_or(0);
            self.heights.truncate(MOST);
            self.steps.truncate(MOST - 1);
            self.heights[MOST - 1] = below;
        }
    }

    /// Where each rank begins if nothing else stands beside it.
    pub fn places(&self, y: i32) -> Vec<i32> {
        self.continued(&[y])
    }

    /// Where each rank begins where that is known of the first ones.
    pub fn continued(&self, known: &[i32]) -> Vec<i32> {
        let mut places = known.to_vec();
        let mut y = known.last().copied().unwrap_or(0);
        for step in self.steps.iter().skip(known.len().max(1) - 1) {
            y += step;
            places.push(y);
        }
        places
    }

    /// How far down all of it reaches where its ranks begin at these places.
    pub fn bottom(&self, places: &[i32]) -> i32 {
        let places = self.continued(places);
        let bottoms = places.iter().zip(&self.heights).map(|(y, height)| y + height);
        bottoms.max().unwrap_or(0)
    }

    /// Its height if nothing else stands beside it.
    pub fn height(&self) -> i32 {
        self.bottom(&[0])
    }
}
