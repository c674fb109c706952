//! One axis of a sweep: the keys it sets, and their values one after another.

use super::MAXIMUM_POINTS;
use super::design::Design;
use super::folder::Folder;
use crate::game::Scope;
use crate::game::fault::Fault;
use crate::game::file::document::{Document, Entry, Section};
use crate::game::spelling::advice;
use toml_edit::Key;

/// Ways to give the values of an axis.
const FORMS: [&str; 4] = ["values", "linspace", "logspace", "random"];

/// Values along an axis, for people and for readers of the result.
#[derive(Debug, Clone, PartialEq)]
pub enum AxisVariable {
    /// Where every value is a number.
    Numbers(Vec<f64>),
    /// Texts as they are, everything else as TOML.
    Texts(Vec<String>),
}

/// An axis.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepAxis {
    name: String,
    keys: Vec<String>,
    /// `key=value`, key by key, in the order of the axis.
    settings: Vec<Vec<String>>,
    /// Key by key, or once where all keys have the same values.
    variables: Vec<(String, AxisVariable)>,
    form: &'static str,
}

impl SweepAxis {
    /// Number of values.
    pub fn len(&self) -> usize {
        self.settings[0].len()
    }

    /// Whether there is no value: never.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its name in the result.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The keys of the game file that it sets.
    pub fn keys(&self) -> &[String] {
        &self.keys
    }

    /// Its values; `None` where several keys have values of their own, which are in [`SweepAxis::tied`].
    pub fn variable(&self) -> Option<&AxisVariable> {
        match self.variables.as_slice() {
            [(_, variable)] => Some(variable),
            _ => None,
        }
    }

    /// Names and values of keys that have values of their own; empty where one value serves all keys.
    pub fn tied(&self) -> &[(String, AxisVariable)] {
        if self.variables.len() > 1 { &self.variables } else { &[] }
    }

    /// Names of arrays that it needs in the result.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.tied().iter().map(|(name, _)| name.as_str()))
    }

    /// What it sets at one place, as after `--set`.
    ///
    /// # Panics
    /// When there are not so many values.
    pub fn settings(&self, index: usize) -> Vec<String> {
        self.settings.iter().map(|of_key| of_key[index].clone()).collect()
    }

    /// The key in the sweep file that a value comes from, if this is axis `number`.
    pub(super) fn key_of_value(&self, number: usize, index: usize) -> String {
        match self.form {
            "values" => format!("axis[{number}].values[{index}]"),
            form => format!("axis[{number}].{form}"),
        }
    }

    pub(super) fn read(document: &Document<'_>, element: &Entry<'_>, folder: &Folder) -> Result<SweepAxis, Fault> {
        let section = element.section()?;
        section.allow(&[&["name", "key", "keys"], &FORMS[..]].concat())?;
        let keys = keys(&section)?;
        let given: Vec<&'static str> = FORMS.into_iter().filter(|form| section.get(form).is_some()).collect();
        let [form] = given.as_slice() else {
            let message = format!("expected one of {}, got {}", FORMS.join(", "), given.len());
            return Err(Fault::new(section.key_of(given.get(1).unwrap_or(&"values")), message));
        };
        let entry = section.require(form)?;
        let columns = match *form {
            "values" => listed(document, &entry, keys.len())?,
            "random" => random(&entry, keys.len())?,
            _ => spaced(&entry, keys.len(), *form == "logspace")?,
        };
        let moved = |(key, column): (&String, &Column)| -> Result<Vec<String>, Fault> {
            let setting = |(i, value): (usize, &String)| {
                folder
                    .relocate(&format!("{key}={value}"))
                    .map_err(|message| Fault::new(format!("{}[{i}]", entry.key), message))
            };
            column.toml.iter().enumerate().map(setting).collect()
        };
        let settings = keys.iter().zip(&columns).map(moved).collect::<Result<_, _>>()?;
        let same = columns.iter().all(|column| column.toml == columns[0].toml);
        let mut variables: Vec<(String, AxisVariable)> =
            keys.iter().zip(&columns).map(|(key, column)| (name_of_key(key), column.variable())).collect();
        variables.truncate(if same { 1 } else { keys.len() });
        let name = match section.get("name") {
            Some(entry) => checked_name(&entry)?,
            None if variables.len() == 1 => variables[0].0.clone(),
            None => {
                let message = "an axis whose keys have values of their own needs a name".to_owned();
                return Err(Fault::new(element.key.clone(), message).with_help("add for example name = \"sample\""));
            }
        };
        let axis = SweepAxis { name, keys, settings, variables, form };
        match (1..axis.len()).find(|&i| (0..i).any(|j| axis.settings.iter().all(|of_key| of_key[i] == of_key[j]))) {
            Some(i) if axis.form == "values" => {
                Err(Fault::new(format!("{}[{i}]", entry.key), "this value is there twice"))
            }
            _ => Ok(axis),
        }
    }
}

