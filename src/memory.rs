//! Memory that cannot be had ends the program with a message and status 3.
//!
//! Rust would abort, and HDF5 does worse: where an allocation fails it calls `exit(-1)` or follows a null pointer. So the
//! allocation functions of C are replaced for all of the program, its libraries included, by those of the GNU library behind
//! a look at their result. A file that is being written stays as after a kill.

use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, Ordering};

/// Requests above 1 TiB are refused and no end: a damaged file asks for them, and its reader says so.
const CREDIBLE: usize = 1 << 40;
/// Exit status.
const FAILED: i32 = 3;
/// Whether an object is printed too.
static JSON: AtomicBool = AtomicBool::new(false);

/// Looks at the command line while there is memory for it.
pub fn prepare() {
    JSON.store(std::env::args_os().any(|word| word == "--json"), Ordering::Relaxed);
}

unsafe extern "C" {
    fn __libc_malloc(bytes: usize) -> *mut c_void;
    fn __libc_calloc(count: usize, bytes: usize) -> *mut c_void;
    fn __libc_realloc(old: *mut c_void, bytes: usize) -> *mut c_void;
    fn __libc_memalign(alignment: usize, bytes: usize) -> *mut c_void;
}

#[unsafe(no_mangle)]
extern "C" fn malloc(bytes: usize) -> *mut c_void {
    // SAFETY: this is what the name stands for.
    had(unsafe { __libc_malloc(bytes) }, bytes)
}

#[unsafe(no_mangle)]
extern "C" fn calloc(count: usize, bytes: usize) -> *mut c_void {
    // SAFETY: this is what the name stands for.
    had(unsafe { __libc_calloc(count, bytes) }, count.saturating_mul(bytes))
}

/// # Safety
/// As of the function of C: `old` is null or came from one of these functions and is in use.
#[unsafe(no_mangle)]
unsafe extern "C" fn realloc(old: *mut c_void, bytes: usize) -> *mut c_void {
    // SAFETY: the caller's.
    had(unsafe { __libc_realloc(old, bytes) }, bytes)
}

#[unsafe(no_mangle)]
extern "C" fn memalign(alignment: usize, bytes: usize) -> *mut c_void {
    // SAFETY: this is what the name stands for.
    had(unsafe { __libc_memalign(alignment, bytes) }, bytes)
}

#[unsafe(no_mangle)]
extern "C" fn aligned_alloc(alignment: usize, bytes: usize) -> *mut c_void {
    memalign(alignment, bytes)
}

/// # Safety
/// As of the function of C: `place` can be written.
#[unsafe(no_mangle)]
unsafe extern "C" fn posix_memalign(place: *mut *mut c_void, alignment: usize, bytes: usize) -> i32 {
    if !alignment.is_power_of_two() || !alignment.is_multiple_of(size_of::<*mut c_void>()) {
        return libc::EINVAL;
    }
    let memory = memalign(alignment, bytes);
    if memory.is_null() {
        return libc::ENOMEM;
    }
    // SAFETY: the caller's.
    unsafe { *place = memory };
    0
}

/// What was asked for, unless it was not given: a request for no bytes may get nothing.
fn had(memory: *mut c_void, bytes: usize) -> *mut c_void {
    if memory.is_null() && (1..=CREDIBLE).contains(&bytes) {
        leave(bytes);
    }
    memory
}

/// Ends the program without asking for memory.
#[cold]
fn leave(bytes: usize) -> ! {
    static LEAVING: AtomicBool = AtomicBool::new(false);
    if LEAVING.swap(true, Ordering::Relaxed) {
        // Another thread is at it.
        loop {
            // SAFETY: waits for a signal.
            unsafe { libc::pause() };
        }
    }
    let mut digits = [0; 20];
    let parts: [&[u8]; 3] = [
        b"out of memory: ",
        decimal(bytes, &mut digits),
        b" bytes more cannot be had; smaller grids, fewer snapshots and fewer threads need less",
    ];
    put(2, &[b"error: ", parts[0], parts[1], parts[2], b"\n"]);
    if JSON.load(Ordering::Relaxed) {
        put(1, &[b"{\"error\": \"", parts[0], parts[1], parts[2], b"\", \"status\": 3}\n"]);
    }
    // SAFETY: takes any integer and does not return.
    unsafe { libc::_exit(FAILED) }
}

/// Writes to a standard stream. One that is closed gets nothing.
fn put(stream: i32, parts: &[&[u8]]) {
    for part in parts {
        // SAFETY: the bytes are there during the call.
        unsafe { libc::write(stream, part.as_ptr().cast(), part.len()) };
    }
}

fn decimal(mut number: usize, digits: &mut [u8; 20]) -> &[u8] {
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return &digits[first..];
        }
    }
}
