//! What a sidecar says, as the fields of a record that a file of records would have: how Kodi and Jellyfin spell them, and
//! what of it no record could say left out, so that one word too many takes nothing else with it.

use serde_json::{Map, Value};

use super::elements::{Element, Root};
use super::nfo::{SaidOf, day};
use super::places::beginning;
use crate::domain::catalog::{
    CertificationName, SeriesStatus, certification_name, most_of_source, score_source,
};
use crate::domain::text;

/// How many of each there may be in a record, and how long a name may be, in characters.
const MOST_WORDS: usize = 50;
const MOST_CAST: usize = 5_000;
const LONGEST_NAME: usize = 500;
const LONGEST_TAG: usize = 60;
/// The longest texts, in characters.
const LONGEST_OVERVIEW: usize = 4_000;
const LONGEST_OF_EPISODE: usize = 10_000;
const LONGEST_TAGLINE: usize = 500;
/// The longest film, in minutes.
const MOST_MINUTES: u32 = 6_000;
/// The best that a score may be.
const MOST_SCORE: f64 = 1_000.0;
/// How many votes can be counted.
const MOST_VOTES: u32 = 2_147_483_647;

/// The fields of a record.
pub(super) type Fields = Map<String, Value>;

/// The fields that a root says of a film or a series, but for key and kind.
pub(super) fn title_fields(root: &Root) -> Fields {
    let (element, mut fields) = (&root.element, Fields::new());
    let is_series = root.of == SaidOf::Series;
    put_name(&mut fields, "title", element.last("title"));
    put_name(&mut fields, "original_title", element.last("originaltitle"));
    let year = element
        .last("year")
        .and_then(|year| year.parse::<i32>().ok());
    if let Some(year) = year.filter(|year| (1870..3000).contains(year)) {
        fields.insert("year".to_owned(), year.into());
    }
    put_day(
        &mut fields,
        "release_date",
        element,
        &["premiered", "releasedate"],
    );
    let overview = element.last_in_lines("plot");
    let overview = overview.or_else(|| element.last_in_lines("outline"));
    put_text(&mut fields, "overview", overview, LONGEST_OVERVIEW);
    put_text(
        &mut fields,
        "tagline",
        element.last("tagline"),
        LONGEST_TAGLINE,
    );
    let length = if is_series {
        "episode_runtime_minutes"
    } else {
        "runtime_minutes"
    };
    put_minutes(&mut fields, length, element);
    for (field, name, longest) in [
        ("genres", "genre", LONGEST_TAG),
        ("countries", "country", LONGEST_NAME),
        ("studios", "studio", LONGEST_NAME),
    ] {
        let words = element.texts(name);
        let words = words.flat_map(|text| {
            let words = text.split(" / ").map(|word| word.trim().to_owned());
            words.collect::<Vec<String>>()
        });
        put_words(&mut fields, field, words, longest);
    }
    put_words(&mut fields, "tags", element.texts("tag"), LONGEST_TAG);
    let directors = if is_series { "creator" } else { "director" };
    let field = if is_series { "creators" } else { "directors" };
    put_credits(&mut fields, field, element.all(directors));
    put_credits(&mut fields, "writers", writers(element));
    put_credits(&mut fields, "producers", element.all("producer"));
    put_cast(&mut fields, "cast", element, |is_guest| !is_guest);
    put_cast(&mut fields, "guests", element, |is_guest| is_guest);
    put_certifications(&mut fields, element);
    put_scores(&mut fields, element);
    put_ids(&mut fields, root);
    if is_series {
        let status = element.last("status");
        if let Some(status) = status.filter(|status| SeriesStatus::spelled(status).is_some()) {
            fields.insert("status".to_owned(), status.into());
        }
    } else if let Some(set) = element.all("set").last() {
        let name = set.last("name").unwrap_or_else(|| set.text());
        put_name(
            &mut fields,
            "collection",
            Some(name).filter(|it| is_name(it)),
        );
    }
    fields
}

