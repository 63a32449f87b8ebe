//! Motifs of plain shapes, as cut from paper.

use std::f64::consts::{PI, TAU};

use super::canvas::Canvas;
use super::dice::Dice;
use super::palette::Palette;
use super::stored::Colour;
use super::svg::{Point, Svg, number, place};

/// Discs inside each other, which drift to one side.
pub(super) fn rings(svg: &mut Svg, canvas: &Canvas, dice: &mut Dice, palette: &Palette) {
    let colors = [
        palette.main,
        palette.deep,
        palette.second,
        palette.ground,
        palette.third,
    ];
    let count = 5 + dice.below(3);
    let (right, down) = (dice.between(-0.06, 0.06), dice.between(-0.06, 0.06));
    for (ring, color) in (0..count).zip(colors.iter().cycle()) {
        let ring = f64::from(ring);
        let radius = canvas.unit * 0.62 * (1.0 - ring / f64::from(count));
        svg.circle(canvas.at(right * ring, down * ring), radius, *color);
    }
}

/// Splinters that fly from a point.
pub(super) fn shards(svg: &mut Svg, canvas: &Canvas, dice: &mut Dice, palette: &Palette) {
    let colors = [palette.main, palette.second, palette.main, palette.third];
    let count = 9 + dice.below(4);
    let turn = dice.between(0.0, TAU);
    for (shard, color) in (0..count).zip(colors.iter().cycle()) {
        let angle = turn + TAU * f64::from(shard) / f64::from(count) + dice.between(-0.12, 0.12);
        let (near, far) = (dice.between(0.05, 0.16), dice.between(0.75, 1.35));
        let (width, other) = (dice.between(0.07, 0.2), far * dice.between(0.7, 0.95));
        let corner =
            |angle: f64, radius: f64| Canvas::around(canvas.focus, angle, radius * canvas.unit);
        let corners = [
            corner(angle, near),
            corner(angle - width, far),
            corner(angle + width, other),
        ];
        svg.polygon(&corners, *color);
    }
    svg.circle(canvas.focus, canvas.unit * 0.055, palette.ink);
}

/// Bars that hang from above, each as long as it likes.
pub(super) fn bars(svg: &mut Svg, canvas: &Canvas, dice: &mut Dice, palette: &Palette) {
    let colors = [
        palette.main,
        palette.third,
        palette.second,
        palette.main,
        palette.deep,
    ];
    let count = 7 + dice.below(3);
    let tilt = dice.between(-0.22, 0.22) * canvas.unit;
    let gap = canvas.width / f64::from(count);
    for bar in 0..count {
        let left = gap * (f64::from(bar) + dice.between(0.08, 0.2));
        let width = gap * dice.between(0.5, 0.85);
        let (_, end) = canvas.at(0.0, dice.between(-0.35, 0.42));
        let lean = left + tilt * dice.between(0.5, 1.0);
        let corners = [
            (left, -2.0),
            (left + width, -2.0),
            (lean + width * dice.between(0.5, 1.25), end),
            (lean, end + canvas.unit * dice.between(-0.04, 0.04)),
        ];
        svg.polygon(&corners, *dice.pick(&colors));
    }
    let spot = canvas.at(dice.between(-0.2, 0.2), 0.28);
    svg.circle(spot, canvas.unit * 0.11, palette.ink);
}

/// Arms that wind around a point.
pub(super) fn spiral(svg: &mut Svg, canvas: &Canvas, dice: &mut Dice, palette: &Palette) {
    const STEPS: u32 = 120;
    let arms = 2 + dice.below(2);
    let way = if dice.coin() { 1.0 } else { -1.0 };
    let turn = dice.between(0.0, TAU);
    for (arm, color) in (0..arms).zip([palette.main, palette.third, palette.second]) {
        let begin = turn + TAU * f64::from(arm) / f64::from(arms);
        let edge = |share: f64, width: f64| {
            let angle = begin + way * (share * TAU * 2.3 + width);
            let radius = canvas.unit * (0.02 + 1.5 * share.powf(1.35));
            Canvas::around(canvas.focus, angle, radius)
        };
        let shares = (0..=STEPS).map(|step| f64::from(step) / f64::from(STEPS));
        let outer = shares.clone().map(|share| edge(share, 0.0));
        let width = |share: f64| PI / f64::from(arms) * (0.4 + 0.6 * share);
        let inner = shares.rev().map(|share| edge(share, width(share)));
        let corners: Vec<Point> = outer.chain(inner).collect();
        svg.polygon(&corners, color);
    }
    svg.circle(canvas.focus, canvas.unit * 0.05, palette.ink);
}

