//! The use cases of comments: who may read, write and like what.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::comment::{Comment, CommentState, FormerText, Like, MOST_FORMER};
use super::error::CommentError;
use super::limits::LAST_SECOND;
use super::rates::{check_news, check_only, check_rates};
use super::store::{CommentList, CommentOrder, CommentStore};
use super::text::check_body;
use crate::domain::batch::Batch;
use crate::domain::catalog::{CatalogService, Title, Visibility};
use crate::domain::clock::Clock;
use crate::domain::entropy::Entropy;
use crate::domain::error::StoreError;
use crate::domain::ids::{CommentId, ProfileId, TitleId};
use crate::domain::limits::RateLimiter;
use crate::domain::page::{Slice, Window};
use crate::domain::stamp::Stamp;
use crate::domain::viewer::{Client, KnownViewer, Viewer};
use crate::domain::watching::Way;

/// How often it is tried again if somebody else writes the same comment.
const TRIES: usize = 5;
/// How many likes are exported at a time.
const LIKES: usize = 1_000;

/// Whether viewers may write comments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CommentPolicy {
    /// There are no comments, neither new ones nor those that are kept.
    #[default]
    Off,
    /// What is written is shown.
    Open,
    /// What is written waits until a moderator lets it in.
    Held,
}

/// What somebody wants to say.
#[derive(Debug, Clone)]
pub struct CommentDraft {
    pub title: TitleId,
    /// The comment that it answers.
    pub reply_to: Option<CommentId>,
    pub body: String,
    pub is_spoiler: bool,
    /// The second of the film that it is about, as somebody says.
    pub at: Option<i32>,
}

/// What a comment is to say instead.
#[derive(Debug, Clone)]
pub struct CommentEdit {
    pub comment: CommentId,
    pub body: String,
    /// Whether it gives away what happens; `None`: as before.
    pub is_spoiler: Option<bool>,
}

/// What the service stands on.
#[derive(Clone)]
pub struct CommentPorts {
    pub store: Arc<dyn CommentStore>,
    pub limiter: Arc<dyn RateLimiter>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

/// The use cases of comments.
#[derive(Clone)]
pub struct CommentService {
    pub(super) ports: CommentPorts,
    catalog: CatalogService,
    pub(super) policy: CommentPolicy,
}

impl CommentService {
    /// A service on others.
    pub fn new(ports: CommentPorts, catalog: CatalogService, policy: CommentPolicy) -> Self {
        Self {
            ports,
            catalog,
            policy,
        }
    }

    /// Whether there are comments for a viewer: the site has some, and it is no child's profile.
    pub fn are_for(&self, viewer: &Viewer) -> bool {
        let is_adult = viewer.known().is_none_or(KnownViewer::is_adult);
        self.policy != CommentPolicy::Off && is_adult
    }

    /// A page of the threads under a title that the viewer sees; `None`: there are none for them.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn threads(
        &self,
        viewer: &Viewer,
        title: TitleId,
        order: CommentOrder,
        window: &Window,
    ) -> Result<Option<Slice<Comment>>, CommentError> {
        if !self.are_for(viewer) {
            return Ok(None);
        }
        let list = CommentList::Roots(title);
        let store = &self.ports.store;
        Ok(Some(store.list_comments(list, order, window).await?))
    }

