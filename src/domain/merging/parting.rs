//! Parting what was taken for one title and is two: what is named goes to a new one. Of a series whole episodes go, with all
//! that profiles have of them, in the way of episodes that go back when a merge is undone.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::error::MergeError;
use super::series::{ToldEpisode, moved, put_changed};
use super::service::{MergeService, curator, retried};
use super::types::{MOST_EPISODES, Parted, Parting};
use crate::domain::catalog::{
    CatalogNode, Credit, DocumentFields, MergeStep, TITLE_FIELDS, Title, TitleKind, TitleMerge,
    Visibility, Writer,
};
use crate::domain::editing::{Part, Place, Refused, TitleCreation};
use crate::domain::error::{ErrorCode, StoreError};
use crate::domain::ids::{EpisodeId, PersonId, TitleId};
use crate::domain::loading::{
    LoadMode, Problem, batch_of, blank_title, check_lists, with_added, without_removed,
};
use crate::domain::viewer::KnownViewer;

impl MergeService {
    /// Makes a new title of what is named of one that may be seen, or says what that would do. What was watched of a film
    /// stays with it, and so do thumbs and lists.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn part_title(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        parting: &Parting,
        mode: LoadMode,
    ) -> Result<Parted, MergeError> {
        let writer = curator(viewer)?;
        retried(|| self.try_part(visibility, &writer, parting, mode)).await
    }

    async fn try_part(
        &self,
        visibility: &Visibility,
        writer: &Writer,
        parting: &Parting,
        mode: LoadMode,
    ) -> Result<Parted, MergeError> {
        let ids: Vec<TitleId> = parting.title.id.into_iter().collect();
        let found = self.ports.catalog.titles(visibility, &ids).await?.pop();
        let title = found.ok_or(MergeError::TitleNotFound)?;
        self.check("id", &parting.title, &title).await?;
        let now = self.ports.clock.now();
        let goes = goes_with(&title, parting, now)?;
        let episodes = self.episodes_parted(&title, parting).await?;
        let creation = TitleCreation {
            kind: title.kind,
            ..parting.creation.clone()
        };
        let laid = self.ports.editing.lay_new_title(&creation).await?;
        let made = with_added(laid.title, goes.clone());
        check_lists(&made).map_err(too_long)?;
        let merge = TitleMerge {
            id: writer.run,
            into: title.id,
            // What profiles have of its episodes is brought to it.
            step: MergeStep::Undoing,
            since: now,
            was: made.publication.state,
            episode: None,
        };
        let made = Title {
            season_pictures: goes.season_pictures.clone(),
            merge: Some(merge).filter(|_| !episodes.is_empty()),
            ..made
        };
        let stays = title.season_pictures.iter();
        let stays = stays.filter(|it| !parting.seasons.contains(&it.season));
        let rest = Title {
            season_pictures: stays.cloned().collect(),
            stamp: title.stamp.next(now),
            ..without_removed(Title::clone(&title), &goes)
        };
        let differences = self.differences(&title, &rest).await?;
        let before = DocumentFields::of(&*title);
        let changes = before.changes(&DocumentFields::of(&rest), &TITLE_FIELDS);
        let mut batch = batch_of(vec![made.clone(), rest.clone()], laid.new);
        let revision = writer.changed(CatalogNode::Title(rest.id), rest.stamp, changes);
        batch.revisions.push(revision);
        for episode in &episodes {
            let gone = moved(writer, episode, made.id);
            put_changed(&mut batch, writer, episode, gone, now);
        }
        let mut noticed = laid.noticed;
        let old: &Title = &title;
        let rules = self.part_rules((old, &made), &episodes, mode);
        noticed.extend(rules.await?);
        let run = self.write(mode, batch, writer).await?;
        Ok(Parted {
            title: if run.is_some() { Arc::new(rest) } else { title },
            differences,
            new: Arc::new(made),
            new_differences: laid.differences,
            noticed,
            moved_episodes: episodes.len(),
            run,
        })
    }

    /// The episodes that go, of a series some.
    async fn episodes_parted(
        &self,
        title: &Title,
        parting: &Parting,
    ) -> Result<Vec<ToldEpisode>, MergeError> {
        if title.kind == TitleKind::Film {
            let is_of_series = !parting.seasons.is_empty() || !parting.episodes.is_empty();
            return if is_of_series {
                Err(MergeError::NoSeries)
            } else {
                Ok(Vec::new())
            };
        }
        let own = self.told_episodes(&[title.id], usize::MAX).await?;
        let own = own.unwrap_or_default();
        for (place, season) in (1..).zip(&parting.seasons) {
            if !own.iter().any(|(episode, _)| episode.season == *season) {
                return Err(MergeError::SeasonNotFound { place });
            }
        }
        let known: HashSet<EpisodeId> = own.iter().map(|(episode, _)| episode.id).collect();
        let mut named: HashSet<EpisodeId> = HashSet::new();
        for (place, episode) in (1..).zip(&parting.episodes) {
            let episode = episode.filter(|id| known.contains(id));
            named.insert(episode.ok_or(MergeError::EpisodeNotFound { place })?);
        }
        let goes = |episode: &ToldEpisode| {
            parting.seasons.contains(&episode.0.season) || named.contains(&episode.0.id)
        };
        let going: Vec<ToldEpisode> = own.into_iter().filter(goes).collect();
        if going.is_empty() {
            return Err(MergeError::NoEpisodes);
        }
        if going.len() > MOST_EPISODES {
            return Err(MergeError::TooManyMoved);
        }
        Ok(going)
    }
}

