//! The npz format of numpy: a zip archive whose members are npy files.

use super::{ArrayError, NumericArray, npy};
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use zip::{CompressionMethod, ZipArchive};

/// Most members of an archive.
const MOST_MEMBERS: usize = 1000;
/// Members listed in a message.
const LISTED: usize = 20;
/// Bytes of a member that cannot be values: an npy header.
const MOST_HEADER_BYTES: u64 = 1 << 17;
/// The record at the end of an archive: its signature, its length without the comment, the place of the number of members
/// (APPNOTE.TXT of PKWARE, 4.3.16).
const END: [u8; 4] = *b"PK\x05\x06";
const END_BYTES: usize = 22;
const END_MEMBERS: usize = 10;

/// Reads the array `name`, or the only one.
pub(super) fn read(path: &Path, name: Option<&str>) -> Result<NumericArray, ArrayError> {
    let failed =
        |error: zip::result::ZipError| ArrayError::format(path, format!("it is not a readable npz file: {error}"));
    let file = File::open(path).map_err(|error| ArrayError::read(path, error))?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(failed)?;
    if archive.len() > MOST_MEMBERS {
        let reason = format!("it has {} members; at most {MOST_MEMBERS} are allowed", archive.len());
        return Err(ArrayError::format(path, reason));
    }
    if announced_members(path, archive.comment().len())? != archive.len() {
        return Err(ArrayError::format(path, "two of its members have one name"));
    }
    let member = choose(path, archive.file_names(), name)?;
    let member = archive.by_name(&member).map_err(failed)?;
    if !matches!(member.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
        let reason = format!("its members are packed with {}; numpy stores or deflates", member.compression());
        return Err(ArrayError::format(path, reason));
    }
    // What the archive says of the length is believed only as a bound: a member that inflates to more is cut.
    let bytes = member.size();
    let most = 8 * NumericArray::MOST_VALUES as u64 + MOST_HEADER_BYTES;
    if bytes > most {
        let reason = format!("its member {} unpacks to {bytes} bytes; at most {most} are allowed", member.name());
        return Err(ArrayError::format(path, reason));
    }
    npy::read(path, member.take(bytes), bytes)
}

/// Members that the archive says it has: its reader keeps one of each name.
fn announced_members(path: &Path, comment: usize) -> Result<usize, ArrayError> {
    let mut end = [0; END_BYTES];
    let read = File::open(path).and_then(|mut file| {
        file.seek(SeekFrom::End(-((END_BYTES + comment) as i64)))?;
        file.read_exact(&mut end)
    });
    read.map_err(|error| ArrayError::read(path, error))?;
    if !end.starts_with(&END) {
        return Err(ArrayError::format(path, "something stands behind the end of the archive"));
    }
    Ok(usize::from(u16::from_le_bytes([end[END_MEMBERS], end[END_MEMBERS + 1]])))
}

/// Whether there is an array of this name.
pub(super) fn exists(path: &Path, name: &str) -> bool {
    let archive = File::open(path).ok().and_then(|file| ZipArchive::new(BufReader::new(file)).ok());
    archive.is_some_and(|archive| choose(path, archive.file_names(), Some(name)).is_ok())
}

/// The member that holds the array `name`.
fn choose<'a>(path: &Path, members: impl Iterator<Item = &'a str>, name: Option<&str>) -> Result<String, ArrayError> {
    let arrays: Vec<&str> = members.filter(|member| member.ends_with(".npy")).collect();
    let keys: Vec<&str> = arrays.iter().map(|member| member.trim_end_matches(".npy")).collect();
    let listed = match keys.len() {
        0 => "it holds no arrays".to_owned(),
        count if count > LISTED => format!("it holds {}, .. ({count} arrays)", keys[..LISTED].join(", ")),
        _ => format!("it holds {}", keys.join(", ")),
    };
    match name {
        Some(name) => match keys.iter().position(|key| *key == name) {
            Some(index) => Ok(arrays[index].to_owned()),
            None => Err(ArrayError::format(path, format!("there is no array {name}; {listed}"))),
        },
        None if keys.len() == 1 => Ok(arrays[0].to_owned()),
        None if keys.is_empty() => Err(ArrayError::format(path, listed)),
        None => Err(ArrayError::format(path, format!("{listed}; name one: {}:{}", path.display(), keys[0]))),
    }
}
