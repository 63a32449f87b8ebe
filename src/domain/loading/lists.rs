//! The lists of a title, to which something is added, or from which something is taken.

use super::about::{MAX_STUDIOS, MAX_TAGS};
use super::codes::MAX_CODES;
use super::credits::MAX_CREDITS;
use super::mapped_roles::directors_of;
use super::problem::Problem;
use super::records::MAX_GENRES;
use crate::domain::catalog::{Certification, Credit, CreditRole, ExternalId, Title};

/// The most ids that a title has elsewhere; each provider gives it one.
const MAX_IDS: usize = 100;

/// A title with what another has in its lists besides. Who is credited in a role already is credited there as the other
/// says; of ids and certifications each provider or system says one thing, and the other's counts.
#[must_use]
pub fn with_added(title: Title, added: Title) -> Title {
    Title {
        genres: joined(title.genres, added.genres, |one, other| one == other),
        tags: joined(title.tags, added.tags, |one, other| {
            is_same_word(one, other)
        }),
        studios: joined(title.studios, added.studios, |one, other| {
            is_same_word(one, other)
        }),
        countries: joined(title.countries, added.countries, |one, other| one == other),
        languages: joined(title.languages, added.languages, |one, other| one == other),
        credits: credits_joined(title.credits, added.credits),
        crew: credits_joined(title.crew, added.crew),
        external_ids: entries_joined(title.external_ids, added.external_ids, |it| &it.provider),
        certifications: entries_joined(title.certifications, added.certifications, |it| &it.system),
        ..title
    }
}

/// A title without what another has in its lists. A person goes from the roles in which the other has them.
#[must_use]
pub fn without_removed(title: Title, removed: &Title) -> Title {
    let is_same_id = |one: &ExternalId, other: &ExternalId| one == other;
    let is_same_label = |one: &Certification, other: &Certification| {
        one.system == other.system && one.label == other.label
    };
    Title {
        genres: less(title.genres, &removed.genres, |one, other| one == other),
        tags: less(title.tags, &removed.tags, |one, other| {
            is_same_word(one, other)
        }),
        studios: less(title.studios, &removed.studios, |one, other| {
            is_same_word(one, other)
        }),
        countries: less(title.countries, &removed.countries, |one, other| {
            one == other
        }),
        languages: less(title.languages, &removed.languages, |one, other| {
            one == other
        }),
        credits: in_order(less(title.credits, &removed.credits, is_same_credit)),
        crew: in_order(less(title.crew, &removed.crew, is_same_credit)),
        external_ids: less(title.external_ids, &removed.external_ids, is_same_id),
        certifications: less(title.certifications, &removed.certifications, is_same_label),
        ..title
    }
}

/// That no list of a title is longer than a record may have it.
pub fn check_lists(title: &Title) -> Result<(), Problem> {
    let credited = |role: CreditRole| title.all_credits().filter(|it| it.role == role).count();
    let directors = directors_of(title.kind);
    for (field, number, most) in [
        ("genres", title.genres.len(), MAX_GENRES),
        ("tags", title.tags.len(), MAX_TAGS),
        ("studios", title.studios.len(), MAX_STUDIOS),
        ("countries", title.countries.len(), MAX_CODES),
        ("languages", title.languages.len(), MAX_CODES),
        (directors, credited(CreditRole::Director), MAX_CREDITS),
        ("cast", credited(CreditRole::Actor), MAX_CREDITS),
        ("guests", credited(CreditRole::Guest), MAX_CREDITS),
        ("writers", credited(CreditRole::Writer), MAX_CREDITS),
        ("producers", credited(CreditRole::Producer), MAX_CREDITS),
        ("composers", credited(CreditRole::Composer), MAX_CREDITS),
        ("ids", title.external_ids.len(), MAX_IDS),
    ] {
        if number > most {
            let reason = format!("has {number} entries, more than {most}");
            return Err(Problem::new(field, reason).at_most(most));
        }
    }
    Ok(())
}

