//! One try of one seat: render → intent → send → first content → verdict. `Ok` only after the first content, so that
//! whatever fails before it can still go elsewhere.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::time::{Instant, timeout_at};

use crate::domain::ask::Ask;
use crate::domain::failure::{Failure, Kind, Next, Origin, Relay};
use crate::domain::policy::{Deadlines, Provider, Speech};
use crate::domain::reply::Reply;
use crate::domain::target::Seat;
use crate::engine::committed::{By, Committed, Content};
use crate::engine::flow::{self, Ending, Flow, is_empty_but_meant};
use crate::engine::lane::{self, Rendered};
use crate::engine::recall::{self, Keep};
use crate::engine::settle::Settlement;
use crate::engine::{Engine, ledger_unavailable, read};
use crate::route::Stop;
use crate::upstream::{Incoming, verdict};
use crate::wire::{self, Asked, Facts};

/// Largest answer that is held in memory.
const WHOLE_MOST: usize = 64 << 20;
/// Largest part of an error answer that is kept.
const ERROR_MOST: usize = 64 << 10;
/// Most that is held back of a stream that has no content yet.
const HELD_MOST: usize = 1 << 20;

/// Tries `seat`.
///
/// # Errors
/// The attempt failed before any content; the class says what follows.
pub async fn run(
    engine: &Engine,
    ask: &Ask,
    stop: &Stop,
    seat: &Seat,
    deadlines: &Deadlines,
    settlement: &mut Settlement,
) -> Result<Committed, Failure> {
    let provider = &stop.provider;
    let speech = provider.speech_for(ask.dialect, &seat.target.model).ok_or_else(|| {
        let told = format!("{} speaks no dialect that this can be said in", provider.name);
        Failure::local(Origin::Local, "bad_policy", 500, told)
    })?;
    if engine.responses().is_some() {
        recall::refuse_unknown(ask, provider, speech)?;
    }
    // A target that speaks the client's dialect would have judged it by itself, and another one may.
    let unreadable = |it| Failure { next: Next::Elsewhere, ..read::malformed(&it) };
    let rendered = lane::render(ask, speech.dialect, &seat.target.model, &provider.quirks)
        .and_then(|it| lane::edited(it, &speech.body))
        .map_err(unreadable)?;
    refuse_losses(ask, &rendered)?;
    let intent = settlement.begin(provider, seat, &rendered);
    engine.ledger.intent(&intent).await.map_err(|it| ledger_unavailable(&it))?;

    let began = Instant::now();
    let first = began + first_deadline(ask, deadlines);
    settlement.sending();
    let client_headers = lane::passing(ask, speech.dialect);
    let exchange = engine.upstream.send(provider, speech, seat, ask.stream, &client_headers, rendered.body.clone());
    let incoming = timeout_at(first, exchange).await.map_err(|_| silent(provider, "sent no answer"))??;
    let try_ = Try { engine, ask, provider, speech, seat, rendered: &rendered, deadlines, began, first };
    let headers = incoming.relayable();
    let content = match incoming.status {
        200..=299 if incoming.is_encoded() => return Err(broken(provider, "a compressed answer")),
        200..=299 if ask.stream => try_.stream(incoming).await?,
        200..=299 => try_.whole(incoming).await?,
        300..=399 => return Err(redirect(provider, incoming.status)),
        _ => return Err(try_.error(incoming).await),
    };
    settlement.content(&content);
    let by = By { headers, provider: Arc::clone(provider), seat: seat.clone(), deadlines: *deadlines };
    Ok(Committed { by, content })
}

/// What an attempt in progress knows.
struct Try<'a> {
    engine: &'a Engine,
    ask: &'a Ask,
    provider: &'a Provider,
    speech: &'a Speech,
    seat: &'a Seat,
    rendered: &'a Rendered,
    deadlines: &'a Deadlines,
    began: Instant,
    /// Until when the first content (or the whole unstreamed answer) must be there.
    first: Instant,
}

// === impl Try ===

