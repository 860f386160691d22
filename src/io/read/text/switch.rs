//! Notices that a file goes on in another encoding: two exports pasted together.
//!
//! A few broken bytes must only cost their rows, so a switch needs lines that are no text in the file's encoding *and*
//! good Korean in the other one: several in a row, not counting lines that say nothing (plain ASCII, broken in both,
//! good in both). A line that the file's encoding reads as text ends the run.

use encoding_rs::EUC_KR;

use super::decode::Encoding;

/// So many lines in the other encoding are a switch.
const ENOUGH: u32 = 3;
/// So many are, if the file says nothing to the contrary any more.
const ENOUGH_AT_THE_END: u32 = 2;

/// Where lines of another encoding begin, and whether there are enough of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::io::read) struct Mark {
    /// Offset of the first such line in the decoded text.
    pub at: u64,
    pub certain: bool,
}

/// Follows the lines of a file that is UTF-8 or CP949.
#[derive(Debug, Default)]
pub(super) struct SwitchWatch {
    run: u32,
    mark: Option<Mark>,
}

impl SwitchWatch {
    pub fn mark(&self) -> Option<Mark> {
        self.mark
    }

    /// Whether lines have to be shown one by one even where all is well.
    pub fn is_alert(&self) -> bool {
        self.run > 0 && self.mark.is_some_and(|mark| !mark.certain)
    }

    /// A line with non-ASCII bytes that is text in the file's encoding.
    pub fn sound(&mut self, own: Encoding, line: &[u8]) {
        if self.is_alert() && !is_text_in_other(own, line) {
            self.run = 0;
            self.mark = None;
        }
    }

    /// A line that is no text in the file's encoding, beginning at an offset of the decoded text.
    pub fn unsound(&mut self, own: Encoding, line: &[u8], at: u64) {
        if self.mark.is_some_and(|mark| mark.certain) || !is_korean_in_other(own, line) {
            return;
        }
        let start = self.mark.map_or(at, |mark| mark.at);
        self.run += 1;
        self.mark = Some(Mark { at: start, certain: self.run >= ENOUGH });
    }

    pub fn end(&mut self) {
        if let Some(mark) = &mut self.mark {
            mark.certain |= self.run >= ENOUGH_AT_THE_END;
        }
    }
}

fn is_text_in_other(own: Encoding, line: &[u8]) -> bool {
    match own {
        Encoding::Cp949 => simdutf8::basic::from_utf8(line).is_ok(),
        _ => EUC_KR.decode_without_bom_handling_and_without_replacement(line).is_some(),
    }
}

/// UTF-8 hardly ever happens by accident, CP949 easily does: a damaged UTF-8 line that still shows whole syllables is
/// no CP949.
fn is_korean_in_other(own: Encoding, line: &[u8]) -> bool {
    if own == Encoding::Cp949 {
        return simdutf8::basic::from_utf8(line).is_ok_and(is_mostly_korean);
    }
    let shows_syllables = line.utf8_chunks().any(|chunk| chunk.valid().chars().any(is_syllable));
    !shows_syllables
        && EUC_KR
            .decode_without_bom_handling_and_without_replacement(line)
            .is_some_and(|text| is_mostly_korean(&text))
}

fn is_mostly_korean(text: &str) -> bool {
    let foreign = text.chars().filter(|c| !c.is_ascii()).count();
    let syllables = text.chars().filter(|c| is_syllable(*c)).count();
    syllables > 0 && syllables * 2 >= foreign
}

fn is_syllable(c: char) -> bool {
    ('가'..='힣').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cp949(text: &str) -> Vec<u8> {
        EUC_KR.encode(text).0.into_owned()
    }

    /// Shows lines as the source does and tells the run's length.
    fn run(own: Encoding, lines: &[&[u8]]) -> (u32, bool) {
        let mut watch = SwitchWatch::default();
        for line in lines {
            let sound = match own {
                Encoding::Cp949 => EUC_KR.decode_without_bom_handling_and_without_replacement(line).is_some(),
                _ => std::str::from_utf8(line).is_ok(),
            };
            if line.is_ascii() {
            } else if sound {
                watch.sound(own, line);
            } else {
                watch.unsound(own, line, 0);
            }
        }
        watch.end();
        (watch.run, watch.mark().is_some_and(|mark| mark.certain))
    }

    #[test]
    fn lines_of_the_other_encoding_add_up() {
        let utf8 = "상품준비중,주문자".as_bytes();
        let korean = cp949("상품준비중,주문자");
        assert_eq!(run(Encoding::Utf8, &[utf8, &korean, b"1,2", &korean]), (2, true));
        assert_eq!(run(Encoding::Cp949, &[&korean, utf8, b"1,2", utf8]), (2, true));
        assert_eq!(run(Encoding::Utf8, &[utf8, &korean]), (1, false));
        assert_eq!(run(Encoding::Utf8, &[&korean, &korean, utf8]), (0, false));
        assert_eq!(run(Encoding::Utf8, &[&korean, &korean, &korean, utf8]), (3, true));
        assert_eq!(run(Encoding::Cp949, &[utf8, utf8, &korean, utf8]), (1, false));
    }

    #[test]
    fn broken_bytes_are_no_switch() {
        let broken: &[&[u8]] = &[
            b"a,\xff,b",
            b"a,\xc1,b",
            "주문,상품준비중".as_bytes().get(..10).unwrap(),
            "주문자,배송중".as_bytes().get(..14).unwrap(),
        ];
        for line in broken {
            assert_eq!(run(Encoding::Utf8, &[line, line, line, line]), (0, false), "{line:x?}");
        }
        let cut = cp949("주문자");
        let cut = cut.get(..5).unwrap();
        assert_eq!(run(Encoding::Cp949, &[cut, cut, cut, cut]), (0, false));
    }
}
