//! How demanding a question looks, from its outside: length, code, mathematics, steps, conditions, the verb. It is a
//! hint for rules, no measurement: words are known in English only, the rest in any language.

/// Words that ask for more than an answer.
const DEMANDING: [&str; 16] = [
    "analyse",
    "analyze",
    "architecture",
    "compare",
    "debug",
    "derive",
    "design",
    "evaluate",
    "implement",
    "optimise",
    "optimize",
    "plan",
    "prove",
    "refactor",
    "rewrite",
    "why",
];
/// Words that join steps.
const STEPS: [&str; 8] = ["after", "before", "finally", "first", "next", "second", "step", "then"];
/// Words that set conditions.
const CONDITIONS: [&str; 10] =
    ["avoid", "ensure", "except", "exactly", "least", "most", "must", "never", "only", "without"];
/// What mathematics is written with.
const MATHEMATICS: [&str; 9] = ["\\frac", "\\int", "\\sum", "∫", "∑", "√", "theorem", "integral", "equation"];

/// 0 for a word of greeting to 1 for a page of work: each sign adds its share.
pub(in crate::route::rules) fn of(text: &str) -> f64 {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty()).collect();
    let count = |known: &[&str]| words.iter().filter(|it| known.contains(*it)).count();
    let share = |n: usize, full: u32| (f64::from(u32::try_from(n).unwrap_or(u32::MAX)) / f64::from(full)).min(1.0);
    let listed = text.lines().filter(|it| is_item(it.trim_start())).count();
    let code = text.contains("```") || share(text.matches(['{', '}', ';']).count(), 10) >= 1.0;
    let mathematics = MATHEMATICS.iter().any(|it| lower.contains(it));
    let yes = |it: bool| if it { 1.0 } else { 0.0 };
    let score = 0.25 * share(words.len(), 400)
        + 0.15 * yes(code)
        + 0.15 * yes(mathematics)
        + 0.15 * share(count(&STEPS), 4)
        + 0.10 * share(count(&CONDITIONS), 4)
        + 0.05 * share(listed, 5)
        + 0.15 * share(count(&DEMANDING), 2);
    score.clamp(0.0, 1.0)
}

/// `- this` or `3. this`.
fn is_item(line: &str) -> bool {
    let digits = line.trim_start_matches(|it: char| it.is_ascii_digit());
    line.starts_with("- ") || line.starts_with("* ") || (digits.len() < line.len() && digits.starts_with(['.', ')']))
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn work_looks_harder_than_a_greeting() {
        let greeting = of("hi there");
        let question = of("What is the capital of Australia?");
        let work =
            of("First analyze this function, then refactor it so that it never allocates:\n```rust\nfn f() {}\n```\n\
             - it must keep its name\n- only safe code\nFinally prove that it terminates, step by step.");
        assert!(greeting < 0.02 && question < 0.05, "{greeting} {question}");
        assert!(work > 0.5 && work <= 1.0, "{work}");
        assert!(of("") < f64::EPSILON);
        let page = "then must analyze prove equation ```\n- x\n".repeat(500);
        assert!((of(&page) - 1.0).abs() < 1e-9, "it has a ceiling: {}", of(&page));
    }
}
