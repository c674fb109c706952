//! `nashflow report`.

use super::arguments::ReportArguments;
use super::conclude_operands;
use super::table::Table;
use crate::report::{PictureFormat, ReportError, ReportRequest, ReportSummary, report};

/// The exit status of the command.
pub fn main(arguments: &ReportArguments) -> i32 {
    conclude_operands(
        &arguments.common,
        |interrupt| {
            let formats = PictureFormat::list(&arguments.format)?;
            let folder = arguments.output.clone().unwrap_or_else(|| arguments.file.with_extension("report"));
            let (file, overwrite) = (arguments.file.clone(), arguments.common.force);
            report(&ReportRequest { file, folder, formats, overwrite, before_writing: &|| interrupt.begin_writing() })
        },
        render,
        ReportError::exit_status,
    )
}

fn render(summary: &ReportSummary) -> String {
    let mut table = Table::new();
    for (place, picture) in summary.pictures.iter().enumerate() {
        table.row(if place == 0 { "pictures" } else { "" }, picture.as_str());
    }
    for note in &summary.notes {
        table.row("note", note.as_str());
    }
    table.row("page", summary.page.as_str());
    format!("{}\n{}", summary.game, table.render())
}
