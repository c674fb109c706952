//! All replicas, from snapshot to snapshot.

use super::distance::{PairDistance, Targets, coordinates};
use super::setup::Setup;
use crate::experiment::{Progress, RunError};
use crate::game::Player;
use crate::output::{ParticleColumn, ParticleRecord};
use crate::particle::{Ensemble, Escape, ParticleSystem, RandomStreams};
use crate::torus::Density;
use rayon::prelude::*;

/// Particle-steps between two looks at the progress bar: about a tenth of a second.
const STRIDE: f64 = 1e7;

/// What is measured of one replica at one snapshot.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Measured {
    /// To the density of infinitely many particles.
    pub to_mean_field: Option<PairDistance>,
    pub to_equilibrium: Option<PairDistance>,
    /// Mean of `f` over all pairs of particles.
    pub payoff: f64,
    /// `(sum w)^2/sum w^2` of x and of y: numbers of particles when weights are equal.
    pub effective: [f64; 2],
    /// The largest difference of the mass of a player from 1.
    pub mass_error: f64,
}

/// Everything measured, and the clouds if they were wanted.
#[derive(Debug)]
pub(super) struct Record {
    pub times: Vec<f64>,
    /// Snapshot by snapshot, replica by replica.
    pub rows: Vec<Vec<Measured>>,
    /// Why distances are missing, the first of every kind.
    pub failures: Vec<String>,
    pub counts: [usize; 2],
    /// Coordinates of every snapshot and replica, for each player.
    clouds: Vec<Vec<[Vec<f64>; 2]>>,
    /// Weights likewise; empty when all are equal.
    weights: Vec<Vec<[Vec<f64>; 2]>>,
}

/// The replicas under way.
pub(super) struct Replicas<'a> {
    setup: &'a Setup<'a>,
    systems: Vec<ParticleSystem>,
    /// Distances to the equilibrium, if distances are wanted, or why there are none.
    equilibrium: Option<Result<Targets<'a>, String>>,
    keep: bool,
    /// First snapshot whose distance to the density of infinitely many particles is measured.
    mean_field_from: usize,
    record: Record,
}