impl Try<'_> {
    /// Holds a stream back until its first content.
    async fn stream(&self, mut incoming: Incoming) -> Result<Content, Failure> {
        let asked = self.asked();
        let flow = Flow::new(self.speech.dialect, self.ask.dialect, &asked, self.rendered.hide_usage);
        let mut flow = flow.keeping(self.keeper());
        let mut held = Held::default();
        let mut opened = false;
        loop {
            let Some(chunk) = self.chunk(&mut incoming, self.first).await? else {
                let rest = flow.finish();
                held.push(rest.out);
                if rest.content || meant(&flow) {
                    return Ok(self.commit(held, flow, None));
                }
                return Err(self.no_answer(&flow));
            };
            if !opened {
                opened = true;
                let first = chunk.iter().find(|it| !it.is_ascii_whitespace());
                if first.is_some_and(|it| wire::codec(self.speech.dialect).is_whole(*it)) {
                    return self.unstreamed(incoming, chunk).await;
                }
            }
            let taken = flow.take(chunk);
            held.push(taken.out);
            if taken.content || meant(&flow) {
                return Ok(self.commit(held, flow, Some(incoming)));
            }
            if flow.ending().is_some() {
                return Err(self.no_answer(&flow));
            }
            if held.size > HELD_MOST {
                return Err(broken(self.provider, "more than a megabyte without content"));
            }
        }
    }

    fn commit(&self, held: Held, flow: Flow, incoming: Option<Incoming>) -> Content {
        let incoming = incoming.map(Box::new);
        Content::Stream { held: held.join(), flow: Box::new(flow), incoming, began: self.began }
    }

    fn asked(&self) -> Asked<'_> {
        lane::asked(self.ask, &self.seat.target.model)
    }

    /// A whole answer.
    async fn whole(&self, mut incoming: Incoming) -> Result<Content, Failure> {
        let body = self.collect(&mut incoming, Bytes::new()).await?;
        let facts = self.facts(&incoming, &body)?;
        if self.speech.dialect == self.ask.dialect {
            if let Some(keep) = self.keeper() {
                keep(&body);
            }
            return Ok(Content::Whole { body, facts: Box::new(facts), losses: Vec::new() });
        }
        let reply = self.reply(&body)?;
        let written = wire::codec(self.ask.dialect).write_reply_to(&self.asked(), &reply);
        if let Some(keep) = self.keeper() {
            keep(&written.body);
        }
        Ok(Content::Whole { body: Bytes::from(written.body), facts: Box::new(facts), losses: written.losses })
    }

    /// The client asked for a stream and the provider sent a whole answer (or an error) instead: it is told as a
    /// stream, because asking again would be billed again.
    async fn unstreamed(&self, mut incoming: Incoming, begun: Bytes) -> Result<Content, Failure> {
        let body = self.collect(&mut incoming, begun).await?;
        let facts = self.facts(&incoming, &body)?;
        let mut events = self.reply(&body)?.into_events();
        events.push(crate::domain::event::Event::End);
        let mut writer = wire::codec(self.ask.dialect).stream_writer_to(&self.asked());
        let mut held = Vec::new();
        for event in &events {
            writer.write(event, &mut held);
        }
        if let (Some(keep), Some(event)) = (self.keeper(), flow::last_event(&held)) {
            keep(event);
        }
        let flow = Flow::told(self.ask.dialect, facts, writer.losses().to_vec());
        Ok(Content::Stream { held: Bytes::from(held), flow: Box::new(flow), incoming: None, began: self.began })
    }

    fn keeper(&self) -> Option<Keep> {
        recall::keeper(self.engine.responses(), self.ask, self.provider, self.speech)
    }

    /// The facts of a whole answer, or the failure that it is.
    fn facts(&self, incoming: &Incoming, body: &Bytes) -> Result<Facts, Failure> {
        let facts = wire::codec(self.speech.dialect).read_facts(body).map_err(|it| self.garbage(body, &it))?;
        if let Some(fault) = &facts.fault {
            let wait = incoming.wait(self.engine.now().wall);
            return Err(verdict::failure(&self.provider.name, incoming.status, fault, wait));
        }
        if !facts.content && !is_empty_but_meant(&facts) {
            return Err(broken(self.provider, "an answer without content"));
        }
        Ok(facts)
    }

    fn reply(&self, body: &Bytes) -> Result<Reply, Failure> {
        let read = wire::codec(self.speech.dialect).read_reply(body);
        let mut reply = read.map_err(|it| self.garbage(body, &it))?;
        if reply.model.is_empty() {
            self.seat.target.model.as_str().clone_into(&mut reply.model);
        }
        Ok(reply)
    }

    /// An error answer: read, judged, and kept for the client that can read it.
    async fn error(&self, mut incoming: Incoming) -> Failure {
        let mut body = BytesMut::new();
        let until = Instant::now() + Duration::from_secs(10);
        // An error body that stalls or breaks is judged by what came of it: the status is known already.
        while let Ok(Ok(Some(chunk))) = timeout_at(until, incoming.chunk()).await {
            body.extend_from_slice(&chunk[..chunk.len().min(ERROR_MOST - body.len())]);
            if body.len() >= ERROR_MOST {
                break;
            }
        }
        let body = if incoming.is_encoded() { Bytes::new() } else { body.freeze() };
        let fault = wire::codec(self.speech.dialect).read_error(&body);
        let wait = incoming.wait(self.engine.now().wall);
        let mut failure = verdict::failure(&self.provider.name, incoming.status, &fault, wait);
        // A CDN's HTML page is no error of the dialect, nor is half of one that was too long to be kept.
        if wire::json::scan(&body).is_ok() {
            failure.relay = Some(Box::new(Relay {
                dialect: self.speech.dialect,
                status: incoming.status,
                headers: incoming.relayable(),
                body,
            }));
        }
        failure
    }

    /// The next bytes, within the deadlines that hold before the commit.
    async fn chunk(&self, incoming: &mut Incoming, until: Instant) -> Result<Option<Bytes>, Failure> {
        let gap = Instant::now() + self.deadlines.byte_gap;
        match timeout_at(until.min(gap), incoming.chunk()).await {
            Ok(Ok(it)) => Ok(it),
            // Nothing has reached the client, so this is not yet a cut: another target may still answer.
            Ok(Err(failure)) => Err(Failure {
                detail: failure.detail,
                ..Failure::upstream(Kind::Uncertain, "upstream_uncertain", failure.told)
            }),
            Err(_) if gap < until => Err(silent(self.provider, "fell silent before any content")),
            Err(_) => Err(silent(self.provider, "sent no content within the deadline")),
        }
    }

    async fn collect(&self, incoming: &mut Incoming, begun: Bytes) -> Result<Bytes, Failure> {
        let until = self.began + self.deadlines.whole;
        let mut first = begun;
        let mut more: Option<BytesMut> = None;
        while let Some(chunk) = self.chunk(incoming, until).await? {
            // Most answers come in one piece and are not copied.
            if first.is_empty() && more.is_none() {
                first = chunk;
                continue;
            }
            let all = more.get_or_insert_with(|| BytesMut::from(&first[..]));
            if all.len() + chunk.len() > WHOLE_MOST {
                return Err(broken(self.provider, "an answer larger than 64 MiB"));
            }
            all.extend_from_slice(&chunk);
        }
        Ok(more.map_or(first, BytesMut::freeze))
    }

    /// A stream that ended, or went wrong, before any content.
    fn no_answer(&self, flow: &Flow) -> Failure {
        match flow.ending() {
            Some(Ending::Fault { fault, .. }) => verdict::failure(&self.provider.name, 200, fault, None),
            Some(Ending::Malformed(what)) => broken(self.provider, what),
            Some(Ending::Whole) => broken(self.provider, "an answer without content"),
            None => broken(self.provider, "a stream that ended before any content"),
        }
    }

    fn garbage(&self, body: &Bytes, malformed: &wire::Malformed) -> Failure {
        match body.iter().find(|it| !it.is_ascii_whitespace()) {
            None => broken(self.provider, "an empty body"),
            Some(b'<') => broken(self.provider, "an HTML page"),
            _ => broken(self.provider, &format!("something that is no answer of its dialect: {malformed}")),
        }
    }
}

