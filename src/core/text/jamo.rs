//! Syllables that strict EUC-KR cannot hold.
//!
//! Its 2,350 syllables lack 뷁 and 8,821 others. A strict writer spells such a one as the filler U+3164 and three letters:
//! initial, vowel, final, where the filler again stands for "no final".

const FILLER: char = '\u{3164}';

const INITIALS: &str = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const FINALS: &str = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";

/// The text with spelled-out syllables put together; `None` where there are none.
///
/// Fillers that begin no whole syllable stay: people also type them as visible nothing.
pub fn recompose_filler_jamo(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut copied = 0;
    for (at, filler) in text.match_indices(FILLER) {
        if at < copied {
            continue;
        }
        let after = at + filler.len();
        let Some((syllable, length)) = text.get(after..).and_then(spelled_syllable) else { continue };
        out.push_str(text.get(copied..at)?);
        out.push(syllable);
        copied = after + length;
    }
    if copied == 0 {
        return None;
    }
    out.push_str(text.get(copied..)?);
    Some(out)
}

/// The syllable whose three letters begin the text, and their length in bytes.
fn spelled_syllable(letters: &str) -> Option<(char, usize)> {
    let mut chars = letters.chars();
    let initial = place(INITIALS, chars.next()?)?;
    let vowel = u32::from(chars.next()?).checked_sub(u32::from('ㅏ')).filter(|vowel| *vowel < 21)?;
    let last = match chars.next()? {
        FILLER => 0,
        consonant => place(FINALS, consonant)? + 1,
    };
    let syllable = char::from_u32(u32::from('가') + (initial * 21 + vowel) * 28 + last)?;
    Some((syllable, letters.len() - chars.as_str().len()))
}

fn place(letters: &str, letter: char) -> Option<u32> {
    let place = letters.chars().position(|c| c == letter)?;
    u32::try_from(place).ok()
}
