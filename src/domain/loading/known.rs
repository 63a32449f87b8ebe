//! What of the catalogue the rows of a file may be: all titles, or all people, by id and by folded name.

use std::collections::HashMap;

use chrono::Datelike;

use super::checks::are_counted_by_kind;
use crate::domain::catalog::{
    CatalogError, CatalogPart, CatalogService, ExternalId, Person, Roles, Title, TitleKind,
};
use crate::domain::text;

/// How many are read at once.
const TOGETHER: usize = 1000;

/// Titles or people, with their ids of one provider.
#[derive(Debug, Default)]
pub(super) struct Known {
    things: Vec<Thing>,
    /// By id, and by kind where films and series may have the same.
    by_id: HashMap<(String, Option<TitleKind>), usize>,
    are_counted_by_kind: bool,
    by_name: HashMap<String, Vec<usize>>,
    by_slug: HashMap<String, usize>,
}

/// A title or a person.
#[derive(Debug, Clone, Default)]
pub(super) struct Thing {
    pub(super) slug: String,
    pub(super) name: String,
    /// `None` if it is a person.
    pub(super) kind: Option<TitleKind>,
    /// Of a person that of birth.
    pub(super) year: Option<i32>,
    /// The roles in which somebody took part in it.
    pub(super) roles: Roles,
    /// Its id of the provider.
    pub(super) id: Option<String>,
    /// The one row that may be of it by its name, until all are read.
    pub(super) claim: Claim,
}

/// Which ids of a file something may have by its name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Claim {
    #[default]
    Nothing,
    One(String),
    Several,
}

/// What a row is of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) id: &'a str,
    pub(super) kind: Option<TitleKind>,
    pub(super) name: &'a str,
    /// That of a title, or of the birth of a person. `None`: any may be meant.
    pub(super) year: Option<i32>,
}

