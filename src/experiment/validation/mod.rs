//! The command `validate`: clouds of particles against the densities of a run.

mod cloud;
mod error;
mod functions;
mod operand;
mod record;
mod report;
mod run_source;
mod same_game;
mod times;
mod trials;

pub use error::ValidationError;
pub use operand::{CloudArrays, CloudSource};
pub use report::{
    BiasReport, ChiSquareReport, FloorReport, LargestScoreReport, PlayerReport, ReplicaReport, TimeReport, Times,
    ValidationReport,
};
pub use run_source::{RunArrays, RunSource};
pub use times::TimeChoice;

use crate::array_file::ArrayAddress;
use crate::experiment::Destination;
use crate::experiment::notes::unbounded_tail;
use crate::game::{GameFile, Player};
use crate::output::check_destination;
use crate::transport::{Cloud, TransportError};
use crate::validation::{Finding, Size, Trial, Verdict, fewest_samples, number_of_tests, verdicts};
use cloud::{CloudArray, PlayerCloud};
use functions::PayoffFunctions;
use operand::Operand;
use times::Rows;
use trials::{Judged, tail_distance, trials};

/// Numbers of samples that are chosen from by cost; with one more they are multiples of 40, so that a rate of 5 % is met.
const SAMPLES: [usize; 5] = [199, 159, 119, 79, 39];
/// Points that all samples of one player and time may have together, by dimension: some ten seconds on one thread.
const POINTS_OF_SAMPLES: [usize; 2] = [2_000_000, 200_000];
/// Most samples.
const MOST_SAMPLES: usize = 100_000;

/// What is asked for.
#[derive(Clone)]
pub struct ValidationRequest<'a> {
    /// The cloud.
    pub cloud: CloudSource<'a>,
    /// The run.
    pub against: RunSource<'a>,
    /// Which times.
    pub times: TimeChoice<'a>,
    /// Whether the arrays have a leading axis of replicas.
    pub has_replicas: bool,
    /// Clouds to draw from each density; as many as are cheap by default.
    pub samples: Option<usize>,
    /// Probability of an alarm about a cloud of the truth.
    pub false_alarm_rate: f64,
    /// Names the random numbers.
    pub seed: u64,
    /// Where to write what was compared and found.
    pub destination: Option<Destination<'a>>,
    /// Told before every sample how many of how many have begun.
    pub progress: &'a (dyn Fn(usize, usize) + Sync),
}

/// One comparison that is to be made.
struct Pair<'a> {
    player: Player,
    cloud: &'a PlayerCloud,
    weights: Option<&'a PlayerCloud>,
    row: usize,
    time: Option<f64>,
    /// Time of the snapshot; `None` for the equilibrium.
    snapshot: Option<f64>,
}

/// Judges a cloud.
///
/// # Errors
/// [`ValidationError`].
pub fn validate(request: &ValidationRequest<'_>) -> Result<ValidationReport, ValidationError> {
    let mut notes = Vec::new();
    if let Some(destination) = &request.destination {
        check_destination(destination.path, destination.overwrite)?;
    }
    let rate = request.false_alarm_rate;
    if !(rate > 0.0 && rate <= 0.5) {
        let message = format!("must be positive and at most 0.5, got {rate}");
        return Err(ValidationError::input("--false-alarm-rate", message));
    }
    let file = request.against.game_file()?;
    let regulariser = file.game().regulariser();
    if !regulariser.is_entropic() {
        let message = format!(
            "is a run with the regulariser {}, whose densities have no system of independent particles to be compared with; \
             validate is for entropy and kl",
            regulariser.name()
        );
        return Err(ValidationError::input(request.against.name(), message));
    }
    let snapshots = request.against.times()?;
    let operand = request.cloud.resolve()?;
    same_game::check(request.cloud, request.against.name(), &file, &mut notes)?;
    let rows = Rows::new(request.cloud.name(), operand.times.as_ref(), request.times, &mut notes)?;
    let clouds = open(request, &operand, &file, &rows)?;
    let weights = open_weights(request, &operand, &rows, &clouds, &mut notes)?;
    let pairs = pairs(request, &rows, [&clouds, &weights], &snapshots)?;
    for player in Player::BOTH {
        let at_rest = pairs.iter().all(|pair| pair.player != player || pair.snapshot.is_none());
        if let Some(Err(reason)) = tail_distance(&file, player, at_rest) {
            notes.push(unbounded_tail(player, &reason));
        }
    }
    check_points(request, &file, &pairs, &mut notes)?;
    let samples = samples(request, &clouds)?;
    let functions = PayoffFunctions::new(&file, request.against.grids(&file), &mut notes)?;
    let judged = trials(request, &file, &pairs, &functions, samples, &mut notes)?;
    let report = report(request, &file, &rows, &pairs, judged, samples, notes)?;
    if let Some(destination) = &request.destination {
        record::write(request, &file, &pairs, &report, destination)?;
    }
    Ok(report)
}