    /// A page of the replies in the thread of a comment that the viewer sees, the earliest first; a reply has none.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn replies(
        &self,
        comment: &Comment,
        window: &Window,
    ) -> Result<Slice<Comment>, CommentError> {
        let list = CommentList::Replies(comment.id);
        let store = &self.ports.store;
        Ok(store
            .list_comments(list, CommentOrder::Oldest, window)
            .await?)
    }

    /// How many comments and replies are shown under titles that the viewer sees, a moment ago.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn counts(&self, titles: &[TitleId]) -> Result<HashMap<TitleId, u64>, CommentError> {
        let counted = self.ports.store.count_comments(titles).await?;
        let mut counts: HashMap<TitleId, u64> = titles.iter().map(|title| (*title, 0)).collect();
        counts.extend(counted);
        Ok(counts)
    }

    /// A comment, if the viewer may know of it.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn find(
        &self,
        visibility: &Visibility,
        viewer: &Viewer,
        id: CommentId,
    ) -> Result<Option<Comment>, CommentError> {
        if !self.are_for(viewer) {
            return Ok(None);
        }
        let comment = self.ports.store.comments(&[id]).await?.pop();
        let Some(comment) = comment.filter(|comment| comment.is_seen_by(viewer)) else {
            return Ok(None);
        };
        let title = self.title_now(visibility, comment.title).await?;
        Ok(title.map(|_| comment))
    }

    /// Keeps what the viewer's profile says of a title: shown at once, or held, as the site wants it.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn add(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        client: &Client,
        draft: &CommentDraft,
    ) -> Result<Comment, CommentError> {
        let reader = self.check_may_write(viewer)?;
        let body = check_body(&draft.body)?;
        let title = self.title_now(visibility, draft.title).await?;
        let title = title.ok_or(CommentError::TitleNotFound)?;
        let root = match draft.reply_to {
            None => None,
            Some(id) => {
                let answered = self.find(visibility, &reader, id).await?;
                let is_open =
                    |it: &Comment| it.state == CommentState::Shown && it.title == title.id;
                let answered = answered.filter(is_open);
                Some(answered.ok_or(CommentError::ReplyToNotFound)?)
            }
        };
        let at = draft.at.map(|at| check_second(at, title.duration));
        let at = at.transpose()?;
        let store = &self.ports.store;
        let own = CommentList::OfAuthor(viewer.profile);
        let first = Window::first(1);
        let newest = store.list_comments(own, CommentOrder::Newest, &first);
        let newest = newest.await?.rows.pop();
        check_news(newest.as_ref(), title.id, &body)?;
        let limiter = &*self.ports.limiter;
        check_rates(limiter, viewer, client).await?;
        check_only(limiter, viewer, newest.as_ref(), (title.id, body.as_str())).await?;
        let comment = Comment {
            id: CommentId::random(&mut *self.ports.entropy.rng()),
            title: title.id,
            root: root.as_ref().map(|it| it.root.unwrap_or(it.id)),
            author: Some(viewer.profile),
            body,
            is_spoiler: draft.is_spoiler,
            at,
            state: self.state_of_new(),
            likes: 0,
            replies: 0,
            edited_at: None,
            former: Vec::new(),
            // It goes wherever its thread goes.
            moved: root.map(|it| it.moved).unwrap_or_default(),
            stamp: Stamp::first(self.ports.clock.now()),
        };
        store.put_comment(&comment).await?;
        Ok(comment)
    }

    /// Says something else in a comment of the viewer's profile. What it said before stays for moderators.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn edit(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        client: &Client,
        edit: &CommentEdit,
    ) -> Result<Comment, CommentError> {
        let reader = self.check_may_write(viewer)?;
        let body = check_body(&edit.body)?;
        check_rates(&*self.ports.limiter, viewer, client).await?;
        let state = self.state_of_new();
        let change = |comment: Comment, now: DateTime<Utc>| {
            if !matches!(comment.state, CommentState::Shown | CommentState::Held) {
                return Err(CommentError::IsGone);
            }
            let mut edited = comment.clone();
            edited.is_spoiler = edit.is_spoiler.unwrap_or(comment.is_spoiler);
            if comment.body == body && edited.is_spoiler == comment.is_spoiler {
                return Ok(None);
            }
            if comment.body != body {
                edited.former.push(FormerText {
                    body: comment.body,
                    until: now,
                });
                let excess = edited.former.len().saturating_sub(MOST_FORMER);
                edited.former.drain(..excess);
                edited.body.clone_from(&body);
                edited.edited_at = Some(now);
                // What waits goes on waiting, and on a site where all waits so does what is said anew.
                if state == CommentState::Held {
                    edited.state = CommentState::Held;
                }
            }
            edited.stamp = comment.stamp.next(now);
            Ok(Some(edited))
        };
        self.change_own(Some(visibility), &reader, edit.comment, change)
            .await
    }

    /// Takes a comment of the viewer's profile back: its text is gone for good, and its place stays while there are
    /// replies to it. Idempotent. It is their own, so they may whether or not there are comments for them now, and
    /// whatever became of the title.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn delete(
        &self,
        viewer: &KnownViewer,
        id: CommentId,
    ) -> Result<Comment, CommentError> {
        let reader = Viewer::Known(*viewer);
        let change = |comment: Comment, now: DateTime<Utc>| {
            let is_there = comment.state != CommentState::Deleted;
            Ok(is_there.then(|| comment.emptied(now)))
        };
        self.change_own(None, &reader, id, change).await
    }

    /// Keeps that the viewer's profile likes a comment that is shown, or takes that back. Idempotent. `likes` of the
    /// comment follows in a moment.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn set_liked(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        id: CommentId,
        liked: bool,
    ) -> Result<Comment, CommentError> {
        let reader = self.check_may_write(viewer)?;
        let comment = self.find(visibility, &reader, id).await?;
        let comment = comment.ok_or(CommentError::CommentNotFound)?;
        let store = &self.ports.store;
        if !liked {
            store.unlike(id, viewer.profile).await?;
        } else if comment.state == CommentState::Shown {
            let like = Like {
                comment: id,
                profile: viewer.profile,
                at: self.ports.clock.now(),
            };
            store.like(&like).await?;
        } else if comment.state == CommentState::Held {
            return Err(CommentError::NotShown);
        } else {
            return Err(CommentError::IsGone);
        }
        let now = store.comments(&[id]).await?.pop();
        now.ok_or(CommentError::CommentNotFound)
    }

    /// Counts some of what waits for that. Says how much it was; 0: nothing waits.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn count_waiting(&self) -> Result<usize, CommentError> {
        Ok(self.ports.store.count_waiting().await?)
    }

    /// Moves the comments of a title that was merged into another to that, or back. Idempotent.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn move_title(
        &self,
        from: TitleId,
        into: TitleId,
        way: Way,
    ) -> Result<(), CommentError> {
        let now = self.ports.clock.now();
        let store = &self.ports.store;
        Ok(store.move_comments(from, into, way, now).await?)
    }

    /// A page of all that a profile wrote, the latest first, for itself and its export.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn written_by(
        &self,
        profile: ProfileId,
        window: &Window,
    ) -> Result<Slice<Comment>, CommentError> {
        let (list, order) = (CommentList::OfAuthor(profile), CommentOrder::Newest);
        Ok(self.ports.store.list_comments(list, order, window).await?)
    }

    /// Some of the comments that a profile likes, those after the given one; none: there are no more.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn liked_after(
        &self,
        profile: ProfileId,
        after: Option<CommentId>,
    ) -> Result<Vec<CommentId>, CommentError> {
        Ok(self.ports.store.liked_after(profile, after, LIKES).await?)
    }

    /// Empties all that a profile wrote, and takes its likes back. It must be marked as erased before.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn erase_profile(&self, profile: ProfileId) -> Result<(), CommentError> {
        let now = self.ports.clock.now();
        Ok(self.ports.store.erase_profile(profile, now).await?)
    }

    /// Changes a comment of the reader's profile, again if somebody else writes it at the same time. `None` of the
    /// change: it stays as it is. With a visibility only if that shows its title.
    async fn change_own(
        &self,
        visibility: Option<&Visibility>,
        reader: &Viewer,
        id: CommentId,
        change: impl Fn(Comment, DateTime<Utc>) -> Result<Option<Comment>, CommentError>,
    ) -> Result<Comment, CommentError> {
        let mut tries = 0;
        loop {
            tries += 1;
            // What somebody wrote is their own, whatever became of it.
            let comment = self.ports.store.comments(&[id]).await?.pop();
            let comment = comment.filter(|comment| comment.is_of(reader));
            let comment = comment.ok_or(CommentError::CommentNotFound)?;
            if let Some(visibility) = visibility
                && self.title_now(visibility, comment.title).await?.is_none()
            {
                return Err(CommentError::CommentNotFound);
            }
            let Some(changed) = change(comment.clone(), self.ports.clock.now())? else {
                return Ok(comment);
            };
            match self.ports.store.put_comment(&changed).await {
                Err(StoreError::Conflict) if tries < TRIES => {}
                Err(error) => return Err(error.into()),
                Ok(()) => return Ok(changed),
            }
        }
    }

    /// Who writes, as whoever reads is known, if there are comments for them.
    fn check_may_write(&self, viewer: &KnownViewer) -> Result<Viewer, CommentError> {
        let reader = Viewer::Known(*viewer);
        if self.are_for(&reader) {
            Ok(reader)
        } else {
            Err(CommentError::Forbidden)
        }
    }

    fn state_of_new(&self) -> CommentState {
        match self.policy {
            CommentPolicy::Open => CommentState::Shown,
            CommentPolicy::Off | CommentPolicy::Held => CommentState::Held,
        }
    }

    /// The title, or what it is now if it was merged into another.
    async fn title_now(
        &self,
        visibility: &Visibility,
        id: TitleId,
    ) -> Result<Option<Arc<Title>>, CommentError> {
        if let Some(title) = self.catalog.titles(visibility, &[id]).await?.pop() {
            return Ok(Some(title));
        }
        let other = self.catalog.merged_into(&[id]).await?.remove(&id);
        Ok(other.filter(|title| visibility.shows(title)))
    }
}

