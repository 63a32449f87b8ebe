//! What viewers write of titles for each other: comments, replies to them, and likes.
//!
//! They are read far more than written: each list is read along an index from where its page begins, and nothing is
//! counted while somebody reads. Who writes or likes changes documents of their own alone; what is counted of them
//! (likes, replies, the comments of a title) follows within moments ([`CommentStore::count_waiting`]).

mod comment;
mod error;
mod limits;
mod moderating;
mod rates;
mod service;
mod store;
mod text;

pub use comment::{Comment, CommentState, FormerText, Like, MOST_FORMER, top_of};
pub use error::CommentError;
pub use limits::{MAX_BODY, MOST_LINKS, MOST_MODERATED};
pub use moderating::Moderation;
pub use service::{
    CommentDraft, CommentEdit, CommentPolicy, CommentPorts, CommentService, CountsByTitle,
    LikedByComment,
};
pub use store::{CommentList, CommentOrder, CommentStore, place_of};
