//! What several servers share and what must not wait for a disk: Redis.

mod db;
mod limits;
mod sessions;

pub use db::RedisDb;
pub use limits::RedisLimiter;
pub use sessions::RedisSessions;
