//! Which title or episode an address is about.

use std::sync::Arc;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;

use super::access::{Curator, Usage};
use super::refusals::{not_found, refused};
use crate::domain::catalog::{Title, TitleKind};
use crate::domain::usage::Scope;
use crate::graphql::GlobalId;
use crate::http::problem::Problem;

/// The id in an address. What cannot be read is the id of nothing.
pub(super) type Id = Result<Path<String>, PathRejection>;

fn global_id(id: Id) -> Option<GlobalId> {
    let Path(id) = id.ok()?;
    GlobalId::decode(&id.into())
}

/// The film or series of this id.
async fn find_title(usage: &Usage, curator: &Curator, id: Id) -> Result<Arc<Title>, Problem> {
    let unknown = || not_found("there is no film or series with this id");
    let id = global_id(id).ok_or_else(unknown)?;
    let (GlobalId::Film(title) | GlobalId::Series(title)) = id else {
        return Err(unknown());
    };
    let found = usage.catalog.titles(&curator.visibility, &[title]).await;
    let found = found.map_err(|error| refused(error.into()))?;
    // The kind is part of the id: `Film:…` with the number of a series names nothing.
    let mut found = found
        .into_iter()
        .filter(|title| GlobalId::of_title(title) == id);
    found.next().ok_or_else(unknown)
}

/// The film or series of this id, as something is counted of it.
pub(super) async fn title(usage: &Usage, curator: &Curator, id: Id) -> Result<Scope, Problem> {
    let title = find_title(usage, curator, id).await?;
    Ok(Scope::Title(title.id))
}

/// The film of this id.
pub(super) async fn film(usage: &Usage, curator: &Curator, id: Id) -> Result<Scope, Problem> {
    let title = find_title(usage, curator, id).await?;
    match title.kind {
        TitleKind::Film => Ok(Scope::Title(title.id)),
        TitleKind::Series => Err(not_found(
            "a series has no curve of its own: ask for those of its episodes",
        )),
    }
}

/// The episode of this id.
pub(super) async fn episode(usage: &Usage, curator: &Curator, id: Id) -> Result<Scope, Problem> {
    let unknown = || not_found("there is no episode with this id");
    let Some(GlobalId::Episode(episode)) = global_id(id) else {
        return Err(unknown());
    };
    let found = usage
        .catalog
        .episodes(&curator.visibility, &[episode])
        .await;
    let found = found.map_err(|error| refused(error.into()))?;
    let found = found.first().ok_or_else(unknown)?;
    Ok(Scope::Episode(found.id))
}
