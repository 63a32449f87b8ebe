//! Watching as viewers meet it: how long things are, what comes next, what is said by hand and deleted, and lists that are leafed through meanwhile.

mod aside;
mod batch;
mod both_ends;
mod deleting;
mod folding;
mod lengths;
mod limits;
mod next_up;
mod paging;
mod player;
mod rewatch;
mod told;