/// The values of one key.
struct Column {
    /// As they stand after `key=`.
    toml: Vec<String>,
    /// As they are shown.
    shown: Vec<String>,
    numbers: Option<Vec<f64>>,
}

impl Column {
    fn of_numbers(numbers: Vec<f64>) -> Column {
        let toml: Vec<String> = numbers.iter().map(|value| format!("{value:?}")).collect();
        Column { shown: toml.clone(), toml, numbers: Some(numbers) }
    }

    fn variable(&self) -> AxisVariable {
        match &self.numbers {
            Some(numbers) => AxisVariable::Numbers(numbers.clone()),
            None => AxisVariable::Texts(self.shown.clone()),
        }
    }
}

/// `key = ".."` or `keys = ["..", ".."]`.
fn keys(section: &Section<'_>) -> Result<Vec<String>, Fault> {
    let entries = match (section.get("key"), section.get("keys")) {
        (Some(key), None) => vec![key],
        (None, Some(keys)) => {
            let elements = keys.elements("an array of keys")?;
            if elements.is_empty() {
                return Err(Fault::new(keys.key, "names at least one key"));
            }
            elements
        }
        (Some(_), Some(keys)) => return Err(Fault::new(keys.key, "excludes key, which is there too")),
        (None, None) => {
            let help = "write for example key = \"game.temperature\", or keys = [\"..\", \"..\"] for several";
            return Err(Fault::new(section.key_of("key"), "is missing").with_help(help));
        }
    };
    entries.iter().map(key).collect()
}

fn key(entry: &Entry<'_>) -> Result<String, Fault> {
    let text = entry.text()?;
    match Key::parse(text.trim()) {
        Ok(parts) if parts.len() > 1 && !text.contains('=') => Ok(text.trim().to_owned()),
        _ => {
            Err(Fault::new(entry.key.clone(), format!("`{text}` is not a key of a game file such as game.temperature")))
        }
    }
}

/// `game.parameters.alpha` as `alpha`, `game.temperature.x` as `temperature_x`, `initial.x` as `initial_x`.
fn name_of_key(key: &str) -> String {
    let short = key.strip_prefix("game.").unwrap_or(key);
    let short = short.strip_prefix("parameters.").unwrap_or(short);
    let name: String = short.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name } else { format!("key_{name}") }
}

fn checked_name(entry: &Entry<'_>) -> Result<String, Fault> {
    let name = entry.text()?;
    let is_good = name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match is_good {
        true => Ok(name.to_owned()),
        false => Err(Fault::new(entry.key.clone(), format!("`{name}` is not a name"))
            .with_help("allowed: a letter, then letters, digits and _, at most 64")),
    }
}

/// `values = [..]`; with several keys a value is for all of them, or an array with one for each.
fn listed(document: &Document<'_>, entry: &Entry<'_>, keys: usize) -> Result<Vec<Column>, Fault> {
    let elements = entry.elements("an array of values")?;
    if elements.is_empty() {
        return Err(Fault::new(entry.key.clone(), "has no value"));
    }
    let mut rows: Vec<Vec<Entry<'_>>> = Vec::with_capacity(elements.len());
    for element in &elements {
        if keys == 1 || !element.is_array() {
            rows.push(Vec::new());
            continue;
        }
        let each = element.elements("an array")?;
        if each.len() != keys {
            let message = format!("expected one value for each of {keys} keys, got {}", each.len());
            return Err(Fault::new(element.key.clone(), message));
        }
        rows.push(each);
    }
    let of_key = |k: usize| {
        let values: Vec<&Entry<'_>> =
            elements.iter().zip(&rows).map(|(one, each)| each.get(k).unwrap_or(one)).collect();
        let scope = Scope::default();
        let toml = |value: &&Entry<'_>| document.source(value).to_owned();
        let shown =
            |value: &&Entry<'_>| value.as_text().map_or_else(|| document.source(value).to_owned(), str::to_owned);
        Column {
            toml: values.iter().map(toml).collect(),
            shown: values.iter().map(shown).collect(),
            numbers: values.iter().map(|value| value.number(&scope).ok()).collect(),
        }
    };
    Ok((0..keys).map(of_key).collect())
}

