//! The two inner loops of every payoff in table form: sums against tables and combinations of tables.
//!
//! ```text
//! dot:      s = sum_j t_j u_j
//! combine:  out_j = w_0 + sum_q w_q t_q(j)
//! ```
//!
//! Sums run in [`LANES`] fixed accumulators, so the compiler may use vector registers and the order of additions
//! is always the same.

use crate::registers::on_widest_registers;

/// Independent partial sums: two to four vector registers, enough to hide the latency of an addition.
const LANES: usize = 8;

/// Sum of the values.
pub fn sum(values: &[f64]) -> f64 {
    on_widest_registers!(sum_kernel(values: &[f64]) -> f64)
}

#[inline(always)]
fn sum_kernel(values: &[f64]) -> f64 {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut partial = [0.0; LANES];
    for chunk in chunks {
        for lane in 0..LANES {
            partial[lane] += chunk[lane];
        }
    }
    collect(partial) + rest.iter().sum::<f64>()
}

/// Sum of the products `a_j b_j`.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len(), "two vectors of one length");
    on_widest_registers!(dot_kernel(a: &[f64], b: &[f64]) -> f64)
}

#[inline(always)]
fn dot_kernel(a: &[f64], b: &[f64]) -> f64 {
    let (left, left_rest) = a.as_chunks::<LANES>();
    let (right, right_rest) = b.as_chunks::<LANES>();
    let mut partial = [0.0; LANES];
    for (p, q) in left.iter().zip(right) {
        for lane in 0..LANES {
            partial[lane] += p[lane] * q[lane];
        }
    }
    collect(partial) + left_rest.iter().zip(right_rest).map(|(p, q)| p * q).sum::<f64>()
}

#[inline(always)]
fn collect(partial: [f64; LANES]) -> f64 {
    ((partial[0] + partial[4]) + (partial[2] + partial[6])) + ((partial[1] + partial[5]) + (partial[3] + partial[7]))
}

/// `out = constant + sum_q weights[q] tables[q]`, the tables being rows of length `out.len()`.
pub fn combine(constant: f64, weights: &[f64], tables: &[f64], out: &mut [f64]) {
    assert_eq!(tables.len(), weights.len() * out.len(), "one table for each weight");
    out.fill(constant);
    add_combination(weights, tables, out);
}

/// `out += sum_q weights[q] tables[q]`; four tables are read in one pass over `out`, which stays in the first-level
/// cache.
pub fn add_combination(weights: &[f64], tables: &[f64], out: &mut [f64]) {
    assert_eq!(tables.len(), weights.len() * out.len(), "one table for each weight");
    on_widest_registers!(add_kernel(weights: &[f64], tables: &[f64], out: &mut [f64]))
}

#[inline(always)]
fn add_kernel(weights: &[f64], tables: &[f64], out: &mut [f64]) {
    let n = out.len();
    if n == 0 {
        return;
    }
    let mut fours = weights.chunks_exact(4);
    let mut blocks = tables.chunks_exact(4 * n);
    for (w, block) in (&mut fours).zip(&mut blocks) {
        let (first, second) = block.split_at(2 * n);
        let ((a, b), (c, d)) = (first.split_at(n), second.split_at(n));
        for ((((o, a), b), c), d) in out.iter_mut().zip(a).zip(b).zip(c).zip(d) {
            *o += (w[0] * a + w[1] * b) + (w[2] * c + w[3] * d);
        }
    }
    let (w, rest) = (fours.remainder(), blocks.remainder());
    match w.len() {
        0 => {}
        1 => out.iter_mut().zip(rest).for_each(|(o, a)| *o += w[0] * a),
        2 => {
            let (a, b) = rest.split_at(n);
            for ((o, a), b) in out.iter_mut().zip(a).zip(b) {
                *o += w[0] * a + w[1] * b;
            }
        }
        _ => {
            let (a, (b, c)) = (&rest[..n], rest[n..].split_at(n));
            for (((o, a), b), c) in out.iter_mut().zip(a).zip(b).zip(c) {
                *o += (w[0] * a + w[1] * b) + w[2] * c;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_combinations_equal_the_plain_loops_at_every_length() {
        for n in 1..40 {
            let a: Vec<f64> = (0..n).map(|j| ((7 * j + 3) % 11) as f64 - 4.0).collect();
            let b: Vec<f64> = (0..n).map(|j| ((5 * j + 1) % 13) as f64 - 6.0).collect();
            assert_eq!(sum(&a), a.iter().sum::<f64>());
            assert_eq!(dot(&a, &b), a.iter().zip(&b).map(|(p, q)| p * q).sum::<f64>());
            for q in 0..7 {
                let weights: Vec<f64> = (0..q).map(|k| k as f64 - 2.0).collect();
                let tables: Vec<f64> = (0..q * n).map(|j| ((3 * j) % 17) as f64).collect();
                let mut out = vec![f64::NAN; n];
                combine(2.5, &weights, &tables, &mut out);
                for j in 0..n {
                    assert_eq!(out[j], 2.5 + (0..q).map(|k| weights[k] * tables[k * n + j]).sum::<f64>());
                }
            }
        }
    }
}
