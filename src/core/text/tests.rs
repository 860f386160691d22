use proptest::prelude::*;

use super::*;

fn check_clean(text: &str, expected: &str) {
    assert_eq!(clean(text), expected, "{text:?}");
}

#[test]
fn blanks_say_nothing() {
    for blank in [
        "",
        "  ",
        "\u{a0}",
        "\u{3000} \u{200b}",
        "\u{feff}",
        "-",
        " - ",
        "--",
        "#",
        "########",
        "0000-00-00",
        "0000-00-00 00:00:00",
        "0000-00-00 00:00",
        "0000-00-00T00:00:00+09:00",
        "0000-00-00 00:00:00.000",
    ] {
        assert!(is_blank(blank), "{blank:?}");
    }
    for word in
        ["0", "0.00", "---", "- -", "-1", "#1", "a", "0000", "0000-00-00x", "0000-00-001", "없음", "[]"]
    {
        assert!(!is_blank(word), "{word:?}");
    }
}

#[test]
fn texts_are_trimmed_composed_and_resolved_once() {
    check_clean(" a b ", "a b");
    check_clean("\u{feff}\u{3000}주문\u{a0}", "주문");
    check_clean("주문번호", "주문번호");
    check_clean("\u{110c}\u{116e}\u{1106}\u{116e}\u{11ab}", "주문");
    check_clean("가\u{11a8}", "각");
    check_clean("㈜장부 Ａ", "㈜장부 Ａ");
    check_clean("a\r\nb\nc\rd", "a\nb\nc\rd");
    check_clean("a\r\r\nb", "a\nb");
    check_clean("'00123", "'00123");
}

#[test]
fn entities_are_resolved_once() {
    check_clean("D&#039;eL", "D'eL");
    check_clean("a &amp; b", "a & b");
    check_clean("&amp;lt;b&gt;", "&lt;b>");
    check_clean("&amp;amp;", "&amp;");
    check_clean("&quot;&apos;&lt;&gt;", "\"'<>");
    check_clean("&nbsp;a&nbsp;b&nbsp;", "a\u{a0}b");
    check_clean("&eacute;&copy;&hellip;&semi;", "é©…;");
    check_clean("&#x1F600;&#X41;&#54620;", "😀A한");
    check_clean("&#128;", "€");
    check_clean("e&#x301;", "é");
    check_clean("a&#13;&#10;b", "a\nb");
    for kept in
        ["a&b", "&", "&;", "R&amp", "&#;", "&#x;", "&#xZZ;", "&#0;", "&#27;", "&#xD800;", "&#9999999999;"]
    {
        check_clean(kept, kept);
    }
    for kept in ["&notit;", "&nothing;", "&ampx;", "?a=1&copy=2", "&한글;", "& amp;"] {
        check_clean(kept, kept);
    }
}

#[test]
fn formulas_around_texts_are_unwrapped() {
    check_clean("=\"00123\"", "00123");
    check_clean(" =\" 00123 \" ", "00123");
    check_clean("=\"say \"\"hi\"\"\"", "say \"hi\"");
    check_clean("=\"\"", "");
    check_clean("=\"a\"&\"b\"", "=\"a\"&\"b\"");
    check_clean("=\"", "=\"");
    check_clean("=\"a&amp;b\"", "a&b");
    check_clean("=A1", "=A1");
    assert!(is_blank(&clean("=\"\"")) && is_blank(&clean("&nbsp;")) && is_blank(&clean("=\"--\"")));
}

#[test]
fn clean_texts_are_lent_back() {
    for text in ["20260102-0000012-01", "상품명, 색상=빨강", "  가 나 ", "㈜１２", "=\"x\"", "–", ""]
    {
        assert!(matches!(clean(text), Cow::Borrowed(_)), "{text:?}");
    }
    assert!(matches!(comparable("색상=빨강,크기=L"), Cow::Borrowed(_)));
    assert!(matches!(printable("주문 번호"), Cow::Borrowed(_)));
}

