//! A client's request → hub: the top level. Its conversation is read in `input`.

use super::{generation, input, required, tools, under};
use crate::domain::prompt::{Part, Prompt, Role, Turn};
use crate::wire::Malformed;
use crate::wire::json::{self, Object, wrong};
use crate::wire::openai_responses::{keep_rest, mark, offer, opaque, spelling};

/// Reads a request.
///
/// # Errors
/// It is not JSON, has no `model`, or a field that the hub has a noun for is of another type.
pub(in crate::wire::openai_responses) fn read(body: &[u8]) -> Result<Prompt, Malformed> {
    let mut top = Object::parse(body)?;
    let model = required(top.take_text("model")?, "model")?.into_owned();
    // The dialect always ends a stream with usage.
    let mut prompt = Prompt { model, stream_usage: true, ..Prompt::default() };
    prompt.extra.extend(mark(spelling::OWN));
    let offers = offer::all(&top);
    let in_list = top.take_items("tools")?.unwrap_or_default();
    for offer in &offers {
        // One of the list is named by its place there; those that stand elsewhere by their names.
        let nth = in_list.iter().position(|it| std::ptr::eq(*it, offer.raw));
        let place = nth.map_or_else(|| format!("tools.{}", offer.own), |nth| format!("tools[{nth}]"));
        let listed =
            nth.is_some() || offer.container.is_some_and(|it| in_list.iter().any(|own| std::ptr::eq(*own, it)));
        prompt.tools.push(tools::read(offer, nth.is_some(), listed).map_err(|error| under(error, &place))?);
    }
    if let Some(raw) = top.take("instructions") {
        match json::text(raw) {
            Some(text) => {
                let extra = mark(spelling::INSTRUCTIONS).into_iter().collect();
                prompt.system.push(Part { extra, ..Part::text(text) });
            }
            None => prompt.extra.push(opaque("instructions", raw)),
        }
    }
    if let Some(raw) = top.take("input") {
        if let Some(text) = json::text(raw) {
            prompt.turns.push(Turn { role: Role::User, parts: vec![Part::text(text)], extra: Vec::new() });
        } else {
            let items = json::items(raw).ok_or_else(|| wrong("input", "a string or an array of items"))?;
            input::read(&items, &mut prompt).map_err(|error| under(error, "input"))?;
        }
    }
    tools::read_choice(&mut top, &mut prompt);
    prompt.parallel_tools = top.take_bool("parallel_tool_calls")?;
    generation::read(&mut top, &mut prompt)?;
    prompt.stream = top.take_bool("stream")?.unwrap_or(false);
    prompt.user = top.take_text("user")?.map(Into::into);
    generation::take_defaults(&mut top, &mut prompt.extra);
    if let Some(mut options) = top.take_object("stream_options")? {
        // Padding against guessing at lengths is between the provider and us.
        if let Some(raw) = options.take("include_obfuscation") {
            prompt.extra.push(opaque("spelling.include_obfuscation", raw));
        }
        keep_rest(options, "stream_options.", &mut prompt.extra);
    }
    keep_rest(top, "", &mut prompt.extra);
    Ok(prompt)
}
