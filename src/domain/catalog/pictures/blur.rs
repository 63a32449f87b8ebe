//! The blurhash of what fades from one colour at the top to another at the bottom (<https://github.com/woltapp/blurhash>):
//! one component across and two down, which can be said without a pixel.

use std::f64::consts::PI;

use super::stored::Colour;

/// The digits of base 83.
const DIGITS: &[u8; 83] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";
/// One component across and two down, as the first digit says it.
const SIZE: u32 = 9;

/// The hash of what fades from a colour at the top to one at the bottom.
pub(super) fn of_gradient(top: Colour, bottom: Colour) -> String {
    let (top, bottom) = (linear(top), linear(bottom));
    let channels = [0_usize, 1, 2];
    let mean = channels.map(|at| f64::midpoint(top[at], bottom[at]));
    // Twice the mean of what fades evenly times a half wave.
    let wave = channels.map(|at| (top[at] - bottom[at]) * 4.0 / (PI * PI));
    let most = wave
        .iter()
        .fold(0.0_f64, |most, value| most.max(value.abs()));
    let scale = level(most * 166.0 - 0.5, 82);
    let most = (f64::from(scale) + 1.0) / 166.0;
    let [red, green, blue] = mean.map(|value| level(encoded(value) * 255.0 + 0.5, 255));
    let [x, y, z] = wave.map(|value| {
        let root = (value.abs() / most).sqrt().copysign(value);
        level(root * 9.0 + 9.5, 18)
    });
    let mut hash = String::with_capacity(8);
    push(&mut hash, SIZE, 1);
    push(&mut hash, scale, 1);
    push(&mut hash, (red << 16) + (green << 8) + blue, 4);
    push(&mut hash, x * 361 + y * 19 + z, 2);
    hash
}

/// Red, green and blue as amounts of light, 0 to 1 (IEC 61966-2-1).
pub(super) fn linear(color: Colour) -> [f64; 3] {
    color.0.map(|channel| {
        let value = f64::from(channel) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    })
}

/// An amount of light as screens are told it, 0 to 1.
fn encoded(light: f64) -> f64 {
    let light = light.clamp(0.0, 1.0);
    if light <= 0.003_130_8 {
        light * 12.92
    } else {
        1.055 * light.powf(1.0 / 2.4) - 0.055
    }
}

/// The whole part of a number, from 0 to a bound.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is within a small bound"
)]
fn level(value: f64, most: u32) -> u32 {
    value.floor().clamp(0.0, f64::from(most)) as u32
}

/// Writes a number in so many digits.
fn push(hash: &mut String, number: u32, digits: u32) {
    for place in (0..digits).rev() {
        let digit = number / 83_u32.pow(place) % 83;
        let digit = usize::try_from(digit).unwrap_or_default();
        hash.push(char::from(DIGITS[digit]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(digits: &str) -> u32 {
        let place = |byte| DIGITS.iter().position(|digit| *digit == byte).unwrap();
        digits.bytes().fold(0, |number, byte| {
            number * 83 + u32::try_from(place(byte)).unwrap()
        })
    }

    #[test]
    fn a_gradient_is_its_mean_and_one_wave() {
        let (white, black) = (Colour::at(b"ffffff", 0), Colour::at(b"000000", 0));

        let hash = of_gradient(white, black);

        assert_eq!(hash.len(), 8);
        assert_eq!(number(&hash[..1]), SIZE);
        // Half of the light is 188 of 255 on a screen.
        assert_eq!(number(&hash[2..6]), 0xbc_bc_bc);
        // 4 / π² of the light goes up and down, as much as can be in all three channels.
        assert_eq!(number(&hash[1..2]), 66);
        assert_eq!(number(&hash[6..]), 18 * 361 + 18 * 19 + 18);
        assert_eq!(number(&of_gradient(black, white)[6..]), 0);
    }

    #[test]
    fn what_does_not_fade_is_one_colour() {
        let color = Colour::at(b"2e4057", 0);

        let hash = of_gradient(color, color);

        assert_eq!(number(&hash[2..6]), 0x2e_40_57);
        assert_eq!(number(&hash[6..]), 9 * 361 + 9 * 19 + 9);
    }
}
