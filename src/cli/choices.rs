//! Options that are one of a few: how the types of other layers are written on
//! the command line.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::model::Severity;
use crate::probe::Method;
use crate::render::svg::{Blank, Detail, Page, TalkShown, TextAs, Theme};

impl ValueEnum for Severity {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Error, Self::Warning, Self::Info]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()))
    }
}

impl ValueEnum for Method {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()).help(self.about()))
    }
}

impl ValueEnum for Theme {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Auto, Self::Light, Self::Dark]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }))
    }
}

impl ValueEnum for Blank {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Addresses, Self::Names]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Addresses => "addresses",
            Self::Names => "names",
        }))
    }
}

impl ValueEnum for Page {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Docs, Self::A4, Self::Slide, Self::None]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Docs => "docs",
            Self::A4 => "a4",
            Self::Slide => "slide",
            Self::None => "none",
        }))
    }
}

impl ValueEnum for Detail {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Image, Self::State, Self::Ports, Self::Names, Self::Addresses, Self::Kinds]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Image => "image",
            Self::State => "state",
            Self::Ports => "ports",
            Self::Names => "names",
            Self::Addresses => "addresses",
            Self::Kinds => "kinds",
        }))
    }
}

impl ValueEnum for TextAs {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Fonts, Self::Paths]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Fonts => "fonts",
            Self::Paths => "paths",
        }))
    }
}

impl ValueEnum for TalkShown {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::None, Self::Observed, Self::Configured, Self::All]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::None => "none",
            Self::Observed => "observed",
            Self::Configured => "configured",
            Self::All => "all",
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every variant has a word of its own that leads back to it. The list of
    /// words is written down here, so that one cannot be lost.
    fn words<T: ValueEnum + PartialEq + std::fmt::Debug>(expected: &[&str]) {
        let words: Vec<PossibleValue> =
            T::value_variants().iter().filter_map(ValueEnum::to_possible_value).collect();
        let names: Vec<&str> = words.iter().map(PossibleValue::get_name).collect();
        assert_eq!(names, expected);
        for (variant, name) in T::value_variants().iter().zip(names) {
            assert_eq!(T::from_str(name, false).as_ref(), Ok(variant));
        }
    }

    #[test]
    fn every_choice_has_its_word() {
        words::<Severity>(&["error", "warning", "info"]);
        words::<Method>(&["auto", "exec", "netns"]);
        words::<Theme>(&["auto", "light", "dark"]);
        words::<Blank>(&["addresses", "names"]);
        words::<Page>(&["docs", "a4", "slide", "none"]);
        words::<Detail>(&["image", "state", "ports", "names", "addresses", "kinds"]);
        words::<TextAs>(&["fonts", "paths"]);
        words::<TalkShown>(&["none", "observed", "configured", "all"]);
    }
}
