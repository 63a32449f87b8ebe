//! Who made a title or an episode.

use std::sync::Arc;

use async_graphql::{Context, Enum, SimpleObject};

use super::person::Person;
use super::title_fields::TitleFields;
use crate::domain::catalog::{self, Credit, Roles};
use crate::domain::ids::PersonId;
use crate::domain::page::{Keyset, Slice, Window};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Cursor, Order};
use crate::graphql::error::Result;
use crate::graphql::page::{Connection, Edge, PageArgs, Sorted, page_of};
use crate::graphql::total::Total;

static BILLING: Order = Order::by_number("credits");

/// What somebody did for a title or an episode. Suggestions go by directors and actors alone.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "catalog::CreditRole")]
pub(crate) enum CreditRole {
    /// Directed a film or an episode; for a series: created it.
    Director,
    /// Is in the cast, on screen or by voice.
    Actor,
    /// Appears beside the cast: in an episode of a series, or for a moment in a film.
    Guest,
    /// Wrote the screenplay, or what it was made from.
    Writer,
    /// Produced it, in whatever function.
    Producer,
    /// Wrote the music for it.
    Composer,
}

/// What somebody did for one title of theirs.
#[derive(SimpleObject, Clone)]
pub(crate) struct CreditedRole {
    /// What the person did for the title.
    role: CreditRole,
    /// The name of the character that an actor or a guest plays; null if unknown, and for whoever else.
    character: Option<String>,
}

impl CreditedRole {
    /// All that somebody did for a title, in the order of its credits.
    pub(super) fn list(title: &catalog::Title, person: PersonId) -> Vec<Self> {
        let credits = title.credits_of(person);
        let role = |credit: &Credit| Self {
            role: credit.role.into(),
            character: credit.character.clone(),
        };
        credits.map(role).collect()
    }
}

/// Roles as lists are filtered by them; none if nothing is asked for.
pub(super) fn roles(roles: Option<Vec<CreditRole>>) -> Option<Roles> {
    let roles = roles.filter(|roles| !roles.is_empty())?;
    let roles = roles.into_iter().map(catalog::CreditRole::from);
    Some(roles.collect())
}

/// Somebody's part in a title or an episode, as a row of a page.
#[derive(SimpleObject)]
pub(crate) struct CreditEdge {
    /// The cursor of this row: give it as `after` to go on behind it, or as `before` to go back.
    cursor: Cursor,
    /// The person who is credited.
    node: Person,
    /// What the person did for it; who did several things has a row for each.
    role: CreditRole,
    /// The name of the character that an actor or a guest plays; null if unknown, and for whoever else.
    character: Option<String>,
    /// The rank in the billing among those of the same role, from 0; the lower, the more prominent.
    order: u32,
}

impl Edge for CreditEdge {
    type Node = Person;
    const CONNECTION: &'static str = "CreditConnection";

    fn node(&self) -> &Person {
        &self.node
    }

    fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}

/// A page of a title's credits, in billing order.
pub(super) async fn credits(
    ctx: &Context<'_>,
    title: &TitleFields,
    roles: Option<Vec<CreditRole>>,
    args: PageArgs,
) -> Result<Option<Connection<CreditEdge>>> {
    let window = args.window(&BILLING, 20)?;
    let roles = self::roles(roles);
    let page = |title: &catalog::Title| page(title.all_credits(), roles, &window);
    let people = title.people(ctx, |title| page(title).rows).await?;
    let edges = people.into_iter().map(edge);
    let slice = Slice {
        rows: edges.collect(),
        has_more: page(title.title()).has_more,
    };
    let total = wanted(title.title().all_credits(), roles).count();
    Ok(Some(Connection::new(slice, &window, Total::Known(total))))
}

/// A page of an episode's credits, in billing order.
pub(super) async fn credits_of_episode(
    ctx: &Context<'_>,
    episode: &catalog::Episode,
    roles: Option<Vec<CreditRole>>,
    args: PageArgs,
) -> Result<Option<Connection<CreditEdge>>> {
    let window = args.window(&BILLING, 20)?;
    let roles = self::roles(roles);
    let credits = episode.all_credits();
    let page = page(credits.iter(), roles, &window);
    let ids = page.rows.iter().map(|credit| credit.person);
    let people = ctx.loaders().people.many(ids).await?;
    let credited = page.rows.into_iter().filter_map(|credit| {
        let person = Arc::clone(people.get(&credit.person)?);
        Some((credit, person))
    });
    let slice = Slice {
        rows: credited.map(edge).collect(),
        has_more: page.has_more,
    };
    let total = wanted(credits.iter(), roles).count();
    Ok(Some(Connection::new(slice, &window, Total::Known(total))))
}

fn edge((credit, person): (Credit, Arc<catalog::Person>)) -> CreditEdge {
    CreditEdge {
        cursor: BILLING.cursor(keyset(&credit)),
        node: Person(person),
        role: credit.role.into(),
        character: credit.character,
        order: credit.order,
    }
}

fn page<'a>(
    credits: impl Iterator<Item = &'a Credit>,
    roles: Option<Roles>,
    window: &Window,
) -> Slice<Credit> {
    let credits = wanted(credits, roles);
    page_of(credits, window, Sorted::Ascending, |credit| keyset(credit)).map(Clone::clone)
}

fn wanted<'a>(
    credits: impl Iterator<Item = &'a Credit>,
    roles: Option<Roles>,
) -> impl Iterator<Item = &'a Credit> {
    credits.filter(move |credit| roles.is_none_or(|roles| roles.has(credit.role)))
}

/// Directors first, then actors and all others, each by billing order.
fn keyset(credit: &Credit) -> Keyset {
    let role: i64 = match credit.role {
        catalog::CreditRole::Director => 0,
        catalog::CreditRole::Actor => 1,
        catalog::CreditRole::Guest => 2,
        catalog::CreditRole::Writer => 3,
        catalog::CreditRole::Producer => 4,
        catalog::CreditRole::Composer => 5,
    };
    let place = (role << 32) + i64::from(credit.order);
    Keyset::by_number(place, credit.person.to_i64())
}
