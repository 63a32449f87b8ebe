//! The part of a picture that a motif is drawn on.

use super::svg::Point;

/// Where a motif is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Canvas {
    pub(super) width: f64,
    pub(super) height: f64,
    /// Where the motif has its middle.
    pub(super) focus: Point,
    /// What the motif is measured by.
    pub(super) unit: f64,
}

impl Canvas {
    /// A place so many units to the right of the focus and below it.
    pub(super) fn at(&self, right: f64, down: f64) -> Point {
        let (x, y) = self.focus;
        (x + right * self.unit, y + down * self.unit)
    }

    /// A place around a centre, in the direction of an angle in radians.
    pub(super) fn around((x, y): Point, angle: f64, radius: f64) -> Point {
        (x + radius * angle.cos(), y + radius * angle.sin())
    }
}
