//! Facts as CEL values. What a request said is borrowed, never copied; a map answers what it is asked and is not built.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use cel::ExecutionError;
use cel::common::traits::{Container, Indexer, Iterable, Iterator, Sizer};
use cel::common::types::{self, CelBool, CelDouble, CelInt, CelList, CelString, Type};
use cel::common::value::{CowVal, StaticVal, Val};
use cel::context::VariableResolver;
use regex::Regex;

use crate::domain::rule::{Fact, Facts, Lookup, Variable};

/// What stands before the number of a pattern where it is named in an expression. No name that can be written begins so.
pub(super) const PATTERN_MARK: char = ' ';

/// The type of a compiled pattern.
pub(super) const PATTERN_TYPE: Type = Type::new_unspecified_type("pattern");
static PATTERN: Type = PATTERN_TYPE;

/// What the names in an expression stand for.
pub(super) struct Names<'a> {
    pub(super) facts: &'a dyn Facts,
    pub(super) patterns: &'a [Pattern],
}

impl VariableResolver for Names<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        if let Some(number) = variable.strip_prefix(PATTERN_MARK) {
            let pattern: &'b Pattern = self.patterns.get(number.parse::<usize>().ok()?)?;
            return Some(CowVal::Borrowed(pattern));
        }
        Variable::parse(variable).and_then(|it| self.facts.fact(it)).map(value)
    }
}

fn value<'b>(fact: Fact<'b>) -> CowVal<'b, 'b> {
    match fact {
        Fact::Text(it) => CowVal::owned(CelString::from(it)),
        Fact::Int(it) => CowVal::owned(CelInt::from(it)),
        Fact::Double(it) => CowVal::owned(CelDouble::from(it)),
        Fact::Bool(it) => CowVal::owned(CelBool::from(it)),
        Fact::List(all) => {
            let boxed = |it: &'b String| Box::new(CelString::from(it.as_str())) as Box<dyn Val + 'b>;
            CowVal::owned(CelList::from(all.iter().map(boxed).collect::<Vec<_>>()))
        }
        Fact::Map(lookup) => CowVal::owned(Pairs { lookup, names: OnceLock::new() }),
    }
}

/// A map that is looked up in.
#[derive(Debug)]
struct Pairs<'v> {
    lookup: &'v dyn Lookup,
    /// The names, once somebody goes through them.
    names: OnceLock<Vec<CelString<'v>>>,
}

impl<'v> Pairs<'v> {
    fn find(&self, key: &dyn Val) -> Result<Option<Fact<'v>>, ExecutionError> {
        let unfit =
            || ExecutionError::UnexpectedType { got: key.get_type().name().to_owned(), want: "string".to_owned() };
        let name = key.downcast_ref::<CelString>().ok_or_else(unfit)?;
        Ok(self.lookup.get(name.inner()))
    }

    fn names(&self) -> &[CelString<'v>] {
        self.names.get_or_init(|| self.lookup.names().into_iter().map(CelString::from).collect())
    }
}

impl Val for Pairs<'_> {
    fn get_type(&self) -> &Type {
        &types::MAP_TYPE
    }

    fn cel_type() -> &'static Type {
        &types::MAP_TYPE
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_indexer<'b, 'w>(&'b self) -> Option<&'b (dyn Indexer + 'w)>
    where
        Self: 'w,
    {
        Some(self)
    }

    fn as_iterable<'b, 'w>(&'b self) -> Option<&'b (dyn Iterable + 'w)>
    where
        Self: 'w,
    {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    fn clone_as_boxed<'w>(&self) -> Box<dyn Val + 'w>
    where
        Self: 'w,
    {
        Box::new(Self { lookup: self.lookup, names: OnceLock::new() })
    }
}

impl Container for Pairs<'_> {
    fn contains(&self, key: &dyn Val) -> Result<bool, ExecutionError> {
        Ok(self.find(key)?.is_some())
    }
}

impl Indexer for Pairs<'_> {
    fn get<'b, 'w>(&'b self, key: &dyn Val) -> Result<CowVal<'b, 'w>, ExecutionError>
    where
        Self: 'w,
    {
        // The value is owned, so that it may live as long as what it was taken from.
        if let Some(fact) = self.find(key)? {
            return Ok(CowVal::Owned(value(fact).into_owned()));
        }
        let name = key.downcast_ref::<CelString>().map_or("", CelString::inner);
        Err(ExecutionError::NoSuchKey(Arc::new(name.to_owned())))
    }

    fn steal<'w>(self: Box<Self>, key: &dyn Val) -> Result<Box<dyn Val + 'w>, ExecutionError>
    where
        Self: 'w,
    {
        self.get(key).map(CowVal::into_owned)
    }
}

impl Iterable for Pairs<'_> {
    fn iter<'b, 'w>(&'b self) -> Box<dyn Iterator<'b, 'w> + 'b>
    where
        Self: 'w,
    {
        Box::new(NamesInTurn(self.names().iter()))
    }
}

impl Sizer for Pairs<'_> {
    fn size(&self) -> CelInt {
        CelInt::from(i64::try_from(self.names().len()).unwrap_or(i64::MAX))
    }
}

struct NamesInTurn<'b, 'v>(std::slice::Iter<'b, CelString<'v>>);

impl<'b, 'v, 'w> Iterator<'b, 'w> for NamesInTurn<'b, 'v>
where
    'v: 'w,
{
    fn next(&mut self) -> Option<&'b (dyn Val + 'w)> {
        self.0.next().map(|it| it as &'b (dyn Val + 'w))
    }
}

/// A pattern of `matches`, compiled with the rule it stands in.
#[derive(Debug, Clone)]
pub(super) struct Pattern(pub(super) Regex);

impl Val for Pattern {
    fn get_type(&self) -> &Type {
        &PATTERN
    }

    fn cel_type() -> &'static Type {
        &PATTERN
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Pattern {}

/// `matches`: whether the pattern is found in the text, as CEL defines it.
#[expect(clippy::needless_pass_by_value, reason = "the shape of a function of the library")]
pub(super) fn matches<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    match args.as_slice() {
        [text, pattern] => match (text.downcast_ref::<CelString>(), pattern.downcast_ref::<Pattern>()) {
            (Some(text), Some(pattern)) => Ok(CowVal::owned(CelBool::from(pattern.0.is_match(text.inner())))),
            _ => Err(ExecutionError::function_error("matches", "it takes a text and a pattern")),
        },
        _ => Err(ExecutionError::invalid_argument_count(2, args.len())),
    }
}
