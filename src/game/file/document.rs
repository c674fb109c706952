//! A TOML text with the place of every key and value, and readers that report faults by key.

use crate::game::diagnostic::Diagnostic;
use crate::game::error::GameError;
use crate::game::expression::{Scope, constant};
use crate::game::fault::Fault;
use crate::game::spelling::advice_on_key;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Longest key with dots, in parts. Deeper ones are refused before the parser builds a tree of them.
const MAXIMUM_KEY_PARTS: usize = 64;

/// A parsed text.
pub(in crate::game) struct Document<'a> {
    path: PathBuf,
    text: &'a str,
    root: DeTable<'a>,
    /// Keys set by overrides, and the overrides as typed.
    overrides: Vec<(String, String)>,
}

impl<'a> Document<'a> {
    pub(in crate::game) fn parse(
        path: &Path,
        text: &'a str,
        overrides: Vec<(String, String)>,
    ) -> Result<Self, GameError> {
        let refuse = |message: String, span: Range<usize>| {
            GameError::File(Box::new(Diagnostic::new(path, text, span, Fault::new("", message), None)))
        };
        if let Some(start) = deep_key(text) {
            return Err(refuse(format!("a key has more than {MAXIMUM_KEY_PARTS} parts"), start..start + 1));
        }
        let root = DeTable::parse(text).map_err(|error| {
            let (message, span) = (one_line(error.message()), error.span().unwrap_or(0..0));
            let fault = Fault {
                help: toml_help(&message, text, &span),
                ..Fault::new("", format!("not valid TOML: {message}"))
            };
            GameError::File(Box::new(Diagnostic::new(path, text, span, fault, None)))
        })?;
        Ok(Document { path: path.to_owned(), text, root: root.into_inner(), overrides })
    }

    pub(in crate::game) fn section(&self) -> Section<'_> {
        Section { table: &self.root, key: String::new() }
    }

    /// The fault with its place: that of its key, or of the nearest key above it that stands in the text.
    pub(in crate::game) fn locate(&self, mut fault: Fault) -> GameError {
        let (key, span) = self.find(&fault);
        let from_set = self.overrides.iter().rev().find(|(set, _)| {
            let below = |a: &str, b: &str| a == b || (a.starts_with(b) && a[b.len()..].starts_with(['.', '[']));
            below(&fault.key, set) || below(set, &fault.key)
        });
        let from_set = from_set.map(|(_, argument)| argument.clone());
        fault.key = key;
        GameError::File(Box::new(Diagnostic::new(&self.path, self.text, span, fault, from_set)))
    }

    /// A value as it is written.
    pub(in crate::game) fn source(&self, entry: &Entry<'_>) -> &'a str {
        &self.text[entry.value.span()]
    }

    fn find(&self, fault: &Fault) -> (String, Range<usize>) {
        let mut found = (fault.key.clone(), 0..0);
        let mut table = Some(&self.root);
        let mut value: Option<&Spanned<DeValue<'a>>> = None;
        let parts = key_parts(&fault.key);
        for (depth, part) in parts.iter().enumerate() {
            let here = parts[..=depth].iter().map(|part| part.written.as_str()).collect::<String>();
            if let Some(index) = part.index {
                value = value.and_then(|v| v.get_ref().as_array()).and_then(|array| array.get(index));
            } else {
                let entry = table.and_then(|table| table.get_key_value(part.name.as_str()));
                value = entry.map(|(_, value)| value);
                if let Some((name, _)) = entry.filter(|_| fault.names_key && depth + 1 == parts.len()) {
                    return (fault.key.clone(), name.span());
                }
            }
            let Some(value) = value else { return found };
            // What is missing from a table keeps its own key; what a number stands for is called by the number's.
            let key =
                if value.get_ref().is_table() { fault.key.clone() } else { here.trim_start_matches('.').to_owned() };
            found = (key, value.span());
            table = value.get_ref().as_table();
        }
        if let (Some((position, length)), Some(value)) = (fault.within, value) {
            found.1 = self.within_string(value, position, length);
        }
        found
    }

    /// The place of a part of a string; the whole string if it has escapes, since these shift what follows.
    fn within_string(&self, value: &Spanned<DeValue<'a>>, position: usize, length: usize) -> Range<usize> {
        let span = value.span();
        let (Some(content), Some(raw)) = (value.get_ref().as_str(), self.text.get(span.clone())) else { return span };
        match raw.find(content) {
            Some(offset) if !content.is_empty() => {
                let start = span.start + offset + position;
                start..start + length
            }
            _ => span,
        }
    }
}