/// A second of a film of this length, which may not be known.
fn check_second(at: i32, duration: Option<u32>) -> Result<u32, CommentError> {
    let end = duration.map_or(LAST_SECOND, |end| end.min(LAST_SECOND));
    let at = u32::try_from(at).ok().filter(|at| *at <= end);
    at.ok_or(CommentError::OutsideFilm { end })
}

/// Reads how many comments are shown under titles.
#[derive(Clone)]
pub struct CountsByTitle(pub CommentService);

impl Batch for CountsByTitle {
    type Key = TitleId;
    type Value = u64;
    type Error = CommentError;

    async fn load(&self, titles: &[TitleId]) -> Result<HashMap<TitleId, u64>, CommentError> {
        self.0.counts(titles).await
    }
}

/// Reads which comments a profile likes.
#[derive(Clone)]
pub struct LikedByComment {
    pub commenting: CommentService,
    /// Whose likes are asked for; without a profile nobody likes anything.
    pub profile: Option<ProfileId>,
}

impl Batch for LikedByComment {
    type Key = CommentId;
    type Value = ();
    type Error = CommentError;

    async fn load(&self, comments: &[CommentId]) -> Result<HashMap<CommentId, ()>, CommentError> {
        let Some(profile) = self.profile else {
            return Ok(HashMap::new());
        };
        let store = &self.commenting.ports.store;
        let liked = store.liked_among(profile, comments).await?;
        Ok(liked.into_iter().map(|comment| (comment, ())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_is_one_that_the_film_has() {
        for (at, duration, end) in [
            (-1, Some(60), 60),
            (61, Some(60), 60),
            (-1, None, LAST_SECOND),
            (i32::MAX, None, LAST_SECOND),
        ] {
            let refused = check_second(at, duration).unwrap_err();
            let is_it = matches!(refused, CommentError::OutsideFilm { end: it } if it == end);
            assert!(is_it, "{at} {refused}");
        }
        assert_eq!(check_second(60, Some(60)).unwrap(), 60);
        assert_eq!(check_second(360_000, None).unwrap(), LAST_SECOND);
    }
}
