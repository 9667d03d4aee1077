// The `openai` package: chat completions and responses.

import OpenAI from "openai";

const client = (house) => new OpenAI({ apiKey: house.token, baseURL: `${house.url}/v1`, timeout: 30_000 });

// Each client takes { model, system, turns, tools, choice, image, schema, stream } and gives { text, calls, finish, usage }.
// A turn of the conversation is { user }, { calls } or { results }.

export const chat = {
  name: "openai chat",
  dialect: "openai-chat",
  result: (text) => text,
  async ask(house, { model, system, turns, tools, image, schema, stream }) {
    const messages = system ? [{ role: "system", content: system }] : [];
    for (const turn of turns) {
      if (turn.user) {
        const text = { type: "text", text: turn.user };
        const url = `data:image/png;base64,${image}`;
        messages.push({ role: "user", content: image ? [text, { type: "image_url", image_url: { url } }] : turn.user });
      }
      for (const it of turn.results ?? []) messages.push({ role: "tool", tool_call_id: it.id, content: it.text });
      if (turn.calls) {
        const calls = turn.calls.map((it) => ({ id: it.id, type: "function", function: { name: it.name, arguments: it.arguments } }));
        messages.push({ role: "assistant", content: null, tool_calls: calls });
      }
    }
    const body = { model, messages };
    if (tools) body.tools = tools.map((it) => ({ type: "function", function: { name: it.name, description: it.description, parameters: it.schema } }));
    if (schema) body.response_format = { type: "json_schema", json_schema: { name: "answer", schema, strict: true } };
    let answer;
    if (stream) {
      answer = await client(house).chat.completions.stream({ ...body, stream_options: { include_usage: true } }).finalChatCompletion();
    } else {
      answer = await client(house).chat.completions.create(body);
    }
    const [choice] = answer.choices;
    return {
      text: choice.message.content ?? "",
      thinking: choice.message.reasoning_content,
      calls: (choice.message.tool_calls ?? []).map((it) => ({ id: it.id, name: it.function.name, arguments: it.function.arguments })),
      finish: { stop: "stop", length: "length", tool_calls: "calls" }[choice.finish_reason],
      usage: [answer.usage.prompt_tokens, answer.usage.completion_tokens],
    };
  },
  errors: { 400: OpenAI.BadRequestError, 401: OpenAI.AuthenticationError, 404: OpenAI.NotFoundError, 429: OpenAI.RateLimitError, 500: OpenAI.InternalServerError },
};

export const responses = {
  name: "openai responses",
  dialect: "openai-responses",
  result: (text) => text,
  async ask(house, { model, system, turns, tools, image, schema, stream }) {
    const input = [];
    for (const turn of turns) {
      if (turn.user) {
        const content = [{ type: "input_text", text: turn.user }];
        if (image) content.push({ type: "input_image", detail: "auto", image_url: `data:image/png;base64,${image}` });
        input.push({ role: "user", content });
      }
      for (const it of turn.results ?? []) input.push({ type: "function_call_output", call_id: it.id, output: it.text });
      for (const it of turn.calls ?? []) input.push({ type: "function_call", call_id: it.id, name: it.name, arguments: it.arguments });
    }
    const body = { model, input };
    if (system) body.instructions = system;
    if (tools) body.tools = tools.map((it) => ({ type: "function", name: it.name, description: it.description, parameters: it.schema, strict: false }));
    if (schema) body.text = { format: { type: "json_schema", name: "answer", schema, strict: true } };
    let answer;
    if (stream) answer = await client(house).responses.stream(body).finalResponse();
    else answer = await client(house).responses.create(body);
    const calls = answer.output.filter((it) => it.type === "function_call");
    const length = answer.status === "incomplete" && answer.incomplete_details?.reason === "max_output_tokens";
    return {
      text: answer.output_text,
      thinking: answer.output.flatMap((it) => (it.type === "reasoning" ? it.summary.map((part) => part.text) : [])).join(""),
      calls: calls.map((it) => ({ id: it.call_id, name: it.name, arguments: it.arguments })),
      finish: length ? "length" : answer.status === "completed" ? (calls.length ? "calls" : "stop") : answer.status,
      usage: [answer.usage.input_tokens, answer.usage.output_tokens],
    };
  },
  // What an incomplete answer without a reason looks like.
  brokenOff: "incomplete",
  errors: chat.errors,
};
