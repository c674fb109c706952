//! The program as users type it: arguments in, exit status, stdout, stderr and files out.

#[path = "../support/form.rs"]
mod form;
#[path = "../support/limit.rs"]
mod limit;

mod bad_games;
mod contents;
mod converge;
mod damage;
mod destination;
mod documentation;
mod dynamics;
mod environment;
mod faults;
mod games;
mod hostile;
mod initial_state;
mod interrupt;
mod line;
mod mistakes;
mod numerical_failure;
mod orbit;
mod particles;
mod particles_on_line;
mod rates;
mod readers;
mod refusals;
mod regularisers;
mod report;
mod report_kinds;
mod report_page;
mod resume;
mod schedule;
mod spectrum;
mod summary;
mod sweep;
mod sweep_refusals;
mod tables;
mod terminal;
mod threads;
mod validate;
mod validate_refusals;
mod verdict;
mod w2;
mod w2_files;
mod w2_plans;
mod w2_refusals;
mod w2_torus;
mod workspace;
