// The `@google/genai` package.

import { ApiError, GoogleGenAI } from "@google/genai";

export const gemini = {
  name: "google genai",
  dialect: "gemini",
  result: (text) => text,
  async ask(house, { model, system, turns, tools, image, schema, stream }) {
    const client = new GoogleGenAI({ apiKey: house.token, httpOptions: { baseUrl: house.url, timeout: 30_000 } });
    const names = Object.fromEntries(turns.flatMap((it) => it.calls ?? []).map((it) => [it.id, it.name]));
    const contents = turns.map((turn) => {
      if (turn.user) {
        const parts = [{ text: turn.user }];
        if (image) parts.push({ inlineData: { mimeType: "image/png", data: image } });
        return { role: "user", parts };
      }
      if (turn.calls) {
        return { role: "model", parts: turn.calls.map((it) => ({ functionCall: { id: it.id, name: it.name, args: JSON.parse(it.arguments) } })) };
      }
      const parts = turn.results.map((it) => ({ functionResponse: { id: it.id, name: names[it.id], response: { output: it.text } } }));
      return { role: "user", parts };
    });
    const config = {};
    if (system) config.systemInstruction = system;
    if (tools) config.tools = [{ functionDeclarations: tools.map((it) => ({ name: it.name, description: it.description, parametersJsonSchema: it.schema })) }];
    if (schema) Object.assign(config, { responseMimeType: "application/json", responseJsonSchema: schema });
    const asked = { model, contents, config };
    const chunks = [];
    if (stream) for await (const chunk of await client.models.generateContentStream(asked)) chunks.push(chunk);
    else chunks.push(await client.models.generateContent(asked));
    const parts = chunks.flatMap((it) => it.candidates?.[0]?.content?.parts ?? []);
    const calls = parts.filter((it) => it.functionCall).map((it) => it.functionCall);
    const reason = chunks.map((it) => it.candidates?.[0]?.finishReason).findLast(Boolean);
    const usage = chunks.map((it) => it.usageMetadata).findLast(Boolean);
    const texts = (thought) => parts.filter((it) => it.text && Boolean(it.thought) === thought).map((it) => it.text).join("");
    return {
      text: texts(false),
      thinking: texts(true),
      calls: calls.map((it) => ({ id: it.id, name: it.name, arguments: JSON.stringify(it.args ?? {}) })),
      finish: reason === "STOP" ? (calls.length ? "calls" : "stop") : { MAX_TOKENS: "length" }[reason],
      usage: [usage.promptTokenCount, usage.candidatesTokenCount + (usage.thoughtsTokenCount ?? 0)],
    };
  },
  errors: Object.fromEntries([400, 401, 404, 429, 500].map((it) => [it, ApiError])),
};
