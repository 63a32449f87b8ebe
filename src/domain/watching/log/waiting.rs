//! Knowing a log in which something waits that another process appended. Whoever records does not wait until it is
//! folded: where that process died in the middle of folding, the store may keep its rows locked for a while.

use std::collections::HashSet;
use std::sync::Arc;

use uuid::Uuid;

use super::entry::Entry;
use super::head::{Head, MOST_WAITING};
use super::lanes::LogRecorder;
use super::recorder::Settling;
use super::staging::Job;
use super::store::Tail;
use crate::domain::error::StoreError;
use crate::domain::ids::ProfileId;
use crate::domain::watching::touched::Touched;

impl LogRecorder {
    /// The heads of logs in which something waits, with what that makes of their rows. None of a log that was folded
    /// further while its rows were read, nor of one in which so much waits that it is better folded first.
    pub(super) async fn heads_of_waiting(
        &self,
        tails: &[Tail],
        share: usize,
    ) -> Result<Vec<(ProfileId, Head)>, StoreError> {
        // Of what is as long as the share more may follow.
        let short = |tail: &&Tail| tail.waiting.len() < share.min(MOST_WAITING);
        let tails: Vec<&Tail> = tails.iter().filter(short).collect();
        if tails.is_empty() {
            return Ok(Vec::new());
        }
        let of_tail = |tail: &Tail| -> HashSet<Touched> {
            let entries = tail.waiting.iter();
            entries.flat_map(Entry::touched).collect()
        };
        let touched: HashSet<Touched> = tails.iter().flat_map(|tail| of_tail(tail)).collect();
        let touched: Vec<Touched> = touched.into_iter().collect();
        let stored = self.ports.store.rows(&touched).await?;
        // What was folded meanwhile may be in the rows already.
        let profiles: Vec<ProfileId> = tails.iter().map(|tail| tail.profile).collect();
        let after = self.ports.log.tails(&profiles).await?;
        let mut heads = Vec::with_capacity(tails.len());
        for (tail, after) in tails.into_iter().zip(after) {
            if after.folded != tail.folded || after.is_erased {
                continue;
            }
            let mut head = Head::of(tail);
            let touched: Vec<Touched> = of_tail(tail).into_iter().collect();
            head.learn(&touched, &stored);
            for entry in &tail.waiting {
                let touched: Vec<Touched> = entry.touched().collect();
                let mut rows = head.part(&touched);
                entry.apply(&self.ports.rules, &mut rows);
                head.appended(Arc::new(entry.clone()), (Uuid::nil(), 0), &rows);
            }
            // Whoever appended them folds them, or who finds that process dead; here it is done with what comes next.
            head.postpone();
            heads.push((tail.profile, head));
        }
        Ok(heads)
    }

    /// Does a job once everything is folded that waits of its profile.
    pub(super) fn fold_before(&self, job: Job) {
        let recorder = self.clone();
        self.ports.tasks.spawn(Box::pin(async move {
            let profile = job.draft.profile;
            match recorder.settle(profile).await {
                Ok(()) => {
                    if let Some(job) = job.once_more() {
                        recorder.enqueue(job);
                    }
                }
                Err(error) => job.answer(Err(error.into())),
            }
        }));
    }
}
