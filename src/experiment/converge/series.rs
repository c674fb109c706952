//! One quantity along one ladder: how its differences fall, and what error that leaves at the finest rung.
//!
//! Differences at or below a floor (rounding; along grids on which an error control took different steps, the error of the
//! steps) say nothing; neither do those that have fallen by [`PLATEAU`] and then fall no further. Of the others before the first
//! such one
//!
//! - along grids, three or more are fitted by a power and by an exponential, and the better fit names the law; two that fall
//!   faster than order [`FASTEST_POWER`] are taken for an exponential too;
//! - along steps and tolerances, the last local order is compared with the declared one (1 for tolerances, since the error is
//!   proportional to the tolerance). Only where they agree does a Richardson value follow, and only for steps: the steps of
//!   an error control change by jumps.
//!
//! The error bar of the value at the finest rung is the remainder that the law predicts, times [`SAFETY`], or times
//! [`SAFETY_OF_AN_ORDER`] where the declared order is seen (the factors of Roache's grid convergence index), plus the floor.
//! Where nothing falls it is [`SAFETY`] times the largest difference.

use super::ladder::Axis;
use super::order::{Fit, Law, fit, local_order};
use super::richardson::{Extrapolation, extrapolate};

/// Factor on a predicted remainder.
const SAFETY: f64 = 3.0;
/// The same where three rungs show the declared order.
const SAFETY_OF_AN_ORDER: f64 = 1.25;
/// No power law of a discretisation of smooth functions falls faster.
const FASTEST_POWER: f64 = 8.0;
/// Differences that have fallen by this factor and then do not halve are noise.
const PLATEAU: f64 = 1e-6;
/// An order is the declared one when it is within this much, and this share of it.
const WINDOW: [f64; 2] = [0.1, 0.15];

/// The numbers of one quantity along a ladder, those rungs left out that have none.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Points, tolerances or steps, coarse to fine.
    pub parameters: Vec<f64>,
    /// Values; `None` for a quantity that has differences only.
    pub values: Option<Vec<f64>>,
    /// Sizes of the differences between one rung and the next.
    pub successive: Vec<f64>,
    /// Sizes of the differences to the finest rung, 0 at the finest.
    pub to_finest: Vec<f64>,
    /// Differences at or below this say nothing.
    pub floor: f64,
}

/// How differences fall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Behaviour {
    /// Exponentially with the number of points.
    Spectral,
    /// Like a power.
    Algebraic,
    /// All are at the floor.
    AtFloor,
    /// They fall, by a law that so few do not show.
    Undetermined,
    /// They do not fall.
    NotConverging,
}

/// What a series shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    /// How differences fall.
    pub behaviour: Behaviour,
    /// Local orders, one for every two successive differences above the floor.
    pub orders: Vec<Option<f64>>,
    /// The observed order: of steps and tolerances the last local one, of grids that of the fitted power.
    pub order: Option<f64>,
    /// Decay per point, of a spectral behaviour.
    pub rate: Option<f64>,
    /// The fits of an exponential and of a power.
    pub fits: Option<[Fit; 2]>,
    /// The value at step 0.
    pub richardson: Option<Extrapolation>,
    /// Why there is none.
    pub no_richardson: Option<String>,
    /// Error bar of the value at the finest rung.
    pub error: f64,
}

impl Series {
    /// The numbers of rungs with values, from values.
    pub fn of_values(parameters: Vec<f64>, values: Vec<f64>, floor: f64) -> Series {
        let finest = values[values.len() - 1];
        Series {
            parameters,
            successive: values.windows(2).map(|pair| (pair[0] - pair[1]).abs()).collect(),
            to_finest: values.iter().map(|value| (value - finest).abs()).collect(),
            values: Some(values),
            floor,
        }
    }

    /// The floor, raised to where differences fall no further, and how many differences come before the first at the floor.
    fn usable(&self) -> (f64, usize) {
        let d = &self.successive;
        let mut floor = self.floor;
        if let Some(start) = (1..d.len()).find(|&i| d[i - 1] <= PLATEAU * d[0] && d[i] > 0.5 * d[i - 1]) {
            floor = d[start - 1..].iter().copied().fold(floor, f64::max);
        }
        (floor, d.iter().position(|difference| *difference <= floor).unwrap_or(d.len()))
    }

    /// Errors at all rungs: the distance to the best value, and its error bar.
    pub fn errors(&self, analysis: &Analysis) -> Vec<f64> {
        match (&self.values, &analysis.richardson) {
            (Some(values), Some(best)) => values.iter().map(|value| (value - best.value).abs() + best.error).collect(),
            _ => self.to_finest.iter().map(|difference| difference + analysis.error).collect(),
        }
    }

