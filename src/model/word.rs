//! Words and sentences that are one of a few: enums that keep what they do not
//! know as it was given.

/// Makes such an enum. In JSON, and in order, it is the text.
macro_rules! words {
    (
        $(#[$about:meta])*
        $name:ident { $($(#[$meaning:meta])* $word:ident = $text:literal,)+ }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$meaning])* $word,)+
            /// Another, as it was given; empty where none was.
            Other(String),
        }

        impl $name {
            /// What `text` stands for.
            pub fn parse(text: &str) -> Self {
                match text {
                    $($text => Self::$word,)+
                    other => Self::Other(other.to_owned()),
                }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$word => $text,)+
                    Self::Other(other) => other,
                }
            }

            /// The same where it is one of the few; any other is just `other`,
            /// whatever it was.
            pub fn generalised(&self) -> Self {
                match self {
                    Self::Other(given) if !given.is_empty() => Self::Other("other".to_owned()),
                    known => known.clone(),
                }
            }

            /// Whether nobody said anything.
            pub fn is_untold(&self) -> bool {
                self.as_str().is_empty()
            }
        }

        /// Untold.
        impl Default for $name {
            fn default() -> Self {
                Self::Other(String::new())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.as_str().cmp(other.as_str())
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        /// Any string: the list is what netmap knows.
        #[cfg(test)]
        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "string", "examples": [$($text),+]})
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                crate::model::text::parsed(from, Self::parse)
            }
        }
    };
}

pub(super) use words;
