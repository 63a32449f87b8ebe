//! What is read of small exports of each service, with what goes wrong elsewhere: days that move, plays that double, episodes
//! that become films.

mod batches;
mod imdb;
mod jellyfin;
mod laws;
mod letterboxd;
mod netflix;
mod plex;
mod prime;
mod simkl;
mod support;
mod trakt;
mod tvtime;
