//! Reading a text file that a user named: nothing but plain files of a sensible size.

use crate::game::GameError;
use std::io::Read;
use std::path::Path;

/// Largest game file, 16 MiB.
pub(in crate::game) const MAXIMUM_BYTES: u64 = 16 << 20;

/// The text of a game file, without byte order mark.
pub(in crate::game) fn read(path: &Path) -> Result<String, GameError> {
    let failed = |source| GameError::Read { path: path.to_owned(), source };
    // Looked at before it is opened: opening a pipe would wait for a writer.
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        let kind = if metadata.is_dir() { "a directory" } else { "a pipe or a device" };
        return Err(GameError::NotAFile { path: path.to_owned(), kind });
    }
    if metadata.len() > MAXIMUM_BYTES {
        return Err(GameError::TooLong { path: path.to_owned(), bytes: metadata.len(), maximum: MAXIMUM_BYTES });
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(MAXIMUM_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAXIMUM_BYTES {
        return Err(GameError::TooLong { path: path.to_owned(), bytes: bytes.len() as u64, maximum: MAXIMUM_BYTES });
    }
    let text = String::from_utf8(bytes)
        .map_err(|error| GameError::NotUtf8 { path: path.to_owned(), offset: error.utf8_error().valid_up_to() })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