/// The fields that a root says of an episode, but for its place.
pub(super) fn episode_fields(root: &Root) -> Fields {
    let (element, mut fields) = (&root.element, Fields::new());
    put_name(&mut fields, "title", element.last("title"));
    put_name(&mut fields, "original_title", element.last("originaltitle"));
    put_text(
        &mut fields,
        "overview",
        element.last_in_lines("plot"),
        LONGEST_OF_EPISODE,
    );
    put_day(&mut fields, "air_date", element, &["aired", "premiered"]);
    put_minutes(&mut fields, "runtime_minutes", element);
    put_credits(&mut fields, "directors", element.all("director"));
    put_credits(&mut fields, "writers", writers(element));
    put_cast(&mut fields, "guests", element, |is_guest| is_guest);
    let number = |name: &str| element.last(name)?.parse::<u32>().ok();
    // Only of a special it is said where it belongs.
    if root.season == Some(0) {
        if let Some(season) = number("airsafter_season") {
            fields.insert("airs_after_season".to_owned(), season.into());
        } else if let Some(season) = number("airsbefore_season") {
            fields.insert("airs_before_season".to_owned(), season.into());
            if let Some(episode) = number("airsbefore_episode") {
                fields.insert("airs_before_episode".to_owned(), episode.into());
            }
        }
    }
    fields
}

/// Kodi calls them credits, and Jellyfin writes both.
fn writers(element: &Element) -> impl Iterator<Item = &Element> {
    element.all("credits").chain(element.all("writer"))
}

fn put_name(fields: &mut Fields, field: &str, name: Option<String>) {
    let fits = |name: &String| !name.is_empty() && name.chars().count() <= LONGEST_NAME;
    if let Some(name) = name.filter(fits) {
        fields.insert(field.to_owned(), name.into());
    }
}

/// A text that is too long is cut, with a sign that there was more.
fn put_text(fields: &mut Fields, field: &str, text: Option<String>, longest: usize) {
    if let Some(text) = text {
        let text = if text.chars().count() > longest {
            beginning(&text, longest - 1)
        } else {
            text
        };
        fields.insert(field.to_owned(), text.into());
    }
}

fn put_day(fields: &mut Fields, field: &str, element: &Element, names: &[&str]) {
    let mut days = names.iter().filter_map(|name| day(&element.last(name)?));
    if let Some(day) = days.next() {
        fields.insert(field.to_owned(), day.to_string().into());
    }
}

/// A length in minutes, whatever stands behind the number; 0 is none.
fn put_minutes(fields: &mut Fields, field: &str, element: &Element) {
    let Some(text) = element.last("runtime") else {
        return;
    };
    let end = text.find(|c: char| !c.is_ascii_digit());
    let minutes = text[..end.unwrap_or(text.len())].parse::<u32>().ok();
    if let Some(minutes) = minutes.filter(|minutes| (1..=MOST_MINUTES).contains(minutes)) {
        fields.insert(field.to_owned(), minutes.into());
    }
}

fn put_words(
    fields: &mut Fields,
    field: &str,
    words: impl Iterator<Item = String>,
    longest: usize,
) {
    let mut kept: Vec<String> = Vec::new();
    for word in words {
        if !text::slug(&word).is_empty()
            && word.chars().count() <= longest
            && kept.len() < MOST_WORDS
            && !kept.contains(&word)
        {
            kept.push(word);
        }
    }
    if !kept.is_empty() {
        fields.insert(field.to_owned(), kept.into());
    }
}

/// Notes people by name, and by key where there is one; whoever is named twice is there once.
fn put_credits<'e>(fields: &mut Fields, field: &str, elements: impl Iterator<Item = &'e Element>) {
    let mut kept: Vec<Value> = Vec::new();
    for element in elements {
        let name = element.text();
        if !is_name(&name) || kept.len() >= MOST_WORDS {
            continue;
        }
        let credit = credit(element, name, None);
        if !kept.contains(&credit) {
            kept.push(credit);
        }
    }
    if !kept.is_empty() {
        fields.insert(field.to_owned(), kept.into());
    }
}

/// Whether somebody can be called so.
fn is_name(name: &str) -> bool {
    name.chars().count() <= LONGEST_NAME && !text::slug(name).is_empty()
}

/// Somebody by name, and by key where an export has said it, because the name tells nobody or somebody else.
fn credit(said: &Element, name: String, character: Option<String>) -> Value {
    let is_word = |c: char| c.is_alphanumeric() && !c.is_uppercase();
    let is_allowed = |c: char| is_word(c) || text::is_mark(c) || matches!(c, '-' | '_' | '.' | '~');
    let is_key = |key: &&str| {
        let is_short = key.chars().count() <= 200 && !key.contains("..");
        is_short && key.starts_with(is_word) && key.chars().all(is_allowed)
    };
    let person = said.attribute("person").filter(is_key);
    if person.is_none() && character.is_none() {
        return name.into();
    }
    let mut credit = Fields::from_iter([("name".to_owned(), Value::from(name))]);
    if let Some(person) = person {
        credit.insert("person".to_owned(), person.into());
    }
    if let Some(character) = character {
        credit.insert("character".to_owned(), character.into());
    }
    Value::Object(credit)
}

