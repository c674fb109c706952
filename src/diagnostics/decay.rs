//! The rate at which a distance decays, from its values at the snapshot times.
//!
//! Near the equilibrium the slowest pair `-gamma +- i omega` of the linearised flow leaves
//!
//! ```text
//! log w(t) = c - gamma t + (1/2) log(1 + a cos(2 omega t) + b sin(2 omega t)),
//! ```
//!
//! a line when the leading eigenvalue is real and a line with wiggles when it is complex. Both forms are fitted by least
//! squares over windows that end where the distance meets its own error bar; the wiggling one by Gauss-Newton from the
//! best of a scan over frequencies. A frequency above the sampling limit appears as its alias, which leaves the rate as
//! it is.
//!
//! The uncertainty of a window is twice the standard error of `gamma` plus [`CAUTION`] times its change when early parts
//! of the window are left out, or its distance to the limit of the slopes of three thirds, whichever is larger; the
//! window with the smallest uncertainty is reported. There is no rate when the distance falls by less than a factor `e`,
//! when fewer than [`FEWEST_POINTS`] values stand above their error, or when the uncertainty exceeds a tenth of the rate.

use faer::Mat;
use nashflow_kernels::factor;

/// Fewest values in a window.
pub const FEWEST_POINTS: usize = 8;
/// A value counts while it is this many times its error bar.
const ABOVE_ERROR: f64 = 1e3;
/// The largest share of the rate that its uncertainty may be.
const LARGEST_UNCERTAINTY: f64 = 0.1;
/// A fit is repeated without these shares of its window, to see what faster modes have left.
const LATER_PARTS: [f64; 3] = [0.25, 0.5, 0.7];
/// Changes between these fits count so many times.
const CAUTION: f64 = 5.0;
/// With fewer in the window, wiggles would take the place of a second mode.
const FEWEST_WIGGLES: f64 = 3.0;
/// Factors nearer to 1 are not told from it.
const SLOWEST_FACTOR: f64 = 0.9;
const FREQUENCIES: usize = 48;
const GAUSS_NEWTON_STEPS: usize = 30;

/// An exponential decay `exp(-rate t)` seen between two times.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Decay {
    /// The rate, per unit of time.
    pub rate: f64,
    /// Its uncertainty.
    pub error: f64,
    /// First time used.
    pub from: f64,
    /// Last time used.
    pub to: f64,
}

/// Fits the asymptotic stretch of `distance` (with error bars `error`) at the times `time`; `None` when there is none.
///
/// # Panics
/// When the slices differ in length.
pub fn fit_decay(time: &[f64], distance: &[f64], error: &[f64]) -> Option<Decay> {
    assert!(time.len() == distance.len() && time.len() == error.len(), "one distance and one error for each time");
    let usable = |i: usize| distance[i].is_finite() && distance[i] > 0.0 && distance[i] > ABOVE_ERROR * error[i];
    let end = (0..time.len()).find(|&i| !usable(i)).unwrap_or(time.len());
    let log: Vec<f64> = distance[..end].iter().map(|w| w.ln()).collect();
    let mut best: Option<Decay> = None;
    let stride = (end / 16).max(1);
    for start in (0..end.saturating_sub(FEWEST_POINTS - 1)).step_by(stride) {
        if log[start] - log[end - 1] < 1.0 {
            break;
        }
        let window = judge(&time[start..end], &log[start..end]);
        if let Some(found) = window
            && best.is_none_or(|b| found.error < b.error)
        {
            best = Some(found);
        }
    }
    best.filter(|d| d.rate > 0.0 && d.error <= LARGEST_UNCERTAINTY * d.rate)
}

/// The better of the two forms over one window.
fn judge(time: &[f64], log: &[f64]) -> Option<Decay> {
    let turns = (time[time.len() - 1] - time[0]) / std::f64::consts::TAU;
    let wiggling = wiggling_line(time, log).filter(|fit| fit.frequency.abs() * turns >= FEWEST_WIGGLES);
    let straight = judge_fit(time, log, line(time, log), line);
    let wiggling = judge_fit(time, log, wiggling, |time, log| refine(time, log, wiggling?.frequency));
    [straight, wiggling].into_iter().flatten().min_by(|a, b| a.error.total_cmp(&b.error))
}

