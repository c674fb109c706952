//! A spectrum: the eigenvalues of the linearisation in the complex plane, each with its error.

mod plane;

pub(super) use plane::Plane;

use super::ReportError;
use super::drawing::style::{HEIGHT, WIDTH};
use super::figure::Figure;
use super::page::{Listing, Page};
use super::subject::{Subject, provenance_of_source, title};
use crate::digits::{eigenvalue, with_error};
use crate::output::{ArrayReader, Source};
use std::path::{Path, PathBuf};

/// The figure of a spectrum.
pub(super) fn figure<'a>(plane: Plane) -> Figure<'a> {
    let caption = "Leading eigenvalues of the linearisation at the equilibrium; the theorem guarantees that all lie in the \
                   shaded half-plane.";
    Figure::new("spectrum", caption, (WIDTH, HEIGHT), move |sheet| plane.draw(sheet))
}

/// A spectrum and its file.
pub(super) struct SpectrumSubject {
    path: PathBuf,
    source: Source,
    game: String,
    plane: Plane,
    errors: Vec<f64>,
    frequency: f64,
    /// Of gap, frequency and guaranteed rate.
    bars: [f64; 3],
}

impl SpectrumSubject {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ReportError`] when it is damaged.
    pub fn read(path: &Path) -> Result<SpectrumSubject, ReportError> {
        let reader = ArrayReader::open(path)?;
        let values = reader.numbers("spectrum/eigenvalues")?;
        let errors = reader.numbers("spectrum/error")?;
        if values.len() != 2 * errors.len() || errors.is_empty() {
            let reason = format!("{} parts of {} eigenvalues", values.len(), errors.len());
            return Err(reader.damaged(reason).into());
        }
        let number = |name: &str| reader.attribute("spectrum", name);
        let plane = Plane {
            eigenvalues: values.chunks(2).map(|pair| [pair[0], pair[1]]).collect(),
            gap: number("gap")?,
            guaranteed_rate: number("guaranteed_rate")?,
        };
        let bars = [number("gap_error")?, number("frequency_error")?, number("guaranteed_rate_error")?];
        let (source, game) = (reader.source().clone(), reader.text("game")?);
        let frequency = number("frequency")?;
        Ok(SpectrumSubject { path: path.to_path_buf(), source, game, plane, errors, frequency, bars })
    }
}

impl Subject for SpectrumSubject {
    fn figures(&self) -> Vec<Figure<'_>> {
        vec![figure(self.plane.clone())]
    }

    fn page(&self) -> Page<'_> {
        let gap = with_error(self.plane.gap, self.bars[0]);
        let row = |(value, error): (&[f64; 2], &f64)| vec![eigenvalue(*value, *error)];
        Page {
            title: title(&self.source.title, &self.path),
            finding: ["spectrum".to_owned(), format!("gap {gap}")],
            numbers: vec![
                ("spectral gap", gap),
                ("frequency", with_error(self.frequency, self.bars[1])),
                ("guaranteed rate", with_error(self.plane.guaranteed_rate, self.bars[2])),
            ],
            tables: vec![Listing {
                title: "Eigenvalues",
                columns: vec!["eigenvalue".to_owned()],
                rows: self.plane.eigenvalues.iter().zip(&self.errors).filter(|(v, _)| v[1] >= 0.0).map(row).collect(),
            }],
            chart: None,
            frames: None,
            texts: vec![("Game", &self.game)],
            provenance: provenance_of_source(&self.path, &self.source),
        }
    }
}
