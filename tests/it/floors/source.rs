//! Rust source as tokens: enough of the grammar to find paths, macros and string literals, and to tell test code
//! from the rest. Comments vanish here, so that documentation may name whatever it likes.

use std::collections::BTreeSet;

/// A piece of source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name or keyword.
    Word(String),
    /// The two colons of a path.
    Colons,
    /// A string literal's text, escapes untouched.
    Text(String),
    /// Any other single character.
    Sign(char),
}

/// A piece of source and where it is.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: Kind,
    /// Its line, from 1.
    pub(crate) line: usize,
    /// It belongs to an item marked `#[cfg(test)]`.
    pub(crate) test: bool,
}

impl Token {
    /// Whether this is the name or keyword `word`.
    pub(crate) fn is_word(&self, word: &str) -> bool {
        self.word() == Some(word)
    }

    /// Whether this is the character `sign`.
    pub(crate) fn is_sign(&self, sign: char) -> bool {
        self.kind == Kind::Sign(sign)
    }

    /// The name, if this is one.
    pub(crate) fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(it) => Some(it),
            _ => None,
        }
    }
}

/// A path that starts at the crate's root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rooted {
    /// The first name after the root: a room.
    pub(crate) room: String,
    /// Where it is written.
    pub(crate) line: usize,
}

/// Splits source into tokens and marks the test items.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let mut reader = Reader { chars: &chars, at: 0, line: 1, found: Vec::new() };
    while reader.at < reader.chars.len() {
        reader.step();
    }
    let mut found = reader.found;
    mark_tests(&mut found);
    found
}

struct Reader<'a> {
    chars: &'a [char],
    at: usize,
    line: usize,
    found: Vec<Token>,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn skip(&mut self, count: usize) {
        let end = (self.at + count).min(self.chars.len());
        self.line += self.chars[self.at..end].iter().filter(|it| **it == '\n').count();
        self.at = end;
    }

    fn push(&mut self, kind: Kind, line: usize) {
        self.found.push(Token { kind, line, test: false });
    }

    fn step(&mut self) {
        let line = self.line;
        match (self.peek(0), self.peek(1)) {
            (c, _) if c.is_whitespace() => self.skip(1),
            ('/', '/') => self.skip(self.chars[self.at..].iter().take_while(|it| **it != '\n').count()),
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(),
            ('b' | 'c', '"') => {
                self.skip(1);
                self.string();
            }
            ('r', '"' | '#') if self.raw_string(1) => {}
            ('b' | 'c', 'r') if matches!(self.peek(2), '"' | '#') && self.raw_string(2) => {}
            ('\'', _) => self.quote(),
            (':', ':') => {
                self.skip(2);
                self.push(Kind::Colons, line);
            }
            (c, _) if c.is_alphanumeric() || c == '_' => {
                let length = self.chars[self.at..].iter().take_while(|it| it.is_alphanumeric() || **it == '_').count();
                let word = self.chars[self.at..self.at + length].iter().collect();
                self.skip(length);
                self.push(Kind::Word(word), line);
            }
            (c, _) => {
                self.skip(1);
                self.push(Kind::Sign(c), line);
            }
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        loop {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => {
                    depth += 1;
                    self.skip(2);
                }
                ('*', '/') => {
                    depth -= 1;
                    self.skip(2);
                }
                _ => self.skip(1),
            }
            if depth == 0 || self.at >= self.chars.len() {
                return;
            }
        }
    }

    /// A string that starts at the quote under the cursor.
    fn string(&mut self) {
        let line = self.line;
        self.skip(1);
        let mut text = String::new();
        while self.at < self.chars.len() && self.peek(0) != '"' {
            if self.peek(0) == '\\' {
                text.push('\\');
                self.skip(1);
            }
            text.push(self.peek(0));
            self.skip(1);
        }
        self.skip(1);
        self.push(Kind::Text(text), line);
    }

    /// A raw string whose `r` is the last of `prefix` characters under the cursor; false if there is none.
    fn raw_string(&mut self, prefix: usize) -> bool {
        let rest = self.chars.get(self.at + prefix..).unwrap_or_default();
        let hashes = rest.iter().take_while(|it| **it == '#').count();
        if self.peek(prefix + hashes) != '"' {
            return false;
        }
        let line = self.line;
        self.skip(prefix + hashes + 1);
        let mut text = String::new();
        while self.at < self.chars.len() && !(self.peek(0) == '"' && (1..=hashes).all(|it| self.peek(it) == '#')) {
            text.push(self.peek(0));
            self.skip(1);
        }
        self.skip(1 + hashes);
        self.push(Kind::Text(text), line);
        true
    }

    /// A character literal vanishes; of a lifetime only the quote does.
    fn quote(&mut self) {
        match (self.peek(1), self.peek(2)) {
            ('\\', _) => {
                let rest = self.chars.get(self.at + 3..).unwrap_or_default();
                let inner = rest.iter().take_while(|it| **it != '\'').count();
                self.skip(4 + inner);
            }
            (_, '\'') => self.skip(3),
            _ => self.skip(1),
        }
    }
}

