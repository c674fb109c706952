//! From two sources to two measures on one torus.

use super::W2Error;
use super::formula::Formula;
use super::frame::{Frame, Wanted};
use super::line::{Hull, check_inside, on_torus};
use super::operand::Source;
use crate::array_file::{ArrayAddress, NumericArray};
use crate::experiment::notes::{left_out, wrapped};
use crate::output::{StoredState, read_state};
use crate::torus::{Density, Grid, tails_of_values};
use crate::transport::{Cloud, Measure, Reading, TransportError};
use std::borrow::Cow;

/// Sums that differ by less than this share are rounding.
const SAME_SUM: f64 = 1e-12;
/// Spectral tail above which the band-limited reading of a file is remarked on.
const POOR_TAIL: f64 = 1e-6;

/// One measure as it was asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'a> {
    /// The word on the command line.
    pub word: &'a str,
    pub source: &'a Source,
    /// The file of its weights.
    pub weights: Option<&'a ArrayAddress>,
    pub reading: Reading,
}

/// What was read, before its torus is known.
enum Loaded<'a> {
    Formula(Formula<'a>),
    Grid(NumericArray),
    Points { array: NumericArray, dimension: usize },
    Stored(StoredState),
}

/// Two measures on one torus, and what a reader should know of how they came about.
#[derive(Debug)]
pub(super) struct Measures {
    pub pair: [Measure; 2],
    /// Whether their torus stands for the line or plane, which fills the lower half of it along every axis.
    pub line: bool,
    pub notes: Vec<String>,
}

/// A measure with the sum of its values as they were given, if it has one.
struct Built {
    measure: Measure,
    sum: Option<f64>,
}

/// Reads both sources.
pub(super) fn measures(requests: [Request<'_>; 2], wanted: &Wanted) -> Result<Measures, W2Error> {
    let mut notes = Vec::new();
    let loaded = [load(&requests[0], &mut notes)?, load(&requests[1], &mut notes)?];
    let frame = common_frame(&requests, &loaded, wanted)?;
    let shapes = [0, 1].map(|i| shape(&loaded[1 - i]));
    let mut build = |i: usize| build(&requests[i], &loaded[i], &frame, &shapes[i], &mut notes);
    let (mut a, mut b) = (build(0)?, build(1)?);
    refine_to_common_grid(&requests, &loaded, &frame, &mut a, &mut b)?;
    // The scale of a formula means nothing.
    let given = requests.iter().all(|request| !matches!(request.source, Source::Formula(_)));
    if given
        && let (Some(first), Some(second)) = (a.sum, b.sum)
        && (first - second).abs() > SAME_SUM * first.abs().max(second.abs())
    {
        notes.push(format!(
            "the masses differ and were normalised: {} ({}) and {} ({})",
            rounded(first),
            requests[0].word,
            rounded(second),
            requests[1].word
        ));
    }
    Ok(Measures { pair: [a.measure, b.measure], line: frame.line, notes })
}

fn load<'a>(request: &Request<'a>, notes: &mut Vec<String>) -> Result<Loaded<'a>, W2Error> {
    let word = request.word;
    if request.weights.is_some() && !matches!(request.source, Source::Cloud(_) | Source::Array(_)) {
        return Err(W2Error::input(word, "only clouds take weights; the values of a density are its weights"));
    }
    match request.source {
        Source::Formula(text) => Formula::parse(word, text).map(Loaded::Formula),
        Source::State { path, player, which } => Ok(Loaded::Stored(read_state(path, *player, *which)?)),
        Source::Density(address) => Ok(Loaded::Grid(address.read()?)),
        Source::Cloud(address) => {
            let array = address.read()?;
            let dimension = cloud_dimension(&array.shape).ok_or_else(|| {
                let message = format!(
                    "has shape {:?}; a cloud of N points has shape (N,), (N, 1) or (N, 2), one row for each point",
                    array.shape
                );
                W2Error::input(word, message)
            })?;
            Ok(Loaded::Points { array, dimension })
        }
        Source::Array(address) => {
            let array = address.read()?;
            let Some(dimension) = cloud_dimension(&array.shape) else {
                let message = format!(
                    "has shape {:?}: write density:{word} if it holds values on a grid, cloud:{word} if it holds points \
                     (one row of 1 or 2 coordinates for each)",
                    array.shape
                );
                return Err(W2Error::input(word, message));
            };
            let count = array.values.len() / dimension;
            notes.push(format!(
                "{word} was read as {count} points in dimension {dimension} (density:{word} reads values on a grid)"
            ));
            Ok(Loaded::Points { array, dimension })
        }
    }
}

/// Dimension of the points in an array of this shape.
fn cloud_dimension(shape: &[usize]) -> Option<usize> {
    match shape {
        [_] => Some(1),
        [_, dimension @ (1 | 2)] => Some(*dimension),
        _ => None,
    }
}

impl Loaded<'_> {
    fn dimension(&self) -> Option<usize> {
        match self {
            Loaded::Formula(formula) => formula.dimension,
            Loaded::Grid(array) => Some(array.shape.len()),
            Loaded::Points { dimension, .. } => Some(*dimension),
            Loaded::Stored(state) => Some(state.grid.dimension()),
        }
    }
}

