//! Shares of a sweep: shard `K` of `N` has the points whose number leaves the rest `K` when divided by `N`.

use crate::experiment::RunError;
use std::path::Path;

/// Most shards: Slurm's arrays have at most 1001 tasks unless set otherwise, and no cluster has more.
const MAXIMUM_SHARDS: usize = 1_000_000;

/// A share of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// `K`, from 0.
    pub number: usize,
    /// `N`.
    pub of: usize,
}

impl Shard {
    /// The whole.
    pub const WHOLE: Shard = Shard { number: 0, of: 1 };

    /// `K/N`.
    ///
    /// # Errors
    /// [`RunError::Option`] with what is allowed.
    pub fn parse(text: &str) -> Result<Shard, RunError> {
        let refuse = || {
            let message = format!("expected K/N with 0 <= K < N <= {MAXIMUM_SHARDS}, for example 0/8, got {text}");
            Err(RunError::option("--shard", message))
        };
        let Some((number, of)) = text.split_once('/') else { return refuse() };
        match (number.parse(), of.parse()) {
            (Ok(number), Ok(of)) if number < of && of <= MAXIMUM_SHARDS => Ok(Shard { number, of }),
            _ => refuse(),
        }
    }

    /// The share of a task of a Slurm job array, by its environment; `None` outside one.
    ///
    /// # Errors
    /// [`RunError::Option`] for an array that is not numbered from 0 without gaps: a part of an array that is submitted
    /// again does not know how many there were.
    pub fn of_array(variable: impl Fn(&str) -> Option<String>) -> Result<Option<Shard>, RunError> {
        let Some(task) = variable("SLURM_ARRAY_TASK_ID") else { return Ok(None) };
        let number = |name: &str| variable(name).and_then(|text| text.trim().parse::<usize>().ok());
        let of = number("SLURM_ARRAY_TASK_COUNT");
        let is_whole = number("SLURM_ARRAY_TASK_MIN") == Some(0)
            && of.is_some_and(|of| of > 0 && number("SLURM_ARRAY_TASK_MAX") == Some(of - 1));
        match (task.trim().parse(), of) {
            (Ok(number), Some(of)) if is_whole && number < of => Ok(Some(Shard { number, of })),
            _ => {
                let message = "the tasks of this array are not 0 to N-1, so N is not known: give --shard \
                               \"$SLURM_ARRAY_TASK_ID/N\", as --print-slurm does";
                Err(RunError::option("SLURM_ARRAY_TASK_ID", message))
            }
        }
    }

    /// The points of this share.
    pub fn points(self, all: usize) -> impl Iterator<Item = usize> {
        (self.number..all).step_by(self.of)
    }

    /// The name of its journal.
    pub fn file_name(self) -> String {
        format!("shard-{}-of-{}.jsonl", self.number, self.of)
    }
}

/// Whether a file of this name is the journal of a shard, finished or not.
pub fn is_journal_name(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let name = name.strip_suffix(".part").unwrap_or(name);
    let middle = name.strip_prefix("shard-").and_then(|rest| rest.strip_suffix(".jsonl"));
    middle.and_then(|middle| middle.split_once("-of-")).is_some_and(|(number, of)| {
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number(number) && is_number(of)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_share_out_every_point_once() {
        for (all, of) in [(10, 3), (2, 5), (7, 1), (0, 2)] {
            let mut points: Vec<usize> = (0..of).flat_map(|number| Shard { number, of }.points(all)).collect();
            points.sort_unstable();
            assert_eq!(points, (0..all).collect::<Vec<_>>());
        }
    }

    #[test]
    fn only_shares_are_parsed() {
        assert_eq!(Shard::parse("2/8").unwrap(), Shard { number: 2, of: 8 });
        for text in ["8/8", "1", "-1/2", "0/0", "1/2/3", "a/b", "0/99999999", ""] {
            assert!(Shard::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_array_from_0_is_its_own_share_and_a_part_of_one_is_not() {
        let shard = |task: &str, least: &str, most: &str, count: &str| {
            let values = [("ID", task), ("MIN", least), ("MAX", most), ("COUNT", count)];
            let value = |name: &str| {
                let name = name.strip_prefix("SLURM_ARRAY_TASK_")?;
                values.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
            };
            Shard::of_array(value)
        };
        assert_eq!(shard("3", "0", "7", "8").unwrap(), Some(Shard { number: 3, of: 8 }));
        for [task, least, most, count] in [["3", "3", "3", "1"], ["3", "1", "8", "8"], ["6", "0", "14", "8"]] {
            assert!(shard(task, least, most, count).unwrap_err().to_string().contains("--shard"));
        }
        assert_eq!(Shard::of_array(|_| None).unwrap(), None);
    }

    #[test]
    fn journals_are_known_by_their_names() {
        for (name, expected) in [
            ("shard-0-of-4.jsonl", true),
            ("d/shard-10-of-40.jsonl.part", true),
            ("shard-0-of-4.jsonl.lock", false),
            ("shard-a-of-4.jsonl", false),
            ("results.jsonl", false),
        ] {
            assert_eq!(is_journal_name(Path::new(name)), expected, "{name}");
        }
        assert!(is_journal_name(Path::new(&Shard { number: 3, of: 9 }.file_name())));
    }
}
