//! The port of libraries on SQLite; what each method promises is documented at the port.

use async_trait::async_trait;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use uuid::Uuid;

use super::columns::{Json, TableRecord, limit as rows, list, read, record, unsigned};
use super::db::{SqliteDb, store_error};
use super::statements::{all, fill, insert, one, readable, update, write};
use crate::domain::error::StoreError;
use crate::domain::ids::MediaFileId;
use crate::domain::library::{FileFilter, LibraryRoot, LibraryStore, MediaFile, ScannedFolder};
use crate::domain::page::{Direction, KeyValue, Keyset, Slice, Window};

/// What roots and files are called that cannot be read.
const ROOTS: &str = "library_roots";
const FILES: &str = "media_files";

record! {
    struct RootRow in library_roots by (path: String) {
        revision: i64,
        body: Json<LibraryRoot>,
    }
}

record! {
    struct FolderRow in library_folders by (root: String, path: String) {
        fingerprint: String,
        has_full_hashes: bool,
        titles_of: Option<String>,
        sidecars: Option<String>,
    }
}

record! {
    struct FileRow in media_files by (id: [u8; 16]) {
        root: String,
        folder: String,
        place: String,
        state: String,
        fingerprint: String,
        revision: i64,
        body: Json<MediaFile>,
    }
}

impl From<&LibraryRoot> for RootRow {
    fn from(root: &LibraryRoot) -> Self {
        Self {
            path: root.path.clone(),
            revision: root.revision.cast_signed(),
            body: Json(root.clone()),
        }
    }
}

impl From<RootRow> for LibraryRoot {
    fn from(row: RootRow) -> Self {
        row.body.0
    }
}

impl From<FolderRow> for ScannedFolder {
    fn from(row: FolderRow) -> Self {
        Self {
            path: row.path,
            fingerprint: row.fingerprint,
            has_full_hashes: row.has_full_hashes,
            titles_of: row.titles_of,
            sidecars: row.sidecars,
        }
    }
}

impl From<&MediaFile> for FileRow {
    fn from(file: &MediaFile) -> Self {
        Self {
            id: file.id.0.into_bytes(),
            root: file.root.clone(),
            folder: file.folder().to_owned(),
            place: file.place(),
            state: file.state.as_str().to_owned(),
            fingerprint: file.fingerprint.clone(),
            revision: file.revision.cast_signed(),
            body: Json(file.clone()),
        }
    }
}

impl From<FileRow> for MediaFile {
    fn from(row: FileRow) -> Self {
        row.body.0
    }
}

/// The libraries in a database.
#[derive(Clone)]
pub struct SqliteLibrary {
    db: SqliteDb,
}

impl SqliteLibrary {
    /// The libraries in this database.
    pub fn new(db: SqliteDb) -> Self {
        Self { db }
    }
}

#[async_trait]
impl LibraryStore for SqliteLibrary {
    async fn roots(&self) -> Result<Vec<LibraryRoot>, StoreError> {
        let sql = format!("{} ORDER BY path", RootRow::SELECT);
        self.db
            .read(
                move |connection| Ok(readable(connection, ROOTS, &sql, (), read::<RootRow, _>)?.0),
            )
            .await
    }

    async fn put_root(&self, root: &LibraryRoot) -> Result<(), StoreError> {
        let row = RootRow::from(root);
        self.db
            .write(move |connection: &Connection| put(connection, &row, row.revision))
            .await
    }

    async fn folders(&self, root: &str) -> Result<Vec<ScannedFolder>, StoreError> {
        let sql = format!("{} WHERE root = ?1 ORDER BY path", FolderRow::SELECT);
        let root = root.to_owned();
        self.db
            .read(move |connection| all(connection, &sql, [root], read::<FolderRow, _>))
            .await
    }

    async fn put_folders(
        &self,
        root: &str,
        folders: &[ScannedFolder],
        gone: &[String],
    ) -> Result<(), StoreError> {
        let folders = folders.iter().map(|folder| FolderRow {
            root: root.to_owned(),
            path: folder.path.clone(),
            fingerprint: folder.fingerprint.clone(),
            has_full_hashes: folder.has_full_hashes,
            titles_of: folder.titles_of.clone(),
            sidecars: folder.sidecars.clone(),
        });
        let folders: Vec<FolderRow> = folders.collect();
        let gone = (root.to_owned(), list(gone.iter().cloned()));
        self.db
            .write(move |connection: &Connection| {
                let sql = "DELETE FROM library_folders
                    WHERE root = ?1 AND path IN (SELECT value FROM json_each(?2))";
                write(connection, sql, gone).map_err(store_error)?;
                for folder in &folders {
                    let row = &*folder.parameters();
                    write(connection, FolderRow::REPLACE, row).map_err(store_error)?;
                }
                Ok(())
            })
            .await
    }

