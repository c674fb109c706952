//! The words of an expression.

use super::ExpressionError;

/// One word, with its place in the text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Token<'a> {
    pub kind: TokenKind<'a>,
    pub position: usize,
    pub length: usize,
}

/// The kinds of words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum TokenKind<'a> {
    Number(f64),
    Name(&'a str),
    Operator(char),
    Open,
    Close,
    Comma,
    End,
}

/// Cuts a text into tokens, one at a time.
pub(super) struct Lexer<'a> {
    text: &'a str,
    position: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Lexer { text, position: 0 }
    }

    /// The next token; `End` for ever once the text is used up.
    pub(super) fn next_token(&mut self) -> Result<Token<'a>, ExpressionError> {
        let rest = &self.text[self.position..];
        let start = self.position + (rest.len() - rest.trim_start().len());
        let rest = &self.text[start..];
        let Some(first) = rest.chars().next() else {
            self.position = start;
            return Ok(Token { kind: TokenKind::End, position: self.text.len(), length: 0 });
        };
        let (kind, length) = match first {
            '0'..='9' | '.' => number(rest, start)?,
            c if c.is_alphabetic() || c == '_' => {
                let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
                (TokenKind::Name(&rest[..end]), end)
            }
            '*' if rest.starts_with("**") => {
                return Err(
                    ExpressionError::new("`**` is not an operator here", start, 2).with_help("write ^ for powers: x^2")
                );
            }
            '+' | '-' | '*' | '/' | '^' => (TokenKind::Operator(first), 1),
            '(' => (TokenKind::Open, 1),
            ')' => (TokenKind::Close, 1),
            ',' => (TokenKind::Comma, 1),
            other => return Err(unexpected_character(other, start)),
        };
        self.position = start + length;
        Ok(Token { kind, position: start, length })
    }
}

/// Reads a number at the start of `rest`: digits, a point, digits, an exponent.
fn number(rest: &str, start: usize) -> Result<(TokenKind<'static>, usize), ExpressionError> {
    let bytes = rest.as_bytes();
    let digits = |from: usize| from + bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let whole = digits(0);
    let mut end = whole;
    let mut any = whole > 0;
    if bytes.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        any |= fraction > end + 1;
        end = fraction;
    }
    if !any && rest[1..].starts_with(|c: char| c.is_alphabetic()) {
        let error = ExpressionError::new("a name has no point in it", start, 1);
        return Err(error.with_help("write cos(..), not np.cos(..) or math.cos(..)"));
    }
    if !any {
        return Err(ExpressionError::new("a point without digits is not a number", start, 1));
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        // Without digits the letter is the constant e, and "2e" is then a missing operator.
        if exponent > end + 1 + sign {
            end = exponent;
        }
    }
    let value: f64 = rest[..end].parse().map_err(|_| ExpressionError::new("this is not a number", start, end))?;
    if !value.is_finite() {
        return Err(ExpressionError::new("the number is too large: it is not finite in double precision", start, end)
            .with_help(format!("the largest number is {:e}", f64::MAX)));
    }
    Ok((TokenKind::Number(value), end))
}

fn unexpected_character(character: char, position: usize) -> ExpressionError {
    let advice = match character {
        '\u{2212}' | '\u{2013}' | '\u{2014}' => "write - (the ASCII minus sign)",
        '\u{b7}' | '\u{d7}' | '\u{22c5}' => "write * for products",
        '[' | '{' => "write ( and ) for brackets",
        '=' | '<' | '>' | '!' | '&' | '|' | '?' | ':' => "comparisons are not expressions here; min, max and abs are",
        _ => "allowed are names, numbers, + - * / ^ ( ) and ,",
    };
    let shown: String = character.escape_debug().collect();
    let shown = if character.is_alphanumeric() || character.is_ascii_graphic() { character.to_string() } else { shown };
    ExpressionError::new(format!("unexpected character `{shown}`"), position, character.len_utf8()).with_help(advice)
}