impl Known {
    /// All titles, and those of `more`, which are not stored yet.
    pub(super) async fn titles<'t>(
        catalog: &CatalogService,
        provider: &str,
        more: impl Iterator<Item = &'t Title>,
    ) -> Result<Self, CatalogError> {
        let mut known = Self {
            are_counted_by_kind: are_counted_by_kind(provider),
            ..Self::default()
        };
        for title in more {
            known.learn_title(title, provider);
        }
        known.learn(catalog, CatalogPart::Titles, provider).await?;
        Ok(known)
    }

    /// All people of the catalogue.
    pub(super) async fn people(
        catalog: &CatalogService,
        provider: &str,
    ) -> Result<Self, CatalogError> {
        let mut known = Self::default();
        known.learn(catalog, CatalogPart::People, provider).await?;
        Ok(known)
    }

    async fn learn(
        &mut self,
        catalog: &CatalogService,
        part: CatalogPart,
        provider: &str,
    ) -> Result<(), CatalogError> {
        let mut after = Some(i64::MIN);
        while let Some(from) = after {
            let (batch, next) = catalog.part_after(part, from, TOGETHER).await?;
            for title in &batch.titles {
                self.learn_title(title, provider);
            }
            for person in &batch.people {
                self.learn_person(person, provider);
            }
            after = next;
        }
        Ok(())
    }

    fn learn_title(&mut self, title: &Title, provider: &str) {
        let others = title.names.iter().map(|name| &*name.text);
        let names = [Some(title.name.as_str()), title.original_name.as_deref()];
        let names = names.into_iter().flatten().chain(others);
        let thing = Thing {
            slug: text::compose(&title.slug),
            name: title.name.clone(),
            kind: Some(title.kind),
            year: title.year,
            roles: title.all_credits().map(|credit| credit.role).collect(),
            id: id_of(&title.external_ids, provider),
            ..Thing::default()
        };
        self.add(thing, names);
    }

    fn learn_person(&mut self, person: &Person, provider: &str) {
        // An id that both have is of the one who stands for the other.
        let is_free = |id: &String| {
            let key = self.key(id.clone(), None);
            person.leads_to().is_none() || !self.by_id.contains_key(&key)
        };
        let id = id_of(&person.external_ids, provider).filter(is_free);
        let thing = Thing {
            slug: text::compose(&person.slug),
            name: person.name.clone(),
            year: person.born.map(|day| day.year()),
            id,
            ..Thing::default()
        };
        self.add(thing, std::iter::once(person.name.as_str()));
    }

    /// Adds something under its names, unless something of its slug is there already.
    pub(super) fn add<'n>(&mut self, thing: Thing, names: impl Iterator<Item = &'n str>) {
        if self.by_slug.contains_key(&thing.slug) {
            return;
        }
        let place = self.things.len();
        for name in names.map(folded).filter(|name| !name.is_empty()) {
            let of_name = self.by_name.entry(name).or_default();
            if of_name.last() != Some(&place) {
                of_name.push(place);
            }
        }
        self.by_slug.insert(thing.slug.clone(), place);
        if let Some(id) = thing.id.clone() {
            let key = self.key(id, thing.kind);
            self.by_id.insert(key, place);
        }
        self.things.push(thing);
    }

    fn key(&self, id: String, kind: Option<TitleKind>) -> (String, Option<TitleKind>) {
        (id, kind.filter(|_| self.are_counted_by_kind))
    }

    /// What has an id; of rows that do not say the kind, nothing that may be of two.
    pub(super) fn of_id(&self, id: &str, kind: Option<TitleKind>) -> Option<&Thing> {
        let of_kind = |kind| {
            let place = self.by_id.get(&self.key(id.to_owned(), kind))?;
            Some(&self.things[*place])
        };
        if kind.is_some() || !self.are_counted_by_kind {
            return of_kind(kind);
        }
        match (
            of_kind(Some(TitleKind::Film)),
            of_kind(Some(TitleKind::Series)),
        ) {
            (Some(_), Some(_)) => None,
            (film, series) => film.or(series),
        }
    }

    /// Whether something has a slug.
    pub(super) fn has_slug(&self, slug: &str) -> bool {
        self.by_slug.contains_key(slug)
    }

    /// Notes that a title of this slug will have somebody in these roles.
    pub(super) fn note_roles(&mut self, slug: &str, roles: Roles) {
        if let Some(place) = self.by_slug.get(slug) {
            let thing = &mut self.things[*place];
            thing.roles = thing.roles.with(roles);
        }
    }

    /// What a row may be of, by kind, folded name and year.
    pub(super) fn alike(&self, asked: Asked<'_>) -> Vec<&Thing> {
        self.places(asked)
            .map(|place| &self.things[place])
            .collect()
    }

    fn places(&self, asked: Asked<'_>) -> impl Iterator<Item = usize> {
        let of_name = self.by_name.get(&folded(asked.name)).into_iter().flatten();
        let (kind, year) = (asked.kind, asked.year);
        of_name.copied().filter(move |place| {
            let thing = &self.things[*place];
            // When somebody was born is seldom known.
            let may_be_any = year.is_none() || kind.is_none() && thing.year.is_none();
            thing.kind == kind && (may_be_any || thing.year == year)
        })
    }

    /// Notes that a row may be of what is alike, if that is one thing and its id is not known.
    pub(super) fn claim(&mut self, asked: Asked<'_>) {
        if self.of_id(asked.id, asked.kind).is_some() {
            return;
        }
        let places: Vec<usize> = self.places(asked).collect();
        if let [place] = places.as_slice() {
            let thing = &mut self.things[*place];
            thing.claim = match std::mem::take(&mut thing.claim) {
                Claim::Nothing => Claim::One(asked.id.to_owned()),
                Claim::One(id) if id == asked.id => Claim::One(id),
                Claim::One(_) | Claim::Several => Claim::Several,
            };
        }
    }

    /// Takes for true what one row alone may be of, and that row of nothing else.
    pub(super) fn settle(&mut self) {
        let mut claimed: HashMap<(String, Option<TitleKind>), Option<usize>> = HashMap::new();
        for (place, thing) in self.things.iter().enumerate() {
            if thing.id.is_none()
                && let Claim::One(id) = &thing.claim
            {
                claimed
                    .entry(self.key(id.clone(), thing.kind))
                    .and_modify(|other| *other = None)
                    .or_insert(Some(place));
            }
        }
        for (key, place) in claimed {
            if let Some(place) = place {
                self.things[place].id = Some(key.0.clone());
                self.by_id.insert(key, place);
            }
        }
    }

    /// Forgets what rows may be of, before another file is read.
    pub(super) fn forget_claims(&mut self) {
        for thing in &mut self.things {
            thing.claim = Claim::Nothing;
        }
    }
}

fn id_of(ids: &[ExternalId], provider: &str) -> Option<String> {
    let id = ids.iter().find(|id| id.provider == provider)?;
    Some(id.value.clone())
}