    async fn files(&self, ids: &[MediaFileId]) -> Result<Vec<MediaFile>, StoreError> {
        let sql = format!("{} WHERE id = ?1", FileRow::SELECT);
        let ids: Vec<[u8; 16]> = ids.iter().map(|id| id.0.into_bytes()).collect();
        self.db
            .read(move |connection| {
                let mut found = Vec::new();
                for id in ids {
                    found.extend(readable(connection, FILES, &sql, [id], read::<FileRow, _>)?.0);
                }
                Ok(found)
            })
            .await
    }

    async fn files_in(&self, root: &str, folders: &[String]) -> Result<Vec<MediaFile>, StoreError> {
        let sql = format!(
            "{} WHERE root = ?1 AND folder IN (SELECT value FROM json_each(?2))",
            FileRow::SELECT
        );
        let key = (root.to_owned(), list(folders.iter().cloned()));
        self.db
            .read(move |connection| {
                Ok(readable(connection, FILES, &sql, key, read::<FileRow, _>)?.0)
            })
            .await
    }

    async fn files_with(
        &self,
        fingerprints: &[String],
        limit: usize,
    ) -> Result<Vec<MediaFile>, StoreError> {
        // The second condition is that of the index.
        let sql = format!(
            "{} WHERE fingerprint IN (SELECT value FROM json_each(?1)) AND fingerprint <> '' LIMIT ?2",
            FileRow::SELECT
        );
        let key = (list(fingerprints.iter().cloned()), rows(limit));
        self.db
            .read(move |connection| {
                Ok(readable(connection, FILES, &sql, key, read::<FileRow, _>)?.0)
            })
            .await
    }

    async fn list_files(
        &self,
        filter: &FileFilter,
        window: &Window,
    ) -> Result<Slice<MediaFile>, StoreError> {
        let page = page_of(filter, window)?;
        let window = window.clone();
        self.db
            .read(move |connection| read_page(connection, &page, &window))
            .await
    }

    async fn list_each(
        &self,
        filters: &[FileFilter],
        window: &Window,
    ) -> Result<Vec<Slice<MediaFile>>, StoreError> {
        let pages = filters.iter().map(|filter| page_of(filter, window));
        let pages: Vec<PageOf> = pages.collect::<Result<_, _>>()?;
        let window = window.clone();
        self.db
            .read(move |connection| {
                let pages = pages.iter();
                pages
                    .map(|page| read_page(connection, page, &window))
                    .collect()
            })
            .await
    }

    async fn count_files(&self, filter: &FileFilter) -> Result<u64, StoreError> {
        let (conditions, parameters) = conditions(filter, None);
        let sql = format!("SELECT count(*) FROM media_files WHERE {conditions}");
        self.db
            .read(move |connection| one(connection, &sql, params_from_iter(parameters), unsigned))
            .await
    }

    async fn put_files(&self, files: &[MediaFile]) -> Result<(), StoreError> {
        let files: Vec<FileRow> = files.iter().map(FileRow::from).collect();
        self.db
            .write(move |connection: &Connection| {
                files
                    .iter()
                    .try_for_each(|row| put(connection, row, row.revision))
            })
            .await
    }
}

/// Writes a row of a revision: the first is new, and each other follows the one that is stored.
fn put<R: TableRecord>(connection: &Connection, row: &R, revision: i64) -> Result<(), StoreError> {
    if revision == 1 {
        insert(connection, row)
    } else {
        update(connection, row)
    }
}

/// A page as its statement finds it.
fn read_page(
    connection: &Connection,
    (sql, parameters): &PageOf,
    window: &Window,
) -> rusqlite::Result<Slice<MediaFile>> {
    let wanted = window.limit.saturating_add(1);
    let found = fill(wanted, |wanted, seen| {
        let page = [wanted, seen].map(|number| Value::from(rows(number)));
        let parameters = params_from_iter(parameters.iter().cloned().chain(page));
        readable(connection, FILES, sql, parameters, read::<FileRow, _>)
    })?;
    Ok(Slice::from_overfetched(found, window))
}

