//! Bars and a small chart in block glyphs. Drawn for terminals only; the callers print figures instead when piped.

const EIGHTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A bar of `fraction` (0 to 1) of `cells` columns, to an eighth of a column, padded to `cells`. Anything above zero
/// shows at least the thinnest stroke.
#[must_use]
pub fn bar(fraction: f64, cells: usize) -> String {
    let eighths = steps(fraction, cells * 8);
    let mut out: String = std::iter::repeat_n('█', eighths / 8).collect();
    if let Some(rest) = (eighths % 8).checked_sub(1) {
        out.extend(EIGHTHS.get(rest));
    }
    let used = out.chars().count();
    out.extend(std::iter::repeat_n(' ', cells.saturating_sub(used)));
    out
}

/// One column for each value, in `rows` lines, the top line first. The largest value fills them.
#[must_use]
pub fn columns(values: &[f64], rows: usize) -> Vec<String> {
    let top = values.iter().copied().fold(0.0, f64::max);
    let heights: Vec<usize> = values.iter().map(|it| if top > 0.0 { steps(it / top, rows * 8) } else { 0 }).collect();
    (0..rows)
        .rev()
        .map(|row| {
            let glyphs: Vec<String> = heights
                .iter()
                .map(|height| match height.saturating_sub(row * 8).min(8).checked_sub(1) {
                    Some(level) => LEVELS.get(level).copied().unwrap_or('█').to_string(),
                    None => " ".to_owned(),
                })
                .collect();
            glyphs.join(" ").trim_end().to_owned()
        })
        .collect()
}

/// How many of `most` steps a fraction fills.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "0..=most")]
fn steps(fraction: f64, most: usize) -> usize {
    if fraction.is_nan() || fraction <= 0.0 {
        return 0;
    }
    ((fraction.min(1.0) * most as f64).round() as usize).clamp(1, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars() {
        assert_eq!(bar(1.0, 4), "████");
        assert_eq!(bar(0.5, 4), "██  ");
        assert_eq!(bar(0.001, 4), "▏   ");
        assert_eq!(bar(0.0, 4), "    ");
        assert_eq!(bar(f64::NAN, 4), "    ");
        assert_eq!(bar(7.0, 2), "██");
    }

    #[test]
    fn charts() {
        assert_eq!(columns(&[1.0, 2.0, 0.0, 4.0], 2), ["      █", "▄ █   █"]);
        assert_eq!(columns(&[0.0, 0.0], 1), [""]);
        assert!(columns(&[], 2).iter().all(String::is_empty));
    }
}
