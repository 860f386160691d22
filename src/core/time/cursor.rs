//! A position in a text that is read from left to right.

/// What is left to read.
pub(super) struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self(text)
    }

    pub(super) fn rest(&self) -> &'a str {
        self.0
    }

    pub(super) fn is_done(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.0.chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let mut chars = self.0.chars();
        let next = chars.next();
        self.0 = chars.as_str();
        next
    }

    pub(super) fn eat(&mut self, c: char) -> bool {
        match self.0.strip_prefix(c) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// Takes a word of either ASCII case, if it is next.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        match self.0.split_at_checked(word.len()) {
            Some((next, rest)) if next.eq_ignore_ascii_case(word) => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    /// Takes all ASCII digits that come next, perhaps none.
    pub(super) fn digits(&mut self) -> &'a str {
        let rest = self.0.trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = self.0.get(..self.0.len() - rest.len()).unwrap_or_default();
        self.0 = rest;
        digits
    }

    /// Takes white space and says how much it was.
    pub(super) fn spaces(&mut self) -> usize {
        let rest = self.0.trim_start();
        let taken = self.0.len() - rest.len();
        self.0 = rest;
        taken
    }

    /// Takes `.123` or `,123`, if that comes next.
    pub(super) fn fraction(&mut self) {
        if let Some(rest) = self.0.strip_prefix(['.', ',']) {
            let mut digits = Self(rest);
            if !digits.digits().is_empty() {
                *self = digits;
            }
        }
    }

    /// Reads something behind optional white space; the space stays unread where it is not there.
    pub(super) fn behind_spaces<T>(&mut self, read: fn(&mut Self) -> Option<T>) -> Option<T> {
        let mut ahead = Self(self.0);
        ahead.spaces();
        let found = read(&mut ahead)?;
        *self = ahead;
        Some(found)
    }
}