/// The actors who are guests, or who are not, in the order that they are given, or else in that of the file.
fn put_cast(fields: &mut Fields, field: &str, element: &Element, is_meant: fn(bool) -> bool) {
    let is_guest = |actor: &Element| {
        let said = actor.last("type").unwrap_or_default().to_lowercase();
        matches!(said.as_str(), "gueststar" | "guest star" | "guest")
    };
    let actors = element
        .all("actor")
        .filter(|actor| is_meant(is_guest(actor)));
    let mut cast: Vec<(u32, Value)> = Vec::new();
    for actor in actors.take(MOST_CAST) {
        let fits = |text: &String| text.chars().count() <= LONGEST_NAME;
        let Some(name) = actor.last("name").filter(|name| is_name(name)) else {
            continue;
        };
        let order = actor.last("order").and_then(|order| order.parse().ok());
        let credit = credit(actor, name, actor.last("role").filter(fits));
        cast.push((order.unwrap_or(u32::MAX), credit));
    }
    cast.sort_by_key(|(order, _)| *order);
    if !cast.is_empty() {
        let cast: Vec<Value> = cast.into_iter().map(|(_, credit)| credit).collect();
        fields.insert(field.to_owned(), cast.into());
    }
}

/// What rating systems say, as `US:R / DE:16`, or that of the United States alone: `Rated R`. A label that its system does
/// not have would refuse the whole record, and is left out.
fn put_certifications(fields: &mut Fields, element: &Element) {
    let mut said = Fields::new();
    let texts: Vec<String> = element
        .texts("mpaa")
        .chain(element.texts("certification"))
        .collect();
    for text in texts.iter().flat_map(|text| text.split(" / ")) {
        let (system, label) = text.split_once(':').unwrap_or(("US", text));
        let label = label.trim();
        let label = label.strip_prefix("Rated ").unwrap_or(label);
        if let CertificationName::Known(known) = certification_name(system.trim(), label)
            && !said.contains_key(&known.system)
        {
            said.insert(known.system, known.label.into());
        }
    }
    if !said.is_empty() {
        fields.insert("certifications".to_owned(), said.into());
    }
}

/// The scores of sites that are named. Of one without a name nobody knows who gave it.
fn put_scores(fields: &mut Fields, element: &Element) {
    let mut scores = Fields::new();
    let ratings = element.all("ratings").flat_map(|all| all.all("rating"));
    for rating in ratings.take(MOST_WORDS) {
        let source = score_source(rating.attribute("name").unwrap_or_default());
        let number = |text: Option<String>| text?.parse::<f64>().ok();
        let most = rating.attribute("max").and_then(|max| max.parse().ok());
        let most: f64 = most.or_else(|| most_of_source(&source)).unwrap_or(10.0);
        let is_source = !matches!(source.as_str(), "" | "default") && source.chars().count() <= 40;
        let Some(value) = number(rating.last("value")).filter(|_| is_source) else {
            continue;
        };
        if !(most > 0.0 && most <= MOST_SCORE && value > 0.0 && value <= most) {
            continue;
        }
        let votes = rating
            .last("votes")
            .and_then(|votes| votes.parse::<u32>().ok());
        let mut score = Fields::from_iter([
            ("value".to_owned(), value.into()),
            ("max".to_owned(), most.into()),
        ]);
        if let Some(votes) = votes.filter(|votes| *votes <= MOST_VOTES) {
            score.insert("votes".to_owned(), votes.into());
        }
        if scores.len() < 20 {
            scores.insert(source, score.into());
        }
    }
    if !scores.is_empty() {
        fields.insert("scores".to_owned(), scores.into());
    }
}

