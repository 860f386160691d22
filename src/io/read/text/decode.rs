//! Bytes into text, strictly: what is no text in the encoding becomes a mark that its cell is known by.

use encoding_rs::{DecoderResult, EUC_KR};

use super::cp949;

/// Stands for a malformed sequence. A noncharacter: no text that is meant to be read holds it.
pub(super) const DAMAGE: char = '\u{ffff}';
const DAMAGE_UTF8: &[u8] = b"\xef\xbf\xbf";

/// The encodings that order files come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::io::read) enum Encoding {
    Utf8,
    Utf8Bom,
    /// EUC-KR with all 11,172 syllables, as Korean Windows writes it.
    Cp949,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf8Bom => "utf-8-bom",
            Self::Cp949 => "cp949",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
        }
    }

    /// The encoding that a byte order mark announces, and the mark's length.
    pub fn of_mark(head: &[u8]) -> Option<(Self, usize)> {
        match head {
            [0xef, 0xbb, 0xbf, ..] => Some((Self::Utf8Bom, 3)),
            [0xff, 0xfe, ..] => Some((Self::Utf16Le, 2)),
            [0xfe, 0xff, ..] => Some((Self::Utf16Be, 2)),
            _ => None,
        }
    }

    /// UTF-16 without a mark, where every ASCII character leaves a NUL on the same side and none on the other.
    pub fn of_nul_pattern(head: &[u8]) -> Option<Self> {
        let sample = head.get(..head.len().min(4096) & !1)?;
        let (pairs, _) = sample.as_chunks::<2>();
        let first = pairs.iter().filter(|pair| pair[0] == 0).count();
        let second = pairs.iter().filter(|pair| pair[1] == 0).count();
        let many = |nuls: usize| nuls >= 4 && nuls * 8 >= pairs.len();
        match (first, second) {
            (0, nuls) if many(nuls) => Some(Self::Utf16Le),
            (nuls, 0) if many(nuls) => Some(Self::Utf16Be),
            _ => None,
        }
    }

    /// The encoding that a label in a file (`euc-kr`, `ks_c_5601-1987`, `utf-8`) names, if it is one of ours.
    pub fn of_label(label: &str) -> Option<Self> {
        let label = label.trim();
        if label.eq_ignore_ascii_case("cp949") || label.eq_ignore_ascii_case("uhc") {
            return Some(Self::Cp949);
        }
        match encoding_rs::Encoding::for_label(label.as_bytes())? {
            encoding if encoding == EUC_KR => Some(Self::Cp949),
            encoding if encoding == encoding_rs::UTF_8 => Some(Self::Utf8),
            _ => None,
        }
    }

    pub fn is_utf16(self) -> bool {
        matches!(self, Self::Utf16Le | Self::Utf16Be)
    }
}

/// Appends UTF-8 bytes that end with a whole character; returns how many sequences were malformed.
pub(super) fn push_utf8(bytes: &[u8], out: &mut String) -> u64 {
    if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
        out.push_str(text);
        return 0;
    }
    let mut malformed = 0;
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            out.push(DAMAGE);
            malformed += 1;
        }
    }
    malformed
}

/// Appends CP949 bytes that end with a whole character; returns how many sequences were malformed.
///
/// A lead byte that is cut off takes no ASCII byte with it: the decoder gives that byte back.
pub(super) fn push_cp949(bytes: &[u8], out: &mut String) -> u64 {
    let sound = cp949::push_sound(bytes, out);
    match bytes.get(sound..) {
        None | Some([]) => 0,
        Some(rest) => push_decoded(&mut EUC_KR.new_decoder_without_bom_handling(), rest, out, Last::Yes),
    }
}

/// Whether the bytes given to a decoder are the last ones.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    Yes,
    No,
}

