//! What can be known to be wrong with a condition before any request: names and functions that there are not, patterns
//! that are none, operators over the wrong types, and loops within loops within loops.

use cel::ExecutionError;
use cel::common::ast::{EntryExpr, Expr, LiteralValue, SourceInfo};
use cel::common::value::Val;
use cel::parser::Expression;
use regex::RegexBuilder;

use crate::domain::rule::{Fact, Facts, Kind, Lookup, Variable};
use crate::route::rules::compile::{Compiled, Fault};
use crate::route::rules::values::{PATTERN_MARK, Pattern};

/// How deep comprehensions may stand in one another. Each level multiplies the cost by what a client sent: four over ten
/// elements each take milliseconds.
const DEEPEST: usize = 2;
/// Bytes a compiled pattern may take.
const PATTERN_MOST: usize = 1 << 18;

/// Functions beside the operators and the macros (`has`, `all`, `exists`, `exists_one`, `map`, `filter`).
pub(super) const FUNCTIONS: [&str; 16] = [
    "contains",
    "endsWith",
    "startsWith",
    "matches",
    "size",
    "int",
    "uint",
    "double",
    "string",
    "bytes",
    "bool",
    "dyn",
    "type",
    "hasValue",
    "value",
    "orValue",
];
/// Those of `optional`.
const OPTIONAL: [&str; 3] = ["of", "none", "ofNonZeroValue"];
/// What may be compared with `type(…)`.
const TYPES: [&str; 9] = ["bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type"];

/// What was found in an expression.
pub(super) struct Reading {
    pub(super) patterns: Vec<Pattern>,
    pub(super) named: Vec<Variable>,
}

/// Looks at every name, and takes the patterns out.
pub(super) fn names(text: &str, info: &SourceInfo, expression: &mut Expression) -> Result<Reading, Fault> {
    let reading = Reading { patterns: Vec::new(), named: Vec::new() };
    let mut reader = Reader { text, info, reading, bound: Vec::new(), depth: 0 };
    reader.read(expression)?;
    Ok(reader.reading)
}

struct Reader<'a> {
    text: &'a str,
    info: &'a SourceInfo,
    reading: Reading,
    /// Names that comprehensions gave.
    bound: Vec<String>,
    depth: usize,
}

impl Reader<'_> {
    fn fault(&self, id: u64, what: impl Into<String>, hint: Option<String>) -> Fault {
        fault(self.text, self.info, id, what, hint)
    }

    fn read(&mut self, it: &mut Expression) -> Result<(), Fault> {
        let id = it.id;
        match &mut it.expr {
            Expr::Literal(_) => Ok(()),
            Expr::Ident(name) => self.name(id, name.trim_start_matches('.')),
            Expr::Select(it) => self.read(&mut it.operand),
            Expr::List(it) => it.elements.iter_mut().try_for_each(|it| self.read(it)),
            Expr::Map(it) => it.entries.iter_mut().try_for_each(|entry| match &mut entry.expr {
                EntryExpr::MapEntry(it) => self.read(&mut it.key).and_then(|()| self.read(&mut it.value)),
                EntryExpr::StructField(_) => {
                    Err(fault(self.text, self.info, entry.id, "a map is written {key: value}", None))
                }
            }),
            Expr::Call(_) => self.call(it),
            Expr::Comprehension(it) => {
                self.read(&mut it.iter_range)?;
                self.read(&mut it.accu_init)?;
                if self.depth == DEEPEST {
                    let what = format!("more than {DEEPEST} loops (all, exists, map, filter) stand in one another");
                    return Err(self.fault(id, what, Some("it would be too slow".to_owned())));
                }
                let before = self.bound.len();
                self.bound.extend([it.iter_var.clone(), it.accu_var.clone()]);
                self.bound.extend(it.iter_var2.clone());
                self.depth += 1;
                for part in [&mut it.loop_cond, &mut it.loop_step, &mut it.result] {
                    self.read(part)?;
                }
                self.depth -= 1;
                self.bound.truncate(before);
                Ok(())
            }
            Expr::Struct(_) => {
                Err(self.fault(id, "there are no messages here", Some("a map is written {key: value}".to_owned())))
            }
            Expr::Unspecified => Err(self.fault(id, "something is missing", None)),
        }
    }

    fn name(&mut self, id: u64, name: &str) -> Result<(), Fault> {
        if self.bound.iter().any(|it| it == name) || TYPES.contains(&name) {
            return Ok(());
        }
        let Some(variable) = Variable::parse(name) else {
            let meant = nearest(name, Variable::ALL.iter().map(|it| it.name()));
            let hint = match meant {
                Some(it) => format!("is `{it}` meant?"),
                None => "llmroute rules variables   lists what there is".to_owned(),
            };
            return Err(self.fault(id, format!("there is no variable `{name}`"), Some(hint)));
        };
        if !self.reading.named.contains(&variable) {
            self.reading.named.push(variable);
        }
        Ok(())
    }

    fn call(&mut self, whole: &mut Expression) -> Result<(), Fault> {
        let id = whole.id;
        let Expr::Call(it) = &mut whole.expr else { return Ok(()) };
        let of_optional =
            it.target.as_ref().is_some_and(|it| matches!(&it.expr, Expr::Ident(name) if name == "optional"));
        let is_word = it.func_name.starts_with(|it: char| it.is_ascii_alphabetic());
        let known = if of_optional { &OPTIONAL[..] } else { &FUNCTIONS[..] };
        if is_word && !known.contains(&it.func_name.as_str()) {
            let meant = nearest(&it.func_name, known.iter().copied());
            let hint =
                meant.map_or_else(|| format!("there are: {}", known.join(", ")), |it| format!("is `{it}` meant?"));
            return Err(self.fault(id, format!("there is no function `{}`", it.func_name), Some(hint)));
        }
        if it.func_name == "matches"
            && let Some(pattern) = it.args.last_mut()
        {
            self.pattern(id, pattern)?;
        }
        if let Some(target) = it.target.as_mut().filter(|_| !of_optional) {
            self.read(target)?;
        }
        it.args.iter_mut().filter(|it| !is_pattern(it)).try_for_each(|it| self.read(it))
    }

    /// Compiles the pattern of a `matches`, and leaves its number in its place.
    fn pattern(&mut self, id: u64, argument: &mut Expression) -> Result<(), Fault> {
        let Expr::Literal(LiteralValue::String(pattern)) = &argument.expr else {
            let hint = "a pattern that a request brings could not be looked at before it comes".to_owned();
            return Err(self.fault(id, "the pattern of `matches` must be written out", Some(hint)));
        };
        let regex = RegexBuilder::new(pattern.inner()).size_limit(PATTERN_MOST).build().map_err(|error| {
            let error = error.to_string();
            let last = error.lines().last().unwrap_or_default();
            let what = format!("this is no pattern: {}", last.trim_start_matches("error: "));
            self.fault(argument.id, what, None)
        })?;
        let number = self.reading.patterns.len();
        self.reading.patterns.push(Pattern(regex));
        argument.expr = Expr::Ident(format!("{PATTERN_MARK}{number}"));
        Ok(())
    }
}

