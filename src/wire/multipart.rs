//! One text field of a `multipart/form-data` body (RFC 7578, RFC 2046 §5.1) by byte span, so that its value can be replaced
//! without touching a byte of the rest. Iterative, and looks at file contents only for delimiters.

use std::ops::Range;

use bytes::Bytes;
use memchr::memmem;

use crate::wire::Malformed;

/// Most parts of a body. No API knows a tenth of that.
const MOST_PARTS: usize = 4096;
/// Longest head of a part.
const MOST_HEAD: usize = 16 << 10;

/// The boundary that a content type states; `None` where it is no `multipart/form-data`.
#[must_use]
pub fn boundary(content_type: &str) -> Option<String> {
    let (media, parameters) = content_type.split_once(';')?;
    if !media.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    // At most 70 characters (RFC 2046 §5.1.1).
    parameter(parameters, "boundary").filter(|it| !it.is_empty() && it.len() <= 70)
}

/// Where the value of the text field `name` is. `None` where there is none; a file that is called so is no text field.
///
/// # Errors
/// The body is not divided by `boundary`, or the field comes twice: whoever reads it next might take the other one.
pub fn text_field(body: &[u8], boundary: &str, name: &str) -> Result<Option<Range<usize>>, Malformed> {
    let delimiter = format!("\r\n--{boundary}");
    let finder = memmem::Finder::new(&delimiter);
    let mut found = None;
    // The first delimiter may stand at the very beginning, without the line break before it; what is before it is nobody's.
    let mut at = match body.strip_prefix(&delimiter.as_bytes()[2..]) {
        Some(_) => delimiter.len() - 2,
        None => finder.find(body).map(|it| it + delimiter.len()).ok_or_else(|| broken("it has no part", 0))?,
    };
    for _ in 0..MOST_PARTS {
        let rest = body.get(at..).unwrap_or_default();
        if rest.starts_with(b"--") {
            return Ok(found);
        }
        let padding = rest.iter().take_while(|it| matches!(it, b' ' | b'\t')).count();
        let start = at + padding;
        if !body.get(start..).is_some_and(|it| it.starts_with(b"\r\n")) {
            return Err(broken("a delimiter is not followed by a line break", start));
        }
        let (disposition, content) = head(body, start)?;
        let end =
            content + next(&finder, &body[content..]).ok_or_else(|| broken("its last part has no end", content))?;
        if disposition.is_some_and(|it| is_text_field(it, name)) {
            if found.is_some() {
                return Err(Malformed {
                    what: "it comes twice".to_owned(),
                    at: Some(content),
                    param: Some(name.to_owned()),
                });
            }
            found = Some(content..end);
        }
        at = end + delimiter.len();
    }
    Err(broken("it has too many parts", at))
}

/// `body` with `value` in the place of `span`. Every other byte stays.
#[must_use]
pub fn splice(body: &Bytes, span: &Range<usize>, value: &[u8]) -> Bytes {
    let (before, after) = (body.get(..span.start).unwrap_or_default(), body.get(span.end..).unwrap_or_default());
    Bytes::from([before, value, after].concat())
}

/// The next delimiter in a part's content: one that a longer line begins with is content.
fn next(finder: &memmem::Finder, content: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + finder.find(content.get(from..)?)?;
        let after = content.get(at + finder.needle().len()..)?;
        let padding = after.iter().take_while(|it| matches!(it, b' ' | b'\t')).count();
        if after.starts_with(b"--") || after.get(padding..).is_some_and(|it| it.starts_with(b"\r\n")) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// The disposition of the part whose head begins at the line break `start`, and where its content begins.
fn head(body: &[u8], start: usize) -> Result<(Option<&str>, usize), Malformed> {
    let whole = body.get(start..body.len().min(start + MOST_HEAD)).unwrap_or_default();
    let end = memmem::find(whole, b"\r\n\r\n").ok_or_else(|| broken("the head of a part does not end", start))?;
    let text = std::str::from_utf8(&whole[..end]).map_err(|_| broken("the head of a part is not UTF-8", start))?;
    let named = text.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then(|| value.trim())
    });
    Ok((named, start + end + 4))
}

fn is_text_field(disposition: &str, name: &str) -> bool {
    let Some((kind, parameters)) = disposition.split_once(';') else { return false };
    kind.trim().eq_ignore_ascii_case("form-data")
        && parameter(parameters, "name").is_some_and(|it| it == name)
        && parameter(parameters, "filename").is_none()
        && parameter(parameters, "filename*").is_none()
}

