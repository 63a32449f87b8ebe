//! All jobs: started together, stopped together.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{broadcast, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::check_stores::CheckStores;
use super::clear_away::ClearAway;
use super::count_comments::CountComments;
use super::count_usage::CountUsage;
use super::erase::Erase;
use super::fold_watches::FoldWatches;
use super::follow_catalog::{CatalogFeed, FollowCatalog};
use super::follow_graph::{FollowGraph, observe};
use super::follow_reception::{FollowLately, FollowThumbs};
use super::job::{Job, run};
use super::keep_similar::{KeepSimilar, Keeper};
use super::measure::Measure;
use super::move_merged::MoveMerged;
use super::pace::Pace;
use super::prepare_record::{Preparation, PrepareRecord};
use super::project_graph::ProjectGraph;
use super::publish::Publish;
use super::rebuild_graph::RebuildGraph;
use super::send_mail::SendMail;
use super::sweep_uploads::SweepUploads;
use super::work_off::WorkOff;
use crate::domain::accounts::{AccountService, MailService};
use crate::domain::commenting::CommentService;
use crate::domain::events::Event;
use crate::domain::importing::ImportService;
use crate::domain::merging::MergeService;
use crate::domain::privacy::ErasureService;
use crate::domain::pulse::Pulse;
use crate::domain::recommend::{
    GraphFollower, GraphService, ProjectionProgress, PublishService, ReceptionService,
};
use crate::domain::revising::RevisionService;
use crate::domain::uploading::UploadService;
use crate::domain::usage::UsageCounter;
use crate::domain::watching::WatchService;
use crate::domain::working::WorkService;

/// How long it may take to break a job off.
const BREAK_OFF: Duration = Duration::from_millis(500);

/// The jobs that run, until they are stopped.
pub struct Jobs {
    tasks: JoinSet<&'static str>,
    /// Those that have not said that they ended.
    running: BTreeSet<&'static str>,
    stop: watch::Sender<bool>,
}

impl Jobs {
    /// Starts all jobs. `events` opens a new subscription for each.
    #[expect(clippy::too_many_arguments, reason = "one for each job")]
    pub fn start(
        graph: &GraphService,
        progress: &ProjectionProgress,
        keeper: Keeper,
        watching: WatchService,
        usage: UsageCounter,
        accounts: AccountService,
        (importing, work, revising): (ImportService, WorkService, RevisionService),
        erasures: ErasureService,
        feed: CatalogFeed,
        follower: &Arc<dyn GraphFollower>,
        reception: ReceptionService,
        mail: MailService,
        measure: Measure,
        pulses: Vec<Pulse>,
        events: impl Fn() -> broadcast::Receiver<Event>,
    ) -> Self {
        let mut jobs = Self::none();
        jobs.add(FoldWatches(watching.clone()), events());
        jobs.add(CountUsage(usage.clone()), events());
        jobs.add(ProjectGraph::new(graph.clone()), events());
        let rebuild = RebuildGraph {
            graph: graph.clone(),
            progress: progress.clone(),
        };
        jobs.add(rebuild, events());
        jobs.add(KeepSimilar::new(keeper), events());
        let clearing = ClearAway::new(accounts, watching, usage, importing.clone(), work, revising);
        jobs.add(clearing, events());
        jobs.add(WorkOff(importing), events());
        jobs.add(Erase(erasures), events());
        jobs.add(FollowCatalog(feed), events());
        jobs.add(FollowGraph(Arc::clone(follower)), events());
        jobs.add(FollowThumbs(reception.clone()), events());
        jobs.add(FollowLately(reception), events());
        jobs.add(SendMail::new(mail), events());
        jobs.add(measure, events());
        jobs.add(CheckStores(pulses), events());
        let pace = Pace::new(events(), jobs.stop.subscribe());
        jobs.spawn("observe", observe(Arc::clone(follower), pace));
        jobs
    }

    /// Makes what the record lacks as well.
    pub fn prepare(&mut self, preparation: Preparation, events: broadcast::Receiver<Event>) {
        self.add(PrepareRecord::new(preparation), events);
    }

    /// Moves what profiles have of merged titles as well.
    pub fn move_merged(&mut self, merging: MergeService, events: broadcast::Receiver<Event>) {
        self.add(MoveMerged::new(merging), events);
    }

    /// Sweeps away uploads as well, under this name.
    pub fn sweep_uploads(
        &mut self,
        uploads: UploadService,
        holder: Uuid,
        events: broadcast::Receiver<Event>,
    ) {
        self.add(SweepUploads::new(uploads, holder), events);
    }

    /// Counts comments and their likes as well.
    pub fn count_comments(
        &mut self,
        commenting: CommentService,
        events: broadcast::Receiver<Event>,
    ) {
        self.add(CountComments(commenting), events);
    }

    /// Sends what is written to topics as well.
    pub fn publish(&mut self, service: PublishService, events: broadcast::Receiver<Event>) {
        self.add(Publish::new(service), events);
    }

    pub(super) fn none() -> Self {
        Self {
            tasks: JoinSet::new(),
            running: BTreeSet::new(),
            stop: watch::Sender::new(false),
        }
    }

    pub(super) fn add<J: Job>(&mut self, job: J, events: broadcast::Receiver<Event>) {
        let pace = Pace::new(events, self.stop.subscribe());
        self.spawn(J::NAME, run(job, pace));
    }

    fn spawn(&mut self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        self.running.insert(name);
        self.tasks.spawn(async move {
            task.await;
            name
        });
    }

    /// Lets each job finish the round that it is in, but no longer than that: what is broken off then, as by a crash,
    /// is done again. Gives the names of the jobs that were broken off.
    pub async fn stop(mut self, limit: Duration) -> BTreeSet<&'static str> {
        self.stop.send_replace(true);
        let ended = async {
            while let Some(ended) = self.tasks.join_next().await {
                if let Ok(name) = ended {
                    self.running.remove(name);
                }
            }
        };
        if tokio::time::timeout(limit, ended).await.is_ok() {
            return BTreeSet::new();
        }
        tracing::warn!(jobs = ?self.running, "Some jobs were not finished in time");
        // One that computes does not notice; the process ends without it.
        drop(tokio::time::timeout(BREAK_OFF, self.tasks.shutdown()).await);
        self.running
    }
}
