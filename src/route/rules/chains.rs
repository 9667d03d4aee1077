//! Rules that chain must come to an end. Whether they do is asked when a rule is saved, not while a request waits.

use cel::common::ast::Expr;
use cel::common::types::CelBool;
use cel::parser::Expression;

use crate::domain::rule::{Destination, Fact, Facts, Scope, Variable};
use crate::route::rules::compile::Compiled;

/// A rule that chains, as far as this question is concerned.
#[derive(Debug)]
pub struct Link<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whose requests it is asked about.
    pub scope: &'a Scope,
    /// What it may rewrite the model to.
    pub targets: &'a [Destination],
    /// When.
    pub when: &'a Compiled,
}

/// The names of rules that may rewrite the model in a circle, in order and with the first one again at the end; `None` if
/// none do. What a request may be is not known, so that only the model and its provider keep a rule from matching.
#[must_use]
pub fn circle<'a>(links: &[Link<'a>]) -> Option<Vec<&'a str>> {
    // Ways from a rule that has just rewritten the model to one that may rewrite it next.
    let follows = |from: &Link<'_>, to: &Link<'_>| {
        from.scope.meets(to.scope) && from.targets.iter().any(|it| !to.targets.contains(it) && may_hold(to.when, it))
    };
    let ways: Vec<Vec<usize>> =
        links.iter().map(|from| (0..links.len()).filter(|to| follows(from, &links[*to])).collect()).collect();
    (0..links.len()).find_map(|start| {
        let mut path = vec![start];
        back_to(start, start, &ways, &mut vec![false; links.len()], &mut path)
            .then(|| path.iter().map(|it| links[*it].name).collect())
    })
}

/// Walks on from `at` until `start` is met again; `path` is the way there then.
fn back_to(start: usize, at: usize, ways: &[Vec<usize>], seen: &mut [bool], path: &mut Vec<usize>) -> bool {
    for next in &ways[at] {
        path.push(*next);
        if *next == start {
            return true;
        }
        if !std::mem::replace(&mut seen[*next], true) && back_to(start, *next, ways, seen, path) {
            return true;
        }
        path.pop();
    }
    false
}

/// Whether the condition can hold of any request whose model is called so.
fn may_hold(when: &Compiled, model: &Destination) -> bool {
    let provider = match model {
        Destination::Target(it) => it.provider.as_str().to_owned(),
        Destination::Group(_) => String::new(),
    };
    let named = Named { model: model.to_string(), provider };
    verdict(when, &when.expression, &named) != Some(false)
}

/// What a condition comes to if only the model and its provider are known; `None` where that is not enough.
fn verdict(when: &Compiled, it: &Expression, named: &Named) -> Option<bool> {
    if let Expr::Call(call) = &it.expr {
        match (call.func_name.as_str(), call.args.as_slice()) {
            ("_&&_", [left, right]) => {
                return match (verdict(when, left, named), verdict(when, right, named)) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                };
            }
            ("_||_", [left, right]) => {
                return match (verdict(when, left, named), verdict(when, right, named)) {
                    (Some(true), _) | (_, Some(true)) => Some(true),
                    (Some(false), Some(false)) => Some(false),
                    _ => None,
                };
            }
            ("!_", [inner]) => return verdict(when, inner, named).map(|it| !it),
            _ => {}
        }
    }
    // Anything that names something else fails over what is known here.
    when.part(it, named, |value| value.ok().and_then(|it| it.downcast_ref::<CelBool>().map(|it| *it.inner())))
}

struct Named {
    model: String,
    provider: String,
}

impl Facts for Named {
    fn fact(&self, variable: Variable) -> Option<Fact<'_>> {
        match variable {
            Variable::Model => Some(Fact::Text(&self.model)),
            Variable::Provider => Some(Fact::Text(&self.provider)),
            _ => None,
        }
    }
}
