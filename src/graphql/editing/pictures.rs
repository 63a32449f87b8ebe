//! The mutations that edit pictures: one is added, one goes, or those of a kind are put in order.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::changes::{EditedField, warnings};
use super::errors::split;
use super::titles::{locking, mode};
use crate::domain::catalog::{PictureHash, PictureSubject};
use crate::domain::editing::{
    EditedPictures, NewPicture, PictureChange, PictureEdit, Pictured, Standing,
};
use crate::domain::error::ErrorCode;
use crate::domain::language::LanguageTag;
use crate::domain::loading::PictureOffer;
use crate::domain::viewer::Role;
use crate::graphql::catalog::{Image, ImageKind};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::user_error::UserError;

/// Editing pictures by hand.
#[derive(Default)]
pub(crate) struct PictureMutation;

/// Editing pictures by hand.
#[Object]
impl PictureMutation {
    /// Adds a picture to a film, a series, a season, an episode, a person or a collection: one that was sent to `POST /pictures`, or that
    /// is read on the web. It is kept as one that a record names. One that is there already gets the language that is said.
    /// For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn add_picture(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which picture, and what it is of.")] input: AddPictureInput,
    ) -> Result<PicturesPayload> {
        let new = match input.read() {
            Ok(new) => new,
            Err(error) => return Ok(PicturesPayload::refused(vec![error])),
        };
        let edit = PictureEdit {
            of: pictured(&input.of),
            kind: input.kind.into(),
            change: PictureChange::Add(new),
            base: input.base_revision,
            mode: mode(input.dry_run),
            locking: locking(ctx, input.lock),
        };
        answer(ctx, &edit).await
    }

    /// Takes a picture away from what it is of. Its bytes stay until a sweep, so that `revertRevisions` brings it back. For
    /// curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn remove_picture(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which picture, and what it is of.")] input: RemovePictureInput,
    ) -> Result<PicturesPayload> {
        let edit = PictureEdit {
            of: pictured(&input.of),
            kind: input.kind.into(),
            change: PictureChange::Remove(PictureHash::parse(&input.picture)),
            base: input.base_revision,
            mode: mode(input.dry_run),
            locking: locking(ctx, input.lock),
        };
        answer(ctx, &edit).await
    }

    /// Says which pictures of a kind stay, and in which order: of those in one language the first is shown. The others of
    /// the kind go. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn set_pictures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which pictures, and what they are of.")] input: SetPicturesInput,
    ) -> Result<PicturesPayload> {
        let hashes = input.pictures.iter().map(|id| PictureHash::parse(id));
        let edit = PictureEdit {
            of: pictured(&input.of),
            kind: input.kind.into(),
            change: PictureChange::Set(hashes.collect()),
            base: input.base_revision,
            mode: mode(input.dry_run),
            locking: locking(ctx, input.lock),
        };
        answer(ctx, &edit).await
    }
}

/// A picture that is added.
#[derive(InputObject)]
struct AddPictureInput {
    /// The global id of the film, series, season, episode, person or collection that gets it.
    of: ID,
    /// What it is for: of an episode `STILL`, of a person `PORTRAIT`, of all else one of the others.
    kind: ImageKind,
    /// The `id` that `POST /pictures` answered, at most a day ago, or the `pictureId` of one that is shown. Either this or
    /// `url`.
    upload: Option<ID>,
    /// The address of a picture on the web, which is read once, now, by the rules of `REELGRAPH_PICTURE_URLS`; at most 2000
    /// characters. Either this or `upload`.
    url: Option<String>,
    /// The language of what is written on it, as a BCP 47 tag such as `de` or `pt-BR`; null if nothing is.
    language: Option<String>,
    /// Whether it is shown before the others of its kind and language; otherwise after them.
    #[graphql(default = false)]
    at_front: bool,
    /// The `revision` that the curator has seen, of a season that of its series: `STALE_REVISION` if it was changed since.
    /// Left out: the picture is added whatever was changed.
    base_revision: Option<u64>,
    /// Whether the pictures are locked with it, so that no load changes them. Those of a collection are held by the order of
    /// sources alone (`sourcePrecedence`).
    /// If left out, as the site has it (`site { editsLock }`): usually they are.
    lock: Option<bool>,
    /// Whether it is only said what would be changed. The picture is read all the same, and not kept.
    #[graphql(default = false)]
    dry_run: bool,
}

/// A picture that is taken away.
#[derive(InputObject)]
struct RemovePictureInput {
    /// The global id of the film, series, season, episode, person or collection that has it.
    of: ID,
    /// What it is for: the same picture may be there for something else, too.
    kind: ImageKind,
    /// The `pictureId` of the picture; `NOT_FOUND` if it has none such of the kind.
    picture: ID,
    /// The `revision` that the curator has seen, of a season that of its series: `STALE_REVISION` if it was changed since.
    /// Left out: the picture goes whatever was changed.
    base_revision: Option<u64>,
    /// Whether the pictures are locked with it, so that no load changes them. Those of a collection are held by the order of
    /// sources alone (`sourcePrecedence`).
    /// If left out, as the site has it (`site { editsLock }`): usually they are.
    lock: Option<bool>,
    /// Whether it is only said what would be changed.
    #[graphql(default = false)]
    dry_run: bool,
}

