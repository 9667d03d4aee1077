// The `ai` package with each of the providers' packages that speak one of our dialects.

import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, Output, generateText, jsonSchema, streamText, tool } from "ai";

// It warns of what a model name it does not know may not support.
globalThis.AI_SDK_LOG_WARNINGS = false;

// `settings` are what an application that knows its models would set; `result` is what becomes of a tool's text.
function vercel(name, dialect, modelOf, { settings = {}, result = (text) => text } = {}) {
  return {
    name: `ai sdk ${name}`,
    dialect,
    result,
    brokenOff: "stop",
    async ask(house, { model, system, turns, tools, image, schema, stream }) {
      const names = Object.fromEntries(turns.flatMap((it) => it.calls ?? []).map((it) => [it.id, it.name]));
      const messages = turns.map((turn) => {
        if (turn.user) {
          const content = [{ type: "text", text: turn.user }];
          if (image) content.push({ type: "file", mediaType: "image/png", data: image });
          return { role: "user", content };
        }
        if (turn.calls) {
          const content = turn.calls.map((it) => ({ type: "tool-call", toolCallId: it.id, toolName: it.name, input: JSON.parse(it.arguments) }));
          return { role: "assistant", content };
        }
        const content = turn.results.map((it) => ({ type: "tool-result", toolCallId: it.id, toolName: names[it.id], output: { type: "text", value: it.text } }));
        return { role: "tool", content };
      });
      const asked = { model: modelOf(house)(model), messages, maxRetries: 0, ...settings };
      if (system) asked.instructions = system;
      if (tools) asked.tools = Object.fromEntries(tools.map((it) => [it.name, tool({ description: it.description, inputSchema: jsonSchema(it.schema) })]));
      if (schema) asked.output = Output.object({ schema: jsonSchema(schema) });
      let answer;
      if (stream) {
        let failure;
        const told = streamText({ ...asked, onError: ({ error }) => (failure ??= error) });
        await told.consumeStream();
        if (failure) throw failure;
        const [text, reasoningText, toolCalls, finishReason, usage] = await Promise.all([told.text, told.reasoningText, told.toolCalls, told.finishReason, told.usage]);
        answer = { text, reasoningText, toolCalls, finishReason, usage };
      } else {
        answer = await generateText(asked);
      }
      return {
        text: answer.text,
        thinking: answer.reasoningText,
        calls: answer.toolCalls.map((it) => ({ id: it.toolCallId, name: it.toolName, arguments: JSON.stringify(it.input) })),
        finish: { stop: "stop", length: "length", "tool-calls": "calls" }[answer.finishReason],
        usage: [answer.usage.inputTokens, answer.usage.outputTokens],
      };
    },
    errors: Object.fromEntries([400, 401, 404, 429, 500].map((it) => [it, APICallError])),
  };
}

const v1 = (house) => ({ apiKey: house.token, baseURL: `${house.url}/v1` });

export const compatible = vercel("openai-compatible", "openai-chat", (house) =>
  createOpenAICompatible({ name: "llmroute", ...v1(house), includeUsage: true, supportsStructuredOutputs: true }),
);
export const openaiChat = vercel("openai chat", "openai-chat", (house) => createOpenAI(v1(house)).chat);
export const openaiResponses = vercel("openai responses", "openai-responses", (house) => createOpenAI(v1(house)).responses);
export const anthropic = vercel("anthropic", "anthropic", (house) => createAnthropic(v1(house)), {
  // For a model it does not know it would make the schema a tool.
  settings: { providerOptions: { anthropic: { structuredOutputMode: "outputFormat" } } },
});
export const google = vercel(
  "google",
  "gemini",
  (house) => createGoogle({ apiKey: house.token, baseURL: `${house.url}/v1beta` }),
  { result: (text) => JSON.stringify({ name: "weather", content: text }) },
);
