//! Which titles, in what order.

use std::collections::HashSet;
use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject};

use super::publication::TitleState;
use crate::domain::catalog::{self, MOST_POINTS, Rating, begins_decade};
use crate::domain::error::{Bounds, ErrorCode};
use crate::domain::ids::{GenreId, PersonId, TitleId};
use crate::domain::text::OTHER_INITIAL;
use crate::domain::watching::OwnTitles;
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ApiError, Result};
use crate::graphql::global_id::GlobalId;
use crate::graphql::scalars::DateTime;

/// The most values that one condition may have.
const MOST: usize = 100;
/// No system rates a title for a greater age.
const MOST_YEARS: u8 = 99;
/// So much of what was given wrongly is said again.
const SAID_AGAIN: usize = 60;

/// The two kinds of titles; an episode is part of a title.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "catalog::TitleKind")]
pub(crate) enum TitleKind {
    /// A film, which is watched in one piece.
    Film,
    /// A series, which is watched episode by episode.
    Series,
}

/// What a title can lack that its page would show.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "catalog::MissingFact")]
pub(crate) enum MissingFact {
    /// A poster that was loaded; one that is drawn stands in for it.
    Poster,
    /// What it is about, in any language.
    Overview,
    /// Whoever directed the film or created the series.
    Director,
    /// How long a film is, or the episodes of a series usually are.
    Duration,
    /// A certification by any rating system.
    Certification,
    /// An id elsewhere, by any provider.
    ExternalId,
}

/// The orders that titles are listed in; ties are broken by id.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TitleOrder {
    /// By name, A to Z, without regard to case, accents and a leading article.
    Name,
    /// By name, Z to A, without regard to case, accents and a leading article.
    NameDescending,
    /// The last added to the catalogue first.
    NewestAdded,
    /// The first added to the catalogue first.
    OldestAdded,
    /// The latest first showing first; titles of unknown year last.
    NewestReleased,
    /// The earliest first showing first; titles of unknown year last.
    OldestReleased,
    /// What the catalogue last changed first; what is added is changed as well.
    RecentlyUpdated,
    /// What the catalogue left unchanged for the longest time first.
    LeastRecentlyUpdated,
    /// What the most profiles have watched first.
    Popular,
    /// What the fewest profiles have watched first, beginning with what nobody has.
    LeastPopular,
    /// The best `rating { average }` first; titles that nobody rates last.
    TopRated,
    /// The worst `rating { average }` first; titles that nobody rates last.
    LowestRated,
    /// What the most profiles watched in the last seven days first; titles that are not among the 5000 most watched of
    /// these days last. It is counted anew every few seconds, so that a title that moves meanwhile may be passed over or
    /// come twice.
    Trending,
    /// What the fewest profiles watched in the last seven days first, beginning with what is not among the 5000 most
    /// watched of these days. It is counted as `TRENDING` is, and moves as that does.
    LeastTrending,
    /// Mixed by `seed`: the same seed always gives the same order, on every server and page.
    Random,
}

impl TitleOrder {
    /// The order as the domain knows it, with the seed for what is mixed.
    pub(super) fn into_domain(self, seed: Option<i32>) -> Result<catalog::TitleOrder> {
        if seed.is_some() && self != Self::Random {
            let message = "`seed` mixes the order `RANDOM`, and no other: leave one of them out";
            return Err(ApiError::argument(ErrorCode::Invalid, "seed", message));
        }
        Ok(match self {
            Self::Name => catalog::TitleOrder::Name,
            Self::NameDescending => catalog::TitleOrder::NameDescending,
            Self::NewestAdded => catalog::TitleOrder::NewestAdded,
            Self::OldestAdded => catalog::TitleOrder::OldestAdded,
            Self::NewestReleased => catalog::TitleOrder::NewestReleased,
            Self::OldestReleased => catalog::TitleOrder::OldestReleased,
            Self::RecentlyUpdated => catalog::TitleOrder::RecentlyUpdated,
            Self::LeastRecentlyUpdated => catalog::TitleOrder::LeastRecentlyUpdated,
            Self::Popular => catalog::TitleOrder::Popular,
            Self::LeastPopular => catalog::TitleOrder::LeastPopular,
            Self::TopRated => catalog::TitleOrder::TopRated,
            Self::LowestRated => catalog::TitleOrder::LowestRated,
            Self::Trending => catalog::TitleOrder::Trending,
            Self::LeastTrending => catalog::TitleOrder::LeastTrending,
            Self::Random => catalog::TitleOrder::Random(seed.unwrap_or(0)),
        })
    }
}

