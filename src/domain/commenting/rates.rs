//! How much may be written, and that nothing is said twice in a row.

use std::time::Duration;

use super::comment::Comment;
use super::error::CommentError;
use super::text::seen;
use crate::domain::ids::TitleId;
use crate::domain::limits::{Rate, RateLimiter, Verdict, limit_key};
use crate::domain::viewer::{Client, KnownViewer};

/// How many comments an account may write or change, whatever its profile: more than in a lively talk, and too few to
/// flood a title, or to wash away what a comment said before.
const OF_ACCOUNT: Rate = Rate::per_hour(60);
/// How many come from one network, behind which there may be a house or an office.
const OF_NETWORK: Rate = Rate::per_hour(300);
/// How often the same may be said after the same comment: so of several calls at once, each of which finds that nobody
/// has said it yet, one is kept. None of them takes so long.
const OF_SAME: Rate = Rate {
    count: 1,
    period: Duration::from_secs(10),
};

/// That neither the viewer's account nor its network writes or changes too many.
pub(super) async fn check_rates(
    limiter: &dyn RateLimiter,
    viewer: &KnownViewer,
    client: &Client,
) -> Result<(), CommentError> {
    let account = limit_key("comments-account", &[&viewer.user.to_string()]);
    let network = limit_key("comments-network", &[&client.network()]);
    for (key, rate) in [(account, OF_ACCOUNT), (network, OF_NETWORK)] {
        if let Verdict::Wait(wait) = limiter.take(&key, rate).await? {
            let wait = wait.max(Duration::from_secs(1));
            return Err(CommentError::TooOften { wait });
        }
    }
    Ok(())
}

/// That the newest comment of a profile does not say the same of the same title.
pub(super) fn check_news(
    newest: Option<&Comment>,
    title: TitleId,
    body: &str,
) -> Result<(), CommentError> {
    let is_same = |it: &Comment| it.title == title && seen(&it.body) == seen(body);
    if newest.is_some_and(is_same) {
        return Err(CommentError::SameAgain);
    }
    Ok(())
}

/// That nobody says the same with the same profile at this moment. To be asked last: what is refused afterwards is
/// refused again for a while.
pub(super) async fn check_only(
    limiter: &dyn RateLimiter,
    viewer: &KnownViewer,
    newest: Option<&Comment>,
    (title, body): (TitleId, &str),
) -> Result<(), CommentError> {
    // What was said in between may be answered by the same again.
    let after = newest.map(|it| it.id.to_string()).unwrap_or_default();
    let (profile, title) = (viewer.profile.to_string(), title.to_string());
    let body = seen(body);
    let key = limit_key("comments-same", &[&profile, &after, &title, &body]);
    match limiter.take(&key, OF_SAME).await? {
        Verdict::Allowed => Ok(()),
        Verdict::Wait(_) => Err(CommentError::SameAgain),
    }
}
