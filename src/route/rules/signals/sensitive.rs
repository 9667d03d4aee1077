//! Whether a text holds what should not leave the machine: private keys, access keys of well-known shapes, bank account
//! and card numbers whose check digits are right. What it does not know it does not find; it is a net, no wall.

use std::sync::LazyLock;

use regex::bytes::Regex;

/// Keys of well-known shapes.
static KEYS: LazyLock<Regex> = LazyLock::new(|| {
    let shapes = [
        r"-----BEGIN [A-Z ]*PRIVATE KEY",
        r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
        r"\bgh[pousr]_[0-9A-Za-z]{36}",
        r"\bgithub_pat_[0-9A-Za-z_]{50}",
        r"\bglpat-[0-9A-Za-z_-]{20}",
        r"\bsk-[0-9A-Za-z_-]{20}",
        r"\bsk_live_[0-9A-Za-z]{20}",
        r"\bxox[abprs]-[0-9A-Za-z-]{10}",
        r"\bAIza[0-9A-Za-z_-]{35}",
        r"\bhf_[0-9A-Za-z]{30}",
        r"\beyJ[0-9A-Za-z_-]{15,}\.eyJ[0-9A-Za-z_-]{15,}\.",
    ];
    pattern(&shapes.join("|"))
});
/// What may be an IBAN (ISO 13616).
static ACCOUNT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?\b"));
/// What may be the number of a card (ISO/IEC 7812).
static CARD: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[3-6][0-9](?:[ -]?[0-9]){11,17}\b"));

fn pattern(text: &str) -> Regex {
    // A word ends where a letter or digit of ASCII does: texts of other scripts need no table for that.
    Regex::new(&format!("(?-u){text}")).expect("the pattern is written above")
}

/// Whether any of `texts` does.
pub(in crate::route::rules) fn is<'a>(mut texts: impl Iterator<Item = &'a [u8]>) -> bool {
    texts.any(|text| {
        KEYS.is_match(text)
            || ACCOUNT.find_iter(text).any(|it| is_iban(it.as_bytes()))
            || CARD.find_iter(text).any(|it| is_card(it.as_bytes()))
    })
}

/// ISO 7064 MOD 97-10: the first four characters behind the rest, letters as 10 to 35, remainder 1.
fn is_iban(text: &[u8]) -> bool {
    let plain: Vec<u8> = text.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    let (Some(head), Some(rest)) = (plain.get(..4), plain.get(4..)) else { return false };
    let remainder = rest.iter().chain(head).fold(0u32, |sum, it| match it {
        b'0'..=b'9' => (sum * 10 + u32::from(it - b'0')) % 97,
        _ => (sum * 100 + u32::from(it.to_ascii_uppercase() - b'A') + 10) % 97,
    });
    (15..=34).contains(&plain.len()) && remainder == 1
}

/// The Luhn check (ISO/IEC 7812-1): every second digit from the right doubled, sum divisible by ten.
fn is_card(text: &[u8]) -> bool {
    let digits: Vec<u32> = text.iter().filter(|it| it.is_ascii_digit()).map(|it| u32::from(it - b'0')).collect();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(nth, it)| match it * (1 + u32::from(nth % 2 == 1)) {
            it if it > 9 => it - 9,
            it => it,
        })
        .sum();
    (13..=19).contains(&digits.len()) && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::is;

    fn found(text: &str) -> bool {
        is(std::iter::once(text.as_bytes()))
    }

    #[test]
    fn keys_accounts_and_cards_are_found() {
        for text in [
            "-----BEGIN RSA PRIVATE KEY-----\\nMIIE",
            "the key is AKIAIOSFODNN7EXAMPLE, keep it",
            "ghp_0123456789abcdefghijABCDEFGHIJ012345",
            "OPENAI_API_KEY=sk-proj-0123456789abcdefghij",
            "pay to DE89 3704 0044 0532 0130 00 please",
            "GB82WEST12345698765432",
            "card 4111 1111 1111 1111",
            "5500-0000-0000-0004",
        ] {
            assert!(found(text), "{text}");
        }
    }

    #[test]
    fn other_numbers_and_words_are_not() {
        for text in [
            "",
            "What is the capital of Australia?",
            "DE00 3704 0044 0532 0130 00",
            "4111 1111 1111 1112",
            "order 1234567890123456",
            "sk-short",
            "the task-force of 2024-01-02T03:04:05",
            "PRIVATE KEYS are a topic",
        ] {
            assert!(!found(text), "{text}");
        }
    }
}