    /// Distances to the best value, and its error bar.
    pub fn observed(&self, analysis: &Analysis) -> (Vec<f64>, f64) {
        match (&self.values, &analysis.richardson) {
            (Some(values), Some(best)) => (values.iter().map(|value| (value - best.value).abs()).collect(), best.error),
            _ => (self.to_finest.clone(), analysis.error),
        }
    }

    /// What a ladder of grids shows.
    pub fn along_grids(&self) -> Analysis {
        let (floor, usable) = self.usable();
        let (points, d) = (&self.parameters, &self.successive[..usable]);
        let finest = points[points.len() - 1];
        let h: Vec<f64> = points.iter().map(|n| n.recip()).collect();
        let orders = local_orders(&h, d);
        let mut analysis = Analysis {
            behaviour: Behaviour::AtFloor,
            orders,
            order: None,
            rate: None,
            fits: None,
            richardson: None,
            no_richardson: Some("grids are not extrapolated: where they converge they do so exponentially".to_owned()),
            error: floor,
        };
        let Some(last) = usable.checked_sub(1) else { return analysis };
        let pair = [points[last], points[last + 1]];
        if usable == 1 {
            let is_last = self.successive.len() == 1;
            analysis.behaviour = if is_last { Behaviour::Undetermined } else { self.after_one_drop(d[0], floor) };
            analysis.error = if is_last { SAFETY * d[0] + floor } else { floor };
            return analysis;
        }
        if d[last] >= d[0] {
            analysis.behaviour = Behaviour::NotConverging;
            analysis.error = SAFETY * largest(&self.successive) + floor;
            return analysis;
        }
        let [exponential, power] = [Law::Exponential, Law::Power].map(|law| fit(law, &points[..=usable], d));
        let is_spectral = power.rate > FASTEST_POWER || (usable > 2 && exponential.residual < power.residual);
        let (law, rate) = if is_spectral { (Law::Exponential, exponential.rate) } else { (Law::Power, power.rate) };
        analysis.behaviour = match (is_spectral, usable) {
            (true, _) => Behaviour::Spectral,
            (false, 2) => Behaviour::Undetermined,
            (false, _) => Behaviour::Algebraic,
        };
        analysis.fits = Some([exponential, power]);
        analysis.rate = is_spectral.then_some(exponential.rate);
        analysis.order = (analysis.behaviour == Behaviour::Algebraic).then_some(power.rate);
        analysis.error = SAFETY * d[last] * law.remainder(rate, pair, finest) + floor;
        analysis
    }

    /// One difference above the floor and the next below it: spectral when no power falls so fast.
    fn after_one_drop(&self, difference: f64, floor: f64) -> Behaviour {
        let n = &self.parameters;
        let slowest = difference * ((n[0] / n[1]).ln() * FASTEST_POWER).exp();
        if slowest > floor { Behaviour::Spectral } else { Behaviour::Undetermined }
    }

    /// What a ladder of tolerances or steps shows, whose scheme declares this order.
    pub fn along_times(&self, axis: Axis, declared: f64) -> Analysis {
        let (floor, usable) = self.usable();
        let (h, d) = (&self.parameters, &self.successive[..usable]);
        let orders = local_orders(h, d);
        let order = orders.last().copied().flatten();
        let finest = h.len() - 1;
        let is_declared = order.is_some_and(|order| (order - declared).abs() <= WINDOW[0] + WINDOW[1] * declared)
            && self.keeps_its_sign(usable);
        let behaviour = match (usable, order) {
            (0, _) => Behaviour::AtFloor,
            (1, _) => Behaviour::Undetermined,
            (_, None) if d[usable - 1] >= d[usable - 2] => Behaviour::NotConverging,
            _ => Behaviour::Algebraic,
        };
        let error = match (usable.checked_sub(1), order) {
            (None, _) => floor,
            (Some(last), Some(order)) => {
                let (rate, safety) =
                    if is_declared { (declared, SAFETY_OF_AN_ORDER) } else { (order.min(declared), SAFETY) };
                let pair = [h[last].recip(), h[last + 1].recip()];
                safety * d[last] * Law::Power.remainder(rate, pair, h[finest].recip()) + floor
            }
            (Some(0), None) if self.successive.len() > 1 => floor,
            _ => SAFETY * largest(&self.successive) + floor,
        };
        let refusal = self.why_not_extrapolated(axis, declared, order, is_declared, usable);
        let richardson = match (&self.values, &refusal) {
            (Some(values), None) => {
                let last = |numbers: &[f64]| [numbers[finest - 2], numbers[finest - 1], numbers[finest]];
                Some(extrapolate(last(h), last(values), declared, floor))
            }
            _ => None,
        };
        let error = match (&self.values, &richardson) {
            (Some(values), Some(best)) => (values[finest] - best.value).abs() + best.error,
            _ => error,
        };
        Analysis { behaviour, orders, order, rate: None, fits: None, richardson, no_richardson: refusal, error }
    }

