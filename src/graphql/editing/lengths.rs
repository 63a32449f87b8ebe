//! Lengths as edits give them: in seconds, as everywhere in the schema, or in minutes, as the first clients did.

use async_graphql::MaybeUndefined;
use serde_json::Value;

use super::words::Fields;
use crate::domain::error::{Bounds, ErrorCode};
use crate::graphql::user_error::UserError;

/// The catalogue keeps whole minutes, as files have them.
const MINUTE: i32 = 60;
/// The longest, in minutes: 100 hours.
const MOST_MINUTES: i32 = 6_000;

/// A length that may be given in either unit.
#[derive(Clone, Copy)]
pub(super) struct Length {
    /// What each of both is called in the schema.
    pub(super) seconds_called: &'static str,
    pub(super) minutes_called: &'static str,
    pub(super) seconds: MaybeUndefined<i32>,
    pub(super) minutes: MaybeUndefined<i32>,
}

impl Fields {
    /// Puts a length as files have it, in minutes.
    pub(super) fn put_length(
        &mut self,
        field: &str,
        length: Length,
    ) -> std::result::Result<(), UserError> {
        if length.seconds.is_undefined() {
            self.put(field, length.minutes, Value::from);
            return Ok(());
        }
        let called = length.seconds_called;
        let other = length.minutes_called;
        if !length.minutes.is_undefined() {
            let message = format!("give either `{called}` or `{other}`");
            return Err(UserError::input(ErrorCode::Invalid, called, message));
        }
        let minutes = length
            .seconds
            .map_value(|seconds| in_minutes(called, seconds));
        self.put(field, minutes.transpose()?, Value::from);
        Ok(())
    }
}

fn in_minutes(called: &str, seconds: i32) -> std::result::Result<i32, UserError> {
    let most = MINUTE * MOST_MINUTES;
    if !(MINUTE..=most).contains(&seconds) {
        let message = format!("`{called}` is 60 to 360,000 seconds");
        let error = UserError::input(ErrorCode::OutOfRange, called, message);
        return Err(error.bounded(Bounds::between(60, 360_000)));
    }
    if seconds % MINUTE != 0 {
        let message = format!("`{called}` is whole minutes: a multiple of 60 seconds");
        return Err(UserError::input(ErrorCode::Invalid, called, message));
    }
    Ok(seconds / MINUTE)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn put(seconds: MaybeUndefined<i32>, minutes: MaybeUndefined<i32>) -> Option<Value> {
        let mut fields = Fields::default();
        let length = Length {
            seconds_called: "duration",
            minutes_called: "durationMinutes",
            seconds,
            minutes,
        };
        fields.put_length("runtime_minutes", length).ok()?;
        Some(Value::Object(fields.into_map()))
    }

    #[test]
    fn a_length_is_given_in_one_unit() {
        use MaybeUndefined::{Null, Undefined, Value};
        let known = |minutes| Some(json!({ "runtime_minutes": minutes }));

        assert_eq!(put(Value(10_260), Undefined), known(json!(171)));
        assert_eq!(put(Undefined, Value(171)), known(json!(171)));
        assert_eq!(put(Null, Undefined), known(json!(null)));
        assert_eq!(put(Undefined, Undefined), Some(json!({})));
        assert_eq!(put(Value(10_260), Value(171)), None);
        assert_eq!(put(Value(10_260), Null), None);
    }

    #[test]
    fn seconds_are_whole_minutes_within_the_bounds() {
        let refused = [0, -60, 59, 90, 360_001, 360_060, i32::MIN, i32::MAX];
        for seconds in refused {
            assert_eq!(
                put(MaybeUndefined::Value(seconds), MaybeUndefined::Undefined),
                None
            );
        }
        for seconds in [60, 360_000] {
            assert!(put(MaybeUndefined::Value(seconds), MaybeUndefined::Undefined).is_some());
        }
    }
}
