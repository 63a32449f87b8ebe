//! Plans, as the schema shows them.

use async_graphql::{Enum, Object, SimpleObject};

use crate::domain::membership;

/// What the interval of a plan is counted in.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "membership::IntervalUnit")]
enum IntervalUnit {
    /// From a day to the next.
    Day,
    /// From a day to the seventh after it.
    Week,
    /// From a day to that of the next month.
    Month,
    /// From a day to that of the next year.
    Year,
}

/// What a plan costs, without any rounding.
#[derive(SimpleObject)]
struct Price {
    /// In the smallest unit of the currency: 499 are €4.99, or ¥499.
    minor_units: u32,
    /// The currency by its code of ISO 4217, for instance `EUR`.
    currency: String,
}

/// For how long a plan is paid at once.
#[derive(SimpleObject)]
struct Interval {
    /// What it is counted in, for instance months.
    unit: IntervalUnit,
    /// How many of them, from 1.
    count: u8,
}

/// A plan that was read, as the schema shows it.
pub(crate) struct Plan(pub(super) membership::Plan);

/// Something that the site sells: whoever has it may play what it opens.
#[Object]
impl Plan {
    /// What it is called by programs: lower-case letters, digits and hyphens, unique among all plans.
    async fn slug(&self) -> &str {
        self.0.id.as_str()
    }

    /// What it is called, for people.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What one interval of it costs.
    async fn price(&self) -> Price {
        Price {
            minor_units: self.0.price.minor_units,
            currency: self.0.price.currency.clone(),
        }
    }

    /// For how long the price is.
    async fn interval(&self) -> Interval {
        Interval {
            unit: self.0.interval.unit.into(),
            count: self.0.interval.count,
        }
    }

    /// How many days at the beginning cost nothing; 0: none.
    async fn trial_days(&self) -> u16 {
        self.0.trial_days
    }
}
