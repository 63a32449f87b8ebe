//! Taking back what rows brought, but for what others say.

use std::collections::{BTreeMap, HashSet};

use super::error::ImportError;
use super::import::{Does, Import, ImportRow};
use super::service::{ImportService, Scope};
use crate::domain::catalog::Visibility;
use crate::domain::ids::{PlayId, ProfileId, TitleId};
use crate::domain::watching::{Brought, Play, WatchedItem};

impl ImportService {
    /// Takes back what rows brought, but for what others say. Of a row alone, whoever asks for it writes what the row is
    /// then: until that is done it still says what it brought, so that it can be taken back again. Idempotent.
    pub(super) async fn take_back_rows(
        &self,
        import: &Import,
        mut rows: Vec<ImportRow>,
        scope: Scope,
    ) -> Result<(), ImportError> {
        rows.retain(|row| row.effect.is_some());
        let effects = rows.iter().filter_map(|row| row.effect.as_ref());
        let own = effects.filter(|effect| effect.is_own);
        let own: Vec<Does> = own.map(|effect| effect.does).collect();
        let said = self.said_by_others(import, &rows, &own, scope).await?;
        let gone: Vec<Does> = own
            .into_iter()
            .filter(|does| !said.contains(&does.key()))
            .collect();
        let left = self.left_undated(import, &rows, &gone, scope).await?;
        let mut by_title: BTreeMap<TitleId, Brought> = BTreeMap::new();
        let mut listed = Vec::new();
        for does in gone {
            let title = does.title();
            if let Does::List { title } = does {
                listed.push(title);
                continue;
            }
            let brought = by_title.entry(title);
            let brought = brought.or_insert_with(|| Brought::of(title));
            match does {
                Does::Play { play, .. } => brought.plays.push(play),
                Does::Tell { item, .. } => brought.items.push(item),
                Does::Like { liked, .. } => brought.liked = Some(liked),
                Does::List { .. } => {}
            }
        }
        let brought = by_title.into_values().collect();
        self.watching.take_back(import.profile, brought).await?;
        self.watching
            .take_off_watchlist(import.profile, &listed)
            .await?;
        if !left.is_empty() {
            // What others say stays watched, whoever may see it by now.
            let facts = self.facts(&Visibility::everything(), &rows).await?;
            self.tell(import.profile, left, &facts).await?;
        }
        if scope == Scope::Import {
            for row in &mut rows {
                row.effect = None;
            }
            self.put_rows(import.profile, &rows).await?;
        }
        Ok(())
    }

    /// The keys of these things that others bring, too.
    async fn said_by_others(
        &self,
        import: &Import,
        rows: &[ImportRow],
        does: &[Does],
        scope: Scope,
    ) -> Result<HashSet<String>, ImportError> {
        let keys: Vec<String> = does.iter().map(|does| does.key()).collect();
        if scope == Scope::Import {
            let claims = self.ports.store.claims(import.profile, &keys).await?;
            let others = claims.into_iter().filter(|(_, id)| *id != import.id);
            return Ok(others.map(|(key, _)| key).collect());
        }
        let mut said = HashSet::new();
        for key in keys {
            // One of them may be the row itself.
            let most = rows.len() + 1;
            let keys = std::slice::from_ref(&key);
            let found = self.ports.store.rows_that_bring(import.profile, keys, most);
            let found = found.await?;
            let is_another = |found: &ImportRow| {
                let is_it =
                    |row: &ImportRow| (found.import, found.number) == (row.import, row.number);
                !rows.iter().any(is_it)
            };
            if found.iter().any(is_another) {
                said.insert(key);
            }
        }
        Ok(said)
    }

    /// Of what was played by these things that go, what others say to be watched without a day: nobody said that while it
    /// was played. What the viewer deleted, or said not to be watched, is not among it.
    async fn left_undated(
        &self,
        import: &Import,
        rows: &[ImportRow],
        gone: &[Does],
        scope: Scope,
    ) -> Result<Vec<(TitleId, WatchedItem)>, ImportError> {
        let profile = import.profile;
        let played = rows.iter().filter_map(|row| {
            let does = row.effect.as_ref()?.does;
            let Does::Play { title, play } = does else {
                return None;
            };
            let item = row.found?.is.item;
            gone.contains(&does).then_some((title, item, play))
        });
        let mut played: Vec<_> = played.collect();
        if played.is_empty() {
            return Ok(Vec::new());
        }
        let tells = played.iter().map(|(title, item, _)| Does::Tell {
            title: *title,
            item: *item,
        });
        let tells: Vec<Does> = tells.collect();
        let said = self.said_by_others(import, &[], &tells, scope).await?;
        played.retain(|(title, item, _)| {
            let (title, item) = (*title, *item);
            said.contains(&Does::Tell { title, item }.key())
        });
        let names: Vec<_> = played.iter().map(|(.., play)| *play).collect();
        let there = self.watching.named_plays(profile, &names).await?;
        let deleted = |play: &&Play| play.is_deleted() && !play.is_undone();
        let deleted: HashSet<_> = there.iter().filter(deleted).map(|play| play.id).collect();
        played.retain(|(.., play)| !deleted.contains(play));
        let unwatched = self.unwatched(profile, &played).await?;
        let left = played.into_iter().map(|(title, item, _)| (title, item));
        Ok(left.filter(|(_, item)| !unwatched.contains(item)).collect())
    }

    /// Which of these items the viewer said not to be watched.
    async fn unwatched(
        &self,
        profile: ProfileId,
        played: &[(TitleId, WatchedItem, PlayId)],
    ) -> Result<HashSet<WatchedItem>, ImportError> {
        let items: Vec<WatchedItem> = played.iter().map(|(_, item, _)| *item).collect();
        let states = self.watching.states(profile, &items).await?;
        let unwatched = states.into_iter().filter(|state| {
            let said = state.told;
            said.is_some_and(|said| !said.is_watched())
        });
        Ok(unwatched.map(|state| state.item).collect())
    }
}
