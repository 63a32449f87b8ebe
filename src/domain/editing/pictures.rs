//! Editing the pictures of a title, a season, an episode, a person or a collection: one is added, one goes, or those of a
//! kind are put in order. What is added was sent before, or is read on the web.

use std::sync::Arc;

use serde_json::{Value, json};

use super::error::EditError;
use super::picture_kinds::{Pictured, check_kind};
use super::picture_lists::{ListChange, Standing, changed};
use super::refused::{Place, Refused};
use super::rows::Locking;
use super::service::{EditService, curator, retried, revision};
use crate::domain::catalog::{
    CatalogBatch, CatalogNode, Collection, DocumentFields, Episode, KeptPicture, Person,
    PictureHash, PictureKind, SeasonPictures, TakenIn, Texts, Title, TitleKind, Visibility, Writer,
};
use crate::domain::error::ErrorCode;
use crate::domain::ids::{RunId, TitleId};
use crate::domain::language::LanguageTag;
use crate::domain::loading::{
    Difference, LoadMode, MAX_PICTURES_OF_SEASONS, OfferedPicture, PictureOffer, Problem,
    UntakenPicture,
};
use crate::domain::viewer::KnownViewer;

/// An edit of pictures of one kind.
#[derive(Debug, Clone)]
pub struct PictureEdit {
    /// `None`: what names it is no id of anything that has pictures.
    pub of: Option<Pictured>,
    pub kind: PictureKind,
    pub change: PictureChange,
    /// The revision that the curator has seen; `None`: whichever it is of.
    pub base: Option<u64>,
    pub mode: LoadMode,
    pub locking: Locking,
}

/// What is done with pictures. `None` in the place of a hash: what names it is no picture.
#[derive(Debug, Clone)]
pub enum PictureChange {
    Add(NewPicture),
    Remove(Option<PictureHash>),
    /// These stay, in this order, and no others of the kind.
    Set(Vec<Option<PictureHash>>),
}

/// A picture that is to be added.
#[derive(Debug, Clone)]
pub struct NewPicture {
    pub offer: PictureOffer,
    /// The language of what is written on it; `None`: nothing, or nobody says.
    pub language: Option<LanguageTag>,
    pub standing: Standing,
}

/// What became of pictures.
#[derive(Debug)]
pub struct EditedPictures {
    pub of: Pictured,
    /// All that it has now; in a dry run as they would be.
    pub pictures: Vec<KeptPicture>,
    /// The revision of what has them; in a dry run as it was.
    pub revision: u64,
    /// What is other than before, or would be.
    pub differences: Vec<Difference>,
    /// What a curator may want to look at.
    pub noticed: Vec<Problem>,
    /// What the revisions of it have in common; `None`: nothing was written.
    pub run: Option<RunId>,
}

/// What has pictures, as it is stored, with them.
struct Document {
    node: CatalogNode,
    revision: u64,
    stored: Stored,
    pictures: Vec<KeptPicture>,
}

/// A document as it is stored.
enum Stored {
    Title(Arc<Title>),
    Episode(Box<(Episode, Texts)>),
    Person(Box<(Person, Texts)>),
    Collection(Box<Collection>),
}

