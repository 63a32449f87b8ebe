//! The use cases of membership: loading what is sold, giving plans by hand, and saying what somebody may play.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::access::{Access, AccessItem, AccessRule, Needs, Offer, Place};
use super::error::MembershipError;
use super::member::{HeldPlan, Membership};
use super::offer::{self, Named, RuleOf, Said};
use super::plan::{Plan, PlanId};
use super::store::{MembershipStore, OfferChange};
use crate::domain::accounts::{AccountError, AccountService, Action};
use crate::domain::catalog::{CatalogService, Collection, Title, TitleKind, Visibility};
use crate::domain::clock::Clock;
use crate::domain::error::StoreError;
use crate::domain::ids::{TitleId, UserId};
use crate::domain::text::spellings;
use crate::domain::viewer::{KnownViewer, Role, Viewer};

/// For so long plans and rules are gone by as they were read.
const FRESH: TimeDelta = TimeDelta::seconds(5);
/// How often it is tried again if somebody else writes the same membership.
const TRIES: usize = 10;

/// What a file has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedOffer {
    pub plans: usize,
    pub rules: usize,
    /// How many things were named to have no rule any more.
    pub without_rule: usize,
    /// What whoever wrote the file may want to look at, in sentences with the line.
    pub warnings: Vec<String>,
}

/// The use cases of membership.
#[derive(Clone)]
pub struct MembershipService {
    pub(super) store: Arc<dyn MembershipStore>,
    accounts: AccountService,
    pub(super) catalog: CatalogService,
    pub(super) clock: Arc<dyn Clock>,
    offer: Arc<Mutex<Option<Read>>>,
}

/// Plans and rules, and when they were read.
#[derive(Clone)]
struct Read {
    at: DateTime<Utc>,
    offer: Arc<Offer>,
}