/// `linspace` and `logspace`: `{ from, to, points }`, ends included.
fn spaced(entry: &Entry<'_>, keys: usize, logarithmic: bool) -> Result<Vec<Column>, Fault> {
    let section = entry.section()?;
    section.allow(&["from", "to", "points"])?;
    let points = points(&section)?;
    let ranges = ranges(&section, keys, &vec![logarithmic; keys])?;
    Ok(ranges.iter().map(|range| Column::of_numbers((0..points).map(|i| range.node(i, points)).collect())).collect())
}

/// `random = { from, to, points, seed, design, scale }`, the upper ends excluded.
fn random(entry: &Entry<'_>, keys: usize) -> Result<Vec<Column>, Fault> {
    let section = entry.section()?;
    section.allow(&["from", "to", "points", "seed", "design", "scale"])?;
    let points = points(&section)?;
    let seed = section.get("seed").map_or(Ok(0), |seed| seed.count(&Scope::default()))? as u64;
    let design = match section.get("design") {
        None => Design::LatinHypercube,
        Some(entry) => named(&entry, &Design::ALL, Design::name)?,
    };
    let scale = |entry: &Entry<'_>| named(entry, &["linear", "log"], |name| name).map(|name| name == "log");
    let logarithmic = per_key(section.get("scale"), keys, false, scale)?;
    let ranges = ranges(&section, keys, &logarithmic)?;
    let column = |(k, range): (usize, &Range)| {
        let shares = design.shares(seed, k as u64, points);
        Column::of_numbers(shares.into_iter().map(|share| range.at(share)).collect())
    };
    Ok(ranges.iter().enumerate().map(column).collect())
}

fn named<T: Copy>(entry: &Entry<'_>, all: &[T], name: fn(T) -> &'static str) -> Result<T, Fault> {
    let text = entry.text()?;
    all.iter().copied().find(|value| name(*value) == text).ok_or_else(|| {
        let known: Vec<&str> = all.iter().map(|value| name(*value)).collect();
        Fault::new(entry.key.clone(), format!("unknown name `{text}`")).with_help(advice(text, "allowed", &known))
    })
}

fn points(section: &Section<'_>) -> Result<usize, Fault> {
    let entry = section.require("points")?;
    let points = entry.count(&Scope::default())?;
    match (1..=MAXIMUM_POINTS).contains(&points) {
        true => Ok(points),
        false => Err(Fault::new(entry.key, format!("must be between 1 and {MAXIMUM_POINTS}, got {points}"))),
    }
}

/// Where the values of one key lie.
struct Range {
    from: f64,
    to: f64,
    logarithmic: bool,
}

impl Range {
    fn at(&self, share: f64) -> f64 {
        match self.logarithmic {
            true => self.from * (self.to / self.from).powf(share),
            false => self.from + (self.to - self.from) * share,
        }
    }

    /// Node `i` of `points`; the ends are what was written.
    fn node(&self, i: usize, points: usize) -> f64 {
        match i {
            0 => self.from,
            _ if i + 1 == points => self.to,
            _ => self.at(i as f64 / (points - 1) as f64),
        }
    }
}

fn ranges(section: &Section<'_>, keys: usize, logarithmic: &[bool]) -> Result<Vec<Range>, Fault> {
    let scope = Scope::default();
    let end = |name: &str| -> Result<Vec<(String, f64)>, Fault> {
        let number = |entry: &Entry<'_>| entry.number(&scope).map(|value| (entry.key.clone(), value));
        per_key(Some(section.require(name)?), keys, (String::new(), 0.0), number)
    };
    let (from, to) = (end("from")?, end("to")?);
    let range = |k: usize| {
        for (key, value) in [&from[k], &to[k]] {
            if logarithmic[k] && *value <= 0.0 {
                return Err(Fault::new(key.clone(), format!("must be positive on a logarithmic scale, got {value:?}")));
            }
        }
        if from[k].1 == to[k].1 {
            return Err(Fault::new(to[k].0.clone(), format!("must differ from `from`, got {:?}", to[k].1)));
        }
        Ok(Range { from: from[k].1, to: to[k].1, logarithmic: logarithmic[k] })
    };
    (0..keys).map(range).collect()
}

/// One value for all keys, or an array with one for each.
fn per_key<T: Clone>(
    entry: Option<Entry<'_>>,
    keys: usize,
    default: T,
    read: impl Fn(&Entry<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let Some(entry) = entry else { return Ok(vec![default; keys]) };
    if !entry.is_array() {
        return Ok(vec![read(&entry)?; keys]);
    }
    let elements = entry.elements("an array")?;
    if elements.len() != keys {
        let message = format!("expected one value for each of {keys} keys, got {}", elements.len());
        return Err(Fault::new(entry.key, message));
    }
    elements.iter().map(read).collect()
}
