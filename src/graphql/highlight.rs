//! Which texts of a hit have what was typed, and where in them it stands.

use std::collections::HashMap;

use async_graphql::{Context, Enum, SimpleObject};
use futures::future::try_join3;

use super::context::ContextExt;
use super::error::Result;
use super::turns::take_turns;
use crate::domain::catalog::{self, FoundThing, Lacking, OwnNames, Referred};

/// The turns that the texts of a hit take: names of all who are credited may be among them, some 200 µs.
const TURNS: usize = 10;

/// What of a hit a text is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "catalog::HighlightedField")]
pub(crate) enum HighlightedField {
    /// Its name in the site's language, English.
    Name,
    /// Its name in the language that it was made in.
    OriginalName,
    /// Its name in another language.
    AlternativeName,
    /// The name of somebody who is credited with it.
    Person,
    /// The name of a character that somebody plays in it.
    Character,
    /// The name of the collection that it is part of.
    Collection,
    /// The number of its part in the collection.
    Part,
    /// The year of the first showing.
    Year,
    /// A name of the series that an episode is of.
    Series,
}

/// A text of a hit that has something of what was typed.
#[derive(SimpleObject)]
pub(crate) struct Highlight {
    /// What of the hit the text is.
    field: HighlightedField,
    /// The text as it is, without any markup.
    text: String,
    /// Where what was typed stands in it, from the start on, without overlaps. Of a word that is mistyped it is the whole
    /// word, of one that is unfinished what was typed of it.
    ranges: Vec<TextRange>,
}

/// A part of a text, counted in UTF-16 code units, as JavaScript counts: `text.slice(start, start + length)`.
#[derive(SimpleObject)]
pub(crate) struct TextRange {
    /// So many code units of the text stand before it.
    start: u32,
    /// So many code units of the text are in it; at least one.
    length: u32,
}

impl From<catalog::TextRange> for TextRange {
    fn from(range: catalog::TextRange) -> Self {
        Self {
            start: range.start,
            length: range.length,
        }
    }
}

impl From<catalog::Highlight> for Highlight {
    fn from(highlight: catalog::Highlight) -> Self {
        Self {
            field: highlight.field.into(),
            text: highlight.text,
            ranges: highlight.ranges.into_iter().map(Into::into).collect(),
        }
    }
}

/// Which texts of something have what was typed; `None` if nothing was.
pub(crate) async fn highlights(
    ctx: &Context<'_>,
    query: Option<&str>,
    thing: &FoundThing,
) -> Result<Option<Vec<Highlight>>> {
    let Some(query) = query else {
        return Ok(None);
    };
    // What takes long is done without waiting: the rows of a page would get no turns in between.
    take_turns(TURNS).await;
    let search = &ctx.services().search;
    let found = match search.highlights(query, thing) {
        OwnNames::Tell(found) => found,
        OwnNames::Lack(lacking) => {
            let referred = referred(ctx, &lacking).await?;
            search.highlights_among(query, thing, &referred)
        }
    };
    Ok(Some(found.into_iter().map(Into::into).collect()))
}

/// Reads what the names of something lack, with what those of the other rows do.
async fn referred(ctx: &Context<'_>, lacking: &Lacking) -> Result<Referred> {
    let people = async {
        if lacking.people.is_empty() {
            return Ok(HashMap::new());
        }
        ctx.loaders().people.many(lacking.people.clone()).await
    };
    let collection = async {
        match lacking.collection {
            Some(id) => ctx.loaders().collections.find(id).await,
            None => Ok(None),
        }
    };
    let series = async {
        match lacking.series {
            Some(id) => ctx.personal().titles.find(id).await,
            None => Ok(None),
        }
    };
    let (people, collection, series) = try_join3(people, collection, series).await?;
    Ok(Referred {
        people,
        collection,
        series,
    })
}
