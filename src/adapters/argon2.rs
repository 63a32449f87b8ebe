//! Passwords hashed with Argon2id, and judged by zxcvbn before.
//!
//! Each hash takes a core for some 25 ms and 19 MiB, and a judgement at most twice as long, so as many run at once as
//! there are cores, some wait, and the rest are turned away.

use std::sync::Arc;
use std::time::Instant;

use argon2::password_hash::phc;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::domain::accounts::{HashingError, PasswordHash, PasswordHasher};

/// The memory of one hash in KiB, the passes over it and the lanes: what OWASP asks for at the least.
const PARAMS: Params = match Params::new(19 * 1024, 2, 1, None) {
    Ok(params) => params,
    Err(_) => panic!("these parameters are allowed"),
};
/// How many characters of a password are judged, from the first on. What is hard to guess in them is no easier with more
/// behind it. zxcvbn 3.1 by itself looks at 100, for which it takes up to a second (shssoichiro/zxcvbn-rs#69), and from
/// 29 on its count of guesses may pass what 64 bits hold.
const JUDGED: usize = 28;
/// How many may wait.
const QUEUE: usize = 32;

/// Hashes with Argon2id. Clones share the queue.
#[derive(Clone)]
pub struct Argon2Hasher {
    /// One permit for each that runs or waits.
    admitted: Arc<Semaphore>,
    /// One permit for each that runs.
    running: Arc<Semaphore>,
    /// The hash of no password, to spend the same time on.
    dummy: Arc<str>,
}

impl Default for Argon2Hasher {
    fn default() -> Self {
        Self::new()
    }
}

impl Argon2Hasher {
    /// As many at once as there are cores.
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let dummy = format!(
            "$argon2id$v=19$m={},t={},p={}${}${}",
            PARAMS.m_cost(),
            PARAMS.t_cost(),
            PARAMS.p_cost(),
            "A".repeat(22),
            "A".repeat(43),
        );
        Self {
            admitted: Arc::new(Semaphore::new(cores + QUEUE)),
            running: Arc::new(Semaphore::new(cores)),
            dummy: dummy.into(),
        }
    }

    /// Runs work off the async threads. The permits go with it, so that it counts until it is done even if nobody
    /// waits for it any more.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, argon2::password_hash::Error> + Send + 'static,
    ) -> Result<T, HashingError> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned();
        let admitted = admitted.map_err(|_| {
            metrics::counter!("password_hashes_refused_total").increment(1);
            HashingError::Busy
        })?;
        let asked = Instant::now();
        let waiting = Counted::new("waiting");
        let running = Arc::clone(&self.running)
            .acquire_owned()
            .await
            .map_err(hashing)?;
        drop(waiting);
        metrics::histogram!("password_hash_wait_seconds").record(asked.elapsed());
        let running = (running, Counted::new("running"));
        tokio::task::spawn_blocking(move || {
            let _permits = (admitted, running);
            work()
        })
        .await
        .map_err(hashing)?
        .map_err(hashing)
    }
}

/// One that counts in the metrics, as long as it lives.
struct Counted(metrics::Gauge);

impl Counted {
    fn new(state: &'static str) -> Self {
        let gauge = metrics::gauge!("password_hashes", "state" => state);
        gauge.increment(1);
        Self(gauge)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.decrement(1);
    }
}

#[async_trait]
impl PasswordHasher for Argon2Hasher {
    async fn hash(&self, password: SecretString) -> Result<PasswordHash, HashingError> {
        self.run(move || argon2().hash_password(password.expose_secret().as_bytes()))
            .await
            .map(|hash: phc::PasswordHash| PasswordHash(hash.to_string()))
    }

    async fn verify(
        &self,
        password: SecretString,
        hash: Option<PasswordHash>,
    ) -> Result<bool, HashingError> {
        let is_known = hash.is_some();
        let text = hash.map_or_else(|| self.dummy.to_string(), |hash| hash.0);
        let hash = phc::PasswordHash::new(&text).map_err(hashing)?;
        let is_right = self
            .run(move || {
                match argon2().verify_password(password.expose_secret().as_bytes(), &hash) {
                    Ok(()) => Ok(true),
                    Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
                    Err(error) => Err(error),
                }
            })
            .await?;
        Ok(is_right && is_known)
    }

    async fn guesses_log10(
        &self,
        password: SecretString,
        words: Vec<String>,
    ) -> Result<f64, HashingError> {
        self.run(move || {
            let password = password.expose_secret();
            let end = password.char_indices().nth(JUDGED);
            let judged = &password[..end.map_or(password.len(), |(end, _)| end)];
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            Ok(zxcvbn::zxcvbn(judged, &words).guesses_log10())
        })
        .await
    }
}

fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, PARAMS)
}