/// The pictures of a kind as they are to be.
#[derive(InputObject)]
struct SetPicturesInput {
    /// The global id of the film, series, season, episode, person or collection that has them.
    of: ID,
    /// What they are for; pictures of other kinds stay as they are.
    kind: ImageKind,
    /// The `pictureId` of each that stays, in the order in which they are shown; at most 20, each once. None: all of the
    /// kind go.
    pictures: Vec<ID>,
    /// The `revision` that the curator has seen, of a season that of its series: `STALE_REVISION` if it was changed since.
    /// Left out: the pictures are set whatever was changed.
    base_revision: Option<u64>,
    /// Whether the pictures are locked with it, so that no load changes them. Those of a collection are held by the order of
    /// sources alone (`sourcePrecedence`).
    /// If left out, as the site has it (`site { editsLock }`): usually they are.
    lock: Option<bool>,
    /// Whether it is only said what would be changed.
    #[graphql(default = false)]
    dry_run: bool,
}

impl AddPictureInput {
    /// The picture, or what is wrong with what is said of it.
    fn read(&self) -> std::result::Result<NewPicture, UserError> {
        let offer = match (&self.upload, &self.url) {
            (Some(id), None) => {
                let Some(hash) = PictureHash::parse(id) else {
                    let message = "`upload` is no id of a picture that was sent";
                    return Err(UserError::input(ErrorCode::NotFound, "upload", message));
                };
                PictureOffer::Sent(hash)
            }
            (None, Some(url)) => PictureOffer::Web(url.clone()),
            (None, None) | (Some(_), Some(_)) => {
                let message = "give either `upload` or `url`";
                return Err(UserError::input(ErrorCode::Invalid, "upload", message));
            }
        };
        let language = match &self.language {
            None => None,
            Some(text) => Some(LanguageTag::parse(text).ok_or_else(|| {
                let message = "`language` is no BCP 47 tag such as “de” or “pt-BR”";
                UserError::input(ErrorCode::Invalid, "language", message)
            })?),
        };
        Ok(NewPicture {
            offer,
            language,
            standing: if self.at_front {
                Standing::First
            } else {
                Standing::Last
            },
        })
    }
}

/// What of the catalogue a global id names that has pictures.
fn pictured(id: &ID) -> Option<Pictured> {
    match GlobalId::decode(id)? {
        GlobalId::Film(id) | GlobalId::Series(id) => Some(Pictured::Title(id)),
        GlobalId::Season(id) => Some(Pictured::Season(id)),
        GlobalId::Episode(id) => Some(Pictured::Episode(id)),
        GlobalId::Person(id) => Some(Pictured::Person(id)),
        GlobalId::Collection(id) => Some(Pictured::Collection(id)),
        _ => None,
    }
}

async fn answer(ctx: &Context<'_>, edit: &PictureEdit) -> Result<PicturesPayload> {
    let viewer = ctx.known_viewer()?;
    let (visibility, editing) = (ctx.visibility(), &ctx.services().editing);
    let edited = editing.edit_pictures(&visibility, &viewer, edit).await;
    let (edited, user_errors) = split(edited, &["of"])?;
    Ok(match edited {
        Some(edited) => PicturesPayload::of(edited),
        None => PicturesPayload::refused(user_errors),
    })
}

/// What an edit of pictures led to.
#[derive(SimpleObject)]
pub(crate) struct PicturesPayload {
    /// All pictures that it was given, as they are now, by kind and language, at most 20; after a dry run as they would be,
    /// and what is new lies at its address only once it is added. Empty if the edit was refused.
    images: Vec<Image>,
    /// The revision of what has them, as the next `baseRevision`, of a season that of its series; after a dry run as it
    /// was. Null if the edit was refused.
    revision: Option<u64>,
    /// What is other than before, or would be.
    changes: Vec<EditedField>,
    /// What a curator may want to look at although it was done, in sentences.
    warnings: Vec<String>,
    /// What the changes have in common, as a UUID: `revisions` lists them, `revertRevisions` takes them back. Null if
    /// nothing was written.
    run: Option<String>,
    /// What a person can put right: an `of` or a picture that is not there, a `kind` that it has none of, an `upload` or a
    /// `url` of what cannot be read, a `baseRevision` that is stale. Then nothing was changed.
    pub(crate) user_errors: Vec<UserError>,
}

impl PicturesPayload {
    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            images: Vec::new(),
            revision: None,
            changes: Vec::new(),
            warnings: Vec::new(),
            run: None,
            user_errors,
        }
    }

    fn of(edited: EditedPictures) -> Self {
        let subject = match edited.of {
            Pictured::Title(id) => PictureSubject::Title(id),
            Pictured::Season(season) => PictureSubject::Title(season.series),
            Pictured::Episode(id) => PictureSubject::Episode(id),
            Pictured::Person(id) => PictureSubject::Person(id),
            Pictured::Collection(id) => PictureSubject::Collection(id),
        };
        let pictures = edited.pictures.into_iter();
        let images = pictures.map(|kept| Image::Stored(subject, kept.picture));
        Self {
            images: images.collect(),
            revision: Some(edited.revision),
            changes: EditedField::list(&edited.differences),
            warnings: warnings(&edited.noticed),
            run: edited.run.map(|run| run.to_string()),
            user_errors: Vec::new(),
        }
    }
}
