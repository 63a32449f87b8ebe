//! Who may see which titles: the one rule that every list, search, suggestion and look-up goes through.
//!
//! What may not be seen does not exist. Episodes and seasons are seen with their series, a collection with one of its
//! films, and people with a title that credits them, itself or in an episode: who leads to titles of which none is seen is
//! not there. Who leads to none at all tells of none, and can be looked up, but no search finds them. Genres are facts of
//! the world and always readable, whatever titles they lead to. A viewer's own "not interested" is no part of the rule.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::facts::TitleFacts;
use super::publication::Publication;
use super::types::Title;
use crate::domain::viewer::{ADULT, Role, Viewer};

/// What a site lets whom see, as far as the site decides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VisibilityPolicy {
    /// The highest age rating for whoever is not logged in, in years; `None`: every rating.
    pub anonymous_max_age: Option<u8>,
    /// Whether titles without a rating are for children too.
    pub unrated_for_children: bool,
}

/// Viewers who may see the same titles at the same moment: what lists of titles are cached by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Audience {
    ages: Ages,
    sees_unpublished: bool,
}

/// Which ratings are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Ages {
    /// The highest, in years; `None`: every one.
    most: Option<u8>,
    /// Whether titles without a rating are seen.
    unrated: bool,
}

/// What of the catalogue somebody may see at a moment. The first argument of every use case that gives titles out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visibility {
    ages: Ages,
    /// When a title's window must be open; `None`: what is not published is seen as well.
    open_at: Option<DateTime<Utc>>,
    /// Whether titles are seen that were merged into others, which stand for them.
    sees_merged: bool,
}

impl VisibilityPolicy {
    /// What a viewer may see: up to the age of the profile, whatever the account's role. Curators see what is not
    /// published as well, but not on a child's profile.
    pub fn of(&self, viewer: &Viewer, now: DateTime<Utc>) -> Visibility {
        let (max_age, role) = match viewer {
            Viewer::Anonymous => (self.anonymous_max_age, Role::Viewer),
            Viewer::Known(viewer) => (viewer.max_age, viewer.role),
        };
        let sees_unpublished = !is_child(max_age) && role >= Role::Curator;
        Visibility {
            ages: self.ages(max_age),
            open_at: (!sees_unpublished).then_some(now),
            sees_merged: false,
        }
    }

    /// What of it is for a profile of this highest age as well: the stricter of both ages holds.
    pub fn narrowed(&self, visibility: &Visibility, max_age: Option<u8>) -> Visibility {
        let (one, other) = (visibility.ages, self.ages(max_age));
        let most = match (one.most, other.most) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        Visibility {
            ages: Ages {
                most,
                unrated: one.unrated && other.unrated,
            },
            ..*visibility
        }
    }

    fn ages(self, most: Option<u8>) -> Ages {
        Ages {
            most,
            unrated: self.unrated_for_children || !is_child(most),
        }
    }
}

fn is_child(max_age: Option<u8>) -> bool {
    max_age.is_some_and(|age| age < ADULT)
}

impl Audience {
    /// What these viewers may see at a moment.
    pub fn at(self, now: DateTime<Utc>) -> Visibility {
        Visibility {
            ages: self.ages,
            open_at: (!self.sees_unpublished).then_some(now),
            sees_merged: false,
        }
    }
}

impl Visibility {
    /// Everything, published or not: for the site's own work, never for an answer to a viewer.
    pub fn everything() -> Self {
        Self {
            ages: Ages {
                most: None,
                unrated: true,
            },
            open_at: None,
            sees_merged: true,
        }
    }

    /// Whether a title may be seen.
    pub fn shows(&self, title: &Title) -> bool {
        (self.sees_merged || title.leads_to().is_none())
            && self.shows_rated(title.age(), &title.publication)
    }

    /// Whether a title may be seen of which these are the facts. No list and no search has what was merged.
    pub(super) fn shows_facts(&self, title: &TitleFacts) -> bool {
        !title.is_merged && self.shows_rated(title.age, &title.publication)
    }

    /// Whether a title of this age rating (`None`: without one) and publication may be seen.
    pub fn shows_rated(&self, age: Option<u8>, publication: &Publication) -> bool {
        let is_of_age = match (age, self.ages.most) {
            (None, _) => self.ages.unrated,
            (Some(_), None) => true,
            (Some(age), Some(most)) => age <= most,
        };
        is_of_age && self.open_at.is_none_or(|at| publication.is_open(at))
    }

    /// Whether every title may be seen, but perhaps for what was merged into others.
    pub fn is_everything(&self) -> bool {
        let everything = Self::everything();
        (self.ages, self.open_at) == (everything.ages, everything.open_at)
    }

    /// Whether titles are seen that were merged into others.
    pub(super) fn sees_merged(&self) -> bool {
        self.sees_merged
    }

    /// The same without what is not published now: nobody is suggested a draft, not even who may see it.
    #[must_use]
    pub fn only_published(&self, now: DateTime<Utc>) -> Self {
        Self {
            open_at: Some(self.open_at.unwrap_or(now)),
            sees_merged: false,
            ..*self
        }
    }

    /// Who may see the same at the same moment.
    pub fn audience(&self) -> Audience {
        Audience {
            ages: self.ages,
            sees_unpublished: self.open_at.is_none(),
        }
    }