/// Which titles are wanted: those that pass every condition that is set. An empty list is no condition.
#[derive(InputObject, Default, Debug)]
pub(crate) struct TitleFilter {
    /// Of one of these kinds.
    kind: Option<Vec<TitleKind>>,
    /// With at least one of these genres, each as its global id or its slug; at most 100. `NOT_FOUND` if one is of none.
    genres: Option<Vec<ID>>,
    /// With all of these genres, each as its global id or its slug; at most 100. `NOT_FOUND` if one is of none.
    genres_all: Option<Vec<ID>>,
    /// With at least one of these people in any role, each as their global id or slug; at most 100. `NOT_FOUND` if one is
    /// of nobody.
    people: Option<Vec<ID>>,
    /// With all of these people in any role, each as their global id or slug; at most 100. `NOT_FOUND` if one is of
    /// nobody.
    people_all: Option<Vec<ID>>,
    /// First shown in this year or later; titles of unknown year do not pass.
    year_from: Option<i32>,
    /// First shown in this year or earlier; titles of unknown year do not pass.
    year_to: Option<i32>,
    /// First shown in one of these decades, each by its first year, such as 1990; at most 100. Titles of unknown year do
    /// not pass.
    decades: Option<Vec<i32>>,
    /// At least so many seconds long: a film's `duration`, a series' `episodeDuration`. Titles of unknown length do not
    /// pass.
    duration_from: Option<i32>,
    /// At most so many seconds long: a film's `duration`, a series' `episodeDuration`. Titles of unknown length do not
    /// pass.
    duration_to: Option<i32>,
    /// In which this language is spoken: an ISO 639-1 code of two letters, or what else stands for one when a catalogue is
    /// loaded (`eng`, `en-US`, `English`). One that is not known is spoken in none.
    language: Option<String>,
    /// In which at least one of these languages is spoken, each as in `language`; at most 100.
    languages: Option<Vec<String>>,
    /// Made in at least one of these countries, each as an ISO 3166-1 code of two letters, or what else stands for one
    /// when a catalogue is loaded; at most 100. Nothing was made in one that is not known.
    countries: Option<Vec<String>>,
    /// For this age or a younger one, in years, 0 to 99, by the strictest system that has rated it. Unrated titles do not
    /// pass.
    max_age: Option<i32>,
    /// With a `rating { average }` of at least so much, 0 to 10; it goes by three decimals. Titles that nobody rates do
    /// not pass.
    min_rating: Option<f64>,
    /// That lack at least one of these. For those that lack each of several, ask for one by one; the facet `MISSING` counts
    /// how many lack which.
    missing: Option<Vec<MissingFact>>,
    /// In one of these states. Curators see titles of all of them, but not on a child's profile; everybody else sees none
    /// but `PUBLISHED` ones, so that for them no title passes `[DRAFT, HIDDEN]`.
    state: Option<Vec<TitleState>>,
    /// Whose name is sorted under this letter, A to Z, as in the order `NAME`; `#` is for all that begin with something
    /// else.
    first_letter: Option<String>,
    /// Added to the catalogue at this moment or later.
    added_since: Option<DateTime>,
    /// True: only what the viewer's profile has watched, of a series at least an episode; false: only what it has not.
    /// `UNAUTHENTICATED` if nobody is logged in.
    watched: Option<bool>,
    /// True: only what is on the watchlist of the viewer's profile; false: only what is not. `UNAUTHENTICATED` if nobody
    /// is logged in.
    in_watchlist: Option<bool>,
}

