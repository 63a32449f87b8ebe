//! Sessions in Redis, which forgets them by itself when they expire.
//!
//! `session:<id>` is a hash with one field for each field of a session; `sessions-of:<user>` is a sorted set of ids by
//! the time of their end, which lives as long as the last of them. On a cluster both have the shard of the user in braces
//! before their ids: a session's id begins as its user's does. A session survives a crash as far as the server
//! writes what it acknowledges: `appendonly yes` with `appendfsync always`.

use std::collections::HashMap;
use std::sync::LazyLock;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use redis::{AsyncCommands, Value};

use super::RedisDb;
use super::db::{millis, read_millis};
use super::script::Script;
use crate::domain::accounts::{Rotation, Salt, Session, SessionStore, Succession, TokenHash};
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, SessionId, UserId};

/// How many of the oldest sessions end at once.
const AT_ONCE: usize = 500;

/// What the scripts below share: `last(ids, id, ends)` sets when a session ends, in its user's set too, which loses
/// the ids of those that have ended and lives as long as the last.
const LAST: &str = r"
    local function last(session, ids, id, ends)
        redis.call('PEXPIREAT', session, ends)
        redis.call('ZADD', ids, ends, id)
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        redis.call('ZREMRANGEBYSCORE', ids, '-inf', string.format('%.0f', now))
        local latest = redis.call('ZREVRANGE', ids, 0, 0, 'WITHSCORES')
        if latest[2] then
            redis.call('PEXPIREAT', ids, latest[2])
        end
    end
";

/// KEYS: the session, its user's set. ARGV: id, end, then fields and values. Returns 0 if the id is taken.
static CREATE: LazyLock<Script> = LazyLock::new(|| {
    script(
        r"
        if redis.call('EXISTS', KEYS[1]) == 1 then
            return 0
        end
        redis.call('HSET', KEYS[1], unpack(ARGV, 3))
        last(KEYS[1], KEYS[2], ARGV[1], ARGV[2])
        return 1
        ",
    )
});

/// KEYS: the session, its user's set. ARGV: id, end, user, the time.
static TOUCH: LazyLock<Script> = LazyLock::new(|| {
    script(
        r"
        if redis.call('HGET', KEYS[1], 'user') ~= ARGV[3] then
            return 0
        end
        redis.call('HSET', KEYS[1], 'last_seen_at', ARGV[4], 'expires_at', ARGV[2])
        last(KEYS[1], KEYS[2], ARGV[1], ARGV[2])
        return 1
        ",
    )
});

/// KEYS: the session, its user's set. ARGV: id, end, user, then fields and values. What may be missing is taken away
/// first; the refresh token stays.
static UPDATE: LazyLock<Script> = LazyLock::new(|| {
    script(
        r"
        if redis.call('HGET', KEYS[1], 'user') ~= ARGV[3] then
            return 0
        end
        redis.call('HDEL', KEYS[1], 'device', 'address')
        redis.call('HSET', KEYS[1], unpack(ARGV, 4))
        last(KEYS[1], KEYS[2], ARGV[1], ARGV[2])
        return 1
        ",
    )
});

/// KEYS: the session, its user's set. ARGV: id, end, user, the refresh token as it must be, as it becomes, the salt that
/// makes this of that, the time, for how long before that a token is good that was replaced.
static ROTATE: LazyLock<Script> = LazyLock::new(|| {
    script(
        r"
        if redis.call('HGET', KEYS[1], 'user') ~= ARGV[3] then
            return { 'gone', '' }
        end
        local is = redis.call('HMGET', KEYS[1], 'refresh', 'former', 'salt', 'rotated_at')
        if is[1] ~= ARGV[4] then
            if is[2] == ARGV[4] and tonumber(ARGV[7]) - tonumber(is[4]) <= tonumber(ARGV[8]) then
                return { 'repeated', is[3] }
            end
            return { 'reused', '' }
        end
        redis.call('HSET', KEYS[1],
            'refresh', ARGV[5], 'former', ARGV[4], 'salt', ARGV[6], 'rotated_at', ARGV[7],
            'last_seen_at', ARGV[9], 'expires_at', ARGV[2])
        last(KEYS[1], KEYS[2], ARGV[1], ARGV[2])
        return { 'rotated', '' }
        ",
    )
});

