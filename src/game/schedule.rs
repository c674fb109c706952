//! How the temperatures of an annealed game change: a factor `theta(t) > 0` on `0 <= t <= T`, and its integral.
//!
//! The integral is a Gauss-Legendre rule of five points on panels of equal length, doubled in number until it does not
//! change any more.

use super::Expression;
use super::fault::Fault;

/// Nodes and weights on `[-1, 1]`.
const NODES: [f64; 5] =
    [-0.906_179_845_938_664, -0.538_469_310_105_683_1, 0.0, 0.538_469_310_105_683_1, 0.906_179_845_938_664];
const WEIGHTS: [f64; 5] = [
    0.236_926_885_056_189_08,
    0.478_628_670_499_366_47,
    0.568_888_888_888_888_9,
    0.478_628_670_499_366_47,
    0.236_926_885_056_189_08,
];
/// Fewest and most panels.
const PANELS: [usize; 2] = [64, 1 << 14];
/// Relative change of the integral at which the panels are enough.
const ENOUGH: f64 = 1e-13;
/// The same after which the last doubling is refused.
const TOLERATED: f64 = 1e-9;

/// Most steps of Newton's method, which doubles the digits of a first guess on a panel with each.
const NEWTON_STEPS: usize = 12;

/// A checked schedule.
#[derive(Debug, Clone)]
pub struct TemperatureSchedule {
    factor: Expression,
    end: f64,
    /// Integral up to the start of each panel, and up to the end.
    sums: Vec<f64>,
}

impl TemperatureSchedule {
    /// A schedule up to the time `end` from an expression of `t`.
    pub(super) fn new(factor: Expression, end: f64) -> Result<TemperatureSchedule, Fault> {
        let mut schedule = TemperatureSchedule { factor, end, sums: vec![0.0] };
        let mut panels = PANELS[0];
        loop {
            let before = schedule.sums[schedule.sums.len() - 1];
            schedule.integrate(panels)?;
            let change = (schedule.sums[panels] - before).abs() / schedule.sums[panels];
            if end == 0.0 || change <= ENOUGH || (panels == PANELS[1] && change <= TOLERATED) {
                return Ok(schedule);
            }
            if panels == PANELS[1] {
                let message = format!("changes too fast: its integral is not found on {panels} panels");
                return Err(Fault::new("flow.schedule", message));
            }
            panels *= 2;
        }
    }

    fn integrate(&mut self, panels: usize) -> Result<(), Fault> {
        let mut sums = vec![0.0];
        let start = |panel: usize| panel as f64 / panels as f64 * self.end;
        for panel in 0..panels {
            for time in [start(panel), start(panel + 1)] {
                let value = self.factor(time);
                if !(value.is_finite() && value > 0.0) {
                    let message = format!("must be positive and finite at all times, got {value:?} at t = {time:?}");
                    return Err(Fault::new("flow.schedule", message));
                }
            }
            sums.push(sums[panel] + self.rule(start(panel), start(panel + 1)));
        }
        if let Some(sum) = sums.iter().find(|sum| !sum.is_finite()) {
            return Err(Fault::new("flow.schedule", format!("must have a finite integral, got {sum:?}")));
        }
        self.sums = sums;
        Ok(())
    }

    fn rule(&self, from: f64, to: f64) -> f64 {
        let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
        NODES.iter().zip(WEIGHTS).map(|(node, weight)| weight * self.factor(middle + half * node)).sum::<f64>() * half
    }

    /// `theta(t)`.
    pub fn factor(&self, time: f64) -> f64 {
        self.factor.evaluate(&[time])
    }

    /// The last time.
    pub fn end(&self) -> f64 {
        self.end
    }

    /// `int_0^t theta`, strictly increasing; `t` at most [`TemperatureSchedule::end`].
    pub fn integral(&self, time: f64) -> f64 {
        let panels = self.sums.len() - 1;
        if time >= self.end {
            return self.sums[panels];
        }
        let panel = ((time / self.end * panels as f64) as usize).min(panels - 1);
        let start = panel as f64 / panels as f64 * self.end;
        self.sums[panel] + self.rule(start, time)
    }

    /// The time up to which the integral is this.
    pub fn time_at(&self, integral: f64) -> f64 {
        let panels = self.sums.len() - 1;
        if integral >= self.sums[panels] {
            return self.end;
        }
        let panel = self.sums.partition_point(|sum| *sum <= integral).saturating_sub(1);
        let [start, stop] = [panel, panel + 1].map(|panel| panel as f64 / panels as f64 * self.end);
        let rest = integral - self.sums[panel];
        let mut time = start + (stop - start) * rest / (self.sums[panel + 1] - self.sums[panel]);
        for _ in 0..NEWTON_STEPS {
            let correction = (self.rule(start, time) - rest) / self.factor(time);
            time = (time - correction).clamp(start, stop);
            if correction.abs() <= 2.0 * f64::EPSILON * stop {
                break;
            }
        }
        time
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::Scope;

    fn schedule(text: &str, end: f64) -> Result<TemperatureSchedule, Fault> {
        let scope = Scope::default().with_variables(vec!["t".to_owned()]);
        TemperatureSchedule::new(Expression::parse(text, &scope).unwrap(), end)
    }

    #[test]
    fn the_integral_of_an_exponential_is_exact_to_rounding_at_all_times() {
        let schedule = schedule("1 + 3*exp(-40*t)", 5.0).unwrap();
        for time in [0.0_f64, 1e-9, 0.013, 0.3, 2.7, 4.999, 5.0] {
            let exact = time + 3.0 / 40.0 * (1.0 - (-40.0 * time).exp());
            assert!((schedule.integral(time) - exact).abs() <= 1e-13 * exact.max(1e-3), "at {time}");
            assert!((schedule.time_at(schedule.integral(time)) - time).abs() <= 1e-14 * 5.0, "back to {time}");
        }
    }

    #[test]
    fn a_factor_that_is_not_positive_or_jumps_is_refused() {
        for (text, words) in
            [("1 - t", "got 0.0 at t = 1.0"), ("1/t", "got inf"), ("log(t)", "got -inf"), ("sqrt(0.99 - t)", "got NaN")]
        {
            let fault = schedule(text, 2.0).unwrap_err();
            assert!(fault.key == "flow.schedule" && fault.message.contains(words), "{fault}");
        }
        assert!(schedule("2 + (t - 0.7)/abs(t - 0.7)", 2.0).unwrap_err().message.contains("too fast"));
    }
}
