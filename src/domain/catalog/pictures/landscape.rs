//! Motifs with a horizon: hills, the sea, mountains, a town, a planet.

use std::f64::consts::TAU;

use super::canvas::Canvas;
use super::dice::Dice;
use super::palette::Palette;
use super::svg::{Point, Svg, place};

/// The left and the right corner at the bottom, just outside.
fn bottom(canvas: &Canvas) -> (Point, Point) {
    let below = canvas.height + 2.0;
    ((-2.0, below), (canvas.width + 2.0, below))
}

/// A line from the left to the right edge, of points at these heights; the heights go by the way from the left, in units.
fn line(canvas: &Canvas, points: u32, height: impl Fn(f64) -> f64) -> Vec<Point> {
    let points = (0..=points).map(|point| {
        let x = -2.0 + (canvas.width + 4.0) * f64::from(point) / f64::from(points);
        (x, height(x / canvas.unit))
    });
    points.collect()
}

/// A sun over hills, each darker than the one behind it.
pub(super) fn hills(svg: &mut Svg, canvas: &Canvas, dice: &mut Dice, palette: &Palette) {
    let sun = canvas.at(dice.between(-0.15, 0.15), -0.05);
    svg.circle(sun, canvas.unit * dice.between(0.24, 0.32), palette.main);
    for hill in 0..4 {
        let (_, base) = canvas.at(0.0, 0.12 + 0.2 * f64::from(hill));
        let (phase, rise) = (
            dice.between(0.0, TAU),
            canvas.unit * dice.between(0.05, 0.12),
        );
        let ridge = line(canvas, 24, |way| {
            let (long, short) = (phase + way * 2.6, phase * 2.0 + way * 5.3);
            base + rise * long.sin() + rise * 0.4 * short.sin()
        });
        let color = palette.second.mixed(palette.deep, hill * 33);
        svg.below(&ridge, bottom(canvas), color);
    }
}

/// A sun over bands that roll like the sea.
pub(super) fn waves(svg: &mut Svg, canvas: &Canvas, dice: &mut Dice, palette: &Palette) {
    let (phase, frequency) = (dice.between(0.0, TAU), dice.between(3.2, 5.2));
    let sun = canvas.at(dice.between(-0.2, 0.2), -0.2);
    svg.circle(sun, canvas.unit * 0.26, palette.main);
    let colors = [palette.second, palette.third, palette.main];
    for (wave, color) in (0..11).zip(colors.iter().cycle()) {
        let number = f64::from(wave);
        let (_, base) = canvas.at(0.0, 0.105 * number - 0.02);
        let rise = canvas.unit * (0.035 + 0.012 * number);
        let crest = line(canvas, 32, |way| {
            base + rise * (phase + number * 0.75 + way * frequency).sin()
        });
        svg.below(&crest, bottom(canvas), color.mixed(palette.deep, wave * 12));
    }
}

/// A moon over the houses of a town, with lit windows.
pub(super) fn skyline(svg: &mut Svg, canvas: &Canvas, dice: &mut Dice, palette: &Palette) {
    let moon = canvas.at(dice.between(-0.25, 0.25), -0.12);
    svg.circle(moon, canvas.unit * 0.3, palette.main);
    let lights = [None, Some(palette.third), Some(palette.second)];
    for (row, lit) in (0..).zip(lights) {
        let color = palette.ground.mixed(palette.deep, 45 + 27 * row);
        let mut left = -canvas.unit * dice.between(0.0, 0.1);
        while left < canvas.width {
            let width = canvas.unit * dice.between(0.09, 0.19);
            let (_, top) = canvas.at(0.0, dice.between(-0.3, 0.12) + 0.17 * f64::from(row));
            let height = canvas.height - top + 2.0;
            svg.block((left, top), (width + 1.0, height), color);
            if dice.below(3) == 0 {
                let mast = (left + width * 0.45, top - canvas.unit * 0.09);
                svg.block(mast, (width * 0.1, canvas.unit * 0.1), color);
            }
            for window in 0..21 {
                let is_lit = dice.below(4) == 0;
                if let (true, Some(lit)) = (is_lit, lit) {
                    let (right, down) = (f64::from(window % 3), f64::from(window / 3));
                    let side = width / 4.2;
                    let corner = (
                        left + side * (0.85 + right),
                        top + canvas.unit * (0.035 + 0.05 * down),
                    );
                    svg.block(corner, (side * 0.5, canvas.unit * 0.024), lit);
                }
            }
            left += width + canvas.unit * dice.between(0.0, 0.02);
        }
    }
}

