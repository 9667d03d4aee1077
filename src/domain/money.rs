//! Money: integer pico-dollars, because a cached token at $0.0125 a million costs 12,500 of them and no fraction.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

use serde::{Deserialize, Serialize};

/// US dollars in units of 10⁻¹² (pico-dollars). An `i64` of them holds nine million dollars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Usd(i64);

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    const PICO: i64 = 1_000_000_000_000;

    /// From pico-dollars.
    #[must_use]
    pub const fn from_pico(pico: i64) -> Self {
        Self(pico)
    }

    /// In pico-dollars.
    #[must_use]
    pub const fn pico(self) -> i64 {
        self.0
    }

    /// From a float of dollars, rounded once to the nearest pico-dollar. `None` if it is not finite, negative or
    /// too large: a price table with such a figure is broken, and broken is not zero.
    #[must_use]
    pub fn from_dollars(dollars: f64) -> Option<Self> {
        #[expect(clippy::cast_precision_loss, reason = "10^12 is exact in a double")]
        let pico = (dollars * Self::PICO as f64).round();
        #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
        (pico.is_finite() && (0.0..9.0e18).contains(&pico)).then_some(Self(pico as i64))
    }

    /// For people and JSON: dollars as a float. Never to be calculated with.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "for display")]
    pub fn dollars(self) -> f64 {
        self.0 as f64 / Self::PICO as f64
    }
}

impl Add for Usd {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Usd {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// `$0.00004`, `$0.0094`, `$6.42`: cents from ten cents up, below that two significant digits, so that a small cost
/// is never shown as nothing.
impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dollars = self.dollars();
        if self.0 == 0 || dollars >= 0.1 {
            return f.pad(&format!("${dollars:.2}"));
        }
        let mut digits = 2;
        let mut scaled = dollars;
        while scaled < 0.1 && digits < 13 {
            scaled *= 10.0;
            digits += 1;
        }
        let text = format!("{dollars:.digits$}");
        f.pad(&format!("${}", text.trim_end_matches('0')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_costs_are_never_shown_as_nothing() {
        let shown = |d: f64| Usd::from_dollars(d).unwrap().to_string();
        assert_eq!(shown(0.0), "$0.00");
        assert_eq!(shown(6.4242), "$6.42");
        assert_eq!(shown(0.31), "$0.31");
        assert_eq!(shown(0.0094), "$0.0094");
        assert_eq!(shown(0.00004), "$0.00004");
        assert_eq!(shown(0.000_000_012_6), "$0.000000013");
    }

    #[test]
    fn broken_figures_are_not_zero() {
        for broken in [f64::NAN, f64::INFINITY, -1.0, 1e30] {
            assert_eq!(Usd::from_dollars(broken), None, "{broken}");
        }
    }
}
