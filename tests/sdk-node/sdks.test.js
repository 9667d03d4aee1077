// Every SDK against every upstream dialect, streamed and not. What the client is told, what aimock reads out of what the
// provider was sent, and what the ledger has of it.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { messages } from "./clients/anthropic.js";
import { gemini } from "./clients/google.js";
import { chat, responses } from "./clients/openai.js";
import { anthropic, compatible, google, openaiChat, openaiResponses } from "./clients/vercel.js";
import { DIALECTS, House } from "./house.js";
import * as sent from "./sent.js";

const CLIENTS = [chat, responses, messages, gemini, compatible, openaiChat, openaiResponses, anthropic, google];
const SCHEMA = { type: "object", properties: { city: { type: "string" }, days: { type: "number" } }, required: ["city"], additionalProperties: false };
const WEATHER = { name: "weather", description: "Tells the weather.", schema: SCHEMA };
// One red pixel.
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
const TEXT = 'Grüße: "日本" \\ 🦀\nand a second line.';
// In the names of all dialects at once: aimock takes those of the dialect it speaks.
const USAGE = { prompt_tokens: 21, completion_tokens: 9, input_tokens: 21, output_tokens: 9, promptTokenCount: 21, candidatesTokenCount: 9 };
const CALLS = [
  { id: "call_paris", name: "weather", arguments: '{"city":"Paris"}' },
  { id: "call_zurich", name: "weather", arguments: '{"city":"Zürich \\"ZH\\"","days":2}' },
];
const HELLO = [{ user: "Say hello." }];

const statusOf = (failure) => failure.status ?? failure.statusCode;

let house;
let asked = 0;
before(async () => (house = await House.open()));
after(() => house?.close());

