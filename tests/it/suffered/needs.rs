//! wire.md §3, need by need.

use super::Kept::{self, By, NotBuilt};

const LAUNCH: &str = "`llmroute launch`";

/// Who needs what, and what shows that it is there.
pub(super) const NEEDS: &[(&str, &str, Kept)] = &[
    (
        "Claude Code",
        "a query after the path changes nothing",
        By(&["faults::refusals::no_path_leads_anywhere_but_to_what_is_served"]),
    ),
    (
        "Claude Code",
        "counts of tokens, which otherwise cost money",
        By(&["counting::no_failure_of_a_provider_keeps_a_count_away"]),
    ),
    (
        "Claude Code",
        "`HEAD /api/hello` may be refused",
        By(&["suffered::wire::a_greeting_is_refused_and_goes_nowhere"]),
    ),
    ("Claude Code", "a list of models with ids and names", By(&["door::models_and_health_answer_both_worlds"])),
    (
        "Claude Code",
        "a token as bearer, as `x-api-key`, or as both",
        By(&[
            "sdk:test_anthropic_sdk::test_bearer_is_as_good_as_x_api_key",
            "suffered::wire::the_token_may_come_in_both_headers",
        ]),
    ),
    (
        "Claude Code",
        "its own sign-in passes to Anthropic",
        By(&[
            "own_keys::a_client_s_own_sign_in_reaches_its_provider_as_it_came",
            "own_keys::a_refused_sign_in_is_told_in_the_provider_s_words_and_holds_against_nobody",
            "agents:test_own_keys::test_its_own_sign_in_is_passed_on",
        ]),
    ),
    (
        "Claude Code",
        "`anthropic-version` and `anthropic-beta` as they came",
        By(&[
            "door::headers_pass_by_allow_list",
            "sdk:test_anthropic_sdk::test_the_clients_version_and_betas_reach_the_same_dialect",
        ]),
    ),
    (
        "Claude Code",
        "fields nobody knows yet, and `system` as the list it is",
        By(&["door::the_same_dialect_passes_byte_for_byte_but_for_the_model"]),
    ),
    (
        "Claude Code",
        "bytes at once, pings passed on, and pings made where there are none",
        By(&[
            "faults::pings::a_client_that_waits_through_failovers_hears_pings",
            "faults::pings::pings_fill_a_silence_and_never_fall_into_an_event",
        ]),
    ),
    (
        "Claude Code",
        "errors in the provider's own words",
        By(&["wall::context_length_and_content_policy_come_back_as_they_came_from_one_attempt"]),
    ),
    (
        "Claude Code",
        "`prompt is too long` from providers of every dialect, so that it compacts",
        By(&["suffered::wire::a_prompt_that_is_too_long_is_told_in_the_words_that_make_agents_compact"]),
    ),
    ("Claude Code", "its sessions told apart", By(&["suffered::wire::a_session_is_known_by_the_header_of_its_agent"])),
    (
        "Claude Code",
        "a stop that its budget understands",
        By(&["budgets::every_dialect_is_refused_in_its_own_words_and_told_not_to_try_again"]),
    ),
    ("Claude Code", "its environment set", NotBuilt(LAUNCH)),
    (
        "Claude Code",
        "events in order, with counts that are real from the first on",
        By(&[
            "anthropic::any_input::any_order_of_blocks_becomes_a_stream_a_strict_client_reads",
            "anthropic::streams::counts_known_at_the_start_are_told_at_the_start",
            "agents:test_every_agent::test_an_answer",
        ]),
    ),
    (
        "Codex",
        "`/v1/responses` with every kind of item and tool",
        By(&[
            "agents:test_codex::test_every_kind_of_tool",
            "openai_responses::codex_patches_files_through_a_dialect_without_custom_tools",
        ]),
    ),
    (
        "Codex",
        "`response.failed` is an error",
        By(&["openai_responses::failures_are_told_as_the_sdks_and_codex_look_for_them"]),
    ),
    (
        "Codex",
        "encrypted reasoning without a stored answer",
        By(&["vault::encrypted_reasoning_comes_back_between_the_calls"]),
    ),
    ("Codex", "one item for a compaction", By(&["compaction::a_trigger_is_answered_with_exactly_one_item"])),
    ("Codex", "its provider written down, and no web socket", NotBuilt(LAUNCH)),
    (
        "Gemini CLI",
        "the methods below `/v1beta/models`, the key in its header",
        By(&[
            "gemini::door::the_model_and_the_method_are_in_the_path",
            "gemini::door::the_token_may_be_in_a_header_or_the_query_and_goes_no_further",
            "counting::the_same_dialect_is_passed_on_as_it_came",
            "beside::embeddings::a_gemini_client_gets_vectors_from_openai_and_from_gemini",
        ]),
    ),
    (
        "Gemini CLI",
        "signatures back byte for byte",
        By(&[
            "gemini::signatures_come_back_where_they_were_and_foreign_ones_never",
            "vault::a_client_of_the_targets_own_dialect_is_left_to_carry_its_own",
        ]),
    ),
    ("aider", "OpenAI's chat", By(&["sdk:test_openai_sdk::test_chat", "sdk:test_openai_sdk::test_stream"])),
    (
        "opencode",
        "chat or messages, and ids of models that stay",
        By(&["agents:test_every_agent::test_an_answer", "door::models_and_health_answer_both_worlds"]),
    ),
    (
        "Cursor",
        "a body of Responses on the path of chat",
        By(&["sdk:test_responses_sdk::test_cursor_posts_responses_to_the_chat_path"]),
    ),
    (
        "Zed, Cline, Roo, Continue, Open WebUI",
        "counts in the last chunk where they ask for them",
        By(&[
            "sdk:test_openai_sdk::test_stream_with_usage",
            "door::usage_that_the_client_did_not_ask_for_is_kept_from_it_and_still_counted",
        ]),
    ),
    (
        "every one",
        "one list of models for both worlds, and Gemini's",
        By(&["door::models_and_health_answer_both_worlds", "gemini::door::models_are_listed_in_geminis_shape"]),
    ),
    (
        "every one",
        "a subscription of their own",
        By(&[
            "own_keys::a_plan_that_is_used_up_is_followed_by_a_key_of_ours_that_never_meets_the_client_s",
            "own_keys::who_brings_no_key_is_answered_by_somebody_else",
            "own_keys::a_key_is_not_shown_to_a_vendor_whose_dialect_its_client_does_not_speak",
            "own_keys::a_vendor_that_repeats_the_key_does_not_teach_it_to_the_log",
        ]),
    ),
];
