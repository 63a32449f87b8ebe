//! What several servers share and what must not wait for a disk: Redis, on one server, with Sentinels, or as a cluster.
//!
//! A cluster runs a command only where all of its keys are. So keys that commands name together have a part in braces in
//! common there ([`RedisDb::tag`]), and all others spread over its servers.

mod account_epochs;
mod address;
mod channel;
mod connection;
mod db;
mod events;
mod examine;
mod leases;
mod limits;
mod one_time;
mod persisted;
mod script;
mod sessions;
mod signing_keys;

pub use account_epochs::RedisAccountEpochs;
pub use db::RedisDb;
pub use events::RedisEvents;
pub use examine::examine;
pub use leases::RedisLeases;
pub use limits::RedisLimiter;
pub use one_time::RedisOneTime;
pub use persisted::RedisPersisted;
pub use sessions::RedisSessions;
pub use signing_keys::RedisSigningKeys;
