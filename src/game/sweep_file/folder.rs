//! Names of files in a sweep file: taken from its folder, and never outside it.

use std::path::{Component, Path, PathBuf};
use toml_edit::{Key, Value};

/// Keys of a game file that name files.
pub const FILE_KEYS: [&[&str]; 5] = [
    &["game", "table"],
    &["initial", "x", "file"],
    &["initial", "x", "cloud"],
    &["initial", "y", "file"],
    &["initial", "y", "cloud"],
];

/// The file of a name such as `FILE.h5:/dataset`.
pub fn file_part(name: &str) -> &str {
    name.split_once(":/").filter(|(file, _)| !file.is_empty()).map_or(name, |(file, _)| file)
}

/// The folder of a sweep file, seen from the folder of its base game.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    /// The folder.
    home: PathBuf,
    /// How many folders below it the game stands.
    depth: usize,
}

impl Folder {
    /// Of a sweep file, whose game stands beside it.
    pub fn of_sweep(sweep: &Path) -> Folder {
        Folder { home: sweep.parent().unwrap_or(Path::new("")).to_path_buf(), depth: 0 }
    }

    /// Of a sweep file whose game stands in `game`.
    pub fn between(sweep: &Path, game: &Path) -> Folder {
        let home = sweep.parent().unwrap_or(Path::new("")).to_path_buf();
        let below = game.parent().unwrap_or(Path::new("")).strip_prefix(&home).unwrap_or(Path::new(""));
        let depth = below.components().filter(|part| matches!(part, Component::Normal(_))).count();
        Folder { home, depth }
    }

    /// The path of a file that a sweep file names.
    ///
    /// # Errors
    /// A message when the name is empty, absolute, has `..`, or leads out of the folder by a link.
    pub fn inside(&self, name: &str) -> Result<PathBuf, String> {
        if name.is_empty() {
            return Err("the file name is empty".to_owned());
        }
        let climbs = |part: Component<'_>| !matches!(part, Component::Normal(_) | Component::CurDir);
        let outside = || {
            format!(
                "{name} is outside the folder of the sweep file; files are named relative to that folder, without `..`"
            )
        };
        if Path::new(name).components().any(climbs) {
            return Err(outside());
        }
        let path = self.home.join(name);
        let home = if self.home.as_os_str().is_empty() { Path::new(".") } else { &self.home };
        match (path.canonicalize(), home.canonicalize()) {
            (Ok(path), Ok(home)) if !path.starts_with(&home) => Err(outside()),
            _ => Ok(path),
        }
    }

    /// A setting `key=value` whose file, if it names one, is named relative to the game.
    ///
    /// # Errors
    /// As [`Folder::inside`].
    pub fn relocate(&self, setting: &str) -> Result<String, String> {
        let Some((key, text)) = setting.split_once('=') else { return Ok(setting.to_owned()) };
        let Ok(keys) = Key::parse(key.trim()) else { return Ok(setting.to_owned()) };
        let keys: Vec<&str> = keys.iter().map(Key::get).collect();
        let value: Value = text.trim().parse().unwrap_or_else(|_| Value::from(text.trim()));
        let moved = match &value {
            Value::String(name) if FILE_KEYS.contains(&keys.as_slice()) => self.moved(name.value())?.into(),
            Value::InlineTable(table) if FILE_KEYS.iter().any(|key| key.starts_with(keys.as_slice())) => {
                let mut table = table.clone();
                for key in FILE_KEYS {
                    if let Some([name]) = key.strip_prefix(keys.as_slice())
                        && let Some(Value::String(file)) = table.get(name).cloned()
                    {
                        table.insert(*name, self.moved(file.value())?.into());
                    }
                }
                Value::InlineTable(table)
            }
            _ => return Ok(setting.to_owned()),
        };
        Ok(format!("{}={}", key.trim(), moved.to_string().trim()))
    }

    /// The name of a file, or of `file:/dataset`, as the game has to write it.
    fn moved(&self, name: &str) -> Result<String, String> {
        self.inside(file_part(name))?;
        Ok(format!("{}{name}", "../".repeat(self.depth)))
    }
}