fn is_same_word(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn is_same_credit(one: &Credit, other: &Credit) -> bool {
    one.person == other.person && one.role == other.role
}

fn joined<T>(mut list: Vec<T>, added: Vec<T>, is_same: impl Fn(&T, &T) -> bool) -> Vec<T> {
    for new in added {
        if !list.iter().any(|there| is_same(there, &new)) {
            list.push(new);
        }
    }
    list
}

fn less<T>(mut list: Vec<T>, removed: &[T], is_same: impl Fn(&T, &T) -> bool) -> Vec<T> {
    list.retain(|there| !removed.iter().any(|gone| is_same(there, gone)));
    list
}

fn entries_joined<T>(mut entries: Vec<T>, added: Vec<T>, name: impl Fn(&T) -> &str) -> Vec<T> {
    entries.retain(|there| !added.iter().any(|new| name(new) == name(there)));
    entries.extend(added);
    entries.sort_by(|one, other| name(one).cmp(name(other)));
    entries
}

pub(super) fn credits_joined(mut credits: Vec<Credit>, added: Vec<Credit>) -> Vec<Credit> {
    for new in added {
        match credits.iter_mut().find(|there| is_same_credit(there, &new)) {
            // That nothing is said of the character is not that there is none.
            Some(there) => there.character = new.character.or(there.character.take()),
            None => credits.push(new),
        }
    }
    in_order(credits)
}

/// The credits by role, and numbered anew in each.
fn in_order(mut credits: Vec<Credit>) -> Vec<Credit> {
    // It is stable: within a role the billing stays, and who is new comes last.
    credits.sort_by_key(|credit| credit.role);
    for of_role in credits.chunk_by_mut(|one, other| one.role == other.role) {
        for (order, credit) in (0..).zip(of_role) {
            credit.order = order;
        }
    }
    credits
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::loading::samples::heat;

    fn stored() -> Title {
        heat(json!({
            "genres": ["Crime", "Drama"], "tags": ["Heist"], "countries": ["US"],
            "cast": ["Al Pacino", { "name": "Val Kilmer", "character": "Chris" }],
            "directors": ["Michael Mann"], "writers": ["Michael Mann"],
            "ids": { "imdb": "tt0113277", "tmdb": 949 }, "certifications": { "US": "R" },
        }))
    }

    #[test]
    fn what_is_added_comes_last_and_once() {
        let added = heat(json!({
            "genres": ["drama", "Thriller"], "tags": ["heist", "L.A."],
            "cast": [{ "name": "Al Pacino", "character": "Hanna" }, "Val Kilmer", "Jon Voight"],
            "ids": { "tmdb": 950, "tvdb": 7 }, "certifications": { "DE": "16" },
        }));

        let after = with_added(stored(), added);

        let expected = heat(json!({
            "genres": ["Crime", "Drama", "Thriller"], "tags": ["Heist", "L.A."], "countries": ["US"],
            "cast": [
                { "name": "Al Pacino", "character": "Hanna" },
                { "name": "Val Kilmer", "character": "Chris" },
                "Jon Voight",
            ],
            "directors": ["Michael Mann"], "writers": ["Michael Mann"],
            "ids": { "imdb": "tt0113277", "tmdb": 950, "tvdb": 7 },
            "certifications": { "US": "R", "DE": "16" },
        }));
        assert_eq!(after, expected);
    }

    #[test]
    fn what_is_taken_goes_from_where_it_is_named() {
        let removed = heat(json!({
            "genres": ["crime"], "tags": ["HEIST", "never there"], "cast": ["Al Pacino"],
            "directors": ["Michael Mann"], "ids": { "imdb": "tt0113277", "tmdb": 1 },
            "certifications": { "US": "R" },
        }));

        let after = without_removed(stored(), &removed);

        let expected = heat(json!({
            "genres": ["Drama"], "countries": ["US"], "writers": ["Michael Mann"],
            "cast": [{ "name": "Val Kilmer", "character": "Chris" }], "ids": { "tmdb": 949 },
        }));
        assert_eq!(after, expected);
    }

    #[test]
    fn no_list_grows_beyond_what_a_record_may_have() {
        let many = |from: usize| {
            let genres = (from..from + 30).map(|n| format!("Genre {n}"));
            heat(json!({ "genres": genres.collect::<Vec<_>>() }))
        };
        assert_eq!(check_lists(&many(0)), Ok(()));

        let problem = check_lists(&with_added(many(0), many(30))).unwrap_err();

        assert_eq!(problem.field, "genres");
        assert_eq!(problem.reason, "has 60 entries, more than 50");
    }
}
