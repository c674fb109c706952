//! The script of a Slurm job array, printed and not submitted.
//!
//! `exec` matters: otherwise the signal that comes before the end of the time limit would reach the shell and not us.
//! The number of tasks stands in the command, so that a part of the array can be submitted again (`sbatch --array=3,5`).

/// The script that computes a sweep in `shards` tasks. `command` is the program with all arguments but those of the share, as a
/// shell reads it; `merge` the command that comes after.
pub fn slurm_script(name: &str, shards: usize, command: &str, merge: &str) -> String {
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
    format!(
        "#!/bin/bash
#SBATCH --job-name={name}
#SBATCH --array=0-{last}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --output={name}-%a.log
#SBATCH --open-mode=append
#SBATCH --requeue
#SBATCH --signal=B:TERM@60
# Add what your cluster asks for: --time, --mem, --account, --partition.
# A task that is stopped or lost goes on where it was: submit this script again, or a part of it (sbatch --array=3,5 SCRIPT).
# When all tasks are done:
#   {merge}
exec {command} --shard \"$SLURM_ARRAY_TASK_ID/{shards}\" --threads \"${{SLURM_CPUS_PER_TASK:-1}}\" --quiet
",
        last = shards - 1
    )
}
