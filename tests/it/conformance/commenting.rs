//! The promises of the port of comments, sentence by sentence.

use std::ops::Deref;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use reelgraph::adapters::mongo::{MongoComments, MongoDb, MongoWatching};
use reelgraph::adapters::sqlite::{SqliteComments, SqliteDb, SqliteWatching};
use reelgraph::domain::commenting::{
    Comment, CommentList, CommentOrder, CommentState, CommentStore, FormerText, Like, place_of,
};
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ids::{CommentId, ProfileId, TitleId};
use reelgraph::domain::page::{Direction, Window};
use reelgraph::domain::stamp::Stamp;
use reelgraph::domain::watching::{WatchStore, Way};
use tempfile::TempDir;

use super::Backend;
use crate::support::servers::{self, PATIENT};

on_every_backend!(open on [sqlite, mongo]:
    comments_are_kept_whole_and_whoever_is_late_is_told,
    threads_are_listed_in_each_order_and_paged_both_ways,
    what_is_not_shown_is_listed_only_above_its_replies,
    likes_are_counted_once_and_order_threads,
    many_who_like_at_once_are_all_counted,
    comments_of_a_merged_title_go_and_come_back,
    an_erased_profile_leaves_nothing_and_writes_nothing,
);

const TITLE: TitleId = TitleId(7);
const OTHER: TitleId = TitleId(8);

struct Opened {
    store: Arc<dyn CommentStore>,
    watching: Arc<dyn WatchStore>,
    _folder: Option<TempDir>,
}

impl Deref for Opened {
    type Target = Arc<dyn CommentStore>;

    fn deref(&self) -> &Self::Target {
        &self.store
    }
}

async fn open(backend: Backend) -> Opened {
    match backend {
        Backend::sqlite => {
            let folder = tempfile::tempdir().unwrap();
            let db = SqliteDb::open(&folder.path().join("reelgraph.db")).unwrap();
            Opened {
                store: Arc::new(SqliteComments::new(db.clone())),
                watching: Arc::new(SqliteWatching::new(db)),
                _folder: Some(folder),
            }
        }
        Backend::mongo => {
            let db = MongoDb::open(&servers::mongo_uri(), PATIENT).await.unwrap();
            let store = MongoComments::new(db.clone());
            store.ensure_indexes().await.unwrap();
            let watching = MongoWatching::new(db);
            watching.ensure_indexes().await.unwrap();
            Opened {
                store: Arc::new(store),
                watching: Arc::new(watching),
                _folder: None,
            }
        }
        other => unreachable!("comments are not kept in {other:?}"),
    }
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
}

/// A comment that was written so many seconds after others, by the profile of the same number.
fn comment(id: u64, seconds: i64) -> Comment {
    Comment {
        id: CommentId(id),
        title: TITLE,
        root: None,
        author: Some(ProfileId(id)),
        // It may look like an expression of a store.
        body: format!("$title {id}"),
        is_spoiler: true,
        at: Some(61),
        state: CommentState::Shown,
        likes: 0,
        replies: 0,
        edited_at: None,
        former: Vec::new(),
        moved: Vec::new(),
        stamp: Stamp::first(at(seconds)),
    }
}

fn reply(id: u64, root: u64, seconds: i64) -> Comment {
    Comment {
        root: Some(CommentId(root)),
        ..comment(id, seconds)
    }
}

/// The same in another state, as it is written next.
fn next(comment: &Comment, state: CommentState) -> Comment {
    Comment {
        state,
        stamp: comment.stamp.next(at(1_000)),
        ..comment.clone()
    }
}

fn like(comment: u64, profile: u64) -> Like {
    Like {
        comment: CommentId(comment),
        profile: ProfileId(profile),
        at: at(0),
    }
}

fn ids(comments: &[Comment]) -> Vec<u64> {
    comments.iter().map(|comment| comment.id.0).collect()
}

async fn put(store: &Opened, comments: &[Comment]) {
    for comment in comments {
        store.put_comment(comment).await.unwrap();
    }
}

