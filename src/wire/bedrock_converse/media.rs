//! Images, documents and sounds: this dialect names their formats by words of its own, the hub by MIME types.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::value::RawValue;

use crate::domain::prompt::{Media, Opaque};
use crate::wire::Malformed;
use crate::wire::bedrock_converse::fields::{self, opaque, spelling, within, wrong};
use crate::wire::json::{Object, ObjectWriter};

/// What a block of bytes holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Image,
    Document,
    Audio,
}

/// Formats of images with their MIME types.
const IMAGES: &[(&str, &str)] =
    &[("png", "image/png"), ("jpeg", "image/jpeg"), ("gif", "image/gif"), ("webp", "image/webp")];

/// Formats of documents. The first of two with one format is what is read back.
const DOCUMENTS: &[(&str, &str)] = &[
    ("pdf", "application/pdf"),
    ("txt", "text/plain"),
    ("md", "text/markdown"),
    ("csv", "text/csv"),
    ("html", "text/html"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
];

/// Formats of sounds.
const SOUNDS: &[(&str, &str)] = &[
    ("mp3", "audio/mp3"),
    ("mp3", "audio/mpeg"),
    ("wav", "audio/wav"),
    ("wav", "audio/x-wav"),
    ("flac", "audio/flac"),
    ("ogg", "audio/ogg"),
    ("opus", "audio/opus"),
    ("aac", "audio/aac"),
    ("m4a", "audio/m4a"),
    ("mp4", "audio/mp4"),
    ("webm", "audio/webm"),
    ("pcm", "audio/pcm"),
];

impl Kind {
    fn table(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Image => IMAGES,
            Self::Document => DOCUMENTS,
            Self::Audio => SOUNDS,
        }
    }

    /// The MIME type of a format. One that the table does not have is told by its word.
    fn media_type(self, format: &str) -> String {
        if let Some((_, known)) = self.table().iter().find(|it| it.0 == format) {
            return (*known).to_owned();
        }
        let family = match self {
            Self::Image => "image",
            Self::Document => "application",
            Self::Audio => "audio",
        };
        format!("{family}/{format}")
    }

    /// The format of a MIME type; `None` where the dialect has none.
    fn format(self, media_type: &str) -> Option<&'static str> {
        let plain = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let plain = if plain == "image/jpg" { "image/jpeg".to_owned() } else { plain };
        self.table().iter().find(|it| it.1 == plain).map(|it| it.0)
    }

    /// The format that a name ends in.
    fn format_of_name(self, name: &str) -> Option<&'static str> {
        let (_, ending) = name.rsplit_once('.')?;
        let ending = if ending.eq_ignore_ascii_case("jpg") { "jpeg" } else { ending };
        self.table().iter().find(|it| it.0.eq_ignore_ascii_case(ending)).map(|it| it.0)
    }
}

// === reading ===

/// Takes `format` and `source` out of a block. `None` for a source that the hub has no noun for. What the hub's form does
/// not keep of them goes to `extra`.
pub(super) fn read(it: &mut Object, kind: Kind, extra: &mut Vec<Opaque>) -> Result<Option<Media>, Malformed> {
    let format = it.take("format");
    let word = format.and_then(fields::text).unwrap_or_default();
    let raw = it.take("source").ok_or_else(|| wrong("source", "is missing"))?;
    let mut source = fields::object(raw).map_err(|error| within(&error, "source"))?;
    let media = if let Some(data) = fields::take_text(&mut source, "bytes")? {
        Media::Base64 { media_type: kind.media_type(&word), data }
    } else if let Some(text) = fields::take_text(&mut source, "text")? {
        Media::Text(text)
    } else if let Some(place) = source.get("s3Location") {
        let mut place = fields::object(place).map_err(|error| within(&error, "source.s3Location"))?;
        let uri = fields::need_text(&mut place, "uri").map_err(|error| within(&error, "source.s3Location"))?;
        if place.first().is_some() {
            extra.push(opaque("source", raw));
        }
        Media::Url(uri)
    } else {
        return Ok(None);
    };
    if let Some(format) = format
        && format_of(&media, None, kind) != Some(word.as_str())
    {
        extra.push(spelling("format", format));
    }
    Ok(Some(media))
}

