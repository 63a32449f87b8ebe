//! The exports that are known, each in a file of its own that recognises and reads it.
//!
//! | service | files | what they say |
//! |---|---|---|
//! | Trakt | the zip of JSON, or files of it | plays by `watched-history-*`, last plays by `watched-*` where the history lacks them, ratings, watchlist |
//! | Simkl | `SimklBackup.json` | films and episodes that were watched, ratings, watchlist |
//! | TV Time | the zip of its data (`tracking-prod-records*.csv`), or the tables of a browser's extension | films without ids, episodes with those of TVDB, watchlist |
//! | Letterboxd | the zip, or `diary.csv`, `watched.csv`, `ratings.csv`, `watchlist.csv` | the days of the diary, films that were watched some time, ratings, watchlist |
//! | IMDb | `ratings.csv`, the watchlist and lists | ratings, watchlist; never that something was watched |
//! | Netflix | `NetflixViewingHistory.csv`, or the whole copy with `ViewingActivity.csv`, `Ratings.csv`, `MyList.csv` | days by name; moments, lengths, thumbs and list of a profile |
//! | Prime Video | the table of a browser's script, or `PrimeVideo.ViewingHistory.csv` | days by name; moments and lengths |
//! | Jellyfin | the table of Playback Reporting | moments and lengths of a user |
//! | Plex | the history of Tautulli, as CSV or JSON | moments, lengths and how far, of a user |

mod each_row;
mod element;
mod imdb;
mod jellyfin;
mod letterboxd;
mod netflix;
mod plex;
mod prime;
mod recognise;
mod simkl;
mod trakt;
mod tvtime;

pub(super) use recognise::{read_json, read_table};