/// Pieces held back, joined once.
#[derive(Default)]
struct Held {
    pieces: Vec<Bytes>,
    size: usize,
}

impl Held {
    fn push(&mut self, piece: Bytes) {
        self.size += piece.len();
        if !piece.is_empty() {
            self.pieces.push(piece);
        }
    }

    fn join(mut self) -> Bytes {
        match self.pieces.len() {
            1 => self.pieces.swap_remove(0),
            _ => Bytes::from(self.pieces.concat()),
        }
    }
}

/// The stream has ended well and is an answer although it has no content.
fn meant(flow: &Flow) -> bool {
    flow.ending() == Some(&Ending::Whole) && flow.is_empty_but_meant()
}

fn first_deadline(ask: &Ask, deadlines: &Deadlines) -> Duration {
    match (ask.stream, ask.needs.reasoning) {
        (false, _) => deadlines.whole,
        (true, false) => deadlines.first_content,
        (true, true) => deadlines.first_content_reasoning,
    }
}

/// `strict`: what cannot be said is refused by name instead of dropped.
fn refuse_losses(ask: &Ask, rendered: &Rendered) -> Result<(), Failure> {
    if !ask.strict || rendered.losses.is_empty() {
        return Ok(());
    }
    let losses: Vec<String> = rendered.losses.iter().map(|it| format!("{} ({})", it.what, it.why)).collect();
    let told = format!("strict: the target's dialect cannot say {}", losses.join(", "));
    // Another target may speak a dialect that can say it.
    Err(Failure { next: Next::Elsewhere, ..Failure::local(Origin::Client, "untranslatable", 400, told) })
}

fn silent(provider: &Provider, what: &str) -> Failure {
    Failure::upstream(Kind::Silent, "upstream_silent", format!("{} {what}", provider.name))
}

fn broken(provider: &Provider, what: &str) -> Failure {
    Failure::upstream(Kind::Broken, "upstream_broken_answer", format!("{} sent {what}", provider.name))
}

fn redirect(provider: &Provider, status: u16) -> Failure {
    let told = format!("{} answered {status}, a redirect, which is never followed: fix its base URL", provider.name);
    let mut failure = Failure::upstream(Kind::Broken, "upstream_redirect", told);
    failure.status = Some(status);
    failure
}
