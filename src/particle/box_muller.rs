//! Normal numbers from pairs of uniform ones (Box and Muller 1958):
//!
//! ```text
//! z_1 = sqrt(-2 log u) cos 2 pi v,     z_2 = sqrt(-2 log u) sin 2 pi v,     u in (0, 1],  v in [0, 1).
//! ```
//!
//! `u` and `v` are multiples of `2^-52`, so `|z| <= 8.5`, where a normal number has probability 2e-17. Unlike a rejection
//! method it takes one number of 64 bits for each normal, always, so that the place of every number in its stream is
//! known beforehand; and logarithm, cosine and sine are our own, so that the bits do not depend on a system library.
//!
//! The logarithm is that of FreeBSD's msun: `u = 2^e (1 + f)`, `sqrt(1/2) < 1 + f < sqrt 2`, `s = f/(2 + f)`,
//! `log(1 + f) = f - f^2/2 + s (f^2/2 + R(s^2))`. No branches: about 2 ns for each normal number, random bits apart.

use super::turn::cosine_and_sine;
use crate::registers::on_widest_registers;
use std::f64::consts::LN_2;

/// `R(z)/z` is the rest of the series of `log(1 + f)`: `2/3 z + 2/5 z^2 + ..`, minimax (FreeBSD msun, e_log.c).
const REST: [f64; 7] = [
    6.666_666_666_666_735e-1,
    3.999_999_999_940_942e-1,
    2.857_142_874_366_239e-1,
    2.222_219_843_214_978_4e-1,
    1.818_357_216_161_805e-1,
    1.531_383_769_920_937_3e-1,
    1.479_819_860_511_658_6e-1,
];
/// Bits of 1.
const ONE: u64 = 0x3ff0_0000_0000_0000;
/// Bits of `sqrt(1/2)`.
const SQRT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
/// Bits and value of `3/2 2^52`: small integers become floats by addition.
const INTEGER: (u64, f64) = (0x4338_0000_0000_0000, 6_755_399_441_055_744.0);

/// Fills `out` with independent normal numbers, mean 0 and variance 1, from as many random bits.
///
/// The first half are the `z_1`, the second the `z_2`.
///
/// # Panics
/// When the slices differ in length, or the length is odd.
pub fn normals(bits: &[u64], out: &mut [f64]) {
    assert!(bits.len() == out.len() && bits.len().is_multiple_of(2), "{} bits for {} numbers", bits.len(), out.len());
    on_widest_registers!(kernel(bits: &[u64], out: &mut [f64]))
}

#[inline(always)]
fn kernel(bits: &[u64], out: &mut [f64]) {
    let half = out.len() / 2;
    let (radii, angles) = bits.split_at(half);
    let (first, second) = out.split_at_mut(half);
    for (((r, v), a), b) in radii.iter().zip(angles).zip(first).zip(second) {
        // Both are in [1, 2).
        let u = 2.0 - f64::from_bits((r >> 12) | ONE);
        let v = f64::from_bits((v >> 12) | ONE) - 1.0;
        let radius = (-2.0 * logarithm(u)).sqrt();
        let (c, s) = cosine_and_sine(v);
        (*a, *b) = (radius * c, radius * s);
    }
}

/// `log u` for a normal number `u`.
#[inline(always)]
fn logarithm(u: f64) -> f64 {
    let bits = u.to_bits();
    let biased = (bits + ONE - SQRT_HALF) >> 52;
    let exponent = biased.wrapping_sub(1023);
    let e = f64::from_bits(INTEGER.0.wrapping_add(exponent)) - INTEGER.1;
    let f = f64::from_bits(bits.wrapping_sub(exponent << 52)) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let rest = z * REST.iter().rev().fold(0.0, |sum, c| sum * z + c);
    let half_square = 0.5 * f * f;
    e * LN_2 - ((half_square - s * (half_square + rest)) - f)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::Player;
    use crate::particle::stream::{Purpose, RandomStreams};

    fn sample(count: usize) -> Vec<f64> {
        let (mut bits, mut out) = (vec![0; count], vec![f64::NAN; count]);
        RandomStreams::new(1, 0).block(Player::X, Purpose::Noise, 0, 0).fill(&mut bits);
        normals(&bits, &mut out);
        out
    }

    #[test]
    fn the_logarithm_is_right_to_the_last_bits() {
        for j in 1..=4096u32 {
            for u in [f64::from(j) / 4096.0, f64::from(j) * f64::EPSILON, 1.0 - f64::from(j) * f64::EPSILON] {
                let (ours, theirs) = (logarithm(u), u.ln());
                assert!((ours - theirs).abs() <= 2.0 * f64::EPSILON * theirs.abs(), "log {u}: {ours}, {theirs}");
            }
        }
    }

    #[test]
    fn moments_and_tails_are_those_of_the_normal_law() {
        let n = 1 << 20;
        let z = sample(n);
        let mean = |power: i32| z.iter().map(|z| z.powi(power)).sum::<f64>() / n as f64;
        // Standard errors of the mean of z^p are sqrt((2p - 1)!!/n) and less.
        for (power, expected, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)] {
            let error = (variance / n as f64).sqrt();
            assert!((mean(power) - expected).abs() <= 4.0 * error, "moment {power}: {}", mean(power));
        }
        for (bound, share) in [(1.0, 0.317_310_507_862_9), (3.0, 2.699_796_063_3e-3), (4.0, 6.334_248_366_6e-5)] {
            let beyond = z.iter().filter(|z| z.abs() > bound).count() as f64;
            let expected = share * n as f64;
            assert!((beyond - expected).abs() <= 4.0 * expected.sqrt(), "{beyond} beyond {bound}, not {expected}");
        }
        // Partners in a pair, and neighbours, are not correlated.
        let products = |lag: usize| z.iter().zip(&z[lag..]).map(|(a, b)| a * b).sum::<f64>() / (n as f64).sqrt();
        assert!(products(n / 2).abs() <= 4.0 && products(1).abs() <= 4.0);
    }

    #[test]
    fn the_first_numbers_stay_what_they_are() {
        let golden = sample(4);
        let bits: Vec<u64> = golden.iter().map(|z| z.to_bits()).collect();
        assert_eq!(bits, GOLDEN, "{golden:?}");
    }

    const GOLDEN: [u64; 4] =
        [13_795_266_038_955_938_192, 4_603_911_547_673_393_160, 4_607_191_029_164_607_604, 4_608_223_178_524_593_695];
}
