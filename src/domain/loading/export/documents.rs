//! Documents of the catalogue as records that a load makes the same documents of.

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::record::{Exported, by_language, minutes};
use super::referred::Referred;
use crate::domain::catalog::{
    Airs, Collection, CreditRole, Episode, Extra, ExtraKind, KeptPicture, Person, PictureKind,
    SITE_LANGUAGE, SeriesStatus, Texts, Title, TitleKind, TitleState,
};
use crate::domain::loading::fields::is_placeholder;
use crate::domain::text;

/// The record of a person, with what is told of the life; `None` of somebody of whom credits say all that is known, under
/// a name that no record of a person can have.
pub(super) fn person(person: &Person, told: &Texts, referred: &Referred) -> Option<Exported> {
    let mut exported = Exported::of("person");
    exported.put("slug", text::compose(&person.slug));
    exported.put("name", person.name.as_str());
    let bare = exported.len();
    exported.put("born", person.born.map(|day| day.to_string()));
    exported.put("died", person.died.map(|day| day.to_string()));
    exported.put("birthplace", person.birthplace.as_deref());
    exported.put_ids(&person.external_ids);
    exported.put_texts("biography", by_language(told));
    let portraits = referred.references(&person.pictures, PictureKind::Portrait);
    exported.put("portrait", portraits);
    let is_credit_alone = exported.len() == bare && is_placeholder(&person.name);
    (!is_credit_alone).then_some(exported)
}

/// The record of a collection, of which films say all but its pictures.
pub(super) fn collection(collection: &Collection, referred: &Referred) -> Exported {
    let mut exported = Exported::of("collection");
    exported.put("slug", text::compose(&collection.slug));
    exported.put("name", collection.name.as_str());
    exported.put("pictures", pictures(&collection.pictures, referred));
    exported
}

/// The record of a film or a series.
pub(super) fn title(title: &Title, referred: &Referred) -> Exported {
    let (kind, directors) = match title.kind {
        TitleKind::Film => ("film", "directors"),
        TitleKind::Series => ("series", "creators"),
    };
    let mut exported = Exported::of(kind);
    exported.put("slug", text::compose(&title.slug));
    exported.put("title", title.name.as_str());
    exported.put("original_title", title.original_name.as_deref());
    // In the language of the site it is the title.
    let names = by_language(&title.names);
    exported.put_texts(
        "names",
        names.filter(|(language, _)| *language != SITE_LANGUAGE.as_str()),
    );
    // One that is not known follows the day when it is loaded.
    let of_day = title.premiered.map(|day| day.year());
    exported.put("year", title.year.or(of_day));
    exported.put("release_date", title.premiered.map(|day| day.to_string()));
    match title.kind {
        TitleKind::Film => {
            exported.put("runtime_minutes", minutes(title.duration));
            put_collection(&mut exported, title, referred);
        }
        TitleKind::Series => {
            exported.put("end_year", title.end_year);
            exported.put("status", title.status.map(status));
            exported.put("network", title.network.as_deref());
            exported.put("total_seasons", title.total_seasons);
            let episodes = minutes(title.episode_duration);
            exported.put("episode_runtime_minutes", episodes);
        }
    }
    let genres = title.genres.iter();
    let genres = genres.filter_map(|id| referred.genres.get(id).cloned());
    exported.put("genres", genres.collect::<Vec<String>>());
    for (field, role) in [
        (directors, CreditRole::Director),
        ("cast", CreditRole::Actor),
        ("guests", CreditRole::Guest),
        ("writers", CreditRole::Writer),
        ("producers", CreditRole::Producer),
        ("composers", CreditRole::Composer),
    ] {
        referred.put_credits(&mut exported, field, title.all_credits(), role);
    }
    exported.put("countries", title.countries.clone());
    exported.put("languages", title.languages.clone());
    exported.put("studios", title.studios.clone());
    exported.put("tags", title.tags.clone());
    let certifications = title.certifications.iter();
    let certifications =
        certifications.map(|it| (it.system.clone(), Value::from(it.label.as_str())));
    exported.put(
        "certifications",
        certifications.collect::<Map<String, Value>>(),
    );
    put_publication(&mut exported, title);
    exported.put_ids(&title.external_ids);
    put_about(&mut exported, title);
    exported.put("pictures", pictures(&title.pictures, referred));
    let seasons = title.season_pictures.iter();
    let seasons = seasons.filter_map(|of| {
        let pictures = pictures(&of.pictures, referred);
        (!pictures.is_empty()).then(|| json!({ "number": of.season, "pictures": pictures }))
    });
    exported.put("seasons", seasons.collect::<Vec<Value>>());
    exported
}