impl EditService {
    /// Keeps the bytes of a picture for a day at least, in which it can be added.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn keep_picture(
        &self,
        viewer: &KnownViewer,
        bytes: Vec<u8>,
    ) -> Result<TakenIn, EditError> {
        curator(viewer)?;
        let kept = self.load.keep_picture(bytes).await?;
        kept.ok_or_else(|| {
            let reason = "nothing here keeps pictures";
            Refused::new(ErrorCode::Invalid, Place::Subject, reason).into()
        })
    }

    /// Edits the pictures of something that may be seen, or says what that would do.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn edit_pictures(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        edit: &PictureEdit,
    ) -> Result<EditedPictures, EditError> {
        let writer = curator(viewer)?;
        let of = edit.of.ok_or_else(not_there)?;
        check_kind(of, edit.kind)?;
        // Nothing is read or kept for what is not there, or is another by now.
        self.document(visibility, of, edit.base).await?;
        let (change, noticed) = self.prepare(edit).await?;
        let edited = retried(|| self.try_pictures(visibility, &writer, (of, edit), &change));
        Ok(EditedPictures {
            noticed,
            ..edited.await?
        })
    }

    /// What is to be done, with the picture that is added, and what was noticed of it.
    async fn prepare(&self, edit: &PictureEdit) -> Result<(ListChange, Vec<Problem>), EditError> {
        let new = match &edit.change {
            PictureChange::Add(new) => new,
            PictureChange::Remove(Some(hash)) => {
                return Ok((ListChange::Remove(*hash), Vec::new()));
            }
            PictureChange::Remove(None) => {
                let reason = "is no id of a picture";
                return Err(Refused::new(ErrorCode::NotFound, Place::Picture, reason).into());
            }
            PictureChange::Set(hashes) => {
                return Ok((ListChange::Set(hashes.clone()), Vec::new()));
            }
        };
        let (place, field) = match &new.offer {
            PictureOffer::Sent(_) => (Place::Upload, "upload"),
            PictureOffer::Web(_) => (Place::Url, "url"),
        };
        let offered = OfferedPicture {
            kind: edit.kind,
            language: new.language,
            offer: new.offer.clone(),
        };
        let taken_in = self.load.take_in_picture(&offered, edit.mode).await;
        let (picture, warning) = taken_in.map_err(|untaken| match untaken {
            UntakenPicture::Refused(code, reason) => {
                EditError::from(Refused::new(code, place, reason))
            }
            UntakenPicture::Failed(error) => EditError::from(error),
        })?;
        let noticed = warning.map(|reason| Problem {
            field: field.to_owned(),
            reason: reason.to_owned(),
            value: None,
            allowed: None,
        });
        let change = ListChange::Add(picture, new.standing);
        Ok((change, noticed.into_iter().collect()))
    }

    /// What has the pictures, if it may be seen and is of the revision that the curator has seen.
    async fn document(
        &self,
        visibility: &Visibility,
        of: Pictured,
        base: Option<u64>,
    ) -> Result<Document, EditError> {
        let document = match of {
            Pictured::Title(id) => {
                let title = self.title(visibility, id).await?;
                Document {
                    node: CatalogNode::Title(id),
                    revision: title.stamp.revision,
                    pictures: title.pictures.clone(),
                    stored: Stored::Title(title),
                }
            }
            Pictured::Season(season) => {
                let series = self.title(visibility, season.series).await?;
                let of_series = [season.series];
                let seasons = self.catalog.seasons(visibility, &of_series).await?;
                let is_there = seasons.iter().any(|it| it.id == season);
                if series.kind != TitleKind::Series || !is_there {
                    return Err(not_there().into());
                }
                let own = series.pictures_of_season(season.number);
                Document {
                    node: CatalogNode::Title(series.id),
                    revision: series.stamp.revision,
                    pictures: own.unwrap_or_default().to_vec(),
                    stored: Stored::Title(series),
                }
            }
            Pictured::Episode(id) => {
                let stored = self.load.stored_episode(visibility, id).await?;
                let stored = stored.ok_or_else(not_there)?.episode;
                Document {
                    node: CatalogNode::Episode(id),
                    revision: stored.0.stamp.revision,
                    pictures: stored.0.pictures.clone(),
                    stored: Stored::Episode(Box::new(stored)),
                }
            }
            Pictured::Person(id) => {
                let stored = self.load.stored_person(id).await?;
                let stored = stored.ok_or_else(not_there)?;
                Document {
                    node: CatalogNode::Person(id),
                    revision: stored.0.stamp.revision,
                    pictures: stored.0.pictures.clone(),
                    stored: Stored::Person(Box::new(stored)),
                }
            }
            Pictured::Collection(id) => {
                let found = self.catalog.collections(visibility, &[id]).await?;
                let collection = found.into_iter().next().ok_or_else(not_there)?;
                Document {
                    // The other one, of one that was merged.
                    node: CatalogNode::Collection(collection.id),
                    revision: collection.stamp.revision,
                    pictures: collection.pictures.clone(),
                    stored: Stored::Collection(Box::new(collection)),
                }
            }
        };
        let (node, revision) = (document.node, document.revision);
        match self.stale(node, base, revision).await? {
            Some(stale) => Err(stale.into()),
            None => Ok(document),
        }
    }

    async fn title(&self, visibility: &Visibility, id: TitleId) -> Result<Arc<Title>, EditError> {
        let found = self.catalog.titles(visibility, &[id]).await?;
        Ok(found.into_iter().next().ok_or_else(not_there)?)
    }

    async fn try_pictures(
        &self,
        visibility: &Visibility,
        writer: &Writer,
        (of, edit): (Pictured, &PictureEdit),
        change: &ListChange,
    ) -> Result<EditedPictures, EditError> {
        let document = self.document(visibility, of, edit.base).await?;
        let pictures = changed(&document.pictures, edit.kind, change)?;
        let (differences, batch) = self.batch(&document, of, &pictures, edit.locking, writer)?;
        let is_news = !batch.is_empty();
        let run = self.write(edit.mode, batch, writer).await?;
        let run = run.filter(|_| is_news);
        Ok(EditedPictures {
            of,
            pictures,
            revision: document.revision + u64::from(run.is_some()),
            differences,
            noticed: Vec::new(),
            run,
        })
    }

    /// What is other with these pictures, and what writes that: nothing, if the document would say the same.
    fn batch(
        &self,
        document: &Document,
        of: Pictured,
        pictures: &[KeptPicture],
        locking: Locking,
        writer: &Writer,
    ) -> Result<(Vec<Difference>, CatalogBatch), EditError> {
        let now = self.clock.now();
        let mut batch = CatalogBatch::default();
        let (node, is_locking) = (document.node, locking == Locking::Lock);
        let mut differences = Vec::new();
        match &document.stored {
            Stored::Title(stored) => {
                let mut title = Title::clone(stored);
                let field = match of {
                    Pictured::Season(season) => {
                        let seasons = &stored.season_pictures;
                        title.season_pictures = with_season(seasons, season.number, pictures)?;
                        let (before, after) = (json!(seasons), json!(title.season_pictures));
                        differences.extend(difference("seasons", before, after));
                        "seasons"
                    }
                    Pictured::Title(_)
                    | Pictured::Episode(_)
                    | Pictured::Person(_)
                    | Pictured::Collection(_) => {
                        title.pictures = pictures.to_vec();
                        let (before, after) = (json!(stored.pictures), json!(pictures));
                        differences.extend(difference("pictures", before, after));
                        "pictures"
                    }
                };
                let has_news = is_locking && title.locks.lock(field);
                if !differences.is_empty() || has_news {
                    title.stamp = stored.stamp.next(now);
                    let of = (node, title.stamp);
                    let before = DocumentFields::of(&**stored);
                    let after = DocumentFields::of(&title);
                    let revision = revision(writer, of, &differences, &before, &after);
                    batch.revisions.push(revision);
                    batch.titles.push(title);
                }
            }
            Stored::Episode(stored) => {
                let mut after = stored.clone();
                after.0.pictures = pictures.to_vec();
                let (before, now_there) = (json!(stored.0.pictures), json!(pictures));
                differences.extend(difference("still", before, now_there));
                let has_news = is_locking && after.0.locks.lock("still");
                if !differences.is_empty() || has_news {
                    after.0.stamp = stored.0.stamp.next(now);
                    let of = (node, after.0.stamp);
                    let before = DocumentFields::of_episode(stored);
                    let fields = DocumentFields::of_episode(&after);
                    let revision = revision(writer, of, &differences, &before, &fields);
                    batch.revisions.push(revision);
                    batch.episodes.push(after.0);
                }
            }
            Stored::Person(stored) => {
                let mut after = stored.clone();
                after.0.pictures = pictures.to_vec();
                let (before, now_there) = (json!(stored.0.pictures), json!(pictures));
                differences.extend(difference("portrait", before, now_there));
                let has_news = is_locking && after.0.locks.lock("portrait");
                if !differences.is_empty() || has_news {
                    after.0.stamp = stored.0.stamp.next(now);
                    let of = (node, after.0.stamp);
                    let before = DocumentFields::of_person(stored);
                    let fields = DocumentFields::of_person(&after);
                    let revision = revision(writer, of, &differences, &before, &fields);
                    batch.revisions.push(revision);
                    batch.people.push(after.0);
                }
            }
            Stored::Collection(stored) => {
                let (before, now_there) = (json!(stored.pictures), json!(pictures));
                differences.extend(difference("pictures", before, now_there));
                if !differences.is_empty() {
                    let after = Collection {
                        pictures: pictures.to_vec(),
                        stamp: stored.stamp.next(now),
                        ..Collection::clone(stored)
                    };
                    let of = (node, after.stamp);
                    let before = DocumentFields::of(&**stored);
                    let fields = DocumentFields::of(&after);
                    let revision = revision(writer, of, &differences, &before, &fields);
                    batch.revisions.push(revision);
                    batch.collections.push(after);
                }
            }
        }
        Ok((differences, batch))
    }
}