/// Marks every item that follows `#[cfg(test)]`, up to its closing brace or semicolon.
fn mark_tests(tokens: &mut [Token]) {
    let opening = ["#", "[", "cfg", "(", "test", ")", "]"];
    let spelled = |token: &Token| match &token.kind {
        Kind::Word(it) => it.clone(),
        Kind::Sign(it) => it.to_string(),
        _ => String::new(),
    };
    let mut at = 0;
    while at + opening.len() <= tokens.len() {
        if !opening.iter().zip(&tokens[at..]).all(|(wanted, token)| spelled(token) == *wanted) {
            at += 1;
            continue;
        }
        let (mut depth, mut end) = (0_i32, at + opening.len());
        while end < tokens.len() {
            match tokens[end].kind {
                Kind::Sign('{' | '(' | '[') => depth += 1,
                Kind::Sign('}' | ')' | ']') => depth -= 1,
                _ => {}
            }
            let ends = tokens[end].is_sign('}') || tokens[end].is_sign(';');
            end += 1;
            if depth == 0 && ends {
                break;
            }
        }
        for token in &mut tokens[at..end] {
            token.test = true;
        }
        at = end;
    }
}

/// Every path in `tokens` that leads to a room of the crate, whether it is spelled `crate::room`, `use crate::{room}`
/// or with as many `super`s as it takes from `module` (the file's own module path).
pub(crate) fn rooted(tokens: &[Token], module: &[String]) -> Vec<Rooted> {
    let mut found = Vec::new();
    let mut braces: Vec<bool> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.is_sign('{') {
            braces.push(at >= 2 && tokens[at - 2].is_word("mod"));
        } else if token.is_sign('}') {
            braces.pop();
        }
        if at > 0 && tokens[at - 1].kind == Kind::Colons {
            continue;
        }
        if token.is_word("crate") {
            heads(tokens, at + 1, &mut found);
        } else if token.is_word("super") {
            let supers = tokens[at..].iter().step_by(2).take_while(|it| it.is_word("super")).count();
            let depth = module.len() + braces.iter().filter(|it| **it).count();
            if supers >= depth {
                heads(tokens, at + 2 * supers - 1, &mut found);
            }
        }
    }
    found
}

/// The names that follow the `::` at `at`: one, or those at the head of each branch of a `{…}`.
fn heads(tokens: &[Token], at: usize, found: &mut Vec<Rooted>) {
    let rooms = tokens.get(at + 1..).unwrap_or_default();
    let (Some(colons), Some(first)) = (tokens.get(at), rooms.first()) else { return };
    if colons.kind != Kind::Colons {
        return;
    }
    let mut name = |token: &Token| {
        found.extend(token.word().map(|it| Rooted { room: it.to_owned(), line: token.line }));
    };
    if !first.is_sign('{') {
        return name(first);
    }
    let mut depth = 0;
    for (token, next) in rooms.iter().zip(&rooms[1..]) {
        match token.kind {
            Kind::Sign('{') => depth += 1,
            Kind::Sign('}') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return;
        }
        if depth == 1 && (token.is_sign('{') || token.is_sign(',')) {
            name(next);
        }
    }
}

/// The lines on which the outside crate `name` starts a path or is brought in by `use` or `extern crate`.
pub(crate) fn uses_of_crate(tokens: &[Token], name: &str) -> Vec<usize> {
    let mut lines = BTreeSet::new();
    for (at, token) in tokens.iter().enumerate() {
        if !token.is_word(name) {
            continue;
        }
        let before = |steps: usize| at.checked_sub(steps).and_then(|it| tokens.get(it));
        let goes_on = tokens.get(at + 1).is_some_and(|it| it.kind == Kind::Colons);
        let imported = before(1).is_some_and(|it| it.is_word("use") || it.is_word("crate"));
        // `a::name` is somebody else's `name`; `::name` is the crate, spelled from the outside.
        let continues = before(1).is_some_and(|it| it.kind == Kind::Colons)
            && before(2).is_some_and(|it| it.word().is_some_and(|it| it != "use"));
        if (goes_on || imported) && !continues {
            lines.insert(token.line);
        }
    }
    lines.into_iter().collect()
}
