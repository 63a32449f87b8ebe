//! The orders that titles are listed in.

use super::reception::Rating;
use super::types::Title;
use crate::domain::ids::TitleId;
use crate::domain::page::Keyset;
use crate::domain::text;

/// The orders that titles are listed in. Ties are broken by id, ascending, in each of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum TitleOrder {
    /// By [`text::sort_name`], compared byte by byte.
    #[default]
    Name,
    /// The same, from the end.
    NameDescending,
    /// The last added first.
    NewestAdded,
    /// The first added first.
    OldestAdded,
    /// The latest [`release_day`] first, those of unknown year last.
    NewestReleased,
    /// The earliest [`release_day`] first, those of unknown year last.
    OldestReleased,
    /// What the catalogue changed last first.
    RecentlyUpdated,
    /// What the catalogue left alone for the longest time first.
    LeastRecentlyUpdated,
    /// The most watched first.
    Popular,
    /// The least watched first, which is what nobody watched.
    LeastPopular,
    /// The best [rating](Title::rating) first, those that nobody rates last.
    TopRated,
    /// The worst [rating](Title::rating) first, those that nobody rates last.
    LowestRated,
    /// What the most profiles watched in the last days first; see [`super::Reception::lately`].
    Trending,
    /// What the fewest profiles watched in the last days first.
    LeastTrending,
    /// Mixed: as good as any order, and the same for the same seed.
    Random(i32),
}

impl TitleOrder {
    /// Whether it goes by names, and not by a number.
    pub fn is_by_name(self) -> bool {
        matches!(self, Self::Name | Self::NameDescending)
    }

    /// Whether the greatest value comes first.
    pub fn is_descending(self) -> bool {
        match self {
            Self::Name
            | Self::OldestAdded
            | Self::OldestReleased
            | Self::LeastRecentlyUpdated
            | Self::LeastPopular
            | Self::LowestRated
            | Self::LeastTrending
            | Self::Random(_) => false,
            Self::NameDescending
            | Self::NewestAdded
            | Self::NewestReleased
            | Self::RecentlyUpdated
            | Self::Popular
            | Self::TopRated
            | Self::Trending => true,
        }
    }

    /// A title's keyset in this order.
    pub fn keyset(self, title: &Title) -> Keyset {
        let id = title.id.to_i64();
        if self.is_by_name() {
            Keyset::by_text(text::sort_name(&title.name), id)
        } else {
            Keyset::by_number(self.number(title), id)
        }
    }

    /// The number that a title has in this order; 0 in those of names.
    pub fn number(self, title: &Title) -> i64 {
        match self {
            Self::Name | Self::NameDescending => 0,
            Self::NewestAdded | Self::OldestAdded => title.stamp.created_at.timestamp_millis(),
            Self::NewestReleased => release_day(title),
            Self::OldestReleased => match release_day(title) {
                0 => i64::MAX,
                day => day,
            },
            Self::RecentlyUpdated | Self::LeastRecentlyUpdated => {
                title.stamp.updated_at.timestamp_millis()
            }
            Self::Popular | Self::LeastPopular => title.watchers.cast_signed(),
            Self::TopRated => Rating::number(title.rating()),
            Self::LowestRated => Rating::number_from_the_worst(title.rating()),
            Self::Trending | Self::LeastTrending => title.reception.lately.cast_signed(),
            Self::Random(seed) => mixed(seed, title.id),
        }
    }
}

/// The day of the first showing as `YYYYMMDD`, with zeros for what is not known; 0 without a year.
pub fn release_day(title: &Title) -> i64 {
    use chrono::Datelike;
    match (title.premiered, title.year) {
        (Some(day), _) => {
            i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day())
        }
        (None, Some(year)) => i64::from(year) * 10_000,
        (None, None) => 0,
    }
}

/// The place of a title in the mix of a seed: the same on every server and for good, for cursors name it. The finalizer
/// of `SplitMix64` (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014), of the id and the
/// seed.
pub fn mixed(seed: i32, title: TitleId) -> i64 {
    let seed = i64::from(seed).cast_unsigned();
    let mut z = finalized(seed.wrapping_add(0x9e37_79b9_7f4a_7c15)) ^ title.0;
    z = finalized(z.wrapping_add(0x9e37_79b9_7f4a_7c15));
    // One bit less, so that numbers run up as they are compared.
    (z >> 1).cast_signed()
}

fn finalized(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_mixes_in_its_own_way_and_always_so() {
        let order = |seed| {
            let mut ids: Vec<u64> = (1..=200).collect();
            ids.sort_by_key(|id| mixed(seed, TitleId(*id)));
            ids
        };

        assert_eq!(order(7), order(7));
        for (one, other) in [(0, 1), (1, 2), (-1, 1), (i32::MIN, i32::MAX)] {
            let (one, other) = (order(one), order(other));
            let same = one.iter().zip(&other).filter(|(a, b)| a == b).count();
            assert!(same < 20, "{same} of 200 stand at the same place");
        }
    }

    #[test]
    fn every_title_is_as_often_in_the_first_half() {
        let mut first = [0_u32; 20];
        for seed in 0..2_000 {
            let mut ids: Vec<u64> = (0..20).collect();
            ids.sort_by_key(|id| mixed(seed, TitleId(*id)));
            for id in &ids[..10] {
                first[usize::try_from(*id).unwrap()] += 1;
            }
        }

        // Half of 2,000, give or take six times what chance gives.
        assert!(
            first.iter().all(|often| (866..=1134).contains(often)),
            "{first:?}"
        );
    }
}
