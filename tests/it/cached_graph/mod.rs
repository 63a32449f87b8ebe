//! The caches in front of the graph: they ask it little, and answer what it would answer.

mod breaker;
mod cold;
mod counting;
mod gate;
mod history;
mod rebuilds;
mod servers;
mod similar;
mod source;
mod support;
mod tastes;
mod turns;
