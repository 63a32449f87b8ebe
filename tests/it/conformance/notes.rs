//! What the record notes of its own projection.

use std::ops::Deref;
use std::sync::Arc;

use bson::{Document, doc};
use chrono::DateTime;
use reelgraph::adapters::mongo::{MongoDb, MongoNotes};
use reelgraph::adapters::sqlite::{SqliteDb, SqliteNotes};
use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::recommend::{
    Epoch, NoteStore, Notes, Pass, Phase, Rebuild, Reweigh, Schema,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tempfile::TempDir;

use super::Backend;
use crate::support::servers::{self, PATIENT};

on_every_backend!(open on [sqlite, mongo]:
    there_are_none_at_first,
    what_is_noted_is_read_again,
    of_two_writers_who_read_the_same_one_is_refused,
    what_a_later_version_notes_stays,
);

struct Opened {
    notes: Arc<dyn NoteStore>,
    raw: Raw,
}

/// Where the notes are.
enum Raw {
    Folder(TempDir),
    Database(SecretString),
}

impl Deref for Opened {
    type Target = dyn NoteStore;

    fn deref(&self) -> &Self::Target {
        &*self.notes
    }
}

async fn open(backend: Backend) -> Opened {
    if backend == Backend::sqlite {
        let folder = tempfile::tempdir().unwrap();
        let db = SqliteDb::open(&folder.path().join("test.db")).unwrap();
        return Opened {
            notes: Arc::new(SqliteNotes::new(db)),
            raw: Raw::Folder(folder),
        };
    }
    let uri = servers::mongo_uri();
    let db = MongoDb::open(&uri, PATIENT).await.unwrap();
    Opened {
        notes: Arc::new(MongoNotes::new(db)),
        raw: Raw::Database(uri),
    }
}

impl Raw {
    async fn database(uri: &SecretString) -> mongodb::Collection<Document> {
        let client = mongodb::Client::with_uri_str(uri.expose_secret()).await;
        let db = client.unwrap().default_database().unwrap();
        db.collection("projection")
    }

    fn file(folder: &TempDir) -> rusqlite::Connection {
        rusqlite::Connection::open(folder.path().join("test.db")).unwrap()
    }

    /// Notes what this version does not know: a field, and a phase of a rebuild.
    async fn write_as_a_later_version(&self) {
        match self {
            Self::Folder(folder) => {
                let sql = "UPDATE projection_notes SET notes = json_set(notes, '$.later', 'kept',
                     '$.rebuild.phase', json('{\"dreaming\": {\"after\": 7}}'))";
                assert_eq!(Self::file(folder).execute(sql, ()).unwrap(), 1);
            }
            Self::Database(uri) => {
                let phase = doc! { "dreaming": { "after": 7_i64 } };
                let change = doc! { "$set": { "later": "kept", "rebuild.phase": phase } };
                let notes = Self::database(uri).await;
                let changed = notes.update_one(doc! {}, change).await.unwrap();
                assert_eq!(changed.modified_count, 1);
            }
        }
    }

    /// Whether both are there.
    async fn has_what_a_later_version_wrote(&self) -> bool {
        match self {
            Self::Folder(folder) => {
                let sql = "SELECT count(*) FROM projection_notes WHERE notes ->> '$.later' = 'kept'
                     AND notes ->> '$.rebuild.phase.dreaming.after' = 7";
                let kept =
                    Self::file(folder).query_row(sql, (), |row| row.get::<_, i64>("count(*)"));
                kept.unwrap() == 1
            }
            Self::Database(uri) => {
                let kept = doc! { "later": "kept", "rebuild.phase.dreaming.after": 7_i64 };
                let notes = Self::database(uri).await;
                notes.count_documents(kept).await.unwrap() == 1
            }
        }
    }
}

fn noted(phase: Phase) -> Notes {
    Notes {
        epoch: Epoch {
            number: 3,
            name: "a name".to_owned(),
            tick: 9,
            next: Some(10),
        },
        rebuild: Some(Rebuild {
            begun_at: DateTime::from_timestamp_millis(1_700_000_000_123).unwrap(),
            documents: 7,
            phase,
        }),
        half_life_days: Some(180.5),
        reweigh: Some(Reweigh {
            half_life_days: 7.0,
            after: Some((ProfileId(1), TitleId(2))),
            watched_titles: 3,
            changed: 1,
            left: 1,
        }),
        // As new as any store asks for by itself.
        schema: Schema {
            version: 100,
            oldest_reader: 99,
        },
        ..Notes::default()
    }
}

async fn there_are_none_at_first(notes: &Opened) {
    assert_eq!(notes.notes().await.unwrap(), Notes::default());
}

async fn what_is_noted_is_read_again(notes: &Opened) {
    let far = u64::MAX >> 1;
    let pass = Pass {
        number: 2,
        marked: true,
    };
    for phase in [
        Phase::TombstonesToGraph { after: None },
        Phase::TombstonesToRecord {
            after: Some("a tombstone".to_owned()),
        },
        Phase::EraseInGraph {
            after: Some(ProfileId(far)),
        },
        Phase::EraseInRecord { after: None },
        Phase::MarkTitles { after: None },
        Phase::MarkTitles {
            after: Some(TitleId(far)),
        },
        Phase::MarkWatches {
            after: Some((ProfileId(far), TitleId(0))),
        },
        Phase::Project { pass: 1 },
        Phase::SweepWatches { after: None, pass },
        Phase::SweepTitles { after: None, pass },
        Phase::Similar,
    ] {
        let before = notes.notes().await.unwrap();
        let noted = Notes {
            revision: before.revision,
            ..noted(phase)
        };

        assert!(notes.put_notes(&noted).await.unwrap());

        let expected = Notes {
            revision: before.revision + 1,
            ..noted
        };
        assert_eq!(notes.notes().await.unwrap(), expected);
    }
}

async fn what_a_later_version_notes_stays(opened: &Opened) {
    assert!(opened.put_notes(&noted(Phase::Similar)).await.unwrap());
    opened.raw.write_as_a_later_version().await;

    let mut read = opened.notes().await.unwrap();
    read.epoch.tick += 1;
    let written = opened.put_notes(&read).await.unwrap();

    let phase = read.rebuild.map(|rebuild| rebuild.phase);
    let later = json!({ "dreaming": { "after": 7 } });
    assert_eq!(phase, Some(Phase::Unknown(later)));
    assert!(written && opened.raw.has_what_a_later_version_wrote().await);
    assert_eq!(opened.notes().await.unwrap().epoch.tick, 10);
}

async fn of_two_writers_who_read_the_same_one_is_refused(notes: &Opened) {
    for _ in 0..3 {
        let before = notes.notes().await.unwrap();
        let first = Notes {
            revision: before.revision,
            ..noted(Phase::Similar)
        };

        let written = futures::join!(notes.put_notes(&first), notes.put_notes(&first));

        let written = [written.0.unwrap(), written.1.unwrap()];
        assert_eq!(written.iter().filter(|is_written| **is_written).count(), 1);
        let after = notes.notes().await.unwrap();
        assert_eq!(after.revision, before.revision + 1);
    }
}
