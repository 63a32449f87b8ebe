//! Pages of titles as queries of MongoDB.

use bson::{Bson, DateTime, Document, doc};

use super::documents::TITLES;
use crate::adapters::mongo::fields;
use crate::adapters::mongo::find::{beyond, towards};
use crate::domain::catalog::{TitleFilter, TitleKind, TitleOrder, TitleQuery, Visibility};
use crate::domain::page::{Direction, KeyValue, Keyset, Window};

/// The stages that read a page.
///
/// After a keyset come first the titles of the same value with an id beyond, then those of a value beyond. Each is a
/// range of one index for each kind or genre, which the server merges; of the two in one condition it would read and
/// sort all that is left of the list. The last sort is of two pages at most.
pub(super) fn page(visibility: &Visibility, query: &TitleQuery, window: &Window) -> Vec<Document> {
    let field = field(query.order);
    let forward = window.direction == Direction::Forward;
    let values_up = forward != query.order.is_descending();
    let limit = fields::limit(window.limit.saturating_add(1));
    let conditions = conditions(visibility, &query.filter);
    let in_order = doc! { field: towards(values_up), "_id": towards(forward) };
    let Some(start) = &window.start else {
        return read(conditions, in_order, limit).into();
    };
    let (value, id) = bounds(query.order, start);
    let mut tied = conditions.clone();
    tied.insert(field, value.clone());
    tied.insert("_id", doc! { beyond(forward): id });
    let mut rest = conditions;
    rest.insert(field, doc! { beyond(values_up): value });
    let rest = read(rest, in_order.clone(), limit);
    let mut stages = Vec::from(read(tied, doc! { "_id": towards(forward) }, limit));
    stages.extend([
        doc! { "$unionWith": { "coll": TITLES, "pipeline": rest.as_slice() } },
        doc! { "$sort": in_order },
        doc! { "$limit": limit },
    ]);
    stages
}

fn read(filter: Document, sort: Document, limit: i64) -> [Document; 3] {
    [
        doc! { "$match": filter },
        doc! { "$sort": sort },
        doc! { "$limit": limit },
    ]
}

/// What may be seen and the filter asks for. The kind is always named, as every index of an order starts with it.
pub(super) fn conditions(visibility: &Visibility, filter: &TitleFilter) -> Document {
    let kinds = match &filter.kinds {
        Some(kinds) => kinds.as_slice(),
        None => &[TitleKind::Film, TitleKind::Series],
    };
    let kinds: Vec<&str> = kinds.iter().copied().map(kind).collect();
    let mut conditions = doc! { "kind": { "$in": kinds } };
    if let Some(genres) = &filter.genres {
        let genres: Vec<i64> = genres.iter().map(|id| id.to_i64()).collect();
        conditions.insert("genres", doc! { "$in": genres });
    }
    if let Some(people) = &filter.people {
        let people: Vec<i64> = people.iter().map(|id| id.to_i64()).collect();
        conditions.insert("credits.person", doc! { "$in": people });
    }
    let mut years = Document::new();
    if let Some(from) = filter.year_from {
        years.insert("$gte", from);
    }
    if let Some(to) = filter.year_to {
        years.insert("$lte", to);
    }
    if !years.is_empty() {
        conditions.insert("year", years);
    }
    if let Some(language) = &filter.language {
        conditions.insert("languages", language);
    }
    conditions.extend(seen(visibility));
    conditions
}

/// What may be seen. Titles that were stored before there were states have none of these fields, and pass: a negation
/// is true of what is not there.
fn seen(visibility: &Visibility) -> Document {
    let mut conditions = Document::new();
    match (visibility.max_age(), visibility.sees_unrated()) {
        (None, true) => {}
        (None, false) => drop(conditions.insert("age", doc! { "$gte": 0 })),
        (Some(most), true) => {
            let above = doc! { "$gt": i32::from(most) };
            conditions.insert("age", doc! { "$not": above });
        }
        (Some(most), false) => {
            conditions.insert("age", doc! { "$lte": i32::from(most) });
        }
    }
    if let Some(now) = visibility.open_at() {
        let now = now.timestamp_millis();
        conditions.insert("open_from", doc! { "$not": { "$gt": now } });
        conditions.insert("open_until", doc! { "$not": { "$lte": now } });
    }
    conditions
}

fn field(order: TitleOrder) -> &'static str {
    match order {
        TitleOrder::Name => "sort_name",
        TitleOrder::NewestAdded => "created_at",
        TitleOrder::NewestReleased => "released",
        TitleOrder::Popular => "popularity",
    }
}

fn bounds(order: TitleOrder, start: &Keyset) -> (Bson, Bson) {
    let value = match (&start.value, order) {
        (KeyValue::Number(time), TitleOrder::NewestAdded) => DateTime::from_millis(*time).into(),
        (value, _) => plain(value),
    };
    (value, plain(&start.id))
}

fn plain(value: &KeyValue) -> Bson {
    match value {
        KeyValue::Number(number) => (*number).into(),
        KeyValue::Text(text) => text.into(),
    }
}

fn kind(kind: TitleKind) -> &'static str {
    match kind {
        TitleKind::Film => "film",
        TitleKind::Series => "series",
    }
}