/// A planet with rings among stars.
pub(super) fn orbit(svg: &mut Svg, canvas: &Canvas, dice: &mut Dice, palette: &Palette) {
    for star in 0..46 {
        let at = (canvas.width * dice.share(), canvas.height * dice.share());
        let color = if star % 3 == 0 {
            palette.third
        } else {
            palette.ink
        };
        svg.circle(at, canvas.unit * dice.between(0.0015, 0.006), color);
    }
    let radius = canvas.unit * dice.between(0.26, 0.34);
    let turn = dice.between(-35.0, 35.0);
    let rings = [
        (1.85, radius * 0.05, palette.third),
        (1.6, radius * 0.16, palette.second),
    ];
    // The half behind the planet, or the one in front of it.
    let draw_rings = |svg: &mut Svg, half: u8| {
        for (wide, width, color) in rings {
            let [left, size, right] = [
                (-radius * wide, 0.0),
                (radius * wide, radius * wide * 0.26),
                (radius * wide, 0.0),
            ]
            .map(place);
            let path = format!("M{left}A{size} 0 0 {half} {right}");
            svg.turned_line(canvas.focus, turn, &path, (width, color));
        }
    };
    draw_rings(svg, 1);
    svg.circle(canvas.focus, radius, palette.main);
    let [left, outer, right, inner] = [
        (-radius, 0.0),
        (radius, radius),
        (radius, 0.0),
        (radius, radius * 0.35),
    ]
    .map(place);
    let shade = format!("M{left}A{outer} 0 0 0 {right}A{inner} 0 0 1 {left}Z");
    let dark = palette.main.mixed(palette.deep, 45);
    svg.turned(canvas.focus, turn, &shade, dark);
    draw_rings(svg, 0);
    let angle = dice.between(3.5, 5.9);
    let (x, y) = canvas.focus;
    let moon = (
        x + radius * 2.1 * angle.cos(),
        y + radius * 1.75 * angle.sin(),
    );
    svg.circle(moon, radius * 0.17, palette.ink);
}

/// A sun behind mountains with snow on them.
pub(super) fn peaks(svg: &mut Svg, canvas: &Canvas, dice: &mut Dice, palette: &Palette) {
    let sun = canvas.at(dice.between(-0.28, 0.28), -0.16);
    svg.circle(sun, canvas.unit * dice.between(0.17, 0.26), palette.main);
    let base = canvas.height + 2.0;
    let rows = [
        (palette.second, Some(palette.third)),
        (palette.ground, Some(palette.ink)),
        (palette.ground, None),
    ];
    for (row, (color, snow)) in (0..).zip(rows) {
        let color = color.mixed(palette.deep, 15 + 40 * row);
        let count = 2 + row;
        let offset = dice.between(-0.07, 0.07);
        for peak in 0..count {
            let x = canvas.width * ((f64::from(peak) + 0.5) / f64::from(count) + offset)
                + canvas.unit * dice.between(-0.08, 0.08);
            let (_, y) = canvas.at(0.0, 0.2 * f64::from(row) + dice.between(-0.22, 0.05));
            let half = 1.4
                * (canvas.width / f64::from(count) * dice.between(0.62, 0.85) + canvas.unit * 0.1);
            let top = (x, y);
            svg.polygon(&[(x - half, base), top, (x + half, base)], color);
            if let Some(snow) = snow {
                let share = dice.between(0.12, 0.17);
                let (right, down) = (half * share, (base - y) * share);
                let cap = [
                    top,
                    (x + right, y + down),
                    (x + right * 0.35, y + down * 0.72),
                    (x, y + down * 1.15),
                    (x - right * 0.4, y + down * 0.75),
                    (x - right, y + down),
                ];
                svg.polygon(&cap, snow);
            }
            let shade = color.mixed(palette.deep, 35);
            let lit = x + half * 0.18;
            svg.polygon(&[top, (x + half, base), (lit, base)], shade);
        }
    }
}
