//! What several servers share and what must not wait for a disk: Redis.

mod db;
mod sessions;

pub use db::RedisDb;
pub use sessions::RedisSessions;
