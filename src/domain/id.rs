//! Names and numbers that identify things. Newtypes, so that a key's name cannot stand where a group's belongs.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Declares a cheaply cloned, immutable name.
macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(it: &str) -> Self {
                Self(Arc::from(it))
            }
        }

        impl From<String> for $name {
            fn from(it: String) -> Self {
                Self(Arc::from(it))
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    };
}

name! {
    /// A provider row: `openai`, `work-azure`, `local`.
    ProviderName
}
name! {
    /// A model as its provider calls it. May contain `/` and `:`.
    ModelName
}
name! {
    /// One credential of a provider, by the name its owner gave it.
    KeyName
}
name! {
    /// A name a client may send as `model`, standing for weighted targets.
    GroupName
}
name! {
    /// A routing rule.
    RuleName
}

/// Row id of a provider key in the local file. Stable over renames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct KeyId(pub i64);

/// One client request. Shown as `r` and at least four base-36 digits: `r0001`, `r7k3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub u64);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [b'0'; 13];
        let mut n = self.0;
        let mut at = digits.len();
        while n > 0 {
            at -= 1;
            digits[at] = b"0123456789abcdefghijklmnopqrstuvwxyz"[(n % 36) as usize];
            n /= 36;
        }
        let at = at.min(digits.len() - 4);
        f.write_str("r")?;
        f.write_str(std::str::from_utf8(&digits[at..]).map_err(|_| fmt::Error)?)
    }
}

/// The text is not a request id.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a request id: expected `r` and digits or lower-case letters, like r7k3")]
pub struct NotARequestId(String);

impl FromStr for RequestId {
    type Err = NotARequestId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || NotARequestId(text.to_owned());
        let digits = text.strip_prefix('r').ok_or_else(bad)?;
        u64::from_str_radix(digits, 36).map(Self).map_err(|_| bad())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids_read_back_what_they_print() {
        for n in [0, 1, 35, 36, 46_656, 1_679_615, 1_679_616, u64::MAX] {
            let shown = RequestId(n).to_string();
            assert_eq!(shown.parse::<RequestId>().unwrap(), RequestId(n), "{shown}");
        }
        assert_eq!(RequestId(1).to_string(), "r0001");
        assert!("x12".parse::<RequestId>().is_err());
        assert!("r".parse::<RequestId>().is_err());
    }
}
