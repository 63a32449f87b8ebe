//! Anything by its global id.

use std::collections::BTreeMap;

use async_graphql::{Context, ID, Interface, Object};
use futures::future::try_join_all;

use super::accounts::{ApiKey, Profile, Session, User, Viewer};
use super::catalog::{Collection, Episode, Film, Genre, Person, Season, Series, Title};
use super::commenting::Comment;
use super::context::ContextExt;
use super::error::{ApiError, Result};
use super::global_id::{GlobalId, RowId};
use super::importing::{Import, ImportRow, Job};
use super::library::MediaFile;
use super::recommend::{RecommendationRow, RowsFor};
use super::revising::Revision;
use super::site_jobs::SiteJob;
use super::uploading::Upload;
use super::watching::{Play, WatchState};
use crate::domain::catalog::SeasonId;
use crate::domain::error::{Bounds, ErrorCode};
use crate::domain::ids::{ProfileId, TitleId};

/// The most ids that `nodes` takes.
const MOST: usize = 100;

/// Something with a global id, which `node` reads again (the Relay object identification specification).
#[derive(Interface)]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "The global id, which `node` takes: opaque text that stays the same."
))]
pub(crate) enum Node {
    Film(Film),
    Series(Series),
    Season(Season),
    Episode(Episode),
    /// Somebody who is credited with a title.
    Person(Person),
    Genre(Genre),
    /// A collection of films.
    Collection(Collection),
    /// A profile of the viewer's account.
    Profile(Profile),
    /// The viewer's account; for admins any.
    User(User),
    /// A log-in of the viewer's account.
    Session(Session),
    /// A key of the viewer's account.
    ApiKey(ApiKey),
    /// A play of the viewer's profile.
    Play(Play),
    /// Whoever is logged in.
    Viewer(Viewer),
    /// How the viewer's profile, or nobody, stands with a film or an episode.
    WatchState(WatchState),
    /// A row of the page that is made for a profile of the viewer's account.
    RecommendationRow(RecommendationRow),
    /// What the viewer's profile brings from elsewhere.
    Import(Import),
    /// A row of an import of the viewer's profile.
    ImportRow(ImportRow),
    /// Work that the viewer's profile waits for.
    Job(Job),
    /// A change of the catalogue; for curators.
    Revision(Revision),
    /// A file of a library, for curators.
    MediaFile(MediaFile),
    /// A load or a scan of the site, for curators.
    SiteJob(SiteJob),
    /// A file that is uploaded, for its uploader and curators.
    Upload(Upload),
    /// A comment of a title, for whoever may read it.
    Comment(Comment),
}

#[derive(Default)]
pub(crate) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Anything by its global id. What belongs to somebody else does not exist.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id; `NOT_FOUND` if there is nothing with it.")] id: ID,
    ) -> Result<Option<Node>> {
        let node = find_all(ctx, &[id]).await?.pop().flatten();
        node.map(Some).ok_or_else(|| ApiError::not_found("id"))
    }

    /// Several things by their global ids, in the order of the ids; null in the place of an id that names nothing.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global ids, at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > MOST {
            let message = format!("`ids` may have at most {MOST} ids");
            let error = ApiError::argument(ErrorCode::OutOfRange, "ids", message);
            return Err(error.within(Bounds::most(MOST)));
        }
        find_all(ctx, &ids).await
    }
}

/// What the ids name, in their order.
async fn find_all(ctx: &Context<'_>, ids: &[ID]) -> Result<Vec<Option<Node>>> {
    let ids: Vec<Option<GlobalId>> = ids.iter().map(GlobalId::decode).collect();
    let found = try_join_all(ids.iter().map(|id| async move {
        match id {
            Some(id) => find(ctx, *id).await,
            None => Ok(None),
        }
    }));
    let mut found = found.await?;
    // Rows are found together: the page that they are on is made once.
    let mut rows: BTreeMap<Option<ProfileId>, (Vec<usize>, Vec<RowId>)> = BTreeMap::new();
    for (place, id) in ids.iter().enumerate() {
        if let Some(GlobalId::RecommendationRow(id)) = id {
            let (places, of_profile) = rows.entry(id.profile).or_default();
            places.push(place);
            of_profile.push(*id);
        }
    }
    let viewer = ctx.viewer();
    let known = viewer.known();
    for (profile, (places, of_profile)) in rows {
        let rows = match (profile, known) {
            (None, _) => RowsFor::EVERYBODY.find(ctx, &of_profile).await?,
            (Some(profile), Some(viewer)) => {
                Profile::find_rows(ctx, viewer, profile, &of_profile).await?
            }
            (Some(_), None) => continue,
        };
        for (place, row) in places.into_iter().zip(rows) {
            if let Some(node) = found.get_mut(place) {
                *node = row.map(Node::RecommendationRow);
            }
        }
    }
    Ok(found)
}

