//! The fields of documents by their names in files, taken out and put back as they are stored.
//!
//! Some fields are of one value in documents: both places of `collection` and `part` are the same, and go together.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::extras::Extra;
use super::revisions::FieldChange;
use super::texts::Texts;
use super::types::{Credit, CreditRole, Episode, Person};
use crate::domain::ids::TitleId;

/// The fields of titles, in the order in which they are told.
pub const TITLE_FIELDS: [&str; 38] = [
    "state",
    "available_from",
    "available_until",
    "title",
    "original_title",
    "names",
    "year",
    "end_year",
    "release_date",
    "runtime_minutes",
    "genres",
    "directors",
    "creators",
    "cast",
    "guests",
    "writers",
    "producers",
    "composers",
    "countries",
    "languages",
    "ids",
    "network",
    "total_seasons",
    "episode_runtime_minutes",
    "collection",
    "part",
    "certifications",
    "overview",
    "tagline",
    "status",
    "studios",
    "tags",
    "scores",
    "trailers",
    "extras",
    "pictures",
    "seasons",
    LOCKS,
];

/// The fields of episodes.
pub const EPISODE_FIELDS: [&str; 17] = [
    "number_end",
    "absolute_number",
    "airs_before_season",
    "airs_before_episode",
    "airs_after_season",
    "title",
    "original_title",
    "names",
    "overview",
    "still",
    "air_date",
    "runtime_minutes",
    "directors",
    "guests",
    "writers",
    DELETED_FROM,
    LOCKS,
];

/// The fields of people.
pub const PERSON_FIELDS: [&str; 9] = [
    "name",
    "born",
    "died",
    "birthplace",
    "biography",
    "portrait",
    "ids",
    DELETED,
    LOCKS,
];

/// The fields of genres.
pub const GENRE_FIELDS: [&str; 3] = ["name", "merged_into", DELETED];

/// The fields of collections.
pub const COLLECTION_FIELDS: [&str; 4] = ["name", "pictures", "merged_into", DELETED];

/// Which fields are locked. It is in no file, and cannot be locked.
pub const LOCKS: &str = "locks";
/// Whether a curator deleted something; it is in no file, and cannot be locked.
pub const DELETED: &str = "deleted";
/// The same of an episode: the series that it was of. It is of none since then, and of that again when it is taken back.
pub const DELETED_FROM: &str = "deleted_from";

/// The fields that are of one value: what changes one of them is a change of each.
static TOGETHER: [&[&str]; 2] = [
    &["collection", "part"],
    &[
        "airs_before_season",
        "airs_before_episode",
        "airs_after_season",
    ],
];

/// A document as the fields that it is stored with.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentFields(Map<String, Value>);

/// Where a field is in a document.
enum Place {
    /// It is a field of the document.
    Whole(&'static str),
    /// It is a field of an object.
    Within(&'static str, &'static str),
    /// It is those of the credits that are of a role.
    Credits(CreditRole),
    /// It is the series that an episode was of, which has another in its place meanwhile.
    DeletedFrom,
    /// It is those of the videos that are trailers and teasers, or all others.
    Videos { are_trailers: bool },
}

impl DocumentFields {
    /// Those of a title, a genre or a collection.
    pub fn of(document: &impl Serialize) -> Self {
        match serde_json::to_value(document) {
            Ok(Value::Object(fields)) => Self(fields),
            _ => Self(Map::new()),
        }
    }

    /// Those of an episode, with what is told of it.
    pub fn of_episode((episode, told): &(Episode, Texts)) -> Self {
        let mut fields = Self::of(episode);
        fields.0.insert("overview".to_owned(), json!(told));
        fields
    }

    /// Those of a person, with what is told of the life.
    pub fn of_person((person, told): &(Person, Texts)) -> Self {
        let mut fields = Self::of(person);
        fields.0.insert("biography".to_owned(), json!(told));
        fields
    }