impl MembershipService {
    /// A service on its port and others.
    pub fn new(
        store: Arc<dyn MembershipStore>,
        accounts: AccountService,
        catalog: CatalogService,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            store,
            accounts,
            catalog,
            clock,
            offer: Arc::default(),
        }
    }

    /// The plans that can be bought, the cheapest first.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn offered_plans(&self) -> Result<Vec<Plan>, MembershipError> {
        Ok(self.offer().await?.offered().cloned().collect())
    }

    /// All plans, the cheapest first, and all rules, as they are stored at this moment.
    pub(super) async fn all_plans(&self) -> Result<(Vec<Plan>, Vec<AccessRule>), MembershipError> {
        let plans = Offer::new(self.store.plans().await?, Vec::new()).plans;
        let mut rules = self.store.access_rules().await?;
        rules.sort_by_key(|rule| rule.item);
        Ok((plans, rules))
    }

    /// Takes over a file of plans and rules, one JSON object a line: all of it, or nothing if a line is wrong. What the file
    /// does not name stays.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn load(&self, text: &str) -> Result<LoadedOffer, MembershipError> {
        let lines = offer::read(text)?;
        let stored = self.store.plans().await?;
        let mut plans: HashMap<PlanId, Plan> = HashMap::new();
        let mut named = Vec::new();
        for line in lines {
            match line.said {
                Said::Plan(plan) => {
                    let id = plan.id.clone();
                    if plans.insert(id.clone(), plan).is_some() {
                        let reason = format!("the plan `{id}` is in the file twice");
                        return Err(offer::at(line.number, reason));
                    }
                }
                Said::Rule(rule) => named.push((line.number, rule)),
            }
        }
        let stored = stored.into_iter().map(|plan| plan.id);
        let known: HashSet<PlanId> = stored.chain(plans.keys().cloned()).collect();
        let catalogue = self.named(&named).await?;
        let mut change = OfferChange {
            plans: plans.into_values().collect(),
            ..OfferChange::default()
        };
        let mut seen = HashSet::new();
        let mut seasons = Vec::new();
        for (line, rule) in named {
            let refused = |reason| offer::at(line, reason);
            let item = catalogue.item(&rule.what).map_err(refused)?;
            if !seen.insert(item) {
                return Err(offer::at(line, "another line of the file is of the same"));
            }
            let RuleOf {
                what,
                needs,
                from,
                until,
            } = rule;
            let Some(needs) = needs else {
                change.without_rule.push(item);
                continue;
            };
            if let (Named::Season(slug, _), AccessItem::Season { series, number }) = (what, item) {
                seasons.push((line, slug, (series, number)));
            }
            if let Needs::Plans(plans) = &needs
                && let Some(unknown) = plans.iter().find(|plan| !known.contains(*plan))
            {
                return Err(offer::at(line, format!("there is no plan `{unknown}`")));
            }
            change.rules.push(AccessRule {
                item,
                needs,
                from,
                until,
            });
        }
        let warnings = self.unknown_seasons(&seasons).await?;
        self.store.put_offer(&change).await?;
        self.forget_offer();
        Ok(LoadedOffer {
            plans: change.plans.len(),
            rules: change.rules.len(),
            without_rule: change.without_rule.len(),
            warnings,
        })
    }

    /// What somebody may play of what stands in these places. Whoever keeps the catalogue may play everything.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn access(
        &self,
        viewer: &Viewer,
        places: &[Place],
    ) -> Result<HashMap<Place, Access>, MembershipError> {
        if viewer
            .known()
            .is_some_and(|viewer| viewer.role >= Role::Curator)
        {
            let open = places.iter().map(|place| (*place, Access::Open));
            return Ok(open.collect());
        }
        let offer = self.offer().await?;
        let now = self.clock.now();
        let is_open = |place: &Place| offer.access(None, *place, now).is_open();
        // Who is a member is not read for what is open to everybody, as for each segment of a stream.
        let member = match viewer.known().filter(|_| !places.iter().all(is_open)) {
            Some(viewer) => self.find(viewer.user).await?,
            None => None,
        };
        let access = |place: &Place| (*place, offer.access(member.as_ref(), *place, now));
        Ok(places.iter().map(access).collect())
    }

    /// The plans that a viewer has now, in the order in which they were got.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn held(&self, viewer: &KnownViewer) -> Result<Vec<HeldPlan>, MembershipError> {
        let Some(member) = self.find(viewer.user).await? else {
            return Ok(Vec::new());
        };
        let offer = self.offer().await?;
        let now = self.clock.now();
        let grants = member.grants.into_iter().filter(|grant| grant.holds(now));
        let held = grants.filter_map(|grant| {
            // One that was loaded a moment ago is not among them yet; none goes.
            let plan = offer.plans.iter().find(|plan| plan.id == grant.plan)?;
            Some(HeldPlan {
                plan: plan.clone(),
                since: grant.from,
                until: grant.until,
            })
        });
        Ok(held.collect())
    }

    /// What an account has, whether it holds now or not; `None`: it never had anything.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn find(&self, user: UserId) -> Result<Option<Membership>, MembershipError> {
        Ok(self.store.memberships(&[user]).await?.pop())
    }

    /// What the accounts beyond an id have, by id, at most so many of them.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn memberships_after(
        &self,
        after: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<Membership>, MembershipError> {
        Ok(self.store.memberships_after(after, limit).await?)
    }

    /// Gives a plan to an account by hand, on the word of whoever runs the site's commands; `until`: `None` until it is
    /// revoked. If it was given the plan before, it is only the end that changes. Sold or not does not matter.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn grant(
        &self,
        user: UserId,
        plan: &str,
        until: Option<DateTime<Utc>>,
    ) -> Result<Membership, MembershipError> {
        let id = self.plan(plan).await?;
        let now = self.clock.now();
        if until.is_some_and(|until| until <= now) {
            return Err(MembershipError::IsOver);
        }
        let change = |member: Membership| Ok(member.granted(&id, until, now));
        let granted = self.change(user, change).await?;
        let end = until.map_or_else(|| "revoked".to_owned(), |until| until.to_rfc3339());
        let detail = format!("{id} until {end}");
        let noted = self
            .accounts
            .note_by_command(user, Action::MembershipGranted, detail);
        noted.await?;
        Ok(granted)
    }

    /// Takes back a plan that was given by hand, on the word of whoever runs the site's commands.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn revoke(&self, user: UserId, plan: &str) -> Result<Membership, MembershipError> {
        let id = self.plan(plan).await?;
        let not_granted = || MembershipError::NotGranted(id.to_string());
        let change = |member: Membership| member.revoked(&id).ok_or_else(not_granted);
        let left = self.change(user, change).await?;
        let noted = self
            .accounts
            .note_by_command(user, Action::MembershipRevoked, id.to_string());
        noted.await?;
        Ok(left)
    }

    /// The plan that is called so, as the store has it at this moment.
    async fn plan(&self, typed: &str) -> Result<PlanId, MembershipError> {
        let plans = self.store.plans().await?;
        let found = plans.into_iter().find(|plan| plan.id.as_str() == typed);
        let found = found.ok_or_else(|| MembershipError::NoPlan(typed.to_owned()))?;
        Ok(found.id)
    }

    /// Writes what an account has over what is stored.
    async fn change(
        &self,
        user: UserId,
        change: impl Fn(Membership) -> Result<Membership, MembershipError>,
    ) -> Result<Membership, MembershipError> {
        for _ in 0..TRIES {
            if self.accounts.users_by_id(&[user]).await?.is_empty() {
                return Err(AccountError::UserNotFound.into());
            }
            let stored = self.find(user).await?;
            let mut next = change(stored.unwrap_or_else(|| Membership::new(user)))?;
            next.revision += 1;
            match self.store.put_membership(&next).await {
                Ok(()) => return Ok(next),
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(MembershipError::Busy)
    }

    /// Plans and rules, as they were a few seconds ago at most.
    async fn offer(&self) -> Result<Arc<Offer>, MembershipError> {
        let now = self.clock.now();
        let read = self.read().clone();
        if let Some(read) = read
            && (read.at..=read.at + FRESH).contains(&now)
        {
            return Ok(read.offer);
        }
        let plans = self.store.plans().await?;
        let rules = self.store.access_rules().await?;
        let offer = Arc::new(Offer::new(plans, rules));
        *self.read() = Some(Read {
            at: now,
            offer: Arc::clone(&offer),
        });
        Ok(offer)
    }

    pub(super) fn forget_offer(&self) {
        *self.read() = None;
    }

    fn read(&self) -> std::sync::MutexGuard<'_, Option<Read>> {
        self.offer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is to be told of rules of seasons that have no episode, so that they hold for nothing before one comes: each with
    /// its line and the slug of the series.
    async fn unknown_seasons(
        &self,
        seasons: &[(usize, String, (TitleId, u32))],
    ) -> Result<Vec<String>, MembershipError> {
        let series: HashSet<TitleId> = seasons.iter().map(|(.., (series, _))| *series).collect();
        if series.is_empty() {
            return Ok(Vec::new());
        }
        let series: Vec<TitleId> = series.into_iter().collect();
        let all = Visibility::everything();
        let episodes = self.catalog.episodes_of_series(&all, &series).await?;
        let known = episodes.iter().map(|it| (it.series, it.season));
        let known: HashSet<(TitleId, u32)> = known.collect();
        let unknown = seasons
            .iter()
            .filter(|(.., season)| !known.contains(season));
        let told = unknown.map(|(line, slug, (_, number))| {
            format!("line {line}: `{slug}` has no season {number} by now")
        });
        Ok(told.collect())
    }

    /// What of the catalogue rules are of.
    async fn named(&self, rules: &[(usize, RuleOf)]) -> Result<Catalogue, MembershipError> {
        let (mut titles, mut collections) = (Vec::new(), Vec::new());
        for (_, rule) in rules {
            match &rule.what {
                Named::Film(slug) | Named::Series(slug) | Named::Season(slug, _) => {
                    titles.push(slug.clone());
                }
                Named::Collection(slug) => collections.push(slug.clone()),
            }
        }
        // What is not published may have a rule before it is.
        let all = Visibility::everything();
        Ok(Catalogue {
            titles: self.catalog.titles_by_slug(&all, &titles).await?,
            collections: self.catalog.collections_by_slug(&all, &collections).await?,
        })
    }
}

/// What was found of the catalogue for the rules of a file.
struct Catalogue {
    titles: Vec<Arc<Title>>,
    collections: Vec<Collection>,
}

impl Catalogue {
    /// What a rule is of; or why it can be of nothing.
    fn item(&self, what: &Named) -> Result<AccessItem, String> {
        match what {
            Named::Film(slug) => Ok(AccessItem::Title(self.title(slug, TitleKind::Film)?)),
            Named::Series(slug) => Ok(AccessItem::Title(self.title(slug, TitleKind::Series)?)),
            Named::Season(slug, number) => Ok(AccessItem::Season {
                series: self.title(slug, TitleKind::Series)?,
                number: *number,
            }),
            Named::Collection(slug) => {
                let spelled = spellings(slug);
                let mut collections = self.collections.iter();
                let found = collections.find(|one| spelled.contains(&one.slug));
                let found = found.filter(|one| !one.deleted);
                let found = found.ok_or_else(|| format!("there is no collection `{slug}`"))?;
                if found.merged_into.is_some() {
                    let reason = "was merged into another collection: name that";
                    return Err(format!("`{slug}` {reason}"));
                }
                Ok(AccessItem::Collection(found.id))
            }
        }
    }

    fn title(&self, slug: &str, kind: TitleKind) -> Result<TitleId, String> {
        let called = match kind {
            TitleKind::Film => "film",
            TitleKind::Series => "series",
        };
        let spelled = spellings(slug);
        let is_it = |title: &&Arc<Title>| title.kind == kind && spelled.contains(&title.slug);
        let found = self.titles.iter().find(is_it);
        let found = found.ok_or_else(|| format!("there is no {called} `{slug}`"))?;
        if found.leads_to().is_some() {
            return Err(format!("`{slug}` was merged into another title: name that"));
        }
        Ok(found.id)
    }
}
