//! Pages and counts of titles.
//!
//! There are two ways to a page, and neither reads more than it must: along the index of the order, passing over what
//! the filter does not want, which is good if it wants much; or from the few titles that its narrowest condition
//! wants, sorted afterwards. The planner cannot know which is better (it keeps no count by value), so we count first.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::rows;
use crate::adapters::sqlite::columns::{self, only, unsigned};
use crate::adapters::sqlite::statements::{one, readable};
use crate::domain::catalog::{Title, TitleFilter, TitleKind, TitleOrder, TitleQuery, Visibility};
use crate::domain::page::{Direction, KeyValue, Keyset, Slice, Window};

/// A condition that wants no more titles than this is where a page starts from.
const NARROW: i64 = 2000;
/// How many genres or people are looked up for each title at the most; of more, the titles are listed beforehand.
const FEW: usize = 16;

/// One condition of a filter.
struct Condition {
    /// True for the rows of `titles` that pass. The `+` keeps the planner from starting here.
    test: String,
    /// The ids of the titles that pass, from an index.
    ids: String,
    /// The parameters of either.
    values: Vec<Value>,
}

/// A page of the titles that may be seen and pass.
pub(super) fn list(
    connection: &Connection,
    visibility: &Visibility,
    query: &TitleQuery,
    window: &Window,
) -> rusqlite::Result<Slice<Title>> {
    let (sql, values) = statement(connection, visibility, query, window)?;
    let (rows, _) = readable(
        connection,
        "titles",
        &sql,
        params_from_iter(values),
        rows::title,
    )?;
    Ok(Slice::from_overfetched(rows, window))
}

/// How many titles may be seen and pass.
pub(super) fn count(
    connection: &Connection,
    visibility: &Visibility,
    filter: &TitleFilter,
) -> rusqlite::Result<u64> {
    let (mut ids, mut tests, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for condition in conditions(filter) {
        ids.push(condition.ids);
        values.extend(condition.values);
    }
    let of_age = of_age(visibility).map(|condition| (condition.test, condition.values));
    for (test, parameters) in of_age.into_iter().chain(open(visibility)) {
        tests.push(test);
        values.extend(parameters);
    }
    let wanted = match ids.as_slice() {
        [] => "titles".to_owned(),
        ids => {
            let ids = ids.join(" INTERSECT ");
            format!("(SELECT DISTINCT id FROM ({ids})) CROSS JOIN titles USING (id)")
        }
    };
    let tests = match tests.as_slice() {
        [] => "true".to_owned(),
        tests => tests.join(" AND "),
    };
    let sql = format!("SELECT count(*) FROM {wanted} WHERE {tests}");
    one(connection, &sql, params_from_iter(values), unsigned)
}

fn statement(
    connection: &Connection,
    visibility: &Visibility,
    query: &TitleQuery,
    window: &Window,
) -> rusqlite::Result<(String, Vec<Value>)> {
    let key = key(query.order);
    let mut conditions = conditions(&query.filter);
    let mut tests = Vec::new();
    let mut values = Vec::new();
    conditions.extend(of_age(visibility));
    let path = if let Some(narrow) = narrowest(connection, &conditions)? {
        let narrow = conditions.swap_remove(narrow);
        tests.push(format!("id IN ({})", narrow.ids));
        values.extend(narrow.values);
        "NOT INDEXED".to_owned()
    } else {
        format!("INDEXED BY titles_{key}")
    };
    let (beyond, direction) = match window.direction {
        Direction::Forward => (">", "ASC"),
        Direction::Backward => ("<", "DESC"),
    };
    if let Some(start) = &window.start {
        tests.push(format!("({key}, id) {beyond} (?, ?)"));
        values.extend(bounds(query.order, start));
    }
    let conditions = conditions.into_iter();
    let conditions = conditions.map(|condition| (condition.test, condition.values));
    for (test, parameters) in conditions.chain(open(visibility)) {
        tests.push(test);
        values.extend(parameters);
    }
    if tests.is_empty() {
        tests.push("true".to_owned());
    }
    values.push(columns::limit(window.limit.saturating_add(1)).into());
    let sql = format!(
        "WITH page AS MATERIALIZED (
            SELECT id, {key} AS key, by_popularity FROM titles {path} WHERE {tests}
            ORDER BY {key} {direction}, id {direction} LIMIT ?
         )
         SELECT document, by_popularity FROM page CROSS JOIN title_documents USING (id)
         ORDER BY key {direction}, id {direction}",
        tests = tests.join(" AND "),
    );
    Ok((sql, values))
}

