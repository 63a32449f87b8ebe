//! The caches in front of the graph: they ask it little, and answer what it would answer.

mod breaker;
mod counting;
mod rebuilds;
mod servers;
mod similar;
mod source;
mod support;
mod tastes;
mod turns;
