//! The screens of `stats`.

use std::time::Duration;

use crate::cli::stats::report::{Day, Line, Report};
use crate::cli::view::table::{Table, left, right};
use crate::cli::view::{BOLD, Frame, amounts, bars, paint, safe};
use crate::domain::money::Usd;

/// Columns of a bar in the column SHARE.
const BAR: usize = 10;
/// The most days that a chart shows side by side with their names.
const NAMED_DAYS: usize = 10;

/// The whole screen; `brief` is the one line of `stats today`.
pub(super) fn screen(report: &Report, frame: Frame, brief: bool) -> String {
    if report.totals.requests == 0 {
        return format!("no requests since {}", report.span.from.get(..10).unwrap_or(&report.span.from));
    }
    if brief {
        return today(report);
    }
    let mut parts = vec![headline(&report.totals)];
    if report.days.len() > 1 {
        parts.push(chart(&report.days, frame));
    }
    parts.push(if report.by == "error" { errors(report, frame) } else { rows(report, frame) });
    parts.extend(rescued(&report.totals));
    parts.extend(added(&report.totals));
    parts.retain(|it| !it.is_empty());
    parts.join("\n")
}

/// `412 requests · $6.42 · 3 rescued · first 0.63s p50 · busiest claude-code $4.90`
fn today(report: &Report) -> String {
    let totals = &report.totals;
    let mut parts = vec![amounts::plural(totals.requests, "request", "requests"), cost(totals)];
    if totals.rescued > 0 {
        parts.push(format!("{} rescued", amounts::count(totals.rescued)));
    }
    if totals.failed + totals.cut > 0 {
        parts.push(format!("{} failed", amounts::count(totals.failed + totals.cut)));
    }
    if let Some(p50) = totals.ttft_seconds.p50 {
        parts.push(format!("first {} p50", amounts::duration(Duration::from_secs_f64(p50))));
    }
    if let Some(busiest) = &report.busiest_client {
        let cost = if busiest.cost_usd.is_some() { busiest.spent.to_string() } else { amounts::UNKNOWN.to_owned() };
        parts.push(format!("busiest {} {cost}", safe::line(&busiest.client)));
    }
    parts.join(" · ")
}

/// `2,841 requests · 41.2M in (72% cache-read) · 1.63M out · $46.18 metered · 0 unpriced`
fn headline(totals: &Line) -> String {
    let mut input = format!("{} in", amounts::tokens(totals.input_tokens));
    if totals.cache_read_tokens > 0 {
        let share = fraction(totals.cache_read_tokens, totals.input_tokens);
        input.extend([" (", &amounts::share(share), " cache-read)"]);
    }
    let mut parts = vec![
        amounts::plural(totals.requests, "request", "requests"),
        input,
        format!("{} out", amounts::tokens(totals.output_tokens)),
        format!("{} metered", cost(totals)),
    ];
    if totals.subscription_answers > 0 {
        parts.push(format!("{} on subscription", amounts::count(totals.subscription_answers)));
    }
    if totals.in_doubt_attempts > 0 {
        let most = totals.in_doubt_at_most_usd.and_then(Usd::from_dollars);
        let most = most.map_or_else(String::new, |it| format!(" (at most {it})"));
        parts.push(format!("{} in doubt{most}", amounts::count(totals.in_doubt_attempts)));
    }
    parts.push(format!("{} unpriced", amounts::count(totals.unpriced_attempts)));
    paint(BOLD, &parts.join(" · "))
}

/// Money of a line: `?` where none of it is known, `+?` where some is not, `~` where some was estimated.
fn cost(line: &Line) -> String {
    let about = if line.cost_estimated_usd > 0.0 { "~" } else { "" };
    match (line.cost_usd, line.unpriced_attempts) {
        (None, _) => amounts::UNKNOWN.to_owned(),
        (Some(_), 0) => format!("{about}{}", line.spent),
        (Some(_), _) => format!("{about}{}+?", line.spent),
    }
}

/// The cost cell of a row, which says so where money does not apply.
fn cost_cell(line: &Line) -> String {
    let nothing = line.spent == Usd::ZERO && line.unpriced_attempts == 0 && line.in_doubt_attempts == 0;
    match (nothing, line.free_answers, line.subscription_answers) {
        (true, 1.., _) => "free".to_owned(),
        (true, 0, 1..) => "flat fee".to_owned(),
        _ => cost(line),
    }
}

