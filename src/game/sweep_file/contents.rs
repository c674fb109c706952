//! The tables of a sweep file: its axes, what it records, and at which thresholds.

use super::folder::Folder;
use super::{MAXIMUM_POINTS, SweepAxis, Vocabulary};
use crate::game::Scope;
use crate::game::fault::Fault;
use crate::game::file::document::{Document, Section};
use crate::game::spelling::advice;

/// Most axes: arrays of HDF5 have at most 32, one of which belongs to the thresholds.
const MAXIMUM_AXES: usize = 16;
/// Most thresholds of a kind.
const MAXIMUM_THRESHOLDS: usize = 100;

/// What the tables of the file say.
pub(super) struct Contents {
    pub name: Option<String>,
    pub axes: Vec<SweepAxis>,
    pub record: Vec<String>,
    pub thresholds: [Vec<f64>; 2],
}

pub(super) fn read(document: &Document<'_>, folder: &Folder, vocabulary: Vocabulary<'_>) -> Result<Contents, Fault> {
    let root = document.section();
    root.allow(&["sweep", "axis"])?;
    let sweep = root.require("sweep")?.section()?;
    sweep.allow(&["name", "game", "set", "record", "w2_thresholds", "nikaido_isoda_thresholds"])?;
    let axes = axes(document, &root, folder, vocabulary)?;
    let name = sweep.get("name").map(|entry| entry.text()).transpose()?;
    name.map_or(Ok(()), |name| Fault::unless_printable("sweep.name", name))?;
    Ok(Contents {
        name: name.map(str::to_owned),
        axes,
        record: record(&sweep, vocabulary)?,
        thresholds: [
            thresholds(&sweep, "w2_thresholds", vocabulary.thresholds[0])?,
            thresholds(&sweep, "nikaido_isoda_thresholds", vocabulary.thresholds[1])?,
        ],
    })
}

fn axes(
    document: &Document<'_>,
    root: &Section<'_>,
    folder: &Folder,
    vocabulary: Vocabulary<'_>,
) -> Result<Vec<SweepAxis>, Fault> {
    let expected = "an array of tables, [[axis]]";
    let elements = root.require("axis")?.elements(expected)?;
    if elements.is_empty() || elements.len() > MAXIMUM_AXES {
        let message = format!("a sweep has 1 to {MAXIMUM_AXES} axes, got {}", elements.len());
        return Err(Fault::new("axis", message));
    }
    let mut axes: Vec<SweepAxis> = Vec::with_capacity(elements.len());
    let mut points: usize = 1;
    for element in &elements {
        let axis = SweepAxis::read(document, element, folder)?;
        points = points.saturating_mul(axis.len());
        if points > MAXIMUM_POINTS {
            let message = format!("makes {points} points or more; a sweep has at most {MAXIMUM_POINTS}");
            return Err(Fault::new(element.key.clone(), message));
        }
        axes.push(axis);
    }
    check_names(&axes, vocabulary)?;
    Ok(axes)
}

/// No array of the result may have the name of another, and no key two axes.
fn check_names(axes: &[SweepAxis], vocabulary: Vocabulary<'_>) -> Result<(), Fault> {
    let mut names: Vec<&str> = vocabulary.quantities.iter().chain(vocabulary.reserved).copied().collect();
    let mut keys: Vec<&str> = Vec::new();
    for (number, axis) in axes.iter().enumerate() {
        for name in axis.names() {
            if names.contains(&name) {
                let message =
                    format!("the name `{name}` is taken, by another axis or by a quantity that can be recorded");
                return Err(
                    Fault::new(format!("axis[{number}]"), message).with_help("choose another with name = \"..\"")
                );
            }
            names.push(name);
        }
        for key in axis.keys() {
            if keys.contains(&key.as_str()) {
                return Err(Fault::new(format!("axis[{number}]"), format!("the key {key} has an axis already")));
            }
            keys.push(key);
        }
    }
    Ok(())
}

fn record(sweep: &Section<'_>, vocabulary: Vocabulary<'_>) -> Result<Vec<String>, Fault> {
    let allowed = || format!("allowed: {}", vocabulary.quantities.join(", "));
    let entry = sweep.require("record").map_err(|fault| fault.with_help(allowed()))?;
    let mut record: Vec<String> = Vec::new();
    for element in entry.elements("an array of names")? {
        let name = element.text()?;
        if !vocabulary.quantities.contains(&name) {
            let help = advice(name, "allowed", vocabulary.quantities);
            return Err(Fault::new(element.key, format!("unknown quantity `{name}`")).with_help(help));
        }
        if record.iter().any(|known| known == name) {
            return Err(Fault::new(element.key, format!("{name} is there twice")));
        }
        record.push(name.to_owned());
    }
    if record.is_empty() {
        return Err(Fault::new(entry.key, "names at least one quantity").with_help(allowed()));
    }
    Ok(record)
}

fn thresholds(sweep: &Section<'_>, name: &str, default: &[f64]) -> Result<Vec<f64>, Fault> {
    let Some(entry) = sweep.get(name) else { return Ok(default.to_vec()) };
    let elements = entry.elements("an array of numbers")?;
    if elements.is_empty() || elements.len() > MAXIMUM_THRESHOLDS {
        return Err(Fault::new(
            entry.key,
            format!("expected 1 to {MAXIMUM_THRESHOLDS} numbers, got {}", elements.len()),
        ));
    }
    let threshold = |element: &crate::game::file::document::Entry<'_>| {
        let value = element.number(&Scope::default())?;
        match value > 0.0 {
            true => Ok(value),
            false => Err(Fault::new(element.key.clone(), format!("thresholds are positive, got {value:?}"))),
        }
    };
    let values: Vec<f64> = elements.iter().map(threshold).collect::<Result<_, _>>()?;
    match (1..values.len()).find(|&i| values[..i].contains(&values[i])) {
        Some(i) => Err(Fault::new(format!("{}[{i}]", entry.key), format!("{:?} is there twice", values[i]))),
        None => Ok(values),
    }
}