/// References to these pictures by kind.
fn pictures(pictures: &[KeptPicture], referred: &Referred) -> Map<String, Value> {
    let kinds = PictureKind::ALL.into_iter();
    let of_kind = kinds.filter_map(|kind| {
        let references = referred.references(pictures, kind);
        (!references.is_empty()).then(|| (kind.as_str().to_owned(), Value::from(references)))
    });
    of_kind.collect()
}

/// The record of an episode of a series with this slug, with what happens in it.
pub(super) fn episode(
    series: &str,
    episode: &Episode,
    told: &Texts,
    referred: &Referred,
) -> Exported {
    let mut exported = Exported::of("episode");
    exported.put("series", series);
    exported.put("season", episode.season);
    exported.put("episode", episode.number);
    exported.put("number_end", episode.number_end);
    exported.put("absolute_number", episode.absolute_number);
    let airs = episode.airs;
    exported.put("airs_before_season", airs.and_then(Airs::before_season));
    exported.put("airs_before_episode", airs.and_then(Airs::before_episode));
    exported.put("airs_after_season", airs.and_then(Airs::after_season));
    exported.put("title", episode.name.as_deref());
    exported.put("original_title", episode.original_name.as_deref());
    exported.put_texts("names", by_language(&episode.names));
    exported.put("air_date", episode.aired.map(|day| day.to_string()));
    exported.put("runtime_minutes", minutes(episode.duration));
    let credits = episode.all_credits();
    for (field, role) in [
        ("directors", CreditRole::Director),
        ("guests", CreditRole::Guest),
        ("writers", CreditRole::Writer),
    ] {
        referred.put_credits(&mut exported, field, credits.iter(), role);
    }
    exported.put_texts("overview", by_language(told));
    let stills = referred.references(&episode.pictures, PictureKind::Still);
    exported.put("still", stills);
    exported
}

fn put_collection(exported: &mut Exported, title: &Title, referred: &Referred) {
    let Some(part_of) = title.collection else {
        return;
    };
    if let Some(collection) = referred.collections.get(&part_of.collection) {
        let mut named = Map::new();
        named.insert("name".to_owned(), collection.name.as_str().into());
        named.insert("slug".to_owned(), collection.slug.as_str().into());
        if let Some(part) = part_of.part {
            named.insert("part".to_owned(), part.into());
        }
        exported.put("collection", named);
    }
}

fn put_publication(exported: &mut Exported, title: &Title) {
    let time = |time: Option<DateTime<Utc>>| {
        time.map(|time| time.to_rfc3339_opts(SecondsFormat::Millis, true))
    };
    let state = match title.publication.state {
        TitleState::Published => None,
        TitleState::Draft => Some("draft"),
        TitleState::Hidden => Some("hidden"),
    };
    exported.put("state", state);
    exported.put("available_from", time(title.publication.from));
    exported.put("available_until", time(title.publication.until));
}

fn put_about(exported: &mut Exported, title: &Title) {
    exported.put_texts("overview", by_language(&title.overview));
    exported.put_texts("tagline", by_language(&title.tagline));
    let scores = title.scores.iter().map(|score| {
        let mut said = Map::new();
        said.insert("value".to_owned(), score.value.into());
        said.insert("max".to_owned(), score.max.into());
        if let Some(votes) = score.votes {
            said.insert("votes".to_owned(), votes.into());
        }
        (score.source.clone(), Value::Object(said))
    });
    exported.put("scores", scores.collect::<Map<String, Value>>());
    for (field, usual, are_trailers) in [
        ("trailers", ExtraKind::Trailer, true),
        ("extras", ExtraKind::Other, false),
    ] {
        let extras = title.extras.iter();
        let extras = extras.filter(|extra| extra.is_trailer() == are_trailers);
        let extras = extras.map(|it| extra(it, usual));
        exported.put(field, extras.collect::<Vec<Value>>());
    }
}

/// A video, by its address alone where its list says all the rest.
fn extra(extra: &Extra, usual: ExtraKind) -> Value {
    let address = extra.video.address();
    if extra.kind == usual && extra.name.is_none() && extra.language.is_none() {
        return address.into();
    }
    let mut named = Map::new();
    named.insert("url".to_owned(), address.into());
    named.insert("kind".to_owned(), json!(extra.kind));
    if let Some(name) = &extra.name {
        named.insert("name".to_owned(), name.as_str().into());
    }
    if let Some(language) = &extra.language {
        named.insert("language".to_owned(), language.as_str().into());
    }
    Value::Object(named)
}

fn status(status: SeriesStatus) -> &'static str {
    match status {
        SeriesStatus::Announced => "announced",
        SeriesStatus::Returning => "returning",
        SeriesStatus::Ended => "ended",
        SeriesStatus::Cancelled => "cancelled",
    }
}
