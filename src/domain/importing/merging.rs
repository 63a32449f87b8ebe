//! Telling that a watch that a row brings is one that is there already, by another name.

use std::collections::{HashMap, HashSet};

use super::bringing::{Bringing, Facts, bringing, is_planned};
use super::error::ImportError;
use super::import::{Does, Effect, Merged};
use super::same_watch::{Coming, may_be_one_of, same_plays};
use super::service::ImportService;
use crate::domain::ids::{PlayId, ProfileId, TitleId};
use crate::domain::watching::Play;

/// Of how many plays it is asked at once which rows bring them.
const ASKED: usize = 50;
/// How many rows that bring them are looked at. There are more only if a file repeats itself without end.
const MOST: usize = 2_000;

impl ImportService {
    /// Takes a watch of which only the day is known for the play by moment that it is, and the other way round: that is
    /// what the row brings then, and nothing is played twice.
    pub(super) async fn recognise(
        &self,
        profile: ProfileId,
        all: &mut [Bringing],
    ) -> Result<(), ImportError> {
        let (mut places, mut coming, mut beside) = (Vec::new(), Vec::new(), Vec::new());
        for (place, one) in all.iter().enumerate() {
            let Some(watch) = one.watch.clone() else {
                continue;
            };
            if is_planned(one) {
                beside.push(watch);
                continue;
            }
            places.push(place);
            let known = one.row.effect.as_ref().map(|effect| effect.does);
            let known = known.and_then(|does| match does {
                Does::Play { play, .. } => Some(play),
                Does::Tell { .. } | Does::Like { .. } | Does::List { .. } => None,
            });
            coming.push(Coming { watch, known });
        }
        if coming.is_empty() {
            return Ok(());
        }
        let names: Vec<PlayId> = coming.iter().map(|one| one.watch.play_ref().play).collect();
        let there = self.watching.named_plays(profile, &names).await?;
        // What is there by its own name, or was deleted by that, is that.
        let there = there.into_iter().filter(|play| !play.is_undone());
        let there: HashSet<PlayId> = there.map(|play| play.id).collect();
        let new = names.iter().zip(places.into_iter().zip(coming));
        let new = new
            .filter(|(name, _)| !there.contains(*name))
            .map(|(_, new)| new);
        let (places, coming): (Vec<usize>, Vec<Coming>) = new.unzip();
        let deleted = self.deleted_otherwise(profile, &coming).await?;
        for (place, one) in places.iter().zip(&coming) {
            if let Some(play) = deleted.get(&one.watch.play_ref().play) {
                is_play(&mut all[*place], *play);
            }
        }
        // What the viewer deleted is nothing else either.
        let left = places.into_iter().zip(coming);
        let left = left.filter(|(_, one)| !deleted.contains_key(&one.watch.play_ref().play));
        let (places, coming): (Vec<usize>, Vec<Coming>) = left.unzip();
        let mut titles: Vec<TitleId> = coming.iter().map(|one| one.watch.title).collect();
        titles.sort_unstable();
        titles.dedup();
        let mut plays = self.watching.plays_of_titles(profile, &titles).await?;
        plays.retain(|play| may_be_one_of(&coming, play));
        let taken = self.taken(profile, all, &plays).await?;
        plays.retain(|play| !taken.contains(&play.id));
        let same = same_plays(&coming, &beside, &plays);
        for (place, play) in places.into_iter().zip(same) {
            let Some(play) = play else {
                continue;
            };
            is_play(&mut all[place], play);
        }
        Ok(())
    }

    /// Those of these watches, by their own names, that an import found before to be a play of another name, which the
    /// viewer has deleted since.
    async fn deleted_otherwise(
        &self,
        profile: ProfileId,
        coming: &[Coming],
    ) -> Result<HashMap<PlayId, PlayId>, ImportError> {
        let mut deleted = HashMap::new();
        for coming in coming.chunks(ASKED) {
            let names = coming.iter().map(|one| one.watch.play_ref().play);
            let names: Vec<PlayId> = names.collect();
            let rows = self.ports.store.rows_merged(profile, &names, MOST).await?;
            let merged: Vec<Merged> = rows.iter().filter_map(|row| row.merged).collect();
            if merged.is_empty() {
                continue;
            }
            let plays: Vec<PlayId> = merged.iter().map(|merged| merged.play).collect();
            let plays = self.watching.named_plays(profile, &plays).await?;
            let gone = |play: &&Play| play.is_deleted() && !play.is_undone();
            let gone: HashSet<PlayId> = plays.iter().filter(gone).map(|play| play.id).collect();
            let of_gone = merged.iter().filter(|one| gone.contains(&one.play));
            deleted.extend(of_gone.map(|one| (one.name, one.play)));
        }
        Ok(deleted)
    }

    /// Which of these plays other rows of the same import were found to be: each play is one row by another name, however
    /// many rows lie between.
    async fn taken(
        &self,
        profile: ProfileId,
        all: &[Bringing],
        plays: &[Play],
    ) -> Result<HashSet<PlayId>, ImportError> {
        let mut taken = HashSet::new();
        let Some(import) = all.first().map(|one| one.row.import) else {
            return Ok(taken);
        };
        let own: HashSet<u32> = all.iter().map(|one| one.row.number).collect();
        for plays in plays.chunks(ASKED) {
            let keys = plays.iter().flat_map(|play| {
                let (title, play) = (play.title, play.id);
                let does = Does::Play { title, play };
                [true, false].map(|is_own| Effect { does, is_own }.key())
            });
            let keys: Vec<String> = keys.collect();
            let rows = self.ports.store.rows_that_bring(profile, &keys, MOST);
            for row in rows.await? {
                if row.import != import || own.contains(&row.number) {
                    continue;
                }
                let Some(Does::Play { play, .. }) = row.effect.as_ref().map(|effect| effect.does)
                else {
                    continue;
                };
                let one = bringing(row, &Facts::default()).and_then(|one| one.watch);
                if one.is_some_and(|watch| watch.play_ref().play != play) {
                    taken.insert(play);
                }
            }
        }
        Ok(taken)
    }
}

/// Says that the watch of a row is a play of another name.
fn is_play(one: &mut Bringing, play: PlayId) {
    if let Some(watch) = one.watch.take() {
        let name = watch.play_ref().play;
        one.row.merged = Some(Merged { name, play });
    }
    let title = one.does.title();
    one.does = Does::Play { title, play };
}
