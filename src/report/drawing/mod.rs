//! What all figures are drawn with: sheets of two kinds, a frame with title, legend and axes, colours.

pub(super) mod canvas;
pub(super) mod colour_map;
pub(super) mod frame;
pub(super) mod heat;
pub(super) mod scale;
pub(super) mod style;
