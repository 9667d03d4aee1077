//! Answers that are none: from what was told to a refusal with its exit status.

use crate::cli::diag::{Diag, Exit};
use crate::domain::dialect::Dialect;
use crate::domain::event::{Fault, Finish};
use crate::domain::failure::Failure;
use crate::wire::{self, Malformed};

/// A whole answer that is a refusal: `code` is llmroute's own, from the header of the answer.
#[must_use]
pub(super) fn refused(status: u16, code: Option<&str>, body: &[u8]) -> Diag {
    let fault = wire::codec(Dialect::OpenaiChat).read_error(body);
    let code = code.unwrap_or("refused");
    let exit = exit(status, code);
    let diag = Diag::new(exit, code.replace('_', "-"), what(exit), told(&fault, status));
    diag.fix(fix(exit, code))
}

/// An error inside an answer that had begun.
#[must_use]
pub(super) fn fault(fault: &Fault, has_text: bool) -> Diag {
    let why = told(fault, 200);
    if has_text {
        return cut(&why);
    }
    // The status line had gone out before anybody failed; llmroute's own code still says how.
    let code = fault.code.clone().unwrap_or_else(|| "broken_answer".to_owned());
    let exit = exit(502, &code);
    Diag::new(exit, code.replace('_', "-"), what(exit), why).fix(fix(exit, &code))
}

/// The answer stopped after some of it was printed.
#[must_use]
pub(super) fn cut(why: &str) -> Diag {
    Diag::new(Exit::Cut, "cut", "the answer was cut off; what came of it is above", why)
        .fix("ask again: once text is out, another provider cannot take over in the middle")
}

/// The connection to the running server broke before anything was printed.
#[must_use]
pub(super) fn broken(failure: &Failure) -> Diag {
    failed("connection", &failure.told)
}

/// What came is no answer.
#[must_use]
pub(super) fn malformed(error: &Malformed, has_text: bool) -> Diag {
    let why = format!("what came is no answer: {error}");
    if has_text { cut(&why) } else { failed("broken-answer", &why) }
}

/// The word for the end of an answer in JSON.
#[must_use]
pub(super) fn finish_word(finish: &Finish) -> &str {
    match finish {
        Finish::Stop => "stop",
        Finish::StopSequence => "stop_sequence",
        Finish::Length => "length",
        Finish::ToolCalls => "tool_calls",
        Finish::ContentFilter => "content_filter",
        Finish::Refusal => "refusal",
        Finish::Pause => "pause",
        Finish::ContextFull => "context_full",
        Finish::Other(it) => it,
    }
}

fn failed(code: &'static str, why: &str) -> Diag {
    Diag::new(Exit::NoProvider, code, what(Exit::NoProvider), why)
        .fix("ask again; llmroute requests shows what was tried")
}

fn told(fault: &Fault, status: u16) -> String {
    if fault.message.is_empty() { format!("the answer was a bare HTTP {status}") } else { fault.message.clone() }
}

/// The exit status of a refusal.
fn exit(status: u16, code: &str) -> Exit {
    match code {
        "no_route" | "bad_model" => Exit::Usage,
        "no_key" | "upstream_auth" => Exit::Key,
        "upstream_silent" | "upstream_connect_timeout" | "upstream_timeout" | "deadline" => Exit::TimedOut,
        "upstream_model" => Exit::NoProvider,
        _ if code.starts_with("budget") => Exit::Budget,
        _ if status == 408 || status == 504 => Exit::TimedOut,
        _ if status == 429 || status >= 500 => Exit::NoProvider,
        _ => Exit::Failed,
    }
}

fn what(exit: Exit) -> &'static str {
    match exit {
        Exit::Usage => "there is no such model",
        Exit::Key => "a key is missing or was refused",
        Exit::TimedOut => "the answer took too long",
        Exit::Budget => "a budget refused the request",
        Exit::NoProvider => "no provider could answer",
        _ => "the request was refused",
    }
}

fn fix(exit: Exit, code: &str) -> &'static str {
    match exit {
        Exit::Usage => "llmroute models lists what can be sent as -m",
        Exit::Key => "llmroute keys shows them; llmroute keys add PROVIDER adds one",
        Exit::TimedOut => "ask again, or ask another model with -m",
        Exit::NoProvider if code == "all_resting" => "wait as long as it says, or add another target to the group",
        Exit::Budget => {
            "llmroute budgets shows what is left; llmroute budgets lift SCOPE --for 2h lets it through for a while"
        }
        Exit::NoProvider => "ask again; llmroute requests shows what was tried",
        _ if code == "unauthorized" => "restart the server: it may hold an older token than this home",
        _ => "change the request as it says; llmroute requests shows what was tried",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_statuses_follow_the_table() {
        for (status, code, expected) in [
            (404, "no_route", Exit::Usage),
            (424, "no_key", Exit::Key),
            (401, "upstream_auth", Exit::Key),
            (504, "upstream_silent", Exit::TimedOut),
            (503, "all_resting", Exit::NoProvider),
            (502, "upstream_error", Exit::NoProvider),
            (400, "upstream_refused_request", Exit::Failed),
            (404, "upstream_model", Exit::NoProvider),
            (418, "brand_new", Exit::Failed),
        ] {
            assert_eq!(exit(status, code), expected, "{status} {code}");
        }
        let late = Fault { code: Some("upstream_silent".into()), message: "no content".into(), ..Fault::default() };
        assert_eq!((fault(&late, false).exit, fault(&late, true).exit), (Exit::TimedOut, Exit::Cut));
    }
}
