//! How many connections may stay: in all, of a network, and of one session or key.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::http::graphql::refusal::Refusal;

/// How many connections may stay at a time. They cost memory, and something for all that they listen to.
#[derive(Debug, Clone, Copy)]
pub struct LiveLimits {
    /// In all, on this server.
    pub connections: usize,
    /// Of one network that is counted: a house or an office.
    pub of_network: usize,
    /// Of one session or key: its tabs.
    pub of_login: usize,
}

impl LiveLimits {
    /// So many in all, and as many of each as is usual.
    pub fn of_server(connections: usize) -> Self {
        Self {
            connections,
            of_network: 200,
            of_login: 20,
        }
    }
}

/// The seats of those who stay. Clones share them.
#[derive(Clone)]
pub(super) struct Seats(Arc<All>);

struct All {
    limits: LiveLimits,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    /// By network and by login.
    of: HashMap<Whose, usize>,
}

/// Whom seats are counted for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Whose {
    Network(String),
    Login(String),
}

/// A seat, until it is dropped.
pub(super) struct Seat {
    seats: Seats,
    whose: Vec<Whose>,
}

impl Seats {
    /// So many of them, all free.
    pub(super) fn new(limits: LiveLimits) -> Self {
        Self(Arc::new(All {
            limits,
            taken: Mutex::default(),
        }))
    }

    /// A seat for somebody from a network; none: their network does not count.
    pub(super) fn take(&self, network: Option<String>) -> Result<Seat, Refusal> {
        let mut taken = self.taken();
        if taken.all >= self.0.limits.connections {
            turned_away("all");
            let words = "too many connections stay on this server";
            return Err(Refusal::busy(words));
        }
        let whose = network.map(Whose::Network);
        if let Some(network) = &whose {
            taken.count(network, self.0.limits.of_network, "network")?;
        }
        taken.all += 1;
        show(&taken);
        drop(taken);
        Ok(Seat {
            seats: self.clone(),
            whose: whose.into_iter().collect(),
        })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    fn count(&mut self, whose: &Whose, most: usize, limit: &'static str) -> Result<(), Refusal> {
        let count = self.of.entry(whose.clone()).or_default();
        if *count >= most {
            turned_away(limit);
            let words = format!("at most {most} connections of one {limit} stay at a time");
            return Err(Refusal {
                retry_after: Some(1),
                ..Refusal::rate_limited(words)
            });
        }
        *count += 1;
        Ok(())
    }
}

impl Seat {
    /// Counts it for a session or a key as well.
    pub(super) fn log_in(&mut self, login: &str) -> Result<(), Refusal> {
        let whose = Whose::Login(login.to_owned());
        let most = self.seats.0.limits.of_login;
        self.seats.taken().count(&whose, most, "session")?;
        self.whose.push(whose);
        Ok(())
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        taken.all -= 1;
        for whose in &self.whose {
            if let Some(count) = taken.of.get_mut(whose) {
                *count -= 1;
                if *count == 0 {
                    taken.of.remove(whose);
                }
            }
        }
        show(&taken);
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts below 2^53")]
fn show(taken: &Taken) {
    metrics::gauge!("live_connections").set(taken.all as f64);
}

fn turned_away(limit: &'static str) {
    metrics::counter!("live_connections_refused_total", "limit" => limit).increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seats() -> Seats {
        Seats::new(LiveLimits {
            connections: 3,
            of_network: 2,
            of_login: 1,
        })
    }

    fn code(refused: Result<Seat, Refusal>) -> Option<&'static str> {
        refused.err().map(|refusal| refusal.code)
    }

    #[test]
    fn whoever_leaves_makes_room() {
        let seats = seats();
        let network = || Some("192.0.2.1".to_owned());
        let first = seats.take(network()).unwrap();
        let _second = seats.take(network()).unwrap();

        assert_eq!(code(seats.take(network())), Some("RATE_LIMITED"));
        let _other = seats.take(None).unwrap();
        assert_eq!(code(seats.take(None)), Some("BUSY"));

        drop(first);
        assert_eq!(code(seats.take(network())), None);
    }

    #[test]
    fn a_session_has_so_many_seats_wherever_they_are() {
        let seats = seats();
        let mut first = seats.take(Some("192.0.2.1".to_owned())).unwrap();
        let mut second = seats.take(Some("192.0.2.2".to_owned())).unwrap();

        assert!(first.log_in("session 1").is_ok());
        assert!(second.log_in("session 1").is_err());
        assert!(second.log_in("session 2").is_ok());

        drop(first);
        let mut third = seats.take(None).unwrap();
        assert!(third.log_in("session 1").is_ok());
    }
}