fn is_pattern(it: &Expression) -> bool {
    matches!(&it.expr, Expr::Ident(name) if name.starts_with(PATTERN_MARK))
}

fn fault(text: &str, info: &SourceInfo, id: u64, what: impl Into<String>, hint: Option<String>) -> Fault {
    let byte = info.offset_for(id).map_or(0, |it| it.0 as usize);
    // A call stands where its arguments begin; it is looked for where its name does.
    let before = text.get(..byte).filter(|_| text.as_bytes().get(byte) == Some(&b'('));
    let is_word = |it: char| it.is_alphanumeric() || it == '_';
    let byte = before.map_or(byte, |it| it.trim_end().trim_end_matches(is_word).len());
    Fault::at(text, byte, what, hint)
}

fn nearest<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.map(|it| (strsim::jaro_winkler(typed, it), it));
    near.filter(|it| it.0 >= 0.75).max_by(|a, b| a.0.total_cmp(&b.0)).map(|it| it.1)
}

/// Looks at the types: evaluates every part over a made-up request. The type of every name is fixed, so an operator that
/// cannot take what it is given there can never.
pub(super) fn types(text: &str, info: &SourceInfo, compiled: &Compiled) -> Result<(), Fault> {
    let prober = Prober { text, info, compiled };
    prober.probe(&compiled.expression)?;
    compiled.part(&compiled.expression, &Specimen, |value| match value {
        Ok(value) if value.get_type().name() != "bool" => {
            let what = format!("it gives {}, where true or false is wanted", a(value.get_type().name()));
            Err(Fault::at(text, 0, what, None))
        }
        _ => Ok(()),
    })
}

struct Prober<'a> {
    text: &'a str,
    info: &'a SourceInfo,
    compiled: &'a Compiled,
}