/// The place of the condition that wants the fewest titles, if those are few.
fn narrowest(connection: &Connection, conditions: &[Condition]) -> rusqlite::Result<Option<usize>> {
    let mut counts = Vec::with_capacity(conditions.len());
    for (place, condition) in conditions.iter().enumerate() {
        let sql = format!("SELECT count(*) FROM ({} LIMIT ?)", condition.ids);
        let values = condition.values.iter().cloned();
        let values = values.chain([Value::from(NARROW + 1)]);
        let count: i64 = one(connection, &sql, params_from_iter(values), only)?;
        counts.push((count, place));
    }
    Ok(counts
        .into_iter()
        .min()
        .filter(|(count, _)| *count <= NARROW)
        .map(|(_, place)| place))
}

fn conditions(filter: &TitleFilter) -> Vec<Condition> {
    let kinds = filter.kinds.as_ref().map(|kinds| Condition {
        test: "+kind IN (SELECT value FROM json_each(?))".to_owned(),
        ids: "SELECT id FROM titles WHERE kind IN (SELECT value FROM json_each(?))".to_owned(),
        values: vec![columns::list(kinds.iter().copied().map(kind)).into()],
    });
    let genres = filter.genres.as_ref().map(|genres| {
        let ids = genres.iter().map(|id| id.to_i64());
        Condition::of_any("title_genres", "genre", ids)
    });
    let people = filter.people.as_ref().map(|people| {
        let ids = people.iter().map(|id| id.to_i64());
        Condition::of_any("title_people", "person", ids)
    });
    let years = (filter.year_from.is_some() || filter.year_to.is_some()).then(|| Condition {
        test: "+year BETWEEN ? AND ?".to_owned(),
        ids: "SELECT id FROM titles WHERE year BETWEEN ? AND ?".to_owned(),
        values: vec![
            filter.year_from.unwrap_or(i32::MIN).into(),
            filter.year_to.unwrap_or(i32::MAX).into(),
        ],
    });
    let language = filter.language.as_ref().map(|language| Condition {
        test: "(SELECT true FROM title_languages WHERE language = ? AND title = titles.id)"
            .to_owned(),
        ids: "SELECT title AS id FROM title_languages WHERE language = ?".to_owned(),
        values: vec![language.clone().into()],
    });
    [kinds, genres, people, years, language]
        .into_iter()
        .flatten()
        .collect()
}

/// The titles of an age that may be seen, if not all may: of a child there may be few.
fn of_age(visibility: &Visibility) -> Option<Condition> {
    let unrated = visibility.sees_unrated();
    let (column, values) = match (visibility.max_age(), unrated) {
        (None, true) => return None,
        (None, false) => ("age IS NOT NULL", Vec::new()),
        (Some(most), true) => ("(age <= ? OR age IS NULL)", vec![most.into()]),
        (Some(most), false) => ("age <= ?", vec![most.into()]),
    };
    Some(Condition {
        test: column.replace("age ", "+age "),
        ids: format!("SELECT id FROM titles WHERE {column}"),
        values,
    })
}

/// The titles whose window is open, unless that does not matter: they are most.
fn open(visibility: &Visibility) -> Option<(String, Vec<Value>)> {
    let now = visibility.open_at()?.timestamp_millis();
    let test = "+open_from <= ? AND +open_until > ?".to_owned();
    Some((test, vec![now.into(), now.into()]))
}

impl Condition {
    /// The titles that a table has with one of these ids at least.
    fn of_any(table: &str, column: &str, ids: impl ExactSizeIterator<Item = i64>) -> Self {
        let wanted = format!("{column} IN (SELECT value FROM json_each(?))");
        Self {
            test: if ids.len() > FEW {
                format!("+id IN (SELECT title FROM {table} WHERE {wanted})")
            } else {
                format!("(SELECT true FROM {table} WHERE {wanted} AND title = titles.id LIMIT 1)")
            },
            ids: format!("SELECT title AS id FROM {table} WHERE {wanted}"),
            values: vec![columns::list(ids).into()],
        }
    }
}

/// The column that an order runs along, upwards. Its index is called like it.
fn key(order: TitleOrder) -> &'static str {
    match order {
        TitleOrder::Name => "by_name",
        TitleOrder::NewestAdded => "by_added",
        TitleOrder::NewestReleased => "by_released",
        TitleOrder::Popular => "by_popularity",
    }
}

/// The bounds of a keyset, as its column keeps them.
fn bounds(order: TitleOrder, keyset: &Keyset) -> [Value; 2] {
    let value = |value: &KeyValue, negated| match value {
        KeyValue::Number(number) if negated => Value::from(number.saturating_neg()),
        KeyValue::Number(number) => Value::from(*number),
        KeyValue::Text(text) => Value::from(text.clone()),
    };
    [
        value(&keyset.value, order.is_descending()),
        value(&keyset.id, false),
    ]
}

