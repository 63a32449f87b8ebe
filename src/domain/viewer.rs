//! Who asks.

use super::ids::{ProfileId, SessionId, UserId};

/// The one who asks: nobody in particular, or an account with one of its profiles chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// Not logged in.
    Anonymous,
    /// Logged in.
    Known(KnownViewer),
}

/// A viewer who is logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownViewer {
    /// The account.
    pub user: UserId,
    /// The profile that watches.
    pub profile: ProfileId,
    /// The log-in that this request came with.
    pub session: SessionId,
}

impl Viewer {
    /// The viewer, if logged in.
    pub fn known(&self) -> Option<&KnownViewer> {
        match self {
            Self::Anonymous => None,
            Self::Known(viewer) => Some(viewer),
        }
    }

    /// The profile that watches, if logged in.
    pub fn profile(&self) -> Option<ProfileId> {
        self.known().map(|viewer| viewer.profile)
    }
}
