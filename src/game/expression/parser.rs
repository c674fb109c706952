//! From text to nodes: recursive descent, with a limit on nesting.
//!
//! ```text
//! sum     = product (("+" | "-") product)*
//! product = unary (("*" | "/") unary)*
//! unary   = ("-" | "+") unary | power
//! power   = atom ["^" unary]
//! atom    = number | name | name "(" sum ("," sum)* ")" | "(" sum ")"
//! ```
//!
//! This is Python's grammar with `^` for `**`. Long sums and products are loops; only brackets, signs and exponents
//! nest, and each level counts towards [`MAXIMUM_NESTING`], so no text can exhaust the stack.

use super::builder::Builder;
use super::lexer::{Lexer, Token, TokenKind};
use super::scope::{Meaning, Scope};
use super::{ExpressionError, NodeIndex};

/// What commas are for.
const COMMAS: &str = "commas separate the arguments of min and max only; the decimal sign is a point";

/// Deepest nesting of brackets, signs and exponents. A hundred is far beyond what people write; each level costs
/// about 1 kB of stack.
pub(super) const MAXIMUM_NESTING: usize = 200;

pub(super) struct Parser<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    token: Token<'a>,
    /// End of the token before the current one.
    previous_end: usize,
    depth: usize,
    scope: &'a Scope,
    builder: Builder,
}

impl<'a> Parser<'a> {
    /// Parses the whole text; returns the nodes and the root.
    pub(super) fn parse(text: &'a str, scope: &'a Scope) -> Result<(Builder, NodeIndex), ExpressionError> {
        let mut lexer = Lexer::new(text);
        let token = lexer.next_token()?;
        let mut parser = Parser { text, lexer, token, previous_end: 0, depth: 0, scope, builder: Builder::new() };
        if parser.token.kind == TokenKind::End {
            return Err(ExpressionError::new("the expression is empty", 0, text.len()));
        }
        let root = parser.sum()?;
        match parser.token.kind {
            TokenKind::End => Ok((parser.builder, root)),
            TokenKind::Close => Err(parser.error_here("this `)` closes nothing")),
            TokenKind::Comma => Err(parser.error_here("unexpected `,`").with_help(COMMAS)),
            _ => Err(parser.error_here("expected an operator or the end")),
        }
    }

    fn advance(&mut self) -> Result<(), ExpressionError> {
        self.previous_end = self.token.position + self.token.length;
        self.token = self.lexer.next_token()?;
        Ok(())
    }

    fn error_here(&self, message: impl Into<String>) -> ExpressionError {
        ExpressionError::new(message, self.token.position, self.token.length)
    }

    fn operator(&self) -> Option<char> {
        if let TokenKind::Operator(c) = self.token.kind { Some(c) } else { None }
    }

    fn sum(&mut self) -> Result<NodeIndex, ExpressionError> {
        let mut terms = vec![self.product()?];
        while let Some(sign @ ('+' | '-')) = self.operator() {
            self.advance()?;
            let term = self.product()?;
            terms.push(if sign == '-' { self.builder.negate(term) } else { term });
        }
        Ok(self.builder.sum(terms))
    }

    fn product(&mut self) -> Result<NodeIndex, ExpressionError> {
        let start = self.token.position;
        let mut factors = vec![self.unary()?];
        loop {
            match self.operator() {
                Some('*') => {
                    self.advance()?;
                    factors.push(self.unary()?);
                }
                Some('/') => {
                    self.advance()?;
                    let divisor = self.unary()?;
                    let dividend = self.builder.product(std::mem::take(&mut factors));
                    factors.push(self.builder.divide(dividend, divisor));
                }
                _ => break,
            }
        }
        self.refuse_missing_operator(start)?;
        Ok(self.builder.product(factors))
    }

    /// "2x", "x y", "2(x)": something that can only begin a new factor.
    fn refuse_missing_operator(&self, start: usize) -> Result<(), ExpressionError> {
        if !matches!(self.token.kind, TokenKind::Number(_) | TokenKind::Name(_) | TokenKind::Open) {
            return Ok(());
        }
        let left = last_word(&self.text[start..self.previous_end]);
        let right = shortened(&self.text[self.token.position..self.token.position + self.token.length]);
        Err(self
            .error_here(format!("expected an operator before `{right}`"))
            .with_help(format!("write {left}*{right} for a product")))
    }

    fn unary(&mut self) -> Result<NodeIndex, ExpressionError> {
        match self.operator() {
            Some(sign @ ('-' | '+')) => {
                self.enter()?;
                self.advance()?;
                let operand = self.unary()?;
                self.depth -= 1;
                Ok(if sign == '-' { self.builder.negate(operand) } else { operand })
            }
            _ => self.power(),
        }
    }

