//! What waits, days and curves as documents, and back.

use bson::spec::BinarySubtype;
use bson::{Binary, DateTime, Uuid};
use serde::{Deserialize, Serialize};

use crate::adapters::mongo::fields::stamp;
use crate::domain::error::StoreError;
use crate::domain::ids::TitleId;
use crate::domain::usage::{
    Curve, DaySum, Scope, UsageDay, WaitingBatch, day_number, day_of_number, unpack_viewings,
};

/// Viewings that were kept together.
#[derive(Deserialize)]
pub(super) struct WaitingDocument {
    #[serde(rename = "_id")]
    pub(super) id: Uuid,
    pub(super) at: DateTime,
    pub(super) viewings: Binary,
}

/// A scope, as keys begin with it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ScopeKey {
    kind: String,
    id: i64,
}

/// A day of a scope. Documents are compared field by field, so the days of one scope lie beside each other, in order.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DayKey {
    kind: String,
    id: i64,
    day: i64,
}

/// What a sitting is stored as; see [`super::sittings`].
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct SittingDocument {
    #[serde(rename = "_id")]
    pub(super) id: Binary,
    pub(super) counted: Binary,
    pub(super) revision: i64,
    pub(super) created_at: DateTime,
    pub(super) updated_at: DateTime,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct DayDocument {
    #[serde(rename = "_id")]
    pub(super) key: DayKey,
    plays: i64,
    views: i64,
    seconds: f64,
    pub(super) tallies: Binary,
    revision: i64,
    created_at: DateTime,
    updated_at: DateTime,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct CurveDocument {
    #[serde(rename = "_id")]
    pub(super) item: ScopeKey,
    pub(super) curve: Binary,
    revision: i64,
    created_at: DateTime,
    updated_at: DateTime,
}

/// What some days of a title add up to.
#[derive(Deserialize)]
pub(super) struct SumDocument {
    #[serde(rename = "_id")]
    title: i64,
    plays: i64,
    views: i64,
    seconds: f64,
}

/// Bytes of no special sort.
pub(super) fn binary(bytes: Vec<u8>) -> Binary {
    Binary {
        subtype: BinarySubtype::Generic,
        bytes,
    }
}

impl From<Scope> for ScopeKey {
    fn from(scope: Scope) -> Self {
        let (kind, id) = scope.key();
        Self {
            kind: kind.to_owned(),
            id,
        }
    }
}

impl DayKey {
    pub(super) fn new(scope: Scope, day: chrono::NaiveDate) -> Self {
        let ScopeKey { kind, id } = scope.into();
        let day = day_number(day);
        Self { kind, id, day }
    }
}

impl TryFrom<WaitingDocument> for WaitingBatch {
    type Error = StoreError;

    fn try_from(document: WaitingDocument) -> Result<Self, StoreError> {
        Ok(Self {
            id: document.id.to_uuid_1(),
            at: document.at.to_chrono(),
            viewings: unpack_viewings(&document.viewings.bytes)?,
        })
    }
}

impl TryFrom<&UsageDay> for DayDocument {
    type Error = StoreError;

    fn try_from(day: &UsageDay) -> Result<Self, StoreError> {
        Ok(Self {
            key: DayKey::new(day.scope, day.day),
            plays: day.total.plays.cast_signed(),
            views: day.total.views.cast_signed(),
            seconds: day.total.seconds,
            tallies: binary(day.packed()?),
            revision: day.stamp.revision.cast_signed(),
            created_at: day.stamp.created_at.into(),
            updated_at: day.stamp.updated_at.into(),
        })
    }
}

impl TryFrom<DayDocument> for UsageDay {
    type Error = StoreError;

    fn try_from(document: DayDocument) -> Result<Self, StoreError> {
        let DayKey { kind, id, day } = document.key;
        let scope = scope(&kind, id)?;
        let day = day_of_number(day)
            .ok_or_else(|| StoreError::failed(format!("{day} is no day of any year")))?;
        let stamp = stamp(document.revision, document.created_at, document.updated_at);
        Self::unpacked(scope, day, stamp, &document.tallies.bytes)
    }
}

impl TryFrom<&Curve> for CurveDocument {
    type Error = StoreError;

    fn try_from(curve: &Curve) -> Result<Self, StoreError> {
        Ok(Self {
            item: curve.item.into(),
            curve: binary(curve.packed()?),
            revision: curve.stamp.revision.cast_signed(),
            created_at: curve.stamp.created_at.into(),
            updated_at: curve.stamp.updated_at.into(),
        })
    }
}

impl TryFrom<CurveDocument> for Curve {
    type Error = StoreError;

    fn try_from(document: CurveDocument) -> Result<Self, StoreError> {
        let item = scope(&document.item.kind, document.item.id)?;
        let stamp = stamp(document.revision, document.created_at, document.updated_at);
        Self::unpacked(item, stamp, &document.curve.bytes)
    }
}

impl From<SumDocument> for DaySum {
    fn from(document: SumDocument) -> Self {
        Self {
            title: TitleId::from_i64(document.title),
            plays: document.plays.cast_unsigned(),
            views: document.views.cast_unsigned(),
            seconds: document.seconds,
        }
    }
}

fn scope(kind: &str, id: i64) -> Result<Scope, StoreError> {
    Scope::from_key(kind, id)
        .ok_or_else(|| StoreError::failed(format!("usage is of no {kind} that is known")))
}