/// The torus of both: that of a stored state if there is one, else that of the options.
fn common_frame(requests: &[Request<'_>; 2], loaded: &[Loaded<'_>; 2], wanted: &Wanted) -> Result<Frame, W2Error> {
    let dimensions = [loaded[0].dimension(), loaded[1].dimension()];
    if let [Some(first), Some(second)] = dimensions
        && first != second
    {
        let [a, b] = requests.map(|request| request.word);
        return Err(W2Error::input(
            a,
            format!("has dimension {first}, {b} has dimension {second}; both must be equal"),
        ));
    }
    let asked = wanted.periods.map(<[f64]>::len);
    let dimension = dimensions[0].or(dimensions[1]).or(asked).unwrap_or(1);
    if !(1..=2).contains(&dimension) {
        let word = requests[usize::from(dimensions[0].is_none())].word;
        return Err(W2Error::input(word, format!("has dimension {dimension}; tori of dimension 1 and 2 are served")));
    }
    if let Some(frame) = frame_on_line(requests, loaded, wanted)? {
        return Ok(frame);
    }
    let mut frame: Option<Frame> = None;
    for (request, loaded) in requests.iter().zip(loaded) {
        let Loaded::Stored(state) = loaded else { continue };
        let stored = Frame::stored(request.word, &state.grid, wanted)?;
        match &frame {
            Some(first) if *first != stored => {
                let message = format!(
                    "lives on a torus of periods {:?} and origins {:?}, {} on one of {:?} and {:?}; both must be equal",
                    first.periods, first.origins, request.word, stored.periods, stored.origins
                );
                return Err(W2Error::input(requests[0].word, message));
            }
            _ => frame = Some(stored),
        }
    }
    frame.map_or_else(|| Frame::new(dimension, wanted), Ok)
}

