//! The table of error classes (faults.md §4): which words of whom mean which class, and what follows from a class. Bodies
//! are as their providers send them; the whole way from bytes to class is walked.

use std::time::Duration;

use llmroute::domain::clock::Stamp;
use llmroute::domain::dialect::Dialect;
use llmroute::domain::failure::{Health, Kind, Next};
use llmroute::domain::policy::OnRefusal;
use llmroute::sim::{Persona, Script, Sim, Trouble};
use llmroute::upstream::verdict;
use llmroute::wire;
use serde_json::json;

use crate::house::{Plan, text};

const CHAT: Dialect = Dialect::OpenaiChat;
const RESPONSES: Dialect = Dialect::OpenaiResponses;
const CLAUDE: Dialect = Dialect::Anthropic;
const GEMINI: Dialect = Dialect::Gemini;
const BEDROCK: Dialect = Dialect::BedrockConverse;
const COHERE: Dialect = Dialect::Cohere;
const OLLAMA: Dialect = Dialect::Ollama;

/// Who says it, its dialect, the status, the error type in a header (`""` = none), the body, and the class.
type Row = (&'static str, Dialect, u16, &'static str, &'static str, Kind);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("OpenAI key", CHAT, 401, "", r#"{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","code":"invalid_api_key"}}"#, Kind::Auth),
    ("OpenAI country", CHAT, 403, "", r#"{"error":{"message":"Country, region, or territory not supported","type":"request_forbidden","code":"unsupported_country_region_territory"}}"#, Kind::Auth),
    ("OpenAI rate", CHAT, 429, "", r#"{"error":{"message":"Rate limit reached for m in organization org-x on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000. Please try again in 2s.","type":"tokens","code":"rate_limit_exceeded"}}"#, Kind::Rate),
    ("OpenAI larger than a minute", CHAT, 429, "", r#"{"error":{"message":"Request too large for m in organization org-x on tokens per min (TPM): Limit 30000, Requested 50000.","type":"tokens","code":"rate_limit_exceeded"}}"#, Kind::Client),
    ("OpenAI slow down", CHAT, 429, "", r#"{"error":{"message":"Slow down","type":"requests","code":"slow_down"}}"#, Kind::Rate),
    ("OpenAI quota", CHAT, 429, "", r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#, Kind::Quota),
    ("OpenAI credits", CHAT, 429, "", r#"{"error":{"message":"x","type":"requests","code":"credit_balance_exhausted"}}"#, Kind::Quota),
    ("OpenAI organisation's spend", CHAT, 429, "", r#"{"error":{"message":"x","type":"requests","code":"organization_spend_limit_exceeded"}}"#, Kind::Quota),
    ("OpenAI project's spend", CHAT, 429, "", r#"{"error":{"message":"x","type":"requests","code":"project_spend_limit_exceeded"}}"#, Kind::Quota),
    ("OpenAI organisation's usage", CHAT, 429, "", r#"{"error":{"message":"x","type":"requests","code":"organization_usage_limit_exceeded"}}"#, Kind::Quota),
    ("OpenAI overload", CHAT, 503, "", r#"{"error":{"message":"x","type":"server_error","code":"server_is_overloaded"}}"#, Kind::Overload),
    ("OpenAI 500", CHAT, 500, "", r#"{"error":{"message":"x","type":"server_error","code":null}}"#, Kind::Transient),
    ("OpenAI 502", CHAT, 502, "", r#"{"error":{"message":"x","type":"server_error","code":null}}"#, Kind::Uncertain),
    ("OpenAI 504", CHAT, 504, "", r#"{"error":{"message":"x","type":"server_error","code":null}}"#, Kind::Uncertain),
    ("OpenAI context", CHAT, 400, "", r#"{"error":{"message":"maximum context length is 8192 tokens","type":"invalid_request_error","code":"context_length_exceeded"}}"#, Kind::Context),
    ("OpenAI policy", CHAT, 400, "", r#"{"error":{"message":"your prompt was flagged as potentially violating our usage policy","type":"invalid_request_error","code":"invalid_prompt"}}"#, Kind::Filter),
    ("OpenAI model", CHAT, 404, "", r#"{"error":{"message":"The model `m` does not exist","type":"invalid_request_error","code":"model_not_found"}}"#, Kind::Model),
    ("OpenAI model not for this project", CHAT, 403, "", r#"{"error":{"message":"Project `p` does not have access to model `m`","type":"invalid_request_error","code":"model_not_found"}}"#, Kind::Model),
    ("OpenAI foreign reasoning", RESPONSES, 400, "", r#"{"error":{"message":"x","type":"invalid_request_error","code":"invalid_encrypted_content"}}"#, Kind::Client),
    ("OpenAI in a stream", RESPONSES, 200, "", r#"{"error":{"message":"x","type":"server_error","code":"server_error"}}"#, Kind::Transient),
    ("OpenAI rate in a stream", RESPONSES, 200, "", r#"{"error":{"message":"x","code":"rate_limit_exceeded"}}"#, Kind::Rate),
    ("Anthropic 400", CLAUDE, 400, "", r#"{"type":"error","error":{"type":"invalid_request_error","message":"messages: roles must alternate"}}"#, Kind::Client),
    ("Anthropic context", CLAUDE, 400, "", r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 200254 tokens > 199999 maximum"}}"#, Kind::Context),
    ("Anthropic own limit", CLAUDE, 400, "", r#"{"type":"error","error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."}}"#, Kind::Quota),
    ("Anthropic credits", CLAUDE, 400, "", r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}"#, Kind::Quota),
    ("Anthropic billing", CLAUDE, 402, "", r#"{"type":"error","error":{"type":"billing_error","message":"x"}}"#, Kind::Quota),
    ("Anthropic key", CLAUDE, 401, "", r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#, Kind::Auth),
    ("Anthropic permission", CLAUDE, 403, "", r#"{"type":"error","error":{"type":"permission_error","message":"Your API key does not have permission to use the specified resource."}}"#, Kind::Auth),
    ("Anthropic model", CLAUDE, 404, "", r#"{"type":"error","error":{"type":"not_found_error","message":"model: claude-9"}}"#, Kind::Model),
    ("Anthropic conflict", CLAUDE, 409, "", r#"{"type":"error","error":{"type":"conflict_error","message":"x"}}"#, Kind::Transient),
    ("Anthropic too large", CLAUDE, 413, "", r#"{"type":"error","error":{"type":"request_too_large","message":"x"}}"#, Kind::Client),
    ("Anthropic rate", CLAUDE, 429, "", r#"{"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your organization's rate limit"}}"#, Kind::Rate),
    ("Anthropic spend limit", CLAUDE, 429, "", r#"{"type":"error","error":{"type":"rate_limit_error","message":"x","details":{"error_code":"enforced_spend_limit_reached"}}}"#, Kind::Quota),
    ("Anthropic 500", CLAUDE, 500, "", r#"{"type":"error","error":{"type":"api_error","message":"Internal server error"}}"#, Kind::Transient),
    ("Anthropic 504", CLAUDE, 504, "", r#"{"type":"error","error":{"type":"timeout_error","message":"Request timed out"}}"#, Kind::Uncertain),
    ("Anthropic 529", CLAUDE, 529, "", r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, Kind::Overload),
    ("Anthropic overload in a stream", CLAUDE, 200, "", r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, Kind::Overload),
    ("Anthropic policy", CLAUDE, 400, "", r#"{"type":"error","error":{"type":"invalid_request_error","message":"Output blocked by content filtering policy"}}"#, Kind::Filter),
    ("Gemini key", GEMINI, 400, "", r#"{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}"#, Kind::Auth),
    ("Gemini billing", GEMINI, 400, "", r#"{"error":{"code":400,"message":"Please enable billing","status":"FAILED_PRECONDITION"}}"#, Kind::Quota),
    ("Gemini prepaid", GEMINI, 402, "", r#"{"error":{"code":402,"message":"x","status":"RESOURCE_EXHAUSTED"}}"#, Kind::Quota),
    ("Gemini permission", GEMINI, 403, "", r#"{"error":{"code":403,"message":"x","status":"PERMISSION_DENIED"}}"#, Kind::Auth),
    ("Gemini model", GEMINI, 404, "", r#"{"error":{"code":404,"message":"models/x is not found","status":"NOT_FOUND"}}"#, Kind::Model),
    ("Gemini a minute", GEMINI, 429, "", r#"{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerMinutePerProjectPerModel-FreeTier"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"46s"}]}}"#, Kind::Rate),
    ("Gemini a day", GEMINI, 429, "", r#"{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerMinutePerProjectPerModel-FreeTier"},{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}]}}"#, Kind::Quota),
    ("Gemini none of it", GEMINI, 429, "", r#"{"error":{"code":429,"message":"You exceeded your current quota. * Quota exceeded for metric: x, limit: 0, model: m","status":"RESOURCE_EXHAUSTED"}}"#, Kind::Model),
    ("Gemini 500", GEMINI, 500, "", r#"{"error":{"code":500,"message":"x","status":"INTERNAL"}}"#, Kind::Transient),
    ("Gemini 503", GEMINI, 503, "", r#"{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}"#, Kind::Overload),
    ("Gemini 504", GEMINI, 504, "", r#"{"error":{"code":504,"message":"x","status":"DEADLINE_EXCEEDED"}}"#, Kind::Uncertain),
    ("Azure policy", CHAT, 400, "", r#"{"error":{"message":"The response was filtered due to the prompt triggering our content management policy.","type":null,"code":"content_filter"}}"#, Kind::Filter),
    ("Azure deployment", CHAT, 404, "", r#"{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}"#, Kind::Model),
    ("Azure key", CHAT, 401, "", r#"{"error":{"code":"401","message":"Access denied due to invalid subscription key"}}"#, Kind::Auth),
    ("Azure rate", CHAT, 429, "", r#"{"error":{"code":"429","message":"Rate limit is exceeded. Try again in 6 seconds."}}"#, Kind::Rate),
    ("Azure demand", CHAT, 429, "", r#"{"error":{"code":"429","message":"The system is currently experiencing high demand and cannot process your request."}}"#, Kind::Overload),
    ("Azure 408", CHAT, 408, "", r#"{"error":{"code":"Timeout","message":"The operation was timeout."}}"#, Kind::Uncertain),
    ("Bedrock throttled", BEDROCK, 429, "ThrottlingException", r#"{"message":"Too many requests"}"#, Kind::Rate),
    ("Bedrock quota", BEDROCK, 400, "ServiceQuotaExceededException", r#"{"message":"x"}"#, Kind::Rate),
    ("Bedrock not ready", BEDROCK, 429, "ModelNotReadyException", r#"{"message":"x"}"#, Kind::Transient),
    ("Bedrock timeout", BEDROCK, 408, "ModelTimeoutException", r#"{"message":"x"}"#, Kind::Uncertain),
    ("Bedrock model", BEDROCK, 424, "ModelErrorException", r#"{"message":"x","originalStatusCode":500}"#, Kind::Transient),
    ("Bedrock stream", BEDROCK, 200, "ModelStreamErrorException", r#"{"message":"x"}"#, Kind::Transient),
    ("Bedrock 500", BEDROCK, 500, "InternalServerException", r#"{"message":"x"}"#, Kind::Transient),
    ("Bedrock 500 in a stream", BEDROCK, 200, "internalServerException", r#"{"message":"x"}"#, Kind::Transient),
    ("Bedrock 503", BEDROCK, 503, "ServiceUnavailableException", r#"{"message":"x"}"#, Kind::Overload),
    ("Bedrock validation", BEDROCK, 400, "ValidationException", r#"{"message":"x"}"#, Kind::Client),
    ("Bedrock context", BEDROCK, 400, "ValidationException", r#"{"message":"Input is too long for requested model."}"#, Kind::Context),
    ("Bedrock access", BEDROCK, 403, "AccessDeniedException", r#"{"message":"x is not authorized to perform: bedrock:InvokeModel"}"#, Kind::Auth),
    ("Bedrock model access", BEDROCK, 403, "AccessDeniedException", r#"{"message":"You don't have access to the model with the specified model ID."}"#, Kind::Model),
    ("Bedrock session", BEDROCK, 403, "ExpiredTokenException", r#"{"message":"The security token included in the request is expired"}"#, Kind::Auth),
    ("Bedrock clock", BEDROCK, 403, "InvalidSignatureException", r#"{"message":"Signature expired: 20261121T100000Z is now earlier than 20261121T115500Z"}"#, Kind::Transient),
    ("Bedrock signature", BEDROCK, 403, "InvalidSignatureException", r#"{"message":"The request signature we calculated does not match"}"#, Kind::Auth),
    ("Groq rate", CHAT, 429, "", r#"{"error":{"message":"Rate limit reached for model `m` in organization `org_x` on tokens per minute (TPM)","type":"tokens","code":"rate_limit_exceeded"}}"#, Kind::Rate),
    ("Groq a day", CHAT, 429, "", r#"{"error":{"message":"Rate limit reached for model `m` in organization `org_x` on tokens per day (TPD): Limit 100000","type":"tokens","code":"rate_limit_exceeded"}}"#, Kind::Quota),
    ("Groq capacity", CHAT, 498, "", r#"{"error":{"message":"x","type":"internal_server_error","code":"capacity_exceeded"}}"#, Kind::Overload),
    ("Groq too large", CHAT, 413, "", r#"{"error":{"message":"Request too large for model","type":"tokens","code":"rate_limit_exceeded"}}"#, Kind::Client),
    ("Groq generation", CHAT, 400, "", r#"{"error":{"message":"Failed to call a function. Please adjust your prompt.","type":"invalid_request_error","code":"tool_use_failed","failed_generation":"<x>"}}"#, Kind::Transient),
    ("Groq dependency", CHAT, 424, "", r#"{"error":{"message":"x","type":"invalid_request_error"}}"#, Kind::Client),
    ("Groq 503", CHAT, 503, "", r#"{"error":{"message":"Service unavailable","type":"internal_server_error"}}"#, Kind::Overload),
    ("Mistral key", CHAT, 401, "", r#"{"detail":"Unauthorized"}"#, Kind::Auth),
    ("Mistral billing", CHAT, 402, "", r#"{"message":"x"}"#, Kind::Quota),
    ("Mistral model", CHAT, 404, "", r#"{"object":"error","message":"x","type":"not_found","code":"1500"}"#, Kind::Model),
    ("Mistral fields", CHAT, 422, "", r#"{"detail":[{"loc":["body","messages"],"msg":"Field required","type":"missing"}]}"#, Kind::Client),
    ("Mistral rate", CHAT, 429, "", r#"{"object":"error","message":"Rate limit exceeded","type":"rate_limited","code":"1300"}"#, Kind::Rate),
    ("Mistral month", CHAT, 429, "", r#"{"object":"error","message":"Monthly limit of the workspace reached","type":"rate_limited"}"#, Kind::Quota),
    ("Mistral 500", CHAT, 500, "", r#"{"object":"error","message":"Service unavailable","code":"3000"}"#, Kind::Transient),
    ("Mistral 504", CHAT, 504, "", "", Kind::Uncertain),
    ("Cohere context", COHERE, 400, "", r#"{"id":"x","message":"too many tokens: total number of tokens in the prompt cannot exceed 4081"}"#, Kind::Context),
    ("Cohere key", COHERE, 401, "", r#"{"message":"invalid api token"}"#, Kind::Auth),
    ("Cohere billing", COHERE, 402, "", r#"{"message":"please add or update your payment method"}"#, Kind::Quota),
    ("Cohere model", COHERE, 404, "", r#"{"message":"model 'x' not found"}"#, Kind::Model),
    ("Cohere trial", COHERE, 429, "", r#"{"message":"You are using a Trial key, which is limited to 1000 API calls / month."}"#, Kind::Quota),
    ("Cohere rate", COHERE, 429, "", r#"{"message":"You are using a Trial key, which is limited to 20 API calls / minute."}"#, Kind::Rate),
    ("Cohere stream", COHERE, 499, "", r#"{"message":"request cancelled"}"#, Kind::Transient),
    ("Cohere 500", COHERE, 500, "", r#"{"message":"internal server error"}"#, Kind::Transient),
    ("OpenRouter credits", CHAT, 402, "", r#"{"error":{"code":402,"message":"Insufficient credits","metadata":{"limit_source":"openrouter_credits"}}}"#, Kind::Quota),
    ("OpenRouter key", CHAT, 403, "", r#"{"error":{"code":403,"message":"Budget limit exceeded","metadata":{"limit_source":"openrouter_key_limit"}}}"#, Kind::Quota),
    ("OpenRouter in flight", CHAT, 402, "", r#"{"error":{"code":402,"message":"x","metadata":{"limit_source":"openrouter_in_flight_budget"}}}"#, Kind::Rate),
    ("OpenRouter one request", CHAT, 402, "", r#"{"error":{"code":402,"message":"x","metadata":{"error_type":"weight_exceeds_budget","limit_source":"openrouter_credits"}}}"#, Kind::Client),
    ("OpenRouter moderation", CHAT, 403, "", r#"{"error":{"code":403,"message":"Your chosen model requires moderation and your input was flagged"}}"#, Kind::Filter),
    ("OpenRouter 408", CHAT, 408, "", r#"{"error":{"code":408,"message":"Your request timed out"}}"#, Kind::Uncertain),
    ("OpenRouter 502", CHAT, 502, "", r#"{"error":{"code":502,"message":"Your chosen model is down or we received an invalid response from it"}}"#, Kind::Transient),
    ("OpenRouter nobody", CHAT, 503, "", r#"{"error":{"code":503,"message":"There is no available model provider that meets your routing requirements"}}"#, Kind::Model),
    ("OpenRouter in a stream", CHAT, 200, "", r#"{"error":{"code":429,"message":"Provider returned error"}}"#, Kind::Rate),
    ("Ollama model", OLLAMA, 404, "", r#"{"error":"model 'x' not found"}"#, Kind::Model),
    ("Ollama queue", OLLAMA, 503, "", r#"{"error":"server busy, please try again.  maximum pending requests exceeded"}"#, Kind::Overload),
    ("Ollama 500", OLLAMA, 500, "", r#"{"error":"llama runner process has terminated"}"#, Kind::Transient),
    ("Ollama cloud", OLLAMA, 502, "", r#"{"error":"upstream error"}"#, Kind::Uncertain),
    ("Ollama in a stream", OLLAMA, 200, "", r#"{"error":"an error was encountered while running the model"}"#, Kind::Broken),
    ("a delivery network", CHAT, 520, "", "<html>error code: 520</html>", Kind::Transient),
    ("nobody knows", CHAT, 418, "", "short and stout", Kind::Client),
];

#[test]
fn every_row_means_its_class() {
    let mut wrong = Vec::new();
    for (name, dialect, status, class, body, want) in ROWS {
        let header = |name: &str| (name == "x-amzn-errortype" && !class.is_empty()).then(|| (*class).to_owned());
        let fault = wire::codec(*dialect).read_error_of(&header, body.as_bytes());
        let got = verdict::kind(*status, &fault);
        println!("{name:34} {status}  {:10} {:?}", got.name(), got.effect());
        if got != *want {
            wrong.push(format!("{name}: {got:?}, not {want:?}, from {fault:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What follows for the same key, another key, another target, the breaker and the bill.
#[test]
fn every_class_has_its_row_of_consequences() {
    #[rustfmt::skip]
    let rows = [
        //                 same   key    else   health            may be billed
        (Kind::Rate,      (true,  true,  true,  Health::Cool,     false)),
        (Kind::Quota,     (false, true,  true,  Health::KeyOut,   false)),
        (Kind::Auth,      (false, true,  true,  Health::KeyOut,   false)),
        (Kind::Overload,  (true,  false, true,  Health::Cool,     false)),
        (Kind::Transient, (true,  false, true,  Health::Cool,     false)),
        (Kind::Uncertain, (false, false, true,  Health::Count,    true)),
        (Kind::Client,    (false, false, false, Health::None,     false)),
        (Kind::Context,   (false, false, false, Health::None,     false)),
        (Kind::Filter,    (false, false, false, Health::None,     true)),
        (Kind::Model,     (false, true,  true,  Health::ModelOut, false)),
    ];
    for (kind, (same, key, elsewhere, health, billed)) in rows {
        let it = kind.effect();
        let got = (it.same, it.other_key, it.elsewhere, it.health, it.may_be_billed);
        assert_eq!(got, (same, key, elsewhere, health, billed), "{kind:?}");
    }
}

#[test]
fn a_quota_says_by_its_name_when_it_is_there_again() {
    // 21 November 2026, noon in Greenwich and four in the morning in California.
    let noon = Stamp(1_795_262_400_000_000);
    let reset = |dialect, body: &str| {
        verdict::reset(429, &wire::codec(dialect).read_error_of(&|_| None, body.as_bytes()), noon)
    };
    let hours = |it: u64| Some(Duration::from_secs(it * 3600));
    let spend =
        json!({"error": {"type": "rate_limit_error", "details": {"error_code": "enforced_spend_limit_reached"}}});
    assert_eq!(reset(CLAUDE, &spend.to_string()), hours(12 + 9 * 24), "the first of December");
    let day = json!({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED",
        "details": [{"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel"}]}]}});
    assert_eq!(reset(GEMINI, &day.to_string()), hours(20));
    assert_eq!(reset(CHAT, r#"{"error":{"code":"rate_limit_exceeded"}}"#), None);
}

#[test]
fn a_request_too_large_for_one_key_may_go_elsewhere() {
    let body =
        r#"{"error":{"message":"Request too large for m on tokens per min (TPM)","code":"rate_limit_exceeded"}}"#;
    let fault = wire::codec(CHAT).read_error_of(&|_| None, body.as_bytes());
    let failure = verdict::failure(&"p".into(), 429, &fault, None);
    assert_eq!((failure.kind, failure.next), (Kind::Client, Next::Elsewhere));
}

/// Class, status, body, the keys of the first provider that were asked, how often the second was, and the status where nobody
/// else is there.
type Followed = (&'static str, u16, &'static str, &'static [&'static str], usize, u16);

/// What a class does end to end: a provider with two keys, and another provider. Who was asked, with which key, and what
/// the client sees where the first provider stands alone.
#[tokio::test]
async fn every_class_is_followed_by_what_its_row_says() {
    #[rustfmt::skip]
    let rows: &[Followed] = &[
        ("RATE",      429, r#"{"error":{"message":"x","code":"rate_limit_exceeded"}}"#, &["1", "2"], 1, 429),
        ("QUOTA",     429, r#"{"error":{"message":"x","code":"insufficient_quota"}}"#,  &["1", "2"], 1, 429),
        ("AUTH",      401, r#"{"error":{"message":"x","code":"invalid_api_key"}}"#,     &["1", "2"], 1, 424),
        ("OVERLOAD",  503, r#"{"error":{"message":"x","code":"server_is_overloaded"}}"#, &["1"],     1, 503),
        ("TRANSIENT", 500, r#"{"error":{"message":"x","type":"server_error"}}"#,        &["1"],      1, 500),
        ("UNCERTAIN", 504, r#"{"error":{"message":"x","type":"server_error"}}"#,        &["1"],      1, 504),
        ("CLIENT",    400, r#"{"error":{"message":"roles must alternate"}}"#,           &["1"],      0, 400),
        ("CONTEXT",   400, r#"{"error":{"message":"x","code":"context_length_exceeded"}}"#, &["1"],  0, 400),
        ("FILTER",    400, r#"{"error":{"message":"x","code":"content_filter"}}"#,      &["1"],      0, 400),
        ("MODEL",     404, r#"{"error":{"message":"x","code":"model_not_found"}}"#,     &["1", "2"], 1, 404),
    ];
    for (class, status, body, keys, elsewhere, alone) in rows {
        let (bad, good) =
            (Sim::start(Persona::plain("bad")).await.unwrap(), Sim::start(Persona::plain("good")).await.unwrap());
        bad.script().always(Script::status_with(*status, "application/json", *body));
        let one = Plan::new().target_with_keys("bad", CHAT, &bad.base_url(), 1.0, 2);
        let house = one.clone().target("good", CHAT, &good.base_url(), 0.0).open().await;
        let seen = house.ask(CHAT, false).await;
        let asked: Vec<String> = bad.meter().arrivals().iter().map(key_of).collect();
        let mut sorted = asked.clone();
        sorted.sort();
        let same = if keys.len() == 1 { asked.len() == 1 } else { sorted == *keys };
        assert!(same, "{class}: keys {asked:?}");
        assert_eq!(good.meter().arrivals().len(), *elsewhere, "{class}");
        assert_eq!(seen.status == 200, *elsewhere == 1, "{class}: {seen:?}");
        assert!(seen.status != 200 || text(CHAT, false, &seen).contains("good"), "{class}");

        let house = one.open().await;
        let seen = house.ask(CHAT, false).await;
        assert_eq!(seen.status, *alone, "{class}: {seen:?}");
        let retried = seen.header("x-should-retry");
        assert_eq!(retried == "false", *alone == 429 || *alone >= 500, "{class}: {seen:?}");
    }
}

fn key_of(arrival: &llmroute::sim::Arrival) -> String {
    arrival.header("authorization").and_then(|it| it.rsplit('-').next()).unwrap_or_default().to_owned()
}

/// Keys of one account share its limits, where the provider says whose they are.
#[tokio::test]
async fn another_key_of_the_same_account_is_not_tried_for_a_limit() {
    for (accounts, tries) in [(["one", "one"], 1), (["one", "two"], 2)] {
        let sim = Sim::start(Persona::plain("a")).await.unwrap();
        let house = Plan::new().target_with_keys("a", CHAT, &sim.base_url(), 1.0, 2).open().await;
        let said = |script: Script, at: usize| script.header("openai-organization", accounts[at]);
        // Nobody knows yet whose the second key is, so it is tried.
        let limited = Script::status_with(429, "application/json", r#"{"error":{"code":"rate_limit_exceeded"}}"#);
        sim.script().extend([said(limited, 0), said(Script::natural(), 1)]);
        assert_eq!(house.ask(CHAT, false).await.status, 200);
        assert_eq!(sim.meter().arrivals().iter().map(key_of).collect::<Vec<_>>(), ["1", "2"]);
        let spent = r#"{"error":{"message":"x","code":"insufficient_quota"}}"#;
        sim.script().always(Script::status_with(429, "application/json", spent));
        assert_eq!(house.ask(CHAT, false).await.status, 429);
        assert_eq!(sim.meter().arrivals().len() - 2, tries, "{accounts:?}");
    }
}

/// What was refused goes to another provider only where the group says so.
#[tokio::test]
pub(crate) async fn a_refusal_is_passed_on_only_where_that_is_wanted() {
    for (on_refusal, status, asked) in [(OnRefusal::Tell, 400, 0), (OnRefusal::Next, 200, 1)] {
        let (first, second) =
            (Sim::start(Persona::plain("first")).await.unwrap(), Sim::start(Persona::plain("second")).await.unwrap());
        first.script().always(Script::trouble(Trouble::ContentPolicy));
        let mut plan = Plan::new().target("first", CHAT, &first.base_url(), 1.0);
        plan.on_refusal = on_refusal;
        let house = plan.target("second", CLAUDE, &second.base_url(), 0.0).open().await;
        for stream in [true, false] {
            let before = second.meter().arrived();
            let seen = house.ask(CHAT, stream).await;
            assert_eq!((seen.status, second.meter().arrived() - before), (status, asked), "{on_refusal:?} {seen:?}");
        }
        // Where nobody takes it, the refusal is what the client is told.
        second.script().always(Script::trouble(Trouble::ContentPolicy));
        assert_eq!(house.ask(CHAT, false).await.status, 400);
    }
}
