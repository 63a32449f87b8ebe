//! How long comments may be, and how many of them may be named.

/// The most characters of a comment.
pub const MAX_BODY: usize = 10_000;
/// The most links in a comment.
pub const MOST_LINKS: usize = 2;
/// The last second that a comment may be about, of a series or of a film whose length is not known: no film is longer
/// than 100 hours.
pub(super) const LAST_SECOND: u32 = 360_000;
/// The most comments that moderators do something with at once.
pub const MOST_MODERATED: usize = 100;