/// The words of a name, folded: what stands between them says nothing.
fn folded(name: &str) -> String {
    text::words(name).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(films: &[(&str, &str, Option<i32>, Option<&str>)]) -> Known {
        let mut known = Known::default();
        for (slug, name, year, id) in films {
            let thing = Thing {
                slug: (*slug).to_owned(),
                name: (*name).to_owned(),
                kind: Some(TitleKind::Film),
                year: *year,
                id: id.map(str::to_owned),
                ..Thing::default()
            };
            known.add(thing, std::iter::once(*name));
        }
        known
    }

    fn film<'a>(id: &'a str, name: &'a str) -> Asked<'a> {
        Asked {
            id,
            kind: Some(TitleKind::Film),
            name,
            year: None,
        }
    }

    #[test]
    fn a_name_of_several_things_or_ids_settles_nothing() {
        let mut known = known(&[
            ("amelie", "Amélie", None, None),
            ("solaris-1972", "Solaris", Some(1972), None),
            ("solaris-2002", "Solaris", Some(2002), None),
            ("heat", "Heat", None, None),
            ("alien", "Alien", None, Some("348")),
            ("tenet", "Tenet", None, None),
            ("memento", "Memento", None, None),
        ]);
        for row in [
            film("194", "AMELIE!"),
            film("593", "Solaris"),
            film("949", "Heat"),
            film("31", "Heat"),
            film("7", "Alien"),
            film("11", "Tenet"),
            film("11", "Memento"),
        ] {
            known.claim(row);
        }
        let series = Asked {
            kind: Some(TitleKind::Series),
            ..film("9", "Amélie")
        };
        known.claim(series);
        known.settle();

        let slug = |id| known.of_id(id, None).map(|thing| thing.slug.as_str());
        assert_eq!(slug("194"), Some("amelie"));
        assert_eq!(slug("348"), Some("alien"));
        for id in ["593", "949", "31", "7", "9", "11"] {
            assert_eq!(slug(id), None, "{id}");
        }
        let of_year = Asked {
            year: Some(2002),
            ..film("1", "Solaris")
        };
        let alike = known.alike(of_year);
        assert_eq!(alike.len(), 1);
        assert_eq!(alike[0].slug, "solaris-2002");
    }

    #[test]
    fn somebody_born_in_another_year_is_somebody_else() {
        let mut known = Known::default();
        for (slug, year) in [("steve-mcqueen", Some(1930)), ("cher", None)] {
            let thing = Thing {
                slug: slug.to_owned(),
                name: slug.replace('-', " "),
                year,
                ..Thing::default()
            };
            let name = thing.name.clone();
            known.add(thing, std::iter::once(name.as_str()));
        }
        let born = |id, name, year| Asked {
            kind: None,
            year,
            ..film(id, name)
        };
        known.claim(born("nm1", "Steve McQueen", Some(1969)));
        known.claim(born("nm2", "Cher", Some(1946)));
        known.settle();

        assert!(known.of_id("nm1", None).is_none());
        let cher = known.of_id("nm2", None).map(|thing| thing.slug.as_str());
        assert_eq!(cher, Some("cher"));
        let of_year = known.alike(born("nm3", "Steve McQueen", Some(1930)));
        assert_eq!(of_year.len(), 1);
    }

    #[test]
    fn a_film_and_a_series_may_have_one_id_of_those_who_count_them_apart() {
        let mut known = known(&[("mirror", "Mirror", Some(1975), Some("1396"))]);
        known.are_counted_by_kind = true;
        known.by_id = HashMap::from([(("1396".to_owned(), Some(TitleKind::Film)), 0)]);
        let series = Thing {
            slug: "breaking-bad".to_owned(),
            name: "Breaking Bad".to_owned(),
            kind: Some(TitleKind::Series),
            ..known.things[0].clone()
        };
        let slug = |known: &Known, kind| {
            let thing = known.of_id("1396", kind)?;
            Some(thing.slug.clone())
        };

        assert_eq!(slug(&known, None).as_deref(), Some("mirror"));
        assert_eq!(slug(&known, Some(TitleKind::Series)), None);
        known.add(series, std::iter::once("Breaking Bad"));
        let of = |kind| slug(&known, kind);
        assert_eq!(of(Some(TitleKind::Film)).as_deref(), Some("mirror"));
        assert_eq!(of(Some(TitleKind::Series)).as_deref(), Some("breaking-bad"));
        assert_eq!(of(None), None);
    }
}
