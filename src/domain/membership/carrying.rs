//! What becomes of rules when curators make one of two things, or two of one.

use super::access::{AccessItem, AccessRule};
use super::error::MembershipError;
use super::service::MembershipService;
use super::store::OfferChange;

impl MembershipService {
    /// The rules that things would have if they had those of others: pairs of whose rule it is and whose it is to be. If one
    /// is to have several, it has the first.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn rules_for(
        &self,
        pairs: &[(AccessItem, AccessItem)],
    ) -> Result<Vec<AccessRule>, MembershipError> {
        let rules = self.store.access_rules().await?;
        Ok(carried(&rules, pairs))
    }

    /// Writes rules, in the place of those of the same things.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn put_rules(&self, rules: Vec<AccessRule>) -> Result<(), MembershipError> {
        if rules.is_empty() {
            return Ok(());
        }
        let change = OfferChange {
            rules,
            ..OfferChange::default()
        };
        self.store.put_offer(&change).await?;
        self.forget_offer();
        Ok(())
    }

    /// The rules that hold for nothing any more once one thing stands for others, or they are gone. Those that are over are
    /// not among them, nor those that the other has as well.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn rules_ending(
        &self,
        gone: &[AccessItem],
        into: Option<AccessItem>,
    ) -> Result<Vec<AccessRule>, MembershipError> {
        let mut rules = self.store.access_rules().await?;
        rules.sort_by_key(|rule| rule.item);
        let now = self.clock.now();
        let ending = ending(&rules, gone, into).into_iter();
        let ending = ending.filter(|rule| rule.until.is_none_or(|until| now < until));
        Ok(ending.cloned().collect())
    }
}

fn carried(rules: &[AccessRule], pairs: &[(AccessItem, AccessItem)]) -> Vec<AccessRule> {
    let mut carried: Vec<AccessRule> = Vec::new();
    for (from, to) in pairs {
        let is_known = carried.iter().any(|rule| rule.item == *to);
        let rule = rules.iter().find(|rule| rule.item == *from);
        if let Some(rule) = rule.filter(|_| !is_known) {
            carried.push(AccessRule {
                item: *to,
                ..rule.clone()
            });
        }
    }
    carried
}

fn ending<'a>(
    rules: &'a [AccessRule],
    gone: &[AccessItem],
    into: Option<AccessItem>,
) -> Vec<&'a AccessRule> {
    let is_as = |rule: &AccessRule, other: AccessItem| {
        let moved = AccessRule {
            item: other,
            ..rule.clone()
        };
        rules.contains(&moved)
    };
    let ending = rules.iter().filter(|rule| {
        let (of, in_other) = match (rule.item, into) {
            (AccessItem::Season { series, number }, Some(AccessItem::Title(into))) => {
                let series_of = |series| AccessItem::Season { series, number };
                (AccessItem::Title(series), Some(series_of(into)))
            }
            (AccessItem::Season { series, .. }, _) => (AccessItem::Title(series), None),
            (item, into) => (item, into),
        };
        gone.contains(&of) && in_other.is_none_or(|other| !is_as(rule, other))
    });
    ending.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{CollectionId, TitleId};
    use crate::domain::membership::access::Needs;

    fn rule(item: AccessItem, needs: Needs) -> AccessRule {
        AccessRule {
            item,
            needs,
            from: None,
            until: None,
        }
    }

    fn season(series: u64, number: u32) -> AccessItem {
        AccessItem::Season {
            series: TitleId(series),
            number,
        }
    }

    #[test]
    fn what_is_made_of_something_has_its_rules() {
        let (old, new) = (AccessItem::Title(TitleId(1)), AccessItem::Title(TitleId(2)));
        let collection = AccessItem::Collection(CollectionId(3));
        let rules = [
            rule(collection, Needs::Free),
            rule(old, Needs::Members),
            rule(season(1, 2), Needs::Free),
        ];
        let pairs = [
            (old, new),
            (collection, new),
            (season(1, 2), season(2, 2)),
            (season(1, 3), season(2, 3)),
        ];

        let expected = [rule(new, Needs::Members), rule(season(2, 2), Needs::Free)];
        assert_eq!(carried(&rules, &pairs), expected);
        assert_eq!(carried(&rules, &pairs[1..2]), [rule(new, Needs::Free)]);
    }

    #[test]
    fn rules_end_with_what_they_are_of_unless_the_other_has_the_same() {
        let (gone, into) = (AccessItem::Title(TitleId(1)), AccessItem::Title(TitleId(2)));
        let mut rules = vec![
            rule(gone, Needs::Members),
            rule(season(1, 2), Needs::Members),
            rule(season(3, 2), Needs::Members),
        ];

        let ends = |rules: &[AccessRule], into| {
            let ending = ending(rules, &[gone], into).into_iter();
            ending.map(|rule| rule.item).collect::<Vec<AccessItem>>()
        };
        assert_eq!(ends(&rules, Some(into)), [gone, season(1, 2)]);
        assert_eq!(ends(&rules, None), [gone, season(1, 2)]);
        rules.push(rule(into, Needs::Members));
        assert_eq!(ends(&rules, Some(into)), [season(1, 2)]);
        rules.push(rule(season(2, 2), Needs::Members));
        assert!(ends(&rules, Some(into)).is_empty());
        rules.push(rule(into, Needs::Free));
        rules.remove(3);
        assert_eq!(ends(&rules, Some(into)), [gone]);
    }
}
