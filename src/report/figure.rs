//! A picture: its name, what is to be seen, how it is drawn.

use super::ReportError;
use super::drawing::canvas::{self, Draw, Sheet};

/// A picture of what a file holds.
pub(super) struct Figure<'a> {
    /// Name of its files.
    pub name: String,
    /// What is to be seen, in a sentence.
    pub caption: String,
    pub size: (u32, u32),
    draw: Box<Draw<'a>>,
}

impl<'a> Figure<'a> {
    /// A figure of this size in pixels.
    pub fn new(
        name: impl Into<String>,
        caption: &str,
        size: (u32, u32),
        draw: impl Fn(&Sheet<'_>) -> Result<(), ReportError> + Send + Sync + 'a,
    ) -> Figure<'a> {
        Figure { name: name.into(), caption: caption.to_owned(), size, draw: Box::new(draw) }
    }

    /// The figure as SVG.
    pub fn svg(&self) -> Result<String, ReportError> {
        canvas::svg(self.size, &*self.draw)
    }

    /// The figure as PNG.
    pub fn png(&self) -> Result<Vec<u8>, ReportError> {
        canvas::png(self.size, &*self.draw)
    }
}
