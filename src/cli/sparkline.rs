//! A line of blocks: how the distance went, on a logarithmic scale.

use super::number::significant;

/// Blocks of a line.
const WIDTH: usize = 40;
/// From low to high.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Blocks for `log w2` at equal times, and the range they stand for; a gap where the distance could not be had or is 0.
/// `None` with fewer than two distances to show.
pub fn sparkline(history: &[[f64; 3]]) -> Option<String> {
    let shown = |w2: f64| w2.is_finite() && w2 > 0.0;
    let logs = || history.iter().map(|row| row[1]).filter(|w2| shown(*w2)).map(f64::ln);
    let (low, high) = logs().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if logs().count() < 2 {
        return None;
    }
    let (start, end) = (history[0][0], history[history.len() - 1][0]);
    let block = |k: usize| {
        let time = start + (end - start) * k as f64 / (WIDTH - 1) as f64;
        let after = history.partition_point(|row| row[0] < time).min(history.len() - 1);
        let before = after.saturating_sub(1);
        let nearest = if time - history[before][0] < history[after][0] - time { before } else { after };
        let w2 = history[nearest][1];
        if !shown(w2) {
            return ' ';
        }
        // A distance that does not change lies in the middle.
        let share = if high > low { (w2.ln() - low) / (high - low) } else { 0.5 };
        BLOCKS[(share * (BLOCKS.len() - 1) as f64).round() as usize]
    };
    let blocks: String = (0..WIDTH).map(block).collect();
    Some(format!("{blocks} {} .. {}", significant(low.exp(), 2), significant(high.exp(), 2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn falling(count: usize, w2: impl Fn(f64) -> f64) -> Vec<[f64; 3]> {
        (0..count).map(|k| k as f64 / (count - 1) as f64).map(|t| [t, w2(t), 0.0]).collect()
    }

    #[test]
    fn an_exponential_is_a_staircase() {
        let line = sparkline(&falling(1000, |t| (-8.0 * t).exp())).unwrap();
        let blocks: Vec<char> = line.chars().take(WIDTH).collect();
        let levels: Vec<usize> = blocks.iter().map(|b| BLOCKS.iter().position(|c| c == b).unwrap()).collect();
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0]), "{line}");
        let widths: Vec<usize> = (0..8).map(|level| levels.iter().filter(|l| **l == level).count()).collect();
        // Seven steps over 40 blocks; the ends are half as wide.
        assert!(widths[1..7].iter().all(|w| (5..=6).contains(w)) && widths[0] >= 2 && widths[7] >= 2, "{line}");
        assert!(line.ends_with("3.4e-4 .. 1.0"), "{line}");
    }

    #[test]
    fn what_could_not_be_had_is_a_gap() {
        let line = sparkline(&falling(40, |t| if t > 0.4 && t < 0.6 { f64::NAN } else { 1.0 })).unwrap();
        assert!(line.contains("▅    ") && line.contains("    ▅"), "{line}");
        assert_eq!(sparkline(&falling(3, |_| f64::NAN)), None);
        assert_eq!(sparkline(&[[0.0, 1.0, 0.0]]), None);
    }
}
