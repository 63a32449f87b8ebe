//! Lists of many titles: what is watched most, and every day of each.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::LINK;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::NaiveDate;
use url::form_urlencoded;

use super::access::{Curator, Usage, answer};
use super::answers::{DayRow, DaysAnswer, Kind, TopAnswer, TopRow};
use super::figures::spend_days;
use super::format::Format;
use super::parameters::{DaysQuery, TopQuery, parameters};
use super::refusals::{Refused, refused};
use crate::domain::catalog::{Title, TitleKind};
use crate::domain::error::ErrorCode;
use crate::domain::ids::{EpisodeId, TitleId};
use crate::domain::usage::{Scope, UsageDay};
use crate::graphql::GlobalId;
use crate::http::problem::Problem;

/// What a row weighs: its day, with its sketches of viewers, is read whole.
const ROW: usize = 10;
/// Tells cursors of this list from all others.
const CURSOR: &str = "usage days";

/// The titles that were watched most on the days of a range. Who may not see one does not find it in the list.
#[utoipa::path(
    get,
    path = "/usage/titles",
    tag = "lists",
    operation_id = "topTitles",
    params(TopQuery),
    responses(
        (
            status = 200,
            description = "The titles, the most watched first.",
            content((TopAnswer = "application/json"), (String = "text/csv"), (String = "application/x-ndjson"))
        ),
        Refused,
    )
)]
pub(super) async fn top(State(usage): State<Usage>, parts: Parts) -> Response {
    answer(async move {
        let curator = usage.curator(&parts).await?;
        let query: TopQuery = parameters(&parts.uri)?;
        let format = Format::of(&parts.headers, query.format)?;
        let range = query.range(&usage.service)?;
        spend_days(&usage, &curator, range).await?;
        let (metric, limit) = (query.metric.into(), query.limit());
        let top = usage.service.top(metric, range, limit).await;
        let top = top.map_err(refused)?;
        let ids: Vec<TitleId> = top.iter().map(|row| row.title).collect();
        let titles = titles(&usage, &curator, &ids).await?;
        let rows = top.into_iter().filter_map(|row| {
            let title = titles.get(&row.title)?;
            Some(TopRow {
                id: GlobalId::of_title(title).encode().to_string(),
                name: title.name.clone(),
                plays: row.plays,
                views: row.views,
                watch_seconds: row.seconds,
            })
        });
        format.write(rows.collect(), TopAnswer::document)
    })
    .await
}

/// What was watched on each day of a range, one row a day for each title and each episode, page by page: for programs that
/// keep the figures themselves.
#[utoipa::path(
    get,
    path = "/usage/days",
    tag = "lists",
    operation_id = "days",
    params(DaysQuery),
    responses(
        (
            status = 200,
            description = "A page of rows.",
            content((DaysAnswer = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")),
            headers(("Link" = Option<String>, description = "The address of the next page, with `rel=\"next\"`; left out on the last one."))
        ),
        Refused,
    )
)]
pub(super) async fn days(State(usage): State<Usage>, parts: Parts) -> Response {
    answer(async move {
        let curator = usage.curator(&parts).await?;
        let query: DaysQuery = parameters(&parts.uri)?;
        let format = Format::of(&parts.headers, query.format)?;
        let range = query.range(&usage.service)?;
        let after = query.after.as_deref().map(place).transpose()?;
        let limit = query.limit();
        let weight = u32::try_from(limit.saturating_mul(ROW)).unwrap_or(u32::MAX);
        usage.spend(&curator, weight).await?;
        let service = &usage.service;
        let page = service.days_after(after, range, limit).await;
        let page = page.map_err(refused)?;
        let last = page.last().map(|day| (day.day, day.scope));
        let next = match last.filter(|_| page.len() == limit) {
            Some(last) => {
                let more = service.days_after(Some(last), range, 1).await;
                (!more.map_err(refused)?.is_empty()).then(|| cursor(last))
            }
            None => None,
        };
        let rows = rows(&usage, &curator, page).await?;
        let link = next.as_ref().and_then(|next| link(&parts.uri, next));
        let whole = |days| Json(DaysAnswer { days, next }).into_response();
        let mut written = format.write(rows, whole)?;
        if let Some(link) = link {
            written.headers_mut().insert(LINK, link);
        }
        Ok(written)
    })
    .await
}

