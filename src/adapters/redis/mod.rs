//! What several servers share and what must not wait for a disk: Redis.

mod account_epochs;
mod channel;
mod db;
mod events;
mod examine;
mod leases;
mod limits;
mod one_time;
mod persisted;
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
