//! The file of `particles`: distances to the densities and to the equilibrium over time, clouds as histograms.

use super::distances;
use super::histogram::{cells, histogram};
use crate::game::Player;
use crate::output::{ArrayReader, OutputError};
use crate::report::ReportError;
use crate::report::drawing::style::{HEIGHT, WIDTH};
use crate::report::figure::Figure;
use crate::report::motion::{self, Frames, thinned};
use crate::report::page::{Chart, Curve, Page, cell};
use crate::report::subject::{Subject, provenance_of_source, title};
use std::path::{Path, PathBuf};

/// Most values of histograms, and most coordinates that are read for them.
const MOST_VALUES: usize = 1 << 22;
const MOST_COORDINATES: usize = 1 << 28;

/// Measurements of all replicas, replica by replica.
pub(super) struct Measured {
    pub name: &'static str,
    pub values: Vec<f64>,
}

impl Measured {
    /// Mean, smallest and largest value over the replicas at each time.
    pub fn spread(&self, times: usize) -> [Vec<f64>; 3] {
        let at = |k: usize| self.values.iter().skip(k).step_by(times).copied().filter(|v| v.is_finite());
        let over = |f: &dyn Fn(usize) -> f64| (0..times).map(f).collect::<Vec<f64>>();
        let mean = |k: usize| at(k).sum::<f64>() / at(k).count() as f64;
        [over(&mean), over(&|k| at(k).fold(f64::NAN, f64::min)), over(&|k| at(k).fold(f64::NAN, f64::max))]
    }
}

/// Clouds and their file.
pub(in crate::report) struct ParticlesSubject {
    path: PathBuf,
    source: crate::output::Source,
    game: String,
    times: Vec<f64>,
    replicas: usize,
    counts: [usize; 2],
    measured: Vec<Measured>,
    payoff: Vec<f64>,
    frames: Frames,
}

