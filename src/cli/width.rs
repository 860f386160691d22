//! Texts measured in terminal columns: a Korean syllable takes two.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Texts that are put together line by line.
pub trait Lines {
    /// Adds a line and its end.
    fn line(&mut self, line: impl AsRef<str>);
}

impl Lines for String {
    fn line(&mut self, line: impl AsRef<str>) {
        self.push_str(line.as_ref());
        self.push('\n');
    }
}

/// Columns that a text takes.
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The text cut to so many columns, with `…` where something is missing.
pub fn fit(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let (head, _) = split_at_width(text, columns.saturating_sub(1));
    Cow::Owned(if columns == 0 { String::new() } else { format!("{head}…") })
}

/// The text cut in its middle: both ends of a file's name tell something.
pub fn fit_middle(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let room = columns.saturating_sub(1);
    let (head, _) = split_at_width(text, room / 3);
    let tail_room = room - width(head);
    let mut start = text.len();
    let mut taken = 0;
    for (i, c) in text.char_indices().rev() {
        taken += c.width().unwrap_or(0);
        if taken > tail_room {
            break;
        }
        start = i;
    }
    Cow::Owned(format!("{head}…{}", &text[start..]))
}

/// A path cut to so many columns: as many of its last names as there is room for, else both ends of the last one.
pub fn fit_path(path: &str, columns: usize) -> Cow<'_, str> {
    if width(path) <= columns {
        return Cow::Borrowed(path);
    }
    let tail = path.match_indices(['/', '\\']).map(|(i, _)| &path[i..]).find(|t| width(t) < columns);
    match tail {
        Some(tail) => Cow::Owned(format!("…{tail}")),
        None => fit_middle(path.rsplit(['/', '\\']).next().unwrap_or(path), columns),
    }
}

/// The text filled up with spaces behind it.
pub fn pad_right(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// The text filled up with spaces before it.
pub fn pad_left(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Breaks a text into lines of at most so many columns, at spaces where there are any.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(2);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|w| !w.is_empty()) {
        let gap = usize::from(!line.is_empty());
        if width(&line) + gap + width(word) <= columns {
            line.push_str(&" "[..gap]);
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        let mut rest = word;
        while width(rest) > columns {
            let (head, tail) = split_at_width(rest, columns);
            lines.push(head.to_owned());
            rest = tail;
        }
        rest.clone_into(&mut line);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

fn split_at_width(text: &str, columns: usize) -> (&str, &str) {
    let mut taken = 0;
    for (i, c) in text.char_indices() {
        taken += c.width().unwrap_or(0);
        if taken > columns {
            return text.split_at(i);
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_texts_take_the_room_they_were_given() {
        assert_eq!(fit("주문번호", 8), "주문번호");
        assert_eq!(fit("주문번호", 7), "주문번…");
        assert_eq!(fit("주문번호", 6), "주문…");
        assert_eq!(fit("abc", 0), "");
        assert_eq!(fit_middle("/inbox/2024/하루홈_20240705_1_ab12.csv", 21), "/inbox…705_1_ab12.csv");
        assert_eq!(fit_path("/data/inbox/2024/주문.csv", 16), "…/2024/주문.csv");
        assert_eq!(fit_path("/data/inbox/2024/주문.csv", 14), "…/주문.csv");
        assert_eq!(fit_path("inbox/haruhome_20240705_1_ab12.csv", 12), "har…ab12.csv");
        assert_eq!(pad_right("수량", 6), "수량  ");
        assert_eq!(pad_left("수량", 6), "  수량");
    }

    #[test]
    fn lines_break_at_spaces_or_inside_long_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("가나다라마", 4), ["가나", "다라", "마"]);
        assert_eq!(wrap("", 10), [""]);
    }
}
