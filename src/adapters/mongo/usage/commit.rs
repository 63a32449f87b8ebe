//! Writing what was counted, and with it that it is, in one transaction.

use std::ops::Range;
use std::sync::Arc;

use bson::{Bson, Document, Uuid, doc};
use mongodb::ClientSession;
use serde::Serialize;

use super::collections::Collections;
use super::documents::{CurveDocument, DayDocument, SittingDocument};
use crate::adapters::mongo::bulk::{Update, insert, update};
use crate::adapters::mongo::db::{Abort, Collection, MongoDb, is_duplicate};
use crate::adapters::mongo::fields::stamped;
use crate::domain::error::StoreError;
use crate::domain::usage::{Counted, Sitting};

/// The one document that has the number.
pub(super) const TURN: &str = "turn";
/// How many documents are written or removed by one command.
const CHUNK: usize = 5000;
/// How many bytes a command may have, about, of the 48 MB that the server takes.
const BYTES: usize = 8 << 20;

/// Why nothing was written.
enum NotWritten {
    /// Somebody has counted in the meantime.
    Late,
    Failed(StoreError),
}

impl From<StoreError> for NotWritten {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

/// What was counted, as it is written.
struct Commit {
    turn: i64,
    batches: Vec<Bson>,
    /// Those that are not stored yet.
    new: Vec<SittingDocument>,
    sittings: Vec<Put>,
    days: Vec<Put>,
    curves: Vec<Put>,
}

/// A document that is put in the place of that with its key. Fields that this version does not know stay: a later one has
/// written them.
struct Put {
    update: Update<Document, Document>,
    bytes: usize,
}

/// Writes all of it. False, and nothing is written: somebody has counted in the meantime.
pub(super) async fn commit(
    collections: &Collections,
    turn: u64,
    counted: &Counted,
) -> Result<bool, StoreError> {
    let commit = Arc::new(Commit::of(turn, counted)?);
    let all = collections.clone();
    let tried = collections.db.transaction(move |session| {
        let (collections, commit) = (all.clone(), Arc::clone(&commit));
        Box::pin(async move { commit.write(&collections, session).await })
    });
    match tried.await {
        Ok(()) => Ok(true),
        Err(NotWritten::Late) => Ok(false),
        Err(NotWritten::Failed(error)) => Err(error),
    }
}

impl Commit {
    fn of(turn: u64, counted: &Counted) -> Result<Self, StoreError> {
        let mut sittings: Vec<&Sitting> = counted.sittings.iter().collect();
        // Their keys are hashes: in their order the server finds the places of neighbours together.
        sittings.sort_unstable_by_key(|sitting| sitting.id);
        let (new, known): (Vec<&Sitting>, Vec<&Sitting>) = sittings
            .into_iter()
            .partition(|sitting| sitting.stamp.revision == 1);
        let new = new.into_iter().map(SittingDocument::try_from);
        let batches = counted.batches.iter();
        Ok(Self {
            turn: turn.cast_signed(),
            batches: batches.map(|id| Uuid::from_uuid_1(*id).into()).collect(),
            new: new.collect::<Result<_, _>>()?,
            sittings: puts::<SittingDocument, _>(known, |sitting| sitting.counted.bytes.len())?,
            days: puts::<DayDocument, _>(&counted.days, |day| day.tallies.bytes.len())?,
            curves: puts::<CurveDocument, _>(&counted.curves, |curve| curve.curve.bytes.len())?,
        })
    }

    async fn write(
        &self,
        collections: &Collections,
        session: &mut ClientSession,
    ) -> Result<(), Abort<NotWritten>> {
        let Collections {
            db,
            waiting,
            sittings,
            days,
            curves,
            turn,
            shown_days: _,
        } = collections;
        self.take_turn(turn, session).await?;
        for batches in self.batches.chunks(CHUNK) {
            let these = doc! { "_id": { "$in": batches } };
            waiting.delete_many(these).session(&mut *session).await?;
        }
        insert(db, session, sittings.name(), &self.new, CHUNK).await?;
        put(db, session, sittings.name(), &self.sittings).await?;
        put(db, session, days.name(), &self.days).await?;
        put(db, session, curves.name(), &self.curves).await
    }

    /// Whoever else does this at the same time conflicts, begins anew, and finds another number.
    async fn take_turn(
        &self,
        turn: &Collection<Document>,
        session: &mut ClientSession,
    ) -> Result<(), Abort<NotWritten>> {
        let this = doc! { "_id": TURN, "number": self.turn };
        let next = vec![stamped(doc! { "number": self.turn + 1 })];
        // The first one makes it; if somebody else does so at the same time, its key is taken.
        let taken = turn.update_one(this, next).upsert(self.turn == 0);
        match taken.session(session).await {
            Ok(taken) if taken.matched_count > 0 || taken.upserted_id.is_some() => Ok(()),
            Ok(_) => Err(Abort::Refused(NotWritten::Late)),
            Err(error) if is_duplicate(&error) => Err(Abort::Refused(NotWritten::Late)),
            Err(error) => Err(error.into()),
        }
    }
}

async fn put(
    db: &MongoDb,
    session: &mut ClientSession,
    collection: &str,
    puts: &[Put],
) -> Result<(), Abort<NotWritten>> {
    for range in commands(puts) {
        let updates: Vec<_> = puts[range].iter().map(|put| &put.update).collect();
        update(db, session, collection, &updates, CHUNK).await?;
    }
    Ok(())
}

fn puts<'a, D, T: 'a>(
    things: impl IntoIterator<Item = &'a T>,
    bytes: impl Fn(&D) -> usize,
) -> Result<Vec<Put>, StoreError>
where
    D: Serialize + TryFrom<&'a T, Error = StoreError>,
{
    let put = |thing| {
        let document = D::try_from(thing)?;
        let mut fields = bson::serialize_to_document(&document).map_err(StoreError::failed)?;
        let key = fields.remove("_id").unwrap_or(Bson::Null);
        Ok(Put {
            update: Update::upsert(doc! { "_id": key }, doc! { "$set": fields }),
            bytes: bytes(&document),
        })
    };
    things.into_iter().map(put).collect()
}

/// Which of them go into one command each.
fn commands(puts: &[Put]) -> Vec<Range<usize>> {
    let mut commands: Vec<Range<usize>> = Vec::new();
    let mut bytes = 0;
    for (index, put) in puts.iter().enumerate() {
        bytes += put.bytes;
        match commands.last_mut() {
            Some(command) if bytes <= BYTES && command.len() < CHUNK => command.end = index + 1,
            _ => {
                bytes = put.bytes;
                commands.push(index..index + 1);
            }
        }
    }
    commands
}
