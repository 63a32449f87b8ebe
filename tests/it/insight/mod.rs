//! What operators see of the program from outside, and strangers do not.

mod access;
mod backlog;
mod doctor;
mod metrics;
mod traces;