/// KEYS: the session, the user's set. ARGV: id, user. Returns how many it ended.
static DELETE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        if redis.call('HGET', KEYS[1], 'user') ~= ARGV[2] then
            return 0
        end
        redis.call('ZREM', KEYS[2], ARGV[1])
        return redis.call('DEL', KEYS[1])
        ",
    )
});

/// KEYS: the user's set, sessions. ARGV: the id of one to leave alone, or nothing; the ids of the sessions. Returns how
/// many it ended; or, if the set has others than those, ends none and returns all ids that it has.
static DELETE_ALL: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        local known = { [ARGV[1]] = true }
        for index = 2, #ARGV do
            known[ARGV[index]] = true
        end
        local ids = redis.call('ZRANGE', KEYS[1], 0, -1)
        for _, id in ipairs(ids) do
            if not known[id] then
                return { 0, ids }
            end
        end
        local ended = 0
        for index = 2, #KEYS do
            if ARGV[index] ~= ARGV[1] then
                redis.call('ZREM', KEYS[1], ARGV[index])
                ended = ended + redis.call('DEL', KEYS[index])
            end
        end
        return { ended, {} }
        ",
    )
});

fn script(code: &str) -> Script {
    Script::new(&format!("{LAST}{code}"))
}

/// Sessions on a Redis server.
#[derive(Clone)]
pub struct RedisSessions {
    db: RedisDb,
}

impl RedisSessions {
    /// A store on a server.
    pub fn new(db: RedisDb) -> Self {
        Self { db }
    }

    fn session_key(&self, id: SessionId) -> String {
        key(&self.db, id)
    }

    fn user_key(&self, user: UserId) -> String {
        let tag = self.db.tag(user.shard());
        self.db.key(format_args!("sessions-of{tag}:{user}"))
    }

    /// At one moment, the ids in the user's set and the hashes of these sessions.
    async fn read_all(
        &self,
        user: UserId,
        sessions: &[u64],
    ) -> Result<(Vec<u64>, Vec<HashMap<String, String>>), StoreError> {
        let mut all = redis::pipe();
        all.atomic().zrange(self.user_key(user), 0, -1);
        for id in sessions {
            all.hgetall(self.session_key(SessionId(*id)));
        }
        self.db
            .run(|mut connection| async move {
                let mut answers: Vec<Value> = all.query_async(&mut connection).await?;
                let hashes = answers.split_off(1);
                let ids = answers.pop().unwrap_or(Value::Nil);
                Ok((
                    redis::from_redis_value(ids)?,
                    redis::from_redis_value(Value::Array(hashes))?,
                ))
            })
            .await
    }
}

#[async_trait]
impl SessionStore for RedisSessions {
    async fn create_session(&self, session: &Session) -> Result<(), StoreError> {
        let mut call = CREATE.key(self.session_key(session.id));
        call.key(self.user_key(session.user))
            .arg(session.id.0)
            .arg(millis(session.expires_at))
            .arg(fields(session));
        if let Some(refresh) = session.refresh {
            call.arg("refresh").arg(refresh.to_hex());
        }
        let created: bool = self
            .db
            .run(|mut connection| async move { call.invoke_async(&mut connection).await })
            .await?;
        if created {
            Ok(())
        } else {
            Err(StoreError::Conflict)
        }
    }

    async fn find_session(
        &self,
        id: SessionId,
        now: DateTime<Utc>,
    ) -> Result<Option<Session>, StoreError> {
        let mut get = redis::cmd("HGETALL");
        get.arg(self.session_key(id));
        let hash = self
            .db
            .run(|mut connection| async move { get.query_async(&mut connection).await })
            .await?;
        let session = read(id, &hash)?;
        Ok(session.filter(|session| session.expires_at > now))
    }

    async fn touch_session(&self, session: &Session) -> Result<(), StoreError> {
        let mut call = TOUCH.key(self.session_key(session.id));
        call.key(self.user_key(session.user))
            .arg(session.id.0)
            .arg(millis(session.expires_at))
            .arg(session.user.0)
            .arg(millis(session.last_seen_at));
        self.db
            .run(|mut connection| async move { call.invoke_async(&mut connection).await })
            .await
    }

