//! Positions in the lists of a snapshot: a type of their own for each list, so
//! that a container is never taken for a network, nor a count for either.
//!
//! Nobody makes a position out of a number. [`positions`] and [`with_positions`]
//! give those of a list, and whoever has one can index the list with it:
//! `snapshot.containers[at]`.

use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

use super::container::Container;
use super::network::Network;

/// Where a container stands in a snapshot's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContainerAt(u32);

/// Where a network stands in a snapshot's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NetworkAt(u32);

/// A position in one of a snapshot's lists.
pub trait Position: Copy + Ord + Hash + fmt::Debug + fmt::Display + number::Number {}

/// What a snapshot has a list of.
pub trait Listed {
    /// The type of a position in that list.
    type At: Position;
}

/// The numbers behind positions, which stay in this file.
mod number {
    pub trait Number {
        fn from_index(index: usize) -> Self;
        fn index(self) -> usize;
    }
}

use number::Number;

/// The one place where a number becomes a position. A snapshot is limited in
/// bytes, whether it comes from a file, an engine or a plan, and each thing in
/// it takes some: there are fewer than 2³² of them.
fn short(index: usize) -> u32 {
    u32::try_from(index).expect("fewer than 2³² things in a snapshot")
}

macro_rules! position {
    ($at:ident in a list of $listed:ident) => {
        impl Number for $at {
            fn from_index(index: usize) -> Self {
                Self(short(index))
            }

            fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl Position for $at {}

        /// The number alone: enough to tell one from another.
        impl fmt::Display for $at {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl Listed for $listed {
            type At = $at;
        }

        impl Index<$at> for Vec<$listed> {
            type Output = $listed;

            fn index(&self, at: $at) -> &$listed {
                &self[Number::index(at)]
            }
        }

        impl IndexMut<$at> for Vec<$listed> {
            fn index_mut(&mut self, at: $at) -> &mut $listed {
                &mut self[Number::index(at)]
            }
        }
    };
}

position!(ContainerAt in a list of Container);
position!(NetworkAt in a list of Network);

/// The positions of a list, in its order.
pub fn positions<T: Listed>(
    list: &[T],
) -> impl DoubleEndedIterator<Item = T::At> + ExactSizeIterator + Clone + use<T> {
    (0..list.len()).map(T::At::from_index)
}

/// What a list holds, with the position of each.
pub fn with_positions<T: Listed>(
    list: &[T],
) -> impl DoubleEndedIterator<Item = (T::At, &T)> + Clone {
    positions(list).zip(list)
}

/// A value for each position of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PerAt<At, T> {
    values: Vec<T>,
    of: PhantomData<At>,
}

/// A value for each container of a snapshot.
pub type PerContainer<T> = PerAt<ContainerAt, T>;

/// A value for each network of a snapshot.
pub type PerNetwork<T> = PerAt<NetworkAt, T>;

impl<At: Position, T> PerAt<At, T> {
    /// The same value for each thing of a list.
    pub fn filled<L: Listed<At = At>>(list: &[L], value: T) -> Self
    where
        T: Clone,
    {
        std::iter::repeat_n(value, list.len()).collect()
    }

    /// Adds the value for the next position.
    pub fn push(&mut self, value: T) {
        self.values.push(value);
    }

    /// The value for a position, if there is one already.
    pub fn get(&self, at: At) -> Option<&T> {
        self.values.get(at.index())
    }

    /// The values to change, in the order of their positions.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut T> {
        self.values.iter_mut()
    }
}

impl<At, T> Default for PerAt<At, T> {
    fn default() -> Self {
        Self { values: Vec::new(), of: PhantomData }
    }
}

/// From the values in the order of their positions, beginning with the first.
impl<At, T> FromIterator<T> for PerAt<At, T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self { values: values.into_iter().collect(), of: PhantomData }
    }
}

impl<At: Position, T> Index<At> for PerAt<At, T> {
    type Output = T;

    fn index(&self, at: At) -> &T {
        &self.values[at.index()]
    }
}

impl<At: Position, T> IndexMut<At> for PerAt<At, T> {
    fn index_mut(&mut self, at: At) -> &mut T {
        &mut self.values[at.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_value_for_each_position_of_its_list() {
        let networks = ["a", "b", "c"].map(|name| Network::unlisted(name, "")).to_vec();
        let mut lengths = PerNetwork::filled(&networks, 0);
        for (at, network) in with_positions(&networks) {
            assert_eq!(networks[at].name, network.name);
            lengths[at] = at.index() + network.name.len();
        }
        assert_eq!(lengths, PerNetwork::from_iter([1, 2, 3]));
        let last = positions(&networks).next_back().expect("a network");
        assert_eq!((last.to_string(), lengths.get(last)), ("2".to_owned(), Some(&3)));
        assert_eq!(PerNetwork::<u8>::default().get(last), None);
    }
}
