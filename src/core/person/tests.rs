use proptest::prelude::*;

use super::*;

fn check_phone(text: &str, expected: Option<&str>) {
    assert_eq!(normal_phone(text).as_deref(), expected, "{text:?}");
}

#[test]
fn spellings_of_one_mobile_number() {
    for text in [
        "010-1234-5678",
        "01012345678",
        "+82 10-1234-5678",
        "10-1234-5678",
        "1012345678",
        "+82-010-1234-5678",
        "+82 (0)10-1234-5678",
        "82-10-1234-5678",
        "821012345678",
        "82-010-1234-5678",
        "0082-10-1234-5678",
        "008201012345678",
        "+0082 10 1234 5678",
        "+01012345678",
        "010 1234 5678",
        "010.1234.5678",
        "(010) 1234-5678",
        "０１０－１２３４－５６７８",
        "010\u{2013}1234\u{2011}5678",
        "\u{202a}010-1234-5678\u{202c}",
        " 010-1234-5678\u{a0}",
        "HP: 010-1234-5678",
        "010-1234-5678 (본인)",
        "010-1234-5678 / 02-123-4567",
        "010-1234-5678\n02-123-4567",
        "'010-1234-5678",
    ] {
        check_phone(text, Some("01012345678"));
    }
}

#[test]
fn other_korean_numbers() {
    for (text, expected) in [
        ("02-123-4567", "021234567"),
        ("2-123-4567", "021234567"),
        ("2-1234-5678", "0212345678"),
        ("(02) 123-4567", "021234567"),
        ("+82 2 123 4567", "021234567"),
        ("82-2-1234-5678", "0212345678"),
        ("031-123-4567", "0311234567"),
        ("31-123-4567", "0311234567"),
        ("64-123-4567", "0641234567"),
        ("11-123-4567", "0111234567"),
        ("016-123-4567", "0161234567"),
        ("70-1234-5678", "07012345678"),
        ("80-123-4567", "0801234567"),
        ("0505-123-4567", "05051234567"),
        ("505-123-4567", "05051234567"),
        ("0507-1234-5678", "050712345678"),
        ("507-1234-5678", "050712345678"),
        ("1588-1234", "15881234"),
        ("+82 1588-1234", "15881234"),
        ("1688-1234", "16881234"),
        ("1877-1234", "18771234"),
        ("123-4567", "1234567"),
        ("02-123-4567~8", "021234567"),
        ("000-0000-0000", "00000000000"),
    ] {
        check_phone(text, Some(expected));
    }
}

#[test]
fn foreign_numbers_keep_their_country() {
    check_phone("+1 (213) 555-0100", Some("+12135550100"));
    check_phone("+81-3-1234-5678", Some("+81312345678"));
    check_phone("1-213-555-0100", Some("12135550100"));
}

#[test]
fn no_number_no_hash() {
    for text in [
        "",
        "--",
        "-",
        " ",
        "없음",
        "####",
        "112",
        "1234",
        "010-****-5678",
        "010-12○○-5678",
        "1.01235E+09",
        "+82",
    ] {
        check_phone(text, None);
    }
}

#[test]
fn spellings_of_one_email_address() {
    for text in ["Kim@Example.com", " kim@example.com\u{a0}", "ＫＩＭ@example.com", "KIM@EXAMPLE.COM"] {
        assert_eq!(normal_email(text).as_deref(), Some("kim@example.com"), "{text:?}");
    }
    for text in ["", "-", "--", "\u{3000}", "ki***@example.com"] {
        assert_eq!(normal_email(text), None, "{text:?}");
    }
}

#[test]
fn hashes_are_keyed() {
    // Computed with Python's hmac over `01012345678`.
    let key = PersonKey::new(&[7; 32]);
    let other = PersonKey::new(&[8; 32]);
    let hash = key.hash_phone("010-1234-5678");
    let hex = hash.map(|hash| hash.to_string());
    assert_eq!(hex.as_deref(), Some("9327963c5062f6bbeb5c96e75f93d2568b316dd96bd32664e98a18b767ad8db0"));
    assert_eq!(hash, key.hash_phone("+82 10-1234-5678"));
    assert_eq!(hash, key.clone().hash_phone("10-1234-5678"));
    assert_ne!(hash, other.hash_phone("010-1234-5678"));
    assert_eq!(key.hash_phone("--"), None);
    assert_eq!(key.hash_email(" A@b.kr"), key.hash_email("a@B.kr"));
    assert_ne!(key.hash_email("a@b.kr"), key.hash_email("c@b.kr"));
    assert_eq!(format!("{key:?}"), "PersonKey");
}