/// What a field says before and after, if that is not the same.
fn difference(field: &'static str, before: Value, after: Value) -> Option<Difference> {
    (before != after).then_some(Difference {
        field,
        before,
        after,
    })
}

/// The pictures of all seasons with these of one.
fn with_season(
    seasons: &[SeasonPictures],
    number: u32,
    pictures: &[KeptPicture],
) -> Result<Vec<SeasonPictures>, Refused> {
    let others = seasons.iter().filter(|it| it.season != number);
    let mut after: Vec<SeasonPictures> = others.cloned().collect();
    if !pictures.is_empty() {
        after.push(SeasonPictures {
            season: number,
            pictures: pictures.to_vec(),
        });
    }
    after.sort_by_key(|it| it.season);
    let count: usize = after.iter().map(|it| it.pictures.len()).sum();
    let before: usize = seasons.iter().map(|it| it.pictures.len()).sum();
    if count > MAX_PICTURES_OF_SEASONS && count > before {
        let reason = format!(
            "is of a series whose seasons have {MAX_PICTURES_OF_SEASONS} pictures, and may have no more: remove one first"
        );
        return Err(Refused::new(ErrorCode::OutOfRange, Place::Subject, reason));
    }
    Ok(after)
}

fn not_there() -> Refused {
    Refused::not_there("film, series, season, episode, person or collection")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalog::{Colour, PictureFormat, StoredPicture};

    fn many(number: usize) -> Vec<KeptPicture> {
        let pictures = (0..number).map(|number| KeptPicture {
            picture: StoredPicture {
                kind: PictureKind::Poster,
                hash: PictureHash::of(&number.to_be_bytes()),
                format: PictureFormat::Png,
                width: 2,
                height: 3,
                blurhash: "00000".to_owned(),
                colour: Colour([0; 3]),
                language: None,
            },
            origin: None,
        });
        pictures.collect()
    }

    #[test]
    fn a_season_is_put_among_the_others_and_goes_with_its_last_picture() {
        let season = |season, number| SeasonPictures {
            season,
            pictures: many(number),
        };
        let seasons = [season(0, 1), season(2, 1)];

        let after = with_season(&seasons, 1, &many(2)).unwrap();
        assert_eq!(after, [season(0, 1), season(1, 2), season(2, 1)]);
        assert_eq!(with_season(&seasons, 2, &[]).unwrap(), [season(0, 1)]);
        let full = [season(1, MAX_PICTURES_OF_SEASONS)];
        let refused = with_season(&full, 2, &many(1)).unwrap_err();
        assert_eq!(refused.code, ErrorCode::OutOfRange);
        assert!(with_season(&full, 1, &many(3)).is_ok());
    }
}
