//! The page: findings, numbers, curves and densities that move, figures, the game, provenance, in one file.
//!
//! Everything that comes from a file is escaped: text by the template, data by writing `<` as `\u003c`. The page may load
//! nothing: its content security policy forbids it.

mod data;

use super::drawing::style::tick;
use super::figure::Figure;
use super::motion::Frames;
use crate::game::Player;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const CSS: &str = include_str!("page.css");
const JS: &str = include_str!("page.js");
/// uPlot 1.6.32, MIT licence, Leon Sorokin; see data/licences/uPlot.
const PLOT_CSS: &str = include_str!("uPlot.min.css");
const PLOT_JS: &str = include_str!("uPlot.iife.min.js");
/// Nothing may be loaded.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/// By this a page of ours is known again.
pub(super) const GENERATOR: &str = "nashflow report";

/// What a page shows beside its figures.
pub(super) struct Page<'a> {
    pub title: String,
    /// The finding in a word or two, and its reasons.
    pub finding: [String; 2],
    /// Names and values, each with its error bar or the reason why it is missing.
    pub numbers: Vec<(&'static str, String)>,
    /// Long lists of numbers.
    pub tables: Vec<Listing>,
    pub chart: Option<Chart>,
    pub frames: Option<&'a Frames>,
    /// Texts that the file was made from.
    pub texts: Vec<(&'static str, &'a str)>,
    pub provenance: Vec<(&'static str, String)>,
}

/// Frames that the page of these moves through, of how many.
pub(super) fn frames_of_page(frames: &Frames) -> usize {
    data::shown_frames(frames).len()
}

/// A table with a heading.
pub(super) struct Listing {
    pub title: &'static str,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Curves that can be read by moving over them, and downloaded.
pub(super) struct Chart {
    pub title: &'static str,
    /// What is to be seen, for those who cannot see it.
    pub label: String,
    /// Name of the horizontal axis.
    pub along: String,
    pub places: Vec<f64>,
    /// Whether the vertical axis is logarithmic.
    pub logarithmic: bool,
    pub curves: Vec<Curve>,
    /// Name of the file of [`Chart::columns`].
    pub file: &'static str,
    /// What is downloaded: all columns, the first that of the places.
    pub columns: Vec<(String, Vec<f64>)>,
}

/// A curve of a chart.
pub(super) struct Curve {
    pub name: String,
    pub values: Vec<f64>,
    /// `x`, `y`, `third` or `theory`.
    pub colour: &'static str,
    /// Dashes and gaps in pixels; none for a whole line.
    pub dash: Vec<u32>,
}

impl Curve {
    /// A curve of these values.
    pub fn new(name: &str, values: &[f64], colour: &'static str, dash: &[u32]) -> Curve {
        Curve { name: name.to_owned(), values: values.to_vec(), colour, dash: dash.to_vec() }
    }
}

/// The whole page, with the figures as they were drawn (SVG).
pub(super) fn render(page: &Page<'_>, figures: &[Figure<'_>], drawn: &[String]) -> String {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="generator" content=(GENERATOR);
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                link rel="icon" href="data:,";
                title { (page.title) " - nashflow" }
                style { (PreEscaped(PLOT_CSS)) (PreEscaped(CSS)) }
            }
            body {
                header { h1 { (page.title) } p .verdict { b { (page.finding[0]) } " " (page.finding[1]) } }
                main {
                    h2 { "Numbers" }
                    table .numbers { @for (name, value) in &page.numbers { tr { th scope="row" { (name) } td { (value) } } } }
                    @if let Some(chart) = &page.chart { (curves(chart)) }
                    @if let Some(frames) = page.frames { (densities(frames)) }
                    h2 { "Figures" }
                    div .figures { @for (figure, picture) in figures.iter().zip(drawn) { (framed(figure, picture)) } }
                    @for listing in &page.tables { (table(listing)) }
                    @for (name, text) in &page.texts {
                        h2 { (name) }
                        pre tabindex="0" aria-label=(name) { (text) }
                    }
                    h2 { "Provenance" }
                    table .numbers { @for (name, value) in &page.provenance { tr { th scope="row" { (name) } td { (value) } } } }
                }
                script #data type="application/json" { (PreEscaped(data::json(page))) }
                script { (PreEscaped(PLOT_JS)) }
                script { (PreEscaped(JS)) }
            }
        }
    };
    markup.into_string()
}

fn curves(chart: &Chart) -> Markup {
    html! {
        h2 { (chart.title) }
        div #curves .plot role="img" aria-label=(chart.label) {}
        p { "Move over the curves to read them, drag to zoom, double click to see all. "
            a .button download=(chart.file) href=(data_address("text/csv", &data::csv(&chart.columns))) { "Download CSV" } }
    }
}

fn densities(frames: &Frames) -> Markup {
    let last = data::shown_frames(frames).len() - 1;
    let start = if frames.closes { 0 } else { last };
    html! {
        h2 { (capital(frames.name(Player::X).split(' ').next().unwrap_or_default())) " in motion" }
        div .player {
            button #play type="button" { "Play" }
            input #time type="range" min="0" max=(last) value=(start) step="1" aria-label="time of the snapshot";
            output #clock for="time" {}
        }
        div .figures {
            @for player in Player::BOTH.into_iter().filter(|player| frames.has(*player)) {
                @let letter = player.letter();
                @let name = frames.name(player);
                figure {
                    canvas id=(format!("density-{letter}")) role="img" aria-label=(name) {}
                    figcaption { (name)
                        @if frames.grid(player).dimension() == 1 {
                            @if let Some((what, _)) = &frames.reference { "; dashed: " (what) }
                        } @else { "; " (letter) "1 to the right, " (letter) "2 upwards" } }
                    div .read id=(format!("read-{letter}")) aria-live="off" {}
                }
            }
        }
    }
}

fn table(listing: &Listing) -> Markup {
    html! {
        h2 { (listing.title) }
        div .wide tabindex="0" role="region" aria-label=(listing.title) {
            table .listing {
                thead { tr { @for column in &listing.columns { th scope="col" { (column) } } } }
                tbody { @for row in &listing.rows { tr { @for cell in row { td { (cell) } } } } }
            }
        }
    }
}

fn framed(figure: &Figure<'_>, picture: &str) -> Markup {
    // The drawing gets a name for those who cannot see it, and a size that follows the page.
    let (width, height) = figure.size;
    let start = picture.find("<svg").map_or(0, |at| at + "<svg".len());
    let label = html! { (figure.caption) }.into_string().replace('"', "&quot;");
    let named = format!("<svg role=\"img\" aria-label=\"{label}\"{}", &picture[start..]);
    debug_assert!(named.contains(&format!("viewBox=\"0 0 {width} {height}\"")));
    html! { figure { (PreEscaped(named)) figcaption { (figure.caption) } } }
}

/// An address that holds the data itself.
fn data_address(kind: &str, text: &str) -> String {
    format!("data:{kind};base64,{}", STANDARD.encode(text))
}

/// A text with a capital at its start.
pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A number in a listing; what could not be had is empty.
pub(super) fn cell(value: f64) -> String {
    if value.is_finite() { tick(value) } else { String::new() }
}
