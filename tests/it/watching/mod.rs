//! Watching as viewers meet it: how long things are, what comes next, and lists that are leafed through meanwhile.

mod lengths;
mod limits;
mod next_up;
mod paging;
mod player;