/// A fit of a window with its uncertainty, from fits of its later parts.
fn judge_fit(
    time: &[f64],
    log: &[f64],
    whole: Option<Fit>,
    refit: impl Fn(&[f64], &[f64]) -> Option<Fit>,
) -> Option<Decay> {
    let whole = whole?;
    let later = |share: f64| (share * time.len() as f64) as usize;
    let mut change = 0.0f64;
    for share in LATER_PARTS {
        change = change.max((whole.rate - refit(&time[later(share)..], &log[later(share)..])?.rate).abs());
    }
    // Slopes of three parts, one after the other: what a second mode leaves falls from each to the next by one factor.
    let slope = |from: f64, to: f64| refit(&time[later(from)..later(to)], &log[later(from)..later(to)]).map(|f| f.rate);
    let [first, second, third] = [slope(0.0, 1.0 / 3.0)?, slope(1.0 / 3.0, 2.0 / 3.0)?, slope(2.0 / 3.0, 1.0)?];
    let (before, after) = ((second - first).abs(), (third - second).abs());
    let factor = (after / before.max(f64::MIN_POSITIVE)).min(SLOWEST_FACTOR);
    change = change.max((whole.rate - third).abs() + after * factor / (1.0 - factor));
    let error = 2.0 * whole.standard_error + CAUTION * change;
    error.is_finite().then(|| Decay { rate: whole.rate, error, from: time[0], to: time[time.len() - 1] })
}

#[derive(Debug, Clone, Copy)]
struct Fit {
    rate: f64,
    standard_error: f64,
    frequency: f64,
    residual: f64,
}

/// Straight line.
fn line(time: &[f64], log: &[f64]) -> Option<Fit> {
    let rows: Vec<[f64; 2]> = time.iter().map(|t| [1.0, t - time[0]]).collect();
    let (solution, variance, residual) = least_squares(&rows, log)?;
    Some(Fit { rate: -solution[1], standard_error: variance[1].sqrt(), frequency: 0.0, residual })
}

/// The wiggling form: the frequency from a scan of the linearised model, then Gauss-Newton.
fn wiggling_line(time: &[f64], log: &[f64]) -> Option<Fit> {
    let span = time[time.len() - 1] - time[0];
    let spacing = span / (time.len() - 1) as f64;
    let highest = std::f64::consts::PI / spacing;
    let lowest = 2.0 * std::f64::consts::PI / span;
    let scan = (0..FREQUENCIES).map(|i| lowest + (highest - lowest) * i as f64 / (FREQUENCIES - 1) as f64);
    let mut starts: Vec<(f64, f64)> = scan
        .filter_map(|w| {
            let rows: Vec<[f64; 4]> =
                time.iter().map(|t| t - time[0]).map(|t| [1.0, t, (w * t).cos(), (w * t).sin()]).collect();
            least_squares(&rows, log).map(|(_, _, residual)| (residual, w))
        })
        .collect();
    starts.sort_by(|a, b| a.0.total_cmp(&b.0));
    starts.iter().take(3).filter_map(|&(_, w)| refine(time, log, w)).min_by(|a, b| a.residual.total_cmp(&b.residual))
}