/// Lets all be counted.
async fn settle(store: &Opened) {
    while store.count_waiting().await.unwrap() > 0 {}
}

async fn one(store: &Opened, id: u64) -> Comment {
    let mut found = store.comments(&[CommentId(id)]).await.unwrap();
    found.pop().unwrap()
}

async fn listed(store: &Opened, list: CommentList, order: CommentOrder) -> Vec<u64> {
    let all = Window::first(100);
    ids(&store.list_comments(list, order, &all).await.unwrap().rows)
}

async fn count(store: &Opened, title: TitleId) -> u64 {
    let counts = store.count_comments(&[title]).await.unwrap();
    counts.first().map_or(0, |(_, count)| *count)
}

async fn comments_are_kept_whole_and_whoever_is_late_is_told(store: &Opened) {
    let first = Comment {
        moved: vec![OTHER, TitleId(9)],
        ..comment(1, 0)
    };
    put(store, std::slice::from_ref(&first)).await;
    let twice = store.put_comment(&first).await;
    let second = Comment {
        body: "other".to_owned(),
        edited_at: Some(at(5)),
        former: vec![FormerText {
            body: first.body.clone(),
            until: at(5),
        }],
        ..next(&first, CommentState::Held)
    };
    put(store, std::slice::from_ref(&second)).await;
    let late = store.put_comment(&second).await;
    let of_none = store
        .put_comment(&next(&comment(2, 0), CommentState::Shown))
        .await;

    for refused in [twice, late, of_none] {
        assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    }
    let found = store.comments(&[CommentId(2), CommentId(1)]).await.unwrap();
    assert_eq!(found, [second]);
}

async fn threads_are_listed_in_each_order_and_paged_both_ways(store: &Opened) {
    let rows = [comment(4, 1), comment(2, 5), comment(3, 5), comment(1, 9)];
    put(store, &rows).await;
    let elsewhere = Comment {
        title: OTHER,
        ..comment(5, 3)
    };
    put(store, &[elsewhere, reply(6, 4, 6)]).await;
    settle(store).await;
    let roots = CommentList::Roots(TITLE);

    assert_eq!(
        listed(store, roots, CommentOrder::Newest).await,
        [1, 2, 3, 4]
    );
    assert_eq!(
        listed(store, roots, CommentOrder::Oldest).await,
        [4, 2, 3, 1]
    );
    assert_eq!(listed(store, roots, CommentOrder::Top).await, [1, 2, 3, 4]);
    let of_author = CommentList::OfAuthor(ProfileId(3));
    assert_eq!(listed(store, of_author, CommentOrder::Newest).await, [3]);
    for order in [CommentOrder::Newest, CommentOrder::Top] {
        let window = Window::after(2, place_of(&rows[3], order));
        let page = store.list_comments(roots, order, &window).await.unwrap();
        assert_eq!((ids(&page.rows), page.has_more), (vec![2, 3], true));
        let window = Window::after(2, place_of(&rows[1], order));
        let page = store.list_comments(roots, order, &window).await.unwrap();
        assert_eq!((ids(&page.rows), page.has_more), (vec![3, 4], false));
        let window = Window {
            direction: Direction::Backward,
            ..Window::after(2, place_of(&rows[0], order))
        };
        let page = store.list_comments(roots, order, &window).await.unwrap();
        assert_eq!((ids(&page.rows), page.has_more), (vec![2, 3], true));
    }
}

