//! What the site stores about people: all of it can be exported and erased, and is listed in parts. Each feature that
//! keeps something by account or profile joins the list in `parts.rs`.
//!
//! An erasure begins in accounts: the account or profile is deleted in the write that asks for it. The other parts
//! follow in the background ([`ErasureService`]), however often a server crashes on the way.
//!
//! An export ([`ExportService`]) is everything that is stored about the viewer's account, as one JSON file:
//!
//! ```json
//! { "format": "reelgraph-account-export", "formatVersion": 2, "exportedAt": "2026-11-21T16:00:00Z",
//!   "account": { "id", "email", "emailVerified", "hasPassword", "role", "disabledAt", "createdAt", "updatedAt" },
//!   "identities": [{ "provider", "subject", "createdAt", "updatedAt" }],
//!   "sessions": [{ "id", "profile", "via", "device", "address", "createdAt", "lastSeenAt", "expiresAt", "endsAt" }],
//!   "apiKeys": [{ "id", "name", "scopes", "lastUsedAt", "expiresAt", "createdAt", "updatedAt" }],
//!   "audit": [{ "at", "action", "by", "address", "detail" }],
//!   "memberships": [{ "plan", "from", "until" }],
//!   "profiles": [{ "id", "name", "maxAge", "language", "hasPin", "historyPause", "createdAt", "updatedAt",
//!     "titles": [{ "title", "liked", "likedAt", "plays", "completions", "seconds", "told", … }],
//!     "items": [{ "title", "episode", "position", "percent", "watched", "plays", "completions", "told", … }],
//!     "plays": [{ "id", "title", "episode", "startedAt", "lastAt", "position", "duration", "completion", … }],
//!     "hiddenTitles": [{ "title", "createdAt", "updatedAt" }],
//!     "watchlist": [{ "title", "createdAt", "updatedAt" }],
//!     "mutes": [{ "source", "createdAt", "updatedAt" }],
//!     "imports": [{ "id", "name", "format", "state", "rows", "createdAt" }],
//!     "importRows": [{ "import", "number", "file", "line", "text", "what", "at", "state" }],
//!     "comments": [{ "id", "title", "replyIn", "text", "spoiler", "at", "state", "former", "editedAt", … }],
//!     "likedComments": [{ "id" }],
//!     "uploads": [{ "id", "name", "size", "state", "createdAt", "finishedAt" }] }] }
//! ```
//!
//! A `title` is `{ "id", "slug", "name", "kind" }`, an `episode` `{ "id", "season", "number", "name" }`. Times are UTC;
//! positions, durations and `seconds` are seconds. `titles` says what all plays of a film or series add up to, `items`
//! where to resume each film and episode and what was said of it by hand: `told` is
//! `{ "watched", "watchedAt", "saidAt", "by" }`, by the `viewer` or an `import`, or null of what was said not to be
//! watched. `isAside` is what was taken off what goes on. `plays` is each play, the latest first, with the sections
//! that were played. Of what the viewer deleted there is nothing but a row of `titles` that says 0 plays.
//! `hiddenTitles` and `mutes` are what is not to be suggested, and what not to be suggested for: a `source` is
//! `{ "id", "slug", "name", "kind" }` of a `genre` or a `person`. `watchlist` is what the profile means to watch.
//! `memberships` is what the account was given of plans. `imports` is what it brought from elsewhere, `importRows` what each row of those files said. `comments` is what it wrote
//! of titles, the latest first, whatever became of it (`shown`, `held`, `removed`, `deleted`), with what was said before.
//! `uploads` are the files that it sent, without their bytes. No hash, PIN, key or token is in it. Fields may be added;
//! `formatVersion` grows when one changes or goes.
//!
//! It is written while it is read, page by page: a long history needs neither much memory nor a long query. If a store
//! fails half-way, it is broken off.

mod accounts;
mod commenting;
mod erase;
mod error;
mod export;
mod file;
mod graph;
mod importing;
mod membership;
mod names;
mod part;
mod parts;
mod uploading;
mod usage;
mod watched;
mod watching;

pub use erase::ErasureService;
pub use error::PrivacyError;
pub use export::{Export, ExportService};
pub use part::{Exported, Record};
pub use parts::Parts;
