//! A branch of orbits: periods and multipliers against the parameter, with the folds.

use crate::output::StoredBranch;
use crate::report::ReportError;
use crate::report::drawing::canvas::Sheet;
use crate::report::drawing::frame::{Mark, length, log_ticks};
use crate::report::drawing::style::{BLUE, GREEN, GREY, VERMILLION, range_of, tick};
use plotters::coord::combinators::BindKeyPoints;
use plotters::prelude::*;

/// Dashes of orbits that repel.
const DASH: u32 = 10;

/// Draws periods against the parameter: whole lines where the orbit attracts, dashes where it does not.
pub(super) fn draw_periods(branch: &StoredBranch, sheet: &Sheet<'_>) -> Result<(), ReportError> {
    let (points, folds) = (&branch.points, &branch.folds);
    let parameters = points.parameter.iter().chain(&folds.parameter).copied();
    let periods = points.period.iter().chain(&folds.period).copied();
    let (Some(across), Some(up)) = (range_of(parameters), range_of(periods)) else {
        return sheet.frame("no orbit on the branch", &[]).map(drop);
    };
    let mut legend =
        vec![("stable".to_owned(), Mark::Line(BLUE, 0)), ("unstable".to_owned(), Mark::Line(VERMILLION, DASH))];
    legend.extend(folds.parameter.iter().map(|at| (format!("fold at {}", tick(*at)), Mark::Ring(GREY))));
    let body = sheet.frame("period along the branch", &legend)?;
    let scales = [length(&across), length(&up)];
    let mut chart = sheet.chart(&body, across, up, [&branch.key, "period"], scales)?;
    for stretch in stretches(branch) {
        let (colour, dash) = if stretch.stable { (BLUE, 0) } else { (VERMILLION, DASH) };
        sheet.curve(&mut chart, stretch.places.into_iter(), sheet.line(colour), dash)?;
    }
    let marks = folds.parameter.iter().zip(&folds.period);
    let (radius, style) = (sheet.pixels(8), GREY.stroke_width(sheet.pixels(3)));
    chart.draw_series(marks.map(|(at, period)| Circle::new((*at, *period), radius, style)))?;
    Ok(())
}

/// A part of a branch of one stability.
struct Stretch {
    stable: bool,
    places: Vec<(f64, f64)>,
}

/// The branch in parts of one stability, which meet where it changes; the path goes through every fold.
fn stretches(branch: &StoredBranch) -> Vec<Stretch> {
    let points = &branch.points;
    let places: Vec<(f64, f64)> = points.parameter.iter().copied().zip(points.period.iter().copied()).collect();
    let behind = folds_behind(&places, branch);
    let mut stretches: Vec<Stretch> = Vec::new();
    for (k, place) in places.iter().enumerate() {
        let stable = points.stable[k] == 1.0;
        let between: Vec<(f64, f64)> = behind.iter().filter(|(at, _)| at + 1 == k).map(|(_, fold)| *fold).collect();
        match stretches.last_mut() {
            Some(last) => {
                last.places.extend(between);
                if last.stable == stable {
                    last.places.push(*place);
                } else {
                    let start = last.places[last.places.len() - 1];
                    stretches.push(Stretch { stable, places: vec![start, *place] });
                }
            }
            None => stretches.push(Stretch { stable, places: vec![*place] }),
        }
    }
    stretches
}

/// Every fold with the number of the orbit that it follows: where the detour by the fold is shortest, in units of the spans
/// of parameter and period.
fn folds_behind(places: &[(f64, f64)], branch: &StoredBranch) -> Vec<(usize, (f64, f64))> {
    let span = |pick: fn(&(f64, f64)) -> f64| {
        let range = range_of(places.iter().map(pick));
        range.map_or(1.0, |range| length(&range))
    };
    let (across, up) = (span(|place| place.0), span(|place| place.1));
    let distance = |a: (f64, f64), b: (f64, f64)| ((a.0 - b.0) / across).hypot((a.1 - b.1) / up);
    let folds = branch.folds.parameter.iter().copied().zip(branch.folds.period.iter().copied());
    let place_of = |fold: (f64, f64)| {
        let detour =
            |pair: &[(f64, f64)]| distance(pair[0], fold) + distance(fold, pair[1]) - distance(pair[0], pair[1]);
        let detours = places.windows(2).map(detour).enumerate();
        detours.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(k, _)| (k, fold))
    };
    folds.filter_map(place_of).collect()
}

