//! Tests that try many moments or places have a short form, and a long one for `NASHFLOW_LONG_TESTS=1`.

/// How often to try: the first number in the short form, the second in the long one.
pub fn tries(short: usize, long: usize) -> usize {
    if std::env::var_os("NASHFLOW_LONG_TESTS").is_some() { long } else { short }
}