    /// Whether the last two usable differences have the same sign, where they have signs.
    fn keeps_its_sign(&self, usable: usize) -> bool {
        let Some(values) = &self.values else { return true };
        let Some(first) = usable.checked_sub(2) else { return false };
        (values[first] - values[first + 1]) * (values[first + 1] - values[first + 2]) > 0.0
    }

    fn why_not_extrapolated(
        &self,
        axis: Axis,
        declared: f64,
        order: Option<f64>,
        is_declared: bool,
        usable: usize,
    ) -> Option<String> {
        if self.values.is_none() {
            return Some("a distance between states is no value that could be extrapolated".to_owned());
        }
        if axis == Axis::Tolerance {
            return Some(
                "the steps of an error control change by jumps, so that the error has no smooth law".to_owned(),
            );
        }
        if usable < self.successive.len() {
            return Some("the finest differences are rounding".to_owned());
        }
        match order {
            None if usable < 2 => Some("an order needs three rungs".to_owned()),
            None => Some("the differences do not fall".to_owned()),
            Some(_) if !self.keeps_its_sign(usable) => {
                Some("not asymptotic: the differences change their sign".to_owned())
            }
            Some(order) if !is_declared => {
                Some(format!("not asymptotic: the observed order is {order:.2}, the declared one {declared}"))
            }
            Some(_) => None,
        }
    }
}

/// The local order of every three successive rungs.
fn local_orders(h: &[f64], differences: &[f64]) -> Vec<Option<f64>> {
    let order = |i: usize| local_order([h[i], h[i + 1], h[i + 2]], [differences[i], differences[i + 1]]);
    (0..differences.len().saturating_sub(1)).map(order).collect()
}