    /// What is stored of a field; null: nothing, or there is no such field.
    pub fn get(&self, field: &str) -> Value {
        match self.place(field) {
            None => Value::Null,
            Some(Place::Whole(key)) => self.0.get(key).cloned().unwrap_or_default(),
            Some(Place::DeletedFrom) => self.0.get(DELETED_FROM).cloned().unwrap_or_default(),
            Some(Place::Within(object, key)) => {
                let object = self.0.get(object);
                let value = object.and_then(|object| object.get(key));
                value.cloned().unwrap_or_default()
            }
            Some(Place::Credits(role)) => {
                let of_role = self.credits().into_iter().filter(|it| it.role == role);
                json!(of_role.collect::<Vec<Credit>>())
            }
            Some(Place::Videos { are_trailers }) => {
                let of_list = self.videos().into_iter();
                let of_list = of_list.filter(|it| it.is_trailer() == are_trailers);
                json!(of_list.collect::<Vec<Extra>>())
            }
        }
    }

    /// Puts a field as it was stored. Says whether that could be read: if not, or if there is no such field, it changes
    /// nothing.
    pub fn put(&mut self, field: &str, value: &Value) -> bool {
        match self.place(field) {
            None => return false,
            Some(Place::Whole(key)) => drop(self.0.insert(key.to_owned(), value.clone())),
            Some(Place::DeletedFrom) => return self.put_deleted_from(value),
            Some(Place::Within(object, key)) => {
                let Some(Value::Object(object)) = self.0.get_mut(object) else {
                    return false;
                };
                object.insert(key.to_owned(), value.clone());
            }
            Some(Place::Credits(role)) => {
                let Some(of_role) = read_list::<Credit>(value) else {
                    return false;
                };
                let mut credits = self.credits();
                credits.retain(|credit| credit.role != role);
                credits.extend(of_role);
                credits.sort_by_key(|credit| credit.role);
                self.put_credits(credits);
            }
            Some(Place::Videos { are_trailers }) => {
                let Some(of_list) = read_list::<Extra>(value) else {
                    return false;
                };
                let mut videos = self.videos();
                videos.retain(|video| video.is_trailer() != are_trailers);
                videos.extend(of_list);
                videos.sort_by_key(|video| !video.is_trailer());
                self.0.insert("extras".to_owned(), json!(videos));
            }
        }
        true
    }

    /// The fields that are others in what comes after, of those that are named and those that are of one value with them.
    pub fn changes(&self, after: &Self, fields: &[&str]) -> Vec<FieldChange> {
        let mut changes: Vec<FieldChange> = Vec::new();
        for named in fields {
            for field in together(named) {
                let is_told = changes.iter().any(|change| change.field == *field);
                if is_told || self.is_same(after, field) {
                    continue;
                }
                let (before, after) = (self.get(field), after.get(field));
                if before != after {
                    changes.push(FieldChange::new(field, before, after));
                }
            }
        }
        changes
    }

    /// Whether a field and all that is in its place are the same, without taking anything out.
    fn is_same(&self, after: &Self, field: &str) -> bool {
        let is_same = |key: &str| self.0.get(key) == after.0.get(key);
        match self.place(field) {
            None => true,
            Some(Place::Whole(key) | Place::Within(key, _)) => is_same(key),
            Some(Place::DeletedFrom) => is_same(DELETED_FROM),
            Some(Place::Credits(_)) => is_same("credits") && is_same("crew"),
            Some(Place::Videos { .. }) => is_same("extras"),
        }
    }

    /// The title, genre or collection; of a title without what viewers make of it, which no store keeps with it.
    pub fn document<T: DeserializeOwned>(self) -> serde_json::Result<T> {
        serde_json::from_value(Value::Object(self.0))
    }

    /// An episode or person, with what is told under a key.
    pub fn told<T: DeserializeOwned>(mut self, key: &str) -> serde_json::Result<(T, Texts)> {
        let told = self.0.remove(key).filter(|told| !told.is_null());
        let told = told.map(serde_json::from_value).transpose()?;
        Ok((self.document()?, told.unwrap_or_default()))
    }

