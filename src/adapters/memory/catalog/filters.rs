//! Which titles pass a filter and may be seen: a set of slots for each fact that is asked for.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use hashbrown::HashMap;
use roaring::RoaringBitmap;

use super::titles::Slot;
use crate::domain::catalog::{
    Facet, FacetCount, FacetValue, MissingFact, Publication, Rating, Title, TitleFilter, TitleKind,
    TitleState, Visibility, begins_decade, decade,
};
use crate::domain::ids::{GenreId, PersonId};
use crate::domain::text;

/// The sets of all facts.
#[derive(Default)]
pub(super) struct Filters {
    all: RoaringBitmap,
    films: RoaringBitmap,
    genres: HashMap<GenreId, RoaringBitmap>,
    /// Most people have few titles, for which a sorted array is a third of a set.
    people: HashMap<PersonId, Box<[Slot]>>,
    years: BTreeMap<i32, RoaringBitmap>,
    /// By length in seconds.
    durations: BTreeMap<u32, RoaringBitmap>,
    languages: HashMap<String, RoaringBitmap>,
    countries: HashMap<String, RoaringBitmap>,
    /// By the letter that names are filed under.
    initials: BTreeMap<char, RoaringBitmap>,
    /// By age in years; `None`: without a rating.
    ages: BTreeMap<Option<u8>, RoaringBitmap>,
    /// By how good titles are; those that nobody rates are in none.
    ratings: BTreeMap<Rating, RoaringBitmap>,
    /// By what titles lack, at the place of its number.
    missing: [RoaringBitmap; MissingFact::ALL.len()],
    /// By the state that titles are in, at the place of its number.
    states: [RoaringBitmap; TitleState::ALL.len()],
    /// What is not open to viewers for ever.
    windows: BTreeMap<Slot, Publication>,
    /// What was merged into others, or is being taken apart from them.
    merged: RoaringBitmap,
    /// Which of these are closed now.
    closed: Mutex<Option<Closed>>,
}

/// What is closed from one moment on, up to another at which a window opens or closes.
struct Closed {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    titles: Arc<RoaringBitmap>,
}

impl Filters {
    /// Puts a title in. One that was merged into another is in no list.
    pub(super) fn add(&mut self, slot: Slot, title: &Title) {
        if title.merge.is_some() {
            self.merged.insert(slot);
        }
        if title.leads_to().is_some() {
            return;
        }
        self.all.insert(slot);
        if title.kind == TitleKind::Film {
            self.films.insert(slot);
        }
        for genre in &title.genres {
            self.genres.entry(*genre).or_default().insert(slot);
        }
        for person in title.credited() {
            let titles = self.people.entry(person).or_default();
            if let Err(place) = titles.binary_search(&slot) {
                let mut more = Vec::with_capacity(titles.len() + 1);
                more.extend_from_slice(&titles[..place]);
                more.push(slot);
                more.extend_from_slice(&titles[place..]);
                *titles = more.into();
            }
        }
        if let Some(year) = title.year {
            self.years.entry(year).or_default().insert(slot);
        }
        if let Some(seconds) = title.usual_duration() {
            self.durations.entry(seconds).or_default().insert(slot);
        }
        for language in &title.languages {
            let titles = self.languages.entry_ref(language).or_default();
            titles.insert(slot);
        }
        for country in &title.countries {
            let titles = self.countries.entry_ref(country).or_default();
            titles.insert(slot);
        }
        self.initials
            .entry(initial(title))
            .or_default()
            .insert(slot);
        self.ages.entry(title.age()).or_default().insert(slot);
        if let Some(rating) = title.rating() {
            self.ratings.entry(rating).or_default().insert(slot);
        }
        for fact in MissingFact::of(title) {
            self.missing[fact as usize].insert(slot);
        }
        self.states[title.publication.state as usize].insert(slot);
        if title.publication != Publication::default() {
            self.windows.insert(slot, title.publication);
            self.closed = Mutex::default();
        }
    }

    /// Takes out what [`Self::add`] has put in for the same title.
    pub(super) fn remove(&mut self, slot: Slot, title: &Title) {
        let take_out = |set: Option<&mut RoaringBitmap>| {
            if let Some(set) = set {
                set.remove(slot);
            }
        };
        self.merged.remove(slot);
        self.all.remove(slot);
        self.films.remove(slot);
        for genre in &title.genres {
            take_out(self.genres.get_mut(genre));
        }
        for person in title.credited() {
            if let Some(titles) = self.people.get_mut(&person) {
                *titles = titles.iter().copied().filter(|it| *it != slot).collect();
            }
        }
        take_out(title.year.and_then(|year| self.years.get_mut(&year)));
        if let Some(seconds) = title.usual_duration() {
            take_out(self.durations.get_mut(&seconds));
        }
        for language in &title.languages {
            take_out(self.languages.get_mut(language));
        }
        for country in &title.countries {
            take_out(self.countries.get_mut(country));
        }
        take_out(self.initials.get_mut(&initial(title)));
        take_out(self.ages.get_mut(&title.age()));
        let rating = title.rating();
        take_out(rating.and_then(|rating| self.ratings.get_mut(&rating)));
        for titles in self.missing.iter_mut().chain(&mut self.states) {
            titles.remove(slot);
        }
        if self.windows.remove(&slot).is_some() {
            self.closed = Mutex::default();
        }
    }

