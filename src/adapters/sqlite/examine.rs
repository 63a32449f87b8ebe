//! Looks at the embedded store and its folder, and changes nothing there.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::migrations::MIGRATIONS;
use crate::domain::finding::{Finding, Verdict};

/// The free bytes on the disk below which something will fail soon.
const FULL: u64 = 200 << 20;
/// The free bytes on the disk below which it is time to look.
const NEARLY_FULL: u64 = 2 << 30;

/// What there is to say of the store in a folder.
pub fn examine(folder: &Path, file: &str, is_public: bool) -> Vec<Finding> {
    if !folder.exists() {
        return vec![Finding::ok(
            "sqlite",
            "folder",
            format!("{} is made at the first start", folder.display()),
        )];
    }
    let mut findings = vec![permission(folder), space(folder)];
    let path = folder.join(file);
    if path.exists() {
        findings.push(privacy(&path, is_public));
        findings.extend(database(&path));
    } else {
        let found = format!("{} is made at the first start", path.display());
        findings.push(Finding::ok("sqlite", "file", found));
    }
    findings
}

fn permission(folder: &Path) -> Finding {
    let finding = |found: String| Finding::ok("sqlite", "folder", found);
    let trial = folder.join(format!("examination-{}", std::process::id()));
    let written = std::fs::File::create_new(&trial).and_then(|_| std::fs::remove_file(&trial));
    match written {
        Ok(()) => finding(format!("{} can be written to", folder.display())),
        Err(error) => finding(format!("{}: {error}", folder.display())).but(
            Verdict::Problem,
            "let the user that runs the program own the folder",
        ),
    }
}

fn space(folder: &Path) -> Finding {
    match fs4::available_space(folder) {
        Ok(bytes) => Finding::ok("sqlite", "disk", format!("{} MB are free", bytes >> 20))
            .but_if(
                bytes < NEARLY_FULL,
                Verdict::Warning,
                "make room on the disk",
            )
            .but_if(
                bytes < FULL,
                Verdict::Problem,
                "make room on the disk: without it nothing can be written",
            ),
        Err(error) => Finding::ok("sqlite", "disk", error.to_string())
            .but(Verdict::Warning, "look yourself how much room the disk has"),
    }
}

/// Whether others on the machine can read what is stored.
#[cfg(unix)]
fn privacy(path: &Path, is_public: bool) -> Finding {
    use std::os::unix::fs::PermissionsExt;

    let mode = std::fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode());
    let found = format!("{} has mode {:o}", path.display(), mode & 0o777);
    Finding::ok("sqlite", "file", found).but_if(
        is_public && mode & 0o007 != 0,
        Verdict::Warning,
        "everybody on the machine can read it: take that away with chmod o-rwx, from the folder too",
    )
}

#[cfg(not(unix))]
fn privacy(path: &Path, _is_public: bool) -> Finding {
    Finding::ok("sqlite", "file", path.display().to_string())
}

fn database(path: &Path) -> Vec<Finding> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let looked = Connection::open_with_flags(path, flags).and_then(|connection| {
        connection.pragma_update(None, "query_only", true)?;
        Ok(vec![
            version(&connection)?,
            integrity(&connection)?,
            journal(&connection)?,
        ])
    });
    looked.unwrap_or_else(|error| {
        vec![Finding::ok("sqlite", "database", error.to_string()).but(
            Verdict::Problem,
            "if it is no database of Reelgraph, move it away; if it is broken, put a backup in its place",
        )]
    })
}

/// Whether the tables are of this program.
fn version(connection: &Connection) -> rusqlite::Result<Finding> {
    let version: u32 =
        connection.pragma_query_value(None, "user_version", |row| row.get("user_version"))?;
    let ours = MIGRATIONS.len();
    let found = format!(
        "version {version} of {ours}, SQLite {}",
        rusqlite::version()
    );
    let finding = Finding::ok("sqlite", "tables", found);
    Ok(match (version as usize).cmp(&ours) {
        std::cmp::Ordering::Equal => finding,
        std::cmp::Ordering::Less => finding.but(
            Verdict::Warning,
            "they are brought up to date at the next start; make a copy of the file before",
        ),
        std::cmp::Ordering::Greater => finding.but(
            Verdict::Problem,
            "a newer Reelgraph wrote them: run that one, or put the copy from before in their place",
        ),
    })
}

fn integrity(connection: &Connection) -> rusqlite::Result<Finding> {
    let said: String =
        connection.pragma_query_value(None, "quick_check", |row| row.get("quick_check"))?;
    let is_broken = said != "ok";
    Ok(Finding::ok("sqlite", "integrity", said).but_if(
        is_broken,
        Verdict::Problem,
        "the file is damaged: stop the program and put a backup in its place",
    ))
}

fn journal(connection: &Connection) -> rusqlite::Result<Finding> {
    let mode: String =
        connection.pragma_query_value(None, "journal_mode", |row| row.get("journal_mode"))?;
    let is_other = mode != "wal";
    Ok(Finding::ok("sqlite", "journal", mode).but_if(
        is_other,
        Verdict::Warning,
        "reads and writes wait for each other until the program, which sets it to wal, has started",
    ))
}
