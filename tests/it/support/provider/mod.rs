//! Another site that people log in by: Facebook and an OpenID Connect issuer in one, on a port of its own. It speaks
//! real OAuth, checks everything that the real ones check, and misbehaves at a word.

mod facebook;
mod openid;
mod site;

pub(crate) use site::{CLIENT, Fault, Person, Provider, SECRET};
