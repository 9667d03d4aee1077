//! wire.md §5, line by line.

use super::Kept::{self, By, NotBuilt};

/// Number on the page, what happened to whom, and what keeps it from happening.
pub(super) const LINES: &[(u8, &str, Kept)] = &[
    (
        1,
        "litellm #26672: a key spent $99 of $30",
        By(&["budgets::crowds::failures_panics_and_clients_that_leave_do_not_overspend_or_leak"]),
    ),
    (
        2,
        "litellm #34732: concurrent first requests pass the budget",
        By(&["budgets::crowds::two_hundred_at_once_at_99_percent_of_a_budget_overshoot_by_nothing"]),
    ),
    (
        3,
        "litellm #36926: leaked reservations refuse at 0.4 % of use",
        By(&[
            "budgets::crowds::failures_panics_and_clients_that_leave_do_not_overspend_or_leak",
            "src:engine::purse::tests::what_a_panic_drops_is_free_again",
        ]),
    ),
    (
        4,
        "litellm #11083: an end user's budget is never enforced",
        By(&["budgets::a_virtual_key_its_team_and_its_customer_have_budgets_of_their_own"]),
    ),
    (
        5,
        "litellm #20615: a wrong price locks the user out",
        By(&[
            "budgets::without_a_price_nothing_is_let_through_that_a_hard_budget_counts",
            "src:engine::purse::tests::a_lifted_budget_lets_through_and_counts_on",
        ]),
    ),
    (
        6,
        "new-api #5235: a disconnect refunds the whole charge",
        By(&[
            "faults::leaving::a_client_that_leaves_in_the_middle_ends_the_call",
            "faults::leaving::what_a_provider_bills_anyway_is_read_to_its_end",
        ]),
    ),
    (
        7,
        "sub2api #4408: a disconnect before the first token is billed in full",
        By(&["suffered::money::a_client_that_leaves_before_the_first_token_is_not_charged_for_an_answer"]),
    ),
    (
        8,
        "litellm #11789: streamed cache reads are billed seven times",
        By(&["suffered::money::cached_tokens_are_billed_once_streamed_and_not"]),
    ),
    (
        9,
        "litellm #9812, #42663: cache writes are doubled, or booked too low",
        By(&[
            "suffered::money::cached_tokens_are_billed_once_streamed_and_not",
            "src:catalog::prices::tests::caches_of_both_lifetimes",
        ]),
    ),
    (10, "litellm #40006: a custom price is doubled", By(&["suffered::money::a_price_of_ones_own_is_charged_once"])),
    (
        11,
        "the price map breaks and everything costs nothing",
        By(&[
            "src:catalog::prices::tests::a_table_that_is_none_is_refused",
            "src:catalog::prices::tests::a_provider_that_is_none_is_refused_alone_and_once",
            "src:catalog::prices::tests::unknown_is_none",
        ]),
    ),
    (
        12,
        "OmniRoute #12341: an alias costs nothing, so no budget trips",
        By(&["suffered::money::an_alias_costs_what_its_target_costs"]),
    ),
    (
        13,
        "agentgateway #3302: a budget is charged only after the reply",
        By(&["budgets::keeping::a_request_over_midnight_is_of_the_day_it_began_on_once"]),
    ),
    (
        14,
        "agent-framework #7143, agentgateway #2977: counts of a stream are summed twice, or its last ones ignored",
        By(&["src:wire::anthropic::usage::later_counts_replace_earlier_ones"]),
    ),
    (
        15,
        "llmgateway #3264: streams of Claude on Vertex lose their counts",
        By(&["providers::clouds::a_stream_of_claude_on_vertex_keeps_its_counts"]),
    ),
    (
        16,
        "litellm #40404: a cut, a stall or a bad chunk, and the fallback gets no request",
        By(&[
            "wall::invalid_json_before_content_is_absorbed",
            "wall::silence_before_and_after_the_headers_is_absorbed",
            "wall::a_reset_before_and_after_the_request_is_absorbed",
            "wall::an_error_event_before_content_is_absorbed",
        ]),
    ),
    (
        17,
        "Portkey #1797: a cut stream ends as if it were whole",
        By(&["wall::a_stream_cut_after_content_is_told_and_never_ends_well", "wall::a_missing_terminal_event_is_told"]),
    ),
    (
        18,
        "litellm #19909, livekit #6171: the deadline begins with the first chunk, and keep-alives put it off",
        By(&[
            "wall::silence_before_and_after_the_headers_is_absorbed",
            "suffered::failover::keep_alives_before_any_content_put_no_deadline_off",
            "faults::pings::an_upstream_that_only_says_that_it_lives_times_out",
        ]),
    ),
    (
        19,
        "litellm #28216, #25843: responses and streams pass by the fallbacks",
        By(&["wall::a_500_is_absorbed", "suffered::failover::a_stream_goes_on_to_the_next_key_too"]),
    ),
    (20, "GoModel #947, mnfst #2709: an empty 200 is a success", By(&["wall::an_empty_200_is_absorbed"])),
    (
        21,
        "Portkey #267: a 200 that says `Network connection lost`",
        By(&["suffered::failover::a_200_that_says_the_connection_was_lost_is_no_answer"]),
    ),
    (
        22,
        "OrcaRouter-Lite #115: streams die midway",
        By(&[
            "wall::a_stream_cut_after_content_is_told_and_never_ends_well",
            "wall::an_error_event_after_content_is_told",
        ]),
    ),
    (
        23,
        "new-api #6594: `response.failed` is kept as a success and what clings to it",
        By(&["wall::an_error_event_before_content_is_absorbed", "wall::an_error_event_after_content_is_told"]),
    ),
    (
        24,
        "model-hotel #803: an error frame wins the hedge",
        By(&["hedging::a_hedge_that_fails_makes_room_for_the_next"]),
    ),
    (
        25,
        "litellm #20268: one that is slow holds up everybody",
        By(&["faults::pressure::a_client_that_reads_slowly_holds_its_provider_back_and_nobody_else"]),
    ),
    (
        26,
        "claude-code #72492: a lost connection ends the turn",
        By(&[
            "resume::a_cut_answer_is_gone_on_with_from_every_dialect_to_every_dialect",
            "resume::cuts::however_it_is_cut",
        ]),
    ),
    (
        27,
        "litellm #25321 and others: tool input is dropped in streams of messages",
        By(&[
            "cross_dialect::streams_say_the_same_in_the_other_dialect",
            "properties::replies::what_a_stream_says_is_read_as_it_was_written",
            "agents:test_every_agent::test_a_tool_is_run",
        ]),
    ),
    (
        28,
        "litellm #13373: `Content block not found`",
        By(&["anthropic::any_input::any_order_of_blocks_becomes_a_stream_a_strict_client_reads"]),
    ),
    (
        29,
        "vercel/ai #17326: a message begins with counts of zero, and counting is a 404",
        By(&[
            "anthropic::streams::counts_known_at_the_start_are_told_at_the_start",
            "gemini::the_size_of_the_prompt_is_told_before_the_first_text",
            "counting::whoever_does_not_count_is_guessed_at",
        ]),
    ),
    (30, "mlflow #25897: no `event: error`", By(&["wall::an_error_event_after_content_is_told"])),
    (31, "OmniRoute #2504: Gemini's signatures are lost", By(&["vault::a_gemini_thought_signature_is_not_lost"])),
    (
        32,
        "claude-mem #3198, oh-my-pi #7241: a foreign signature is sent, or unsigned thinking becomes text",
        By(&[
            "vault::after_a_failover_in_the_middle_nobody_gets_what_another_made",
            "suffered::wire::unsigned_thinking_never_becomes_something_the_model_said",
        ]),
    ),
    (
        33,
        "CLIProxyAPI #4848: a compaction is not exactly one item; a web socket is tried again and again",
        By(&[
            "compaction::a_trigger_is_answered_with_exactly_one_item",
            "suffered::wire::a_web_socket_is_refused_once_and_for_all",
        ]),
    ),
    (
        34,
        "codex #11698: a web socket ignores the base URL",
        By(&["suffered::wire::a_web_socket_is_refused_once_and_for_all", "agents:test_every_agent::test_an_answer"]),
    ),
    (
        35,
        "copilot-api #134: a count too low, and a compaction too late",
        By(&["estimates::guesses_are_near_what_providers_count_and_seldom_below"]),
    ),
    (
        36,
        "OmniRoute #1628: `reasoning_content` must be passed back",
        By(&["vault::reasoning_content_is_passed_back_for_clients_that_drop_it"]),
    ),
    (37, "dario #1066: empty texts kill a session", By(&["vault::empty_text_blocks_do_not_kill_a_session"])),
    (
        38,
        "litellm #38689: the first byte waits for the answer's end",
        By(&["suffered::failover::the_first_words_do_not_wait_for_the_last"]),
    ),
    (39, "litellm #9844: the key of a cache leaves fields out", NotBuilt("a cache of answers")),
    (
        40,
        "agentgateway #2572: balancing throws a provider's prompt cache away",
        By(&["affinity::conversations_are_drawn_once_and_then_stay_whatever_their_client_speaks"]),
    ),
    (
        41,
        "litellm #38193: gigabytes of memory",
        By(&[
            "faults::pressure::what_has_no_bound_before_any_content_goes_elsewhere",
            "faults::pressure::an_event_of_64_mib_is_relayed_while_it_comes",
            "faults::leaving::a_thousand_clients_that_leave_leave_nothing_behind",
        ]),
    ),
    (
        42,
        "litellm #41499: gigabytes of rows",
        By(&[
            "suffered::money::a_row_holds_nothing_of_what_was_said",
            "src:store::responses::what_is_old_or_too_much_goes",
            "src:store::vault::what_is_old_or_too_much_goes_and_what_is_used_stays",
        ]),
    ),
    (
        43,
        "OmniRoute #1101, #14060: a file that grows and breaks",
        By(&[
            "src:store::migrations::a_step_that_fails_leaves_the_file_as_it_was",
            "kill::killed_under_load_it_loses_no_answer_and_counts_none_twice",
        ]),
    ),
    (
        44,
        "litellm #2677, #4583: four seconds to start, and no SQLite",
        By(&["src:engine::prices::nothing_is_read_for_providers_that_cannot_be_asked"]),
    ),
    (
        45,
        "the incidents of 2026: what others' code is let near a key",
        By(&[
            "floors::outside_crates_stay_with_their_owners",
            "floors::secrets_output_and_provider_names_stay_where_they_belong",
        ]),
    ),
    (
        46,
        "litellm #8075, #31620: keys in traces and logs",
        By(&[
            "faults::canary::a_key_that_is_echoed_reaches_no_log_no_screen_and_no_file_of_the_program",
            "gemini::door::the_token_may_be_in_a_header_or_the_query_and_goes_no_further",
        ]),
    ),
    (
        47,
        "gproxy, new-api: a key that everybody knows",
        By(&[
            "config::a_token_and_a_master_key_made_by_many_at_once_are_one",
            "door::the_token_is_needed_and_goes_no_further",
        ]),
    ),
    (
        48,
        "OmniRoute #7047: bound to every address",
        By(&["suffered::wire::nobody_is_heard_but_this_machine", "door::only_exact_hosts_are_served"]),
    ),
    (49, "librefang #7757: the wrong tier for tools and other languages", NotBuilt("routing by what is asked")),
    (
        50,
        "hermes #66860: routing breaks the prompt cache",
        By(&[
            "affinity::it_goes_where_that_is_cheaper_including_the_cache_and_the_record_has_both_sums",
            "simulation::caches::by_price_an_hour_costs_no_more_than_with_the_best_provider_for_all_of_it",
        ]),
    ),
    (51, "qwen-code #348: the same model, worse at a cheap host", NotBuilt("routing by quality")),
    (52, "tensorzero #2907: no fallback from model to model", By(&["suffered::failover::another_model_takes_over"])),
];
