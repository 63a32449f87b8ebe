//! Which titles a page has, as MongoDB is asked for them.

use bson::{Bson, DateTime, Document, doc};

use crate::domain::catalog::{TitleFilter, TitleKind, TitleOrder, TitleQuery};
use crate::domain::page::{Direction, KeyValue, Keyset, Window};

/// The filter and the sort of a page.
///
/// What comes after a place has either the same value and an id beyond, or a value beyond. The conditions stand in
/// both branches, so that each is a range of one index and the server merges the two instead of sorting.
pub(super) fn page(query: &TitleQuery, window: &Window) -> (Document, Document) {
    let field = field(query.order);
    let forward = window.direction == Direction::Forward;
    let values_up = forward != query.order.is_descending();
    let conditions = conditions(&query.filter);
    let filter = match &window.start {
        None => conditions,
        Some(start) => {
            let (value, id) = place(query.order, start);
            let mut beyond = conditions.clone();
            beyond.insert(field, doc! { beyond_by(values_up): value.clone() });
            let mut tied = conditions;
            tied.insert(field, value);
            tied.insert("_id", doc! { beyond_by(forward): id });
            doc! { "$or": [tied, beyond] }
        }
    };
    let sort = doc! { field: towards(values_up), "_id": towards(forward) };
    (filter, sort)
}

/// What the filter asks for. The kind is always named, as every index of an order starts with it.
pub(super) fn conditions(filter: &TitleFilter) -> Document {
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

fn place(order: TitleOrder, start: &Keyset) -> (Bson, Bson) {
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

fn beyond_by(up: bool) -> &'static str {
    if up { "$gt" } else { "$lt" }
}

fn towards(up: bool) -> i32 {
    if up { 1 } else { -1 }
}

fn kind(kind: TitleKind) -> &'static str {
    match kind {
        TitleKind::Film => "film",
        TitleKind::Series => "series",
    }
}