/// Start of a line whose key has too many dotted parts, if there is one. Quoted parts count as one at least.
fn deep_key(text: &str) -> Option<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let name_part =
            line.trim_start_matches(['[', ' ', '\t']).split(['=', ']', '#', '"', '\'']).next().unwrap_or("");
        if name_part.matches('.').count() >= MAXIMUM_KEY_PARTS {
            return Some(start);
        }
        start += line.len();
    }
    None
}

/// What to write instead, for the slips that are made most often.
fn toml_help(message: &str, text: &str, span: &Range<usize>) -> Option<String> {
    let before = text.get(..span.start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let at = text.get(span.start..).unwrap_or_default();
    let is_digit = |c: char| c.is_ascii_digit();
    let help = if at.starts_with(',') && line.ends_with(is_digit) {
        "the decimal sign is a point: 0.1"
    } else if message.contains("must be quoted") {
        "put expressions and names between quotes: payoff = \"cos(2*pi*(x - y))\""
    } else if message.contains("invalid basic string") || message.contains("invalid literal string") {
        "close the string with the quote that opens it, on the same line"
    } else if message.contains("duplicate key") {
        "a key or a section stands once in a file"
    } else {
        return None;
    };
    Some(help.to_owned())
}

fn one_line(message: &str) -> String {
    message.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ")
}

struct KeyPart {
    name: String,
    index: Option<usize>,
    written: String,
}

/// `game.terms[2].x` as `game`, `.terms`, `[2]`, `.x`.
fn key_parts(key: &str) -> Vec<KeyPart> {
    let mut parts = Vec::new();
    for name in key.split('.') {
        let mut pieces = name.split('[');
        let plain = pieces.next().unwrap_or_default();
        parts.push(KeyPart { name: plain.to_owned(), index: None, written: format!(".{plain}") });
        for piece in pieces {
            let index = piece.trim_end_matches(']').parse().ok();
            parts.push(KeyPart { name: String::new(), index, written: format!("[{piece}") });
        }
    }
    parts
}

/// One table of the text.
#[derive(Clone)]
pub(in crate::game) struct Section<'a> {
    table: &'a DeTable<'a>,
    key: String,
}

/// One value of the text, with its key.
pub(in crate::game) struct Entry<'a> {
    pub(in crate::game) key: String,
    value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Section<'a> {
    pub(in crate::game) fn key_of(&self, name: &str) -> String {
        if self.key.is_empty() { name.to_owned() } else { format!("{}.{name}", self.key) }
    }

    /// Refuses every key that is not in the list; the first one in the text is named.
    pub(in crate::game) fn allow(&self, allowed: &[&str]) -> Result<(), Fault> {
        let unknown = self.table.iter().filter(|(name, _)| !allowed.contains(&name.get_ref().as_ref()));
        match unknown.min_by_key(|(name, _)| name.span().start) {
            None => Ok(()),
            Some((name, _)) => {
                let message = "unknown key".to_owned();
                let mut fault = Fault::new(self.key_of(name.get_ref()), message);
                fault.names_key = true;
                Err(fault.with_help(advice_on_key(&self.key, name.get_ref(), allowed)))
            }
        }
    }

    pub(in crate::game) fn get(&self, name: &str) -> Option<Entry<'a>> {
        self.table.get(name).map(|value| Entry { key: self.key_of(name), value })
    }

    pub(in crate::game) fn require(&self, name: &str) -> Result<Entry<'a>, Fault> {
        self.get(name).ok_or_else(|| Fault::new(self.key_of(name), "is missing"))
    }

    /// Names in the order of the text.
    pub(in crate::game) fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.table.keys().map(|name| (name.span().start, name.get_ref().to_string())).collect();
        names.sort();
        names.into_iter().map(|(_, name)| name).collect()
    }

    /// A table inside this one; `None` if it is missing.
    pub(in crate::game) fn subsection(&self, name: &str) -> Result<Option<Section<'a>>, Fault> {
        self.get(name).map(|entry| entry.section()).transpose()
    }
}

