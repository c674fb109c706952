//! Choice of the step: a PI controller on a ladder of step sizes.
//!
//! ```text
//! h' = h * SAFETY * r_n^(-1/4) * (r_{n-1} / r_n)^PROPORTIONAL,      r = error / permitted error
//! ```
//!
//! Gustafsson 1991; Hairer, Norsett & Wanner, section IV.2, with the exponent 1/4 of an estimate whose local error is of
//! the order `h^4`. Steps are taken from the ladder `2^(j/8)`, so that the tables of an exponential scheme are computed
//! once per rung and not at every step; the step is raised only when two rungs are to be gained, which leaves the ratio
//! between a third and two thirds on a smooth stretch. A second rejection in a row at least halves the step, and the
//! next ones divide it by five: then the error does not follow the law of the estimate.

use super::StepperError;

/// Rungs per factor of two.
const RUNGS: f64 = 8.0;
const SAFETY: f64 = 0.9;
const PROPORTIONAL: f64 = 0.08;
/// A rejected or wildly inaccurate step shrinks at most by this factor, an accurate one grows at most by its inverse.
const LARGEST_CHANGE: f64 = 5.0;
/// Rejections in a row before the controller gives up.
const MOST_REJECTIONS: usize = 20;

/// What to do with an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The step stands; the controller has chosen the next one.
    Accept,
    /// The step must be repeated with the new, smaller step.
    Reject,
}

/// The controller's memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Controller {
    rung: i32,
    ratio_before: f64,
    rejected: usize,
}

impl Controller {
    /// Starts at the largest rung that is at most `step`.
    pub fn new(step: f64) -> Controller {
        Controller { rung: rung_below(step), ratio_before: 1.0, rejected: 0 }
    }

    /// The step to attempt next.
    pub fn step(&self) -> f64 {
        length(self.rung)
    }

    /// Why no further attempt is made after a step `step` with this error was rejected; `None` when one is. Steps are at most
    /// `limit`.
    pub fn failure(&self, step: f64, error: f64, limit: f64) -> Option<StepperError> {
        if self.rejected > MOST_REJECTIONS {
            Some(StepperError::RejectedTooOften { rejected: self.rejected, step, error })
        } else if self.step() < limit * f64::EPSILON {
            Some(StepperError::StepTooSmall { step: self.step() })
        } else {
            None
        }
    }

    /// Attempts rejected since the last accepted step.
    pub fn rejected(&self) -> usize {
        self.rejected
    }

    /// Judges an attempt of length `taken` whose error is `ratio` times the permitted one. NaN is rejected.
    pub fn judge(&mut self, taken: f64, ratio: f64) -> Verdict {
        // Written so that NaN falls through to the rejection.
        if ratio <= 1.0 {
            let ratio = ratio.max(1e-10);
            let factor = SAFETY * ratio.powf(-0.25) * (self.ratio_before / ratio).powf(PROPORTIONAL);
            let wanted = rung_below(taken * factor.clamp(1.0 / LARGEST_CHANGE, LARGEST_CHANGE));
            // A step cut short by the end of the run says nothing against the rung it was cut from.
            if wanted >= self.rung + 2 || (wanted < self.rung && taken >= self.step()) {
                self.rung = wanted;
            }
            self.ratio_before = ratio;
            self.rejected = 0;
            return Verdict::Accept;
        }
        let factor = if ratio.is_finite() { SAFETY * ratio.powf(-0.25) } else { 0.0 };
        let most = [0.9, 0.5, 1.0 / LARGEST_CHANGE][self.rejected.min(2)];
        let wanted = taken * factor.clamp(1.0 / LARGEST_CHANGE, most);
        self.rung = rung_below(wanted).min(self.rung - 1);
        self.ratio_before = 1.0;
        self.rejected += 1;
        Verdict::Reject
    }

    /// The memory as numbers, for a checkpoint.
    pub fn numbers(&self) -> [f64; 2] {
        [f64::from(self.rung), self.ratio_before]
    }

    /// The controller behind [`Controller::numbers`].
    pub fn from_numbers(numbers: [f64; 2]) -> Controller {
        Controller { rung: numbers[0] as i32, ratio_before: numbers[1], rejected: 0 }
    }
}

fn rung_below(step: f64) -> i32 {
    (RUNGS * step.max(f64::MIN_POSITIVE).log2() + 1e-9).floor() as i32
}

fn length(rung: i32) -> f64 {
    (f64::from(rung) / RUNGS).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_and_infinity_are_rejected_and_shrink_the_step() {
        for bad in [f64::NAN, f64::INFINITY, 1e300] {
            let mut controller = Controller::new(0.1);
            let before = controller.step();
            assert_eq!(controller.judge(before, bad), Verdict::Reject);
            assert!(controller.step() <= before / 4.0, "{bad}: {} -> {}", before, controller.step());
        }
    }

    #[test]
    fn every_rejection_shrinks_the_step_even_when_the_error_is_barely_too_large() {
        let mut controller = Controller::new(0.1);
        for k in 1..=MOST_REJECTIONS {
            let before = controller.step();
            assert_eq!(controller.judge(before, 1.0 + 1e-9), Verdict::Reject);
            assert!(controller.step() < before);
            assert_eq!(controller.rejected(), k);
        }
    }

    #[test]
    fn the_step_settles_where_the_error_law_puts_it() {
        let mut controller = Controller::new(1e-6);
        let law = |h: f64| (h / 0.01).powi(4);
        let mut rejections = 0;
        for _ in 0..60 {
            let h = controller.step();
            if controller.judge(h, law(h)) == Verdict::Reject {
                rejections += 1;
            }
        }
        assert!(controller.step() > 0.006 && controller.step() < 0.01, "settled at {}", controller.step());
        assert!(rejections <= 1, "{rejections} rejections");
    }

    #[test]
    fn a_step_cut_by_the_end_of_the_run_leaves_the_rung_alone() {
        let mut controller = Controller::new(0.01);
        let rung = controller.step();
        assert_eq!(controller.judge(rung * 1e-3, 1e-12), Verdict::Accept);
        assert_eq!(controller.step(), rung);
    }

    #[test]
    fn the_memory_survives_as_numbers() {
        let mut controller = Controller::new(0.01);
        controller.judge(controller.step(), 0.3);
        assert_eq!(Controller::from_numbers(controller.numbers()), controller);
    }
}
