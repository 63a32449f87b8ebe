//! What the tests share.

use std::time::Duration;

pub(crate) mod browser;
pub(crate) mod demo;
pub(crate) mod mail_server;
pub(crate) mod own_server;
pub(crate) mod ports;
pub(crate) mod program;
pub(crate) mod provider;
pub(crate) mod proxy;
pub(crate) mod s3_server;
pub(crate) mod servers;
pub(crate) mod stores;
pub(crate) mod template;
pub(crate) mod visitor;

/// How long a test waits for what must come before it fails: on a busy machine anything may take a minute. Whoever uses
/// it waits for the event, so that it costs nothing where all is well.
pub(crate) const SOON: Duration = Duration::from_secs(120);