/// The conditions of a filter, and their parameters from `?1` on. Where a window starts somewhere, it goes in this direction
/// from there.
fn conditions(filter: &FileFilter, from: Option<Direction>) -> (String, Vec<Value>) {
    let states: Vec<&str> = filter.states.iter().map(|it| it.as_str()).collect();
    // Without a state every file passes, and the index that runs in order is taken. So it is for several, by the `+`: the
    // other one would sort all that is left for each page.
    let of_state = match states.len() {
        0 => "json_array_length(?1) = 0",
        1 => "state = (SELECT value FROM json_each(?1))",
        _ => "+state IN (SELECT value FROM json_each(?1))",
    };
    let mut conditions = of_state.to_owned();
    let mut parameters = vec![Value::from(list(states))];
    if let Some(below) = &filter.below {
        // What follows the slash in the order of bytes is beyond all that begins with it.
        // The first two conditions follow from the rest; they tell the index where to begin and to end, but for the end
        // from which a window goes: that is nearer, and of two for one end the index takes either.
        let (first, last) = match from {
            None => ("place", "place"),
            Some(Direction::Forward) => ("+place", "place"),
            Some(Direction::Backward) => ("place", "+place"),
        };
        let below_it = format!(
            " AND {first} >= ?2 AND {last} < ?2 || '0' AND (place = ?2 OR place >= ?2 || '/')"
        );
        conditions.push_str(&below_it);
        parameters.push(Value::from(below.trim_end_matches('/').to_owned()));
    }
    if !filter.of.is_empty() {
        let n = parameters.len() + 1;
        let of = format!(
            " AND id IN (SELECT file FROM media_file_items
                WHERE item IN (SELECT value FROM json_each(?{n})))"
        );
        conditions.push_str(&of);
        let items = filter.of.iter().map(|item| {
            let (kind, id) = item.key();
            format!("{kind}:{id}")
        });
        parameters.push(Value::from(list(items)));
    }
    (conditions, parameters)
}

/// A statement for the rows of a window, and its parameters but for the last two: how many, and beyond how many.
type PageOf = (String, Vec<Value>);

fn page_of(filter: &FileFilter, window: &Window) -> Result<PageOf, StoreError> {
    let from = window.start.is_some().then_some(window.direction);
    let (mut conditions, mut parameters) = conditions(filter, from);
    // What few files are of is not looked for in the order of all: a column with a sign before it is in no index.
    let sign = if filter.of.is_empty() { "" } else { "+" };
    let (beyond, order) = match window.direction {
        Direction::Forward => (">", "ASC"),
        Direction::Backward => ("<", "DESC"),
    };
    if let Some(Keyset { value, id }) = &window.start {
        let (KeyValue::Text(place), KeyValue::Text(id)) = (value, id) else {
            return Err(StoreError::failed("a keyset of files has no place"));
        };
        let id = Uuid::parse_str(id).map_err(StoreError::failed)?;
        let (n, m) = (parameters.len() + 1, parameters.len() + 2);
        let start = format!(" AND ({sign}place, {sign}id) {beyond} (?{n}, ?{m})");
        conditions.push_str(&start);
        parameters.push(Value::from(place.clone()));
        parameters.push(Value::from(id.into_bytes().to_vec()));
    }
    let last = parameters.len() + 1;
    let inner = format!("ORDER BY {sign}place {order}, {sign}id {order}");
    let order = format!("ORDER BY place {order}, id {order}");
    // Which files those are an index alone says: of none but them the row is read.
    let sql = format!(
        "{} WHERE id IN (SELECT id FROM media_files WHERE {conditions} {inner} LIMIT ?{last} OFFSET ?{}) {order}",
        FileRow::SELECT,
        last + 1
    );
    Ok((sql, parameters))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::library::FileState;

    /// How a page of the files of a library is found.
    fn plan(states: &[FileState], window: &Window) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("reelgraph.db");
        drop(SqliteDb::open(&path).unwrap());
        let connection = Connection::open(&path).unwrap();
        let filter = FileFilter {
            states: states.to_vec(),
            below: Some("/films".to_owned()),
            ..FileFilter::default()
        };
        let (sql, parameters) = page_of(&filter, window).unwrap();
        let page = [10, 0].map(Value::from);
        let parameters = params_from_iter(parameters.into_iter().chain(page));
        let explain = format!("EXPLAIN QUERY PLAN {sql}");
        let mut explained = connection.prepare(&explain).unwrap();
        let lines = explained.query_map(parameters, |row| row.get::<_, String>("detail"));
        let lines: Vec<String> = lines.unwrap().collect::<Result<_, _>>().unwrap();
        lines.join("\n")
    }

    #[test]
    fn a_page_of_files_begins_where_the_last_one_ended_and_only_its_rows_are_read() {
        let start = || {
            Some(Keyset {
                value: KeyValue::Text("/films/a.mkv".to_owned()),
                id: KeyValue::Text(Uuid::nil().to_string()),
            })
        };
        let several = [FileState::Matched, FileState::Unmatched];
        for (direction, range) in [
            (Direction::Forward, "(place,id)>(?,?) AND place<?"),
            (Direction::Backward, "place>? AND (place,id)<(?,?)"),
        ] {
            let window = Window {
                start: start(),
                direction,
                limit: 10,
            };
            for (states, index, first) in [
                (&several[..0], "media_files_in_order", ""),
                (&several[..1], "media_files_in_state", "state=? AND "),
                (&several[..], "media_files_in_order", ""),
            ] {
                let plan = plan(states, &window);

                let wanted = format!("USING COVERING INDEX {index} ({first}{range})");
                assert!(plan.contains(&wanted), "{wanted} is not in {plan}");
                assert!(plan.contains("USING PRIMARY KEY (id=?)"), "{plan}");
            }
        }
    }
}