impl TitleFilter {
    /// As the domain understands it, with what it says of the viewer's profile looked up.
    pub(crate) async fn into_domain(self, ctx: &Context<'_>) -> Result<catalog::TitleFilter> {
        let mut filter = catalog::TitleFilter {
            kinds: kinds(self.kind),
            genres: genres(ctx, "filter.genres", self.genres).await?,
            genres_all: genres(ctx, "filter.genresAll", self.genres_all).await?,
            people: people(ctx, "filter.people", self.people).await?,
            people_all: people(ctx, "filter.peopleAll", self.people_all).await?,
            roles: None,
            year_from: self.year_from,
            year_to: self.year_to,
            decades: decades(self.decades)?,
            duration_from: seconds("filter.durationFrom", self.duration_from)?,
            duration_to: seconds("filter.durationTo", self.duration_to)?,
            language: self.language.as_deref().map(language),
            languages: codes("filter.languages", self.languages, language)?,
            countries: codes("filter.countries", self.countries, country)?,
            max_age: self.max_age.map(age).transpose()?,
            min_rating: self.min_rating.map(rating).transpose()?,
            missing: each_of("filter.missing", self.missing)?,
            states: each_of("filter.state", self.state)?,
            initial: self.first_letter.as_deref().map(initial).transpose()?,
            added_since: self.added_since.map(|since| since.0),
            among: None,
            without: None,
        };
        for (field, set, wanted) in [
            ("filter.watched", OwnTitles::Watched, self.watched),
            (
                "filter.inWatchlist",
                OwnTitles::Watchlist,
                self.in_watchlist,
            ),
        ] {
            let Some(wanted) = wanted else { continue };
            narrow(&mut filter, own_titles(ctx, field, set).await?, wanted);
        }
        Ok(filter)
    }
}

/// Lets through what is in a set, or what is not.
fn narrow(filter: &mut catalog::TitleFilter, set: Arc<HashSet<TitleId>>, wanted: bool) {
    if wanted {
        filter.among = Some(match filter.among.take() {
            Some(among) => Arc::new(among.intersection(&set).copied().collect()),
            None => set,
        });
    } else {
        filter.without = Some(match filter.without.take() {
            Some(without) => Arc::new(without.union(&set).copied().collect()),
            None => set,
        });
    }
}

async fn own_titles(
    ctx: &Context<'_>,
    field: &'static str,
    set: OwnTitles,
) -> Result<Arc<HashSet<TitleId>>> {
    if ctx.viewer().profile().is_none() {
        let message = format!("`{field}` is about the viewer's profile: log in first");
        return Err(ApiError::argument(
            ErrorCode::Unauthenticated,
            field,
            message,
        ));
    }
    Ok(ctx
        .personal()
        .own_titles
        .find(set)
        .await?
        .unwrap_or_default())
}

/// The code of a language as titles have it.
fn language(written: &str) -> String {
    match catalog::language_code(written) {
        Some(code) => code.to_owned(),
        None => written.trim().to_lowercase(),
    }
}

/// The code of a country as titles have it.
fn country(written: &str) -> String {
    match catalog::country_code(written) {
        Some(code) => code.to_owned(),
        None => written.trim().to_uppercase(),
    }
}

/// The kinds that are wanted; `None` if all are.
pub(crate) fn kinds(kinds: Option<Vec<TitleKind>>) -> Option<Vec<catalog::TitleKind>> {
    let kinds = kinds.filter(|kinds| !kinds.is_empty())?;
    Some(kinds.into_iter().map(Into::into).collect())
}

fn codes(
    field: &'static str,
    written: Option<Vec<String>>,
    code: impl Fn(&str) -> String,
) -> Result<Option<Vec<String>>> {
    let written = some(field, written)?;
    Ok(written.map(|written| written.iter().map(|one| code(one)).collect()))
}

/// Values of an enum, as the domain has them.
fn each_of<T, D: From<T>>(field: &'static str, given: Option<Vec<T>>) -> Result<Option<Vec<D>>> {
    let given = some(field, given)?;
    Ok(given.map(|given| given.into_iter().map(D::from).collect()))
}

fn decades(decades: Option<Vec<i32>>) -> Result<Option<Vec<i32>>> {
    let field = "filter.decades";
    let decades = some(field, decades)?;
    let mut given = decades.iter().flatten();
    let wrong = given.find(|year| !begins_decade(**year));
    if let Some(year) = wrong {
        let message = format!("`{field}` has {year}, which is not the first year of a decade");
        return Err(ApiError::argument(ErrorCode::Invalid, field, message));
    }
    Ok(decades)
}

fn seconds(field: &'static str, seconds: Option<i32>) -> Result<Option<u32>> {
    let number = |seconds| {
        u32::try_from(seconds).map_err(|_| {
            let message = format!("`{field}` must be 0 or more");
            ApiError::argument(ErrorCode::OutOfRange, field, message).within(Bounds::least(0))
        })
    };
    seconds.map(number).transpose()
}