/// Gauss-Newton on `(c, gamma, a, b, w)` from the frequency `w`.
fn refine(time: &[f64], log: &[f64], frequency: f64) -> Option<Fit> {
    if time.len() < FEWEST_POINTS {
        return None;
    }
    let start = line(time, log)?;
    let shifted: Vec<f64> = time.iter().map(|t| t - time[0]).collect();
    let mut p = [log[0], -start.rate, 0.0, 0.0, frequency];
    let mut fit = None;
    for _ in 0..GAUSS_NEWTON_STEPS {
        let mut rows = Vec::with_capacity(shifted.len());
        let mut residuals = Vec::with_capacity(shifted.len());
        for (t, y) in shifted.iter().zip(log) {
            let (sin, cos) = (p[4] * t).sin_cos();
            let s = 1.0 + p[2] * cos + p[3] * sin;
            if s <= 0.0 {
                return fit;
            }
            residuals.push(y - (p[0] + p[1] * t + 0.5 * s.ln()));
            let slope = 0.5 / s;
            rows.push([1.0, *t, slope * cos, slope * sin, slope * t * (p[3] * cos - p[2] * sin)]);
        }
        // While there is no wiggle the frequency has no effect, and its column is 0.
        let (step, variance) = if p[2] == 0.0 && p[3] == 0.0 {
            let rows: Vec<[f64; 4]> = rows.iter().map(|r| [r[0], r[1], r[2], r[3]]).collect();
            let (step, variance, _) = least_squares(&rows, &residuals)?;
            ([step[0], step[1], step[2], step[3], 0.0], variance[1])
        } else {
            let (step, variance, _) = least_squares(&rows, &residuals)?;
            (step, variance[1])
        };
        let amplitude = (p[2] + step[2]).hypot(p[3] + step[3]);
        let damping = if amplitude < 0.99 { 1.0 } else { 0.5 };
        for (p, s) in p.iter_mut().zip(step) {
            *p += damping * s;
        }
        let residual = residuals.iter().map(|r| r * r).sum::<f64>();
        fit = Some(Fit { rate: -p[1], standard_error: variance.sqrt(), frequency: p[4], residual });
        if step.iter().zip(&p).all(|(s, p)| s.abs() <= 1e-13 * p.abs().max(1.0)) {
            break;
        }
    }
    fit
}

