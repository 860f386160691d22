//! File patterns: `*` stands for any characters, `?` for one.

/// Whether the whole text matches the pattern. Takes at most pattern × text steps.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    // Which prefixes of the pattern match the text read so far.
    let mut reached = vec![false; pattern.len() + 1];
    reached[0] = true;
    skip_stars(&pattern, &mut reached);
    for c in text.chars() {
        let mut next = vec![false; pattern.len() + 1];
        for (i, p) in pattern.iter().enumerate().filter(|(i, _)| reached[*i]) {
            match p {
                '*' => next[i] = true,
                '?' => next[i + 1] = true,
                p => next[i + 1] |= *p == c,
            }
        }
        skip_stars(&pattern, &mut next);
        reached = next;
    }
    reached[pattern.len()]
}

fn skip_stars(pattern: &[char], reached: &mut [bool]) {
    for (i, p) in pattern.iter().enumerate() {
        reached[i + 1] |= reached[i] && *p == '*';
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let cases = [
            ("*.csv", "a.csv", true),
            ("*.csv", "a.csv.bak", false),
            ("2024-??-*", "2024-07-05.xlsx", true),
            ("2024-??-*", "2024-7-5.xlsx", false),
            ("*하루*", "옛 하루홈 주문.xls", true),
            ("**", "", true),
            ("", "", true),
            ("?", "", false),
            ("a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
