//! Files of plans and rules: one JSON object a line, as `reelgraph plans load` reads them.
//!
//! ```json
//! {"plan": "basic", "name": "Basic", "price": 499, "currency": "EUR", "interval": "month", "trial_days": 14}
//! {"film": "heat-1995", "access": "members", "until": "2027-01-01T00:00:00Z"}
//! {"series": "breaking-bad-2008", "season": 2, "access": ["basic"]}
//! ```

use chrono::{DateTime, SubsecRound, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::access::Needs;
use super::error::MembershipError;
use super::plan::{Interval, IntervalUnit, MAX_ID, Plan, PlanId, Price};
use crate::domain::json::Strict;
use crate::domain::text::{compose, is_turning, tidy};

/// What some programs begin a text with, also where files were joined in the middle.
const BOM: char = '\u{feff}';
/// The most lines of a file.
const MAX_LINES: usize = 100_000;
/// The most characters of the name of a plan.
const MAX_NAME: usize = 100;
/// The most days that cost nothing.
const MAX_TRIAL: u16 = 365;
/// The most plans of one rule.
const MAX_PLANS: usize = 20;

/// What a line says, with its number from 1.
#[derive(Debug, PartialEq)]
pub(super) struct Line {
    pub(super) number: usize,
    pub(super) said: Said,
}

#[derive(Debug, PartialEq)]
pub(super) enum Said {
    Plan(Plan),
    Rule(RuleOf),
}

/// A rule for something that is named by its slug.
#[derive(Debug, PartialEq)]
pub(super) struct RuleOf {
    pub(super) what: Named,
    /// `None`: there is to be none.
    pub(super) needs: Option<Needs>,
    pub(super) from: Option<DateTime<Utc>>,
    pub(super) until: Option<DateTime<Utc>>,
}

/// What a rule is of.
#[derive(Debug, Clone, PartialEq)]
pub enum Named {
    /// A film by its slug.
    Film(String),
    /// All of a series by its slug.
    Series(String),
    /// A season of a series, by the slug of that and the number.
    Season(String, u32),
    /// All films of a collection by its slug.
    Collection(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanLine {
    plan: String,
    name: String,
    price: u32,
    currency: String,
    interval: IntervalUnit,
    #[serde(default = "one")]
    interval_count: u8,
    #[serde(default)]
    trial_days: u16,
    paypal_plan: Option<String>,
    #[serde(default = "yes")]
    offered: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleLine {
    film: Option<String>,
    series: Option<String>,
    season: Option<u32>,
    collection: Option<String>,
    access: Value,
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
}

fn one() -> u8 {
    1
}

fn yes() -> bool {
    true
}

/// What a file says, line by line; empty lines are passed over.
pub(super) fn read(text: &str) -> Result<Vec<Line>, MembershipError> {
    let lines = text.lines().map(|line| line.trim_start_matches(BOM));
    let lines = lines.enumerate();
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    let mut said = Vec::new();
    for (place, line) in lines {
        let number = place + 1;
        if said.len() == MAX_LINES {
            let reason = format!("a file may have at most {MAX_LINES} lines");
            return Err(at(number, reason));
        }
        let of_line = read_line(line).map_err(|reason| at(number, reason))?;
        said.push(Line {
            number,
            said: of_line,
        });
    }
    Ok(said)
}

/// An error of a line.
pub(super) fn at(line: usize, reason: impl Into<String>) -> MembershipError {
    MembershipError::BadLine {
        line,
        reason: reason.into(),
    }
}

fn read_line(line: &str) -> Result<Said, String> {
    let read: Strict =
        serde_json::from_str(line).map_err(|error| format!("is no JSON object: {error}"))?;
    // The last of two values would be taken without a word.
    if let Some(key) = read.twice {
        return Err(format!("`{key}` comes twice in the line"));
    }
    let Value::Object(fields) = read.value else {
        return Err("is no JSON object".to_owned());
    };
    if fields.contains_key("plan") {
        plan(fields_of(fields)?).map(Said::Plan)
    } else {
        rule(fields_of(fields)?).map(Said::Rule)
    }
}

fn fields_of<T: DeserializeOwned>(fields: Map<String, Value>) -> Result<T, String> {
    serde_path_to_error::deserialize(Value::Object(fields)).map_err(|error| {
        // What lacks stands nowhere, and is named by what is said of it.
        match error.path().to_string().as_str() {
            "." => error.inner().to_string(),
            field => format!("`{field}`: {}", error.inner()),
        }
    })
}

fn plan(line: PlanLine) -> Result<Plan, String> {
    let id = plan_id(&line.plan)?;
    let name = compose(&tidy(&line.name));
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return Err(format!("`name` must have 1 to {MAX_NAME} characters"));
    }
    if let Some(turning) = name.chars().find(|it| is_turning(*it)) {
        let number = u32::from(turning);
        return Err(format!(
            "`name` has the character U+{number:04X}, which turns the direction of what follows"
        ));
    }
    let currency = line.currency;
    if currency.len() != 3 || !currency.chars().all(|c| c.is_ascii_uppercase()) {
        return Err("`currency` must be a code of ISO 4217 such as EUR".to_owned());
    }
    if line.interval_count == 0 {
        return Err("`interval_count` must be at least 1".to_owned());
    }
    if line.trial_days > MAX_TRIAL {
        return Err(format!("`trial_days` may be at most {MAX_TRIAL}"));
    }
    if line.paypal_plan.as_deref().is_some_and(str::is_empty) {
        return Err("`paypal_plan` is empty: leave it out".to_owned());
    }
    Ok(Plan {
        id,
        name,
        price: Price {
            minor_units: line.price,
            currency,
        },
        interval: Interval {
            unit: line.interval,
            count: line.interval_count,
        },
        trial_days: line.trial_days,
        paypal_plan: line.paypal_plan,
        is_offered: line.offered,
        rest: Map::new(),
    })
}

fn plan_id(text: &str) -> Result<PlanId, String> {
    PlanId::parse(text).ok_or_else(|| {
        format!("`{text}` is no id of a plan: 1 to {MAX_ID} lower-case letters, digits and hyphens")
    })
}

fn rule(line: RuleLine) -> Result<RuleOf, String> {
    let what = match (line.film, line.series, line.season, line.collection) {
        (Some(film), None, None, None) => Named::Film(film),
        (None, Some(series), None, None) => Named::Series(series),
        (None, Some(series), Some(season), None) => Named::Season(series, season),
        (None, None, None, Some(collection)) => Named::Collection(collection),
        _ => {
            let reason = "must have one of `plan`, `film`, `series` (with `season` or without) and `collection`";
            return Err(reason.to_owned());
        }
    };
    let needs = needs(&line.access)?;
    let [from, until] = [line.from, line.until].map(|time| time.map(|time| time.trunc_subsecs(3)));
    if needs.is_none() && (from.is_some() || until.is_some()) {
        return Err("`from` and `until` are of no use where `access` is null".to_owned());
    }
    if let (Some(from), Some(until)) = (from, until)
        && until <= from
    {
        return Err("`until` must be after `from`".to_owned());
    }
    Ok(RuleOf {
        what,
        needs,
        from,
        until,
    })
}

/// What an `access` says; `None`: that there is to be no rule.
fn needs(access: &Value) -> Result<Option<Needs>, String> {
    match access {
        Value::Null => Ok(None),
        Value::String(text) if text == "free" => Ok(Some(Needs::Free)),
        Value::String(text) if text == "members" => Ok(Some(Needs::Members)),
        Value::Array(plans) if (1..=MAX_PLANS).contains(&plans.len()) => {
            let ids = plans.iter().map(|plan| match plan {
                Value::String(text) => plan_id(text),
                other => Err(format!("{other} is no id of a plan")),
            });
            let ids: Vec<PlanId> = ids.collect::<Result<_, _>>()?;
            let is_twice = |id: &&PlanId| ids.iter().filter(|other| other == id).count() > 1;
            if let Some(twice) = ids.iter().find(is_twice) {
                return Err(format!("`access` names `{twice}` twice"));
            }
            Ok(Some(Needs::Plans(ids)))
        }
        _ => Err(format!(
            "`access` must be \"free\", \"members\", a list of 1 to {MAX_PLANS} ids of plans, or null"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str =
        r#"{"plan":"basic","name":"Basic","price":499,"currency":"EUR","interval":"month"}"#;

    fn refused(line: &str) -> String {
        match read(&format!("\n{line}\n")) {
            Err(MembershipError::BadLine { line: 2, reason }) => reason,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn a_plan_is_read_with_what_is_usual() {
        let lines = read(PLAN).unwrap();

        let [
            Line {
                number: 1,
                said: Said::Plan(plan),
            },
        ] = &lines[..]
        else {
            panic!("{lines:?}");
        };
        assert_eq!((plan.id.as_str(), plan.name.as_str()), ("basic", "Basic"));
        assert_eq!(plan.price.minor_units, 499);
        assert_eq!((plan.interval.count, plan.trial_days), (1, 0));
        assert!(plan.is_offered);
    }

    #[test]
    fn rules_are_for_one_thing_and_a_time() {
        let text = r#"{"series":"x","season":2,"access":["basic"],"until":"2027-01-01T00:00:00Z"}
            {"film":"y","access":"free"}
            {"collection":"z","access":null}"#;

        let lines = read(text).unwrap();

        let basic = PlanId::parse("basic").unwrap();
        let rule = |what, needs, until| {
            Said::Rule(RuleOf {
                what,
                needs,
                from: None,
                until,
            })
        };
        let said: Vec<Said> = lines.into_iter().map(|line| line.said).collect();
        let end = DateTime::parse_from_rfc3339("2027-01-01T00:00:00Z").unwrap();
        assert_eq!(
            said,
            [
                rule(
                    Named::Season("x".to_owned(), 2),
                    Some(Needs::Plans(vec![basic])),
                    Some(end.to_utc())
                ),
                rule(Named::Film("y".to_owned()), Some(Needs::Free), None),
                rule(Named::Collection("z".to_owned()), None, None),
            ]
        );
    }

    #[test]
    fn what_a_program_begins_a_text_with_is_none_of_it() {
        let lines = read(&format!("{BOM}{PLAN}\n{BOM}\n{BOM}{PLAN}\n")).unwrap();

        let numbers: Vec<usize> = lines.iter().map(|line| line.number).collect();
        assert_eq!(numbers, [1, 3]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (line, reason) in [
            ("[]", "is no JSON object"),
            (r#"{"access":"free"}"#, "must have one of"),
            (
                r#"{"film":"x","season":1,"access":"free"}"#,
                "must have one of",
            ),
            (r#"{"film":"x"}"#, "missing field `access`"),
            (r#"{"film":"x","access":"everybody"}"#, "`access` must be"),
            (r#"{"film":"x","access":[]}"#, "`access` must be"),
            (r#"{"film":"x","access":["No"]}"#, "is no id of a plan"),
            (
                r#"{"film":"x","access":"free","price":1}"#,
                "unknown field `price`",
            ),
            (
                r#"{"film":"x","access":"free","from":"2027-01-01T00:00:00Z","until":"2026-01-01T00:00:00Z"}"#,
                "`until` must be after `from`",
            ),
            (&PLAN.replace("EUR", "euro"), "`currency` must be"),
            (&PLAN.replace("Basic", " "), "`name` must have"),
            (
                &PLAN.replace("Basic", "B\u{202e}c"),
                "`name` has the character U+202E",
            ),
            (&PLAN.replace("499", "-1"), "`price`: invalid value"),
            (r#"{"film":"x","access":"free","from":"then"}"#, "`from`: "),
            (
                r#"{"film":"x","access":["basic","no","basic"]}"#,
                "`access` names `basic` twice",
            ),
            (
                r#"{"plan":"x","plan":"y"}"#,
                "`plan` comes twice in the line",
            ),
            (&PLAN.replace("month", "moon"), "unknown variant `moon`"),
        ] {
            let said = refused(line);
            assert!(said.contains(reason), "{line}: {said}");
        }
    }
}