for (const client of CLIENTS) {
  describe(client.name, () => {
    for (const dialect of DIALECTS) {
      const ask = (more) => {
        asked += 1;
        return client.ask(house, { model: `to-${dialect}`, turns: HELLO, ...more });
      };
      for (const stream of [false, true]) {
        const how = `${dialect}, ${stream ? "streamed" : "whole"}`;

        test(`text, system and usage: ${how}`, async () => {
          house.says([{}, { content: TEXT, usage: USAGE }, { chunkSize: 3 }]);
          const answer = await ask({ system: "Be brief.", stream });
          assert.deepEqual([answer.text, answer.calls, answer.finish, answer.usage], [TEXT, [], "stop", [21, 9]]);
          const read = house.read.messages.map((it) => [it.role, it.content]);
          assert.deepEqual(read, [["system", "Be brief."], ["user", "Say hello."]]);
          assert.equal(house.sent.length, 1);
        });

        test(`an answer that was cut off by its length: ${how}`, async () => {
          house.says([{}, { content: "Hel", finishReason: "length", usage: USAGE }]);
          const answer = await ask({ stream });
          // aimock's `incomplete` response leaves out the reason, which OpenAI's own always has: relayed, it says none.
          const relayed = client.dialect === dialect && dialect === "openai-responses";
          assert.deepEqual([answer.text, answer.finish], ["Hel", relayed ? client.brokenOff : "length"]);
        });

        test(`thinking: ${how}`, async () => {
          house.says([{}, { content: "Hello.", reasoning: "They greet me.", usage: USAGE }]);
          const answer = await ask({ stream });
          assert.equal(answer.text, "Hello.");
          // OpenAI's own chat has no thinking; its own packages do not read the field that others have added.
          if (client !== openaiChat) assert.equal(answer.thinking, "They greet me.");
        });

        test(`parallel calls and their results: ${how}`, async () => {
          house.says(
            // Gemini says STOP of an answer that calls; aimock would say FUNCTION_CALL, which Google's API has not.
            [{ hasToolResult: false }, { content: "Let me look.", toolCalls: CALLS, usage: USAGE, ...(dialect === "gemini" && { finishReason: "stop" }) }],
            [{ hasToolResult: true }, { content: "Sunny and wet.", usage: USAGE }],
          );
          const first = await ask({ tools: [WEATHER], stream });
          assert.deepEqual([first.text, first.finish], ["Let me look.", "calls"]);
          assert.deepEqual(first.calls.map((it) => [it.name, JSON.parse(it.arguments)]), CALLS.map((it) => [it.name, JSON.parse(it.arguments)]));
          assert.equal(new Set(first.calls.map((it) => it.id)).size, 2, "every call has an id of its own");
          const [tool] = house.read.tools;
          assert.deepEqual([tool.function.name, tool.function.description], [WEATHER.name, WEATHER.description]);
          assert.deepEqual(sent.schemaOf(house.lastSent.body, dialect), SCHEMA);

          const results = first.calls.map((it, nth) => ({ id: it.id, text: `result ${nth}` }));
          const second = await ask({ tools: [WEATHER], turns: [...HELLO, { calls: first.calls }, { results }], stream });
          assert.deepEqual([second.text, second.finish], ["Sunny and wet.", "stop"]);
          const told = CALLS.map((it, nth) => [it.name, JSON.parse(it.arguments), client.result(`result ${nth}`)]);
          assert.deepEqual(sent.calls(house.read, dialect), told);
          assert.equal(house.sent.length, 2);
        });

        test(`an image: ${how}`, async () => {
          house.says([{}, { content: "A pixel.", usage: USAGE }]);
          assert.equal((await ask({ image: PIXEL, stream })).text, "A pixel.");
          assert.deepEqual(sent.images(house.lastSent.body, dialect), [{ type: "image/png", data: PIXEL }]);
        });

        test(`a schema for the answer: ${how}`, async () => {
          house.says([{}, { content: '{"city":"Paris","days":2}', usage: USAGE }]);
          const answer = await ask({ schema: SCHEMA, stream });
          assert.deepEqual(JSON.parse(answer.text), { city: "Paris", days: 2 });
          assert.deepEqual(sent.schema(house.lastSent.body, dialect), SCHEMA);
        });
      }

      // A target that failed rests for a while; each of these is another one.
      const trouble = (status, more) => {
        house.says([{}, { error: { message: "it is my birthday", type: "some_error" }, status, ...more }]);
        asked += 1;
        const model = `${dialect}/for-${CLIENTS.indexOf(client)}-${status}`;
        return client.ask(house, { model, turns: HELLO }).then(() => assert.fail("no error"), (it) => it);
      };

      test(`a request that the provider refuses: ${dialect}`, async () => {
        const failure = await trouble(400);
        assert.deepEqual([failure.constructor, statusOf(failure)], [client.errors[400], 400]);
        assert.match(failure.message, /it is my birthday/);
        assert.equal(house.sent.length, 1);
      });

      test(`a provider that is busy: ${dialect}`, async () => {
        const failure = await trouble(429, { retryAfter: 30 });
        assert.deepEqual([failure.constructor, statusOf(failure)], [client.errors[429], 429]);
        assert.equal(house.sent.length, 1, "neither llmroute nor the SDK multiplies it");
      });

      test(`a provider that is broken: ${dialect}`, async () => {
        const failure = await trouble(500);
        assert.deepEqual([failure.constructor, statusOf(failure)], [client.errors[500], statusOf(failure)]);
        assert.ok(statusOf(failure) >= 500, failure.message);
        assert.ok(house.sent.length <= 3, "llmroute tries again, the SDK does not");
      });
    }

    test("a wrong token", async () => {
      const failure = await client.ask(house.stranger, { model: "to-anthropic", turns: HELLO }).then(() => assert.fail("no error"), (it) => it);
      assert.deepEqual([failure.constructor, statusOf(failure)], [client.errors[401], 401]);
    });

    test("a model that is not there", async () => {
      asked += 1;
      const failure = await client.ask(house, { model: "nobody", turns: HELLO }).then(() => assert.fail("no error"), (it) => it);
      assert.deepEqual([failure.constructor, statusOf(failure)], [client.errors[404], 404]);
    });
  });
}

test("the ledger has one row for each request", async () => {
  const totals = await house.requests(asked);
  assert.equal(totals.requests, asked);
});