impl ParticlesSubject {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ReportError`] when it is damaged.
    pub fn read(path: &Path) -> Result<ParticlesSubject, ReportError> {
        let reader = ArrayReader::open(path)?;
        let damaged = |reason: String| ReportError::from(reader.damaged(reason));
        let times = reader.times()?;
        let mut measured = Vec::new();
        for name in ["w2_mean_field", "w2"] {
            if reader.has(name) {
                let values = reader.numbers(name)?;
                // Without distances the columns are there, and empty.
                if values.iter().any(|value| value.is_finite()) {
                    measured.push(Measured { name, values });
                }
            }
        }
        let payoff = reader.numbers("payoff")?;
        let replicas = payoff.len() / times.len();
        if replicas == 0 || measured.iter().map(|m| m.values.len()).any(|len| len != replicas * times.len()) {
            return Err(damaged(format!("its columns are not {} times long", times.len())));
        }
        let mut counts = [0; 2];
        for player in Player::BOTH {
            let name = format!("particles/{}", player.letter());
            let shape = reader.shape(&name)?;
            let leading = if replicas > 1 { vec![replicas, times.len()] } else { vec![times.len()] };
            let [points, axes] =
                shape[..].strip_prefix(&leading[..]).and_then(|rest| rest.try_into().ok()).unwrap_or([0; 2]);
            if points == 0 || !(1..=2).contains(&axes) {
                return Err(damaged(format!("{name} has shape {shape:?}, expected {leading:?} and two axes more")));
            }
            for torus in ["period", "origin"] {
                reader.expect_shape(&format!("{name}_{torus}"), &[axes])?;
            }
            let weight = format!("{name}_weight");
            if reader.has(&weight) {
                reader.expect_shape(&weight, &[&leading[..], &[points]].concat())?;
            }
            counts[player.index()] = points;
        }
        let frames = frames(&reader, &times, replicas, counts)?;
        let (source, game) = (reader.source().clone(), reader.text("game")?);
        Ok(ParticlesSubject {
            path: path.to_path_buf(),
            source,
            game,
            times,
            replicas,
            counts,
            measured,
            payoff,
            frames,
        })
    }
}

/// Histograms of the first replica.
fn frames(reader: &ArrayReader, times: &[f64], replicas: usize, counts: [usize; 2]) -> Result<Frames, ReportError> {
    let grids = Player::BOTH.map(|player| {
        let of = |what: &str| reader.numbers(&format!("particles/{}_{what}", player.letter()));
        cells(counts[player.index()], &of("period")?, &of("origin")?)
            .map_err(|error| ReportError::from(reader.damaged(error.to_string())))
    });
    let [x, y] = grids;
    let grids = [x?, y?];
    let largest = Player::BOTH.map(|p| grids[p.index()].len()).into_iter().max().unwrap_or(1);
    let coordinates =
        Player::BOTH.map(|p| counts[p.index()] * grids[p.index()].dimension()).into_iter().max().unwrap_or(1);
    let rows = thinned(times.len(), (MOST_VALUES / largest).min(MOST_COORDINATES / coordinates.max(1)).max(2));
    let series = |player: Player| {
        let (letter, grid) = (player.letter(), &grids[player.index()]);
        let (name, weight) = (format!("particles/{letter}"), format!("particles/{letter}_weight"));
        let weighted = reader.has(&weight);
        let (points, weights) = match replicas {
            1 => (Vec::new(), Vec::new()),
            // The rows of the first replica follow each other.
            _ => (reader.row(&name, 0)?, if weighted { reader.row(&weight, 0)? } else { Vec::new() }),
        };
        let of = |row: usize| -> Result<Vec<f64>, OutputError> {
            let part = |all: &[f64], name: &str| match all {
                [] => reader.row(name, row),
                all => Ok(all.chunks(all.len() / times.len()).nth(row).unwrap_or_default().to_vec()),
            };
            let own = part(&points, &name)?;
            let weights = if weighted { Some(part(&weights, &weight)?) } else { None };
            Ok(histogram(&own, weights.as_deref(), grid))
        };
        rows.iter().map(|row| of(*row)).collect::<Result<Vec<_>, OutputError>>()
    };
    let densities = [series(Player::X)?, series(Player::Y)?];
    Ok(Frames {
        names: ["cloud of x", "cloud of y"],
        times: rows.iter().map(|row| times[*row]).collect(),
        densities,
        grids,
        reference: None,
        drift: None,
        closes: false,
        cells: true,
    })
}

impl Subject for ParticlesSubject {
    fn figures(&self) -> Vec<Figure<'_>> {
        let mut figures = Vec::new();
        if !self.measured.is_empty() {
            let caption = "Distances of the clouds to the density of infinitely many particles and to the equilibrium; with \
                           replicas their mean, smallest and largest.";
            figures.push(Figure::new("distances", caption, (WIDTH, HEIGHT), |sheet| {
                distances::draw(&self.times, &self.measured, sheet)
            }));
        }
        figures.extend(motion::figures(&self.frames));
        figures
    }

    fn page(&self) -> Page<'_> {
        let [n, m] = self.counts;
        let last = self.times.len() - 1;
        let mut numbers = vec![
            ("particles of x, of y", format!("{n}, {m}")),
            ("replicas", self.replicas.to_string()),
            ("times", format!("{} .. {}", cell(self.times[0]), cell(self.times[last]))),
        ];
        for measured in &self.measured {
            let [mean, low, high] = measured.spread(self.times.len());
            let spread = format!("{} ({} .. {})", cell(mean[last]), cell(low[last]), cell(high[last]));
            let value = if self.replicas > 1 { spread } else { cell(mean[last]) };
            numbers.push((
                if measured.name == "w2" { "W2 to the equilibrium at the end" } else { "W2 to the density at the end" },
                value,
            ));
        }
        let finding = format!("{n} and {m} particles, {} replicas; clouds of the first are shown", self.replicas);
        Page {
            title: title(&self.source.title, &self.path),
            finding: ["clouds".to_owned(), finding],
            numbers,
            tables: Vec::new(),
            chart: Some(self.chart()),
            frames: Some(&self.frames),
            texts: vec![("Game", &self.game)],
            provenance: provenance_of_source(&self.path, &self.source),
        }
    }

    fn frames(&self) -> Option<&Frames> {
        Some(&self.frames)
    }

    fn notes(&self) -> Vec<String> {
        self.frames.note("clouds", self.times.len(), "times").into_iter().collect()
    }
}

impl ParticlesSubject {
    fn chart(&self) -> Chart {
        let mean = |measured: &Measured| measured.spread(self.times.len()).into_iter().next().unwrap_or_default();
        let mut curves: Vec<Curve> = Vec::new();
        for measured in &self.measured {
            let (name, colour, dash) = match measured.name {
                "w2" => ("W2 to the equilibrium", "y", &[12, 5][..]),
                _ => ("W2 to the density", "x", &[][..]),
            };
            curves.push(Curve::new(name, &mean(measured), colour, dash));
        }
        let payoff = Measured { name: "payoff", values: self.payoff.clone() };
        let logarithmic = !curves.is_empty();
        if !logarithmic {
            curves.push(Curve::new("payoff", &mean(&payoff), "x", &[]));
        }
        let mut columns = vec![("time".to_owned(), self.times.clone())];
        columns.extend(self.measured.iter().chain([&payoff]).map(|m| (m.name.to_owned(), mean(m))));
        Chart {
            title: if logarithmic { "Distances" } else { "Payoff" },
            label: "means over the replicas over time".to_owned(),
            along: "time t".to_owned(),
            places: self.times.clone(),
            logarithmic,
            curves,
            file: "clouds.csv",
            columns,
        }
    }
}