    async fn update_session(&self, session: &Session) -> Result<(), StoreError> {
        let mut call = UPDATE.key(self.session_key(session.id));
        call.key(self.user_key(session.user))
            .arg(session.id.0)
            .arg(millis(session.expires_at))
            .arg(session.user.0)
            .arg(fields(session));
        self.db
            .run(|mut connection| async move { call.invoke_async(&mut connection).await })
            .await
    }

    async fn rotate_session(
        &self,
        session: &Session,
        succession: &Succession,
    ) -> Result<Rotation, StoreError> {
        let mut call = ROTATE.key(self.session_key(session.id));
        call.key(self.user_key(session.user))
            .arg(session.id.0)
            .arg(millis(session.expires_at))
            .arg(session.user.0)
            .arg(succession.from.to_hex())
            .arg(succession.to.to_hex())
            .arg(TokenHash(succession.salt.0).to_hex())
            .arg(millis(succession.at))
            .arg(Succession::GRACE.num_milliseconds())
            .arg(millis(session.last_seen_at));
        let (became, salt): (String, String) = self
            .db
            .run(|mut connection| async move { call.invoke_async(&mut connection).await })
            .await?;
        match became.as_str() {
            "rotated" => Ok(Rotation::Rotated),
            "repeated" => Ok(Rotation::Repeated(Salt(token(&salt)?.0))),
            "reused" => Ok(Rotation::Reused),
            _ => Ok(Rotation::Gone),
        }
    }

