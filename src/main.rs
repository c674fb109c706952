//! The command line: arguments in, exit status out.

fn main() -> ! {
    let status = nashflow::cli::main();
    // After a failed write the exit handlers of HDF5 crash, and there is nothing else to run.
    nashflow::cli::leave(status)
}
