//! What it means when a request got no answer, or half of one.

use std::error::Error;
use std::io::{self, ErrorKind};

use hyper_util::client::legacy;

use crate::domain::failure::{Failure, Kind};
use crate::domain::id::ProviderName;
use crate::upstream::client::TimedOut;
use crate::upstream::verdict;

/// What a failed send means. Only an error while connecting proves that nothing was sent; every other one may have
/// cost money.
pub(super) fn unsent(provider: &ProviderName, error: &legacy::Error) -> Failure {
    let detail = chain(error);
    let (kind, code, what) = if error.is_connect() {
        // A certificate's own error may quote the DNS names it holds.
        if detail.contains("dns error") {
            (Kind::Unreachable, "upstream_dns", "its name cannot be resolved (DNS)")
        } else if matches!(io_kind(error), Some(ErrorKind::InvalidData | ErrorKind::UnexpectedEof)) {
            // All that is read while connecting is the other side's part of the handshake.
            (Kind::Unreachable, "upstream_tls", "its TLS certificate or handshake was not accepted")
        } else if timed_out(error) {
            (Kind::Unreachable, "upstream_connect_timeout", "no connection within the deadline")
        } else if io_kind(error) == Some(ErrorKind::ConnectionRefused) {
            (Kind::Unreachable, "upstream_refused", "the connection was refused")
        } else {
            (Kind::Unreachable, verdict::code(Kind::Unreachable), "no connection could be made")
        }
    } else {
        (Kind::Uncertain, verdict::code(Kind::Uncertain), "the connection broke before an answer came")
    };
    let mut failure = Failure::upstream(kind, code, format!("{provider}: {what}"));
    failure.detail = format!("{provider}: {detail}");
    failure
}

/// A speech whose address is no URL: nothing can have been sent.
pub(super) fn no_url(provider: &ProviderName) -> Failure {
    let told = format!("{provider}: no connection could be made");
    let mut failure = Failure::upstream(Kind::Unreachable, verdict::code(Kind::Unreachable), told);
    // The address itself may hold a key that somebody wrote into it.
    failure.detail = format!("{provider}: its address is not a URL");
    failure
}

/// The connection broke in the middle of an answer.
pub(super) fn cut(provider: &ProviderName, error: &(dyn Error + 'static)) -> Failure {
    let told = format!("{provider} cut the connection in the middle of its answer");
    let mut failure = Failure::upstream(Kind::Cut, "upstream_cut", told);
    failure.detail = format!("{provider}: {}", chain(error));
    failure
}

/// Whether an HTTP/2 server handed the request back untouched: it refused the stream, or was closing the connection
/// when the stream came (RFC 9113 §8.7). Such a request may be sent again without the danger of being billed twice.
pub(super) fn handed_back(error: &legacy::Error) -> bool {
    causes(error).filter_map(|it| it.downcast_ref::<h2::Error>()).any(|it| {
        let closing = it.is_go_away() && it.reason() == Some(h2::Reason::NO_ERROR);
        let refused = it.is_reset() && it.reason() == Some(h2::Reason::REFUSED_STREAM);
        it.is_remote() && (closing || refused)
    })
}

// === private ===

fn timed_out(error: &legacy::Error) -> bool {
    causes(error).any(|it| {
        let io = it.downcast_ref::<io::Error>();
        it.is::<TimedOut>() || io.is_some_and(|it| it.kind() == ErrorKind::TimedOut)
    })
}

/// What the system, or TLS on top of it, called the innermost cause.
fn io_kind(error: &(dyn Error + 'static)) -> Option<ErrorKind> {
    let (mut kind, mut cause) = (None, Some(error));
    while let Some(it) = cause {
        let io = it.downcast_ref::<io::Error>();
        kind = io.map(io::Error::kind).or(kind);
        // One that wraps another names as its source what is behind that one.
        cause = io.and_then(|it| Some(it.get_ref()? as &(dyn Error + 'static))).or_else(|| it.source());
    }
    kind
}

/// An error with its causes, outermost first.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    for it in causes(error) {
        let more = it.to_string();
        if !text.contains(&more) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&more);
        }
    }
    text
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |it| (*it).source())
}