/// A kind, as its column keeps it.
pub(super) fn kind(kind: TitleKind) -> &'static str {
    match kind {
        TitleKind::Film => "film",
        TitleKind::Series => "series",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::sqlite::statements::all;
    use crate::domain::catalog::VisibilityPolicy;
    use crate::domain::ids::{GenreId, PersonId};

    const ORDERS: [TitleOrder; 4] = [
        TitleOrder::Name,
        TitleOrder::NewestAdded,
        TitleOrder::NewestReleased,
        TitleOrder::Popular,
    ];

    #[test]
    fn a_filter_that_wants_much_is_read_along_the_order() {
        let connection = database(NARROW + 1);
        for order in ORDERS {
            let key = key(order);
            for (direction, beyond) in [(Direction::Forward, '>'), (Direction::Backward, '<')] {
                let first = plan(&connection, order, direction, None);
                let later = plan(&connection, order, direction, Some(start(order)));

                assert_eq!(first[1], format!("SCAN titles USING INDEX titles_{key}"));
                assert_eq!(
                    later[1],
                    format!("SEARCH titles USING INDEX titles_{key} (({key},id){beyond}(?,?))")
                );
                for plan in [first, later] {
                    assert_eq!(work(&plan), Vec::<&str>::new(), "{plan:#?}");
                }
            }
        }
    }

    #[test]
    fn a_filter_that_wants_little_is_where_the_page_starts() {
        let connection = database(NARROW);
        for order in ORDERS {
            let plan = plan(&connection, order, Direction::Forward, Some(start(order)));

            assert_eq!(plan[1], "SEARCH titles USING PRIMARY KEY (id=?)");
            assert_eq!(work(&plan), ["USE TEMP B-TREE FOR ORDER BY"], "{plan:#?}");
        }
    }

    /// All conditions at once, each wanting `wanted` titles.
    fn database(wanted: i64) -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        for schema in [
            include_str!("../schema/catalog.sql"),
            include_str!("../schema/certifications.sql"),
            include_str!("../schema/publication.sql"),
        ] {
            connection.execute_batch(schema).unwrap();
        }
        connection
            .execute_batch(&format!(
                "WITH RECURSIVE ids (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids WHERE id < {wanted})
                 INSERT INTO titles
                    (id, slug, revision, kind, year, by_name, by_added, by_released, by_popularity, sequence,
                        age, open_from, open_until)
                    SELECT id, id, 1, 'film', 1999, id, id, id, id, id, 6, 0, 2 FROM ids;
                 INSERT INTO title_genres (genre, title) SELECT 1, id FROM titles;
                 INSERT INTO title_people (person, title) SELECT 1, id FROM titles;
                 INSERT INTO title_languages (language, title) SELECT 'en', id FROM titles;"
            ))
            .unwrap();
        connection
    }

    /// Who sees all of them, and not whatever there may be.
    fn child() -> Visibility {
        let everything = Visibility::everything();
        VisibilityPolicy::default().narrowed(&everything, Some(6))
    }

    fn start(order: TitleOrder) -> Keyset {
        match order {
            TitleOrder::Name => Keyset::by_text("m", 1),
            _ => Keyset::by_number(1, 1),
        }
    }

    fn plan(
        connection: &Connection,
        order: TitleOrder,
        direction: Direction,
        start: Option<Keyset>,
    ) -> Vec<String> {
        let query = TitleQuery {
            filter: TitleFilter {
                kinds: Some(vec![TitleKind::Film]),
                genres: Some(vec![GenreId(1)]),
                people: Some(vec![PersonId(1)]),
                year_from: Some(1990),
                year_to: None,
                language: Some("en".to_owned()),
            },
            order,
        };
        let window = Window {
            limit: 20,
            start,
            direction,
        };
        let (sql, values) = statement(connection, &child(), &query, &window).unwrap();
        let explain = format!("EXPLAIN QUERY PLAN {sql}");
        let step = |row: &rusqlite::Row<'_>| row.get("detail");
        all(connection, &explain, params_from_iter(values), step).unwrap()
    }

    /// What takes the longer the more titles pass: sorts, and indexes made for this once. The page itself may be
    /// sorted.
    fn work(plan: &[String]) -> Vec<&str> {
        plan.iter()
            .map(String::as_str)
            .take_while(|step| *step != "SCAN page")
            .filter(|step| step.starts_with("USE TEMP") || step.contains("AUTOMATIC"))
            .collect()
    }
}
