//! What moderators do with comments: let in, hold, take away, put back; many at once.

use std::collections::HashMap;

use super::comment::{Comment, CommentState};
use super::error::CommentError;
use super::limits::MOST_MODERATED;
use super::service::{CommentPolicy, CommentService};
use super::store::{CommentList, CommentOrder};
use crate::domain::ids::CommentId;
use crate::domain::page::{Slice, Window};
use crate::domain::viewer::{KnownViewer, Role};

/// What becomes of comments by a moderator. Each can be taken back by another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moderation {
    /// What was held, or taken away, is shown.
    Show,
    /// What is shown is held.
    Hold,
    /// What is shown or held is taken away.
    Remove,
}

impl Moderation {
    /// The state after it.
    fn state(self) -> CommentState {
        match self {
            Self::Show => CommentState::Shown,
            Self::Hold => CommentState::Held,
            Self::Remove => CommentState::Removed,
        }
    }
}

impl CommentService {
    /// A page of the comments that are held, those that wait for longest first. For moderators, also where there are no
    /// comments now: what waited goes on waiting.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn held(
        &self,
        viewer: &KnownViewer,
        window: &Window,
    ) -> Result<Slice<Comment>, CommentError> {
        check_moderator(viewer)?;
        let (list, order) = (CommentList::Held, CommentOrder::Oldest);
        Ok(self.ports.store.list_comments(list, order, window).await?)
    }

    /// Shows, holds or takes away comments, all of them, or none if one cannot be: those that are so already stay. Given
    /// back as they are then, in the order in which they were named. For moderators; nothing is shown on a site without
    /// comments.
    ///
    /// Each is written by itself: if somebody else writes one of them at the same moment, those before it are done, and
    /// whoever repeats the call does the others.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn moderate(
        &self,
        viewer: &KnownViewer,
        ids: &[CommentId],
        moderation: Moderation,
    ) -> Result<Vec<Comment>, CommentError> {
        check_moderator(viewer)?;
        // Where there are no comments none becomes one that is shown; what must go may go.
        if moderation == Moderation::Show && self.policy == CommentPolicy::Off {
            return Err(CommentError::Forbidden);
        }
        if !(1..=MOST_MODERATED).contains(&ids.len()) {
            return Err(CommentError::CommentCount);
        }
        let store = &self.ports.store;
        let found = store.comments(ids).await?.into_iter();
        let found: HashMap<CommentId, Comment> = found.map(|it| (it.id, it)).collect();
        let mut comments = Vec::with_capacity(ids.len());
        for (place, id) in (1..).zip(ids) {
            let comment = found.get(id).cloned();
            let comment = comment.ok_or(CommentError::NamedNotFound { place })?;
            let is_possible = match (comment.state, moderation) {
                (CommentState::Deleted, _) | (CommentState::Removed, Moderation::Hold) => false,
                (CommentState::Shown | CommentState::Held | CommentState::Removed, _) => true,
            };
            if !is_possible {
                let state = comment.state.as_str();
                return Err(CommentError::OtherState { place, state });
            }
            comments.push(comment);
        }
        let mut done: HashMap<CommentId, Comment> = HashMap::new();
        for comment in comments {
            if comment.state == moderation.state() || done.contains_key(&comment.id) {
                done.entry(comment.id).or_insert(comment);
                continue;
            }
            let changed = Comment {
                state: moderation.state(),
                stamp: comment.stamp.next(self.ports.clock.now()),
                ..comment
            };
            store.put_comment(&changed).await?;
            done.insert(changed.id, changed);
        }
        Ok(ids.iter().filter_map(|id| done.get(id).cloned()).collect())
    }
}

fn check_moderator(viewer: &KnownViewer) -> Result<(), CommentError> {
    if viewer.role < Role::Moderator {
        return Err(CommentError::Forbidden);
    }
    Ok(())
}