    fn place(&self, field: &str) -> Option<Place> {
        // Titles credit directors as everybody; episodes have a list of them, and of series they are the creators.
        let has_directors = self.0.contains_key("directors");
        let is_series = self.0.get("kind").and_then(Value::as_str) == Some("series");
        Some(match field {
            "directors" if has_directors => Place::Whole("directors"),
            "directors" if !is_series => Place::Credits(CreditRole::Director),
            "creators" if is_series => Place::Credits(CreditRole::Director),
            "directors" | "creators" => return None,
            "cast" => Place::Credits(CreditRole::Actor),
            "guests" => Place::Credits(CreditRole::Guest),
            "writers" => Place::Credits(CreditRole::Writer),
            "producers" => Place::Credits(CreditRole::Producer),
            "composers" => Place::Credits(CreditRole::Composer),
            "trailers" => Place::Videos { are_trailers: true },
            "extras" => Place::Videos {
                are_trailers: false,
            },
            "state" => Place::Within("publication", "state"),
            "available_from" => Place::Within("publication", "from"),
            "available_until" => Place::Within("publication", "until"),
            "title" => Place::Whole("name"),
            "original_title" => Place::Whole("original_name"),
            "release_date" => Place::Whole("premiered"),
            "air_date" => Place::Whole("aired"),
            "runtime_minutes" => Place::Whole("duration"),
            "episode_runtime_minutes" => Place::Whole("episode_duration"),
            "collection" | "part" => Place::Whole("collection"),
            "airs_before_season" | "airs_before_episode" | "airs_after_season" => {
                Place::Whole("airs")
            }
            "ids" => Place::Whole("external_ids"),
            "portrait" | "still" => Place::Whole("pictures"),
            "seasons" => Place::Whole("season_pictures"),
            "merged_into" => Place::Whole("merged_into"),
            DELETED_FROM => Place::DeletedFrom,
            _ => Place::Whole(own_field(field)?),
        })
    }

    /// All credits that are no list of their own.
    fn credits(&self) -> Vec<Credit> {
        let mut credits: Vec<Credit> = list(self.0.get("credits"));
        credits.extend(list::<Credit>(self.0.get("crew")));
        credits
    }

    /// Titles keep directors and actors apart from the crew; episodes have the crew alone.
    fn put_credits(&mut self, credits: Vec<Credit>) {
        if !self.0.contains_key("credits") {
            self.0.insert("crew".to_owned(), json!(credits));
            return;
        }
        let (first, crew): (Vec<Credit>, Vec<Credit>) = credits
            .into_iter()
            .partition(|it| matches!(it.role, CreditRole::Director | CreditRole::Actor));
        self.0.insert("credits".to_owned(), json!(first));
        self.0.insert("crew".to_owned(), json!(crew));
    }

    /// Takes an episode out of its series, which is this, or puts it back into that which it was of.
    fn put_deleted_from(&mut self, value: &Value) -> bool {
        let read = |value: &Value| serde_json::from_value::<Option<TitleId>>(value.clone());
        let Ok(from) = read(value) else {
            return false;
        };
        let before = self.0.get(DELETED_FROM).map(read).and_then(Result::ok);
        let id = self.0.get("id").cloned().map(serde_json::from_value);
        let Some(Ok(id)) = id else {
            return false;
        };
        let series = match (from, before.flatten()) {
            (Some(_), _) => TitleId::of_deleted(id),
            (None, Some(series)) => series,
            (None, None) => return true,
        };
        self.0.insert("series".to_owned(), json!(series));
        self.0.insert(DELETED_FROM.to_owned(), json!(from));
        true
    }

    fn videos(&self) -> Vec<Extra> {
        list(self.0.get("extras"))
    }
}

/// Whether anything that has revisions has a field of this name.
pub fn is_revised_field(name: &str) -> bool {
    own_field(name).is_some() || GENRE_FIELDS.contains(&name)
}

/// Whether a document keeps a field in one value with others.
pub fn is_kept_with_others(field: &str) -> bool {
    TOGETHER.iter().any(|all| all.contains(&field))
}

/// The fields that are called the same in documents.
fn own_field(field: &str) -> Option<&'static str> {
    let all = [&TITLE_FIELDS[..], &EPISODE_FIELDS, &PERSON_FIELDS];
    let mut all = all.into_iter().flatten().copied();
    all.find(|own| *own == field)
}

/// The fields that are of one value with a field, which is one of them.
fn together<'a>(field: &'a &'a str) -> &'a [&'a str] {
    let all = TOGETHER.iter().find(|all| all.contains(field));
    all.map_or(std::slice::from_ref(field), |all| *all)
}