impl Prober<'_> {
    /// The innermost part that is wrong is the one to name, so parts come before the whole.
    fn probe(&self, it: &Expression) -> Result<(), Fault> {
        match &it.expr {
            Expr::Call(call) => {
                let target = call.target.iter().map(AsRef::as_ref);
                target.filter(|it| !matches!(&it.expr, Expr::Ident(_))).try_for_each(|it| self.probe(it))?;
                call.args.iter().try_for_each(|it| self.probe(it))?;
                if let ("_==_" | "_!=_", [left, right]) = (call.func_name.as_str(), call.args.as_slice()) {
                    self.comparable(it.id, left, right)?;
                }
            }
            Expr::Select(it) => self.probe(&it.operand)?,
            Expr::List(it) => it.elements.iter().try_for_each(|it| self.probe(it))?,
            Expr::Comprehension(it) => self.probe(&it.iter_range)?,
            // A name is right or was refused before, and the rest is made of what was looked at.
            _ => return Ok(()),
        }
        self.compiled.part(it, &Specimen, |value| match value {
            Err(error) => match mistyped(&error) {
                Some(what) => Err(fault(self.text, self.info, it.id, what, hint(&error))),
                None => Ok(()),
            },
            Ok(_) => Ok(()),
        })
    }

    /// CEL calls values of different types different and says nothing; a rule that compares them was not meant.
    fn comparable(&self, id: u64, left: &Expression, right: &Expression) -> Result<(), Fault> {
        let kind = |it: &Expression| {
            let name = |value: &dyn Val| value.get_type().name().to_owned();
            self.compiled.part(it, &Specimen, |value| value.ok().map(name))
        };
        let (Some(left), Some(right)) = (kind(left), kind(right)) else { return Ok(()) };
        let number = |it: &str| ["int", "uint", "double"].contains(&it);
        let plain = |it: &str| number(it) || ["string", "bool", "bytes", "list", "map"].contains(&it);
        if left == right || !plain(&left) || !plain(&right) || (number(&left) && number(&right)) {
            return Ok(());
        }
        let what = format!("{} and {} are never equal", a(&left), a(&right));
        Err(fault(self.text, self.info, id, what, None))
    }
}

/// What is wrong with the types, where it is the types that are wrong.
fn mistyped(error: &ExecutionError) -> Option<String> {
    use ExecutionError as E;
    Some(match error {
        E::NoSuchOverload(it) => {
            let types: Vec<String> = it.argument_types().iter().map(|it| a(it)).collect();
            format!("{} cannot take {}", operator(it.function()), types.join(" and "))
        }
        E::UnsupportedBinaryOperator(name, left, right) => {
            format!(
                "{} cannot take {} and {}",
                operator(name),
                a(left.type_of().to_string().as_str()),
                a(right.type_of().to_string().as_str())
            )
        }
        E::UnexpectedType { got, want } => format!("{} stands where {} is wanted", a(got), a(want)),
        E::UndeclaredReference(name) => format!("`{name}` is not known"),
        E::ValuesNotComparable(..) | E::UnsupportedIndex(..) | E::UnsupportedKeyType(_) => {
            "the types do not fit".to_owned()
        }
        E::InvalidArgumentCount { expected, actual } => format!("it takes {expected} arguments, not {actual}"),
        E::MissingArgumentOrTarget | E::NotSupportedAsMethod { .. } | E::UnsupportedTargetType { .. } => {
            "it cannot be called like this".to_owned()
        }
        _ => return None,
    })
}

fn hint(error: &ExecutionError) -> Option<String> {
    let numbers = match error {
        ExecutionError::UnsupportedBinaryOperator(..) => true,
        ExecutionError::NoSuchOverload(it) => it.argument_types().iter().any(|it| it == "int" || it == "double"),
        _ => false,
    };
    numbers.then(|| "int(…) and double(…) make numbers of texts and of one another".to_owned())
}

/// An operator or function as it is written: `_>_` is `>`.
pub(super) fn operator(name: &str) -> String {
    let written = match name {
        "_[_]" => "[]",
        "add" => "+",
        "sub" => "-",
        "mul" => "*",
        "div" => "/",
        "rem" => "%",
        other => other.trim_matches(['_', '@']),
    };
    format!("`{written}`")
}

fn a(kind: &str) -> String {
    let kind = if kind == "float" { "double" } else { kind };
    let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {kind}")
}

/// A request that has every header, and says nothing.
struct Specimen;

impl Facts for Specimen {
    fn fact(&self, variable: Variable) -> Option<Fact<'_>> {
        static EMPTY: [String; 1] = [String::new()];
        Some(match variable.kind() {
            Kind::Text => Fact::Text(""),
            Kind::Int => Fact::Int(1),
            Kind::Double => Fact::Double(1.0),
            Kind::Bool => Fact::Bool(true),
            Kind::TextList => Fact::List(&EMPTY),
            Kind::TextMap => Fact::Map(&Anything(Fact::Text(""))),
            Kind::DoubleMap => Fact::Map(&Anything(Fact::Double(1.0))),
        })
    }
}

/// A map with this under every name.
#[derive(Debug)]
struct Anything(Fact<'static>);

impl Lookup for Anything {
    fn get(&self, _name: &str) -> Option<Fact<'_>> {
        Some(self.0)
    }

    fn names(&self) -> Vec<&str> {
        vec![""]
    }
}
