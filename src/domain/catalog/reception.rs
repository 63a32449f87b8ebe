//! What viewers make of titles, how good these are by that, and those who list them by it.

use crate::domain::ids::TitleId;

/// The best that anything is rated, in points.
pub const MOST_POINTS: usize = 10;
/// A point is divided into so many parts.
const PARTS: f64 = 1000.0;
/// [`MOST_POINTS`] have so many of these parts.
const MOST_PARTS: f64 = 10_000.0;

/// How many profiles like a title, and how many do not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Thumbs {
    pub likes: u64,
    pub dislikes: u64,
}

/// What viewers make of a title. Memory alone knows it: it is counted from what is kept of them, and with a title it is
/// kept nowhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reception {
    pub thumbs: Thumbs,
    /// How many profiles watched it in the last days; 0 also if it is not among those that the most did.
    pub lately: u64,
}

/// How good a title is, from 0 to [`MOST_POINTS`] points, as exact as a thousandth of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rating(u16);

impl Rating {
    /// So many points, to the nearest thousandth; `None` if that is below 0, above [`MOST_POINTS`] or no number.
    pub fn of_points(points: f64) -> Option<Self> {
        let parts = (points * PARTS).round();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number from 0 to 10,000"
        )]
        let parts = (0.0..=MOST_PARTS).contains(&parts).then_some(parts as u16);
        parts.map(Self)
    }

    /// In points, with up to three decimals.
    pub fn points(self) -> f64 {
        f64::from(self.0) / PARTS
    }

    /// In thousandths of a point.
    pub fn parts(self) -> u16 {
        self.0
    }

    /// The number that titles with this rating have where the best comes first; what nobody rates is below all others.
    pub fn number(rating: Option<Self>) -> i64 {
        rating.map_or(-1, |rating| rating.parts().into())
    }

    /// The same where the worst comes first; what nobody rates is above all others.
    pub fn number_from_the_worst(rating: Option<Self>) -> i64 {
        rating.map_or(i64::MAX, |rating| rating.parts().into())
    }
}

/// Somebody who keeps in memory what viewers make of titles, and has to be told.
pub trait ReceptionKeeper: Send + Sync {
    /// The titles that there are, each once.
    fn title_ids(&self) -> Vec<TitleId>;

    /// Takes in the thumbs of these titles, of which those that nothing is said of have none; the same may come again.
    /// Gives those of them that have other thumbs than before, with these.
    fn put_thumbs(
        &self,
        titles: &[TitleId],
        thumbs: &[(TitleId, Thumbs)],
    ) -> Vec<(TitleId, Thumbs)>;

    /// Takes in how many profiles watched each of these titles in the last days; all others nobody has.
    fn put_lately(&self, watched: &[(TitleId, u64)]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_read_as_they_are_shown() {
        for parts in 0..=10_000 {
            assert_eq!(
                Rating::of_points(Rating(parts).points()),
                Some(Rating(parts))
            );
        }
        for wrong in [-0.001, 10.001, f64::NAN, f64::INFINITY] {
            assert_eq!(Rating::of_points(wrong), None);
        }
    }
}
