//! One try of one seat: render → intent → send → first content → verdict. `Ok` only after the first content, so that
//! whatever fails before it can still go elsewhere.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use tokio::time::{Instant, timeout_at};

use crate::domain::ask::Ask;
use crate::domain::event::Finish;
use crate::domain::failure::{Failure, Next, Origin};
use crate::domain::id::ModelName;
use crate::domain::operation::Operation;
use crate::domain::policy::{Deadlines, Speech};
use crate::domain::reply::Reply;
use crate::domain::target::Seat;
use crate::engine::committed::{By, Committed, Content};
use crate::engine::exchange::{Exchange, broken, redirect, silent};
use crate::engine::flow::{self, Ending, Flow, is_empty_but_meant};
use crate::engine::lane::{self, Rendered};
use crate::engine::recall::{self, Keep};
use crate::engine::resume::Way;
use crate::engine::settle::{Account, Entry};
use crate::engine::vault::{self, Capture, Conversation, Maker};
use crate::engine::{Engine, beside, ledger_unavailable, read};
use crate::route::Stop;
use crate::upstream::{Asking, Incoming, verdict};
use crate::wire::openai_responses::compaction;
use crate::wire::{self, Facts};

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
    account: &Account,
) -> Result<Committed, Failure> {
    let mut entry = None;
    match exchange(engine, ask, stop, seat, deadlines, account, &mut entry).await {
        Ok((headers, content)) => {
            let attempt = entry.as_ref().map_or(0, Entry::at);
            if let Some(entry) = entry {
                entry.content(&content);
            }
            let provider = Arc::clone(&stop.provider);
            let by = By { headers, provider, seat: seat.clone(), deadlines: *deadlines, attempt };
            Ok(Committed { by, content, rest: None })
        }
        Err(failure) => {
            if let Some(entry) = entry {
                entry.failed(&failure);
            }
            Err(failure)
        }
    }
}

/// The exchange itself. `entry` is filled once its intent is about to be written.
async fn exchange(
    engine: &Engine,
    ask: &Ask,
    stop: &Stop,
    seat: &Seat,
    deadlines: &Deadlines,
    account: &Account,
    entry: &mut Option<Entry>,
) -> Result<(Vec<(HeaderName, HeaderValue)>, Content), Failure> {
    let provider = &stop.provider;
    let model = &seat.target.model;
    let speech = provider.speech_for(&ask.operation, ask.dialect, model).ok_or_else(|| {
        let told = format!("{} speaks no dialect that this can be said in", provider.name);
        Failure::local(Origin::Local, "bad_policy", 500, told)
    })?;
    if engine.responses().is_some() {
        recall::refuse_unknown(ask, provider, speech)?;
    }
    // A target that speaks the client's dialect would have judged it by itself, and another one may.
    let unreadable = |it| Failure { next: Next::Elsewhere, ..read::malformed(&it) };
    let compacts = ask.operation == Operation::Compact || ask.needs.compaction;
    let summary = compacts && !provider.compacts(speech);
    let asking = if summary { Cow::Owned(lane::summary(ask).map_err(unreadable)?) } else { Cow::Borrowed(ask) };
    let asking = if summary { asking } else { lane::addressed(asking, speech.dialect, &provider.quirks) };
    let asking = match account.leg() {
        Some(leg) => Cow::Owned(leg.ask(&asking, leg.way(provider, model)).ok_or_else(no_place)?),
        None => asking,
    };
    let is_chat = asking.operation == Operation::Chat;
    let maker = Maker::new(provider, speech.dialect, model);
    let mut conversation = None;
    let rendered = if is_chat {
        let ready = vault::ready(engine.vault(), engine.ledger.salt(), &asking, &maker, &provider.quirks).await;
        ready.and_then(|it| {
            // Nobody goes on from a turn that was only made for its summary, and half a turn is nobody's original.
            conversation = it.conversation.filter(|_| !summary && account.leg().is_none());
            let rendered = lane::render_from(it.source, &asking, speech.dialect, model, &provider.quirks);
            let rendered = lane::edited(rendered, &speech.body)?;
            lane::routed(rendered, &asking, speech.dialect, &provider.quirks)
        })
    } else {
        beside::render::render(ask, speech.dialect, model, &provider.quirks)
    };
    let rendered = Rendered { summary, ..rendered.map_err(unreadable)? };
    refuse_losses(ask, &rendered)?;
    let (opened, intent) = account.begin(provider, seat, &rendered, &asking);
    let entry = entry.insert(opened);
    engine.ledger.intent(&intent).await.map_err(|it| ledger_unavailable(&it))?;

    let began = Instant::now();
    let first = began + first_deadline(ask, deadlines);
    entry.sending();
    let client_headers =
        if is_chat { lane::passing(ask, speech.dialect) } else { beside::headers(ask, speech.dialect) };
    let operation = if is_chat { &Operation::Chat } else { &ask.operation };
    let asked = Asking { operation, stream: ask.stream, own_key: ask.own_key.as_deref() };
    let answer = engine.upstream.send(provider, speech, seat, asked, &client_headers, rendered.body.clone());
    let incoming = timeout_at(first, answer).await.map_err(|_| silent(provider, "sent no answer"))??;
    // With one key there is no other to compare its account with.
    if provider.keys.len() > 1
        && let (Some(key), Some(account)) = (seat.key_id(), incoming.account())
    {
        engine.fleet.pays(key, account);
    }
    let exchange = Exchange { engine, provider, dialect: speech.dialect, deadlines, began };
    let listens = conversation.map(|it| (maker, it));
    if incoming.status < 300
        && let Some(wait) = incoming.used_up(|| engine.now().wall)
    {
        engine.fleet.used_up(seat, wait);
    }
    let headers = incoming.relayable();
    let content = match incoming.status {
        200..=299 if incoming.is_encoded() => return Err(broken(provider, "a compressed answer")),
        200..=299 if is_chat => {
            Try { exchange, ask, account, speech, model, rendered: &rendered, listens, first }.answer(incoming).await?
        }
        200..=299 => beside::answer(&exchange, ask, incoming).await?,
        300..=399 => return Err(redirect(provider, incoming.status)),
        _ if is_chat => return Err(exchange.error(incoming).await),
        _ => return Err(beside::refused(&exchange, ask, incoming).await),
    };
    Ok((headers, content))
}