fn put_ids(fields: &mut Fields, root: &Root) {
    let ids = root.ids.iter();
    let ids = ids.map(|id| (id.provider.clone(), Value::from(id.value.as_str())));
    let ids: Fields = ids.collect();
    if !ids.is_empty() {
        fields.insert("ids".to_owned(), ids.into());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::library::elements::read_whole;
    use crate::domain::loading::Record;

    fn fields(text: &str, read: fn(&Root) -> Fields) -> Fields {
        read(&read_whole(text.as_bytes()).unwrap()[0])
    }

    /// Fails unless a record of these fields is read, with nothing left that it does not know.
    fn check(kind: &str, fields: &Fields) {
        let mut record = fields.clone();
        for (field, value) in [
            ("kind", kind),
            ("slug", "heat-1995"),
            ("series", "heat-1995"),
        ] {
            let is_key = (field == "series") == (kind == "episode");
            if field == "kind" || is_key {
                record.insert(field.to_owned(), value.into());
            }
        }
        if kind == "episode" {
            record.insert("season".to_owned(), 0.into());
            record.insert("episode".to_owned(), 1.into());
        }
        let (_, unknown, _) = Record::read(Value::Object(record), 2026).unwrap();
        assert_eq!(unknown, [""; 0]);
    }

    #[test]
    fn all_that_a_film_says_is_a_record_of_a_film() {
        let film = fields(
            "<movie><title>Heat</title><originaltitle>Heat!</originaltitle><year>1995</year>\
            <premiered>1995-12-15</premiered><plot>A heist.</plot><tagline>A saga</tagline>\
            <runtime>170 min</runtime><genre>Crime / Drama</genre><studio>Regency</studio><tag>LA</tag>\
            <country>United States</country><mpaa>US:R / DE:16 / US:ZZ</mpaa><director>Michael Mann</director>\
            <credits>Michael Mann</credits><director>---</director><genre>!</genre><set><name>Heists</name></set><uniqueid type='imdb'>tt0113277</uniqueid>\
            <ratings><rating name='imdb' max='10'><value>8.3</value><votes>700000</votes></rating>\
            <rating name='metacritic' max='100'><value>999</value></rating></ratings>\
            <actor><name>B</name><role>Vincent</role><order>1</order></actor>\
            <actor><name>A</name><order>0</order></actor></movie>",
            title_fields,
        );

        let expected = json!({
            "title": "Heat", "original_title": "Heat!", "year": 1995, "release_date": "1995-12-15",
            "overview": "A heist.", "tagline": "A saga", "runtime_minutes": 170, "genres": ["Crime", "Drama"],
            "studios": ["Regency"], "tags": ["LA"], "countries": ["United States"],
            "certifications": { "US": "R", "DE": "16" }, "directors": ["Michael Mann"],
            "writers": ["Michael Mann"], "collection": "Heists", "ids": { "imdb": "tt0113277" },
            "scores": { "imdb": { "value": 8.3, "max": 10.0, "votes": 700_000 } },
            "cast": ["A", { "name": "B", "character": "Vincent" }],
        });
        assert_eq!(Value::Object(film.clone()), expected);
        check("film", &film);
    }

    #[test]
    fn a_series_and_an_episode_have_fields_of_their_own() {
        let series = fields(
            "<tvshow><title>Dark</title><status>Continuing</status><runtime>55</runtime><creator>X</creator></tvshow>",
            title_fields,
        );
        let expected = json!({
            "title": "Dark", "status": "Continuing", "episode_runtime_minutes": 55, "creators": ["X"],
        });
        assert_eq!(Value::Object(series.clone()), expected);
        check("series", &series);
        let episode = fields(
            "<episodedetails><title>One</title><season>0</season><episode>1</episode><aired>2017-12-01</aired>\
            <airsbefore_season>2</airsbefore_season><airsbefore_episode>3</airsbefore_episode><runtime>0</runtime>\
            <actor><name>G</name><type>GuestStar</type></actor><actor><name>R</name></actor></episodedetails>",
            episode_fields,
        );
        let expected = json!({
            "title": "One", "air_date": "2017-12-01", "airs_before_season": 2, "airs_before_episode": 3,
            "guests": ["G"],
        });
        assert_eq!(Value::Object(episode.clone()), expected);
        check("episode", &episode);
    }

    #[test]
    fn what_is_too_long_is_cut_or_left_out() {
        let text = format!(
            "<movie><title>Heat</title><plot>{}</plot><tag>{}</tag><runtime>99999</runtime></movie>",
            "a".repeat(9_000),
            "b".repeat(61)
        );
        let film = fields(&text, title_fields);
        let overview = film["overview"].as_str().unwrap();
        assert_eq!(overview.chars().count(), LONGEST_OVERVIEW);
        assert_eq!(
            (film.get("tags"), film.get("runtime_minutes")),
            (None, None)
        );
        check("film", &film);
    }
}