    fn power(&mut self) -> Result<NodeIndex, ExpressionError> {
        let base = self.atom()?;
        if self.operator() != Some('^') {
            return Ok(base);
        }
        self.enter()?;
        self.advance()?;
        let exponent = self.unary()?;
        self.depth -= 1;
        Ok(self.builder.power(base, exponent))
    }

    fn enter(&mut self) -> Result<(), ExpressionError> {
        self.depth += 1;
        if self.depth > MAXIMUM_NESTING {
            return Err(self.error_here(format!("nested more than {MAXIMUM_NESTING} levels deep")));
        }
        Ok(())
    }

    fn atom(&mut self) -> Result<NodeIndex, ExpressionError> {
        let token = self.token;
        match token.kind {
            TokenKind::Number(value) => {
                self.advance()?;
                Ok(self.builder.constant(value))
            }
            TokenKind::Name(name) => {
                self.advance()?;
                self.name(name, token)
            }
            TokenKind::Open => {
                self.enter()?;
                self.advance()?;
                let inner = self.sum()?;
                self.close(token)?;
                Ok(inner)
            }
            TokenKind::End => Err(self.error_here("the expression ends where a number, a name or `(` is expected")),
            _ => {
                let found = &self.text[token.position..token.position + token.length];
                Err(self.error_here(format!("expected a number, a name or `(`, got `{found}`")))
            }
        }
    }

    /// Leaves the bracket opened at `open`.
    fn close(&mut self, open: Token<'a>) -> Result<(), ExpressionError> {
        match self.token.kind {
            TokenKind::Close => {
                self.depth -= 1;
                self.advance()
            }
            TokenKind::Comma => Err(self.error_here("unexpected `,`").with_help(COMMAS)),
            _ => Err(ExpressionError::new("this `(` is never closed", open.position, 1)
                .with_help("add the `)` that is missing")),
        }
    }

    fn name(&mut self, name: &'a str, token: Token<'a>) -> Result<NodeIndex, ExpressionError> {
        let meaning = self.scope.meaning(name);
        match meaning {
            Meaning::Variable(index) => Ok(self.builder.variable(index)),
            Meaning::Constant(value) => Ok(self.builder.constant(value)),
            Meaning::Unknown => {
                Err(ExpressionError::new(format!("unknown name `{}`", shortened(name)), token.position, token.length)
                    .with_help(self.scope.advice(name)))
            }
            Meaning::Function(_) | Meaning::Minimum | Meaning::Maximum if self.token.kind != TokenKind::Open => {
                Err(ExpressionError::new(format!("`{name}` is a function"), token.position, token.length)
                    .with_help(format!("write {name}(..) with brackets")))
            }
            Meaning::Function(function) => {
                let arguments = self.arguments()?;
                match arguments.as_slice() {
                    [argument] => Ok(self.builder.function(function, *argument)),
                    _ => Err(wrong_count(name, "1 argument", arguments.len(), token)),
                }
            }
            Meaning::Minimum | Meaning::Maximum => {
                let arguments = self.arguments()?;
                if arguments.len() < 2 {
                    return Err(wrong_count(name, "2 or more arguments", arguments.len(), token));
                }
                let mut arguments = arguments.into_iter();
                let first = arguments.next().expect("there are two");
                Ok(arguments.fold(first, |a, b| match meaning {
                    Meaning::Minimum => self.builder.minimum(a, b),
                    _ => self.builder.maximum(a, b),
                }))
            }
        }
    }

    /// The arguments in brackets at the current token, which is `(`.
    fn arguments(&mut self) -> Result<Vec<NodeIndex>, ExpressionError> {
        let open = self.token;
        self.enter()?;
        self.advance()?;
        let mut arguments = vec![self.sum()?];
        while self.token.kind == TokenKind::Comma {
            self.advance()?;
            arguments.push(self.sum()?);
        }
        self.close(open)?;
        Ok(arguments)
    }
}

fn wrong_count(name: &str, expected: &str, got: usize, token: Token<'_>) -> ExpressionError {
    ExpressionError::new(format!("`{name}` takes {expected}, got {got}"), token.position, token.length)
}

/// The last number, name or bracket of a text, for advice.
fn last_word(text: &str) -> &str {
    let start = text.rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'));
    let word = start.map_or(text, |at| &text[at + text[at..].chars().next().map_or(0, char::len_utf8)..]);
    if word.is_empty() || word.chars().count() > 40 { ".." } else { word }
}

/// At most 40 characters of a word.
fn shortened(word: &str) -> String {
    if word.chars().count() <= 40 { word.to_owned() } else { word.chars().take(40).chain("..".chars()).collect() }
}