fn age(years: i32) -> Result<u8> {
    let age = u8::try_from(years).ok();
    age.filter(|age| *age <= MOST_YEARS).ok_or_else(|| {
        let message = format!("`filter.maxAge` must be 0 to {MOST_YEARS}");
        ApiError::argument(ErrorCode::OutOfRange, "filter.maxAge", message)
            .within(Bounds::between(0, MOST_YEARS.into()))
    })
}

fn rating(points: f64) -> Result<Rating> {
    Rating::of_points(points).ok_or_else(|| {
        let message = format!("`filter.minRating` must be 0 to {MOST_POINTS}");
        ApiError::argument(ErrorCode::OutOfRange, "filter.minRating", message)
            .within(Bounds::between(0, MOST_POINTS))
    })
}

fn initial(letter: &str) -> Result<char> {
    let mut letters = letter.chars().map(|letter| letter.to_ascii_uppercase());
    match (letters.next(), letters.next()) {
        (Some(initial), None) if initial.is_ascii_uppercase() || initial == OTHER_INITIAL => {
            Ok(initial)
        }
        _ => {
            let message = format!("`filter.firstLetter` must be A to Z, or `{OTHER_INITIAL}`");
            Err(ApiError::argument(
                ErrorCode::Invalid,
                "filter.firstLetter",
                message,
            ))
        }
    }
}

async fn genres(
    ctx: &Context<'_>,
    field: &'static str,
    given: Option<Vec<ID>>,
) -> Result<Option<Vec<GenreId>>> {
    let Some(given) = some(field, given)? else {
        return Ok(None);
    };
    let found = ctx.services().catalog.find_genres(&slugs(&given)).await?;
    let found = found.into_iter().map(|genre| Some(genre?.id));
    let of_genre = |id: GlobalId| match id {
        GlobalId::Genre(id) => Some(id),
        _ => None,
    };
    let genres = ids(field, &given, of_genre, found)?;
    let merged = ctx.services().catalog.genres_merged_into(&genres).await?;
    let standing = genres
        .into_iter()
        .map(|id| merged.get(&id).copied().unwrap_or(id));
    Ok(Some(standing.collect()))
}

async fn people(
    ctx: &Context<'_>,
    field: &'static str,
    given: Option<Vec<ID>>,
) -> Result<Option<Vec<PersonId>>> {
    let Some(given) = some(field, given)? else {
        return Ok(None);
    };
    let (catalog, visibility) = (&ctx.services().catalog, ctx.visibility());
    let found = catalog.find_people(&visibility, &slugs(&given)).await?;
    let of_person = |id: GlobalId| match id {
        GlobalId::Person(id) => Some(id),
        _ => None,
    };
    let people = ids(field, &given, of_person, found.into_iter())?;
    Ok(Some(catalog.standing(&people).await?))
}

/// Those of some values that are no global ids: they are looked up together.
fn slugs(given: &[ID]) -> Vec<String> {
    let slugs = given.iter().filter(|one| GlobalId::decode(one).is_none());
    slugs.map(|slug| slug.0.clone()).collect()
}

/// The ids of what a condition names, in its order; `found` has those of its slugs.
fn ids<T>(
    field: &'static str,
    given: &[ID],
    of_sort: impl Fn(GlobalId) -> Option<T>,
    mut found: impl Iterator<Item = Option<T>>,
) -> Result<Vec<T>> {
    let ids = given.iter().map(|one| {
        let id = match GlobalId::decode(one) {
            Some(id) => of_sort(id),
            None => found.next().flatten(),
        };
        id.ok_or_else(|| names_none(field, one))
    });
    ids.collect()
}

/// The values of a condition, which must not be too many; `None`: there is no such condition.
fn some<T>(field: &'static str, values: Option<Vec<T>>) -> Result<Option<Vec<T>>> {
    let values = values.filter(|values| !values.is_empty());
    if values.as_ref().is_some_and(|values| values.len() > MOST) {
        let message = format!("`{field}` may have at most {MOST} values");
        let error = ApiError::argument(ErrorCode::OutOfRange, field, message);
        return Err(error.within(Bounds::most(MOST)));
    }
    Ok(values)
}

fn names_none(field: &'static str, given: &ID) -> ApiError {
    let given: String = given.chars().take(SAID_AGAIN).collect();
    let message =
        format!("`{field}` has `{given}`, which is neither the global id nor the slug of one");
    ApiError::argument(ErrorCode::NotFound, field, message)
}
