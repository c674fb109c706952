//! First exits of small systems: when the distance to the equilibrium first passes a level, against the number of particles.
//!
//! Noise drives every finite system out of any basin in the end, the later the more particles it has: theory expects a mean
//! time of the order of `exp(c N)`. A system is looked at when a snapshot is taken; its exit counts half way between the
//! last snapshot inside and the first outside. With `k` exits of `R` systems that were watched for a total time `S`,
//!
//! ```text
//! mean time = S/k,    standard error = S/k^(3/2),    log mean time = a + c N by weighted least squares, weights k,
//! ```
//!
//! which is the maximum of likelihood for exits without memory; systems that never left count in `S`.

use super::ladder::{Rung, fitted_slope};
use super::replicas::Record;
use serde::Serialize;

/// Where a system is outside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Exit {
    /// Farther from the equilibrium than this: out of its basin.
    Above(f64),
    /// Nearer than this: off a cycle.
    Below(f64),
}

impl Exit {
    fn is_outside(self, w2: f64) -> bool {
        match self {
            Exit::Above(level) => w2 > level,
            Exit::Below(level) => w2 < level,
        }
    }
}

/// Exits of the systems of one rung.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RungExit {
    /// Systems that left.
    pub exits: usize,
    /// Time for which all systems together were watched inside.
    pub time_inside: f64,
    /// Mean time to the exit; null when none left, and then longer than about `time_inside`.
    pub mean_time: Option<f64>,
    /// Its standard error; null likewise.
    pub standard_error: Option<f64>,
}

/// Growth `log(mean time) ~ rate N`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ExitGrowth {
    /// `c`.
    pub rate: f64,
    /// Its standard error.
    pub standard_error: f64,
}

impl RungExit {
    /// From the distances at the snapshots. The reason when there is none: a distance is missing, or a system starts outside.
    pub(super) fn new(record: &Record, exit: Exit) -> Result<RungExit, String> {
        let (mut exits, mut time_inside) = (0, 0.0);
        for replica in 0..record.rows[0].len() {
            let distances: Option<Vec<f64>> =
                record.rows.iter().map(|row| row[replica].to_equilibrium.map(|d| d.w2)).collect();
            let distances = distances.ok_or("a distance is missing")?;
            match distances.iter().position(|w2| exit.is_outside(*w2)) {
                Some(0) => return Err(format!("replica {replica} starts outside, at distance {}", distances[0])),
                Some(first) => {
                    exits += 1;
                    time_inside += 0.5 * (record.times[first - 1] + record.times[first]);
                }
                None => time_inside += record.times[record.times.len() - 1],
            }
        }
        let mean_time = (exits > 0).then(|| time_inside / exits as f64);
        let standard_error = mean_time.map(|mean| mean / (exits as f64).sqrt());
        Ok(RungExit { exits, time_inside, mean_time, standard_error })
    }
}

/// The fit over the rungs that systems left; `None` with fewer than two.
pub(super) fn growth(rungs: &[Rung]) -> Option<ExitGrowth> {
    let points: Vec<(f64, f64, f64)> = (rungs.iter())
        .filter_map(|rung| {
            let exit = rung.exit?;
            Some((rung.particles.x as f64, exit.mean_time?.ln(), exit.exits as f64))
        })
        .collect();
    let (rate, standard_error) = fitted_slope(&points)?;
    Some(ExitGrowth { rate, standard_error })
}

#[cfg(test)]
mod tests {
    use super::super::distance::PairDistance;
    use super::super::replicas::Measured;
    use super::*;

    /// A record whose replicas are outside from these snapshots on.
    fn record(times: &[f64], first_outside: &[usize]) -> Record {
        let row = |k: usize| {
            let measured = |first: &usize| {
                let w2 = if k >= *first { 2.0 } else { 0.5 };
                let distance = PairDistance { w2, w2_x: w2, w2_y: 0.0, error: 0.0 };
                Measured {
                    to_mean_field: None,
                    to_equilibrium: Some(distance),
                    payoff: 0.0,
                    effective: [1.0; 2],
                    mass_error: 0.0,
                }
            };
            first_outside.iter().map(measured).collect()
        };
        Record::of_rows(times.to_vec(), (0..times.len()).map(row).collect())
    }

    #[test]
    fn systems_that_never_leave_count_with_the_time_they_were_watched() {
        let times = [0.0, 1.0, 3.0, 4.0];
        let found = RungExit::new(&record(&times, &[1, 2, 9, 9]), Exit::Above(1.0)).unwrap();
        assert_eq!((found.exits, found.time_inside), (2, 0.5 + 2.0 + 4.0 + 4.0));
        assert_eq!(found.mean_time, Some(5.25));
        assert_eq!(found.standard_error, Some(5.25 / 2.0_f64.sqrt()));
        let none = RungExit::new(&record(&times, &[9]), Exit::Above(1.0)).unwrap();
        assert_eq!((none.exits, none.mean_time, none.standard_error), (0, None, None));
        assert!(RungExit::new(&record(&times, &[9, 0]), Exit::Above(1.0)).unwrap_err().contains("replica 1"));
        assert!(RungExit::new(&record(&times, &[9]), Exit::Below(1.0)).is_err());
        assert_eq!(RungExit::new(&record(&times, &[0]), Exit::Below(1.0)).unwrap().exits, 0);
    }
}
