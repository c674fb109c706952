//! A file found on the disk, taken for what it claims to be only after everything in it has been checked.

use super::OutputError;
use super::attribute::read_bytes;
use super::blank::{Blank, EQUILIBRIUM_ATTRIBUTES, access, unbuffered};
use super::header::{Header, State};
use super::layout::{Layout, LineRecord, coordinate_names};
use super::own_dataset::{damaged, dataset, has_hard_link};
use super::record::EquilibriumRecord;
use super::row::read_range;
use super::schema::{Element, Role, Variable};
use crate::game::Player;
use crate::torus::Grid;
use hdf5::types::{FloatSize, IntSize, TypeDescriptor};
use hdf5::{Dataset, File};
use std::io::Read;
use std::path::Path;

/// The first bytes of every HDF5 file of ours.
const SIGNATURE: [u8; 8] = *b"\x89HDF\r\n\x1a\n";
/// Most values of one column that are read: 2^27, or 1 GiB.
const MAXIMUM_COLUMN: usize = 1 << 27;

/// Opens any file, or says that it is not HDF5. For writing, only what has been opened for reading before.
pub(super) fn open(path: &Path, writable: bool) -> Result<File, OutputError> {
    let foreign = |reason: &str| OutputError::Foreign { path: path.to_path_buf(), reason: reason.to_string() };
    let metadata = std::fs::metadata(path).map_err(OutputError::system("open", path))?;
    if !metadata.is_file() {
        // Opening a pipe would wait for a writer.
        return Err(foreign("it is not a regular file"));
    }
    let mut start = [0; SIGNATURE.len()];
    let length = std::fs::File::open(path)
        .and_then(|file| file.take(SIGNATURE.len() as u64).read(&mut start))
        .map_err(OutputError::system("open", path))?;
    if length < SIGNATURE.len() || start != SIGNATURE {
        return Err(foreign("it is not an HDF5 file"));
    }
    if writable {
        // This already writes the first 96 bytes.
        return unbuffered().open_rw(path).map_err(OutputError::write(path, "opening it"));
    }
    access().open(path).map_err(OutputError::damaged(path, "HDF5 can not open it"))
}

/// Reads the header and the shapes, and checks that every dataset is there with its shape and type.
pub(super) fn read_blank(file: &File, path: &Path) -> Result<Blank, OutputError> {
    let (header, state) = Header::read(file, path)?;
    let x = read_grid(file, path, Player::X)?;
    let y = read_grid(file, path, Player::Y)?;
    let planned = dataset(file, path, "checkpoint/planned_time")?;
    let times = read_column(&planned, path, "checkpoint/planned_time")?;
    if times.is_empty() {
        return Err(damaged(path, "no snapshot times are planned".to_string()));
    }
    let layout = Layout::new(&x, &y, &times).map_err(|error| damaged(path, error.to_string()))?;
    let layout = layout.with_lines([read_line(file, path, Player::X)?, read_line(file, path, Player::Y)?]);
    let steps = dataset(file, path, "steps/time")?.shape().first().copied().unwrap_or(0);
    let slot = match has_hard_link(file, "checkpoint/state") {
        true => dataset(file, path, "checkpoint/state")?.shape().get(1).copied().unwrap_or(0),
        false => 0,
    };
    let mut blank = Blank { header, layout, equilibrium: None, spectrum: None, steps, slot, state };
    if has_hard_link(file, "equilibrium") {
        blank.equilibrium = Some(EquilibriumRecord { mu: Vec::new(), nu: Vec::new(), attributes: Vec::new() });
    }
    for variable in blank.variables() {
        check(file, path, &variable)?;
    }
    if blank.equilibrium.is_some() {
        blank.equilibrium = Some(read_equilibrium(file).map_err(OutputError::damaged(path, "equilibrium"))?);
    }
    Ok(blank)
}

fn check(file: &File, path: &Path, variable: &Variable) -> Result<(), OutputError> {
    let found = dataset(file, path, &variable.path)?;
    let shape = found.shape();
    if shape != variable.shape {
        return Err(damaged(path, format!("{} has shape {shape:?}, expected {:?}", variable.path, variable.shape)));
    }
    let expected = match variable.element {
        Element::Float => TypeDescriptor::Float(FloatSize::U8),
        Element::Integer => TypeDescriptor::Integer(IntSize::U8),
        Element::Unsigned => TypeDescriptor::Unsigned(IntSize::U8),
        Element::Byte => TypeDescriptor::Unsigned(IntSize::U1),
        Element::Text => TypeDescriptor::VarLenUnicode,
    };
    let element = found.dtype().and_then(|t| t.to_descriptor()).map_err(OutputError::damaged(path, &variable.path))?;
    if variable.role != Role::Length && element != expected {
        return Err(damaged(path, format!("{} holds {element}, expected {expected}", variable.path)));
    }
    Ok(())
}

