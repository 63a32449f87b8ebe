//! Reports that come together, as of a device that was offline.

use std::collections::HashSet;

use futures::future::join_all;

use super::error::WatchError;
use super::service::{Reported, WatchService};
use super::types::{Report, WatchedItem};
use super::viewing::Origin;
use crate::domain::catalog::Visibility;
use crate::domain::ids::PlayId;
use crate::domain::viewer::KnownViewer;

/// The most reports that come together.
pub const MOST_REPORTS: usize = 500;

/// A report, with all that it is recorded by.
#[derive(Debug, Clone)]
pub struct Reporting {
    /// What the profile may see that watched.
    pub visibility: Visibility,
    /// Who reports, for the profile that watched.
    pub viewer: KnownViewer,
    pub item: WatchedItem,
    pub play: PlayId,
    pub report: Report,
    /// Where it was watched, or is reported from.
    pub origin: Origin,
}

impl WatchService {
    /// Records reports, each as [`Self::report`] does, whatever becomes of the others. Says what became of each, in
    /// their order.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn report_all(&self, reports: Vec<Reporting>) -> Vec<Result<Reported, WatchError>> {
        // The first of each play alone: the others find it there, so that it is counted once that it begins.
        let mut seen = HashSet::new();
        let is_first = |one: &Reporting| seen.insert((one.viewer.profile, one.play));
        let firsts: Vec<bool> = reports.iter().map(is_first).collect();
        let mut results: Vec<Option<Result<Reported, WatchError>>> =
            reports.iter().map(|_| None).collect();
        for turn in [true, false] {
            let of_turn = reports.iter().zip(&firsts).enumerate();
            let of_turn = of_turn.filter(|(_, (_, is_first))| **is_first == turn);
            let of_turn = of_turn.map(|(place, (one, _))| async move {
                let report = self.report(
                    &one.visibility,
                    &one.viewer,
                    one.item,
                    one.play,
                    one.report,
                    one.origin.clone(),
                );
                (place, report.await)
            });
            for (place, result) in join_all(of_turn).await {
                if let Some(there) = results.get_mut(place) {
                    *there = Some(result);
                }
            }
        }
        results.into_iter().flatten().collect()
    }
}