    async fn sessions_of_user(
        &self,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Session>, StoreError> {
        // A transaction can only read keys that it names, so it is repeated until it named all that the set has.
        let mut named = Vec::new();
        let hashes = loop {
            let (ids, hashes) = self.read_all(user, &named).await?;
            if ids.iter().all(|id| named.contains(id)) {
                break hashes;
            }
            named = ids;
        };
        sessions(&named, &hashes, now)
    }

    async fn latest_sessions(
        &self,
        user: UserId,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Session>, StoreError> {
        let Some(last) = limit.checked_sub(1) else {
            return Ok(Vec::new());
        };
        let last = isize::try_from(last).unwrap_or(isize::MAX);
        let of_user = self.user_key(user);
        let ids: Vec<u64> = self
            .db
            .run(|mut connection| {
                let of_user = of_user.clone();
                async move { connection.zrevrange(of_user, 0, last).await }
            })
            .await?;
        let (_, hashes) = self.read_all(user, &ids).await?;
        sessions(&ids, &hashes, now)
    }

    async fn end_oldest_sessions(
        &self,
        user: UserId,
        left: usize,
        except: SessionId,
    ) -> Result<u64, StoreError> {
        let of_user = self.user_key(user);
        let count: usize = self
            .db
            .run(|mut connection| {
                let of_user = of_user.clone();
                async move { connection.zcard(of_user).await }
            })
            .await?;
        let Some(surplus) = count.checked_sub(left).filter(|surplus| *surplus > 0) else {
            return Ok(0);
        };
        let looked_at = isize::try_from(left + AT_ONCE).unwrap_or(isize::MAX);
        let ids: Vec<u64> = self
            .db
            .run(|mut connection| {
                let of_user = of_user.clone();
                async move { connection.zrange(of_user, 0, looked_at).await }
            })
            .await?;
        let mut made = redis::pipe();
        for id in &ids {
            made.hget(self.session_key(SessionId(*id)), "created_at");
        }
        let made: Vec<Option<i64>> = self
            .db
            .run(|mut connection| async move { made.query_async(&mut connection).await })
            .await?;
        let mut oldest: Vec<(Option<i64>, u64)> = made.into_iter().zip(ids).collect();
        // As lists have them, the other way round.
        oldest.sort_unstable_by_key(|(made, id)| (*made, std::cmp::Reverse(*id)));
        let mut ended = 0;
        for (_, id) in oldest.into_iter().take(surplus.min(AT_ONCE)) {
            if id != except.0 {
                ended += u64::from(self.delete_session(user, SessionId(id)).await?);
            }
        }
        Ok(ended)
    }

    async fn delete_session(&self, user: UserId, id: SessionId) -> Result<bool, StoreError> {
        if self.db.is_cluster() && id.shard() != user.shard() {
            // It is somebody else's, and lies elsewhere.
            return Ok(false);
        }
        let mut call = DELETE.key(self.session_key(id));
        call.key(self.user_key(user)).arg(id.0).arg(user.0);
        self.db
            .run(|mut connection| async move { call.invoke_async(&mut connection).await })
            .await
    }

    async fn delete_sessions_of_user(
        &self,
        user: UserId,
        except: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        // A script may only touch keys that it is told, so it is repeated until it was told all that the set has.
        let mut named: Vec<u64> = Vec::new();
        loop {
            let mut call = DELETE_ALL.key(self.user_key(user));
            call.arg(except.map(|id| id.to_string()).unwrap_or_default());
            for id in &named {
                call.key(self.session_key(SessionId(*id))).arg(*id);
            }
            let (ended, others): (u64, Vec<u64>) = self
                .db
                .run(|mut connection| async move { call.invoke_async(&mut connection).await })
                .await?;
            if others.is_empty() {
                return Ok(ended);
            }
            named = others;
        }
    }
}

/// Where a session is kept.
pub(super) fn key(db: &RedisDb, id: SessionId) -> String {
    let tag = db.tag(id.shard());
    db.key(format_args!("session{tag}:{id}"))
}

/// What these hashes are, the latest begun first; what has ended left out.
fn sessions(
    ids: &[u64],
    hashes: &[HashMap<String, String>],
    now: DateTime<Utc>,
) -> Result<Vec<Session>, StoreError> {
    let mut sessions = ids
        .iter()
        .zip(hashes)
        .filter_map(|(id, hash)| read(SessionId(*id), hash).transpose())
        .collect::<Result<Vec<Session>, StoreError>>()?;
    sessions.retain(|session| session.expires_at > now);
    sessions.sort_by_key(|session| (std::cmp::Reverse(session.created_at), session.id));
    Ok(sessions)
}

/// The fields of a session and their values, all but its refresh token.
fn fields(session: &Session) -> Vec<(&'static str, String)> {
    let mut fields = vec![
        ("user", session.user.to_string()),
        ("epoch", session.epoch.to_string()),
        ("profile", session.profile.to_string()),
        ("via", session.via.clone()),
        ("secret", session.secret.to_hex()),
        ("idle", session.idle.num_milliseconds().to_string()),
        ("created_at", millis(session.created_at).to_string()),
        ("last_seen_at", millis(session.last_seen_at).to_string()),
        ("expires_at", millis(session.expires_at).to_string()),
        ("ends_at", millis(session.ends_at).to_string()),
    ];
    if let Some(device) = &session.device {
        fields.push(("device", device.clone()));
    }
    if let Some(address) = session.address {
        fields.push(("address", address.to_string()));
    }
    fields
}

/// 32 bytes from their digits.
fn token(hex: &str) -> Result<TokenHash, StoreError> {
    TokenHash::from_hex(hex).ok_or_else(|| StoreError::failed("what should be a hash is none"))
}

/// The session that a hash holds; an empty one is none.
pub(super) fn read(
    id: SessionId,
    hash: &HashMap<String, String>,
) -> Result<Option<Session>, StoreError> {
    if hash.is_empty() {
        return Ok(None);
    }
    let field = |name: &str| {
        hash.get(name)
            .ok_or_else(|| StoreError::failed(format!("a session without {name}")))
    };
    let number = |name: &str| field(name)?.parse::<u64>().map_err(StoreError::failed);
    let time = |name: &str| read_millis(field(name)?);
    let idle = number("idle")?.try_into().map_err(StoreError::failed)?;
    Ok(Some(Session {
        id,
        user: UserId(number("user")?),
        epoch: number("epoch")?.try_into().map_err(StoreError::failed)?,
        profile: ProfileId(number("profile")?),
        via: field("via")?.clone(),
        secret: token(field("secret")?)?,
        refresh: hash.get("refresh").map(|hex| token(hex)).transpose()?,
        device: hash.get("device").cloned(),
        address: hash
            .get("address")
            .map(|address| address.parse().map_err(StoreError::failed))
            .transpose()?,
        idle: TimeDelta::milliseconds(idle),
        created_at: time("created_at")?,
        last_seen_at: time("last_seen_at")?,
        expires_at: time("expires_at")?,
        ends_at: time("ends_at")?,
    }))
}
