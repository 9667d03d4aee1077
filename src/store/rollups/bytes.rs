//! Whole numbers in as few bytes as they need: seven bits a byte, the lowest first, the eighth says that more follow
//! (LEB128).

/// Appends a number.
pub(super) fn put(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n.to_le_bytes()[0] | 0x80);
        n >>= 7;
    }
    out.push(n.to_le_bytes()[0]);
}

/// Appends a number with a sign; small ones are short, whichever they have.
pub(super) fn put_signed(out: &mut Vec<u8>, n: i64) {
    put(out, ((n << 1) ^ (n >> 63)).cast_unsigned());
}

/// Reads numbers one after the other.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    /// Whether everything was read.
    pub(super) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next number; `None` where there is none, or none that fits.
    pub(super) fn number(&mut self) -> Option<u64> {
        let mut n = 0;
        for (at, byte) in self.rest.iter().take(10).enumerate() {
            let part = u64::from(byte & 0x7f);
            if at == 9 && part > 1 {
                return None;
            }
            n |= part << (7 * at);
            if byte & 0x80 == 0 {
                self.rest = self.rest.get(at + 1..)?;
                return Some(n);
            }
        }
        None
    }

    /// The next number with a sign.
    pub(super) fn signed(&mut self) -> Option<i64> {
        let n = self.number()?;
        Some((n >> 1).cast_signed() ^ -(n & 1).cast_signed())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back(n: u64, signed: i64, small in -70i64..70) {
            let mut out = Vec::new();
            put(&mut out, n);
            put_signed(&mut out, signed);
            put_signed(&mut out, small);
            let mut reader = Reader::new(&out);
            prop_assert_eq!((reader.number(), reader.signed(), reader.signed()), (Some(n), Some(signed), Some(small)));
            prop_assert!(reader.is_done());
            for cut in 0..out.len() {
                let mut reader = Reader::new(&out[..cut]);
                let read = [reader.number().is_some(), reader.signed().is_some(), reader.signed().is_some()];
                prop_assert!(read.contains(&false), "{cut} bytes of {} are not all", out.len());
            }
        }
    }

    #[test]
    fn what_is_too_large_is_no_number() {
        assert_eq!(Reader::new(&[0xff; 11]).number(), None);
        assert_eq!(Reader::new(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2]).number(), None);
    }
}
