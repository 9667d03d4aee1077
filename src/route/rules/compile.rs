//! From the text of a condition to what can be evaluated, or to what is wrong with it and where.

use std::fmt;
use std::sync::{Arc, LazyLock};

use cel::common::ast::SourceInfo;
use cel::common::types::{CelBool, STRING_TYPE};
use cel::parser::{Expression, ParseErrors};
use cel::{Context, Env, ExecutionError, Value};

use crate::domain::rule::{Condition, Facts, Variable};
use crate::route::rules::check;
use crate::route::rules::values::{self, Names, PATTERN_TYPE, Pattern};

/// Characters of a condition, at most.
const LONGEST: usize = 2_000;

/// What every expression is parsed and evaluated in. Making it costs as much as some fifty evaluations, so it is made
/// once.
static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut env = Env::stdlib();
    // The library's own `matches` compiles its pattern at every call; this one takes what was compiled with the rule.
    let types = vec![STRING_TYPE, PATTERN_TYPE];
    env.add_overload("matches", "matches_pattern", types, values::matches).expect("the name is free");
    env.add_member_overload("matches", "matches_pattern_member", STRING_TYPE, vec![PATTERN_TYPE], values::matches)
        .expect("the name is free");
    Arc::new(env)
});

/// A condition that was found sound.
pub struct Compiled {
    text: String,
    pub(super) expression: Expression,
    pub(super) patterns: Vec<Pattern>,
    named: Vec<Variable>,
}

/// What is wrong with a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, counted from 1.
    pub line: usize,
    /// The character in that line, counted from 1.
    pub column: usize,
    /// What is wrong there.
    pub what: String,
    /// What may be meant.
    pub hint: Option<String>,
}

impl fmt::Debug for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Compiled").field(&self.text).finish()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 1 {
            write!(f, "line {}, ", self.line)?;
        }
        write!(f, "column {}: {}", self.column, self.what)
    }
}

impl Fault {
    /// A fault at a byte of `text`.
    pub(super) fn at(text: &str, byte: usize, what: impl Into<String>, hint: Option<String>) -> Self {
        let before = text.get(..byte.min(text.len())).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self { line, column, what: what.into(), hint }
    }

    /// The line it is in, and under that a caret at its place.
    #[must_use]
    pub fn drawn(&self, text: &str) -> String {
        let line: String = text.lines().nth(self.line - 1).unwrap_or_default().replace('\t', " ");
        format!("{line}\n{:>1$}", "^", self.column)
    }
}

/// Compiles a condition. Whatever can be known to be wrong with it without a request is.
///
/// # Errors
/// It cannot be read, names what there is not, cannot give true or false, or would take too long.
pub fn compile(text: &str) -> Result<Compiled, Fault> {
    if text.trim().is_empty() {
        return Err(Fault::at(text, 0, "it is empty", Some("a rule for every request is written `true`".to_owned())));
    }
    if text.chars().count() > LONGEST {
        return Err(Fault::at(text, 0, format!("it is longer than {LONGEST} characters"), None));
    }
    let (mut expression, info) = parse(text)?;
    let reading = check::names(text, &info, &mut expression)?;
    let compiled = Compiled { text: text.to_owned(), expression, patterns: reading.patterns, named: reading.named };
    check::types(text, &info, &compiled)?;
    Ok(compiled)
}

fn parse(text: &str) -> Result<(Expression, SourceInfo), Fault> {
    ENV.parser().parse_with_source_info(text).map_err(|errors| unread(text, &errors))
}

/// The first thing the parser did not understand, in fewer words than its own.
fn unread(text: &str, errors: &ParseErrors) -> Fault {
    let Some(first) = errors.errors.first() else { return Fault::at(text, 0, "it cannot be read", None) };
    let (line, column) = (usize::try_from(first.pos.0).unwrap_or(1), usize::try_from(first.pos.1).unwrap_or(1));
    let quoted = first.msg.split('\'').nth(1).unwrap_or_default();
    let what = if quoted == "<EOF>" || first.msg.contains("at '<EOF>'") {
        "it ends too early".to_owned()
    } else if first.msg.contains("recursion") {
        "it is nested too deeply".to_owned()
    } else if quoted.is_empty() {
        first.msg.trim_start_matches("Syntax error: ").to_owned()
    } else {
        format!("`{quoted}` cannot stand here")
    };
    let hint = match quoted.trim() {
        it if it.starts_with('=') => Some("equality is written `==`"),
        it if it.starts_with('&') => Some("`and` is written `&&`"),
        it if it.starts_with('|') => Some("`or` is written `||`"),
        "and" => Some("`and` is written `&&`"),
        "or" => Some("`or` is written `||`"),
        "not" => Some("`not` is written `!`"),
        it if it.starts_with(['\'', '"']) => Some("a text ends with the mark it began with"),
        _ => None,
    };
    Fault { line: line.max(1), column: column.max(1), what, hint: hint.map(ToOwned::to_owned) }
}

impl Compiled {
    /// Gives the value of `expression`, a part of this one, to `read`.
    pub(super) fn part<T>(
        &self,
        expression: &Expression,
        facts: &dyn Facts,
        read: impl FnOnce(Result<&dyn cel::common::value::Val, ExecutionError>) -> T,
    ) -> T {
        let names = Names { facts, patterns: &self.patterns };
        let mut context = Context::with_env(Arc::clone(&ENV));
        context.set_variable_resolver(&names);
        let value = Value::resolve_val(expression, &context);
        match value {
            Ok(value) => read(Ok(value.as_ref())),
            Err(error) => read(Err(error)),
        }
    }

    /// Why it cannot be evaluated over a request, without what the request said: a header may be anything.
    fn complaint(&self, error: &ExecutionError) -> String {
        match error {
            ExecutionError::NoSuchKey(key) if self.text.contains(key.as_str()) => format!("there is no `{key}`"),
            ExecutionError::NoSuchKey(_) => "a name it looks up is not there".to_owned(),
            ExecutionError::IndexOutOfBounds(_) => "a list is shorter than it expects".to_owned(),
            ExecutionError::UndeclaredReference(name) => format!("`{name}` is not known of this request"),
            ExecutionError::FunctionError { function, .. } => format!("`{function}` cannot take this value"),
            ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => "it divides by zero".to_owned(),
            ExecutionError::Overflow(..) => "a number becomes too large".to_owned(),
            ExecutionError::NoSuchOverload(it) => {
                format!("{} cannot take these values", check::operator(it.function()))
            }
            _ => "it cannot be evaluated over this request".to_owned(),
        }
    }
}

impl Condition for Compiled {
    fn text(&self) -> &str {
        &self.text
    }

    fn names(&self, variable: Variable) -> bool {
        self.named.contains(&variable)
    }

    fn holds(&self, facts: &dyn Facts) -> Result<bool, String> {
        self.part(&self.expression, facts, |value| match value {
            Ok(value) => match value.downcast_ref::<CelBool>() {
                Some(it) => Ok(*it.inner()),
                None => Err("it gives neither true nor false".to_owned()),
            },
            Err(error) => Err(self.complaint(&error)),
        })
    }
}
