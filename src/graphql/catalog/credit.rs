//! Who made a title.

use async_graphql::{Context, Enum, SimpleObject};

use super::person::Person;
use super::title_fields::TitleFields;
use crate::domain::catalog::{self, Credit};
use crate::domain::page::{Keyset, Slice, Window};
use crate::graphql::cursor::{Cursor, Order};
use crate::graphql::error::Result;
use crate::graphql::page::{Connection, Edge, PageArgs, Sorted, page_of};
use crate::graphql::total::Total;

static BILLING: Order = Order::by_number("credits");

/// What somebody did for a title.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "catalog::CreditRole")]
pub(crate) enum CreditRole {
    /// Directed a film; for a series: created it.
    Director,
    /// Is in the cast, on screen or by voice.
    Actor,
}

/// Somebody's part in a title, as a row of a page.
#[derive(SimpleObject)]
pub(crate) struct CreditEdge {
    /// The cursor of this row: give it as `after` to go on behind it, or as `before` to go back.
    cursor: Cursor,
    /// The person who is credited.
    node: Person,
    /// What the person did for the title; who did both has two rows.
    role: CreditRole,
    /// The name of the character that an actor plays; null if unknown, and for directors.
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
    let roles = roles.filter(|roles| !roles.is_empty());
    let roles: Option<Vec<catalog::CreditRole>> =
        roles.map(|roles| roles.into_iter().map(Into::into).collect());
    let page = |title: &catalog::Title| page(title, roles.as_deref(), &window);
    let people = title.people(ctx, |title| page(title).rows).await?;
    let edges = people.into_iter().map(|(credit, person)| CreditEdge {
        cursor: BILLING.cursor(keyset(&credit)),
        node: Person(person),
        role: credit.role.into(),
        character: credit.character,
        order: credit.order,
    });
    let slice = Slice {
        rows: edges.collect(),
        has_more: page(title.title()).has_more,
    };
    let total = wanted(title.title(), roles.as_deref()).count();
    Ok(Some(Connection::new(slice, &window, Total::Known(total))))
}

fn page(
    title: &catalog::Title,
    roles: Option<&[catalog::CreditRole]>,
    window: &Window,
) -> Slice<Credit> {
    let credits = wanted(title, roles);
    page_of(credits, window, Sorted::Ascending, |credit| keyset(credit)).map(Clone::clone)
}

fn wanted<'a>(
    title: &'a catalog::Title,
    roles: Option<&'a [catalog::CreditRole]>,
) -> impl Iterator<Item = &'a Credit> {
    let is_wanted = move |credit: &&Credit| roles.is_none_or(|roles| roles.contains(&credit.role));
    title.credits.iter().filter(is_wanted)
}

/// Directors first, then by billing order.
fn keyset(credit: &Credit) -> Keyset {
    let role = match credit.role {
        catalog::CreditRole::Director => 0,
        catalog::CreditRole::Actor => 1_i64 << 32,
    };
    Keyset::by_number(role + i64::from(credit.order), credit.person.to_i64())
}
