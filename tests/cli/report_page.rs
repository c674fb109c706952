//! What tests read of a report: the data of its page, the pixels of its pictures.

use crate::workspace::Workspace;
use serde_json::Value;

/// The page of a report.
pub fn page(workspace: &Workspace, folder: &str) -> String {
    String::from_utf8(workspace.read(&format!("{folder}/report.html"))).unwrap()
}

/// The object of the page's data.
pub fn data(page: &str) -> Value {
    let mark = "type=\"application/json\">";
    let start = page.find(mark).expect("the page has data") + mark.len();
    serde_json::from_str(&page[start..start + page[start..].find("</script>").unwrap()]).unwrap()
}

/// What is read of JSON may be off by one rounding.
pub fn near(a: &[f64], b: &[f64]) -> bool {
    let equal = |(a, b): (&f64, &f64)| (a.is_nan() && b.is_nan()) || (a - b).abs() <= 2.0 * f64::EPSILON * b.abs();
    a.len() == b.len() && a.iter().zip(b).all(equal)
}

/// Width, pixels of colour, and all pixels of a PNG.
pub fn pixels_of_colour(png: &[u8]) -> (u32, usize, usize) {
    let mut reader = png::Decoder::new(png).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let coloured = pixels.chunks(3).filter(|p| p.iter().max().unwrap() - p.iter().min().unwrap() > 50).count();
    (info.width, coloured, (info.width * info.height) as usize)
}