fn list<T: DeserializeOwned>(value: Option<&Value>) -> Vec<T> {
    value.and_then(read_list).unwrap_or_default()
}

/// A list; null: an empty one. `None`: it is something else, or of something else.
fn read_list<T: DeserializeOwned>(value: &Value) -> Option<Vec<T>> {
    let list: Option<Vec<T>> = serde_json::from_value(value.clone()).ok()?;
    Some(list.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::EpisodeId;

    /// A title as far as these fields go: what is read of it, is read from the fields.
    fn fields() -> DocumentFields {
        let credit = |person: u64, role: &str| json!({ "person": person, "role": role, "character": null, "order": 0 });
        let video = |kind: &str, id: &str| json!({ "kind": kind, "host": "file", "video": id, "hash": null, "name": null, "language": null });
        DocumentFields::of(&json!({
            "kind": "film", "name": "Heat", "year": 1995, "duration": 10_200,
            "publication": { "state": "published", "from": null, "until": null },
            "credits": [credit(1, "director"), credit(2, "actor")],
            "crew": [credit(3, "writer"), credit(4, "composer")],
            "extras": [video("trailer", "https://a.example/1"), video("clip", "https://a.example/2")],
            "collection": { "collection": 7, "part": 2 },
            "locks": ["title"],
        }))
    }

    #[test]
    fn what_is_taken_out_can_be_put_back() {
        let stored = fields();
        let mut emptied = stored.clone();
        let names = [
            "title",
            "year",
            "state",
            "cast",
            "writers",
            "trailers",
            "collection",
            "part",
            LOCKS,
        ];
        for name in names {
            assert_ne!(stored.get(name), Value::Null, "{name}");
            assert!(emptied.put(name, &Value::Null), "{name}");
        }

        // Of one value, each is named with the other.
        let named = names.into_iter().filter(|name| *name != "collection");
        let changes = stored.changes(&emptied, &named.collect::<Vec<_>>());
        let told: Vec<&str> = changes.iter().map(|it| it.field.as_str()).collect();
        assert_eq!(told, names);
        // What is beside them is as it was.
        for name in ["directors", "composers", "extras", "runtime_minutes"] {
            assert_eq!(emptied.get(name), stored.get(name), "{name}");
        }
        assert_eq!(emptied.get("collection"), Value::Null);
        let mut again = emptied;
        for change in changes {
            assert!(again.put(&change.field, &change.before));
        }
        assert_eq!(again, stored);
    }

    #[test]
    fn an_episode_is_taken_out_of_its_series_and_put_back() {
        let stored = DocumentFields::of(&json!({ "id": 5, "series": 7, "deleted_from": null }));
        let mut gone = stored.clone();

        assert!(gone.put(DELETED_FROM, &json!(7)));

        let series = json!(TitleId::of_deleted(EpisodeId(5)));
        let expected = json!({ "id": 5, "series": series, "deleted_from": 7 });
        assert_eq!(gone, DocumentFields::of(&expected));
        let changes = stored.changes(&gone, &EPISODE_FIELDS);
        assert_eq!(
            changes,
            [FieldChange::new(DELETED_FROM, json!(null), json!(7))]
        );
        assert!(gone.put(DELETED_FROM, &changes[0].before));
        assert_eq!(gone, stored);
        assert!(!gone.put(DELETED_FROM, &json!("Dark")));
    }

    #[test]
    fn every_field_has_a_place_and_nothing_else_has() {
        let all = [&TITLE_FIELDS[..], &EPISODE_FIELDS, &PERSON_FIELDS];
        for name in all.into_iter().flatten() {
            let has_place = fields().place(name).is_some();
            assert_eq!(has_place, *name != "creators", "{name}");
        }
        let series = DocumentFields::of(&json!({ "kind": "series" }));
        assert!(series.place("creators").is_some() && series.place("directors").is_none());
        let mut same = fields();
        assert!(!same.put("popularity", &json!(1)));
        // As a later version may have written them.
        assert!(!same.put("cast", &json!([{ "person": 2, "role": "understudy" }])));
        assert!(!same.put("trailers", &json!("none")));
        assert_eq!(same, fields());
        assert_eq!(same.get("popularity"), Value::Null);
    }
}
