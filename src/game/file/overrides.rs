//! `--set key=value`: changes to the text of a game file that keep its comments and order.

use crate::game::GameError;
use toml_edit::{DocumentMut, Item, Key, Table, TableLike, Value};

/// Keys of which a file holds one: setting one of them removes the others.
const ALTERNATIVES: [(&str, &[&str]); 2] =
    [("game", &["payoff", "terms", "kernel", "table"]), ("output", &["snapshots", "every", "times"])];

/// Setting this key removes the other keys of its table: they belong to the dynamics that it named before.
const DYNAMICS: [&str; 2] = ["flow", "dynamics"];

/// Setting this key removes these others of its table, which belong to the regulariser that it named before.
const REGULARISER: ([&str; 2], [&str; 2]) = (["game", "regulariser"], ["tsallis_q", "reference"]);

/// Deepest path of an override: `game.domain.x.period` has four parts.
const MAXIMUM_DEPTH: usize = 8;

/// Most characters of an override that a message repeats.
const SHOWN_LENGTH: usize = 100;

/// The text with the overrides applied in order, and for each override its key in dots and itself as shown in
/// messages.
///
/// `text` must be valid TOML.
pub(in crate::game) fn apply(text: &str, overrides: &[String]) -> Result<(String, Vec<(String, String)>), GameError> {
    let refused = |argument: &str, message: String| GameError::Override {
        argument: argument.chars().take(SHOWN_LENGTH).collect(),
        message,
    };
    let mut document: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| refused("", error.message().to_owned()))?;
    let mut keys = Vec::new();
    for argument in overrides {
        let Some((path, value)) = argument.split_once('=') else {
            return Err(refused(argument, "expected key=value, for example game.temperature=0.1".into()));
        };
        let path = Key::parse(path.trim())
            .map_err(|_| refused(argument, "what stands before = is not a key such as game.temperature".into()))?;
        if path.len() > MAXIMUM_DEPTH {
            return Err(refused(
                argument,
                format!("the key has {} parts; at most {MAXIMUM_DEPTH} are allowed", path.len()),
            ));
        }
        set(document.as_table_mut(), &path, parse_value(value.trim())).map_err(|message| refused(argument, message))?;
        keys.push((path.iter().map(Key::get).collect::<Vec<_>>().join("."), shown(argument)));
    }
    Ok((document.to_string(), keys))
}

fn shown(argument: &str) -> String {
    argument.chars().take(SHOWN_LENGTH).collect()
}

/// The value as TOML, or as a bare string.
fn parse_value(text: &str) -> Value {
    text.parse().unwrap_or_else(|_| Value::from(text))
}

fn set(root: &mut Table, path: &[Key], mut value: Value) -> Result<(), String> {
    let (last, parents) = path.split_last().ok_or("the key is empty")?;
    let mut table: &mut dyn TableLike = root;
    for (depth, part) in parents.iter().enumerate() {
        let item = table.entry(part.get()).or_insert_with(|| Item::Table(Table::new()));
        let so_far = || path[..=depth].iter().map(Key::get).collect::<Vec<_>>().join(".");
        table = item.as_table_like_mut().ok_or_else(|| format!("{} is not a table", so_far()))?;
    }
    if let [parent] = parents
        && let Some((_, group)) =
            ALTERNATIVES.iter().find(|(section, group)| *section == parent.get() && group.contains(&last.get()))
    {
        group.iter().filter(|other| **other != last.get()).for_each(|other| drop(table.remove(other)));
    }
    if path.iter().map(Key::get).eq(DYNAMICS) {
        table.clear();
    }
    if path.iter().map(Key::get).eq(REGULARISER.0) {
        REGULARISER.1.iter().for_each(|other| drop(table.remove(other)));
    }
    match table.get_mut(last.get()).and_then(Item::as_value_mut) {
        Some(old) => {
            // The comment behind the old value stays.
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        None => drop(table.insert(last.get(), Item::Value(value))),
    }
    Ok(())
}