impl<'a> Replicas<'a> {
    /// At time 0.
    ///
    /// # Errors
    /// [`RunError`] when the weights of so many particles cannot be served.
    pub fn new(setup: &'a Setup<'a>, counts: [usize; 2], keep: bool) -> Result<Replicas<'a>, RunError> {
        let request = setup.request;
        let reactions = setup.reactions(counts)?;
        let start = |replica: u64| {
            let clouds = setup.clouds(counts, &RandomStreams::new(request.seed, replica));
            setup.system(replica, clouds, 0, reactions.as_ref())
        };
        let systems = (0..request.replicas as u64).into_par_iter().map(start).collect();
        let record = Record { times: vec![], rows: vec![], failures: vec![], counts, clouds: vec![], weights: vec![] };
        Ok(Replicas::with(setup, systems, record, keep))
    }

    /// With these systems and what was measured of them so far; `keep` says whether clouds are kept.
    pub fn with(setup: &'a Setup<'a>, systems: Vec<ParticleSystem>, record: Record, keep: bool) -> Replicas<'a> {
        let equilibrium = setup.request.distances.then(|| targets(setup, &setup.equilibrium));
        Replicas { setup, systems, equilibrium, keep, mean_field_from: 0, record }
    }

    /// The same, measured against the density of infinitely many particles at the last snapshot alone.
    pub fn with_mean_field_at_the_end(self) -> Replicas<'a> {
        Replicas { mean_field_from: self.setup.file.output().times().len() - 1, ..self }
    }

    /// To the last snapshot. `pause` is called after every stretch of steps and every snapshot; its error ends the run.
    pub fn run(
        &mut self,
        pause: &mut dyn FnMut(&Replicas<'_>, f64) -> Result<(), RunError>,
        watch: &mut dyn FnMut(&Progress),
    ) -> Result<(), RunError> {
        let times = self.setup.file.output().times();
        if self.record.times.is_empty() {
            self.measure(times[0]);
        }
        let particles = (self.record.counts.iter().sum::<usize>() * self.systems.len()) as f64;
        let stride = (STRIDE / particles).ceil() as u64;
        let mut before = 0;
        for (index, &(count, length)) in self.setup.stretches.iter().enumerate() {
            let mut taken = self.steps().saturating_sub(before).min(count);
            before += count;
            while taken < count {
                let next = stride.min(count - taken);
                self.advance(length, next, |steps| times[index] + (steps - before + count) as f64 * length)?;
                taken += next;
                let time = times[index] + taken as f64 * length;
                watch(&Progress {
                    time,
                    end: times[times.len() - 1],
                    steps: self.steps() as usize,
                    step: length,
                    w2: self.last_distance(),
                });
                pause(self, time)?;
            }
            if self.record.times.len() == index + 1 {
                self.measure(times[index + 1]);
                pause(self, times[index + 1])?;
            }
        }
        Ok(())
    }

    /// Steps of all replicas; of those that failed the first one tells, `time` at so many steps.
    fn advance(&mut self, length: f64, count: u64, time: impl Fn(u64) -> f64) -> Result<(), RunError> {
        let ends: Vec<Result<(), Escape>> =
            self.systems.par_iter_mut().map(|system| system.advance(length, count)).collect();
        match ends.into_iter().enumerate().find_map(|(replica, end)| Some((replica, end.err()?))) {
            None => Ok(()),
            Some((replica, Escape { player, particle, steps })) => {
                Err(RunError::Escape { player, particle, replica, time: time(steps), step: length })
            }
        }
    }

    /// The realisations.
    pub fn systems(&self) -> &[ParticleSystem] {
        &self.systems
    }

    /// What was measured so far.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Steps taken of each.
    pub fn steps(&self) -> u64 {
        self.systems[0].steps()
    }

    pub fn finish(self) -> Record {
        self.record
    }

    fn last_distance(&self) -> f64 {
        let last = self.record.rows.last().and_then(|row| row[0].to_equilibrium);
        last.map_or(f64::NAN, |distance| distance.w2)
    }

    fn measure(&mut self, time: f64) {
        let (setup, index) = (self.setup, self.record.times.len());
        let equilibrium = &self.equilibrium;
        let densities = setup.mean_field.as_ref().ok().filter(|_| index >= self.mean_field_from);
        let mean_field = densities.map(|densities| targets(setup, &densities[index]));
        let of = |system: &ParticleSystem| {
            let clouds = Player::BOTH.map(|player| system.cloud(player));
            let to_mean_field = mean_field.as_ref().map(|targets| distance(targets, clouds));
            let to_equilibrium = equilibrium.as_ref().map(|targets| distance(targets, clouds));
            let effective = clouds.map(Ensemble::effective_count);
            let mass_error = clouds.map(|cloud| cloud.mass_error().abs()).into_iter().fold(0.0, f64::max);
            (to_mean_field, to_equilibrium, (system.mean_payoff(), effective, mass_error))
        };
        let found: Vec<_> = self.systems.par_iter().map(of).collect();
        let mut row = Vec::with_capacity(found.len());
        for (to_mean_field, to_equilibrium, (payoff, effective, mass_error)) in found {
            let mut keep = |distance: Option<Result<PairDistance, String>>, what: &str| match distance? {
                Ok(distance) => Some(distance),
                Err(reason) => {
                    if !self.record.failures.iter().any(|failure| failure.starts_with(what)) {
                        self.record.failures.push(format!("{what} is missing at time {time}: {reason}"));
                    }
                    None
                }
            };
            let to_mean_field = keep(to_mean_field, "the distance to the density");
            let to_equilibrium = keep(to_equilibrium, "the distance to the equilibrium");
            row.push(Measured { to_mean_field, to_equilibrium, payoff, effective, mass_error });
        }
        self.record.times.push(time);
        self.record.rows.push(row);
        if self.keep {
            let place = |system: &ParticleSystem| {
                Player::BOTH.map(|player| coordinates(setup.file.game(), player, system.cloud(player)))
            };
            self.record.clouds.push(self.systems.iter().map(place).collect());
            let weigh = |system: &ParticleSystem| Player::BOTH.map(|player| system.cloud(player).weights().to_vec());
            self.record.weights.push(self.systems.iter().map(weigh).collect());
        }
    }
}

fn targets<'a>(setup: &'a Setup<'a>, densities: &[Density; 2]) -> Result<Targets<'a>, String> {
    Targets::new(setup.file.game(), densities)
}

fn distance(targets: &Result<Targets<'_>, String>, clouds: [&Ensemble; 2]) -> Result<PairDistance, String> {
    targets.as_ref().map_err(String::clone)?.distance(clouds)
}

impl Record {
    #[cfg(test)]
    pub fn of_rows(times: Vec<f64>, rows: Vec<Vec<Measured>>) -> Record {
        Record { times, rows, failures: vec![], counts: [1, 1], clouds: vec![], weights: vec![] }
    }

    /// Numbers of one replica at one snapshot.
    pub const NUMBERS: usize = 12;

    /// All measurements as numbers, NaN where there is none.
    pub fn numbers(&self) -> Vec<f64> {
        let four = |d: Option<PairDistance>| d.map_or([f64::NAN; 4], |d| [d.w2, d.w2_x, d.w2_y, d.error]);
        let rest = |m: &Measured| [m.payoff, m.effective[0], m.effective[1], m.mass_error];
        let one = |m: &Measured| [four(m.to_mean_field), four(m.to_equilibrium), rest(m)].concat();
        self.rows.iter().flatten().flat_map(one).collect()
    }

