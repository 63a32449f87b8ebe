//! Plans and rules with the names that files give to what they are of, so that what is listed can be loaded again.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::access::{AccessItem, AccessRule, Needs};
use super::error::MembershipError;
use super::offer::Named;
use super::plan::Plan;
use super::service::MembershipService;
use crate::domain::catalog::{Collection, TitleKind, Visibility};
use crate::domain::ids::{CollectionId, TitleId};

/// A rule with the name of what it is of.
#[derive(Debug, PartialEq)]
pub struct NamedRule {
    pub rule: AccessRule,
    /// `None`: what it is of is not there any more, or was merged into something else, so that it holds for nothing.
    pub what: Option<Named>,
}

impl NamedRule {
    /// As a line of a file says it. What holds for nothing has `of` in the place of a name.
    pub fn line(&self) -> Value {
        let rule = &self.rule;
        let mut line = match &self.what {
            Some(what) => what.fields(),
            None => fields([("of", json!(rule.item.key()))]),
        };
        let access = match &rule.needs {
            Needs::Free => json!("free"),
            Needs::Members => json!("members"),
            Needs::Plans(plans) => json!(plans),
        };
        line.insert("access".to_owned(), access);
        for (field, time) in [("from", rule.from), ("until", rule.until)] {
            if let Some(time) = time {
                line.insert(field.to_owned(), json!(time));
            }
        }
        Value::Object(line)
    }

    /// What it is of, for people.
    pub fn of(&self) -> String {
        match &self.what {
            Some(Named::Film(slug)) => format!("film {slug}"),
            Some(Named::Series(slug)) => format!("series {slug}"),
            Some(Named::Season(slug, number)) => format!("series {slug}, season {number}"),
            Some(Named::Collection(slug)) => format!("collection {slug}"),
            None => format!("{} (not there)", self.rule.item.key()),
        }
    }
}

impl Named {
    fn fields(&self) -> Map<String, Value> {
        match self {
            Self::Film(slug) => fields([("film", json!(slug))]),
            Self::Series(slug) => fields([("series", json!(slug))]),
            Self::Season(slug, number) => {
                fields([("series", json!(slug)), ("season", json!(number))])
            }
            Self::Collection(slug) => fields([("collection", json!(slug))]),
        }
    }
}

impl Plan {
    /// As a line of a file says it.
    pub fn line(&self) -> Value {
        let mut line = fields([
            ("plan", json!(self.id)),
            ("name", json!(self.name)),
            ("price", json!(self.price.minor_units)),
            ("currency", json!(self.price.currency)),
            ("interval", json!(self.interval.unit)),
            ("interval_count", json!(self.interval.count)),
            ("trial_days", json!(self.trial_days)),
            ("offered", json!(self.is_offered)),
        ]);
        if let Some(paypal) = &self.paypal_plan {
            line.insert("paypal_plan".to_owned(), json!(paypal));
        }
        Value::Object(line)
    }
}

fn fields<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    let fields = fields.map(|(field, value)| (field.to_owned(), value));
    fields.into_iter().collect()
}

impl MembershipService {
    /// All plans, the cheapest first, and all rules with the names of what they are of, as they are stored at this moment.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn everything(&self) -> Result<(Vec<Plan>, Vec<NamedRule>), MembershipError> {
        let (plans, rules) = self.all_plans().await?;
        Ok((plans, self.named_rules(rules).await?))
    }

    async fn named_rules(&self, rules: Vec<AccessRule>) -> Result<Vec<NamedRule>, MembershipError> {
        let (mut titles, mut collections) = (Vec::new(), Vec::new());
        for rule in &rules {
            match rule.item {
                AccessItem::Title(id) | AccessItem::Season { series: id, .. } => titles.push(id),
                AccessItem::Collection(id) => collections.push(id),
            }
        }
        titles.sort_unstable();
        titles.dedup();
        let everything = Visibility::everything();
        let found = self.catalog.titles(&everything, &titles).await?.into_iter();
        let found = found.filter(|title| title.leads_to().is_none());
        let titles: HashMap<TitleId, (TitleKind, String)> = found
            .map(|title| (title.id, (title.kind, title.slug.clone())))
            .collect();
        let found = self.catalog.collections(&everything, &collections).await?;
        let found = found.into_iter().filter(Collection::is_there);
        let collections: HashMap<CollectionId, String> = found.map(|it| (it.id, it.slug)).collect();
        let named = rules.into_iter().map(|rule| {
            let what = match rule.item {
                AccessItem::Title(id) => titles.get(&id).map(|(kind, slug)| match kind {
                    TitleKind::Film => Named::Film(slug.clone()),
                    TitleKind::Series => Named::Series(slug.clone()),
                }),
                AccessItem::Season { series, number } => titles
                    .get(&series)
                    .map(|(_, slug)| Named::Season(slug.clone(), number)),
                AccessItem::Collection(id) => collections.get(&id).cloned().map(Named::Collection),
            };
            NamedRule { rule, what }
        });
        Ok(named.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::membership::offer::{self, Said};

    #[test]
    fn what_is_listed_can_be_read_again() {
        let plan = r#"{"plan":"basic","name":"Basic","price":499,"currency":"EUR","interval":"week","interval_count":2,"trial_days":3,"paypal_plan":"P-1","offered":false}"#;
        let lines = offer::read(plan).unwrap();
        let [line] = lines.as_slice() else {
            panic!("{lines:?}");
        };
        let Said::Plan(read) = &line.said else {
            panic!("{lines:?}");
        };
        let again = offer::read(&read.line().to_string()).unwrap();
        assert_eq!(again, lines);

        for text in [
            r#"{"film":"x","access":"free"}"#,
            r#"{"series":"x","access":"members","from":"2026-01-01T00:00:00Z"}"#,
            r#"{"series":"x","season":2,"access":["a","b"],"until":"2027-01-01T00:00:00Z"}"#,
            r#"{"collection":"x","access":"members"}"#,
        ] {
            let lines = offer::read(text).unwrap();
            let Said::Rule(read) = &lines[0].said else {
                panic!("{lines:?}");
            };
            let listed = NamedRule {
                rule: AccessRule {
                    item: AccessItem::Title(TitleId(1)),
                    needs: read.needs.clone().unwrap(),
                    from: read.from,
                    until: read.until,
                },
                what: Some(read.what.clone()),
            };
            let again = offer::read(&listed.line().to_string()).unwrap();
            assert_eq!(again, lines, "{text}");
        }
    }

    #[test]
    fn what_is_of_nothing_says_so() {
        let listed = NamedRule {
            rule: AccessRule {
                item: AccessItem::Title(TitleId(7)),
                needs: Needs::Free,
                from: None,
                until: None,
            },
            what: None,
        };

        let expected = json!({ "of": "title:7", "access": "free" });
        assert_eq!(listed.line(), expected);
        assert_eq!(listed.of(), "title:7 (not there)");
    }
}
