// llmroute as a process, with aimock behind it: a mock of these providers that others wrote, so that a misreading of a
// dialect shows. Between the two, every request is kept as the bytes that llmroute sent.

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { LLMock } from "@copilotkit/aimock";

const ROOT = path.resolve(import.meta.dirname, "../..");
const BINARY = process.env.LLMROUTE_BIN ?? path.join(ROOT, "target/debug/llmroute");
export const KEY = "sk-upstream-0123456789abcdef0123456789abcdef";
export const DIALECTS = ["openai-chat", "openai-responses", "anthropic", "gemini"];
// What a provider's base URL has after the host.
const BASES = { "openai-chat": "/v1", "openai-responses": "/v1", anthropic: "", gemini: "" };

export class House {
  static async open() {
    const it = new House();
    it.mock = new LLMock({ port: 0, logLevel: "silent", strict: true, auth: { apiKeys: [KEY] } });
    await it.mock.start();
    it.sent = [];
    it.ear = http.createServer((request, answer) => it.#pass(request, answer));
    await new Promise((done) => it.ear.listen(0, "127.0.0.1", done));
    const origin = `http://127.0.0.1:${it.ear.address().port}`;
    it.home = mkdtempSync(path.join(os.tmpdir(), "llmroute-sdk-node-"));
    for (const dialect of DIALECTS) {
      it.run(["providers", "add", dialect, "--base-url", origin + BASES[dialect], "--speaks", dialect]);
      it.run(["keys", "add", dialect, "--stdin"], KEY);
      it.run(["groups", "set", `to-${dialect}`, `${dialect}/test-model=1`]);
    }
    const port = await freePort();
    it.url = `http://127.0.0.1:${port}`;
    it.server = spawn(BINARY, ["serve", "--port", `${port}`], { env: it.env, stdio: ["ignore", "pipe", "pipe"] });
    it.log = "";
    for (const stream of [it.server.stdout, it.server.stderr]) stream.on("data", (data) => (it.log += data));
    await it.#answers();
    it.token = readFileSync(path.join(it.home, "token"), "utf8").trim();
    return it;
  }

  // Nothing of the machine's own keys and settings may reach the process under test.
  get env() {
    return { PATH: process.env.PATH, LLMROUTE_HOME: this.home, RUST_BACKTRACE: "1" };
  }

  run(args, input = "") {
    const done = spawnSync(BINARY, args, { input, env: this.env, encoding: "utf8", timeout: 60_000 });
    if (done.status !== 0) throw new Error(`llmroute ${args.join(" ")}: ${done.status}\n${done.stdout}${done.stderr}`);
    return done.stdout;
  }

  async #answers() {
    const deadline = Date.now() + 30_000;
    for (;;) {
      if (this.server.exitCode !== null || Date.now() > deadline) throw new Error(`serve does not answer:\n${this.log}`);
      const ok = await fetch(`${this.url}/health`).then((it) => it.ok, () => false);
      if (ok) return;
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  // Hands a request to aimock and its answer back, as they are.
  #pass(request, answer) {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      const body = Buffer.concat(parts);
      this.sent.push({ path: request.url, headers: request.headers, body: JSON.parse(body.toString()) });
      const { method, url, headers } = request;
      const on = http.request(this.mock.url + url, { method, headers, agent: false }, (from) => {
        answer.writeHead(from.statusCode, from.headers);
        from.pipe(answer);
      });
      on.on("error", () => answer.destroy());
      on.end(body);
    });
  }

  // The same house for a client that has another token.
  get stranger() {
    return { url: this.url, token: "llr-wrong-token" };
  }

  // What the provider says from now on, and nothing of what it was asked before.
  says(...fixtures) {
    this.mock.reset();
    for (const [match, response, options] of fixtures) this.mock.on(match, response, options);
    this.sent.length = 0;
  }

  // The last request as aimock reads it: OpenAI chat, whatever dialect it came in.
  get read() {
    return this.mock.getLastRequest().body;
  }

  get lastSent() {
    return this.sent.at(-1);
  }

  async requests(count) {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const totals = JSON.parse(this.run(["stats", "today", "--json"])).totals;
      if ((totals.requests >= count && !totals.open) || Date.now() > deadline) return totals;
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  async close() {
    const ended = new Promise((done) => this.server.once("exit", done));
    this.server.kill("SIGINT");
    await ended;
    await this.mock.stop();
    this.ear.closeAllConnections();
    await new Promise((done) => this.ear.close(done));
    rmSync(this.home, { recursive: true });
  }
}

function freePort() {
  return new Promise((done, fail) => {
    const it = net.createServer();
    it.on("error", fail);
    it.listen(0, "127.0.0.1", () => {
      const { port } = it.address();
      it.close(() => done(port));
    });
  });
}