/// A light behind blinds.
pub(super) fn blinds(svg: &mut Svg, canvas: &Canvas, dice: &mut Dice, palette: &Palette) {
    const SLATS: u32 = 13;
    svg.circle(canvas.focus, canvas.unit * 0.46, palette.main);
    let spot = canvas.at(dice.between(-0.16, 0.16), 0.12);
    svg.circle(spot, canvas.unit * 0.2, palette.second);
    let step = canvas.height / f64::from(SLATS);
    let (thick, lean) = (
        dice.between(0.38, 0.55),
        canvas.unit * dice.between(-0.16, 0.16),
    );
    let color = palette.deep.mixed(palette.ground, 25);
    for slat in 0..SLATS + 3 {
        let top = step * (f64::from(slat) - 1.0);
        let height = step * (thick + 0.3 * ((top - canvas.focus.1) / canvas.height).abs());
        let corners = [
            (-2.0, top),
            (canvas.width + 2.0, top + lean),
            (canvas.width + 2.0, top + lean + height),
            (-2.0, top + height),
        ];
        svg.polygon(&corners, color);
    }
}

/// A screen of dots, which are bigger near a point or swell in waves around it.
pub(super) fn dots(svg: &mut Svg, canvas: &Canvas, dice: &mut Dice, palette: &Palette) {
    let step = canvas.unit * 0.105;
    let (center_x, center_y) = canvas.at(dice.between(-0.2, 0.2), dice.between(-0.15, 0.15));
    let (swells, frequency) = (dice.coin(), dice.between(5.0, 9.0));
    // The size as a share of the step, and the colour, by the distance in units.
    let look = |distance: f64| {
        let size = if swells {
            0.5 * (0.5 + 0.5 * (distance * frequency).cos())
        } else {
            0.52 * (1.0 - distance * 1.15).max(0.06)
        };
        let band = if swells {
            (distance * frequency / PI + 0.5).rem_euclid(3.0)
        } else {
            distance / 0.3
        };
        let color = match band {
            band if band < 1.0 => palette.main,
            band if band < 2.0 => palette.second,
            _ => palette.third,
        };
        (size, color)
    };
    let (mut row, mut is_even) = (step / 2.0, true);
    while row < canvas.height + step {
        let mut column = if is_even { step / 2.0 } else { 0.0 };
        while column < canvas.width + step {
            let distance = (column - center_x).hypot(row - center_y) / canvas.unit;
            let (size, color) = look(distance);
            if size > 0.05 {
                svg.circle((column, row), step * size, color);
            }
            column += step;
        }
        row += step * 0.87;
        is_even = !is_even;
    }
}

/// A floor of tiles with discs, quarters of them and triangles.
pub(super) fn tiles(svg: &mut Svg, canvas: &Canvas, dice: &mut Dice, palette: &Palette) {
    let colors = [palette.main, palette.second, palette.third, palette.deep];
    let is_upright = canvas.width < canvas.height;
    let side = canvas.unit / if is_upright { 4.0 } else { 3.0 };
    let mut top = 0.0;
    while top < canvas.height {
        let mut left = 0.0;
        while left < canvas.width {
            let (below, mut above) = (*dice.pick(&colors), *dice.pick(&colors));
            if above == below {
                above = palette.ink;
            }
            // Beyond the edge, so that nothing shines through between two.
            if dice.below(5) != 0 {
                svg.block((left, top), (side + 0.5, side + 0.5), below);
            }
            let center = (left + side / 2.0, top + side / 2.0);
            tile(svg, center, side / 2.0, dice, (below, above));
            left += side;
        }
        top += side;
    }
}

