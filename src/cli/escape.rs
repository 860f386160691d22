//! Text from files, made safe to show: no escape sequence, no reversed writing, no line break reaches a terminal.

use std::borrow::Cow;

/// The text with control characters and invisible formatting marks written out (`\u{1b}`).
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_unsafe(c) { out.extend(c.escape_default()) } else { out.push(c) }
    }
    Cow::Owned(out)
}

/// Controls, marks that turn the direction of writing, and characters that break lines or show as nothing.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_steer_a_terminal_is_written_out() {
        let cases = [
            ("하루홈 티셔츠", "하루홈 티셔츠"),
            ("a\u{1b}[31mb", "a\\u{1b}[31mb"),
            ("one\ntwo\t3", "one\\ntwo\\t3"),
            ("abc\u{202e}fed", "abc\\u{202e}fed"),
            ("\u{9b}x", "\\u{9b}x"),
            ("\\n", "\\n"),
        ];
        for (text, expected) in cases {
            assert_eq!(printable(text), expected);
        }
    }
}
