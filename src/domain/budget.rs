//! What anybody may make the site do in a time: work, weighed in units of some microseconds of a processor (see
//! `graphql/weights.rs`), and reports of players. Each request takes what it weighs before it is executed, and a little
//! before it is even read.

use std::sync::Arc;
use std::time::Duration;

use super::error::StoreError;
use super::limits::{Rate, RateLimiter, Take, Taken, Verdict, limit_key};
use super::pulse::Pulse;
use super::viewer::{Client, Viewer};

/// How much is in the buckets, and how fast they fill.
///
/// A page with all that a site shows weighs 2,000 units, a search while typing 190, so a person who goes through a site as
/// fast as can be read needs some 500 a second. A unit is about 5 µs: 10,000 a second are 5 % of a processor. Strangers
/// have that much because a whole town may be behind one address of its provider.
#[derive(Debug, Clone, Copy)]
pub struct BudgetPolicy {
    /// Of everybody at one network who is not logged in.
    pub strangers: Rate,
    /// Of one account, on all its devices.
    pub viewer: Rate,
    /// Of everybody at one network who is logged in: many live behind one address, and many accounts cost nothing.
    pub network: Rate,
    /// Of everybody at one network, at one server: for what it takes to find out who asks and for what.
    pub door: Rate,
    /// Of one profile: two reports a second, and a thousand that a player kept while it was off the net.
    pub reports: Rate,
}

impl Default for BudgetPolicy {
    fn default() -> Self {
        Self {
            strangers: sustained(10_000, 400_000),
            viewer: sustained(6_000, 400_000),
            network: sustained(30_000, 2_000_000),
            door: sustained(30_000, 1_000_000),
            reports: sustained(2, 1_000),
        }
    }
}

/// So many a second for ever, and so many at once.
const fn sustained(each_second: u32, at_once: u32) -> Rate {
    Rate {
        count: at_once,
        period: Duration::from_millis(at_once as u64 * 1_000 / each_second as u64),
    }
}

/// What a request is going to do.
#[derive(Debug, Clone, Copy)]
pub struct Spending {
    /// What it weighs, as its fields do together.
    pub units: u32,
    /// How many reports of players are in it.
    pub reports: u32,
}

/// A request that must wait. Nothing was taken for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overspent {
    /// Of what there is too little.
    pub of: Of,
    /// How much the request wants, and how much is left.
    pub wanted: u32,
    pub left: u32,
    /// After how long there will be enough.
    pub wait: Duration,
}

/// What a bucket is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    Work,
    Reports,
}

/// The buckets of all viewers and networks.
#[derive(Clone)]
pub struct Budget {
    shared: Arc<dyn RateLimiter>,
    /// Goes on while the shared one does not answer: strangers read the catalogue then, too, and must not have to wait.
    own: Arc<dyn RateLimiter>,
    pulse: Pulse,
    policy: BudgetPolicy,
}

impl Budget {
    /// Counts by `shared`, the same on every server, while its pulse is felt, else by `own`.
    pub fn new(
        shared: Arc<dyn RateLimiter>,
        own: Arc<dyn RateLimiter>,
        pulse: Pulse,
        policy: BudgetPolicy,
    ) -> Self {
        Self {
            shared,
            own,
            pulse,
            policy,
        }
    }