#[test]
fn quick_characters_are_those_that_composition_leaves_alone() {
    let wrong: Vec<char> = ('\0'..=char::MAX)
        .filter(|c| stays_in_nfc(*c))
        .filter(|c| is_nfc_quick(std::iter::once(*c)) != IsNormalized::Yes)
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn headers_compare_without_spaces_and_width() {
    for header in [
        "품목별 주문번호",
        "\u{feff}품목별주문번호",
        " 품목별\u{3000}주문\u{a0}번호 ",
        "=\"품목별 주문번호\"",
    ] {
        assert_eq!(header_key(header), "품목별주문번호", "{header:?}");
    }
    assert_eq!(header_key("상품구매금액（ＫＲＷ）"), "상품구매금액(KRW)");
    assert_eq!(header_key("\u{110c}\u{116e}\u{1106}\u{116e}\u{11ab} 번\u{200b}호"), "주문번호");
    assert_eq!(header_key("주문자ID"), "주문자ID");
    assert_eq!(header_key("w\u{a8}"), "ẅ");
    assert_eq!(header_key("취소처리중\n[환불완료]"), "취소처리중[환불완료]");
}

#[test]
fn options_compare_by_their_letters() {
    assert_eq!(comparable("Color=빨강; Size=L"), "Color=빨강,Size=L");
    assert_eq!(comparable("Color=빨강,\u{a0}Size=L "), "Color=빨강,Size=L");
    assert_eq!(comparable("e \u{301}"), "é");
    assert_eq!(comparable("\u{1107}\u{1161}\u{11af}"), "발");
}

#[test]
fn numbers_in_text_columns_are_their_digits() {
    for (value, text) in [
        (120.0, "120"),
        (-0.0, "0"),
        (-3.0, "-3"),
        (0.1, "0.1"),
        (1_012_345_678.0, "1012345678"),
        (9_007_199_254_740_991.0, "9007199254740991"),
        (2.3e17, "230000000000000000"),
        (1e21, "1000000000000000000000"),
        (12.50, "12.5"),
    ] {
        assert_eq!(number_as_text(value), text);
    }
}

#[test]
fn damaged_ids_are_told_from_codes_with_an_e() {
    for damaged in ["2.02403E+15", "2.3E17", "2,30E+17", "2E+17", "1.5e10", " 2.3E+17 ", "1.2E-05"] {
        assert!(is_e_notation(damaged), "{damaged}");
    }
    for id in [
        "12E5",
        "1E-05",
        "2E",
        "E+17",
        "2.E+17",
        ".3E+17",
        "2.3E+",
        "A2.3E+17",
        "2.3E+17-01",
        "",
        "20260102-0000012",
    ] {
        assert!(!is_e_notation(id), "{id}");
    }
}

#[test]
fn spelled_out_syllables_come_together() {
    assert_eq!(recompose_filler_jamo("\u{3164}ㅂㅞㄺ").as_deref(), Some("뷁"));
    assert_eq!(recompose_filler_jamo("a\u{3164}ㄸㅗㅁb\u{3164}ㅎㅐㅎ").as_deref(), Some("a똠b햏"));
    assert_eq!(recompose_filler_jamo("\u{3164}ㅁㅢㅈ").as_deref(), Some("믲"));
    assert_eq!(recompose_filler_jamo("\u{3164}ㅃㅞ\u{3164}\u{3164}ㅂㅞㄺ").as_deref(), Some("쀄뷁"));
    for kept in [
        "주문",
        "\u{3164}",
        "\u{3164}\u{3164}\u{3164}\u{3164}",
        "\u{3164}ㅋㅋㅋ",
        "\u{3164}ㅂㅞ",
        "\u{3164}ㄳㅏㄱ",
        "\u{3164}ㅂㅞㄸ",
        "ㅂㅞㄺ",
    ] {
        assert_eq!(recompose_filler_jamo(kept), None, "{kept:?}");
    }
    assert_eq!(recompose_filler_jamo("\u{3164}\u{3164}ㅂㅞㄺ").as_deref(), Some("\u{3164}뷁"));
}

#[test]
fn printed_texts_cannot_steer_a_terminal() {
    for (text, expected) in [
        ("plain 주문", "plain 주문"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\u{1b}[31mred\u{7}", "\\u{1b}[31mred\\u{7}"),
        ("\u{202e}gpj.exe", "\\u{202e}gpj.exe"),
        ("\u{9b}2J\u{200b}", "\\u{9b}2J\\u{200b}"),
        ("\u{2028}\u{85}", "\\u{2028}\\u{85}"),
        ("a\u{3000}b", "a\u{3000}b"),
    ] {
        assert_eq!(printable(text), expected);
    }
}

proptest! {
    /// Eight bytes at a time are judged as one after another.
    #[test]
    fn eight_bytes_are_plain_if_each_is(bytes in prop::array::uniform8(prop_oneof![4 => b' '..=b'~', 1 => any::<u8>()])) {
        let each = bytes.iter().all(|b| matches!(b, b' '..=b'%' | b'\''..=b'~'));
        prop_assert_eq!(are_plain(bytes), each);
    }

    #[test]
    fn what_is_spoken_is_clean_and_not_blank(text in "[ \u{200b}=\"&nbsp;0#가a-]{0,12}") {
        let expected = Some(clean(&text)).filter(|clean| !is_blank(clean));
        prop_assert_eq!(spoken(&text), expected);
    }

    #[test]
    fn cleaning_again_changes_nothing(text in "([^&=]|\\r|\\n|\u{1107}|\u{1161}|\u{11af}|\u{301}){0,12}") {
        let once = clean(&text).into_owned();
        prop_assert_eq!(clean(&once), once.as_str());
        prop_assert!(unicode_normalization::is_nfc(&once));
        prop_assert_eq!(trim(&once), once.as_str());
    }

    #[test]
    fn escaped_texts_come_back(text in "[ -~가-힣]{0,20}") {
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;").replace('\'', "&#039;");
        let resolved = entities::resolve(&escaped).unwrap_or(escaped);
        prop_assert_eq!(resolved, text);
    }

    #[test]
    fn comparing_needs_no_second_pass(text in "\\PC{0,12}") {
        let once = comparable(&text).into_owned();
        prop_assert_eq!(comparable(&once), once.as_str());
        prop_assert_eq!(header_key(&header_key(&text.replace(['&', '='], ""))), header_key(&text.replace(['&', '='], "")));
    }

    #[test]
    fn every_syllable_spelled_out_comes_back(syllable in prop::char::range('가', '힣')) {
        let place = u32::from(syllable) - u32::from('가');
        let nth = |letters: &str, at: u32| letters.chars().nth(at as usize).unwrap();
        let initial = nth("ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ", place / 588);
        let vowel = nth("ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ", place / 28 % 21);
        let last = nth("\u{3164}ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ", place % 28);
        let spelled: String = ['\u{3164}', initial, vowel, last].into_iter().collect();
        prop_assert_eq!(recompose_filler_jamo(&spelled), Some(syllable.to_string()));
    }

    #[test]
    fn number_texts_mean_the_same_number(value in prop::num::f64::NORMAL) {
        prop_assert_eq!(number_as_text(value).parse::<f64>().map(f64::to_bits), Ok(value.to_bits()));
        prop_assert!(!number_as_text(value).contains(['e', 'E']));
    }

    #[test]
    fn nothing_panics(text in "\\PC{0,20}") {
        is_blank(&text);
        is_e_notation(&text);
        prop_assert!(!printable(&text).chars().any(char::is_control));
    }
}