/// A title with nothing but what goes from one in its lists.
fn goes_with(title: &Title, parting: &Parting, now: DateTime<Utc>) -> Result<Title, MergeError> {
    for (place, id) in (1..).zip(&parting.external_ids) {
        if !title.external_ids.contains(id) {
            return Err(MergeError::ExternalIdNotFound { place });
        }
    }
    let mut people: HashSet<PersonId> = HashSet::new();
    for (place, person) in (1..).zip(&parting.people) {
        let is_credited = |id: &PersonId| title.all_credits().any(|it| it.person == *id);
        let person = person.filter(is_credited);
        people.insert(person.ok_or(MergeError::PersonNotFound { place })?);
    }
    let of_people = |credits: &[Credit]| -> Vec<Credit> {
        let credits = credits.iter();
        let go = credits.filter(|credit| people.contains(&credit.person));
        go.cloned().collect()
    };
    let seasons = title.season_pictures.iter();
    let seasons = seasons.filter(|it| parting.seasons.contains(&it.season));
    let ids = title.external_ids.iter();
    let ids = ids.filter(|id| parting.external_ids.contains(id));
    let blank = blank_title(title.kind, &title.slug, now);
    Ok(Title {
        credits: of_people(&title.credits),
        crew: of_people(&title.crew),
        external_ids: ids.cloned().collect(),
        season_pictures: seasons.cloned().collect(),
        ..blank.map_err(|problem| StoreError::failed(problem.reason))?
    })
}

/// That the new title would have too much in a list, with what goes to it.
fn too_long(problem: Problem) -> MergeError {
    let refused = Refused {
        code: ErrorCode::OutOfRange,
        place: Place::Field(Part::Set, problem.field),
        reason: problem.reason,
        allowed: problem.allowed,
        changed: Vec::new(),
    };
    MergeError::Editing(refused.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::catalog::{CreditRole, ExternalId};
    use crate::domain::editing::{Locking, NamedTitle, Patch};

    fn parting(people: &[u64], ids: &[(&str, &str)]) -> Parting {
        Parting {
            title: NamedTitle {
                id: None,
                base: None,
            },
            creation: TitleCreation {
                kind: TitleKind::Film,
                slug: None,
                patch: Patch::default(),
                mode: LoadMode::Write,
                locking: Locking::Leave,
                key: None,
            },
            seasons: Vec::new(),
            episodes: Vec::new(),
            people: people.iter().map(|id| Some(PersonId(*id))).collect(),
            external_ids: ids
                .iter()
                .map(|(provider, id)| id_of(provider, id))
                .collect(),
        }
    }

    fn id_of(provider: &str, value: &str) -> ExternalId {
        serde_json::from_value(json!({ "provider": provider, "value": value })).unwrap()
    }

    #[test]
    fn what_is_named_goes_and_what_is_not_there_is_told() {
        let at = DateTime::UNIX_EPOCH;
        let mut title = blank_title(TitleKind::Film, "heat", at).unwrap();
        title.tags = vec!["Heist".to_owned()];
        title.external_ids = vec![id_of("imdb", "tt1"), id_of("tmdb", "2")];
        title.crew = [(1, 0), (2, 1)]
            .map(|(person, order)| Credit {
                person: PersonId(person),
                role: CreditRole::Writer,
                character: None,
                order,
            })
            .to_vec();

        let goes = goes_with(&title, &parting(&[2], &[("tmdb", "2")]), at).unwrap();
        let left = without_removed(title.clone(), &goes);

        assert_eq!(goes.external_ids, [id_of("tmdb", "2")]);
        assert_eq!(goes.crew, title.crew[1..]);
        assert_eq!(left.external_ids, [id_of("imdb", "tt1")]);
        assert_eq!(
            (left.crew, left.tags),
            (title.crew[..1].to_vec(), title.tags.clone())
        );
        let missing = goes_with(&title, &parting(&[1, 9], &[]), at);
        assert!(matches!(
            missing,
            Err(MergeError::PersonNotFound { place: 2 })
        ));
        let missing = goes_with(&title, &parting(&[], &[("tmdb", "3")]), at);
        assert!(matches!(
            missing,
            Err(MergeError::ExternalIdNotFound { place: 1 })
        ));
    }
}