async fn what_is_not_shown_is_listed_only_above_its_replies(store: &Opened) {
    let roots = CommentList::Roots(TITLE);
    let held = Comment {
        state: CommentState::Held,
        ..comment(3, 2)
    };
    put(store, &[comment(1, 0), comment(2, 1), held]).await;
    put(store, &[reply(4, 1, 3), reply(5, 1, 4)]).await;
    settle(store).await;
    assert_eq!(count(store, TITLE).await, 4);
    assert_eq!(one(store, 1).await.replies, 2);
    assert_eq!(listed(store, roots, CommentOrder::Oldest).await, [1, 2]);
    assert_eq!(
        listed(store, CommentList::Held, CommentOrder::Oldest).await,
        [3]
    );

    for id in [1, 2] {
        let gone = one(store, id).await.emptied(at(9));
        put(store, &[gone]).await;
    }
    put(store, &[next(&one(store, 5).await, CommentState::Removed)]).await;
    settle(store).await;
    let replies = CommentList::Replies(CommentId(1));
    assert_eq!(listed(store, roots, CommentOrder::Oldest).await, [1]);
    assert_eq!(listed(store, replies, CommentOrder::Oldest).await, [4]);
    assert_eq!(count(store, TITLE).await, 1);

    put(store, &[next(&one(store, 4).await, CommentState::Removed)]).await;
    settle(store).await;
    assert_eq!(listed(store, roots, CommentOrder::Oldest).await, [0_u64; 0]);
    assert_eq!(count(store, TITLE).await, 0);

    put(store, &[next(&one(store, 5).await, CommentState::Shown)]).await;
    put(store, &[next(&one(store, 3).await, CommentState::Shown)]).await;
    settle(store).await;
    assert_eq!(listed(store, roots, CommentOrder::Oldest).await, [1, 3]);
    assert_eq!(listed(store, replies, CommentOrder::Oldest).await, [5]);
    assert_eq!(count(store, TITLE).await, 2);
}

async fn likes_are_counted_once_and_order_threads(store: &Opened) {
    let roots = CommentList::Roots(TITLE);
    put(store, &[comment(1, 0), comment(2, 5), comment(3, 9)]).await;
    for profile in [11, 12, 13] {
        store.like(&like(1, profile)).await.unwrap();
        store.like(&like(1, profile)).await.unwrap();
    }
    store.like(&like(2, 11)).await.unwrap();
    store.like(&like(3, 12)).await.unwrap();
    store.unlike(CommentId(3), ProfileId(12)).await.unwrap();
    store.unlike(CommentId(3), ProfileId(99)).await.unwrap();
    let all = [1, 2, 3].map(CommentId);
    let mut liked = store.liked_among(ProfileId(11), &all).await.unwrap();
    liked.sort_unstable();
    assert_eq!(liked, [CommentId(1), CommentId(2)]);
    assert_eq!(
        store.liked_among(ProfileId(12), &all).await.unwrap(),
        [CommentId(1)]
    );
    let first = store.liked_after(ProfileId(11), None, 1).await.unwrap();
    let rest = store
        .liked_after(ProfileId(11), Some(CommentId(1)), 9)
        .await;
    let none = store
        .liked_after(ProfileId(11), Some(CommentId(2)), 9)
        .await;
    assert_eq!(
        (first, rest.unwrap()),
        (vec![CommentId(1)], vec![CommentId(2)])
    );
    assert_eq!(none.unwrap(), []);

    settle(store).await;
    let likes = [
        one(store, 1).await,
        one(store, 2).await,
        one(store, 3).await,
    ];
    assert_eq!(likes.each_ref().map(|it| it.likes), [3, 1, 0]);
    assert_eq!(listed(store, roots, CommentOrder::Top).await, [1, 2, 3]);
    // What is said anew keeps its likes.
    put(store, &[next(&likes[0], CommentState::Shown)]).await;
    assert_eq!(one(store, 1).await.likes, 3);

    for profile in [11, 12, 13] {
        store
            .unlike(CommentId(1), ProfileId(profile))
            .await
            .unwrap();
        store
            .unlike(CommentId(1), ProfileId(profile))
            .await
            .unwrap();
    }
    settle(store).await;
    assert_eq!(one(store, 1).await.likes, 0);
    assert_eq!(listed(store, roots, CommentOrder::Top).await, [2, 3, 1]);
    store.like(&like(1, 11)).await.unwrap();
    settle(store).await;
    assert_eq!(one(store, 1).await.likes, 1);
}

