//! The places of pieces that come: so many at a time a server, and so many of one account, so that nobody takes all of
//! them, however slowly they send. Some are for curators alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedSemaphorePermit;

use crate::domain::ids::UserId;
use crate::domain::viewer::{KnownViewer, Role};
use crate::http::at_work::{Places, busy_with};
use crate::http::problem::Problem;

/// How many pieces may come at a time: of each a chunk is in memory.
const ALL: usize = 6;
/// How many of those may be of accounts that are no curators.
const OF_OTHERS: usize = 4;
/// How many a curator may have.
const OF_A_CURATOR: usize = 4;
/// How many any other account may have.
const OF_AN_ACCOUNT: usize = 2;

/// The places of a server.
#[derive(Clone)]
pub(super) struct PiecePlaces {
    all: Places,
    of_others: Places,
    taken: Arc<Mutex<HashMap<UserId, usize>>>,
}

/// The place of a piece, until it is dropped.
pub(super) struct PiecePlace {
    taken: Arc<Mutex<HashMap<UserId, usize>>>,
    user: UserId,
    permits: Vec<OwnedSemaphorePermit>,
}

impl PiecePlaces {
    pub(super) fn new() -> Self {
        Self {
            all: Places::new(ALL),
            of_others: Places::new(OF_OTHERS),
            taken: Arc::default(),
        }
    }

    /// A place for a piece of this account, or that it is to try again.
    pub(super) fn take(&self, viewer: &KnownViewer) -> Result<PiecePlace, Problem> {
        let is_curator = viewer.role >= Role::Curator;
        let most = if is_curator {
            OF_A_CURATOR
        } else {
            OF_AN_ACCOUNT
        };
        let place = self.take_own(viewer.user, most);
        let busy = || busy_with("too many of your uploads are coming at once");
        let mut place = place.ok_or_else(busy)?;
        if !is_curator {
            place
                .permits
                .push(self.of_others.take().ok_or_else(all_taken)?);
        }
        place.permits.push(self.all.take().ok_or_else(all_taken)?);
        Ok(place)
    }

    fn take_own(&self, user: UserId, most: usize) -> Option<PiecePlace> {
        let mut taken = lock(&self.taken);
        let own = taken.entry(user).or_default();
        if *own >= most {
            return None;
        }
        *own += 1;
        Some(PiecePlace {
            taken: Arc::clone(&self.taken),
            user,
            permits: Vec::new(),
        })
    }
}

impl Drop for PiecePlace {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        if let Some(own) = taken.get_mut(&self.user) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                taken.remove(&self.user);
            }
        }
    }
}

fn all_taken() -> Problem {
    busy_with("too many uploads are coming at once")
}

fn lock(taken: &Mutex<HashMap<UserId, usize>>) -> MutexGuard<'_, HashMap<UserId, usize>> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use axum::response::IntoResponse;

    use super::*;
    use crate::domain::ids::{ProfileId, SessionId};
    use crate::domain::viewer::Login;

    fn viewer(user: u64, role: Role) -> KnownViewer {
        KnownViewer {
            user: UserId(user),
            profile: ProfileId(user),
            max_age: None,
            language: None,
            pause: None,
            role,
            login: Login::Session(SessionId(1)),
        }
    }

    #[test]
    fn nobody_takes_all_places() {
        let places = PiecePlaces::new();
        let take = |user, role| places.take(&viewer(user, role)).ok();
        let mut held = Vec::new();

        for user in [1, 1, 2, 2] {
            held.push(take(user, Role::Viewer).unwrap());
        }

        assert!(take(1, Role::Viewer).is_none());
        assert!(take(3, Role::Viewer).is_none(), "the rest is for curators");
        held.extend([(); 2].map(|()| take(4, Role::Curator).unwrap()));
        let refused = places.take(&viewer(5, Role::Curator)).err().unwrap();
        let refused = refused.into_response();
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(refused.headers()["retry-after"], "1");
        // One of the first account.
        drop(held.swap_remove(0));
        assert!(take(2, Role::Viewer).is_none());
        assert!(take(1, Role::Viewer).is_some());
        assert!(take(3, Role::Viewer).is_some());
        drop(held);
        held = [(); OF_A_CURATOR]
            .map(|()| take(4, Role::Curator).unwrap())
            .into();
        assert!(take(4, Role::Curator).is_none());
        assert_eq!(lock(&places.taken).len(), 1);
        drop(held);
        assert!(lock(&places.taken).is_empty());
    }
}
