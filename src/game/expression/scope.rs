//! The names an expression may use.

use super::Function;
use crate::game::spelling::advice;
use std::collections::BTreeMap;

/// The constants every expression knows.
const CONSTANTS: [(&str, f64); 2] = [("pi", std::f64::consts::PI), ("e", std::f64::consts::E)];

/// The names an expression may use besides `pi`, `e` and the functions: variables, numbered in order, and
/// parameters with their values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scope {
    variables: Vec<String>,
    parameters: BTreeMap<String, f64>,
}

/// What a name in an expression means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Meaning {
    Variable(usize),
    Constant(f64),
    Function(Function),
    Minimum,
    Maximum,
    Unknown,
}

/// Why a name cannot be a parameter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParameterNameError {
    /// Not letters, digits and underscores beginning with a letter.
    #[error("`{0}` is not a name: letters, digits and _ are allowed, beginning with a letter")]
    NotAName(String),
    /// The name of a variable, a constant or a function.
    #[error("`{0}` already means something else in expressions")]
    Taken(String),
}

/// Letters that parameters are called by.
const GREEK: [&str; 14] =
    ["alpha", "beta", "gamma", "delta", "epsilon", "kappa", "lambda", "omega", "rho", "sigma", "theta", "a", "b", "c"];

impl Scope {
    /// A scope with these variables, numbered from 0, and no parameters.
    pub fn new<S: Into<String>>(variables: impl IntoIterator<Item = S>) -> Scope {
        Scope { variables: variables.into_iter().map(Into::into).collect(), parameters: BTreeMap::new() }
    }

    /// A scope with the same parameters and other variables.
    pub fn with_variables<S: Into<String>>(&self, variables: impl IntoIterator<Item = S>) -> Scope {
        Scope { parameters: self.parameters.clone(), ..Scope::new(variables) }
    }

    /// Adds a parameter; an older value of the same name is replaced.
    ///
    /// # Errors
    /// [`ParameterNameError`] when the name is not one, or already means something else.
    pub fn add_parameter(&mut self, name: &str, value: f64) -> Result<(), ParameterNameError> {
        if !is_name(name) {
            return Err(ParameterNameError::NotAName(name.to_owned()));
        }
        match self.meaning(name) {
            Meaning::Unknown => {}
            Meaning::Constant(_) if self.parameters.contains_key(name) => {}
            _ => return Err(ParameterNameError::Taken(name.to_owned())),
        }
        self.parameters.insert(name.to_owned(), value);
        Ok(())
    }

    /// Names of the variables, in order.
    pub fn variables(&self) -> &[String] {
        &self.variables
    }

    /// Parameters by name.
    pub fn parameters(&self) -> &BTreeMap<String, f64> {
        &self.parameters
    }

    pub(super) fn meaning(&self, name: &str) -> Meaning {
        if let Some(index) = self.variables.iter().position(|v| v == name) {
            return Meaning::Variable(index);
        }
        if let Some(&value) = self.parameters.get(name) {
            return Meaning::Constant(value);
        }
        if let Some(&(_, value)) = CONSTANTS.iter().find(|(constant, _)| *constant == name) {
            return Meaning::Constant(value);
        }
        match name {
            "min" => Meaning::Minimum,
            "max" => Meaning::Maximum,
            _ => Function::from_name(name).map_or(Meaning::Unknown, Meaning::Function),
        }
    }

    /// "known: x, y, alpha, pi, e, sin, ..", preceded by the name that looks most like `name`, if one does.
    pub(super) fn advice(&self, name: &str) -> String {
        let known: Vec<&str> = self.names().collect();
        let advice = advice(name, "known", &known);
        if GREEK.contains(&name) && !advice.starts_with("did") {
            return format!("a parameter needs its value: [game.parameters] {name} = ..; {advice}");
        }
        advice
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        (self.variables.iter().map(String::as_str))
            .chain(self.parameters.keys().map(String::as_str))
            .chain(CONSTANTS.iter().map(|(name, _)| *name))
            .chain(Function::NAMED.iter().map(|f| f.name()))
            .chain(["min", "max"])
    }
}

/// Whether `name` is a letter followed by letters, digits and underscores.
fn is_name(name: &str) -> bool {
    name.chars().next().is_some_and(|c| c.is_alphabetic()) && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_may_not_take_the_name_of_something_else() {
        let mut scope = Scope::new(["x"]);
        assert!(scope.add_parameter("alpha", 1.0).is_ok());
        assert!(scope.add_parameter("alpha", 2.0).is_ok());
        for taken in ["x", "pi", "e", "sin", "min"] {
            assert_eq!(scope.add_parameter(taken, 1.0), Err(ParameterNameError::Taken(taken.to_owned())));
        }
        for bad in ["", "2a", "a b", "a-b", "_a"] {
            assert_eq!(scope.add_parameter(bad, 1.0), Err(ParameterNameError::NotAName(bad.to_owned())));
        }
    }

    #[test]
    fn advice_names_what_is_known() {
        let scope = Scope::new(["x1", "y1"]);
        assert!(scope.advice("quux").starts_with("known"));
        assert!(scope.advice("coss").starts_with("did you mean `cos`?"));
        assert!(scope.advice("X1").starts_with("did you mean `x1`?"));
        assert!(scope.advice("alpha").starts_with("a parameter needs its value"));
    }
}
