//! Writing a batch of records of episodes: over those that are at their places.

use std::collections::{HashMap, HashSet};

use super::episode_drafts;
use super::episodes::EpisodeRecord;
use super::named::deleted;
use super::options::{LoadError, LoadMode};
use super::problem::Problem;
use super::records::Placed;
use super::resolve;
use super::run::Run;
use super::summary::Tally;
use super::write::{nobody, of_merged};
use crate::domain::catalog::{CatalogBatch, Episode, EpisodePlace, Title, TitleKind};
use crate::domain::ids::{EpisodeId, PersonId, TitleId};

/// Why no episode is made at a place.
const GONE: &str = "names an episode that was moved to another series, whose slug is to be given, or was merged or deleted by hand";

impl Run<'_> {
    pub(super) async fn write_episodes(
        &mut self,
        records: Vec<Placed<EpisodeRecord>>,
    ) -> Result<(), LoadError> {
        let mut records = self.without_repeats(records, |record| {
            let location = format!(
                "episode {} {} {}",
                record.series, record.season, record.number
            );
            ("episodes", location)
        });
        let series = self
            .titles_of(records.iter().map(|(_, record)| record.series.clone()))
            .await?;
        self.read_stills(&mut records, &series).await?;
        let sound = self.of_sound_series(&records, &series);
        self.write_records(&sound, async |run, sound| {
            let catalog = &run.service.catalog;
            let now = run.service.clock.now();
            let places: Vec<EpisodePlace> = sound.iter().map(place_of).collect();
            let at = catalog.episodes_at(&places).await?;
            let ids: Vec<EpisodeId> = places.iter().map(|place| at.id(*place)).collect();
            let stored = resolve::episodes(catalog, &ids).await?;
            let standing = run.standing(&stored).await?;
            let mut people = resolve::people(
                catalog,
                sound.iter().flat_map(|(_, (_, record))| record.credits()),
                now,
            )
            .await?;
            let credits = sound.iter().flat_map(|(_, (_, record))| record.credits());
            run.add_unwritten(&mut people, credits);
            let mut tally = Tally::default();
            let mut episodes = Vec::new();
            let (mut contradictions, mut changed) = (Vec::new(), Vec::new());
            let (mut kept, mut revisions) = (Vec::new(), Vec::new());
            let mut left_out = Vec::new();
            let ids = ids.iter().zip(&places);
            for ((id, place), (line, (series, record))) in ids.zip(sound) {
                if at.is_gone(*place) {
                    contradictions.push((*line, Problem::new("episode", GONE)));
                    continue;
                }
                // All people were written before: nobody comes any more.
                let unknown = record
                    .credits_by_field()
                    .find(|(_, credit)| people.is_nobody(&credit.person));
                if let Some((field, credit)) = unknown {
                    contradictions.push((*line, nobody(field, &credit.person.slug())));
                    continue;
                }
                let gone = record.credits_by_field();
                let gone = gone.filter(|(_, credit)| people.deleted.contains(&credit.person));
                let gone = gone.map(|(field, credit)| deleted(field, credit.person.slug()));
                left_out.extend(gone.map(|warning| (*line, warning)));
                let (stored, people) = (stored.get(id), &people.ids);
                match episode_drafts::draft(record, *series, stored, run.manner, people, now) {
                    Ok(draft) => {
                        let (draft, held) = draft.holding(stored, &standing);
                        kept.push((*line, held));
                        run.note_guesses(*line, draft.node());
                        revisions.extend(draft.revision(stored, &run.writer));
                        if run.mode == LoadMode::DryRun {
                            run.unwritten_episodes.insert(*id);
                            let of = || {
                                let EpisodeRecord { series, season, .. } = record;
                                format!("{series} {season}×{}", record.number)
                            };
                            changed.extend(draft.changed(*line, stored, of));
                        }
                        episodes.extend(tally.count(draft));
                    }
                    Err(problem) => contradictions.push((*line, problem)),
                }
            }
            let (episodes, overviews) = episode_drafts::parted(episodes);
            let mut new_people = people.new;
            // Who is new by a record that was refused, or in a locked field, is nobody.
            let named = episodes.iter().flat_map(Episode::all_credits);
            let named: HashSet<PersonId> = named.map(|credit| credit.person).collect();
            new_people.retain(|person| named.contains(&person.id));
            let batch = CatalogBatch {
                episodes,
                overviews,
                people: new_people,
                ..CatalogBatch::default()
            };
            run.tell_changed_episodes(&changed, &batch).await?;
            run.put(batch, revisions).await?;
            run.warn_of_held(kept);
            for (line, warning) in left_out {
                run.warn(line, &warning);
            }
            for (line, problem) in contradictions {
                run.refuse(line, &problem);
            }
            run.tally("episodes", &tally);
            Ok(())
        })
        .await
    }

    /// Those of these records whose series is there, with it; the others are refused.
    fn of_sound_series<'r>(
        &mut self,
        records: &'r [Placed<EpisodeRecord>],
        series: &HashMap<String, Title>,
    ) -> Vec<Placed<(TitleId, &'r EpisodeRecord)>> {
        let mut sound = Vec::new();
        for (line, record) in records {
            match series.get(&record.series) {
                Some(title) if title.leads_to().is_some() => {
                    self.refuse(*line, &of_merged("series", &record.series));
                }
                Some(title) if title.kind == TitleKind::Series => {
                    sound.push((*line, (title.id, record)));
                }
                Some(_) => self.refuse(
                    *line,
                    &Problem::new("series", format!("“{}” is a film", record.series)),
                ),
                None => self.refuse(
                    *line,
                    &Problem::new("series", format!("there is no series “{}”", record.series)),
                ),
            }
        }
        sound
    }
}

/// Where the episode of a record is.
fn place_of((_, (series, record)): &Placed<(TitleId, &EpisodeRecord)>) -> EpisodePlace {
    (*series, record.season, record.number)
}