fn chart(days: &[Day], frame: Frame) -> String {
    let told = |it: &Day| {
        let cost = if it.cost_usd.is_some() { format!("{:.2}", it.spent.dollars()) } else { "?".to_owned() };
        format!("{} {cost}", it.weekday)
    };
    let names = if days.len() <= NAMED_DAYS {
        days.iter().map(told).collect::<Vec<_>>().join("  ")
    } else {
        let ends = [days.first(), days.last()];
        ends.into_iter().flatten().map(|it| it.date.as_str()).collect::<Vec<_>>().join(" to ")
    };
    let top = days.iter().map(|it| it.spent).max().unwrap_or_default();
    let room = frame.columns.map_or(0, usize::from);
    if top == Usd::ZERO || room < days.len() * 2 + 10 {
        return if top == Usd::ZERO { String::new() } else { names };
    }
    let values: Vec<f64> = days.iter().map(|it| it.spent.dollars()).collect();
    let drawn = bars::columns(&values, 2);
    let label = top.to_string();
    let width = label.chars().count();
    let body = days.len() * 2;
    let mut lines = Vec::new();
    for (at, line) in drawn.iter().enumerate() {
        let name = if at == 0 { label.as_str() } else { "0" };
        let beside = if at == 0 { names.as_str() } else { "" };
        lines.push(format!(" {name:>width$} ┤{line:<body$}    {beside}").trim_end().to_owned());
    }
    if let Some(first) = lines.first_mut()
        && first.chars().count() > room
    {
        // The names do not fit beside the chart: they go below it.
        *first = format!(" {label:>width$} ┤{}", drawn.first().map_or("", String::as_str));
        lines.push(format!(" {names}"));
    }
    lines.join("\n")
}

fn rows(report: &Report, frame: Frame) -> String {
    let mut table = Table::new(&[
        left(title(report.by)),
        right("REQ"),
        right("IN").wide(),
        right("OUT").wide(),
        right("COST"),
        left("SHARE").wide(),
        left("TTFT p50/p95/p99").wide(),
        right("1ST OK"),
    ]);
    let whole = report.totals.spent;
    for line in &report.rows {
        let share = if whole == Usd::ZERO { 0.0 } else { line.spent.dollars() / whole.dollars() };
        let shown = if line.spent == Usd::ZERO { amounts::NONE.to_owned() } else { amounts::share(share) };
        let shown = if frame.draws() { format!("{} {shown:>4}", bars::bar(share, BAR)) } else { shown };
        table.row([
            line.name.clone().unwrap_or_else(|| amounts::NONE.to_owned()),
            amounts::count(line.requests),
            amounts::tokens(line.input_tokens),
            amounts::tokens(line.output_tokens),
            cost_cell(line),
            shown,
            ttft(line),
            amounts::percent(line.first_attempts_ok, line.first_attempts),
        ]);
    }
    if report.rows.is_empty() { String::new() } else { table.draw(frame) }
}

fn title(by: &str) -> &'static str {
    match by {
        "provider" => "PROVIDER",
        "key" => "KEY",
        "client" => "CLIENT",
        "session" => "SESSION",
        "group" => "GROUP",
        "day" => "DAY",
        "hour" => "HOUR",
        _ => "MODEL",
    }
}

/// `0.62 / 1.4 / 3.9s`
fn ttft(line: &Line) -> String {
    let it = &line.ttft_seconds;
    let figures = [it.p50, it.p95, it.p99];
    let last = figures.iter().rposition(Option::is_some);
    let shown = figures.iter().enumerate().map(|(at, it)| {
        let unit = if Some(at) == last { "s" } else { "" };
        amounts::seconds(it.map(Duration::from_secs_f64)) + unit
    });
    if last.is_none() { amounts::NONE.to_owned() } else { shown.collect::<Vec<_>>().join(" / ") }
}

fn errors(report: &Report, frame: Frame) -> String {
    if report.errors.is_empty() {
        return "no errors".to_owned();
    }
    let mut table = Table::new(&[left("ERROR"), left("CLASS"), right("ATTEMPTS"), right("REQUESTS")]);
    for error in &report.errors {
        table.row([
            error.code.clone(),
            error.kind.clone(),
            amounts::count(error.attempts),
            amounts::count(error.requests),
        ]);
    }
    table.draw(frame)
}

/// `SAVED  33 of 37 failing requests rescued by failover: success 99.86% seen by clients, 98.70% without`
fn rescued(totals: &Line) -> Option<String> {
    if totals.failing == 0 {
        return None;
    }
    // Requests that could succeed: not those that were wrong in themselves, and not those the client left.
    let fair = totals.answered + totals.failed + totals.cut;
    let failing = amounts::plural(totals.failing, "failing request", "failing requests");
    if totals.rescued == 0 {
        return Some(format!("FAILED {failing} of {}: llmroute stats --by error", amounts::count(fair)));
    }
    let percent = |n: u64| format!("{:.2}%", fraction(n, fair) * 100.0);
    Some(format!(
        "SAVED  {} of {failing} rescued by failover: success {} seen by clients, {} without",
        amounts::count(totals.rescued),
        percent(totals.answered),
        percent(totals.answered.saturating_sub(totals.rescued)),
    ))
}

