//! CP949 by a table, made once out of the general decoder.
//!
//! Most exports that were saved again in Excel are CP949, and the general decoder spends a tenth of the time of reading
//! one on working out each character anew. What it would call malformed is left to it, so there is one judge of that.

use std::sync::LazyLock;

use encoding_rs::EUC_KR;

/// A character in UTF-8, then how many bytes it has: 0 where a pair is no character.
type Spelled = [u8; 4];

/// By lead and trail, so that no pair has to be checked before it is looked up.
type Pairs = [Spelled; 1 << 16];

static PAIRS: LazyLock<Box<Pairs>> = LazyLock::new(|| {
    let all: Box<[Spelled]> = (0..=u16::MAX).map(|pair| spelled(pair).unwrap_or_default()).collect();
    all.try_into().expect("2^16 pairs")
});

fn spelled(pair: u16) -> Option<Spelled> {
    let pair = Some(pair.to_be_bytes()).filter(|[lead, _]| !lead.is_ascii())?;
    let text = EUC_KR.decode_without_bom_handling_and_without_replacement(&pair)?;
    let mut spelled = Spelled::default();
    let (last, bytes) = spelled.split_last_mut()?;
    bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
    *last = u8::try_from(text.len()).ok()?;
    (text.chars().count() == 1).then_some(spelled)
}

/// What is decoded at a time.
const BLOCK: usize = 4096;
/// Room that one step may take.
const STEP: usize = 8;
const NOT_ASCII: u64 = 0x8080_8080_8080_8080;

/// Appends the characters up to the first byte that begins none; returns how many bytes they had.
pub(super) fn push_sound(bytes: &[u8], out: &mut String) -> usize {
    let pairs = &**PAIRS;
    let mut block = [0; BLOCK];
    let mut at = 0;
    loop {
        let (read, written) = fill(bytes.get(at..).unwrap_or_default(), pairs, &mut block);
        // The table holds whole characters only.
        let text = block.get(..written).and_then(|block| simdutf8::basic::from_utf8(block).ok());
        match text {
            None | Some("") => return at,
            Some(text) => out.push_str(text),
        }
        at += read;
    }
}

/// Decodes until the block is full, the bytes are used up or one begins no character. Returns the bytes read and written.
fn fill(bytes: &[u8], pairs: &Pairs, block: &mut [u8; BLOCK]) -> (usize, usize) {
    let (mut read, mut written) = (0, 0);
    while let (Some(&first), Some(room)) = (bytes.get(read), block.get_mut(written..written + STEP)) {
        if first.is_ascii() {
            if let Some(Ok(run)) = bytes.get(read..read + STEP).map(<[u8; STEP]>::try_from) {
                // What comes behind the run is overwritten.
                room.copy_from_slice(&run);
                let others = u64::from_le_bytes(run) & NOT_ASCII;
                let length = usize::try_from(others.trailing_zeros() / 8).unwrap_or_default();
                read += length;
                written += length;
            } else {
                room[0] = first;
                read += 1;
                written += 1;
            }
            continue;
        }
        let Some(&second) = bytes.get(read + 1) else { break };
        let spelled = &pairs[usize::from(u16::from_be_bytes([first, second]))];
        room[..4].copy_from_slice(spelled);
        if spelled[3] == 0 {
            break;
        }
        read += 2;
        written += usize::from(spelled[3]);
    }
    (read, written)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the general decoder makes of the bytes up to the first malformed ones, if there are any.
    fn judged(bytes: &[u8]) -> Option<String> {
        EUC_KR.decode_without_bom_handling_and_without_replacement(bytes).map(Into::into)
    }

    fn check(bytes: &[u8]) {
        let mut out = String::from("before");
        let read = push_sound(bytes, &mut out);
        let decoded = out.strip_prefix("before").unwrap();
        assert_eq!(judged(&bytes[..read]).as_deref(), Some(decoded), "{bytes:x?}");
        match judged(bytes) {
            Some(_) => assert_eq!(read, bytes.len(), "{bytes:x?}"),
            None => assert!(read < bytes.len(), "{bytes:x?}"),
        }
    }

    #[test]
    fn every_pair_is_what_the_decoder_says() {
        for lead in 0..=u8::MAX {
            for trail in 0..=u8::MAX {
                check(&[lead, trail]);
            }
        }
    }

    #[test]
    fn blocks_end_anywhere() {
        let (korean, _, _) = EUC_KR.encode("주문번호,수량\r\n뷁,똠 2개 ①\n");
        let long = korean.repeat(1000);
        for start in 0..korean.len() {
            check(&long[start..]);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded_up_to_the_first_damage(
            bytes in prop::collection::vec(prop_oneof![any::<u8>(), 0xb0u8..=0xc8, b' '..=b'z'], 0..200),
        ) {
            check(&bytes);
        }
    }
}
