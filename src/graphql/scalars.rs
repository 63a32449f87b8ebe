//! The schema's own scalars.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{NaiveDate, SecondsFormat, SubsecRound, Utc};

use crate::domain::error::ErrorCode;

/// A moment in UTC, to the millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DateTime(pub(crate) chrono::DateTime<Utc>);

/// A moment as RFC 3339 text, for instance `2026-01-01T20:00:00.000Z`. Given out in UTC, to the millisecond; taken in
/// any offset.
#[Scalar(
    name = "DateTime",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339"
)]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let time = chrono::DateTime::parse_from_rfc3339(text)
            .map_err(|_| coded("this is not a time as in RFC 3339"))?;
        Ok(Self(time.with_timezone(&Utc).trunc_subsecs(3)))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl From<chrono::DateTime<Utc>> for DateTime {
    fn from(time: chrono::DateTime<Utc>) -> Self {
        Self(time)
    }
}

/// A day without a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Date(pub(crate) NaiveDate);

/// A day of the Gregorian calendar as `YYYY-MM-DD`, without a time zone.
#[Scalar(
    name = "Date",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339"
)]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d");
        Ok(Self(day.map_err(|_| {
            coded("this is not a day written YYYY-MM-DD")
        })?))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.format("%Y-%m-%d").to_string())
    }
}

/// An address on the web.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Url(pub(crate) String);

/// An absolute address on the web (RFC 3986).
#[Scalar(
    name = "URL",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc3986"
)]
impl ScalarType for Url {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            value => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

fn coded<T: async_graphql::InputType>(message: &str) -> InputValueError<T> {
    InputValueError::custom(message).with_extension("code", ErrorCode::Invalid.as_str())
}