/// The torus that stands for the line or plane, where a state is of a player who lives there.
fn frame_on_line(
    requests: &[Request<'_>; 2],
    loaded: &[Loaded<'_>; 2],
    wanted: &Wanted,
) -> Result<Option<Frame>, W2Error> {
    let on_line = |loaded: &Loaded<'_>| matches!(loaded, Loaded::Stored(state) if state.line);
    let Some(first) = (0..2).find(|i| on_line(&loaded[*i]) || wanted.line) else { return Ok(None) };
    if wanted.periods.is_some() || wanted.origins.is_some() {
        let message =
            format!("{} is a density on the line, which has no period; leave the option out", requests[first].word);
        return Err(W2Error::input(if wanted.periods.is_some() { "--period" } else { "--origin" }, message));
    }
    let mut hull = Hull::default();
    for (request, loaded) in requests.iter().zip(loaded) {
        match loaded {
            Loaded::Stored(state) if state.line => hull.add_box(&state.grid),
            Loaded::Points { array, dimension } => hull.add_points(array, *dimension),
            Loaded::Formula(_) => {}
            Loaded::Stored(_) | Loaded::Grid(_) => {
                let message = match wanted.line {
                    true => "lives on a torus; --line is for points".to_owned(),
                    false => format!("lives on a torus, and {} on the line", requests[first].word),
                };
                return Err(W2Error::input(request.word, message));
            }
        }
    }
    hull.frame().map(Some).ok_or_else(|| W2Error::input("--line", "needs points, or a state of a player on the line"))
}

/// Nodes per axis, of what has nodes.
fn shape(loaded: &Loaded<'_>) -> Vec<usize> {
    match loaded {
        Loaded::Grid(array) => array.shape.clone(),
        Loaded::Stored(state) => state.grid.shape(),
        _ => Vec::new(),
    }
}

fn build(
    request: &Request<'_>,
    loaded: &Loaded<'_>,
    frame: &Frame,
    start: &[usize],
    notes: &mut Vec<String>,
) -> Result<Built, W2Error> {
    match loaded {
        Loaded::Formula(formula) => {
            let (density, integral) = formula.density(frame, start)?;
            if frame.line {
                check_inside(request.word, &density)?;
            }
            Ok(Built { measure: Measure::Density(density), sum: Some(integral).filter(|sum| sum.is_finite()) })
        }
        Loaded::Grid(array) => {
            let grid = frame.grid(&array.shape).map_err(|error| W2Error::input(request.word, error.to_string()))?;
            values_on_grid(request, &grid, &array.values, false, notes)
        }
        Loaded::Stored(state) if frame.line => {
            let (grid, values) = on_torus(request.word, state, frame, request.reading == Reading::BandLimited)?;
            values_on_grid(request, &grid, &node_masses(request, &values, notes), true, notes)
        }
        Loaded::Stored(state) => {
            values_on_grid(request, &state.grid, &node_masses(request, &state.values, notes), false, notes)
        }
        Loaded::Points { array, .. } => cloud(request, array, frame, notes),
    }
}

/// Values of a state as they are read: where its density underflows, values of nodes are rounding of either sign, and masses
/// of nodes or cells cannot be negative. Those count as 0, and a note says so.
fn node_masses<'a>(request: &Request<'_>, values: &'a [f64], notes: &mut Vec<String>) -> Cow<'a, [f64]> {
    let largest = values.iter().copied().fold(0.0, f64::max);
    let rounding = |v: &f64| *v < 0.0 && *v >= -Density::ROUNDING * largest;
    let count = values.iter().filter(|v| rounding(v)).count();
    if request.reading == Reading::BandLimited || count == 0 {
        return Cow::Borrowed(values);
    }
    let lowest = values.iter().copied().filter(rounding).fold(0.0, f64::min);
    notes.push(format!(
        "{}: {count} node values between {:.0e} of the maximum and 0 are rounding and count as 0",
        request.word,
        lowest / largest
    ));
    Cow::Owned(values.iter().map(|v| if rounding(v) { 0.0 } else { *v }).collect())
}

fn values_on_grid(
    request: &Request<'_>,
    grid: &Grid,
    values: &[f64],
    on_line: bool,
    notes: &mut Vec<String>,
) -> Result<Built, W2Error> {
    let measure = match request.reading {
        Reading::BandLimited => {
            Density::computed(grid, values.to_vec(), on_line).map(Measure::Density).map_err(TransportError::from)
        }
        Reading::Constant | Reading::Nodes => Measure::on_grid(grid, values, request.reading),
    };
    let measure = measure.map_err(|error| input_fault(request.word, error))?;
    if let Measure::Density(density) = &measure
        && density.left_out() > 0.0
    {
        notes.push(format!("{}: {}", request.word, left_out(density)));
    }
    if request.reading == Reading::BandLimited {
        let tail = tails_of_values(grid, values).into_iter().fold(0.0, f64::max);
        if tail > POOR_TAIL {
            notes.push(format!(
                "{}: its grid does not resolve a smooth density (spectral tail {tail:.0e}); the answer is that of the \
                 band-limited function through the values (--reading constant or nodes reads them otherwise)",
                request.word
            ));
        }
    }
    let sum = match request.reading {
        Reading::BandLimited | Reading::Constant => grid.integral(values),
        Reading::Nodes => values.iter().sum(),
    };
    Ok(Built { measure, sum: Some(sum) })
}

fn cloud(
    request: &Request<'_>,
    array: &NumericArray,
    frame: &Frame,
    notes: &mut Vec<String>,
) -> Result<Built, W2Error> {
    let weights = request.weights.map(read_weights).transpose()?;
    let cloud = Cloud::new(&array.values, weights.as_deref(), &frame.periods, &frame.origins);
    let cloud = cloud.map_err(|error| match (&error, request.weights) {
        (TransportError::Weight { .. } | TransportError::NoMass | TransportError::Length { .. }, Some(address)) => {
            input_fault(&address.path.display().to_string(), error)
        }
        _ => input_fault(request.word, error),
    })?;
    notes.extend(wrapped(request.word, &cloud));
    if array.rounding > f64::EPSILON {
        notes.push(format!(
            "{}: stored in single precision, which moves points by up to 6e-8 of themselves",
            request.word
        ));
    }
    if let Some(address) = request.weights
        && (cloud.weight_sum() - 1.0).abs() > SAME_SUM * cloud.len() as f64
    {
        let sum = rounded(cloud.weight_sum());
        notes.push(format!("{}: the weights sum to {sum} and were normalised", address.path.display()));
    }
    Ok(Built { measure: Measure::Atoms(cloud), sum: None })
}

/// A sum without the digits that rounding has left: 0.98, not 0.9800000000000001.
fn rounded(sum: f64) -> f64 {
    format!("{sum:.12e}").parse().expect("a number as it was written")
}

fn read_weights(address: &ArrayAddress) -> Result<Vec<f64>, W2Error> {
    let array = address.read()?;
    match array.shape.as_slice() {
        [_] | [_, 1] | [1, _] => Ok(array.values),
        shape => {
            let message = format!("has shape {shape:?}; weights are one number for each point");
            Err(W2Error::input(address.path.display(), message))
        }
    }
}

/// Two formulas are sampled on the finer of their grids, so that their difference is that of their values.
fn refine_to_common_grid(
    requests: &[Request<'_>; 2],
    loaded: &[Loaded<'_>; 2],
    frame: &Frame,
    a: &mut Built,
    b: &mut Built,
) -> Result<(), W2Error> {
    let (Loaded::Formula(first), Loaded::Formula(second)) = (&loaded[0], &loaded[1]) else { return Ok(()) };
    let grid_of = |built: &Built| match &built.measure {
        Measure::Density(density) => density.grid().shape(),
        _ => unreachable!("{} and {} are formulas", requests[0].word, requests[1].word),
    };
    let common: Vec<usize> = grid_of(a).iter().zip(grid_of(b)).map(|(m, n)| *m.max(&n)).collect();
    for (formula, built) in [(first, a), (second, b)] {
        if grid_of(built) != common {
            let (density, _): (Density, f64) = formula.density(frame, &common)?;
            built.measure = Measure::Density(density);
        }
    }
    Ok(())
}

fn input_fault(word: &str, error: TransportError) -> W2Error {
    W2Error::input(word, error.to_string())
}
