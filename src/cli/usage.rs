//! What clap reports about a command line, in llmroute's three parts and never with a secret in it.

use std::ffi::OsString;

use clap::CommandFactory as _;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::cli::args::Cli;
use crate::cli::diag::Diag;
use crate::cli::keyshape;

/// Words a parse error of this command line.
#[must_use]
pub fn diag(error: &clap::Error, argv: &[OsString]) -> Diag {
    let said = Said(error);
    let spoken = [ContextKind::InvalidArg, ContextKind::InvalidValue, ContextKind::InvalidSubcommand];
    if spoken.iter().flat_map(|it| said.all(*it)).any(|it| keyshape::looks_like_key(&it)) {
        return keyshape::refusal();
    }
    let help = help(argv);
    match error.kind() {
        ErrorKind::InvalidSubcommand | ErrorKind::UnknownArgument => unknown(&said, error.kind(), &help),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => invalid_value(&said, error, &help),
        ErrorKind::MissingRequiredArgument => {
            let missing = said.all(ContextKind::InvalidArg).join(", ");
            Diag::usage(format_args!("missing: {missing}"), "the command needs it").fix(help)
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let valid = said.all(ContextKind::ValidSubcommand).join(", ");
            Diag::usage("a verb is missing", format_args!("it takes one of: {valid}")).fix(help)
        }
        ErrorKind::ArgumentConflict => {
            let (one, other) = (said.one(ContextKind::InvalidArg), said.one(ContextKind::PriorArg));
            Diag::usage(format_args!("{one} does not go with {other}"), "they contradict each other")
                .fix("leave one of them out")
        }
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues | ErrorKind::NoEquals => {
            let arg = said.one(ContextKind::InvalidArg);
            Diag::usage(format_args!("{arg} has the wrong number of values"), first_line(error)).fix(help)
        }
        ErrorKind::InvalidUtf8 => {
            Diag::usage("an argument is not UTF-8 text", "only file names may be anything else").fix(help)
        }
        _ => Diag::usage(first_line(error), "the command line could not be read").fix(help),
    }
}

fn unknown(said: &Said<'_>, kind: ErrorKind, help: &str) -> Diag {
    let (what, meant) = if kind == ErrorKind::InvalidSubcommand {
        let it = said.one(ContextKind::InvalidSubcommand);
        (format!("there is no command `{it}`"), said.all(ContextKind::SuggestedSubcommand))
    } else {
        let it = said.one(ContextKind::InvalidArg);
        (format!("`{it}` was not expected"), said.all(ContextKind::SuggestedArg))
    };
    let diag = Diag::usage(what, format_args!("see {help}"));
    match meant.as_slice() {
        [] => diag.fix(help),
        meant => diag.fix(format_args!("did you mean `{}`?", meant.join("` or `"))),
    }
}

fn invalid_value(said: &Said<'_>, error: &clap::Error, help: &str) -> Diag {
    let (arg, value) = (said.one(ContextKind::InvalidArg), said.one(ContextKind::InvalidValue));
    let valid = said.all(ContextKind::ValidValue);
    if value.is_empty() {
        return Diag::usage(format_args!("{arg} has no value"), "it needs one").fix(help);
    }
    let why = if valid.is_empty() {
        std::error::Error::source(error).map_or_else(|| first_line(error), ToString::to_string)
    } else {
        format!("it takes one of: {}", valid.join(", "))
    };
    let diag = Diag::usage(format_args!("`{value}` is no value for {arg}"), why);
    match said.all(ContextKind::SuggestedValue).as_slice() {
        [] => diag.fix(help),
        meant => diag.fix(format_args!("did you mean `{}`?", meant.join("` or `"))),
    }
}

/// What a parse error carries, by kind.
struct Said<'a>(&'a clap::Error);

impl Said<'_> {
    fn all(&self, kind: ContextKind) -> Vec<String> {
        match self.0.get(kind) {
            Some(ContextValue::String(it)) => vec![it.clone()],
            Some(ContextValue::Strings(it)) => it.clone(),
            Some(ContextValue::StyledStr(it)) => vec![it.to_string()],
            Some(ContextValue::StyledStrs(it)) => it.iter().map(ToString::to_string).collect(),
            Some(ContextValue::Number(it)) => vec![it.to_string()],
            _ => Vec::new(),
        }
    }

    fn one(&self, kind: ContextKind) -> String {
        self.all(kind).join(" ")
    }
}

/// `llmroute keys add --help`: the help of the command that the words got to.
fn help(argv: &[OsString]) -> String {
    let cli = Cli::command();
    let mut command = &cli;
    let mut path = vec!["llmroute"];
    for word in argv.iter().skip(1).filter_map(|it| it.to_str()) {
        let Some(verb) = command.find_subcommand(word) else { continue };
        path.push(verb.get_name());
        command = verb;
    }
    format!("{} --help", path.join(" "))
}

fn first_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::diag::Exit;

    fn refused(argv: &[&str]) -> Diag {
        let words: Vec<OsString> = argv.iter().map(OsString::from).collect();
        diag(&Cli::try_parse_from(argv).expect_err("it should be refused"), &words)
    }

    #[test]
    fn a_typing_error_names_what_was_meant() {
        let it = refused(&["llmroute", "completion"]);
        assert_eq!(
            (it.what.as_str(), it.fix.as_str()),
            ("there is no command `completion`", "did you mean `completions`?")
        );
        assert_eq!((it.exit, it.code.as_ref()), (Exit::Usage, "usage"));
        let it = refused(&["llmroute", "completions", "bas"]);
        assert_eq!(it.what, "`bas` is no value for <SHELL>");
        assert!(it.why.contains("bash, zsh, fish"), "{}", it.why);
    }

    #[test]
    fn a_missing_value_names_the_help_that_helps() {
        let it = refused(&["llmroute", "completions"]);
        assert_eq!((it.what.as_str(), it.fix.as_str()), ("missing: <SHELL>", "llmroute completions --help"));
    }

    #[test]
    fn a_key_is_never_repeated() {
        let it = refused(&["llmroute", "sk-ant-api03-0123456789"]);
        assert_eq!(it.code, "key-in-argument");
        assert!(!format!("{it:?}").contains("0123456789"));
    }
}
