//! The command line: arguments in, exit status out.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod memory;

fn main() -> ! {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    memory::prepare();
    let status = nashflow::cli::main();
    // After a failed write the exit handlers of HDF5 crash, and there is nothing else to run.
    nashflow::cli::leave(status)
}