/// Least squares `rows x = y`: solution, variances of its entries, sum of squared residuals.
fn least_squares<const P: usize>(rows: &[[f64; P]], y: &[f64]) -> Option<([f64; P], [f64; P], f64)> {
    let n = rows.len();
    if n <= P {
        return None;
    }
    let matrix = Mat::from_fn(n, P, |i, j| rows[i][j]);
    let right = Mat::from_fn(n, 1, |i, _| y[i]);
    let (x, inverse) = factor::least_squares(&matrix, &right);
    let misfit = &matrix * &x - &right;
    let residual = (0..n).map(|i| misfit[(i, 0)].powi(2)).sum::<f64>();
    // (A^T A)^-1 = R^-1 R^-T: its diagonal from the rows of R^-1.
    let sigma2 = residual / (n - P) as f64;
    let mut solution = [0.0; P];
    let mut variance = [0.0; P];
    for j in 0..P {
        solution[j] = x[(j, 0)];
        variance[j] = sigma2 * (0..P).map(|k| inverse[(j, k)].powi(2)).sum::<f64>();
    }
    solution.iter().chain(&variance).all(|v| v.is_finite()).then_some((solution, variance, residual))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::tries;

    fn times(n: usize, end: f64) -> Vec<f64> {
        (0..n).map(|i| end * i as f64 / (n - 1) as f64).collect()
    }

    #[test]
    fn a_pure_decay_is_found_with_its_digits() {
        let time = times(101, 4.0);
        let w: Vec<f64> = time.iter().map(|t| 0.3 * (-2.5 * t).exp()).collect();
        let error: Vec<f64> = w.iter().map(|w| 1e-12 * w + 1e-17).collect();
        let decay = fit_decay(&time, &w, &error).unwrap();
        assert!((decay.rate - 2.5).abs() <= 1e-11, "{decay:?}");
    }

    #[test]
    fn a_faster_mode_at_the_start_is_left_out_and_the_error_covers_what_remains() {
        let time = times(101, 6.0);
        let w: Vec<f64> = time.iter().map(|t| 0.3 * (-2.0 * t).exp() + 0.7 * (-5.0 * t).exp()).collect();
        let decay = fit_decay(&time, &w, &vec![1e-14; 101]).unwrap();
        assert!(decay.from > 1.0 && (decay.rate - 2.0).abs() <= decay.error, "{decay:?}");
        assert!(decay.error <= 1e-4, "{decay:?}");
    }

    /// Norms of three decaying modes, one of them complex, of random rates and shares.
    fn mixture(seed: u64) -> (f64, impl Fn(f64) -> f64) {
        let mut state = seed;
        let mut next = move || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let slowest = 0.5 + 2.0 * next();
        let (second, third) = (slowest * (1.2 + 2.0 * next()), slowest * (2.0 + 4.0 * next()));
        let (a, b, c, turns, phase) = (0.3, next() - 0.5, 2.0 * next() - 1.0, 20.0 * next(), 6.0 * next());
        let distance = move |t: f64| {
            let (one, two, three) = ((-slowest * t).exp(), (-second * t).exp(), (-third * t).exp());
            // The modes overlap: cross terms of either sign.
            let square = (a * one).powi(2)
                + (b * two).powi(2)
                + a * b * one * two
                + c * c * three * three * (1.1 + (turns * t + phase).cos());
            square.max(0.0).sqrt()
        };
        (slowest, distance)
    }

    /// Number of rates found in so many mixtures followed for `span` times of decay, and those off by more than the bar.
    fn coverage(span: f64, mixtures: usize) -> (usize, Vec<f64>) {
        let (mut found, mut missed) = (0, Vec::new());
        for seed in 0..mixtures as u64 {
            let (slowest, distance) = mixture(seed);
            let time = times(121, span / slowest);
            let w: Vec<f64> = time.iter().map(|t| distance(*t)).collect();
            if let Some(decay) = fit_decay(&time, &w, &vec![1e-14; 121]) {
                found += 1;
                missed.extend(Some((decay.rate - slowest).abs() / decay.error).filter(|off| *off > 1.0));
            }
        }
        (found, missed)
    }

    #[test]
    fn the_uncertainty_covers_the_error_for_mixtures_of_modes() {
        // In four times of decay a slow mode need not have appeared at all.
        for (span, share, mixtures) in
            [(8.0, 0.02, tries(100, 300)), (4.0, 0.1, tries(40, 300)), (16.0, 0.0, tries(40, 300))]
        {
            let (found, missed) = coverage(span, mixtures);
            assert!(3 * found > 2 * mixtures, "span {span}: {found} rates");
            let expected = share * found as f64;
            // Three standard deviations, where there are few.
            let most = expected + if tries(0, 1) == 1 { 0.0 } else { 3.0 * expected.sqrt() };
            assert!(missed.len() as f64 <= most, "span {span}: {found} rates, missed {missed:?}");
        }
    }

    #[test]
    fn wiggles_of_a_complex_pair_do_not_bend_the_rate() {
        for (frequency, n) in [(3.0, 101), (19.7, 101), (7.1, 60), (40.0, 80)] {
            let time = times(n, 5.0);
            let w: Vec<f64> = time
                .iter()
                .map(|t| 0.1 * (-1.3 * t).exp() * (1.0 + 0.6 * (2.0 * frequency * t + 0.4).cos()).sqrt())
                .collect();
            let decay = fit_decay(&time, &w, &vec![1e-15; n]).unwrap();
            assert!((decay.rate - 1.3).abs() <= 1e-9, "frequency {frequency}: {decay:?}");
        }
    }

    #[test]
    fn the_floor_is_left_out() {
        let time = times(101, 20.0);
        let w: Vec<f64> = time.iter().map(|t| (-4.0 * t).exp() + 1e-15).collect();
        let decay = fit_decay(&time, &w, &vec![1e-15; 101]).unwrap();
        assert!(decay.to < 8.0 && (decay.rate - 4.0).abs() <= decay.error.max(1e-6), "{decay:?}");
    }

    #[test]
    fn there_is_no_rate_on_a_plateau_on_a_cycle_or_from_few_points() {
        let time = times(101, 20.0);
        let flat: Vec<f64> = time.iter().map(|t| 0.3 * (-1e-7 * t).exp()).collect();
        assert_eq!(fit_decay(&time, &flat, &vec![1e-12; 101]), None);
        let cycle: Vec<f64> = time.iter().map(|t| 1.9 + 1.2 * (1.3 * t).sin()).collect();
        assert_eq!(fit_decay(&time, &cycle, &vec![1e-12; 101]), None);
        let few = times(6, 5.0);
        let w: Vec<f64> = few.iter().map(|t| (-t).exp()).collect();
        assert_eq!(fit_decay(&few, &w, &[1e-12; 6]), None);
        let unknown = vec![f64::NAN; 101];
        assert_eq!(fit_decay(&time, &unknown, &unknown), None);
    }
}
