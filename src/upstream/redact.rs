//! Cuts our own key out of what a provider sends: one that echoes it, in an error, a header or its stream, must not
//! teach it to a client, a log or the ledger.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use memchr::memchr_iter;
use memchr::memmem::Finder;

use crate::upstream::credential::Credential;

/// What stands where a key was.
const CUT: &[u8] = b"[redacted]";

/// Anything shorter is no key but what local servers take in place of one (`ollama`, `EMPTY`), and a word that answers
/// may well contain.
const SHORTEST: usize = 16;

/// A message of a binary stream ends in so many bytes of checksum, which may look like the beginning of a key.
const CHECKSUM: usize = 4;

/// Bytes that come in pieces, without one secret.
///
/// A piece that ends in what may be the beginning of the secret is held back by that much, so that the secret is also
/// found across pieces. Events end in line breaks and JSON in braces: in practice nothing waits. A message of a binary
/// stream ends in a checksum, of which a byte may look like the beginning and wait for the next message; it is passed on
/// as it was. A message with the secret in it is not whole any more once that is cut out, and is refused as damaged.
#[derive(Debug)]
struct One {
    credential: Arc<Credential>,
    /// Which of its secrets.
    nth: usize,
    held: BytesMut,
}

/// The same without any of a credential's secrets.
#[derive(Debug)]
pub(super) struct Redaction(Vec<One>);

impl Redaction {
    /// Of the key that authorised an exchange; `None` where it is too short to be one.
    pub(super) fn of(credential: &Arc<Credential>) -> Option<Self> {
        let numbered = credential.finders().iter().enumerate().filter(|it| it.1.needle().len() >= SHORTEST);
        let one = |nth| One { credential: Arc::clone(credential), nth, held: BytesMut::new() };
        let all: Vec<_> = numbered.map(|(nth, _)| one(nth)).collect();
        (!all.is_empty()).then_some(Self(all))
    }

    /// What of the bytes so far can be passed on; may be empty. Not copied where there is nothing to cut.
    pub(super) fn pass(&mut self, piece: Bytes) -> Bytes {
        self.0.iter_mut().fold(piece, |piece, one| one.pass(piece))
    }

    /// What was held back, once nothing follows it.
    pub(super) fn rest(&mut self) -> Bytes {
        let mut rest = Bytes::new();
        for one in &mut self.0 {
            let passed = one.pass(rest);
            let held = one.held.split().freeze();
            rest = match (passed.is_empty(), held.is_empty()) {
                (true, _) => held,
                (false, true) => passed,
                (false, false) => Bytes::from([passed, held].concat()),
            };
        }
        rest
    }

    /// What was held back of bytes that broke off. As much as a checksum may have of a key by accident belongs to a whole
    /// message; anything longer is likely our key with its end missing, and stays here.
    pub(super) fn rest_of_broken(&mut self) -> Bytes {
        Some(self.rest()).filter(|it| it.len() <= CHECKSUM).unwrap_or_default()
    }

    /// Whether `text` contains a secret.
    pub(super) fn finds_in(&self, text: &[u8]) -> bool {
        self.0.iter().any(|it| it.finder().find(text).is_some())
    }
}

impl One {
    fn finder(&self) -> &Finder<'static> {
        &self.credential.finders()[self.nth]
    }

    fn pass(&mut self, piece: Bytes) -> Bytes {
        let mut text = piece;
        if !self.held.is_empty() {
            self.held.extend_from_slice(&text);
            text = self.held.split().freeze();
        }
        let finder = &self.credential.finders()[self.nth];
        let mut from = 0;
        let mut clean = BytesMut::new();
        for at in finder.find_iter(&text) {
            clean.extend_from_slice(&text[from..at]);
            clean.extend_from_slice(CUT);
            from = at + finder.needle().len();
        }
        let mut rest = text.split_off(from);
        self.held.extend_from_slice(&rest.split_off(rest.len() - begun(&rest, finder.needle())));
        if from == 0 {
            return rest;
        }
        clean.extend_from_slice(&rest);
        clean.freeze()
    }
}

/// How many bytes at the end of `text` are the beginning of `secret`.
fn begun(text: &[u8], secret: &[u8]) -> usize {
    let Some(first) = secret.first() else { return 0 };
    let end = &text[text.len() - text.len().min(secret.len() - 1)..];
    memchr_iter(*first, end).find(|at| secret.starts_with(&end[*at..])).map_or(0, |at| end.len() - at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::secret::Secret;

    fn of(key: &str) -> Option<Redaction> {
        Redaction::of(&Arc::new(Credential::new(&Secret::new(key.to_owned()))))
    }

    const KEY: &str = "sk-sk-0123456789abcdef";

    fn redacted(pieces: &[&[u8]]) -> Vec<u8> {
        let mut redaction = of(KEY).unwrap();
        let mut out = Vec::new();
        for piece in pieces {
            out.extend_from_slice(&redaction.pass(Bytes::copy_from_slice(piece)));
        }
        out.extend_from_slice(&redaction.rest());
        out
    }

    #[test]
    fn the_key_is_found_at_every_split() {
        let text = format!("sk {KEY} and {KEY}{KEY} sk-sk-0").into_bytes();
        for first in 0..=text.len() {
            for second in first..=text.len() {
                let out = redacted(&[&text[..first], &text[first..second], &text[second..]]);
                assert_eq!(out, b"sk [redacted] and [redacted][redacted] sk-sk-0", "{first} {second}");
            }
        }
        let bytes: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(redacted(&bytes), b"sk [redacted] and [redacted][redacted] sk-sk-0");
    }

    #[test]
    fn what_has_no_key_in_it_passes_uncopied_and_at_once() {
        let mut redaction = of(KEY).unwrap();
        let piece = Bytes::from_static(b"data: {\"content\":\"sk-sk-0\"}\n\n");
        let out = redaction.pass(piece.clone());
        assert_eq!((out.as_ptr(), out.len()), (piece.as_ptr(), piece.len()));
        assert!(redaction.rest().is_empty());
        assert!(of("ollama").is_none());
    }

    #[test]
    fn each_part_of_a_signing_key_is_cut_by_itself_at_every_split() {
        let (access, secret, session) = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG", "FwoGZXIvYXdzEJr1");
        let text = format!("{access} {secret}{session} {access}{secret} AKIAwJalrFwoG").into_bytes();
        for cut in 0..=text.len() {
            let mut redaction = of(&format!("{access}:{secret}:{session}")).unwrap();
            let mut out = redaction.pass(Bytes::copy_from_slice(&text[..cut])).to_vec();
            out.extend_from_slice(&redaction.pass(Bytes::copy_from_slice(&text[cut..])));
            out.extend_from_slice(&redaction.rest());
            let expected = "[redacted] [redacted][redacted] [redacted][redacted] AKIAwJalrFwoG";
            assert_eq!(String::from_utf8(out).unwrap(), expected, "{cut}");
        }
    }

    #[test]
    fn a_binary_stream_without_the_key_is_passed_on_as_it_was() {
        // Every byte there is, and every beginning of the key, cut anywhere.
        let mut bytes: Vec<u8> = (0..=255).collect();
        for many in 0..KEY.len() {
            bytes.extend_from_slice(&KEY.as_bytes()[..many]);
            bytes.extend_from_slice(&[0, 0, 0, 16, 0xFF]);
        }
        for cut in 0..=bytes.len() {
            assert_eq!(redacted(&[&bytes[..cut], &bytes[cut..]]), bytes, "{cut}");
        }
    }
}
