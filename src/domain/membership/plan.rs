//! Plans: what a site sells, at which price and for how long.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The most characters that the id of a plan has.
pub(super) const MAX_ID: usize = 64;

/// What a plan is called in files, commands and requests: lower-case letters, digits and hyphens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlanId(String);

impl PlanId {
    /// The id that is spelled like this, if it is one.
    pub fn parse(text: &str) -> Option<Self> {
        let is_fit = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let is_id = (1..=MAX_ID).contains(&text.len()) && text.chars().all(is_fit);
        is_id.then(|| Self(text.to_owned()))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PlanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Something that a site sells. It is never taken away, because somebody may have it; what is sold no more says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub id: PlanId,
    /// What people call it.
    pub name: String,
    pub price: Price,
    /// What the price is for.
    pub interval: Interval,
    /// How many days at the beginning cost nothing.
    pub trial_days: u16,
    /// What PayPal calls it; `None`: it is not sold there.
    pub paypal_plan: Option<String>,
    /// Whether whoever does not have it can get it.
    pub is_offered: bool,
    /// What this version does not know of it, and a later one has written.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// A price, without any part of a number that a computer rounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// In the smallest unit of the currency: 499 are €4.99, or ¥499.
    pub minor_units: u32,
    /// The code of ISO 4217, in capital letters.
    pub currency: String,
}

/// A time that is paid for at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    pub unit: IntervalUnit,
    /// How many of them, from 1.
    pub count: u8,
}

/// What an interval is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntervalUnit {
    Day,
    Week,
    Month,
    Year,
}

impl IntervalUnit {
    /// As files and commands spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_short_and_plain() {
        for good in ["basic", "all-in-2026", "7"] {
            assert_eq!(PlanId::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "Basic", "a plan", "plän", &"x".repeat(MAX_ID + 1)] {
            assert_eq!(PlanId::parse(bad), None, "{bad}");
        }
    }
}
