//! Counts. This dialect counts thinking beside the answer and the tokens of server-side tools beside the prompt; the hub
//! counts both inside. A count of zero is left out by the provider, so an absent one is no sign of trouble.

use serde_json::value::RawValue;

use crate::domain::usage::{ServiceTier, Source, Usage};
use crate::wire::gemini::fields::{self, nest};
use crate::wire::json::{self, Object, ObjectWriter};

/// No answer has more tokens; a figure beyond it is broken.
const ABSURD: u64 = 1_000_000_000_000;

/// Reads `usageMetadata`. `None` where it counts nothing, as in the first chunks of Vertex's streams.
pub(super) fn read(raw: &RawValue) -> Option<Usage> {
    let Some(mut it) = Object::of(raw) else {
        return Some(Usage { source: Source::Provider, suspect: true, ..Usage::default() });
    };
    let mut broken = false;
    let mut count = |it: &mut Object, key: &str| {
        let raw = fields::take(it, key)?;
        let count = fields::integer(raw).filter(|it| *it <= ABSURD);
        broken |= count.is_none();
        Some(count.unwrap_or(0))
    };
    let prompt = count(&mut it, "promptTokenCount");
    let tools = count(&mut it, "toolUsePromptTokenCount");
    let answer = count(&mut it, "candidatesTokenCount");
    let thoughts = count(&mut it, "thoughtsTokenCount");
    let cached = count(&mut it, "cachedContentTokenCount");
    let total = count(&mut it, "totalTokenCount");
    if [prompt, tools, answer, thoughts, cached, total].iter().all(Option::is_none) && !broken {
        return None;
    }
    let input = prompt.unwrap_or(0).saturating_add(tools.unwrap_or(0));
    let output = answer.unwrap_or(0).saturating_add(thoughts.unwrap_or(0));
    // Vertex says it in another field, and with a prefix.
    let tier = ["serviceTier", "trafficType"].map(|key| fields::get(&it, key).and_then(json::text));
    let tier =
        tier.into_iter().flatten().map(|it| ServiceTier::named(&it)).fold(ServiceTier::Standard, ServiceTier::and);
    let audio = |key| fields::get(&it, key).map_or(0, audio_of);
    Some(Usage {
        input,
        cache_read: cached.unwrap_or(0).min(input),
        input_audio: (audio("promptTokensDetails") + audio("toolUsePromptTokensDetails")).min(input),
        output,
        reasoning: thoughts.unwrap_or(0),
        output_audio: audio("candidatesTokensDetails").min(output),
        tier,
        source: Source::Provider,
        suspect: broken || prompt.is_none(),
        ..Usage::default()
    })
}

/// The tokens of sound in a list by modality.
fn audio_of(raw: &RawValue) -> u64 {
    let entries = json::items(raw).unwrap_or_default().into_iter().filter_map(Object::of);
    let audio = entries.filter(|it| it.get("modality").is_some_and(|it| it.get() == "\"AUDIO\""));
    audio.filter_map(|it| fields::integer(fields::get(&it, "tokenCount")?)).filter(|it| *it <= ABSURD).sum()
}

/// Writes the fields of `usageMetadata`.
pub(super) fn write(usage: &Usage, out: &mut ObjectWriter) {
    out.plain("promptTokenCount", usage.input);
    if usage.cache_read > 0 {
        out.plain("cachedContentTokenCount", usage.cache_read);
    }
    out.plain("candidatesTokenCount", usage.output.saturating_sub(usage.reasoning));
    if usage.reasoning > 0 {
        out.plain("thoughtsTokenCount", usage.reasoning);
    }
    out.plain("totalTokenCount", usage.input.saturating_add(usage.output));
    by_modality("promptTokensDetails", usage.input, usage.input_audio, out);
    let answer = usage.output.saturating_sub(usage.reasoning);
    by_modality("candidatesTokensDetails", answer, usage.output_audio, out);
}

fn by_modality(key: &str, all: u64, audio: u64, out: &mut ObjectWriter) {
    if audio == 0 {
        return;
    }
    let kinds = [("TEXT", all.saturating_sub(audio)), ("AUDIO", audio)];
    out.list(key, kinds, |(modality, count), out| {
        fields::write(out, |it| {
            it.text("modality", modality);
            it.plain("tokenCount", count);
        });
    });
}

/// Writes the whole field, if there is anything to count.
pub(super) fn write_field(usage: Option<&Usage>, out: &mut ObjectWriter) {
    if let Some(usage) = usage {
        nest(out, "usageMetadata", |out| write(usage, out));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(text: &str) -> Option<Usage> {
        read(serde_json::from_str(text).unwrap())
    }

    #[test]
    fn thinking_and_tools_become_parts() {
        let it = counts(
            r#"{"promptTokenCount":15,"candidatesTokenCount":37,"totalTokenCount":1564,"toolUsePromptTokenCount":770,
            "thoughtsTokenCount":742,"cachedContentTokenCount":9,
            "promptTokensDetails":[{"modality":"TEXT","tokenCount":5},{"modality":"AUDIO","tokenCount":10}]}"#,
        )
        .unwrap();
        assert_eq!((it.input, it.cache_read, it.input_audio), (785, 9, 10));
        assert_eq!((it.output, it.reasoning, it.suspect), (779, 742, false));
        assert_eq!(it.input + it.output, 1564);
    }

    #[test]
    fn what_counts_nothing_is_nothing() {
        assert_eq!(counts(r#"{"trafficType":"ON_DEMAND"}"#), None);
        assert_eq!(counts(r#"{"prompt_token_count":"7"}"#).map(|it| (it.input, it.output)), Some((7, 0)));
        for bad in ["-1", "1.5", "\"x\"", "[]", "1000000000001"] {
            let it = counts(&format!(r#"{{"promptTokenCount":{bad},"candidatesTokenCount":3}}"#)).unwrap();
            assert_eq!((it.input, it.output, it.suspect), (0, 3, true), "{bad}");
        }
        assert!(counts("7").unwrap().suspect);
    }
}
