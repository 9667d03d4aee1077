//! How a group orders its targets, and a target its keys (routing.md §4). One strategy is called like the aggregator
//! that made it known, so that its name may be written here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A strategy. Each gives a whole order: the first is the choice, the rest are its fallbacks. Under every one a weight of
/// 0 drains: such a target comes after all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Weighted random for the first, the rest by weight.
    #[default]
    Weighted,
    /// As listed.
    Priority,
    /// The soonest answer, by a discounted Thompson draw; the less loaded of two where there are many.
    Latency,
    /// The fewest requests in flight, relative to weight.
    LeastBusy,
    /// The fewest dollars for this very request.
    Cost,
    /// Targets without an outage in the last 30 s, drawn by 1/price².
    Openrouter,
    /// Weighted random by weights that follow error rate, latency and load.
    Adaptive,
    /// The most tokens a second, by a draw like that of [`Self::Latency`]. What a request can wish for; no group has it.
    Throughput,
}

/// The text names no strategy that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoStrategy {
    /// It is one of a later version.
    #[error("the strategy `{0}` comes with a later version")]
    Later(String),
    /// There is none of that name.
    #[error("there is no strategy `{0}`")]
    Unknown(String),
}

impl Strategy {
    /// Those that a group can have, in the order of the documentation.
    pub const ALL: [Self; 7] =
        [Self::Weighted, Self::Priority, Self::Latency, Self::LeastBusy, Self::Cost, Self::Openrouter, Self::Adaptive];

    /// Its name, as written on the command line and in the local file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Weighted => "weighted",
            Self::Priority => "priority",
            Self::Latency => "latency",
            Self::LeastBusy => "least-busy",
            Self::Cost => "cost",
            Self::Openrouter => "openrouter",
            Self::Adaptive => "adaptive",
            Self::Throughput => "throughput",
        }
    }

    /// Whether it looks at what targets have done lately.
    #[must_use]
    pub const fn reads_live(self) -> bool {
        !matches!(self, Self::Weighted | Self::Priority)
    }

    /// Whether it goes by prices.
    #[must_use]
    pub const fn reads_prices(self) -> bool {
        matches!(self, Self::Cost | Self::Openrouter)
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Strategy {
    type Err = NoStrategy;

    fn from_str(text: &str) -> Result<Self, NoStrategy> {
        let found = Self::ALL.into_iter().find(|it| it.name() == text);
        found.ok_or_else(|| match text {
            "quality" => NoStrategy::Later(text.to_owned()),
            _ => NoStrategy::Unknown(text.to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_are_those_of_the_file() {
        for it in Strategy::ALL {
            assert_eq!(it.name().parse(), Ok(it));
            assert_eq!(serde_json::to_string(&it).unwrap(), format!("\"{it}\""));
        }
        let throughput = Strategy::Throughput;
        assert_eq!(serde_json::to_string(&throughput).unwrap(), format!("\"{throughput}\""));
        assert!("throughput".parse::<Strategy>().is_err(), "no group can have it");
    }

    #[test]
    fn quality_is_refused_by_name_and_others_as_unknown() {
        assert_eq!("quality".parse::<Strategy>(), Err(NoStrategy::Later("quality".to_owned())));
        assert_eq!("fastest".parse::<Strategy>(), Err(NoStrategy::Unknown("fastest".to_owned())));
    }
}
