//! The versions of the tables, and bringing a file up to date.

use rusqlite::Connection;

use super::columns::only;
use crate::domain::error::StoreError;
use crate::domain::recommend::Schema;

/// The tables of each feature. An entry is one version of the schema: never change one that was released, add another.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("schema/catalog.sql"),
    include_str!("schema/accounts.sql"),
    include_str!("schema/watching.sql"),
    include_str!("schema/graph.sql"),
    include_str!("schema/accounts_life.sql"),
    include_str!("schema/sessions.sql"),
    include_str!("schema/erasure.sql"),
    include_str!("schema/collections.sql"),
    include_str!("schema/suggestions.sql"),
    include_str!("schema/feedback.sql"),
    include_str!("schema/similar_lists.sql"),
    include_str!("schema/certifications.sql"),
    include_str!("schema/publication.sql"),
    include_str!("schema/projection.sql"),
    include_str!("schema/counts.sql"),
    include_str!("schema/epoch.sql"),
    include_str!("schema/proofs.sql"),
    include_str!("schema/successions.sql"),
    include_str!("schema/key_ends.sql"),
    include_str!("schema/ages.sql"),
    include_str!("schema/lengths.sql"),
    include_str!("schema/next_up.sql"),
    include_str!("schema/watch_log.sql"),
    include_str!("schema/watchers.sql"),
    include_str!("schema/usage.sql"),
    include_str!("schema/feed.sql"),
    include_str!("schema/lists.sql"),
    include_str!("schema/watchlist.sql"),
    include_str!("schema/told.sql"),
    include_str!("schema/set_aside.sql"),
    include_str!("schema/pause.sql"),
    include_str!("schema/thumbs.sql"),
    include_str!("schema/imports.sql"),
    include_str!("schema/merged.sql"),
    include_str!("schema/revisions.sql"),
    include_str!("schema/library.sql"),
    include_str!("schema/moved.sql"),
    include_str!("schema/library_titles.sql"),
    include_str!("schema/revision_fields.sql"),
    include_str!("schema/value_sources.sql"),
    include_str!("schema/site_jobs.sql"),
    include_str!("schema/file_items.sql"),
    include_str!("schema/uploads.sql"),
    include_str!("schema/video.sql"),
    include_str!("schema/comments.sql"),
    include_str!("schema/membership.sql"),
    include_str!("schema/uploads_said.sql"),
];