impl<'a> Entry<'a> {
    pub(in crate::game) fn wrong_type(&self, expected: &str) -> Fault {
        Fault::new(self.key.clone(), format!("expected {expected}, got {}", kind(self.value.get_ref())))
    }

    pub(in crate::game) fn section(&self) -> Result<Section<'a>, Fault> {
        let table = self.value.get_ref().as_table().ok_or_else(|| self.wrong_type("a table"))?;
        Ok(Section { table, key: self.key.clone() })
    }

    pub(in crate::game) fn is_table(&self) -> bool {
        self.value.get_ref().is_table()
    }

    pub(in crate::game) fn is_array(&self) -> bool {
        self.value.get_ref().is_array()
    }

    pub(in crate::game) fn as_text(&self) -> Option<&'a str> {
        self.value.get_ref().as_str()
    }

    pub(in crate::game) fn text(&self) -> Result<&'a str, Fault> {
        self.as_text().ok_or_else(|| self.wrong_type("a string"))
    }

    /// The elements of an array.
    pub(in crate::game) fn elements(&self, expected: &str) -> Result<Vec<Entry<'a>>, Fault> {
        let array = self.value.get_ref().as_array().ok_or_else(|| self.wrong_type(expected))?;
        let entry = |(i, value)| Entry { key: format!("{}[{i}]", self.key), value };
        Ok(array.iter().enumerate().map(entry).collect())
    }

    /// A finite number, or a constant expression in quotes.
    pub(in crate::game) fn number(&self, scope: &Scope) -> Result<f64, Fault> {
        let value = match self.value.get_ref() {
            DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().parse().unwrap_or(f64::NAN),
            DeValue::Integer(integer) => {
                i64::from_str_radix(integer.as_str(), integer.radix()).map_or(f64::NAN, |value| value as f64)
            }
            DeValue::Float(float) => float.as_str().parse().unwrap_or(f64::NAN),
            DeValue::String(text) => {
                return constant(text, scope).map_err(|error| Fault::from_expression(self.key.clone(), error));
            }
            _ => return Err(self.wrong_type("a number (or a constant expression in quotes)")),
        };
        if value.is_finite() {
            Ok(value)
        } else {
            Err(Fault::new(self.key.clone(), format!("must be a finite number, got {value}")))
        }
    }

    /// A whole number that is not negative and not absurd.
    pub(in crate::game) fn count(&self, scope: &Scope) -> Result<usize, Fault> {
        let value = self.number(scope)?;
        if value >= 0.0 && value.fract() == 0.0 && value <= 9e15 {
            Ok(value as usize)
        } else {
            Err(Fault::new(self.key.clone(), format!("must be a whole number, not negative, got {value}")))
        }
    }

    /// One value for every axis: a scalar, repeated, or an array with one entry per axis.
    pub(in crate::game) fn per_axis<T: Clone>(
        &self,
        dimension: Option<usize>,
        read: impl Fn(&Entry<'a>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        if !self.is_array() {
            return Ok(vec![read(self)?; dimension.unwrap_or(1)]);
        }
        let elements = self.elements("a number or an array of numbers")?;
        match dimension {
            Some(expected) if elements.len() != expected => {
                Err(Fault::axis_count(self.key.clone(), expected, elements.len()))
            }
            _ => elements.iter().map(read).collect(),
        }
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}
