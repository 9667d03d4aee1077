// What a provider was sent, read out of the body in the provider's own form. aimock's reading, which is OpenAI chat, has
// no images and no schemas.

// The image of a data URL.
function ofUrl(url) {
  const [, type, data] = /^data:([^;]+);base64,(.*)$/.exec(url);
  return { type, data };
}

// The pictures of the last turn.
export function images(body, dialect) {
  if (dialect === "gemini") {
    const parts = body.contents.at(-1).parts.filter((it) => it.inlineData);
    return parts.map((it) => ({ type: it.inlineData.mimeType, data: it.inlineData.data }));
  }
  const content = (body.messages ?? body.input).at(-1).content;
  if (dialect === "anthropic") {
    const blocks = content.filter((it) => it.type === "image");
    return blocks.map((it) => ({ type: it.source.media_type, data: it.source.data }));
  }
  if (dialect === "openai-chat") return content.filter((it) => it.type === "image_url").map((it) => ofUrl(it.image_url.url));
  return content.filter((it) => it.type === "input_image").map((it) => ofUrl(it.image_url));
}

// The schema the answer has to fit.
export function schema(body, dialect) {
  switch (dialect) {
    case "openai-chat":
      return body.response_format?.json_schema?.schema;
    case "openai-responses":
      return body.text?.format?.schema;
    case "anthropic":
      return body.output_config?.format?.schema;
    default:
      return body.generationConfig?.responseJsonSchema;
  }
}

// The schema of the first tool.
export function schemaOf(body, dialect) {
  const [tool] = body.tools;
  switch (dialect) {
    case "openai-chat":
      return tool.function.parameters;
    case "openai-responses":
      return tool.parameters;
    case "anthropic":
      return tool.input_schema;
    default:
      return tool.functionDeclarations[0].parametersJsonSchema;
  }
}

// The calls of a conversation with their results, as aimock reads them: `[name, arguments, result]`. A result in Gemini is
// an object; text is its `output`.
export function calls(read, dialect) {
  const made = read.messages.flatMap((it) => it.tool_calls ?? []);
  const told = read.messages.filter((it) => it.role === "tool");
  const results = Object.fromEntries(told.map((it) => [it.tool_call_id, dialect === "gemini" ? output(it.content) : it.content]));
  return made.map((it) => [it.function.name, JSON.parse(it.function.arguments), results[it.id]]);
}

function output(content) {
  const { output: text, ...rest } = JSON.parse(content);
  return text !== undefined && Object.keys(rest).length === 0 ? text : content;
}