#[test]
fn where_nobody_asks_for_hashes_there_are_still_values() {
    let key = PersonKey::unasked();
    assert_eq!(key.hash_phone("010-1234-5678"), key.hash_email("a@b.kr"));
    assert_eq!((key.hash_phone("--"), key.hash_email("***")), (None, None));
}

#[test]
fn regions_are_two_words() {
    for (address, expected) in [
        ("서울특별시 강남구 테헤란로 123, 4층", Some("서울특별시 강남구")),
        ("(06234) 서울특별시 강남구 테헤란로 123", Some("서울특별시 강남구")),
        ("[06234]\u{3000}경기도  성남시 분당구", Some("경기도 성남시")),
        ("06234 부산 해운대구 우동", Some("부산 해운대구")),
        ("(135-080) 서울 강남구", Some("서울 강남구")),
        (" 제주특별자치도 ", Some("제주특별자치도")),
        ("서울 강남구역삼동12-3", Some("서울")),
        ("123 Main Street", None),
        ("(06234)", None),
        ("", None),
        ("\u{a0}", None),
    ] {
        assert_eq!(region(address).as_deref(), expected, "{address:?}");
    }
}

#[test]
fn contacts_in_a_files_name_are_seen_and_days_are_not() {
    for name in [
        "01012345678.csv",
        "고객 010-1234-5678 주문.xlsx",
        "주문_+82 10-1234-5678.csv",
        "10-1234-5678.xlsx",
        "haruhome_20240605-01012345678.csv",
        "hong@example.com 주문.xls",
        "０１０１２３４５６７８.csv",
        "02-345-6789.csv",
    ] {
        assert!(holds_contact(name), "{name}");
    }
    for name in [
        "haruhome_20240705_1_a3f9 (1).csv",
        "orders_20240712T101500.json",
        "api_orders_20240819T101500.json",
        "2024년 3월 매출장 20240402.csv",
        "하루홈 매출정리 2024-05-20.xlsx",
        "20240101-20240630.csv",
        "moonhill_20250201_1_f001.csv",
        "",
    ] {
        assert!(!holds_contact(name), "{name}");
    }
}

proptest! {
    #[test]
    fn a_normal_number_is_its_own_normal_form(text in "(\\+|00)?(82|0082|0|10|2|31|50)?[-0-9() .]{0,14}|\\PC{0,14}") {
        if let Some(phone) = normal_phone(&text) {
            prop_assert_eq!(normal_phone(&phone), Some(phone.clone()));
        }
    }

    #[test]
    fn all_forms_of_a_number_are_equal(
        prefix in prop::sample::select(vec!["10", "11", "19", "2", "31", "55", "64", "70", "505", "507"]),
        first in "[1-9][0-9]{2,3}",
        last in "[0-9]{4}",
    ) {
        let expected = Some(format!("0{prefix}{first}{last}"));
        for text in [
            format!("0{prefix}-{first}-{last}"),
            format!("0{prefix}{first}{last}"),
            format!("{prefix}-{first}-{last}"),
            format!("{prefix}{first}{last}"),
            format!("(0{prefix}) {first} {last}"),
            format!("+82 {prefix}-{first}-{last}"),
            format!("+82-0{prefix}-{first}-{last}"),
            format!("82-{prefix}-{first}-{last}"),
            format!("0082{prefix}{first}{last}"),
        ] {
            prop_assert_eq!(normal_phone(&text), expected.clone(), "{}", text);
        }
    }

    #[test]
    fn a_normal_address_is_its_own_normal_form(text in "\\PC{0,16}") {
        if let Some(email) = normal_email(&text) {
            prop_assert_eq!(normal_email(&email), Some(email.clone()));
        }
        if let Some(found) = region(&text) {
            prop_assert!(found.split(' ').count() <= 2 && !found.chars().any(char::is_numeric));
        }
    }
}