    /// The highest age rating that is seen, in years; `None`: every rating.
    pub fn max_age(&self) -> Option<u8> {
        self.ages.most
    }

    /// Whether titles without a rating are seen.
    pub fn sees_unrated(&self) -> bool {
        self.ages.unrated
    }

    /// The moment at which a title's window must be open; `None`: what is not published is seen as well.
    pub fn open_at(&self) -> Option<DateTime<Utc>> {
        self.open_at
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::domain::catalog::TitleState;
    use crate::domain::ids::{ProfileId, SessionId, UserId};
    use crate::domain::viewer::{KnownViewer, Login};

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;
    const SITE: VisibilityPolicy = VisibilityPolicy {
        anonymous_max_age: None,
        unrated_for_children: false,
    };

    fn known(role: Role, max_age: Option<u8>) -> Viewer {
        Viewer::Known(KnownViewer {
            user: UserId(1),
            profile: ProfileId(1),
            max_age,
            language: None,
            pause: None,
            role,
            login: Login::Session(SessionId(1)),
        })
    }

    fn draft() -> Publication {
        Publication {
            state: TitleState::Draft,
            ..Publication::default()
        }
    }

    /// The published titles of these ratings that are seen.
    fn seen(visibility: &Visibility, ages: &[Option<u8>]) -> Vec<Option<u8>> {
        let published = Publication::default();
        let ages = ages.iter().copied();
        ages.filter(|age| visibility.shows_rated(*age, &published))
            .collect()
    }

    const AGES: [Option<u8>; 6] = [None, Some(0), Some(6), Some(12), Some(18), Some(21)];

    #[test]
    fn a_profile_sees_nothing_above_its_age() {
        for (max_age, expected) in [
            (None, AGES.to_vec()),
            (Some(21), AGES.to_vec()),
            (Some(18), vec![None, Some(0), Some(6), Some(12), Some(18)]),
            (Some(12), vec![Some(0), Some(6), Some(12)]),
            (Some(0), vec![Some(0)]),
        ] {
            let visibility = SITE.of(&known(Role::Viewer, max_age), NOW);
            assert_eq!(seen(&visibility, &AGES), expected, "{max_age:?}");
        }
    }

    #[test]
    fn children_see_what_is_unrated_where_the_site_says_so() {
        let site = VisibilityPolicy {
            unrated_for_children: true,
            ..SITE
        };

        let visibility = site.of(&known(Role::Viewer, Some(6)), NOW);

        assert_eq!(seen(&visibility, &AGES), [None, Some(0), Some(6)]);
    }

    #[test]
    fn strangers_see_what_the_site_says() {
        let site = VisibilityPolicy {
            anonymous_max_age: Some(12),
            ..SITE
        };

        let everybody = seen(&SITE.of(&Viewer::Anonymous, NOW), &AGES);
        let some = seen(&site.of(&Viewer::Anonymous, NOW), &AGES);

        assert_eq!(everybody, AGES);
        assert_eq!(some, [Some(0), Some(6), Some(12)]);
    }

    #[test]
    fn what_is_not_published_is_for_curators() {
        let sees = |viewer: &Viewer| SITE.of(viewer, NOW).shows_rated(None, &draft());

        assert!(!sees(&Viewer::Anonymous));
        assert!(!sees(&known(Role::Viewer, None)));
        assert!(sees(&known(Role::Curator, None)));
        assert!(sees(&known(Role::Admin, None)));
    }

    #[test]
    fn a_childs_profile_in_a_curators_account_is_a_childs() {
        let visibility = SITE.of(&known(Role::Admin, Some(12)), NOW);

        assert_eq!(seen(&visibility, &AGES), [Some(0), Some(6), Some(12)]);
        assert!(!visibility.shows_rated(Some(0), &draft()));
    }

    #[test]
    fn a_window_is_looked_through_at_the_moment_of_the_request() {
        let tomorrow = Publication {
            from: Some(NOW + TimeDelta::days(1)),
            ..Publication::default()
        };
        let viewer = known(Role::Viewer, None);

        let today = SITE.of(&viewer, NOW);
        let then = SITE.of(&viewer, NOW + TimeDelta::days(1));

        assert!(!today.shows_rated(None, &tomorrow));
        assert!(then.shows_rated(None, &tomorrow));
        assert_eq!(today.audience(), then.audience());
        assert_eq!(today.audience().at(NOW + TimeDelta::days(1)), then);
        let everything = Visibility::everything();
        assert!(everything.audience().at(NOW).is_everything());
    }

    #[test]
    fn the_stricter_of_two_holds() {
        let parent = SITE.of(&known(Role::Viewer, None), NOW);
        let child = SITE.of(&known(Role::Viewer, Some(6)), NOW);

        assert_eq!(SITE.narrowed(&parent, Some(6)), child);
        assert_eq!(SITE.narrowed(&child, None), child);
        assert_eq!(SITE.narrowed(&child, Some(12)), child);
        assert_eq!(SITE.narrowed(&parent, None), parent);
    }

    #[test]
    fn everything_is_everything() {
        let everything = Visibility::everything();

        assert!(everything.is_everything());
        assert!(everything.shows_rated(None, &draft()));
        assert_eq!(seen(&everything, &AGES), AGES);
        let published = everything.only_published(NOW);
        assert!(!published.is_everything());
        assert_eq!(published, SITE.of(&Viewer::Anonymous, NOW));
    }
}
