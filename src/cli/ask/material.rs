//! What is asked: the prompt, piped input, files and images, read and put together.

use std::io::{self, IsTerminal as _, Read};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::cli::diag::{Diag, Done, Exit};

/// The most that one file or stdin may bring; what a provider takes is far less.
const CAP: u64 = 32 * 1024 * 1024;

/// Where the parts of a question come from, as typed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sources<'a> {
    /// The prompt; `-` is stdin.
    pub(super) prompt: Option<&'a str>,
    /// The system prompt.
    pub(super) system: Option<&'a str>,
    /// Files of text; `-` is stdin.
    pub(super) files: &'a [String],
    /// Images; `-` is stdin.
    pub(super) images: &'a [String],
}

/// A question ready to be written down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Material {
    /// The system prompt.
    pub(super) system: Option<String>,
    /// Everything to read, context first and the prompt last.
    pub(super) text: String,
    /// Images as `data:` URLs.
    pub(super) images: Vec<String>,
}

impl Sources<'_> {
    /// Reads everything. Piped input that nothing names comes before the prompt, as context.
    ///
    /// # Errors
    /// A file cannot be read or is not what it should be, two parts want stdin, or there is nothing to ask.
    pub(super) fn read(self) -> Done<Material> {
        let named = self.prompt.into_iter().chain(self.files.iter().chain(self.images).map(String::as_str));
        let wanting_stdin = named.filter(|it| *it == "-").count();
        if wanting_stdin > 1 {
            return Err(Diag::usage("stdin is named twice with `-`", "it can be read once").fix("name it once").into());
        }
        let mut texts = Vec::new();
        for file in self.files {
            texts.push(text(file)?);
        }
        if wanting_stdin == 0 && !io::stdin().is_terminal() {
            texts.push(text("-")?);
        }
        match self.prompt {
            Some("-") => texts.push(text("-")?),
            Some(prompt) => texts.push(prompt.to_owned()),
            None => {}
        }
        let images = self.images.iter().map(|it| image(it)).collect::<Done<Vec<_>>>()?;
        texts.retain(|it| !it.trim().is_empty());
        if texts.is_empty() && images.is_empty() {
            return Err(Diag::usage("nothing to ask", "there is no prompt, no file and nothing on stdin")
                .fix("llmroute ask \"Capital of Australia?\"")
                .into());
        }
        Ok(Material { system: self.system.map(ToOwned::to_owned), text: texts.join("\n\n"), images })
    }
}

fn text(name: &str) -> Done<String> {
    String::from_utf8(bytes(name)?).map_err(|_| {
        Diag::new(Exit::Usage, "bad-file", format_args!("{} cannot be sent as text", shown(name)), "it is not UTF-8")
            .fix("attach an image with -a, or convert the file")
            .into()
    })
}

fn image(name: &str) -> Done<String> {
    let bytes = bytes(name)?;
    let Some(mime) = mime(&bytes) else {
        let what = format!("{} cannot be sent as an image", shown(name));
        return Err(Diag::new(Exit::Usage, "bad-file", what, "it is no PNG, JPEG, GIF or WebP")
            .fix("convert it, or send text with -f")
            .into());
    };
    Ok(format!("data:{mime};base64,{}", STANDARD.encode(bytes)))
}

/// The type of an image by its first bytes; names lie.
fn mime(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

fn bytes(name: &str) -> Done<Vec<u8>> {
    let read =
        if name == "-" { capped(io::stdin().lock()) } else { std::fs::File::open(Path::new(name)).and_then(capped) };
    let bytes = read.map_err(|error| {
        Diag::new(Exit::Usage, "bad-file", format_args!("{} cannot be read", shown(name)), error)
            .fix("check the name and the permissions")
    })?;
    if bytes.len() as u64 > CAP {
        let what = format!("{} is too large to ask about", shown(name));
        return Err(Diag::new(Exit::Usage, "bad-file", what, "it has more than 32 MiB")
            .fix("send a part of it")
            .into());
    }
    Ok(bytes)
}

fn capped(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(CAP + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn shown(name: &str) -> &str {
    if name == "-" { "stdin" } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_told_by_their_bytes() {
        assert_eq!(mime(b"\x89PNG\r\n\x1a\n"), Some("image/png"));
        assert_eq!(mime(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        assert_eq!(mime(b"RIFF\0\0\0\0WAVE"), None);
        assert_eq!(mime(b""), None);
    }
}
