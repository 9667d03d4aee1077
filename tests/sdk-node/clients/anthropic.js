// The `@anthropic-ai/sdk` package.

import Anthropic from "@anthropic-ai/sdk";

export const messages = {
  name: "anthropic",
  dialect: "anthropic",
  result: (text) => text,
  async ask(house, { model, system, turns, tools, image, schema, stream }) {
    const client = new Anthropic({ apiKey: house.token, baseURL: house.url, timeout: 30_000 });
    const messages = turns.map((turn) => {
      if (turn.user) {
        const content = [{ type: "text", text: turn.user }];
        if (image) content.push({ type: "image", source: { type: "base64", media_type: "image/png", data: image } });
        return { role: "user", content };
      }
      if (turn.calls) {
        const content = turn.calls.map((it) => ({ type: "tool_use", id: it.id, name: it.name, input: JSON.parse(it.arguments) }));
        return { role: "assistant", content };
      }
      return { role: "user", content: turn.results.map((it) => ({ type: "tool_result", tool_use_id: it.id, content: it.text })) };
    });
    const body = { model, max_tokens: 512, messages };
    if (system) body.system = system;
    if (tools) body.tools = tools.map((it) => ({ name: it.name, description: it.description, input_schema: it.schema }));
    if (schema) body.output_config = { format: { type: "json_schema", schema } };
    const answer = stream ? await client.messages.stream(body).finalMessage() : await client.messages.create(body);
    const blocks = (type) => answer.content.filter((it) => it.type === type);
    return {
      text: blocks("text").map((it) => it.text).join(""),
      thinking: blocks("thinking").map((it) => it.thinking).join(""),
      calls: blocks("tool_use").map((it) => ({ id: it.id, name: it.name, arguments: JSON.stringify(it.input) })),
      finish: { end_turn: "stop", max_tokens: "length", tool_use: "calls" }[answer.stop_reason],
      usage: [answer.usage.input_tokens, answer.usage.output_tokens],
    };
  },
  errors: { 400: Anthropic.BadRequestError, 401: Anthropic.AuthenticationError, 404: Anthropic.NotFoundError, 429: Anthropic.RateLimitError, 500: Anthropic.InternalServerError },
};