/// What an attempt at a conversation knows while it is in progress.
struct Try<'a> {
    exchange: Exchange<'a>,
    ask: &'a Ask,
    account: &'a Account,
    speech: &'a Speech,
    model: &'a ModelName,
    rendered: &'a Rendered,
    /// Who makes the answer in which conversation, where originals are kept of it.
    listens: Option<(Maker, Conversation)>,
    /// Until when the first content (or the whole unstreamed answer) must be there.
    first: Instant,
}

// === impl Try ===

impl Try<'_> {
    async fn answer(&self, incoming: Incoming) -> Result<Content, Failure> {
        if self.ask.stream { self.stream(incoming).await } else { self.whole(incoming).await }
    }

    /// Holds a stream back until its first content.
    async fn stream(&self, mut incoming: Incoming) -> Result<Content, Failure> {
        let asked = lane::asked(self.ask, self.model);
        let (theirs, ours, hide_usage) = (self.speech.dialect, self.ask.dialect, self.rendered.hide_usage);
        let flow = match self.account.leg() {
            _ if self.rendered.summary => Flow::summary(theirs, &asked),
            Some(_) => Flow::waiting(theirs, &asked),
            None if self.account.resumes() => Flow::recalling(theirs, ours, &asked, hide_usage),
            None => Flow::new(theirs, ours, &asked, hide_usage),
        };
        let mut flow = flow.keeping(self.keeper()).heard_by(self.capture());
        let mut held = Held::default();
        let mut opened = false;
        loop {
            let Some(chunk) = self.exchange.chunk(&mut incoming, self.first).await? else {
                let rest = flow.finish();
                held.push(rest.out);
                if rest.content || self.meant(&flow) {
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
            if taken.content || self.meant(&flow) {
                return Ok(self.commit(held, flow, Some(incoming)));
            }
            if flow.ending().is_some() {
                return Err(self.no_answer(&flow));
            }
            if held.size > HELD_MOST {
                return Err(broken(self.exchange.provider, "more than a megabyte without content"));
            }
        }
    }

    fn commit(&self, held: Held, flow: Flow, incoming: Option<Incoming>) -> Content {
        let incoming = incoming.map(Box::new);
        Content::Stream { held: held.join(), flow: Box::new(flow), incoming, began: self.exchange.began }
    }

    /// A whole answer.
    async fn whole(&self, mut incoming: Incoming) -> Result<Content, Failure> {
        let body = self.exchange.collect(&mut incoming, Bytes::new()).await?;
        let facts = self.facts(&incoming, &body)?;
        if self.speech.dialect == self.ask.dialect && !self.rendered.summary {
            if let Some(keep) = self.keeper() {
                keep(&body);
            }
            // An answer that cannot be read is relayed all the same.
            if let Some(capture) = self.capture()
                && let Ok(reply) = self.reply(&body)
            {
                capture.hear_all(&reply);
            }
            return Ok(Content::Whole { body, facts: Box::new(facts), losses: Vec::new() });
        }
        let reply = self.reply(&body)?;
        if self.ask.operation == Operation::Compact {
            let body = Bytes::from(compaction::compacted(&lane::asked(self.ask, self.model), &reply));
            return Ok(Content::Whole { body, facts: Box::new(facts), losses: Vec::new() });
        }
        if let Some(capture) = self.capture() {
            capture.hear_all(&reply);
        }
        let written = wire::codec(self.ask.dialect).write_reply_to(&lane::asked(self.ask, self.model), &reply);
        if let Some(keep) = self.keeper() {
            keep(&written.body);
        }
        Ok(Content::Whole { body: Bytes::from(written.body), facts: Box::new(facts), losses: written.losses })
    }

    /// The client asked for a stream and the provider sent a whole answer (or an error) instead: it is told as a
    /// stream, because asking again would be billed again.
    async fn unstreamed(&self, mut incoming: Incoming, begun: Bytes) -> Result<Content, Failure> {
        let body = self.exchange.collect(&mut incoming, begun).await?;
        let facts = self.facts(&incoming, &body)?;
        let reply = self.reply(&body)?;
        if let Some(capture) = self.capture() {
            capture.hear_all(&reply);
        }
        let mut events = reply.into_events();
        events.push(crate::domain::event::Event::End);
        if self.account.leg().is_some() {
            let flow = Flow::waiting_whole(self.speech.dialect, facts, events);
            return Ok(self.commit(Held::default(), flow, None));
        }
        let mut writer = wire::codec(self.ask.dialect).stream_writer_to(&lane::asked(self.ask, self.model));
        let mut held = Vec::new();
        for event in &events {
            writer.write(event, &mut held);
        }
        if let (Some(keep), Some(event)) = (self.keeper(), flow::last_event(&held)) {
            keep(event);
        }
        let flow = Flow::told(self.ask.dialect, facts, writer.losses().to_vec());
        Ok(Content::Stream {
            held: Bytes::from(held),
            flow: Box::new(flow),
            incoming: None,
            began: self.exchange.began,
        })
    }

    fn keeper(&self) -> Option<Keep> {
        // An answer that goes on from another is kept as the one that its client hears.
        let kept = self.exchange.engine.responses().filter(|_| self.account.leg().is_none());
        recall::keeper(kept, self.ask, self.exchange.provider, self.speech)
    }

    /// What keeps the originals of this answer.
    fn capture(&self) -> Option<Capture> {
        let (maker, conversation) = self.listens.clone()?;
        Some(Capture::new(self.exchange.engine.vault()?.clone(), maker, conversation))
    }

    /// The facts of a whole answer, or the failure that it is.
    fn facts(&self, incoming: &Incoming, body: &Bytes) -> Result<Facts, Failure> {
        let facts = wire::codec(self.speech.dialect).read_facts(body).map_err(|it| self.exchange.garbage(body, &it))?;
        if let Some(fault) = &facts.fault {
            let wait = incoming.wait(self.exchange.engine.now().wall);
            return Err(verdict::failure(&self.exchange.provider.name, incoming.status, fault, wait));
        }
        if !facts.content && !is_empty_but_meant(&facts) {
            return Err(broken(self.exchange.provider, "an answer without content"));
        }
        Ok(facts)
    }

    fn reply(&self, body: &Bytes) -> Result<Reply, Failure> {
        let asked = lane::asked(self.ask, self.model);
        let read = wire::codec(self.speech.dialect).read_reply_to(&asked, body);
        let mut reply = read.map_err(|it| self.exchange.garbage(body, &it))?;
        flow::name(&mut reply.id, &mut reply.model, &asked);
        if self.rendered.summary {
            reply = compaction::retell(&asked, reply);
            if reply.blocks.is_empty() {
                return Err(broken(self.exchange.provider, "an answer without the summary that was asked for"));
            }
        }
        Ok(reply)
    }

    /// The stream has ended well and is an answer although it has no content. A model that was given the beginning of its
    /// answer may have no more to say.
    fn meant(&self, flow: &Flow) -> bool {
        let given = || self.account.leg().is_some_and(|it| it.way(self.exchange.provider, self.model) == Way::Prefill);
        let ended = flow.ending() == Some(&Ending::Whole);
        ended && (flow.is_empty_but_meant() || flow.facts().finish == Some(Finish::Stop) && given())
    }

    /// A stream that ended, or went wrong, before any content.
    fn no_answer(&self, flow: &Flow) -> Failure {
        match flow.ending() {
            Some(Ending::Fault { fault, .. }) => verdict::failure(&self.exchange.provider.name, 200, fault, None),
            Some(Ending::Malformed(what)) => broken(self.exchange.provider, what),
            // Only found out when it is told.
            Some(Ending::Misfit(why)) => broken(self.exchange.provider, why),
            Some(Ending::Whole) => broken(self.exchange.provider, "an answer without content"),
            None => broken(self.exchange.provider, "a stream that ended before any content"),
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

/// The rest of an answer cannot be asked for in these words.
fn no_place() -> Failure {
    let told = "the request has no place for the rest of an answer";
    Failure { next: Next::Elsewhere, ..Failure::local(Origin::Local, "resume_unsayable", 500, told) }
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
    let is_strict = ask.strict || ask.wishes.as_ref().is_some_and(|it| it.require_parameters);
    if !is_strict || rendered.losses.is_empty() {
        return Ok(());
    }
    let losses: Vec<String> = rendered.losses.iter().map(|it| format!("{} ({})", it.what, it.why)).collect();
    let told = format!("strict: the target's dialect cannot say {}", losses.join(", "));
    // Another target may speak a dialect that can say it.
    Err(Failure { next: Next::Elsewhere, ..Failure::local(Origin::Client, "untranslatable", 400, told) })
}