    /// Where titles are that were merged into others, or are being taken apart from them.
    pub(super) fn merged(&self) -> &RoaringBitmap {
        &self.merged
    }

    /// Where somebody's titles are, in any role, sorted.
    pub(super) fn titles_of(&self, person: PersonId) -> &[Slot] {
        let titles = self.people.get(&person);
        titles.map(|titles| &**titles).unwrap_or_default()
    }

    /// Notes that a title is rated otherwise.
    pub(super) fn rate(&mut self, slot: Slot, before: Option<Rating>, now: Option<Rating>) {
        if before == now {
            return;
        }
        if let Some(titles) = before.and_then(|rating| self.ratings.get_mut(&rating)) {
            titles.remove(slot);
        }
        if let Some(rating) = now {
            self.ratings.entry(rating).or_default().insert(slot);
        }
    }

    /// The titles that may be seen and pass what sets tell: all conditions but which titles these are, and since when.
    pub(super) fn passing(&self, visibility: &Visibility, filter: &TitleFilter) -> RoaringBitmap {
        let mut passing = Passing::default();
        if let Some(kinds) = &filter.kinds {
            passing.only(self.of_kinds(kinds));
        }
        self.of_genres_and_people(filter, &mut passing);
        self.of_time(filter, &mut passing);
        if let Some(language) = &filter.language {
            passing.only(any(self.languages.get(language)));
        }
        if let Some(languages) = &filter.languages {
            passing.only(any(languages
                .iter()
                .filter_map(|code| self.languages.get(code))));
        }
        if let Some(countries) = &filter.countries {
            passing.only(any(countries
                .iter()
                .filter_map(|code| self.countries.get(code))));
        }
        if let Some(initial) = &filter.initial {
            passing.only(any(self.initials.get(initial)));
        }
        if let Some(most) = filter.max_age {
            let of_age = self.ages.range(Some(0)..=Some(most));
            passing.only(any(of_age.map(|(_, titles)| titles)));
        }
        passing.within(&self.ratings, (filter.min_rating, None));
        if let Some(facts) = &filter.missing {
            passing.only(any(facts.iter().map(|fact| &self.missing[*fact as usize])));
        }
        if let Some(states) = &filter.states {
            passing.only(any(states
                .iter()
                .map(|state| &self.states[*state as usize])));
        }
        if visibility.max_age().is_some() || !visibility.sees_unrated() {
            let seen = self.ages.iter().filter(|(age, _)| {
                let published = Publication::default();
                visibility.shows_rated(**age, &published)
            });
            passing.only(any(seen.map(|(_, titles)| titles)));
        }
        let mut titles = passing.set.unwrap_or(Cow::Borrowed(&self.all)).into_owned();
        if let Some(at) = visibility.open_at() {
            self.close(&mut titles, at);
        }
        titles
    }

