//! What is likely one, for whoever puts the catalogue in order.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};

use super::person::Person;
use super::title::{Title, titles};
use crate::domain::catalog::{self, LikelyPeople, LikelyTitles};
use crate::domain::viewer::Role;
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Cursor, Order};
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::page::{Connection, Edge, PageArgs};
use crate::graphql::total::Total;

static DUPLICATES: Order = Order::by_number_and_text("likely duplicates");
static SAME_PEOPLE: Order = Order::by_number_and_text("likely same people");

/// What is likely one, as curators see it.
#[derive(Default)]
pub(crate) struct LikelyQuery;

/// What is likely one, as curators see it.
#[Object]
impl LikelyQuery {
    /// Pairs of titles that are likely one, the likeliest first: of one kind and one name, whatever its case and accents, and
    /// first shown within a year of each other, or with two people or more in common. Of more than a hundred of one name a
    /// hundred are compared. A new pair may come some minutes late on a great site; one that was put right is gone at once.
    /// For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn likely_duplicates(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "How many from the start, or after `after`, 1 to 100; 20 if `last` is left out, too."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list.")]
        after: Option<String>,
        #[graphql(desc = "How many from the end, or before `before`, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor; `BAD_CURSOR` if it is of another list.")]
        before: Option<String>,
    ) -> Result<Option<Connection<LikelyDuplicateEdge>>> {
        let window = PageArgs::both(first, after, last, before).window(&DUPLICATES, 20)?;
        let catalog = &ctx.services().catalog;
        let slice = catalog.likely_titles(&ctx.visibility(), &window).await?;
        let all = slice.rows.iter();
        let all = all.flat_map(|pair| [Arc::clone(&pair.one), Arc::clone(&pair.other)]);
        let mut all = titles(all.collect()).into_iter();
        let slice = slice.map(|pair| {
            let both = all.next().zip(all.next());
            LikelyDuplicateEdge::new(pair, both)
        });
        let total = Total::LikelyTitles;
        Ok(Some(Connection::new(slice, &window, total)))
    }

    /// Pairs of people who are likely one, the likeliest first: of one name, whatever its case and accents, and credited with
    /// one title, or born within a year of each other, or with titles that are at most five years apart. Nobody is who has
    /// another id at one site, or was born in other years. What else is said of `likelyDuplicates` holds here, too. For
    /// curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn likely_same_people(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "How many from the start, or after `after`, 1 to 100; 20 if `last` is left out, too."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list.")]
        after: Option<String>,
        #[graphql(desc = "How many from the end, or before `before`, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor; `BAD_CURSOR` if it is of another list.")]
        before: Option<String>,
    ) -> Result<Option<Connection<LikelySamePeopleEdge>>> {
        let window = PageArgs::both(first, after, last, before).window(&SAME_PEOPLE, 20)?;
        let catalog = &ctx.services().catalog;
        let slice = catalog.likely_people(&ctx.visibility(), &window).await?;
        let slice = slice.map(LikelySamePeopleEdge::from);
        let total = Total::LikelyPeople;
        Ok(Some(Connection::new(slice, &window, total)))
    }
}

/// Two titles that are likely one, as a row of a page.
#[derive(SimpleObject)]
pub(crate) struct LikelyDuplicateEdge {
    /// The cursor of this row: give it as `after` to go on behind it, or as `before` to go back.
    cursor: Cursor,
    /// The two titles, and why they are listed.
    node: LikelyDuplicate,
}

/// Two titles that are likely one: the same film, or the same series.
#[derive(SimpleObject)]
pub(crate) struct LikelyDuplicate {
    /// One of the two titles.
    title: Title,
    /// The other one of them.
    other: Title,
    /// How likely they are one, from 1 to 100; the list goes by it.
    score: u8,
    /// What speaks for it, then what speaks against it; at most five.
    reasons: Vec<DuplicateReason>,
    /// How many people are credited with both.
    common_people: u64,
    /// The global id of the one of the two titles that should stay if they are merged, the `into` of `mergeTitles`: that
    /// which more profiles have watched, then that of which more is known, then the older one.
    stays: ID,
}