// === writing ===

/// Bytes, a text or a place that the dialect takes, with its word for what they are.
#[derive(Debug)]
pub(super) struct Ready<'a> {
    pub(super) format: Cow<'a, str>,
    pub(super) source: Cow<'a, Media>,
}

/// Brings a source to what the dialect takes.
///
/// # Errors
/// Why it cannot be sent.
pub(super) fn ready<'a>(
    source: &'a Media,
    name: Option<&str>,
    kind: Kind,
    extra: &[Opaque],
) -> Result<Ready<'a>, &'static str> {
    let source = match source {
        Media::Url(url) => match data_url(url) {
            Some(inline) => Cow::Owned(inline),
            None if url.starts_with("s3://") => Cow::Borrowed(source),
            None => return Err("converse fetches nothing but from S3: the bytes have to be in the request"),
        },
        Media::FileId(_) => return Err("a file uploaded to another provider"),
        Media::Text(text) if kind == Kind::Document => {
            // The dialect's own `text` is for citations with models that have them; every model reads bytes.
            let data = STANDARD.encode(text);
            if fields::spelled(extra, "text").is_some() {
                Cow::Borrowed(source)
            } else {
                Cow::Owned(Media::Base64 { media_type: "text/plain".to_owned(), data })
            }
        }
        Media::Text(_) => return Err("bytes are wanted, not a text"),
        Media::Base64 { .. } => Cow::Borrowed(source),
    };
    if let Some(own) = fields::spelled(extra, "format").and_then(fields::text) {
        return Ok(Ready { format: Cow::Owned(own), source });
    }
    match format_of(&source, name, kind) {
        Some(format) => Ok(Ready { format: Cow::Borrowed(format), source }),
        None => Err(match kind {
            Kind::Image => "converse takes PNG, JPEG, GIF and WebP images",
            Kind::Document => "converse takes PDF, text, Markdown, CSV, HTML, Word and Excel documents",
            Kind::Audio => "converse has no such format of sound",
        }),
    }
}

/// Writes `format` and `source`.
pub(super) fn write(ready: &Ready, extra: &[Opaque], out: &mut ObjectWriter) {
    out.text("format", &ready.format);
    if let Some(own) = fields::own(extra, "source") {
        return out.raw("source", own.get());
    }
    fields::nest(out, "source", |out| match ready.source.as_ref() {
        Media::Base64 { data, .. } => out.text("bytes", data),
        Media::Text(text) => out.text("text", text),
        Media::Url(uri) | Media::FileId(uri) => fields::nest(out, "s3Location", |out| out.text("uri", uri)),
    });
}

/// The dialect's word for what a source holds. Any text is a text document.
fn format_of(source: &Media, name: Option<&str>, kind: Kind) -> Option<&'static str> {
    match source {
        Media::Base64 { media_type, .. } => kind.format(media_type).or_else(|| {
            let named = name.and_then(|it| kind.format_of_name(it));
            named.or_else(|| (kind == Kind::Document && is_textual(media_type)).then_some("txt"))
        }),
        Media::Text(_) => (kind == Kind::Document).then_some("txt"),
        Media::Url(url) | Media::FileId(url) => kind.format_of_name(url),
    }
}

fn is_textual(media_type: &str) -> bool {
    let kind = media_type.split(';').next().unwrap_or_default().trim();
    kind.starts_with("text/")
        || ["application/json", "application/xml", "application/yaml", "application/toml"].contains(&kind)
        || kind.ends_with("+json")
        || kind.ends_with("+xml")
}

/// The bytes a `data:` address carries, if they are base64.
fn data_url(url: &str) -> Option<Media> {
    let (head, data) = url.strip_prefix("data:")?.split_once(',')?;
    let media_type = head.strip_suffix(";base64")?.split(';').next()?;
    Some(Media::Base64 { media_type: media_type.to_owned(), data: data.to_owned() })
}

/// Whether `raw` is the text of a document rather than its bytes.
pub(super) fn is_text(raw: &RawValue) -> bool {
    Object::of(raw).and_then(|it| Object::of(it.get("source")?)).is_some_and(|it| it.get("text").is_some())
}