/// The value of one of `; name=value; name="quoted \" value"`.
fn parameter(mut text: &str, wanted: &str) -> Option<String> {
    loop {
        text = text.trim_start_matches([';', ' ', '\t']);
        let (name, rest) = text.split_once('=')?;
        let (value, after) = if let Some(quoted) = rest.strip_prefix('"') {
            unquoted(quoted)?
        } else {
            let end = rest.find(';').unwrap_or(rest.len());
            (rest[..end].trim().to_owned(), &rest[end..])
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        text = after;
    }
}

/// The rest of a quoted text, and what comes after it.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, it)) = characters.next() {
        match it {
            '"' => return Some((value, &text[at + 1..])),
            // Browsers write a quote as %22 and a backslash, as in the path of a file, for itself.
            '\\' if text[at + 1..].starts_with('"') => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

fn broken(what: &str, at: usize) -> Malformed {
    Malformed { what: format!("as multipart/form-data: {what}"), at: Some(at), param: None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BODY: &str = "preamble\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a; name=\\\"model\\\".mp3\"\r\n\
        Content-Type: audio/mpeg\r\n\r\n\0\u{ff}--b\r\n--bb\r\n\r\n--b \t\r\ncontent-disposition:form-data;name=model\r\n\r\n\
        whisper-1\r\n--b\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\n\r\n--b--\r\nepilogue";

    fn found(body: &str, name: &str) -> Result<Option<String>, String> {
        let span = text_field(body.as_bytes(), "b", name).map_err(|it| it.to_string())?;
        Ok(span.map(|it| body[it].to_owned()))
    }

    #[test]
    fn a_text_field_is_found_among_files_and_near_misses() {
        assert_eq!(found(BODY, "model"), Ok(Some("whisper-1".to_owned())));
        assert_eq!(found(BODY, "prompt"), Ok(Some(String::new())));
        assert_eq!(found(BODY, "file"), Ok(None), "a file is no text");
        assert_eq!(found(BODY, "Model"), Ok(None));
        assert_eq!(found("--b--", "model"), Ok(None));
    }

    #[test]
    fn what_is_no_such_body_is_refused_with_its_place() {
        for body in ["", "--c\r\n", "--b", "--b\r\n", "--bx", &BODY[..BODY.len() - 20]] {
            assert!(found(body, "model").is_err(), "{body:?}");
        }
        let twice = BODY.replace("\"prompt\"", "model");
        assert_eq!(found(&twice, "model").unwrap_err().split(" at ").next(), Some("it comes twice"));
        let many = "--b\r\n\r\n\r\n".repeat(MOST_PARTS + 1);
        assert!(found(&many, "model").unwrap_err().contains("too many"));
    }

    #[test]
    fn boundaries_are_read_from_content_types() {
        for (text, expected) in [
            ("multipart/form-data; boundary=abc", Some("abc")),
            ("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\"", Some("a b")),
            ("multipart/form-data", None),
            ("multipart/form-data; boundary=", None),
            ("multipart/mixed; boundary=abc", None),
            ("application/json", None),
        ] {
            assert_eq!(boundary(text).as_deref(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn only_the_value_is_replaced(before in proptest::collection::vec(any::<u8>(), 0..200), value in "[a-z/-]{0,20}", new in "[a-z/-]{0,20}", after in proptest::collection::vec(any::<u8>(), 0..200)) {
            let build = |value: &str| {
                let mut body = b"--XyZ\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\n".to_vec();
                body.extend_from_slice(&before);
                body.extend_from_slice(b"\r\n--XyZ\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n");
                body.extend_from_slice(value.as_bytes());
                body.extend_from_slice(b"\r\n--XyZ\r\nContent-Disposition: form-data; name=\"g\"; filename=\"y\"\r\n\r\n");
                body.extend_from_slice(&after);
                body.extend_from_slice(b"\r\n--XyZ--\r\n");
                Bytes::from(body)
            };
            let body = build(&value);
            let span = text_field(&body, "XyZ", "model").unwrap().unwrap();
            prop_assert_eq!(&body[span.clone()], value.as_bytes());
            prop_assert_eq!(splice(&body, &span, new.as_bytes()), build(&new));
        }

        #[test]
        fn nothing_makes_it_panic(body in proptest::collection::vec(prop_oneof![Just(b"\r\n--b".to_vec()), Just(b"\r\n".to_vec()), Just(b"--".to_vec()), Just(b"content-disposition: form-data; name=\"model\"".to_vec()), proptest::collection::vec(any::<u8>(), 0..4)], 0..40)) {
            let body = body.concat();
            if let Ok(Some(span)) = text_field(&body, "b", "model") {
                prop_assert!(body.get(span).is_some());
            }
        }
    }
}