fn tile(svg: &mut Svg, center: Point, half: f64, dice: &mut Dice, colors: (Colour, Colour)) {
    let (below, above) = colors;
    let quarter = f64::from(dice.below(4)) * 90.0;
    let size = number(half);
    let arc = |radius: f64| {
        let radius = number(radius);
        format!("A{radius} {radius} 0 0")
    };
    let path = match dice.below(6) {
        0 => return svg.circle(center, half * 0.72, above),
        1 => {
            svg.circle(center, half, above);
            return svg.circle(center, half * 0.44, below);
        }
        2 => format!(
            "M-{size} -{size}{} 1 {size} {size}H-{size}Z",
            arc(half * 2.0)
        ),
        3 => format!("M-{size} -{size}H{size}{} 1 -{size} -{size}Z", arc(half)),
        4 => format!("M-{size} -{size}L{size} {size}H-{size}Z"),
        _ => format!(
            "M-{size} -{size}{arc} 1 -{size} {size}ZM{size} -{size}{arc} 0 {size} {size}Z",
            arc = arc(half)
        ),
    };
    svg.turned(center, quarter, &path, above);
}

/// An eye with lashes.
pub(super) fn eye(svg: &mut Svg, canvas: &Canvas, dice: &mut Dice, palette: &Palette) {
    const LASHES: u32 = 18;
    let width = canvas.unit * dice.between(0.46, 0.52);
    let height = canvas.unit * dice.between(0.3, 0.36);
    let (x, y) = canvas.focus;
    for (side, color) in [(-1.0, palette.main), (1.0, palette.second)] {
        for lash in 0..LASHES {
            let angle = PI * (f64::from(lash) + 0.5) / f64::from(LASHES);
            let corner = |angle: f64, far: f64, high: f64| {
                let right = width * far * angle.cos();
                (x + right, y + side * height * high * far * angle.sin())
            };
            let corners = [
                corner(angle - 0.05, 1.16, 1.05),
                corner(angle + 0.05, 1.16, 1.05),
                corner(angle, dice.between(1.35, 1.75), 1.3),
            ];
            svg.polygon(&corners, color);
        }
    }
    let [left, right, above, below] = [
        (x - width, y),
        (x + width, y),
        (x, y - height * 2.0),
        (x, y + height * 2.0),
    ]
    .map(place);
    svg.path(
        &format!("M{left}Q{above} {right}Q{below} {left}Z"),
        palette.third,
    );
    let iris = canvas.at(dice.between(-0.06, 0.06), 0.0);
    svg.circle(iris, height * 0.82, palette.main);
    svg.circle(iris, height * 0.56, palette.deep);
    let glint = (iris.0 + height * 0.22, iris.1 - height * 0.24);
    svg.circle(glint, height * 0.15, palette.ink);
}

/// A flower of several rings of petals.
pub(super) fn petals(svg: &mut Svg, canvas: &Canvas, dice: &mut Dice, palette: &Palette) {
    let count = 8 + dice.below(5);
    let turn = dice.between(0.0, 360.0);
    let rings = [
        (0.66, 0.2, palette.deep),
        (0.54, 0.16, palette.second),
        (0.4, 0.12, palette.main),
        (0.24, 0.075, palette.third),
    ];
    for (ring, (length, width, color)) in (0..).zip(rings) {
        let (length, width) = (canvas.unit * length, canvas.unit * width);
        let [tip, right, left] = [
            (0.0, -length),
            (width, -length * 0.6),
            (-width, -length * 0.6),
        ]
        .map(place);
        let path = format!("M0 0Q{right} {tip}Q{left} 0 0Z");
        for petal in 0..count {
            let turned = f64::from(petal) + f64::from(ring) * 0.5;
            let angle = turn + 360.0 * turned / f64::from(count);
            svg.turned(canvas.focus, angle, &path, color);
        }
    }
    svg.circle(canvas.focus, canvas.unit * 0.075, palette.ink);
}

/// Rays that go out from a disc.
pub(super) fn rays(svg: &mut Svg, canvas: &Canvas, dice: &mut Dice, palette: &Palette) {
    let count = 12 + dice.below(6);
    let turn = dice.between(0.0, TAU);
    let (center, far) = (canvas.at(0.0, 0.12), canvas.width + canvas.height);
    for ray in 0..count {
        let angle = turn + TAU * f64::from(ray) / f64::from(count);
        let width = PI / f64::from(count) * dice.between(0.85, 1.1);
        let corners = [
            center,
            Canvas::around(center, angle, far),
            Canvas::around(center, angle + width, far),
        ];
        let color = if ray.is_multiple_of(3) {
            palette.third
        } else {
            palette.second
        };
        svg.polygon(&corners, color);
    }
    svg.circle(center, canvas.unit * 0.34, palette.deep);
    svg.circle(center, canvas.unit * 0.28, palette.main);
    svg.circle(canvas.at(0.07, 0.07), canvas.unit * 0.2, palette.ground);
}
