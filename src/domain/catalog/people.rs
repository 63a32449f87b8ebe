//! People by their ids and slugs. Whoever asks for one who was merged into somebody else gets that one.

use std::collections::{HashMap, HashSet};

use super::error::CatalogError;
use super::merge::{MOST_FOLLOWED, PersonMerge};
use super::service::{CatalogService, spellings};
use super::store::CreditedIn;
use super::types::{Biography, Person};
use super::visibility::Visibility;
use crate::domain::ids::PersonId;
use crate::domain::text;

impl Person {
    /// The person who they were merged into: whoever asks for this one gets that.
    pub fn leads_to(&self) -> Option<PersonId> {
        self.merge.map(|merge| merge.into)
    }

    /// Whether they are somebody by themselves: neither merged into somebody else nor deleted.
    pub fn is_there(&self) -> bool {
        self.merge.is_none() && !self.deleted
    }
}

impl CatalogService {
    /// The people with these ids, whoever may see them: for who has seen what credits them, and for the site's own work.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn people(&self, ids: &[PersonId]) -> Result<Vec<Person>, CatalogError> {
        Ok(self.ports.store.people(ids).await?)
    }

    /// The people with these ids who may be seen.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn seen_people(
        &self,
        visibility: &Visibility,
        ids: &[PersonId],
    ) -> Result<Vec<Person>, CatalogError> {
        let people = self.people(ids).await?;
        self.only_seen(visibility, people).await
    }

    /// Leaves out who leads to titles of which none may be seen, for their names would tell of them, who was merged into
    /// somebody else, and who was deleted.
    async fn only_seen(
        &self,
        visibility: &Visibility,
        mut people: Vec<Person>,
    ) -> Result<Vec<Person>, CatalogError> {
        people.retain(|person| visibility.sees_merged() || person.is_there());
        if people.is_empty() || visibility.is_everything() {
            return Ok(people);
        }
        let ids: Vec<PersonId> = people.iter().map(|person| person.id).collect();
        let hidden = self.ports.titles.hidden_people(visibility, &ids).await?;
        let hidden: HashSet<PersonId> = hidden.into_iter().collect();
        people.retain(|person| !hidden.contains(&person.id));
        Ok(people)
    }

    /// What is told of the lives of these people, empty of whom nothing is told.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn biographies(&self, ids: &[PersonId]) -> Result<Vec<Biography>, CatalogError> {
        Ok(self.ports.store.biographies(ids).await?)
    }

    /// The people with these slugs, whatever their spelling in Unicode; those that are spelled as asked come first.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn people_by_slug(
        &self,
        visibility: &Visibility,
        slugs: &[String],
    ) -> Result<Vec<Person>, CatalogError> {
        let mut people = self.spelled(slugs).await?;
        // The site's own work knows a key as that of the person who has it.
        if !visibility.sees_merged() {
            people = self.followed_people(people).await?;
        }
        self.only_seen(visibility, people).await
    }

    /// Whoever has one of these slugs, those that are spelled as asked first.
    async fn spelled(&self, slugs: &[String]) -> Result<Vec<Person>, CatalogError> {
        let mut people = self.ports.lists.people_by_slug(&spellings(slugs)).await?;
        people.sort_by_cached_key(|person| !slugs.contains(&person.slug));
        Ok(people)
    }

    /// For each of these slugs, in their order, whose it is, whatever its spelling in Unicode; of who was merged into
    /// somebody else, that one.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn find_people(
        &self,
        visibility: &Visibility,
        slugs: &[String],
    ) -> Result<Vec<Option<PersonId>>, CatalogError> {
        let people = self.spelled(slugs).await?;
        let slugs_of: Vec<String> = people.iter().map(|person| person.slug.clone()).collect();
        let ends = self.ends_of_people(people).await?;
        let seen = ends.iter().flatten().cloned().collect();
        let seen = self.only_seen(visibility, seen).await?.into_iter();
        let seen: HashSet<PersonId> = seen.map(|person| person.id).collect();
        let ends = ends.iter().map(|end| end.as_ref().map(|end| end.id));
        let people = slugs_of.iter().map(String::as_str).zip(ends);
        let people = people.filter_map(|(slug, end)| Some((slug, end?)));
        let people: HashMap<&str, PersonId> =
            people.filter(|(_, end)| seen.contains(end)).collect();
        let found = slugs.iter().map(|slug| {
            let mut spellings = text::spellings(slug).into_iter();
            spellings.find_map(|slug| people.get(slug.as_str()).copied())
        });
        Ok(found.collect())
    }

    /// Those who were merged into others, in no order.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn merged_people(&self) -> Result<Vec<(PersonId, PersonMerge)>, CatalogError> {
        Ok(self.ports.titles.merged_people().await?)
    }

    /// Those who were deleted, in no order.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn deleted_people(&self) -> Result<Vec<PersonId>, CatalogError> {
        Ok(self.ports.titles.deleted_people().await?)
    }

    /// What credits these people, as far as memory knows it; see [`super::TitleListStore::credited_in`].
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn credited_in(&self, people: &[PersonId]) -> Result<CreditedIn, CatalogError> {
        Ok(self.ports.titles.credited_in(people).await?)
    }

    /// Who stands for each of these people, in their order: the one whom they were merged into, or they themselves.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn standing(&self, people: &[PersonId]) -> Result<Vec<PersonId>, CatalogError> {
        let leads_to = self.leads_to().await?;
        let people = people.iter();
        Ok(people.map(|person| end(&leads_to, *person)).collect())
    }

    /// A person and all who were merged into them, also by way of others.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn stands_for(&self, person: PersonId) -> Result<Vec<PersonId>, CatalogError> {
        let leads_to = self.leads_to().await?;
        let merged = leads_to.keys().copied();
        let merged = merged.filter(|it| *it != person && end(&leads_to, *it) == person);
        Ok([person].into_iter().chain(merged).collect())
    }

    async fn leads_to(&self) -> Result<HashMap<PersonId, PersonId>, CatalogError> {
        let merged = self.merged_people().await?.into_iter();
        Ok(merged.map(|(person, merge)| (person, merge.into)).collect())
    }

    /// The people with these ids, by the id that was asked for: in the place of each who was merged into somebody else, that
    /// one.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn people_standing(
        &self,
        ids: &[PersonId],
    ) -> Result<HashMap<PersonId, Person>, CatalogError> {
        let people = self.people(ids).await?;
        let ids: Vec<PersonId> = people.iter().map(|person| person.id).collect();
        let ends = ids.into_iter().zip(self.ends_of_people(people).await?);
        Ok(ends.filter_map(|(id, end)| Some((id, end?))).collect())
    }

    /// The same of those who may be seen.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn seen_people_standing(
        &self,
        visibility: &Visibility,
        ids: &[PersonId],
    ) -> Result<HashMap<PersonId, Person>, CatalogError> {
        let mut people = self.people_standing(ids).await?;
        let ends: Vec<Person> = people.values().cloned().collect();
        let seen = self.only_seen(visibility, ends).await?.into_iter();
        let seen: HashSet<PersonId> = seen.map(|person| person.id).collect();
        people.retain(|_, person| seen.contains(&person.id));
        Ok(people)
    }

    /// These people, each once, and in the place of each who was merged into somebody else, that one.
    async fn followed_people(&self, people: Vec<Person>) -> Result<Vec<Person>, CatalogError> {
        let ends = self.ends_of_people(people).await?;
        let mut people: Vec<Person> = ends.into_iter().flatten().collect();
        let mut seen = HashSet::new();
        people.retain(|person| seen.insert(person.id));
        Ok(people)
    }

    /// In the place of each who was merged into somebody else, that one, if they are there; nobody for who was deleted. All are followed together: each
    /// step is one question to the store.
    async fn ends_of_people(
        &self,
        people: Vec<Person>,
    ) -> Result<Vec<Option<Person>>, CatalogError> {
        let mut ends: Vec<Option<Person>> = people.into_iter().map(Some).collect();
        for _ in 0..MOST_FOLLOWED {
            let others = ends.iter().flatten().filter_map(Person::leads_to);
            let others: HashSet<PersonId> = others.collect();
            if others.is_empty() {
                break;
            }
            let others: Vec<PersonId> = others.into_iter().collect();
            let others = self.people(&others).await?.into_iter();
            let others: HashMap<PersonId, Person> = others.map(|it| (it.id, it)).collect();
            for end in &mut ends {
                if let Some(other) = end.as_ref().and_then(Person::leads_to) {
                    *end = others.get(&other).cloned();
                }
            }
        }
        let end = |person: Option<Person>| person.filter(Person::is_there);
        Ok(ends.into_iter().map(end).collect())
    }
}

/// Where a person leads in the end.
fn end(leads_to: &HashMap<PersonId, PersonId>, person: PersonId) -> PersonId {
    let mut end = person;
    // No chain is as long, and a ring would have no end.
    for _ in 0..MOST_FOLLOWED {
        let Some(next) = leads_to.get(&end) else {
            break;
        };
        end = *next;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_followed_to_its_end_and_a_ring_is_left() {
        let leads_to = [(1, 2), (2, 3), (5, 6), (6, 5)];
        let leads_to = leads_to.map(|(from, into)| (PersonId(from), PersonId(into)));
        let leads_to = HashMap::from(leads_to);

        let ends = [1, 2, 3, 4].map(|person| end(&leads_to, PersonId(person)).0);

        assert_eq!(ends, [3, 3, 3, 4]);
        assert!([5, 6].contains(&end(&leads_to, PersonId(5)).0));
    }
}