/// The whole of a column, if its length is credible.
pub(super) fn read_column(column: &Dataset, path: &Path, name: &str) -> Result<Vec<f64>, OutputError> {
    match column.shape().as_slice() {
        [length] if *length <= MAXIMUM_COLUMN => {
            read_range(column, 0, *length).map_err(OutputError::damaged(path, name))
        }
        shape => Err(damaged(path, format!("{name} has shape {shape:?}, expected one axis"))),
    }
}

/// The grid of a player from the coordinate scales and their attributes.
pub(super) fn read_grid(file: &File, path: &Path, player: Player) -> Result<Grid, OutputError> {
    let dimension = if has_hard_link(file, player.letter()) { 1 } else { 2 };
    let (mut points, mut period, mut origin) = (Vec::new(), Vec::new(), Vec::new());
    for name in coordinate_names(player, dimension) {
        let scale = dataset(file, path, &name)?;
        let number = |attribute: &str| {
            let read = scale.attr(attribute).and_then(|a| a.read_scalar::<f64>());
            read.map_err(OutputError::damaged(path, &format!("attribute {attribute} of {name}")))
        };
        points.push(scale.size());
        period.push(number("period")?);
        origin.push(number("origin")?);
    }
    Grid::new(&points, &period, &origin).map_err(|source| OutputError::Grid { path: path.to_path_buf(), source })
}

/// What the coordinate datasets of a player say of a line.
pub(super) fn read_line(file: &File, path: &Path, player: Player) -> Result<Option<LineRecord>, OutputError> {
    let dimension = if has_hard_link(file, player.letter()) { 1 } else { 2 };
    let names = coordinate_names(player, dimension);
    let scales = names.iter().map(|name| dataset(file, path, name)).collect::<Result<Vec<_>, _>>()?;
    let number = |axis: usize, name: &str| {
        let there = scales[axis].attr_names().is_ok_and(|names| names.iter().any(|known| known == name));
        there.then(|| scales[axis].attr(name).and_then(|a| a.read_scalar::<f64>()).ok()).flatten()
    };
    Ok(LineRecord::read(dimension, number))
}

fn read_equilibrium(file: &File) -> hdf5::Result<EquilibriumRecord> {
    let group = file.group("equilibrium")?;
    let checkpoint = file.group("checkpoint")?;
    let json = read_bytes(&checkpoint, EQUILIBRIUM_ATTRIBUTES)?;
    let names: Vec<String> = serde_json::from_slice(&json).map_err(|error| error.to_string())?;
    let mut attributes = Vec::new();
    for name in names {
        let value = group.attr(&name)?.read_scalar::<f64>()?;
        attributes.push((name, value));
    }
    let values = |name: &str| group.dataset(name)?.read_raw::<f64>();
    Ok(EquilibriumRecord { mu: values("mu")?, nu: values("nu")?, attributes })
}

/// Refuses times that are not finite numbers that grow.
pub(super) fn check_times(path: &Path, times: &[f64]) -> Result<(), OutputError> {
    if times.iter().all(|time| time.is_finite()) && times.windows(2).all(|pair| pair[0] < pair[1]) {
        return Ok(());
    }
    Err(damaged(path, "its times are not finite numbers that grow".to_owned()))
}

/// Refuses times that are not, and none.
pub(super) fn check_some_times(path: &Path, times: &[f64]) -> Result<(), OutputError> {
    check_times(path, times)?;
    if times.is_empty() { Err(damaged(path, "it has no times".to_owned())) } else { Ok(()) }
}

/// Rows that count as written: those before the first time that is NaN.
pub(super) fn written_rows(times: &[f64]) -> usize {
    times.iter().position(|time| time.is_nan()).unwrap_or(times.len())
}

/// Whether the file is complete.
pub(super) fn is_finished(blank: &Blank) -> bool {
    blank.state == State::Finished
}