async fn many_who_like_at_once_are_all_counted(store: &Opened) {
    put(store, &[comment(1, 0)]).await;

    let likes = (100..200).map(|profile| async move {
        store.like(&like(1, profile)).await.unwrap();
        if profile % 10 == 0 {
            store.count_waiting().await.unwrap();
        }
    });
    let replies = (200..260).map(|id| {
        let (id, seconds) = (id, 1);
        async move { put(store, &[reply(id, 1, seconds)]).await }
    });
    futures::join!(
        futures::future::join_all(likes),
        futures::future::join_all(replies)
    );
    settle(store).await;

    let root = one(store, 1).await;
    assert_eq!((root.likes, root.replies), (100, 60));
    assert_eq!(count(store, TITLE).await, 61);
}

async fn comments_of_a_merged_title_go_and_come_back(store: &Opened) {
    let (third, own) = (TitleId(9), comment(3, 2));
    let of_other = Comment {
        title: OTHER,
        ..own.clone()
    };
    put(store, &[comment(1, 0), reply(2, 1, 1), of_other]).await;
    settle(store).await;

    for _ in 0..2 {
        let moved = store.move_comments(TITLE, OTHER, Way::There, at(20));
        moved.await.unwrap();
    }
    let moved = store.move_comments(OTHER, third, Way::There, at(21));
    moved.await.unwrap();
    settle(store).await;
    let roots = CommentList::Roots(third);
    assert_eq!(listed(store, roots, CommentOrder::Oldest).await, [1, 3]);
    assert_eq!(one(store, 1).await.moved, [TITLE, OTHER]);
    assert_eq!(one(store, 1).await.stamp.revision, 3);
    assert_eq!(
        (count(store, TITLE).await, count(store, third).await),
        (0, 3)
    );
    // Whoever read it before is told.
    let late = store
        .put_comment(&next(&comment(1, 0), CommentState::Held))
        .await;
    assert!(matches!(late, Err(StoreError::Conflict)), "{late:?}");

    for (from, into) in [(OTHER, third), (TITLE, OTHER), (TITLE, OTHER)] {
        let back = store.move_comments(from, into, Way::Back, at(22));
        back.await.unwrap();
    }
    settle(store).await;
    for (title, expected, counted) in [(TITLE, vec![1], 2), (OTHER, vec![3], 1), (third, vec![], 0)]
    {
        let roots = CommentList::Roots(title);
        assert_eq!(listed(store, roots, CommentOrder::Oldest).await, expected);
        assert_eq!(count(store, title).await, counted);
    }
    let reply = one(store, 2).await;
    assert_eq!((reply.title, reply.moved), (TITLE, Vec::new()));
}

async fn an_erased_profile_leaves_nothing_and_writes_nothing(store: &Opened) {
    let gone = ProfileId(1);
    put(store, &[comment(1, 0), comment(2, 1), reply(3, 1, 2)]).await;
    for comment in [1, 2] {
        store.like(&like(comment, 1)).await.unwrap();
        store.like(&like(comment, 2)).await.unwrap();
    }
    settle(store).await;
    // One that is not counted yet.
    store.like(&like(3, 1)).await.unwrap();

    store.watching.erase_profile(gone).await.unwrap();
    for _ in 0..2 {
        store.erase_profile(gone, at(50)).await.unwrap();
    }
    let late = Comment {
        author: Some(gone),
        ..comment(4, 3)
    };
    let refused = store.put_comment(&late).await;
    store.like(&like(2, 1)).await.unwrap();
    settle(store).await;

    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    let root = one(store, 1).await;
    assert_eq!(
        (root.author, root.body.as_str(), root.state),
        (None, "", CommentState::Deleted)
    );
    assert_eq!(
        [
            root.likes,
            one(store, 2).await.likes,
            one(store, 3).await.likes
        ],
        [1, 1, 0]
    );
    let of_author = CommentList::OfAuthor(gone);
    assert_eq!(
        listed(store, of_author, CommentOrder::Newest).await,
        [0_u64; 0]
    );
    assert_eq!(store.liked_after(gone, None, 9).await.unwrap(), []);
    let roots = CommentList::Roots(TITLE);
    assert_eq!(listed(store, roots, CommentOrder::Oldest).await, [1, 2]);
    assert_eq!(count(store, TITLE).await, 2);
}
