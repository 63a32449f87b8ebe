//! What the tests share.

pub(crate) mod browser;
pub(crate) mod mail_server;
pub(crate) mod program;
pub(crate) mod provider;
pub(crate) mod proxy;
pub(crate) mod servers;
pub(crate) mod stores;
pub(crate) mod visitor;