/// Appends what a decoder makes of some bytes; returns how many sequences were malformed.
pub(super) fn push_decoded(
    decoder: &mut encoding_rs::Decoder,
    bytes: &[u8],
    out: &mut String,
    last: Last,
) -> u64 {
    let mut rest = bytes;
    let mut malformed = 0;
    loop {
        // The worst case of our encodings is three bytes of UTF-8 for two bytes.
        out.reserve(rest.len() + rest.len() / 2 + 16);
        let (result, read) = decoder.decode_to_string_without_replacement(rest, out, last == Last::Yes);
        rest = rest.get(read..).unwrap_or_default();
        match result {
            DecoderResult::InputEmpty => return malformed,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                out.push(DAMAGE);
                malformed += 1;
            }
        }
    }
}

/// Whether a piece of decoded text holds something that was no text: malformed bytes, or NUL.
pub(super) fn is_damaged(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr(0, bytes).is_some() || memchr::memmem::find(bytes, DAMAGE_UTF8).is_some()
}

/// The longest prefix of single-byte or UTF-8 bytes that surely ends between two characters: after the last line end,
/// else after the last byte that is no part of a longer character in UTF-8 or CP949, else all of it.
pub(super) fn safe_cut(bytes: &[u8]) -> usize {
    memchr::memrchr2(b'\n', b'\r', bytes)
        .or_else(|| bytes.iter().rposition(|byte| *byte < 0x40))
        .map_or(bytes.len(), |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_cp949(bytes: &[u8], expected: &str, malformed: u64) {
        let mut out = String::new();
        assert_eq!(push_cp949(bytes, &mut out), malformed, "{bytes:x?}");
        assert_eq!(out, expected, "{bytes:x?}");
    }

    #[test]
    fn cut_lead_bytes_leave_structure_alone() {
        check_cp949(b"\xc1\xd6\xb9\xae", "주문", 0);
        check_cp949(b"\x8cc\x94\xee", "똠뷁", 0);
        check_cp949(b"\xc1,b", "\u{ffff},b", 1);
        check_cp949(b"\xc1\"\n", "\u{ffff}\"\n", 1);
        check_cp949(b"\xc1\r\n", "\u{ffff}\r\n", 1);
        check_cp949(b"a\xc1", "a\u{ffff}", 1);
        check_cp949(b"\xff,\x80;", "\u{ffff},\u{ffff};", 2);
    }

    #[test]
    fn malformed_utf8_leaves_structure_alone() {
        for bytes in [&b"\xec\xa3,b\n"[..], b"\xec,b\n", b"\xff,b\n"] {
            let mut out = String::new();
            assert_eq!(push_utf8(bytes, &mut out), 1);
            assert_eq!(out, "\u{ffff},b\n");
        }
    }

    #[test]
    fn utf16_without_a_mark_is_seen_by_its_nuls() {
        let units: Vec<u16> = "주문번호,수량,order_id\n".encode_utf16().collect();
        let le: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let be: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        assert_eq!(Encoding::of_nul_pattern(&le), Some(Encoding::Utf16Le));
        assert_eq!(Encoding::of_nul_pattern(&be), Some(Encoding::Utf16Be));
        assert_eq!(Encoding::of_nul_pattern(b"order_id,a\0b\0\nc,d\0\0\n"), None);
        assert_eq!(Encoding::of_nul_pattern("주문번호,수량\n".as_bytes()), None);
    }

    #[test]
    fn labels_of_korean_files() {
        let cases = [
            ("euc-kr", Some(Encoding::Cp949)),
            ("KS_C_5601-1987", Some(Encoding::Cp949)),
            (" cp949 ", Some(Encoding::Cp949)),
            ("UTF-8", Some(Encoding::Utf8)),
            ("windows-1252", None),
            ("none", None),
        ];
        for (label, expected) in cases {
            assert_eq!(Encoding::of_label(label), expected, "{label}");
        }
    }

    #[test]
    fn cuts_never_split_a_character() {
        assert_eq!(safe_cut("a\n주".as_bytes()), 2);
        assert_eq!(safe_cut("a,주".as_bytes()), 2);
        assert_eq!(safe_cut(b"\x8cc\x8c"), 3);
    }
}