    /// Takes what a request is going to do from the buckets of whoever sends it, in one step, or nothing; how many units
    /// they may still spend at once. `None`: nobody can count.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn spend(
        &self,
        viewer: &Viewer,
        client: &Client,
        spending: Spending,
    ) -> Result<Option<u32>, Overspent> {
        let policy = &self.policy;
        let network = client.network();
        let work = |key: String, rate: Rate| (Of::Work, Take::new(key, rate, spending.units));
        let mut takes = match viewer.known() {
            None => vec![work(limit_key("strangers", &[&network]), policy.strangers)],
            Some(known) => vec![
                work(
                    limit_key("viewer", &[&known.user.to_string()]),
                    policy.viewer,
                ),
                work(limit_key("network", &[&network]), policy.network),
            ],
        };
        if let Some(profile) = viewer.profile()
            && spending.reports > 0
        {
            let key = limit_key("reports", &[&profile.to_string()]);
            let take = Take::new(key, policy.reports, spending.reports);
            takes.push((Of::Reports, take));
        }
        let (of, takes): (Vec<Of>, Vec<Take>) = takes.into_iter().unzip();
        let Ok(taken) = self.take(&takes).await else {
            // The one in this process cannot fail; if it could, that would be no reason to turn viewers away.
            return Ok(None);
        };
        let work = taken.iter().zip(&of).filter(|(_, of)| **of == Of::Work);
        let left = work.map(|(taken, _)| taken.left).min();
        let refused = taken.iter().zip(of).zip(takes);
        let refused = refused.filter_map(|((taken, of), take)| match taken.verdict {
            Verdict::Allowed => None,
            Verdict::Wait(wait) => Some(Overspent {
                of,
                wanted: take.count,
                left: taken.left,
                wait,
            }),
        });
        refused.max_by_key(|over| over.wait).map_or(Ok(left), Err)
    }

    /// Takes what it costs to read a request, before anything is known of it but where it comes from. Each server counts
    /// that for itself: to ask another would cost more than what is counted.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn knock(&self, client: &Client, units: u32) -> Result<(), Overspent> {
        let key = format!("door:{}", client.network());
        let take = Take::new(key, self.policy.door, units);
        let wanted = take.count;
        let Ok(taken) = self.own.take_all(&[take]).await else {
            return Ok(());
        };
        match taken.first().map(|taken| (taken.verdict, taken.left)) {
            Some((Verdict::Wait(wait), left)) => Err(Overspent {
                of: Of::Work,
                wanted,
                left,
                wait,
            }),
            Some((Verdict::Allowed, _)) | None => Ok(()),
        }
    }

    async fn take(&self, takes: &[Take]) -> Result<Vec<Taken>, StoreError> {
        if self.pulse.is_worth_asking() {
            match self.shared.take_all(takes).await {
                Ok(taken) => return Ok(taken),
                Err(error) => {
                    tracing::debug!(
                        error = &error as &dyn std::error::Error,
                        "The budget is counted by this server alone"
                    );
                    self.pulse.waited_in_vain();
                }
            }
        }
        self.own.take_all(takes).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;

    use super::*;
    use crate::adapters::memory::{MemoryLimiter, TokioTasks};
    use crate::domain::ids::{ProfileId, SessionId, UserId};
    use crate::domain::limits::Backoff;
    use crate::domain::ping::Ping;
    use crate::domain::viewer::{KnownViewer, Login, Role};

    /// Neither counts nor answers.
    struct Away;

    #[async_trait]
    impl RateLimiter for Away {
        async fn take(&self, _: &str, _: Rate) -> Result<Verdict, StoreError> {
            Err(StoreError::unavailable("away"))
        }

        async fn take_all(&self, _: &[Take]) -> Result<Vec<Taken>, StoreError> {
            Err(StoreError::unavailable("away"))
        }

        async fn attempt(&self, _: &str, _: Backoff) -> Result<Verdict, StoreError> {
            Err(StoreError::unavailable("away"))
        }

        async fn forgive(&self, _: &str) -> Result<(), StoreError> {
            Err(StoreError::unavailable("away"))
        }
    }

    #[async_trait]
    impl Ping for Away {
        async fn ping(&self) -> Result<(), StoreError> {
            Err(StoreError::unavailable("away"))
        }
    }

    fn budget(shared: Arc<dyn RateLimiter>) -> Budget {
        let patience = Duration::from_secs(60);
        let pulse = Pulse::new("away", Arc::new(Away), Arc::new(TokioTasks), patience);
        let own = Arc::new(MemoryLimiter::new());
        Budget::new(shared, own, pulse, BudgetPolicy::default())
    }

    fn viewer(user: u64, profile: u64) -> Viewer {
        Viewer::Known(KnownViewer {
            user: UserId(user),
            profile: ProfileId(profile),
            max_age: None,
            language: None,
            pause: None,
            role: Role::Viewer,
            login: Login::Session(SessionId(1)),
        })
    }

    fn client(address: &str) -> Client {
        Client {
            address: Some(address.parse().unwrap()),
            ..Client::default()
        }
    }

    fn work(units: u32) -> Spending {
        Spending { units, reports: 0 }
    }

    #[tokio::test]
    async fn strangers_share_what_their_network_has_and_each_viewer_has_more() {
        let budget = budget(Arc::new(MemoryLimiter::new()));
        let (here, there) = (client("192.0.2.1"), client("192.0.2.2"));
        let all = work(BudgetPolicy::default().strangers.count);
        let stranger = Viewer::Anonymous;

        assert_eq!(budget.spend(&stranger, &here, all).await.map(drop), Ok(()));
        let over = budget.spend(&stranger, &here, all).await.unwrap_err();
        assert_eq!((over.of, over.wanted), (Of::Work, all.units));
        assert!(over.left < over.wanted / 2, "{over:?}");
        assert!(over.wait > Duration::from_secs(30), "{over:?}");
        assert_eq!(budget.spend(&stranger, &there, all).await.map(drop), Ok(()));
        let half = work(BudgetPolicy::default().viewer.count / 2);
        for user in [1, 2] {
            for _ in 0..2 {
                assert_eq!(
                    budget.spend(&viewer(user, 1), &here, half).await.map(drop),
                    Ok(())
                );
            }
            assert!(budget.spend(&viewer(user, 1), &here, all).await.is_err());
        }
    }

    #[tokio::test]
    async fn what_is_left_is_the_least_of_what_a_request_is_counted_by() {
        let budget = budget(Arc::new(MemoryLimiter::new()));
        let here = client("192.0.2.1");
        let policy = BudgetPolicy::default();
        let left = async || {
            let left = budget.spend(&viewer(1, 1), &here, work(1)).await;
            left.unwrap().unwrap()
        };

        assert_eq!(left().await, policy.viewer.count - 1);
        // Others at the network leave it with half of what each account may have.
        let all = work(policy.viewer.count);
        let half = work(policy.viewer.count / 2);
        for (user, spending) in [(2, all), (3, all), (4, all), (5, all), (6, half)] {
            let spent = budget.spend(&viewer(user, 1), &here, spending).await;
            assert!(spent.is_ok(), "{spent:?}");
        }

        let left = left().await;
        assert!((1..policy.viewer.count * 3 / 4).contains(&left), "{left}");
    }

    #[tokio::test]
    async fn what_is_taken_at_the_door_is_each_networks_own_and_nothing_else() {
        let budget = budget(Arc::new(Away));
        let (here, there) = (client("192.0.2.1"), client("192.0.2.2"));
        let all = BudgetPolicy::default().door.count;

        assert_eq!(budget.knock(&here, all).await, Ok(()));
        let over = budget.knock(&here, all).await.unwrap_err();

        assert_eq!((over.of, over.wanted), (Of::Work, all));
        assert!(over.wait > Duration::from_secs(20), "{over:?}");
        assert_eq!(budget.knock(&there, all).await, Ok(()));
        assert_eq!(
            budget
                .spend(&Viewer::Anonymous, &here, work(1))
                .await
                .map(drop),
            Ok(())
        );
    }

    #[tokio::test]
    async fn a_profile_may_send_a_thousand_reports_at_once_and_then_two_a_second() {
        let budget = budget(Arc::new(MemoryLimiter::new()));
        let here = client("192.0.2.1");
        let reports = |reports| Spending { units: 1, reports };
        let ann = viewer(1, 1);

        for _ in 0..10 {
            assert_eq!(
                budget.spend(&ann, &here, reports(100)).await.map(drop),
                Ok(())
            );
        }
        let over = budget.spend(&ann, &here, reports(100)).await.unwrap_err();

        assert_eq!((over.of, over.wanted), (Of::Reports, 100));
        assert!(over.left < 100, "{over:?}");
        assert!(over.wait <= Duration::from_secs(50), "{over:?}");
        // The other profile of the account has not sent any.
        assert_eq!(
            budget
                .spend(&viewer(1, 2), &here, reports(100))
                .await
                .map(drop),
            Ok(())
        );
    }

    #[tokio::test]
    async fn while_the_shared_count_is_away_each_server_counts_for_itself() {
        let budget = budget(Arc::new(Away));
        let here = client("192.0.2.1");
        let all = work(BudgetPolicy::default().strangers.count);

        assert_eq!(
            budget.spend(&Viewer::Anonymous, &here, all).await.map(drop),
            Ok(())
        );
        assert!(budget.spend(&Viewer::Anonymous, &here, all).await.is_err());
    }

    /// Notes under which keys it is asked to count.
    #[derive(Default)]
    struct Noting(Mutex<Vec<String>>);

    #[async_trait]
    impl RateLimiter for Noting {
        async fn take(&self, _: &str, _: Rate) -> Result<Verdict, StoreError> {
            Err(StoreError::unavailable("away"))
        }

        async fn take_all(&self, takes: &[Take]) -> Result<Vec<Taken>, StoreError> {
            let keys = takes.iter().map(|take| take.key.clone());
            self.0.lock().unwrap().extend(keys);
            let taken = Taken {
                verdict: Verdict::Allowed,
                left: 1,
            };
            Ok(vec![taken; takes.len()])
        }

        async fn attempt(&self, _: &str, _: Backoff) -> Result<Verdict, StoreError> {
            Err(StoreError::unavailable("away"))
        }

        async fn forgive(&self, _: &str) -> Result<(), StoreError> {
            Err(StoreError::unavailable("away"))
        }
    }

    #[tokio::test]
    async fn no_store_of_counts_is_told_who_was_there() {
        let noting = Arc::new(Noting::default());
        let budget = budget(noting.clone());
        let here = client("192.0.2.1");
        let report = Spending {
            units: 1,
            reports: 1,
        };

        for viewer in [Viewer::Anonymous, viewer(123_456, 654_321)] {
            assert_eq!(budget.spend(&viewer, &here, report).await.map(drop), Ok(()));
        }

        let keys = noting.0.lock().unwrap().clone();
        assert_eq!(keys.len(), 4, "{keys:?}");
        for secret in ["192.0.2.1", "123456", "654321"] {
            assert!(keys.iter().all(|key| !key.contains(secret)), "{keys:?}");
        }
    }
}
