//! Which episode comes next (the rule of Jellyfin's `NextUpService`, see there for what it leaves out).

use chrono::NaiveDate;

use crate::domain::catalog::Episode;

/// The first episode after the highest one watched that is not watched itself; the first of all if none was.
///
/// Specials (season 0) take no part, nor do episodes that are still to be shown. `episodes` are those of one series,
/// in order.
pub fn next_episode<'a>(
    episodes: &'a [Episode],
    is_watched: impl Fn(&Episode) -> bool,
    today: NaiveDate,
) -> Option<&'a Episode> {
    let regular = || episodes.iter().filter(|episode| episode.season > 0);
    let highest = regular()
        .filter(|episode| is_watched(episode))
        .map(Episode::place)
        .max();
    regular()
        .filter(|episode| episode.aired.is_none_or(|day| day <= today))
        .filter(|episode| highest.is_none_or(|highest| episode.place() > highest))
        .find(|episode| !is_watched(episode))
}
