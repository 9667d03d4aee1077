//! Where the words of an answer come from is told to the clients of every dialect, as far as it can say it; the rest is
//! named.

mod look;
mod own;

use llmroute::domain::dialect::Dialect;
use llmroute::domain::reply::Reply;
use llmroute::wire::codec;
use serde_json::Value;

use self::look::Page;
use crate::recorded::exchange::{self, Answer, Exchange};
use crate::recorded::streams::{events, frames};

/// The hub's reading of a recorded answer, and a plain one.
fn read(exchange: &Exchange, dialect: Dialect) -> (Reply, Vec<Page>, usize) {
    match &exchange.answer {
        Answer::Whole(body) => {
            let (pages, others) = look::cited(dialect, &serde_json::from_str(body).unwrap());
            (codec(dialect).read_reply(body.as_bytes()).unwrap(), pages, others)
        }
        Answer::Stream(bytes) => {
            let reply = Reply::of(events(dialect, &frames(dialect, bytes, bytes.len())));
            let (pages, others) = look::cited(dialect, &look::folded(dialect, std::str::from_utf8(bytes).unwrap()));
            (reply, pages, others)
        }
    }
}

/// What a client of another dialect is told of it, whole and streamed, and what is named as lost.
fn told(client: Dialect, reply: &Reply) -> [(Value, Vec<String>); 2] {
    let names = |losses: &[llmroute::domain::prompt::Loss]| losses.iter().map(|it| it.what.clone()).collect();
    let written = codec(client).write_reply(reply);
    let whole = serde_json::from_slice(&written.body).unwrap();
    let mut writer = codec(client).stream_writer(true);
    let mut out = Vec::new();
    for event in reply.clone().into_events() {
        writer.write(&event, &mut out);
    }
    let stream = String::from_utf8(out).unwrap();
    crate::grammar::is_stream_in(client, &stream, false, "citations");
    [(whole, names(&written.losses)), (look::folded(client, &stream), names(writer.losses()))]
}

#[test]
fn what_recorded_answers_cite_reaches_every_client() {
    let Some(all) = exchange::all() else { return };
    let mut seen = Vec::new();
    for exchange in all.iter().filter(|it| it.status < 400) {
        let Ok(dialect) = exchange.dialect() else { continue };
        if matches!(dialect, Dialect::BedrockConverse | Dialect::Ollama | Dialect::OpenaiCompletions) {
            // None of those recordings cites anything.
            continue;
        }
        let (reply, pages, others) = read(exchange, dialect);
        if reply.fault.is_some() || (pages.is_empty() && others == 0) {
            continue;
        }
        seen.push(exchange.provider.as_str());
        for client in Dialect::CLIENTS.into_iter().filter(|it| *it != dialect) {
            for (body, losses) in told(client, &reply) {
                let (heard, _) = look::cited(client, &body);
                let urls = |pages: &[Page]| {
                    let mut urls: Vec<String> = pages.iter().map(|it| it.url.clone()).collect();
                    urls.sort();
                    urls
                };
                let file = format!("{} → {client}", exchange.file);
                if client == Dialect::Anthropic {
                    // It cites for a block of text.
                    assert_eq!(urls(&heard), urls(&pages), "{file}");
                    for page in &pages {
                        let is = |it: &&Page| it.url == page.url && it.words.contains(&page.words);
                        assert!(heard.iter().any(|it| is(&it)), "{file}: {page:?} in {heard:?}");
                    }
                } else {
                    assert_eq!(heard, pages, "{file}");
                }
                let named = losses.iter().any(|it| it.ends_with("citation"));
                let context = || body.to_string().contains("retrievedContext");
                assert_eq!(named || (client == Dialect::Gemini && context()), others > 0, "{file}: {losses:?}");
            }
        }
    }
    seen.dedup();
    assert_eq!(
        seen,
        ["anthropic", "cohere", "gemini", "openai", "openrouter", "perplexity", "vertex"],
        "other recordings cite"
    );
}
