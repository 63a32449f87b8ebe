//! In which languages whoever asks wants to read.

use async_graphql::Context;

use super::context::ContextExt;
use super::error::{ApiError, Result};
use crate::domain::error::ErrorCode;
use crate::domain::language::LanguageTag;

/// The languages for a field, the most wanted first: the one that its argument `language` asks for, that of the viewer's
/// profile, those of the request's `Accept-Language`. What stands in none of them falls back by rules of the domain.
pub(crate) fn wanted(ctx: &Context<'_>, argument: Option<&str>) -> Result<Vec<LanguageTag>> {
    let mut wanted = Vec::new();
    if let Some(text) = argument {
        let tag = LanguageTag::parse(text).ok_or_else(|| {
            let message = "a language is a BCP 47 tag such as \"de\" or \"pt-BR\"";
            ApiError::argument(ErrorCode::Invalid, "language", message)
        })?;
        wanted.push(tag);
    }
    let viewer = ctx.viewer();
    wanted.extend(viewer.known().and_then(|viewer| viewer.language));
    wanted.extend(ctx.accepted_languages());
    Ok(wanted)
}
