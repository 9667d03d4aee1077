//! `application/vnd.amazon.eventstream`: two lengths and their checksum, headers, a payload, a checksum of all.

use bytes::Bytes;

/// One message with text headers.
pub(crate) fn message(headers: &[(&str, &str)], payload: &str) -> Bytes {
    let mut fields = Vec::new();
    for (name, value) in headers {
        fields.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        fields.extend_from_slice(name.as_bytes());
        fields.push(7);
        fields.extend_from_slice(&u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes());
        fields.extend_from_slice(value.as_bytes());
    }
    let word = |it: usize| u32::try_from(it).unwrap_or(u32::MAX).to_be_bytes();
    let mut out = Vec::with_capacity(fields.len() + payload.len() + 16);
    out.extend_from_slice(&word(16 + fields.len() + payload.len()));
    out.extend_from_slice(&word(fields.len()));
    let of_lengths = crc(&out);
    out.extend_from_slice(&of_lengths.to_be_bytes());
    out.append(&mut fields);
    out.extend_from_slice(payload.as_bytes());
    let of_all = crc(&out);
    out.extend_from_slice(&of_all.to_be_bytes());
    Bytes::from(out)
}

/// The messages of a recorded stream, by the lengths they state; what is left at the end is one more.
pub(crate) fn messages(body: &Bytes) -> Vec<Bytes> {
    let mut messages = Vec::new();
    let mut rest = body.clone();
    while let Some(length) = rest.get(..4).and_then(|it| it.try_into().ok()).map(u32::from_be_bytes) {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length < 16 || length > rest.len() {
            break;
        }
        messages.push(rest.split_to(length));
    }
    if !rest.is_empty() || messages.is_empty() {
        messages.push(rest);
    }
    messages
}

/// CRC-32 as in Ethernet and zip, bit by bit: a simulator has time.
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_those_of_the_specification() {
        assert_eq!(crc(b"123456789"), 0xCBF4_3926);
        let empty = [0, 0, 0, 0x10, 0, 0, 0, 0, 5, 0xc2, 0x48, 0xeb, 0x7d, 0x98, 0xc8, 0xff];
        assert_eq!(message(&[], ""), empty[..]);
        let both = [&empty[..], &message(&[("a", "b")], "{}"), b"x"].concat();
        assert_eq!(messages(&Bytes::from(both)).iter().map(Bytes::len).collect::<Vec<_>>(), [16, 24, 1]);
    }
}