fn open(
    request: &ValidationRequest<'_>,
    operand: &Operand,
    file: &GameFile,
    rows: &Rows,
) -> Result<[Option<PlayerCloud>; 2], ValidationError> {
    let first = first_row(request, operand, rows);
    let open = |player: Player| {
        let open = |address: &ArrayAddress| {
            let dimension = file.game().domain(player).dimension();
            let array = CloudArray { word: request.cloud.name(), what: "points", player, address, dimension };
            PlayerCloud::open(&array, rows.count(), request.has_replicas, first)
        };
        operand.points[player.index()].as_ref().map(open).transpose()
    };
    Ok([open(Player::X)?, open(Player::Y)?])
}

/// The time of the first row that is compared, when rows are read one by one.
fn first_row(request: &ValidationRequest<'_>, operand: &Operand, rows: &Rows) -> Option<f64> {
    let by_rows = operand.has_rows && rows.count() > 1 && !request.has_replicas;
    rows.times.as_ref().filter(|_| by_rows).map(|times| times[rows.chosen[0]])
}

/// Weights of the points, where the file has any.
fn open_weights(
    request: &ValidationRequest<'_>,
    operand: &Operand,
    rows: &Rows,
    clouds: &[Option<PlayerCloud>; 2],
    notes: &mut Vec<String>,
) -> Result<[Option<PlayerCloud>; 2], ValidationError> {
    let first = first_row(request, operand, rows);
    let mut open = |player: Player| {
        let (Some(address), Some(cloud)) = (&operand.weights[player.index()], &clouds[player.index()]) else {
            return Ok(None);
        };
        let letter = player.letter();
        let array = CloudArray { word: request.cloud.name(), what: "weights", player, address, dimension: 1 };
        let weights = PlayerCloud::open(&array, rows.count(), request.has_replicas, first)?;
        if weights.size() != cloud.size() {
            let of = |size: Size| format!("{} in {} replicas", size.points, size.replicas);
            let message = format!("{letter} has points: {}, and weights: {}", of(cloud.size()), of(weights.size()));
            return Err(ValidationError::input(request.cloud.name(), message));
        }
        notes.push(format!(
            "the points of {letter} have weights; the clouds that they are compared with have the same weights"
        ));
        Ok(Some(weights))
    };
    Ok([open(Player::X)?, open(Player::Y)?])
}

/// What is compared with what, time after time.
fn pairs<'a>(
    request: &ValidationRequest<'_>,
    rows: &Rows,
    [clouds, weights]: [&'a [Option<PlayerCloud>; 2]; 2],
    snapshots: &[f64],
) -> Result<Vec<Pair<'a>>, ValidationError> {
    let mut pairs = Vec::new();
    for &row in &rows.chosen {
        let time = rows.times.as_ref().map(|times| times[row]);
        let snapshot = match (request.times, time) {
            (TimeChoice::Equilibrium, _) | (_, None) => None,
            (_, Some(time)) => Some(rows.snapshot(request.cloud.name(), time, snapshots)?),
        };
        for player in Player::BOTH {
            if let Some(cloud) = &clouds[player.index()] {
                let weights = weights[player.index()].as_ref();
                pairs.push(Pair { player, cloud, weights, row, time, snapshot });
            }
        }
    }
    Ok(pairs)
}