/// Draws the moduli of the leading coupled multipliers against the parameter.
pub(super) fn draw_multipliers(branch: &StoredBranch, sheet: &Sheet<'_>) -> Result<(), ReportError> {
    let points = &branch.points;
    let moduli: Vec<Vec<f64>> = points.multipliers.iter().map(|row| row.iter().map(|m| m.norm()).collect()).collect();
    let positive = || moduli.iter().flatten().copied().filter(|m| *m > 0.0 && m.is_finite());
    let Some(across) = range_of(points.parameter.iter().copied()) else {
        return sheet.frame("no orbit on the branch", &[]).map(drop);
    };
    let up = positive().fold(1.0, f64::min) / 1.5..positive().fold(1.0, f64::max) * 1.5;
    let ranks = [("largest", BLUE), ("second", VERMILLION), ("third", GREEN)];
    let mut legend: Vec<(String, Mark)> = ranks.map(|(name, colour)| (name.to_owned(), Mark::Disc(colour))).to_vec();
    legend.push(("1".to_owned(), Mark::Line(GREY, DASH)));
    let body = sheet.frame("multipliers along the branch", &legend)?;
    let ticks = log_ticks(&up);
    let (scale, range) = (length(&across), across.clone());
    let vertical = LogCoord::from(up.log_scale()).with_key_points(ticks);
    let mut chart = sheet.chart(&body, range, vertical, [&branch.key, "modulus"], [scale, 0.0])?;
    let style = GREY.stroke_width(sheet.pixels(2));
    let one = [(across.start, 1.0), (across.end, 1.0)];
    sheet.curve(&mut chart, one.into_iter(), style, DASH)?;
    let radius = sheet.pixels(5);
    for (rank, (_, colour)) in ranks.into_iter().enumerate() {
        let of_rank = points.parameter.iter().zip(&moduli).filter_map(|(at, row)| Some((*at, *row.get(rank)?)));
        let shown = of_rank.filter(|(_, modulus)| *modulus > 0.0 && modulus.is_finite());
        chart.draw_series(shown.map(|place| Circle::new(place, radius, colour.filled())))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::BranchColumns;

    #[test]
    fn both_parts_of_a_branch_reach_the_fold() {
        let columns = |parameter: Vec<f64>, period: Vec<f64>, stable: Vec<f64>| BranchColumns {
            parameter,
            period,
            stable,
            ..BranchColumns::default()
        };
        let branch = |stable: [f64; 4], folds: BranchColumns| StoredBranch {
            key: "k".to_owned(),
            points: columns(vec![1.0, 2.0, 2.5, 1.5], vec![5.0, 5.1, 5.5, 6.0], stable.to_vec()),
            folds,
        };
        let fold = || columns(vec![3.0], vec![5.3], vec![]);
        let places = |branch: &StoredBranch| stretches(branch).into_iter().map(|s| s.places).collect::<Vec<_>>();
        let found = places(&branch([1.0, 1.0, 0.0, 0.0], fold()));
        assert_eq!(found[0], [(1.0, 5.0), (2.0, 5.1), (3.0, 5.3)]);
        assert_eq!(found[1], [(3.0, 5.3), (2.5, 5.5), (1.5, 6.0)]);
        // A fold without a change of stability, and a change without a fold.
        let found = places(&branch([1.0; 4], fold()));
        assert_eq!(found, [[(1.0, 5.0), (2.0, 5.1), (3.0, 5.3), (2.5, 5.5), (1.5, 6.0)]]);
        let found = places(&branch([1.0, 0.0, 0.0, 0.0], fold()));
        assert_eq!(found[0], [(1.0, 5.0)]);
        assert_eq!(found[1], [(1.0, 5.0), (2.0, 5.1), (3.0, 5.3), (2.5, 5.5), (1.5, 6.0)]);
        let none = columns(vec![], vec![], vec![]);
        assert_eq!(places(&branch([1.0, 1.0, 0.0, 0.0], none))[1][0], (2.0, 5.1));
    }
}