/// Makes of a file of any former version one of this version, in one transaction.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(StoreError::failed)?;
    let version: u32 = transaction
        .pragma_query_value(None, "user_version", only)
        .map_err(StoreError::failed)?;
    let version = version as usize;
    if version > MIGRATIONS.len() {
        // A later version says which ones can read what it writes.
        let oldest = "SELECT notes ->> '$.schema.oldest_reader' FROM projection_notes";
        let oldest: Option<u32> = transaction
            .query_row(oldest, (), only)
            .map_err(StoreError::failed)?;
        if oldest.is_some_and(|oldest| oldest <= Schema::OURS.version) {
            return Ok(());
        }
        return Err(StoreError::failed(
            "the database was written by a newer version of Reelgraph, which this one cannot read: run that one",
        ));
    }
    for migration in &MIGRATIONS[version..] {
        transaction
            .execute_batch(migration)
            .map_err(StoreError::failed)?;
    }
    transaction
        .pragma_update(
            None,
            "user_version",
            u32::try_from(MIGRATIONS.len()).map_err(StoreError::failed)?,
        )
        .map_err(StoreError::failed)?;
    transaction.commit().map_err(StoreError::failed)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::adapters::sqlite::db::{SqliteDb, connect};
    use crate::adapters::sqlite::{SqliteAccounts, SqliteCatalog, SqliteNotes};
    use crate::domain::accounts::{
        EmailAddress, PasswordHash, Profile, ProfileStore, User, UserStore,
    };
    use crate::domain::catalog::{
        CatalogBatch, CatalogPart, CatalogStore, Certification, Change, ChangeSource, Changed,
        Title,
    };
    use crate::domain::ids::{ProfileId, TitleId, UserId};
    use crate::domain::loading::CurationStore;
    use crate::domain::recommend::NoteStore;
    use crate::domain::stamp::Stamp;
    use crate::domain::viewer::Role;

    /// What was there before accounts could lack an address or a password.
    const BEFORE_ACCOUNTS_LIFE: usize = 4;

    /// What was there before titles had certifications.
    const BEFORE_CERTIFICATIONS: usize = 11;

    /// What was there before lists of titles were made in memory.
    const WITH_LISTS: usize = 25;

    #[tokio::test]
    async fn titles_of_a_former_version_have_no_certifications() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("former.db");
        let former = connect(&path).unwrap();
        for migration in &MIGRATIONS[..BEFORE_CERTIFICATIONS] {
            former.execute_batch(migration).unwrap();
        }
        former
            .execute_batch(
                r#"PRAGMA user_version = 11;
                 INSERT INTO titles
                    (id, slug, revision, kind, year, by_name, by_added, by_released, by_popularity, sequence)
                    VALUES (7, 'heat-1995', 1, 'film', 1995, 'heat', 0, 0, 0, 1);
                 INSERT INTO title_documents (id, document) VALUES (7, '{"id":7,"kind":"film","slug":"heat-1995","name":"Heat",
                    "original_name":null,"year":1995,"end_year":null,"premiered":null,"duration":null,"genres":[],
                    "credits":[],"countries":[],"languages":[],"external_ids":[],"network":null,"total_seasons":null,
                    "stamp":{"revision":1,"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}}');
                 UPDATE catalog_feed SET last = 1;"#,
            )
            .unwrap();
        drop(former);
        let store = SqliteCatalog::new(SqliteDb::open(&path).unwrap());

        let found = store.titles(&[TitleId(7)]).await.unwrap().remove(0);
        let rated = Title {
            certifications: [("DE", "16", 16), ("US", "R", 17)]
                .map(|(system, label, age)| Certification {
                    system: system.to_owned(),
                    label: label.to_owned(),
                    age,
                })
                .into(),
            stamp: found.stamp.next(found.stamp.updated_at),
            ..(*found).clone()
        };
        let batch = CatalogBatch {
            titles: vec![rated.clone()],
            ..CatalogBatch::default()
        };
        store.put(&batch).await.unwrap();

        assert_eq!(
            (found.certifications.as_slice(), found.age()),
            (&[][..], None)
        );
        let now = store.titles(&[TitleId(7)]).await.unwrap().remove(0);
        assert_eq!((&*now, now.age()), (&rated, Some(17)));
    }

    #[tokio::test]
    async fn a_file_with_lists_keeps_all_but_those_and_is_for_this_version_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("former.db");
        let former = connect(&path).unwrap();
        for migration in &MIGRATIONS[..WITH_LISTS] {
            former.execute_batch(migration).unwrap();
        }
        former
            .execute_batch(
                r#"PRAGMA user_version = 25;
                 INSERT INTO titles
                    (id, slug, revision, kind, year, by_name, by_added, by_released, by_popularity, sequence, age, counted)
                    VALUES (7, 'heat-1995', 1, 'film', 1995, 'heat', 0, 0, -3, 2, 17, 9);
                 INSERT INTO title_documents (id, document) VALUES (7, '{"id":7,"kind":"film","slug":"heat-1995","name":"Heat",
                    "original_name":null,"year":1995,"end_year":null,"premiered":null,"duration":null,"genres":[5],
                    "credits":[],"countries":[],"languages":["en"],"external_ids":[],"network":null,"total_seasons":null,
                    "stamp":{"revision":1,"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}}');
                 INSERT INTO title_genres (genre, title) VALUES (5, 7);
                 INSERT INTO title_languages (language, title) VALUES ('en', 7);
                 INSERT INTO genres (id, slug, name, revision, document) VALUES (5, 'crime', 'Crime', 1,
                    '{"id":5,"slug":"crime","name":"Crime",
                    "stamp":{"revision":1,"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}}');
                 INSERT INTO projection_notes (id, revision, notes)
                    VALUES (1, 4, '{"revision":4,"schema":{"version":1,"oldest_reader":1}}');
                 UPDATE catalog_feed SET last = 2;"#,
            )
            .unwrap();
        drop(former);

        let db = SqliteDb::open(&path).unwrap();
        let store = SqliteCatalog::new(db.clone());
        let changes = store.changes_after(0, 9).await.unwrap();
        let (titles, _) = store
            .part_after(CatalogPart::Titles, i64::MIN, 9)
            .await
            .unwrap();
        let (genres, _) = store
            .part_after(CatalogPart::Genres, i64::MIN, 9)
            .await
            .unwrap();
        let counted = store.watchers_after(0).await.unwrap();
        let notes = SqliteNotes::new(db).notes().await.unwrap();

        let film = &titles.titles[0];
        assert_eq!((film.slug.as_str(), film.watchers), ("heat-1995", 3));
        let sequence = 2;
        let changed = Changed::Title(film.clone());
        assert_eq!(
            changes,
            [Change { sequence, changed }],
            "a genre of before is not in it"
        );
        assert_eq!(genres.genres[0].name, "Crime");
        assert_eq!((counted[0].watchers, counted[0].count), (3, 9));
        let schema = Schema {
            version: 2,
            oldest_reader: 2,
        };
        assert_eq!((notes.revision, notes.schema), (4, schema));
        assert!(schema.oldest_reader <= Schema::OURS.version);
    }

    #[tokio::test]
    async fn accounts_of_a_former_version_are_carried_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("former.db");
        let former = connect(&path).unwrap();
        for migration in &MIGRATIONS[..BEFORE_ACCOUNTS_LIFE] {
            former.execute_batch(migration).unwrap();
        }
        former
            .execute_batch(
                "PRAGMA user_version = 4;
                 INSERT INTO users
                     (id, email, email_verified, password, role, revision, created_at, updated_at) VALUES
                     (7, 'ada@example.org', 1, '$argon2id$a', 'admin', 3, 1000, 2000),
                     (8, 'grace@example.org', 0, '$argon2id$b', 'viewer', 1, 1500, 1500);
                 INSERT INTO profiles (id, user_id, key, name, revision, created_at, updated_at) VALUES
                     (70, 7, NULL, 'Ada', 2, 1000, 2000),
                     (80, 8, NULL, 'Grace', 1, 1500, 1500),
                     (90, NULL, 'viewer-9', 'viewer-9', 1, 1500, 1500);",
            )
            .unwrap();
        drop(former);

        let store = SqliteAccounts::new(SqliteDb::open(&path).unwrap());
        let mut users = store.users(&[UserId(7), UserId(8)]).await.unwrap();
        let profiles = [ProfileId(70), ProfileId(80), ProfileId(90)];
        let mut profiles = store.profiles(&profiles).await.unwrap();

        users.sort_by_key(|user| user.id);
        profiles.sort_by_key(|profile| profile.id);
        let stamp = |revision, created_at, updated_at| Stamp {
            revision,
            created_at: DateTime::from_timestamp_millis(created_at).unwrap(),
            updated_at: DateTime::from_timestamp_millis(updated_at).unwrap(),
        };
        let ada = User {
            id: UserId(7),
            email: Some(EmailAddress::parse("ada@example.org").unwrap()),
            email_verified: true,
            ways_in_trusted_since: None,
            password: Some(PasswordHash("$argon2id$a".to_owned())),
            role: Role::Admin,
            epoch: 1,
            disabled_at: None,
            stamp: stamp(3, 1000, 2000),
        };
        let grace = User {
            id: UserId(8),
            email: Some(EmailAddress::parse("grace@example.org").unwrap()),
            email_verified: false,
            password: Some(PasswordHash("$argon2id$b".to_owned())),
            role: Role::Viewer,
            stamp: stamp(1, 1500, 1500),
            ..ada.clone()
        };
        assert_eq!(users, [ada, grace]);
        let profile =
            |id, user, name: &str, stamp| Profile::new(ProfileId(id), user, name.to_owned(), stamp);
        let loaded = Profile {
            key: Some("viewer-9".to_owned()),
            ..profile(90, None, "viewer-9", stamp(1, 1500, 1500))
        };
        assert_eq!(
            profiles,
            [
                profile(70, Some(UserId(7)), "Ada", stamp(2, 1000, 2000)),
                profile(80, Some(UserId(8)), "Grace", stamp(1, 1500, 1500)),
                loaded,
            ]
        );
        assert_eq!(store.profiles_of_user(UserId(7)).await.unwrap().len(), 1);
    }
}