/// `proxy added 0.6 ms p50, 2.9 p99`
fn added(totals: &Line) -> Option<String> {
    let it = &totals.overhead_seconds;
    let millis = |it: f64| format!("{:.1}", it * 1e3);
    let tail = it.p99.map(|it| format!(", {} p99", millis(it))).unwrap_or_default();
    Some(format!("proxy added {} ms p50{tail}", millis(it.p50?)))
}

#[expect(clippy::cast_precision_loss, reason = "a share for display")]
fn fraction(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::cli::stats::{Rows, Span};
    use crate::domain::clock::Stamp;
    use crate::store::stats::{FirstTries, Money, Percentiles, Range, Requests, StatsReport, StatsRow, Sums, Tokens};

    fn sums(requests: u64, dollars: f64, unpriced: u64) -> Sums {
        Sums {
            requests: Requests { all: requests, ok: requests, rescued: 1, failing: 1, ..Requests::default() },
            tokens: Tokens { input: 41_200_000, cache_read: 29_664_000, output: 1_630_000, reasoning: 0 },
            money: Money { exact: Usd::from_dollars(dollars).unwrap(), unpriced, ..Money::default() },
            first: FirstTries { all: requests, ok: requests - 1 },
            ttft: Percentiles { n: requests, p50: Some(620_000), p95: Some(1_400_000), p99: None },
            total: Percentiles::default(),
            overhead: Percentiles { n: requests, p50: Some(640), p95: Some(1_100), p99: Some(2_900) },
        }
    }

    fn report() -> Report {
        let range = Range { from: Stamp(1_795_305_600_000_000), to: Stamp(1_795_478_400_000_000) };
        let span = Span { name: "7d".into(), range, zone: TimeZone::UTC };
        let of = |rows| StatsReport { range, open: 0, totals: sums(2_841, 46.18, 0), rows, errors: Vec::new() };
        let row = |name: &str, start, sums| StatsRow { name: Some(name.into()), start, sums };
        let models = vec![row("a/sonnet", None, sums(1_204, 29.4, 0)), row("b/odd", None, sums(7, 0.0, 7))];
        let day = |at: i64| Some(Stamp(range.from.0 + at * 86_400_000_000));
        let days = vec![row("2026-11-22", day(0), sums(9, 4.0, 0)), row("2026-11-23", day(1), sums(9, 8.0, 0))];
        let clients = vec![row("python", None, sums(9, 4.9, 0))];
        Report::new(&span, Rows::Model, &of(models), &of(days), &of(clients))
    }

    fn plain(report: &Report, frame: Frame, brief: bool) -> String {
        anstream::adapter::strip_str(&screen(report, frame, brief)).to_string()
    }

    #[test]
    fn a_week_on_a_wide_terminal() {
        let shown = plain(&report(), Frame { columns: Some(120) }, false);
        let expected = "\
2,841 requests · 41.2M in (72% cache-read) · 1.63M out · $46.18 metered · 0 unpriced
 $8.00 ┤  █     Sun 4.00  Mon 8.00
     0 ┤█ █
MODEL       REQ     IN    OUT    COST  SHARE            TTFT p50/p95/p99  1ST OK
a/sonnet  1,204  41.2M  1.63M  $29.40  ██████▍     64%  0.62 / 1.4s / –    99.9%
b/odd         7  41.2M  1.63M       ?                –  0.62 / 1.4s / –    85.7%
SAVED  1 of 1 failing request rescued by failover: success 100.00% seen by clients, 99.96% without
proxy added 0.6 ms p50, 2.9 p99";
        assert_eq!(shown, expected, "\n{shown}");
    }

    #[test]
    fn piped_it_has_no_bars() {
        let shown = plain(&report(), Frame::PIPED, false);
        assert!(!shown.contains('█') && !shown.contains('┤'), "{shown}");
        assert!(shown.contains("Sun 4.00  Mon 8.00"), "{shown}");
    }

    #[test]
    fn today_is_one_line() {
        let shown = plain(&report(), Frame::PIPED, true);
        assert_eq!(shown, "2,841 requests · $46.18 · 1 rescued · first 0.62s p50 · busiest python $4.90");
    }
}
