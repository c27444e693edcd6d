//! Facts that are told by code: each has a stable code, its data by name, and an English sentence. Programs and translations
//! use code and data; the sentence is for developers. It holds no other language.

/// The data of a fact by name, in the order of its fields. A value that is a fact itself is told as its code, followed by
/// its own data.
pub type Args = Vec<(&'static str, String)>;

/// What can be told as data.
pub trait Told {
    /// Adds this value under `name`.
    fn tell(&self, name: &'static str, args: &mut Args);
}

macro_rules! plain {
    ($($kind:ty),*) => {
        $(impl Told for $kind {
            fn tell(&self, name: &'static str, args: &mut Args) {
                args.push((name, self.to_string()));
            }
        })*
    };
}

plain!(String, &'static str, u8, u32, u64, usize, i64, crate::suite::Digest);

/// Declares a closed list of facts: an enum whose variants stand beside their codes and sentences, so that none can lack
/// one. It has `code`, `args` and `ALL` (each code with the names of its fields), and is itself [`Told`].
#[macro_export]
macro_rules! told {
    (
        $(#[$meta:meta])*
        pub enum $list:ident {
            $($(#[doc = $doc:literal])* $name:ident $({ $($field:ident : $kind:ty),* $(,)? })? , $code:literal, $text:literal;)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, ::thiserror::Error)]
        #[allow(missing_docs, reason = "the sentence of each fact is its documentation")]
        pub enum $list {
            $($(#[doc = $doc])* #[error($text)] $name $({ $($field: $kind),* })?,)*
        }

        impl $list {
            /// Every code with the names of its fields.
            pub const ALL: &'static [(&'static str, &'static [&'static str])] =
                &[$(($code, &[$($(stringify!($field)),*)?])),*];

            /// The stable code, for programs, translations and tests.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self {
                    $(Self::$name $({ $($field: _),* })? => $code,)*
                }
            }

            /// The data by name.
            #[must_use]
            pub fn args(&self) -> $crate::Args {
                #[allow(unused_mut, reason = "a list whose facts have no data")]
                let mut args = $crate::Args::new();
                match self {
                    $(Self::$name $({ $($field),* })? => {
                        $($($crate::Told::tell($field, stringify!($field), &mut args);)*)?
                    })*
                }
                args
            }
        }

        impl $crate::Told for $list {
            fn tell(&self, name: &'static str, args: &mut $crate::Args) {
                args.push((name, self.code().to_owned()));
                args.extend(self.args());
            }
        }
    };
}
