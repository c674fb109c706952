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

    /// The figure as SVG. Characters that XML does not allow, which names may have, become U+FFFD.
    pub fn svg(&self) -> Result<String, ReportError> {
        let text = canvas::svg(self.size, &*self.draw)?;
        Ok(if text.contains(is_not_xml) { text.replace(is_not_xml, "\u{fffd}") } else { text })
    }

    /// The figure as PNG.
    pub fn png(&self) -> Result<Vec<u8>, ReportError> {
        canvas::png(self.size, &*self.draw)
    }
}

/// Whether XML 1.0 has no such character (section 2.2).
fn is_not_xml(c: char) -> bool {
    matches!(c, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}
