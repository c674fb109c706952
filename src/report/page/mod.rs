//! The page: summary, figures that move, game, provenance, in one file.
//!
//! Everything that comes from a file is escaped: text by the template, data by writing `<` as `\u003c`. The page may load
//! nothing: its content security policy forbids it.

mod data;
mod numbers;

use super::record::Record;
use super::{Figure, file_name};
use crate::game::Player;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::path::Path;

const CSS: &str = include_str!("page.css");
const JS: &str = include_str!("page.js");
/// uPlot 1.6.32, MIT licence, Leon Sorokin; see data/licences/uPlot.
const PLOT_CSS: &str = include_str!("uPlot.min.css");
const PLOT_JS: &str = include_str!("uPlot.iife.min.js");
/// Nothing may be loaded.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/// The whole page, with the figures as they were drawn (SVG).
pub(super) fn render(record: &Record, figures: &[Figure<'_>], drawn: &[String], run: &Path) -> String {
    let title = if record.header.title.is_empty() { file_name(run) } else { record.header.title.clone() };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                link rel="icon" href="data:,";
                title { (title) " - nashflow" }
                style { (PreEscaped(PLOT_CSS)) (PreEscaped(CSS)) }
            }
            body {
                header { h1 { (title) } (verdict(record)) }
                main {
                    h2 { "Numbers" }
                    (numbers::table(record))
                    h2 { "Distance to the equilibrium" }
                    div #curves .plot role="img" aria-label="W2, duality gap and relative entropy over time on a logarithmic axis" {}
                    p { "Move over the curves to read them, drag to zoom, double click to see all. "
                        a .button download="diagnostics.csv" href=(data_address("text/csv", &data::csv(record))) { "Download CSV" } }
                    h2 { "Densities" }
                    (densities(record))
                    h2 { "Figures" }
                    div .figures { @for (figure, picture) in figures.iter().zip(drawn) { (framed(figure, picture)) } }
                    h2 { "Game" }
                    pre tabindex="0" aria-label="game file" { (record.header.game) }
                    h2 { "Provenance" }
                    (provenance(record, run))
                }
                script #data type="application/json" { (PreEscaped(data::json(record))) }
                script { (PreEscaped(PLOT_JS)) }
                script { (PreEscaped(JS)) }
            }
        }
    };
    page.into_string()
}

fn verdict(record: &Record) -> Markup {
    html! {
        p .verdict {
            @match &record.conclusions {
                Ok(run) => { b { (run.summary.verdict.name()) } " " (run.summary.reason) }
                Err(reason) => { b { "no verdict" } " " (reason) }
            }
        }
    }
}

fn densities(record: &Record) -> Markup {
    let last = record.frame_times.len() - 1;
    html! {
        div .player {
            button #play type="button" { "Play" }
            input #time type="range" min="0" max=(last) value=(last) step="1" aria-label="time of the snapshot";
            output #clock for="time" {}
        }
        div .figures {
            @for player in Player::BOTH {
                @let letter = player.letter();
                @let density = if player == Player::X { "mu" } else { "nu" };
                figure {
                    canvas id=(format!("density-{letter}")) role="img" aria-label=(format!("density {density} of player {letter}")) {}
                    figcaption { "density " (density) " of player " (letter)
                        @if record.grid(player).dimension() == 1 { "; dashed: the equilibrium" } @else { "; " (letter) "1 to the right, " (letter) "2 upwards" } }
                    div .read id=(format!("read-{letter}")) aria-live="off" {}
                }
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

fn provenance(record: &Record, run: &Path) -> Markup {
    let header = &record.header;
    html! {
        table .numbers {
            tr { th { "file" } td { (run.display()) } }
            tr { th { "command" } td { code { (header.command) } } }
            tr { th { "begun" } td { (header.created) } }
            tr { th { "version" } td { "nashflow " (header.nashflow_version) ", page by " (env!("CARGO_PKG_VERSION")) } }
            tr { th { "state" } td { @if record.finished { "finished" } @else { "running or interrupted" } } }
        }
    }
}

/// An address that holds the data itself.
fn data_address(kind: &str, text: &str) -> String {
    format!("data:{kind};base64,{}", STANDARD.encode(text))
}