async fn titles(
    usage: &Usage,
    curator: &Curator,
    ids: &[TitleId],
) -> Result<HashMap<TitleId, Arc<Title>>, Problem> {
    let found = usage.catalog.titles(&curator.visibility, ids).await;
    let found = found.map_err(|error| refused(error.into()))?;
    Ok(found.into_iter().map(|title| (title.id, title)).collect())
}

/// The rows of days, without those of what the curator may not see.
async fn rows(
    usage: &Usage,
    curator: &Curator,
    page: Vec<UsageDay>,
) -> Result<Vec<DayRow>, Problem> {
    let (mut title_ids, mut episode_ids) = (Vec::new(), Vec::new());
    for day in &page {
        match day.scope {
            Scope::Title(title) => title_ids.push(title),
            Scope::Episode(episode) => episode_ids.push(episode),
            Scope::Site => {}
        }
    }
    title_ids.sort_unstable();
    title_ids.dedup();
    episode_ids.sort_unstable();
    episode_ids.dedup();
    let titles = titles(usage, curator, &title_ids).await?;
    let episodes = usage.catalog.episodes(&curator.visibility, &episode_ids);
    let episodes = episodes
        .await
        .map_err(|error| refused(error.into()))?
        .into_iter();
    let episodes: HashSet<EpisodeId> = episodes.map(|episode| episode.id).collect();
    let shown = page.into_iter().filter_map(|day| {
        let (kind, id) = match day.scope {
            Scope::Title(title) => {
                let title = titles.get(&title)?;
                let kind = match title.kind {
                    TitleKind::Film => Kind::Film,
                    TitleKind::Series => Kind::Series,
                };
                (kind, GlobalId::of_title(title))
            }
            Scope::Episode(episode) => {
                let is_seen = episodes.contains(&episode);
                is_seen.then_some((Kind::Episode, GlobalId::Episode(episode)))?
            }
            Scope::Site => return None,
        };
        Some(DayRow {
            day: day.day,
            kind,
            id: id.encode().to_string(),
            plays: day.total.plays,
            views: day.total.views,
            viewers: day.total.viewers.count(),
            watch_seconds: day.total.seconds,
            peak: day.peak(None),
        })
    });
    Ok(shown.collect())
}

/// The cursor behind a row: base64url, without padding, of a JSON array of the list's name, the day, and the key of the
/// scope.
fn cursor((day, scope): (NaiveDate, Scope)) -> String {
    let (kind, id) = scope.key();
    let place = serde_json::json!([CURSOR, day, kind, id]);
    URL_SAFE_NO_PAD.encode(place.to_string())
}

/// The place that a cursor names.
fn place(cursor: &str) -> Result<(NaiveDate, Scope), Problem> {
    let read = || {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let place: (String, NaiveDate, String, i64) = serde_json::from_slice(&bytes).ok()?;
        let (list, day, kind, id) = place;
        let scope = Scope::from_key(&kind, id)?;
        (list == CURSOR).then_some((day, scope))
    };
    read().ok_or_else(|| {
        let code = ErrorCode::BadCursor.as_str();
        let detail = "this is not a cursor of this list";
        Problem::new(StatusCode::BAD_REQUEST, code, detail).field("after")
    })
}

/// The address of the next page (RFC 8288).
fn link(uri: &Uri, next: &str) -> Option<HeaderValue> {
    let asked = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(asked.filter(|(name, _)| name != "after"));
    let query = query.append_pair("after", next).finish();
    HeaderValue::try_from(format!("<{}?{query}>; rel=\"next\"", uri.path())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_its_place_and_another_text_nowhere() {
        let day = NaiveDate::from_ymd_opt(2026, 1, 2).unwrap();
        let at = (day, Scope::Episode(EpisodeId(7)));

        assert_eq!(place(&cursor(at)).unwrap(), at);
        let forged = |json: &str| URL_SAFE_NO_PAD.encode(json);
        for text in [
            String::new(),
            "?".to_owned(),
            forged(r#"["users","2026-01-02","title",1]"#),
            forged(r#"["usage days","2026-01-32","title",1]"#),
            forged(r#"["usage days","2026-01-02","season",1]"#),
        ] {
            assert!(place(&text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_next_page_is_asked_for_as_this_one_was() {
        let uri: Uri = "/usage/days?first=2&after=x&from=2026-01-01T00:00:00%2B01:00"
            .parse()
            .unwrap();

        let link = link(&uri, "next").unwrap();

        assert_eq!(
            link.to_str().unwrap(),
            "</usage/days?first=2&from=2026-01-01T00%3A00%3A00%2B01%3A00&after=next>; rel=\"next\""
        );
    }
}
