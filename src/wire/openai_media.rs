//! Pictures, files and sounds as both of OpenAI's dialects of conversations spell them.

use std::borrow::Cow;

use crate::domain::prompt::Media;
use crate::wire::json::ObjectWriter;

/// A `data:` address with base64 in it is the bytes themselves; every other is an address.
pub(super) fn of_url(url: &str) -> Media {
    let inline = || {
        let (head, data) = url.strip_prefix("data:")?.split_once(',')?;
        let media_type = head.strip_suffix(";base64")?;
        Some(Media::Base64 { media_type: media_type.to_owned(), data: data.to_owned() })
    };
    inline().unwrap_or_else(|| Media::Url(url.to_owned()))
}

/// The address of a medium, which the bytes can be; `None` for one that has none.
pub(super) fn url(source: &Media) -> Option<Cow<'_, str>> {
    match source {
        Media::Base64 { media_type, data } => Some(Cow::Owned(format!("data:{media_type};base64,{data}"))),
        Media::Url(url) => Some(Cow::Borrowed(url)),
        Media::Text(_) | Media::FileId(_) => None,
    }
}

/// A sound, by the word for its format.
pub(super) fn sound(format: &str, data: &str) -> Media {
    let media_type = if format == "mp3" { "audio/mpeg".to_owned() } else { format!("audio/{format}") };
    Media::Base64 { media_type, data: data.to_owned() }
}

/// Writes `input_audio`.
pub(super) fn write_sound(media_type: &str, data: &str, part: &mut ObjectWriter) {
    let mut audio = part.object("input_audio");
    audio.text("data", data);
    let format = media_type.strip_prefix("audio/").unwrap_or(media_type);
    audio.text("format", if format == "mpeg" { "mp3" } else { format });
    audio.end();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_in_an_address_are_bytes_and_go_back_to_the_same_address() {
        for address in ["data:image/png;base64,QUJD", "https://lab.example/a.png", "data:text/plain,plain"] {
            assert_eq!(url(&of_url(address)).as_deref(), Some(address));
        }
        assert!(matches!(of_url("data:image/png;base64,QUJD"), Media::Base64 { .. }));
        assert!(matches!(of_url("data:text/plain,plain"), Media::Url(_)));
        assert_eq!(url(&Media::FileId("file-1".to_owned())), None);
    }

    #[test]
    fn a_sound_is_called_by_its_format_here_and_by_its_type_elsewhere() {
        for (format, media_type) in [("mp3", "audio/mpeg"), ("wav", "audio/wav")] {
            let Media::Base64 { media_type: told, data } = sound(format, "QUJD") else { panic!("bytes") };
            assert_eq!(told, media_type);
            let mut out = Vec::new();
            let mut part = ObjectWriter::begin(&mut out);
            write_sound(&told, &data, &mut part);
            part.end();
            let written = format!(r#"{{"input_audio":{{"data":"QUJD","format":"{format}"}}}}"#);
            assert_eq!(String::from_utf8(out).unwrap(), written);
        }
    }
}