    /// The record that has these [`Record::numbers`] and these positions, replica by replica, time by time.
    pub fn restore(
        times: Vec<f64>,
        replicas: usize,
        counts: [usize; 2],
        failures: Vec<String>,
        numbers: &[f64],
        positions: &[Vec<f64>; 2],
        weights: &[Vec<f64>; 2],
    ) -> Record {
        let distance = |four: &[f64]| match *four {
            [w2, w2_x, w2_y, error] if !w2.is_nan() => Some(PairDistance { w2, w2_x, w2_y, error }),
            _ => None,
        };
        let one = |n: &[f64]| Measured {
            to_mean_field: distance(&n[..4]),
            to_equilibrium: distance(&n[4..8]),
            payoff: n[8],
            effective: [n[9], n[10]],
            mass_error: n[11],
        };
        let measured: Vec<Measured> = numbers.chunks_exact(Record::NUMBERS).map(one).collect();
        let split = |all: &[Vec<f64>; 2]| -> Vec<Vec<[Vec<f64>; 2]>> {
            let lengths = [0, 1].map(|p| all[p].len() / (replicas * times.len()));
            let part = |t: usize, r: usize| {
                [0, 1].map(|p| all[p][(r * times.len() + t) * lengths[p]..][..lengths[p]].to_vec())
            };
            (0..times.len()).map(|t| (0..replicas).map(|r| part(t, r)).collect()).collect()
        };
        let (clouds, weights) = (split(positions), split(weights));
        let rows = measured.chunks(replicas).map(<[Measured]>::to_vec).collect();
        Record { rows, times, failures, counts, clouds, weights }
    }

    /// What the output file holds: replica by replica, time by time.
    pub fn to_file(&self, setup: &Setup<'_>) -> ParticleRecord {
        let replicas = setup.request.replicas;
        let column = |pick: &dyn Fn(&Measured) -> f64| -> Vec<f64> {
            (0..replicas).flat_map(|r| self.rows.iter().map(move |row| pick(&row[r]))).collect()
        };
        let part = |what: fn(&Measured) -> Option<PairDistance>, pick: fn(&PairDistance) -> f64| {
            column(&|measured| what(measured).as_ref().map_or(f64::NAN, pick))
        };
        let mut columns = Vec::new();
        for (prefix, of, what) in [
            ("w2_mean_field", "density of infinitely many particles", (|m| m.to_mean_field) as fn(&Measured) -> _),
            ("w2", "equilibrium", |m| m.to_equilibrium),
        ] {
            for (suffix, who, pick) in [
                ("", "distance of both clouds to the", (|d| d.w2) as fn(&PairDistance) -> f64),
                ("_x", "distance of the cloud of x to the", |d| d.w2_x),
                ("_y", "distance of the cloud of y to the", |d| d.w2_y),
                ("_error", "error bar of the distance of both clouds to the", |d| d.error),
            ] {
                let (name, long_name) = (format!("{prefix}{suffix}"), format!("{who} {of}"));
                columns.push(ParticleColumn { name, long_name, values: part(what, pick) });
            }
        }
        columns.push(ParticleColumn {
            name: "payoff".to_owned(),
            long_name: "mean of f over all pairs of particles".to_owned(),
            values: column(&|measured| measured.payoff),
        });
        if setup.reaction.is_some() {
            for player in Player::BOTH {
                let (p, letter) = (player.index(), player.letter());
                columns.push(ParticleColumn {
                    name: format!("effective_{letter}"),
                    long_name: format!("effective number of particles of {letter}, 1 over the sum of squared weights"),
                    values: column(&|measured| measured.effective[p]),
                });
            }
            columns.push(ParticleColumn {
                name: "mass_error".to_owned(),
                long_name: "largest difference of the sum of the weights of a player from 1".to_owned(),
                values: column(&|measured| measured.mass_error),
            });
        }
        let all = |parts: &[Vec<[Vec<f64>; 2]>]| {
            [0, 1].map(|p| {
                (0..replicas).flat_map(|r| parts.iter().flat_map(move |row| row[r][p].iter().copied())).collect()
            })
        };
        let game = setup.file.game();
        ParticleRecord {
            title: game.name().to_owned(),
            times: self.times.clone(),
            replicas,
            counts: self.counts,
            periods: Player::BOTH.map(|player| game.domain(player).period().to_vec()),
            origins: Player::BOTH.map(|player| game.domain(player).origin().to_vec()),
            lines: game.lines(),
            positions: all(&self.clouds),
            weights: all(&self.weights),
            columns,
            scheme: setup.request.scheme.name(),
            seed: setup.request.seed,
            step: setup.longest_step(),
        }
    }
}
