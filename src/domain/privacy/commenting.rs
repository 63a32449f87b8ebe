//! What profiles wrote of titles, and what they like of it: how it is erased, and what it is in an export.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::error::PrivacyError;
use super::file::File;
use super::names::{Named, NamesOf};
use super::part::{Exported, PersonalData, Record};
use crate::domain::commenting::{Comment, CommentOrder, CommentService, FormerText, place_of};
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::page::{MAX_PAGE, Window};

/// What commenting keeps by profile.
pub(super) const RECORDS: &[Record] = &[
    Record {
        name: "comments",
        exported: Exported::As("/profiles/0/comments"),
    },
    Record {
        name: "comment_likes",
        exported: Exported::As("/profiles/0/likedComments"),
    },
];

/// What profiles wrote, all of it: also what may not be seen any more.
pub(super) struct Commenting {
    pub(super) commenting: CommentService,
    /// What the titles are called.
    pub(super) names: NamesOf,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CommentPart<'a> {
    id: String,
    title: Named<'a>,
    /// The id of the root of the thread; null of a root.
    reply_in: Option<String>,
    text: &'a str,
    spoiler: bool,
    at: Option<u32>,
    state: &'static str,
    /// What was said before, from the first on.
    former: &'a [FormerText],
    edited_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize)]
struct LikedPart {
    id: String,
}

#[async_trait]
impl PersonalData for Commenting {
    /// What was written is emptied: its place stays where others answered.
    async fn erase(&self, profile: ProfileId) -> Result<(), PrivacyError> {
        Ok(self.commenting.erase_profile(profile).await?)
    }

    async fn export(&self, profile: ProfileId, file: &mut File) -> Result<(), PrivacyError> {
        self.write_comments(file, profile).await?;
        self.write_likes(file, profile).await
    }
}

impl Commenting {
    async fn write_comments(
        &self,
        file: &mut File,
        profile: ProfileId,
    ) -> Result<(), PrivacyError> {
        file.begin_list("comments");
        let mut window = Window::first(MAX_PAGE);
        loop {
            let page = self.commenting.written_by(profile, &window).await?;
            let titles: Vec<TitleId> = page.rows.iter().map(|comment| comment.title).collect();
            let names = self.names.of(&titles, &[]).await?;
            for comment in &page.rows {
                file.row(&part(comment, names.named(comment.title)))?;
            }
            file.send().await?;
            let Some(last) = page.rows.last().filter(|_| page.has_more) else {
                break;
            };
            window = Window::after(MAX_PAGE, place_of(last, CommentOrder::Newest));
        }
        file.end_list();
        Ok(())
    }

    async fn write_likes(&self, file: &mut File, profile: ProfileId) -> Result<(), PrivacyError> {
        file.begin_list("likedComments");
        let mut after = None;
        loop {
            let liked = self.commenting.liked_after(profile, after).await?;
            let Some(last) = liked.last() else {
                break;
            };
            after = Some(*last);
            for comment in &liked {
                let id = comment.to_string();
                file.row(&LikedPart { id })?;
            }
            file.send().await?;
        }
        file.end_list();
        Ok(())
    }
}

fn part<'a>(comment: &'a Comment, title: Named<'a>) -> CommentPart<'a> {
    CommentPart {
        id: comment.id.to_string(),
        title,
        reply_in: comment.root.map(|root| root.to_string()),
        text: &comment.body,
        spoiler: comment.is_spoiler,
        at: comment.at,
        state: comment.state.as_str(),
        former: &comment.former,
        edited_at: comment.edited_at,
        created_at: comment.stamp.created_at,
        updated_at: comment.stamp.updated_at,
    }
}