    fn of_genres_and_people<'a>(&'a self, filter: &TitleFilter, passing: &mut Passing<'a>) {
        if let Some(genres) = &filter.genres {
            passing.only(any(genres
                .iter()
                .filter_map(|genre| self.genres.get(genre))));
        }
        for genre in filter.genres_all.iter().flatten() {
            passing.only(any(self.genres.get(genre)));
        }
        if let Some(people) = &filter.people {
            let titles = people.iter().filter_map(|person| self.people.get(person));
            passing.only(Cow::Owned(titles.flatten().collect()));
        }
        for person in filter.people_all.iter().flatten() {
            let titles = self.people.get(person).into_iter();
            passing.only(Cow::Owned(titles.flatten().collect()));
        }
    }

    fn of_time<'a>(&'a self, filter: &TitleFilter, passing: &mut Passing<'a>) {
        passing.within(&self.years, (filter.year_from, filter.year_to));
        passing.within(&self.durations, (filter.duration_from, filter.duration_to));
        if let Some(decades) = &filter.decades {
            let years = decades.iter().filter(|first| begins_decade(**first));
            let years = years.flat_map(|first| self.years.range(*first..=first.saturating_add(9)));
            passing.only(any(years.map(|(_, titles)| titles)));
        }
    }

    /// How many titles of a set have each value of a facet: the `most` that the most have.
    pub(super) fn count(
        &self,
        titles: &RoaringBitmap,
        facet: Facet,
        most: usize,
    ) -> Vec<FacetCount> {
        let count = |value, set: &RoaringBitmap| FacetCount {
            value,
            titles: titles.intersection_len(set),
        };
        let code = |sets: &HashMap<String, RoaringBitmap>, value: fn(String) -> FacetValue| {
            let counts = sets
                .iter()
                .map(|(code, set)| count(value(code.clone()), set));
            FacetCount::most(counts, most)
        };
        match facet {
            Facet::Genre => {
                let genres = self.genres.iter();
                let counts = genres.map(|(genre, set)| count(FacetValue::Genre(*genre), set));
                FacetCount::most(counts, most)
            }
            Facet::Kind => {
                let films = count(FacetValue::Kind(TitleKind::Film), &self.films);
                let series = FacetCount {
                    value: FacetValue::Kind(TitleKind::Series),
                    titles: titles.len() - films.titles,
                };
                FacetCount::most([films, series], most)
            }
            Facet::Decade => {
                let mut decades: BTreeMap<i32, u64> = BTreeMap::new();
                for (year, set) in &self.years {
                    *decades.entry(decade(*year)).or_default() += titles.intersection_len(set);
                }
                let counts = decades.into_iter().map(|(first, titles)| FacetCount {
                    value: FacetValue::Decade(first),
                    titles,
                });
                FacetCount::most(counts, most)
            }
            Facet::Language => code(&self.languages, FacetValue::Language),
            Facet::Country => code(&self.countries, FacetValue::Country),
            Facet::Age => {
                let rated = self.ages.iter();
                let rated = rated.filter_map(|(age, set)| Some(((*age)?, set)));
                let counts = rated.map(|(age, set)| count(FacetValue::Age(age), set));
                FacetCount::most(counts, most)
            }
            Facet::Missing => {
                let sets = MissingFact::ALL.into_iter().zip(&self.missing);
                let counts = sets.map(|(fact, set)| count(FacetValue::Missing(fact), set));
                FacetCount::most(counts, most)
            }
        }
    }

    fn of_kinds(&self, kinds: &[TitleKind]) -> Cow<'_, RoaringBitmap> {
        let has = |kind| kinds.contains(&kind);
        match (has(TitleKind::Film), has(TitleKind::Series)) {
            (true, true) => Cow::Borrowed(&self.all),
            (true, false) => Cow::Borrowed(&self.films),
            (false, true) => Cow::Owned(&self.all - &self.films),
            (false, false) => Cow::default(),
        }
    }

    /// Takes out what is not open at a moment.
    fn close(&self, titles: &mut RoaringBitmap, at: DateTime<Utc>) {
        if self.windows.is_empty() {
            return;
        }
        let closed = {
            let mut closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
            let known = closed.take().filter(|it| it.from <= at && at < it.until);
            let now = closed.insert(known.unwrap_or_else(|| self.closed_at(at)));
            Arc::clone(&now.titles)
        };
        *titles -= &*closed;
    }

    fn closed_at(&self, at: DateTime<Utc>) -> Closed {
        let (mut from, mut until) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
        let mut titles = RoaringBitmap::new();
        for (slot, publication) in &self.windows {
            for moment in [publication.from, publication.until].into_iter().flatten() {
                if moment <= at {
                    from = from.max(moment);
                } else {
                    until = until.min(moment);
                }
            }
            if !publication.is_open(at) {
                titles.insert(*slot);
            }
        }
        Closed {
            from,
            until,
            titles: Arc::new(titles),
        }
    }
}

/// The titles that have passed all that was asked so far; `None`: nothing was.
#[derive(Default)]
struct Passing<'a> {
    set: Option<Cow<'a, RoaringBitmap>>,
}

impl<'a> Passing<'a> {
    fn only(&mut self, these: Cow<'a, RoaringBitmap>) {
        self.set = Some(match self.set.take() {
            Some(set) => Cow::Owned(&*set & &*these),
            None => these,
        });
    }

    /// Only what has a value in a range; what has none does not pass, if an end of it is set.
    fn within<V: Ord + Copy>(
        &mut self,
        sets: &'a BTreeMap<V, RoaringBitmap>,
        (from, to): (Option<V>, Option<V>),
    ) {
        if from.is_none() && to.is_none() {
            return;
        }
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            return self.only(Cow::default());
        }
        let ends = (
            from.map_or(Bound::Unbounded, Bound::Included),
            to.map_or(Bound::Unbounded, Bound::Included),
        );
        self.only(any(sets.range(ends).map(|(_, titles)| titles)));
    }
}

/// Whatever is in one of these sets.
fn any<'a>(sets: impl IntoIterator<Item = &'a RoaringBitmap>) -> Cow<'a, RoaringBitmap> {
    let mut sets = sets.into_iter();
    let Some(first) = sets.next() else {
        return Cow::default();
    };
    let mut all = Cow::Borrowed(first);
    for set in sets {
        *all.to_mut() |= set;
    }
    all
}

/// What the name of a title is filed under.
fn initial(title: &Title) -> char {
    text::initial(&text::sort_name(&title.name))
}
