//! What all fuzz targets share: the ways of the program into which inputs are fed, a folder in memory, and an allocator
//! that lets nobody have more than a gigabyte at once.

#[path = "../../tests/support/hostile/mod.rs"]
pub mod hostile;

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::PathBuf;
use std::sync::OnceLock;

/// Largest allocation, 1 GiB.
const MOST_BYTES: usize = 1 << 30;

struct Bounded;

#[global_allocator]
static ALLOCATOR: Bounded = Bounded;

// SAFETY: all work is done by the system's allocator; a refused request ends the process, which is what is looked for.
unsafe impl GlobalAlloc for Bounded {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        check(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        check(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        check(size);
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { System.dealloc(block, layout) }
    }
}

fn check(size: usize) {
    if size > MOST_BYTES {
        eprintln!("an allocation of {size} bytes");
        std::process::abort();
    }
}

/// Feeds an input into a way of the program.
pub fn feed(way: fn(&std::path::Path, &[u8]), bytes: &[u8]) {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = std::env::temp_dir().join(format!("nashflow-fuzz-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        folder
    });
    way(folder, bytes);
}