/// Reads all points once, so that a bad one is found before anything is computed.
fn check_points(
    request: &ValidationRequest<'_>,
    file: &GameFile,
    pairs: &[Pair<'_>],
    notes: &mut Vec<String>,
) -> Result<(), ValidationError> {
    let mut wrapped = [0; 2];
    let mut all = [0; 2];
    for pair in pairs {
        let domain = file.game().domain(pair.player);
        let points = pair.cloud.row(pair.row, pair.time)?;
        let weights = pair.weights.map(|weights| weights.row(pair.row, pair.time)).transpose()?;
        let cloud = Cloud::placed(&points, weights.as_deref(), domain.period(), domain.origin(), domain.is_line());
        let cloud = cloud.map_err(|error| match error {
            TransportError::Weight { index, value } => ValidationError::input(
                request.cloud.name(),
                format!(
                    "{}: the weight is {value:e}; weights must be finite and not negative",
                    pair.cloud.place(index, pair.time)
                ),
            ),
            TransportError::Coordinate { index, axis, value } => ValidationError::input(
                request.cloud.name(),
                format!(
                    "{}, axis {axis}: the coordinate {value:e} has no place on the {}; it must be finite and near enough to \
                     the origin to keep six digits of its {}",
                    pair.cloud.place(index, pair.time),
                    if domain.is_line() { "line" } else { "torus" },
                    if domain.is_line() { "box" } else { "period" }
                ),
            ),
            error => ValidationError::input(request.cloud.name(), error.to_string()),
        })?;
        wrapped[pair.player.index()] += cloud.wrapped();
        all[pair.player.index()] += cloud.len();
    }
    for player in Player::BOTH {
        let (wrapped, all, letter) = (wrapped[player.index()], all[player.index()], player.letter());
        if wrapped > 0 {
            notes.push(format!(
                "{wrapped} of {all} points of {letter} were outside the fundamental domain and were wrapped"
            ));
        }
        if pairs.iter().any(|pair| pair.player == player && pair.cloud.rounding > f64::EPSILON) {
            notes.push(format!(
                "the points of {letter} are stored in single precision, which moves them by up to 6e-8 of themselves"
            ));
        }
    }
    Ok(())
}

/// How many clouds are drawn from each density.
fn samples(request: &ValidationRequest<'_>, clouds: &[Option<PlayerCloud>; 2]) -> Result<usize, ValidationError> {
    let fewest = fewest_samples(request.false_alarm_rate);
    match request.samples {
        Some(samples) if samples < fewest || samples > MOST_SAMPLES => {
            let message = format!(
                "must lie between {fewest} (no p-value is smaller than 1/(samples + 1), and half of the false alarm rate \
                 {} must be reached) and {MOST_SAMPLES}, got {samples}",
                request.false_alarm_rate
            );
            Err(ValidationError::input("--samples", message))
        }
        Some(samples) => Ok(samples),
        None if fewest > MOST_SAMPLES => {
            let message =
                format!("{} needs {fewest} samples; at most {MOST_SAMPLES} are drawn", request.false_alarm_rate);
            Err(ValidationError::input("--false-alarm-rate", message))
        }
        None => {
            let affordable = |cloud: &PlayerCloud| {
                // Of replicas both the union and each of them are measured.
                let Size { replicas, .. } = cloud.size();
                let points = cloud.size().total() * if replicas > 1 { 2 } else { 1 };
                let limit = POINTS_OF_SAMPLES[cloud.dimension() - 1] / points.max(1);
                *SAMPLES.iter().find(|samples| **samples <= limit).unwrap_or(&SAMPLES[SAMPLES.len() - 1])
            };
            Ok(clouds.iter().flatten().map(affordable).min().unwrap_or(SAMPLES[0]).max(fewest))
        }
    }
}

fn report(
    request: &ValidationRequest<'_>,
    file: &GameFile,
    rows: &Rows,
    pairs: &[Pair<'_>],
    judged: Vec<Judged>,
    samples: usize,
    notes: Vec<String>,
) -> Result<ValidationReport, ValidationError> {
    let trials: Vec<&Trial> = judged.iter().flatten().map(|(trial, _)| trial).collect();
    if trials.is_empty() {
        let reason = judged.into_iter().find_map(Result::err).unwrap_or_default();
        return Err(ValidationError::Density(format!("no density can be compared with: {reason}")));
    }
    let verdicts: Vec<Verdict> = verdicts(&trials, request.false_alarm_rate);
    let tests = number_of_tests(&trials);
    let worst = verdicts.iter().map(|verdict| verdict.finding).max().unwrap_or(Finding::Indistinguishable);
    let mut verdicts = verdicts.into_iter();
    let mut judged = pairs.iter().zip(judged).peekable();
    let mut times = Vec::new();
    for &row in &rows.chosen {
        let mut players = [None, None];
        let mut findings = Vec::new();
        let mut snapshot = None;
        while let Some((pair, result)) = judged.next_if(|(pair, _)| pair.row == row) {
            snapshot = pair.snapshot;
            if let Ok((_, report)) = result {
                let verdict = verdicts.next().expect("one verdict for each trial");
                findings.push(verdict.finding);
                players[pair.player.index()] = Some(report.judged(verdict));
            }
        }
        let [x, y] = players;
        let verdict = findings.iter().max().map_or("none".to_owned(), Finding::to_string);
        times.push(TimeReport { time: snapshot, x, y, verdict });
    }
    let times = match times.len() {
        1 => Times::One(Box::new(times.remove(0))),
        _ => Times::Several { times, verdict: worst.to_string() },
    };
    Ok(ValidationReport {
        times,
        game: file.game().name().to_owned(),
        cloud: request.cloud.name().to_owned(),
        against: request.against.name().to_string(),
        false_alarm_rate: request.false_alarm_rate,
        samples,
        smallest_p_value: 1.0 / (samples + 1) as f64,
        tests,
        notes,
    })
}
