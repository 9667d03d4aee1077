//! Ids of tool calls for providers that take only some.

use std::borrow::Cow;

use crate::domain::quirks::ToolCallIds;

/// The id under which a call or its result is sent. The same id is always spelled the same, so that a result finds its
/// call, and a provider's prompt cache the conversation.
pub(super) fn fitting(id: &str, taken: ToolCallIds) -> Cow<'_, str> {
    const LENGTH: usize = 9;
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let fits = id.len() == LENGTH && id.bytes().all(|it| it.is_ascii_alphanumeric());
    if taken == ToolCallIds::Any || fits {
        return Cow::Borrowed(id);
    }
    // FNV-1a.
    let mut hash = id
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let digit = |_| {
        let digit = usize::try_from(hash % 62).ok().and_then(|at| DIGITS.get(at)).copied().unwrap_or(b'0');
        hash /= 62;
        char::from(digit)
    };
    Cow::Owned((0..LENGTH).map(digit).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_fit_stay_and_others_become_ones_that_do() {
        let nine = |id| fitting(id, ToolCallIds::NineAlphanumerics);
        assert_eq!((nine("3EpsLcLQ3"), fitting("call_1", ToolCallIds::Any)), ("3EpsLcLQ3".into(), "call_1".into()));
        for id in ["", "call_1", "call_2", "3EpsLcLQé", "toolu_01A09q90qw90lq917835lq9"] {
            let spelled = nine(id);
            assert!(spelled.len() == 9 && spelled.bytes().all(|it| it.is_ascii_alphanumeric()), "{spelled}");
            assert_eq!(spelled, nine(id));
        }
        assert_ne!(nine("call_1"), nine("call_2"));
    }
}
