//! The account life, as people and their clients meet it. What must hold across servers is a list of facts, each tried
//! embedded and with two servers on one installation.

mod ages;
mod api_keys;
mod browsers;
mod deletion;
mod facts;
mod installation;
mod limits;
mod manage;
mod passwords;
mod pins;
mod production;
mod profiles;
mod sessions;
