//! How long films and episodes are, and who says so.

use async_graphql::{Context, Enum};

use crate::domain::catalog;
use crate::domain::watching::{self, Length, Lengths, WatchedItem};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;

/// Who says how long a film or an episode is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "watching::LengthSource")]
pub(crate) enum DurationSource {
    /// The catalogue, of this very film or episode.
    Catalogue,
    /// The players of those who watched it: most of them measured this.
    Players,
    /// The catalogue, of the series: its episodes are usually as long as this.
    Usual,
}

/// The length of a film.
pub(super) async fn of_film(ctx: &Context<'_>, film: &catalog::Title) -> Result<Option<Length>> {
    let lengths = Lengths::new(film.duration, None);
    known(ctx, WatchedItem::Film(film.id), lengths).await
}

/// The length of an episode. The series is looked up only if nobody knows better.
pub(super) async fn of_episode(
    ctx: &Context<'_>,
    episode: &catalog::Episode,
) -> Result<Option<Length>> {
    let lengths = Lengths::new(episode.duration, None);
    let item = WatchedItem::Episode(episode.id);
    if let Some(length) = known(ctx, item, lengths).await? {
        return Ok(Some(length));
    }
    let series = ctx.personal().titles.find(episode.series).await?;
    let usual = series.and_then(|series| series.episode_duration);
    Ok(Lengths::new(None, usual).known(None))
}

async fn known(ctx: &Context<'_>, item: WatchedItem, lengths: Lengths) -> Result<Option<Length>> {
    if lengths.catalogue.is_some() {
        return Ok(lengths.known(None));
    }
    let measured = ctx.personal().measured.find(item).await?;
    Ok(lengths.known(measured.as_deref()))
}

/// A length in whole seconds.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and the seconds of a day, or from whole ones"
)]
pub(super) fn seconds(length: Length) -> u32 {
    length.seconds.round() as u32
}
