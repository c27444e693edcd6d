//! Enums whose values have a stable code: in the database, in files that are exchanged, and in events.
//!
//! A code is never shown to a user (that is `text::Label`) and never changes once it has been released.

/// An enum with one stable code per value.
pub trait Coded: Copy + Eq + 'static {
    /// Every value, in the order in which pages list them.
    const ALL: &'static [Self];
    /// The stable code, lower-case ASCII with underscores unless a standard fixes another form.
    fn code(self) -> &'static str;
}

/// A code that is not one of the codes of its enum.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is not a {kind}")]
pub struct UnknownCode {
    /// Name of the enum.
    pub kind: &'static str,
    /// What was given instead.
    pub value: String,
}

/// Defines an enum together with [`Coded`], `Display`, `FromStr` and serde, all by the code.
macro_rules! coded_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$vmeta])* $variant,)+
        }

        impl $name {
            /// Every value, in the order in which pages list them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable code, as stored and exchanged.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// The value with this code.
            pub fn from_code(code: &str) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl $crate::Coded for $name {
            const ALL: &'static [Self] = Self::ALL;
            fn code(self) -> &'static str {
                Self::code(self)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.code())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::UnknownCode;
            fn from_str(code: &str) -> Result<Self, $crate::UnknownCode> {
                Self::from_code(code)
                    .ok_or_else(|| $crate::UnknownCode { kind: stringify!($name), value: code.to_owned() })
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.code())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let code = <::std::borrow::Cow<'de, str> as ::serde::Deserialize>::deserialize(deserializer)?;
                code.parse().map_err(::serde::de::Error::custom)
            }
        }
    };
}

/// Serde by `Display` and `FromStr`, for types whose text form is their only form.
macro_rules! serde_as_text {
    ($name:ident) => {
        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <::std::borrow::Cow<'de, str> as ::serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(::serde::de::Error::custom)
            }
        }
    };
}
