//! How a list is written: as one JSON document, as CSV, or as one JSON object a line.

use axum::Json;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::error::StoreError;
use crate::graphql::ApiError;
use crate::http::graphql::best_liked;
use crate::http::problem::Problem;

const JSON: &str = "application/json";
const CSV: &str = "text/csv";
const NDJSON: &str = "application/x-ndjson";
/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// How a list is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    /// One document for all of it, `application/json`.
    Json,
    /// A header row, then one row for each entry (RFC 4180), `text/csv`.
    Csv,
    /// One JSON object a line, `application/x-ndjson`.
    Ndjson,
}

/// An entry of a list.
pub(super) trait Row: Serialize {
    /// The header row of the list as CSV.
    const COLUMNS: &'static [&'static str];

    /// The cells of its row, one for each column.
    fn cells(&self) -> Vec<String>;
}

impl Format {
    /// That of the parameter, else the one that the client likes best.
    pub(super) fn of(headers: &HeaderMap, asked: Option<Self>) -> Result<Self, Problem> {
        if let Some(asked) = asked {
            return Ok(asked);
        }
        match best_liked(headers, &[JSON, CSV, NDJSON]) {
            Some(JSON) => Ok(Self::Json),
            Some(CSV) => Ok(Self::Csv),
            Some(_) => Ok(Self::Ndjson),
            None => Err(not_acceptable(
                "answers are application/json, text/csv or application/x-ndjson",
            )),
        }
    }

    /// The rows of a list; as JSON with what goes with them.
    pub(super) fn write<R: Row>(
        self,
        rows: Vec<R>,
        whole: impl FnOnce(Vec<R>) -> Response,
    ) -> Result<Response, Problem> {
        let text = match self {
            Self::Json => return Ok(whole(rows)),
            Self::Csv => csv(&rows),
            Self::Ndjson => lines(&rows),
        };
        let text = text.map_err(|error| Problem::from(ApiError::from(error)))?;
        let kind = match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Json | Self::Ndjson => NDJSON,
        };
        Ok(([(CONTENT_TYPE, kind)], text).into_response())
    }
}

/// One value, for clients that take JSON.
pub(super) fn json(headers: &HeaderMap, value: impl Serialize) -> Result<Response, Problem> {
    match best_liked(headers, &[JSON]) {
        Some(_) => Ok(Json(value).into_response()),
        None => Err(not_acceptable("the answer is application/json")),
    }
}

fn not_acceptable(detail: &'static str) -> Problem {
    Problem::new(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", detail)
}

fn csv<R: Row>(rows: &[R]) -> Result<Vec<u8>, StoreError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer
        .write_record(R::COLUMNS)
        .map_err(StoreError::failed)?;
    for row in rows {
        let cells = row.cells();
        writer.write_record(cells).map_err(StoreError::failed)?;
    }
    writer
        .into_inner()
        .map_err(|error| StoreError::failed(error.to_string()))
}

fn lines<R: Row>(rows: &[R]) -> Result<Vec<u8>, StoreError> {
    let mut text = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut text, row).map_err(StoreError::failed)?;
        text.push(b'\n');
    }
    Ok(text)
}

/// A text that somebody else wrote, as a cell that no spreadsheet executes: what looks like a formula begins with an
/// apostrophe (OWASP, «CSV injection»).
pub(in crate::http) fn cell(text: &str) -> String {
    if text.starts_with(FORMULA) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Named(&'static str, f64);

    impl Row for Named {
        const COLUMNS: &'static [&'static str] = &["name", "seconds"];

        fn cells(&self) -> Vec<String> {
            vec![cell(self.0), self.1.to_string()]
        }
    }

    #[test]
    fn no_cell_is_a_formula() {
        let rows = [
            Named("=HYPERLINK(\"x\")", 1.5),
            Named("+1", 0.0),
            Named("a,b", 2.0),
        ];

        let text = String::from_utf8(csv(&rows).unwrap()).unwrap();

        assert_eq!(
            text,
            "name,seconds\n\"'=HYPERLINK(\"\"x\"\")\",1.5\n'+1,0\n\"a,b\",2\n"
        );
        let none: [Named; 0] = [];
        assert_eq!(csv(&none).unwrap(), b"name,seconds\n");
    }

    #[test]
    fn what_is_asked_for_by_name_counts_before_what_is_liked() {
        let accepts = |value: &'static str| {
            let headers = [(axum::http::header::ACCEPT, value.parse().unwrap())];
            HeaderMap::from_iter(headers)
        };

        let named = Format::of(&accepts("application/json"), Some(Format::Csv));
        assert_eq!(named.unwrap(), Format::Csv);
        let liked = Format::of(&accepts("application/x-ndjson"), None);
        assert_eq!(liked.unwrap(), Format::Ndjson);
        assert!(Format::of(&accepts("image/png"), None).is_err());
        assert!(json(&accepts("text/csv"), 1).is_err());
    }
}