/// What speaks for two titles being one, or against it.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "catalog::TitleReason")]
pub(crate) enum DuplicateReason {
    /// They have one name, whatever its case and accents; all that are listed do.
    SameName,
    /// They were first shown in the same year.
    SameYear,
    /// They were first shown in two years that follow each other.
    NearYear,
    /// Two people or more are credited with both.
    CommonPeople,
    /// It speaks against it that one site has given them two ids.
    OtherIds,
}

impl LikelyDuplicateEdge {
    /// A row of the pair, whose titles the page has read together.
    fn new(pair: LikelyTitles, both: Option<(Title, Title)>) -> Self {
        let stays = GlobalId::of_title(pair.stays()).encode();
        let (title, other) = both.unwrap_or_else(|| (Title::one(pair.one), Title::one(pair.other)));
        let likeness = pair.likeness;
        Self {
            cursor: DUPLICATES.cursor(pair.place),
            node: LikelyDuplicate {
                title,
                other,
                score: likeness.score,
                reasons: likeness.reasons.into_iter().map(Into::into).collect(),
                common_people: likeness.common as u64,
                stays,
            },
        }
    }
}

impl Edge for LikelyDuplicateEdge {
    type Node = LikelyDuplicate;
    const CONNECTION: &'static str = "LikelyDuplicateConnection";

    fn node(&self) -> &LikelyDuplicate {
        &self.node
    }

    fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}

/// Two people who are likely one, as a row of a page.
#[derive(SimpleObject)]
pub(crate) struct LikelySamePeopleEdge {
    /// The cursor of this row: give it as `after` to go on behind it, or as `before` to go back.
    cursor: Cursor,
    /// The two people, and why they are listed.
    node: LikelySamePeople,
}

/// Two people who are likely one and the same.
#[derive(SimpleObject)]
pub(crate) struct LikelySamePeople {
    /// One of the two people.
    person: Person,
    /// The other one of them.
    other: Person,
    /// How likely they are one, from 1 to 100; the list goes by it.
    score: u8,
    /// What speaks for it, at most five reasons.
    reasons: Vec<SamePeopleReason>,
    /// How many titles both are credited with.
    common_titles: u64,
    /// The global id of the one who should stay if they are merged, the `into` of `mergePeople`: the one of whom more is
    /// known, then the older one.
    stays: ID,
}

/// What speaks for two people being one.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "catalog::PersonReason")]
pub(crate) enum SamePeopleReason {
    /// They have one name, whatever its case and accents; all who are listed do.
    SameName,
    /// Both are credited with one title at least.
    CommonTitles,
    /// They were born on the same day.
    SameBirth,
    /// They were born in one year, or in two that follow each other.
    NearBirth,
    /// Some titles of the one are at most five years from some of the other.
    NearTitles,
}

impl From<LikelyPeople> for LikelySamePeopleEdge {
    fn from(pair: LikelyPeople) -> Self {
        let stays = GlobalId::Person(pair.stays().id).encode();
        let likeness = pair.likeness;
        Self {
            cursor: SAME_PEOPLE.cursor(pair.place),
            node: LikelySamePeople {
                person: Person(Arc::new(pair.one)),
                other: Person(Arc::new(pair.other)),
                score: likeness.score,
                reasons: likeness.reasons.into_iter().map(Into::into).collect(),
                common_titles: likeness.common as u64,
                stays,
            },
        }
    }
}

impl Edge for LikelySamePeopleEdge {
    type Node = LikelySamePeople;
    const CONNECTION: &'static str = "LikelySamePeopleConnection";

    fn node(&self) -> &LikelySamePeople {
        &self.node
    }

    fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}