fn hashing(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> HashingError {
    HashingError::Failed(error.into())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const PASSWORD: &str = "correct horse battery";

    #[tokio::test]
    async fn a_hash_is_that_of_its_password_only() {
        let hasher = Argon2Hasher::new();

        let hash = hasher.hash(PASSWORD.into()).await.unwrap();
        let again = hasher.hash(PASSWORD.into()).await.unwrap();

        assert!(hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(hash != again, "the salt is new each time");
        let right = hasher.verify(PASSWORD.into(), Some(hash.clone())).await;
        assert!(right.unwrap());
        let wrong = hasher.verify("Correct horse battery".into(), Some(hash));
        assert!(!wrong.await.unwrap());
    }

    #[tokio::test]
    async fn without_a_hash_it_says_no_and_takes_as_long() {
        let hasher = Argon2Hasher::new();
        let hash = hasher.hash(PASSWORD.into()).await.unwrap();

        let unknown = hasher.verify(PASSWORD.into(), None).await;

        assert!(!unknown.unwrap());
        // What is compared instead costs the same: as much memory, as many rounds, as long a hash.
        let cost = |hash: &str| (hash.rsplit_once('$').unwrap().0.len(), hash.len());
        let parameters = "$argon2id$v=19$m=19456,t=2,p=1$";
        assert!(hasher.dummy.starts_with(parameters) && hash.0.starts_with(parameters));
        assert_eq!(cost(&hasher.dummy), cost(&hash.0));
    }

    #[tokio::test]
    async fn a_stored_hash_that_is_none_is_a_fault() {
        let hasher = Argon2Hasher::new();

        for text in ["", "plain text", "$argon2id$v=19$m=19456,t=2,p=1$!$!"] {
            let hash = PasswordHash(text.to_owned());
            let failed = hasher.verify(PASSWORD.into(), Some(hash)).await;

            assert!(matches!(failed, Err(HashingError::Failed(_))), "{failed:?}");
        }
    }

    async fn guesses_log10(hasher: &Argon2Hasher, password: &str) -> f64 {
        let words = vec!["lovelace".to_owned()];
        hasher.guesses_log10(password.into(), words).await.unwrap()
    }

    #[tokio::test]
    async fn the_first_guesses_are_known() {
        let hasher = Argon2Hasher::new();

        for guess in [
            "aaaaaaaaaaaaaaaa",
            "abcabcabcabcabcabc",
            "abcdefghijklmnopq",
            "123456789012345",
            "121212121212121212121212121212",
            "passwordpassword",
            "password12345678",
            "qwertyuiopasdfgh",
            "iloveyouiloveyou",
            "Lovelacelovelace",
        ] {
            let guesses = guesses_log10(&hasher, guess).await;
            assert!(guesses < 8.0, "{guess}: {guesses}");
        }
        for good in [
            "correct horse battery",
            "another horse battery",
            "日本語日本語日本語の映画が好き",
            "my cat sleeps all day",
            &"ab cd ef gh".repeat(5),
        ] {
            let guesses = guesses_log10(&hasher, good).await;
            assert!(guesses >= 8.0, "{good}: {guesses}");
        }
    }

    /// Of symbols that may each stand for several letters, all of which are tried.
    #[tokio::test]
    async fn judging_the_worst_password_is_no_more_work_than_some_hashes() {
        let hasher = Argon2Hasher::new();
        let worst = "%xb{7!g$4|1a@[o5+c(0ti8<z2s6e3l%".repeat(8);
        let (mut one_hash, mut judged) = (Duration::MAX, Duration::MAX);

        for _ in 0..3 {
            let start = Instant::now();
            hasher.hash(PASSWORD.into()).await.unwrap();
            one_hash = one_hash.min(start.elapsed());
            let start = Instant::now();
            guesses_log10(&hasher, &worst).await;
            judged = judged.min(start.elapsed());
        }

        // Untamed it would be thousands of them; how busy the machine is says a factor of ten.
        assert!(judged < one_hash * 50, "{judged:?} against {one_hash:?}");
    }

    #[tokio::test]
    async fn judging_waits_its_turn_too() {
        let hasher = Argon2Hasher::new();
        let all = u32::try_from(hasher.admitted.available_permits()).unwrap();
        let _crowd = hasher.admitted.acquire_many(all).await.unwrap();

        let judged = hasher.guesses_log10(PASSWORD.into(), Vec::new()).await;

        assert!(matches!(judged, Err(HashingError::Busy)), "{judged:?}");
    }

    #[tokio::test]
    async fn who_comes_when_too_many_wait_is_turned_away() {
        let hasher = Argon2Hasher::new();
        let all = hasher.admitted.available_permits();

        let crowd = (0..all + 5).map(|_| hasher.verify(PASSWORD.into(), None));
        let results = futures::future::join_all(crowd).await;

        let busy = |result: &&Result<bool, HashingError>| matches!(result, Err(HashingError::Busy));
        let (busy, done) = (
            results.iter().filter(busy).count(),
            results.iter().filter(|result| result.is_ok()).count(),
        );
        assert!(busy > 0);
        assert_eq!(busy + done, results.len());
        assert!(hasher.hash(PASSWORD.into()).await.is_ok());
    }
}