fn largest(differences: &[f64]) -> f64 {
    differences.iter().copied().fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRIDS: [f64; 6] = [16.0, 24.0, 32.0, 48.0, 64.0, 96.0];

    /// A reproducible number in [-1, 1).
    fn noise(i: usize) -> f64 {
        ((i as f64 + 1.0) * 0.754_877_666).fract() * 2.0 - 1.0
    }

    fn grids(floor: f64, value: impl Fn(f64) -> f64) -> (Series, Analysis) {
        let series = Series::of_values(GRIDS.to_vec(), GRIDS.map(value).to_vec(), floor);
        let analysis = series.along_grids();
        (series, analysis)
    }

    #[test]
    fn an_exponential_error_is_called_spectral_and_its_bar_holds() {
        for (rate, size) in [(0.1, 1.0), (0.3, 1e-2), (0.6, 10.0)] {
            let error = |n: f64| size * (-rate * n).exp();
            let (series, found) = grids(1e-13, |n| 3.0 + error(n) + 1e-14 * noise(n as usize));
            assert_eq!(found.behaviour, Behaviour::Spectral, "{found:?}");
            assert!((found.rate.unwrap() - rate).abs() <= 0.05 * rate, "{rate}: {found:?}");
            for (n, bound) in GRIDS.iter().zip(series.errors(&found)) {
                assert!(error(*n) <= bound && bound <= 5.0 * error(*n) + 3e-13, "{n}: {} {bound}", error(*n));
            }
        }
    }

    #[test]
    fn an_error_that_alternates_with_the_grid_is_spectral_too() {
        let (_, found) = grids(1e-13, |n| 3.0 + (-0.3 * n).exp() * if n % 16.0 == 0.0 { 1.0 } else { -0.6 });
        assert_eq!(found.behaviour, Behaviour::Spectral, "{found:?}");
    }

    #[test]
    fn a_power_of_the_spacing_is_called_algebraic_with_its_order_and_its_bar_holds() {
        for order in [1, 2, 4] {
            let error = |n: f64| 5.0 * n.powi(-order);
            let (series, found) = grids(1e-13, |n| 3.0 + error(n) * (1.0 + 0.02 * noise(n as usize)));
            assert_eq!(found.behaviour, Behaviour::Algebraic, "{found:?}");
            assert!((found.order.unwrap() - f64::from(order)).abs() <= 0.2, "{order}: {found:?}");
            for (n, bound) in GRIDS.iter().zip(series.errors(&found)) {
                assert!(error(*n) <= bound * 1.02, "{n}: {} {bound}", error(*n));
            }
        }
    }

    #[test]
    fn differences_at_the_floor_say_nothing_and_noise_above_it_is_recognised() {
        let (_, found) = grids(1e-13, |n| 3.0 + 3e-14 * noise(n as usize));
        assert_eq!((found.behaviour, found.error, found.rate), (Behaviour::AtFloor, 1e-13, None));
        // Noise of 1e-10 where 1e-13 was expected: the exponential before it is seen, and the bar is that of the noise.
        let (_, found) = grids(1e-13, |n| 3.0 + 1e3 * (-0.9 * n).exp() + 1e-10 * noise(n as usize));
        assert_eq!(found.behaviour, Behaviour::Spectral, "{found:?}");
        assert!(found.error >= 5e-11 && found.error <= 1e-9, "{found:?}");
        let (_, found) = grids(1e-13, |n| 3.0 + 1e-3 * noise(n as usize));
        assert_eq!(found.behaviour, Behaviour::NotConverging, "{found:?}");
        assert!(found.error >= 1e-3, "{found:?}");
    }

    fn steps(order: i32, next: f64, floor: f64) -> (Series, Analysis) {
        let h = [0.08, 0.04, 0.02, 0.01];
        let values = h.map(|h: f64| 2.0 + h.powi(order) * (1.0 + next * h));
        let series = Series::of_values(h.to_vec(), values.to_vec(), floor);
        let analysis = series.along_times(Axis::Step, f64::from(order));
        (series, analysis)
    }

    #[test]
    fn the_declared_order_is_seen_and_the_extrapolated_value_is_better_than_any() {
        for order in [1, 2, 4] {
            for next in [-2.0, 0.0, 2.0] {
                let (series, found) = steps(order, next, 1e-15);
                assert!((found.order.unwrap() - f64::from(order)).abs() <= 0.1, "{found:?}");
                let best = found.richardson.unwrap();
                let (error, finest) = ((best.value - 2.0).abs(), series.values.as_ref().unwrap()[3] - 2.0);
                assert!(error <= best.error && best.error <= 0.2 * finest, "{order} {next}: {best:?} {finest}");
                assert!(finest <= found.error && found.error <= 1.5 * finest, "{order} {next}: {found:?}");
                assert_eq!(found.no_richardson, None);
            }
        }
    }

    #[test]
    fn what_is_not_asymptotic_is_not_extrapolated() {
        // An order that is not the declared one.
        let h = vec![0.08, 0.04, 0.02];
        let at = |f: fn(f64) -> f64| Series::of_values(h.clone(), h.iter().map(|h| f(*h)).collect(), 1e-15);
        let found = at(|h| 2.0 + h).along_times(Axis::Step, 4.0);
        assert!(found.richardson.is_none() && found.no_richardson.unwrap().contains("order is 1.00"));
        assert!(found.error >= 0.02);
        // The declared order in differences of both signs.
        let found = Series::of_values(h.clone(), vec![2.04, 2.0, 2.01], 1e-15).along_times(Axis::Step, 2.0);
        assert!(found.richardson.is_none() && found.no_richardson.unwrap().contains("sign"));
        // Rounding, no fall, one difference, tolerances.
        let found = at(|_| 2.0).along_times(Axis::Step, 2.0);
        assert_eq!((found.behaviour, found.richardson, found.error), (Behaviour::AtFloor, None, 1e-15));
        let found = at(|h| 2.0 + 1.0 / h).along_times(Axis::Step, 2.0);
        assert_eq!((found.behaviour, found.richardson), (Behaviour::NotConverging, None));
        let found = Series::of_values(vec![0.2, 0.1], vec![1.0, 1.1], 0.0).along_times(Axis::Step, 1.0);
        assert_eq!((found.behaviour, found.richardson), (Behaviour::Undetermined, None));
        let found = at(|h| 2.0 + h).along_times(Axis::Tolerance, 1.0);
        assert!(found.richardson.is_none() && found.no_richardson.unwrap().contains("jumps"));
        assert!(found.error >= 0.02 && found.error <= 0.03, "{}", found.error);
    }

    #[test]
    fn noisy_orders_below_the_declared_one_widen_the_bar() {
        for (noise, seed) in [(0.1, 0), (0.1, 3), (0.3, 1), (0.3, 2)] {
            let h = [1e-3, 1e-4, 1e-5, 1e-6];
            let shaken = |i: usize| 0.3 * h[i] * (1.0 + noise * super::tests::noise(i + seed));
            let values: Vec<f64> = (0..4).map(|i| 2.0 + shaken(i)).collect();
            let series = Series::of_values(h.to_vec(), values, 1e-14);
            let found = series.along_times(Axis::Tolerance, 1.0);
            assert!((found.order.unwrap() - 1.0).abs() <= 0.3, "{found:?}");
            for (i, bound) in series.errors(&found).into_iter().enumerate() {
                assert!(shaken(i) <= 1.5 * bound, "{i}: {} {bound}", shaken(i));
            }
        }
    }
}
