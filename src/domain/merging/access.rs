//! Who may play what is merged or parted: what was for members stays so, or it is told.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::error::MergeError;
use super::series::ToldEpisode;
use super::service::MergeService;
use crate::domain::catalog::Title;
use crate::domain::ids::CollectionId;
use crate::domain::loading::{LoadMode, Problem};
use crate::domain::membership::{AccessItem, AccessRule};

impl MergeService {
    /// Gives a title that is parted from another the rules of that, and those of the seasons of which something goes; what is
    /// to be told of it. They are written before it is there: if it is not written, they are of nothing.
    pub(super) async fn part_rules(
        &self,
        (old, new): (&Title, &Title),
        episodes: &[ToldEpisode],
        mode: LoadMode,
    ) -> Result<Vec<Problem>, MergeError> {
        let membership = &self.ports.membership;
        let rules = membership.rules_for(&pairs(old, new, episodes)).await?;
        let noticed = rules.iter().map(|rule| {
            let reason = format!(
                "of the new title is {} ({}), as of the one that it is parted from",
                rule.needs,
                of_what(rule)
            );
            Problem::new("access", reason)
        });
        let noticed = noticed.collect();
        if mode == LoadMode::Write {
            membership.put_rules(rules).await?;
        }
        Ok(noticed)
    }

    /// What is to be told of rules that hold for nothing any more, because what they are of is merged into another title.
    pub(super) async fn rules_lost(
        &self,
        gone: &[Arc<Title>],
        into: &Title,
    ) -> Result<Vec<Problem>, MergeError> {
        let all = gone.iter().map(|title| AccessItem::Title(title.id));
        // Of a collection that the film which stays is not in, nothing holds for it.
        let left = gone.iter().filter_map(|title| collection(title));
        let left = left.filter(|left| Some(*left) != collection(into));
        let gone: Vec<AccessItem> = all.chain(left.map(AccessItem::Collection)).collect();
        let into = Some(AccessItem::Title(into.id));
        let ending = self.ports.membership.rules_ending(&gone, into).await?;
        let noticed = ending.iter().map(|rule| {
            let reason = format!(
                "of what goes was {} ({}), which holds no more: that of the title that stays does",
                rule.needs,
                of_what(rule)
            );
            Problem::new("access", reason)
        });
        Ok(noticed.collect())
    }
}

/// What of a title a rule is of.
fn of_what(rule: &AccessRule) -> String {
    match rule.item {
        AccessItem::Season { number, .. } => format!("season {number}"),
        AccessItem::Title(_) => "all of it".to_owned(),
        AccessItem::Collection(_) => "as all of its collection".to_owned(),
    }
}

fn collection(title: &Title) -> Option<CollectionId> {
    title.collection.map(|part_of| part_of.collection)
}

/// Whose rules go by which of the new title. A film that leaves its collection keeps what holds of that.
fn pairs(old: &Title, new: &Title, episodes: &[ToldEpisode]) -> Vec<(AccessItem, AccessItem)> {
    let all = (AccessItem::Title(old.id), AccessItem::Title(new.id));
    let left = collection(old).filter(|_| collection(old) != collection(new));
    let left = left.map(|collection| (AccessItem::Collection(collection), all.1));
    let seasons: BTreeSet<u32> = episodes.iter().map(|(it, _)| it.season).collect();
    let seasons = seasons
        .into_iter()
        .map(|number| [old.id, new.id].map(|series| AccessItem::Season { series, number }));
    let seasons = seasons.map(|[from, to]| (from, to));
    std::iter::once(all).chain(left).chain(seasons).collect()
}