/// What an id names; of rows, which are found together, nothing.
pub(super) async fn find(ctx: &Context<'_>, id: GlobalId) -> Result<Option<Node>> {
    let (loaders, personal) = (ctx.loaders(), ctx.personal());
    Ok(match id {
        GlobalId::Film(film) => {
            let title = title(ctx, film).await?;
            title.and_then(Title::into_film).map(Node::Film)
        }
        GlobalId::Series(series) => {
            let title = title(ctx, series).await?;
            title.and_then(Title::into_series).map(Node::Series)
        }
        GlobalId::Season(season) => {
            // Of a series that was merged into another, the season of that with the same number.
            let series = personal.titles.find(season.series).await?;
            let series = series.map_or(season.series, |series| series.id);
            let season = SeasonId { series, ..season };
            let seasons = personal.seasons.find(season.series).await?;
            let seasons = seasons.unwrap_or_default();
            let exists = seasons.iter().any(|listed| listed.id == season);
            exists.then_some(Node::Season(Season(season)))
        }
        GlobalId::Episode(episode) => {
            let episode = personal.episodes.find(episode).await?;
            episode.map(|episode| Node::Episode(Episode(episode)))
        }
        GlobalId::Person(person) => {
            let person = personal.people.find(person).await?;
            person.map(|person| Node::Person(Person(person)))
        }
        GlobalId::Genre(genre) => {
            let genre = loaders.genres.find(genre).await?;
            genre.map(|genre| Node::Genre(Genre(genre)))
        }
        GlobalId::Collection(collection) => {
            let collection = Collection::find(ctx, collection).await?;
            collection.map(Node::Collection)
        }
        GlobalId::WatchState(profile, item) => {
            let state = WatchState::find(ctx, profile, item).await?;
            state.map(Node::WatchState)
        }
        GlobalId::Revision(id) => {
            let revision = Revision::find(ctx, ctx.viewer(), id).await?;
            revision.map(Node::Revision)
        }
        GlobalId::Comment(id) => {
            let comment = Comment::find(ctx, id).await?;
            comment.map(Node::Comment)
        }
        GlobalId::RecommendationRow(_) => None,
        GlobalId::Viewer(_)
        | GlobalId::Profile(_)
        | GlobalId::User(_)
        | GlobalId::Session(_)
        | GlobalId::ApiKey(_)
        | GlobalId::Play(_)
        | GlobalId::Import(_)
        | GlobalId::ImportRow(..)
        | GlobalId::Job(_)
        | GlobalId::MediaFile(_)
        | GlobalId::SiteJob(_)
        | GlobalId::Upload(_) => find_own(ctx, id).await?,
    })
}

/// What is the viewer's own, accounts, which admins see, and files and jobs of the site, which curators see; somebody else's does not exist.
async fn find_own(ctx: &Context<'_>, id: GlobalId) -> Result<Option<Node>> {
    let viewer = ctx.viewer();
    let Some(viewer) = viewer.known() else {
        return Ok(None);
    };
    Ok(match id {
        GlobalId::Viewer(profile) if profile == viewer.profile => {
            let viewer = Viewer::load(ctx, *viewer).await?;
            Some(Node::Viewer(viewer))
        }
        GlobalId::Profile(profile) => {
            let profile = Profile::find(ctx, viewer, profile).await?;
            profile.map(Node::Profile)
        }
        GlobalId::User(user) => {
            let user = User::find(ctx, viewer, user).await?;
            user.map(Node::User)
        }
        GlobalId::Session(session) => {
            let session = Session::find(ctx, viewer, session).await?;
            session.map(Node::Session)
        }
        GlobalId::ApiKey(key) => {
            let key = ApiKey::find(ctx, viewer, key).await?;
            key.map(Node::ApiKey)
        }
        GlobalId::Play(play) => {
            let found = Play::find(ctx, viewer.profile, play).await?;
            found.map(Node::Play)
        }
        GlobalId::Import(import) => {
            let found = Import::find(ctx, viewer.profile, import).await?;
            found.map(Node::Import)
        }
        GlobalId::ImportRow(import, number) => {
            let found = ImportRow::find(ctx, viewer.profile, (import, number)).await?;
            found.map(Node::ImportRow)
        }
        GlobalId::Job(job) => {
            let found = Job::find(ctx, viewer.profile, job).await?;
            found.map(Node::Job)
        }
        GlobalId::MediaFile(file) => {
            let found = MediaFile::find(ctx, file).await?;
            found.map(Node::MediaFile)
        }
        GlobalId::SiteJob(job) => {
            let found = SiteJob::find(ctx, viewer, job).await?;
            found.map(Node::SiteJob)
        }
        GlobalId::Upload(upload) => {
            let found = Upload::find(ctx, viewer, upload).await?;
            found.map(Node::Upload)
        }
        _ => None,
    })
}

async fn title(ctx: &Context<'_>, id: TitleId) -> Result<Option<Title>> {
    Ok(ctx.personal().titles.find(id).await?.map(Title::one))
}
