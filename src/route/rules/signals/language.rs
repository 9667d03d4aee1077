//! Which language a text is in: by its script where that says it, else by the small words of languages in Latin and
//! Cyrillic letters. Ten words are enough for most texts; of two or three nothing is claimed.

/// Characters that are looked at.
const MOST: usize = 2_000;
/// Small words that must be found before a language in Latin or Cyrillic letters is named.
const ENOUGH: usize = 2;

/// Small words that are frequent in one language and rare in the others. Where two are written alike, both have it.
const WORDS: [(&str, &[&str]); 13] = [
    (
        "en",
        &["the", "and", "is", "of", "to", "that", "what", "with", "this", "you", "are", "how", "please", "for", "it"],
    ),
    (
        "de",
        &["der", "die", "und", "ist", "das", "nicht", "ein", "eine", "mit", "auf", "wie", "was", "ich", "für", "zu"],
    ),
    ("fr", &["le", "les", "et", "est", "une", "des", "que", "pour", "dans", "vous", "je", "pas", "qui", "sur", "avec"]),
    ("es", &["el", "los", "y", "es", "una", "que", "por", "para", "con", "como", "qué", "del", "las", "está", "mi"]),
    ("it", &["il", "gli", "e", "è", "una", "che", "per", "con", "di", "come", "non", "sono", "della", "mi", "questo"]),
    ("pt", &["o", "os", "e", "é", "uma", "que", "por", "para", "com", "como", "não", "você", "do", "da", "em"]),
    ("nl", &["de", "het", "en", "is", "een", "dat", "niet", "van", "voor", "met", "hoe", "wat", "ik", "op", "zijn"]),
    ("pl", &["i", "w", "nie", "się", "na", "jest", "to", "że", "jak", "co", "dla", "czy", "mi", "z", "proszę"]),
    ("sv", &["och", "är", "en", "ett", "att", "det", "som", "inte", "på", "för", "jag", "hur", "vad", "med", "av"]),
    (
        "tr",
        &["bir", "ve", "bu", "için", "ne", "mi", "nasıl", "değil", "ile", "da", "de", "çok", "var", "ben", "olarak"],
    ),
    ("cs", &["a", "je", "se", "na", "to", "že", "jak", "co", "pro", "není", "jsem", "který", "si", "by", "mi"]),
    ("ru", &["и", "в", "не", "на", "что", "как", "это", "с", "я", "для", "по", "мне", "ты", "он", "из"]),
    ("uk", &["і", "в", "не", "на", "що", "як", "це", "з", "я", "для", "та", "мені", "є", "від", "до"]),
];

/// Its ISO 639-1 code; empty where it cannot be told.
pub(in crate::route::rules) fn of(text: &str) -> &'static str {
    let looked_at: String = text.chars().take(MOST).collect();
    let letters = looked_at.chars().filter(|it| it.is_alphabetic()).count();
    let of_script = |is: Script| looked_at.chars().filter(|it| is(*it)).count() * 3 > letters.max(1);
    if letters == 0 {
        return "";
    }
    // Japanese is told from Chinese by its syllables, which are a good part of any of its sentences.
    if looked_at.chars().filter(|it| is_kana(*it)).count() * 10 > letters {
        return "ja";
    }
    let scripts: [(&str, Script); 8] = [
        ("ko", |it| matches!(it, '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7af}')),
        ("zh", |it| matches!(it, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')),
        ("ar", |it| matches!(it, '\u{0600}'..='\u{06ff}')),
        ("he", |it| matches!(it, '\u{0590}'..='\u{05ff}')),
        ("el", |it| matches!(it, '\u{0370}'..='\u{03ff}')),
        ("hi", |it| matches!(it, '\u{0900}'..='\u{097f}')),
        ("th", |it| matches!(it, '\u{0e00}'..='\u{0e7f}')),
        ("bn", |it| matches!(it, '\u{0980}'..='\u{09ff}')),
    ];
    if let Some((code, _)) = scripts.iter().find(|it| of_script(it.1)) {
        return code;
    }
    by_words(&looked_at.to_lowercase())
}

/// Whether a character belongs to it.
type Script = fn(char) -> bool;

fn is_kana(it: char) -> bool {
    matches!(it, '\u{3040}'..='\u{30ff}')
}

fn by_words(lower: &str) -> &'static str {
    let mut found = [0usize; WORDS.len()];
    for word in lower.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty()) {
        for (n, (_, words)) in found.iter_mut().zip(&WORDS) {
            *n += usize::from(words.contains(&word));
        }
    }
    let best = found.iter().copied().max().unwrap_or(0);
    let mut leaders = WORDS.iter().zip(found).filter(|it| it.1 == best).map(|it| it.0.0);
    match (leaders.next(), leaders.next()) {
        (Some(code), None) if best >= ENOUGH => code,
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn languages_are_told_from_one_another() {
        for (text, code) in [
            ("What is the capital of Australia, and how far is it from Sydney?", "en"),
            ("Was ist die Hauptstadt von Australien und wie weit ist es bis Sydney?", "de"),
            ("Quelle est la capitale de l'Australie et comment y aller avec les enfants ?", "fr"),
            ("¿Cuál es la capital de Australia y como puedo llegar con los niños?", "es"),
            ("Qual è la capitale che hanno scelto per il paese, e come sono gli abitanti?", "it"),
            ("Qual é a capital da Austrália? Não sei como você faz para chegar em Sydney.", "pt"),
            ("Wat is de hoofdstad van het land, en hoe ver is het niet van Sydney?", "nl"),
            ("Jaka jest stolica Australii i co to jest? Nie wiem, jak się nazywa.", "pl"),
            ("Vad är huvudstaden i landet och hur långt är det att resa på en dag?", "sv"),
            ("Какая столица у этой страны и как это далеко? Я не знаю, что делать.", "ru"),
            ("Яка столиця цієї країни і як це далеко? Я не знаю, що робити, та це є важливо.", "uk"),
            ("オーストラリアの首都はどこですか", "ja"),
            ("澳大利亚的首都是哪里", "zh"),
            ("호주의 수도는 어디입니까", "ko"),
            ("ما هي عاصمة أستراليا", "ar"),
            ("Ποια είναι η πρωτεύουσα", "el"),
            ("", ""),
            ("12345 !!", ""),
            ("ok", ""),
            ("fn main() { println!(\"{x}\"); }", ""),
        ] {
            assert_eq!(of(text), code, "{text}");
        }
    }
}
