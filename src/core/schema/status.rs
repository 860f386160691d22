//! Status labels and codes (`schemas/statuses.toml`).

use std::collections::HashMap;

use foldhash::fast::RandomState;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization as _;

use super::file::StatusesFile;

/// The coarse class of an item's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusClass {
    Normal,
    ExchangeGoods,
    CanceledBeforePayment,
    Canceled,
    Returned,
    Exchanged,
}

impl StatusClass {
    pub const ALL: [Self; 6] = [
        Self::Normal,
        Self::ExchangeGoods,
        Self::CanceledBeforePayment,
        Self::Canceled,
        Self::Returned,
        Self::Exchanged,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::ExchangeGoods => "exchange_goods",
            Self::CanceledBeforePayment => "canceled_before_payment",
            Self::Canceled => "canceled",
            Self::Returned => "returned",
            Self::Exchanged => "exchanged",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == text)
    }
}

/// Labels to codes and codes to classes.
#[derive(Clone, Debug, Default)]
pub struct Statuses {
    code_of_label: HashMap<String, String, RandomState>,
    groups: Vec<Group>,
    status_codes: HashMap<String, StatusClass>,
}

/// Codes that begin with one letter: what they mean, and those among them that mean something else.
#[derive(Clone, Debug)]
struct Group {
    prefix: char,
    class: StatusClass,
    exceptions: HashMap<String, StatusClass>,
}

impl Statuses {
    /// Takes the parsed file apart. `Err` says what is wrong with it.
    pub(super) fn from_file(file: StatusesFile) -> Result<Self, String> {
        let mut statuses = Self { status_codes: file.status_codes.into_iter().collect(), ..Self::default() };
        let mut labels = Vec::new();
        for group in file.group {
            if statuses.groups.iter().any(|known| known.prefix == group.prefix) {
                return Err(format!("two groups begin with `{}`", group.prefix));
            }
            let exceptions: HashMap<_, _> = group.exceptions.into_iter().collect();
            statuses.groups.push(Group { prefix: group.prefix, class: group.class, exceptions });
            labels.extend(group.labels.into_iter().map(|(code, label)| (group.prefix, code, label)));
        }
        for (prefix, code, label) in labels {
            if !code.starts_with(prefix) {
                return Err(format!("code `{code}` stands in group `{prefix}`"));
            }
            if statuses.code_of_label(&label).is_some() {
                return Err(format!("two codes have the label `{label}`"));
            }
            statuses.add(&label, &code)?;
        }
        if let Some(code) =
            statuses.groups.iter().flat_map(|g| g.exceptions.keys()).find(|c| !statuses.has_label(c))
        {
            return Err(format!("exception `{code}` has no label"));
        }
        Ok(statuses)
    }

    /// Teaches one more label, or gives a known one another code. `Err` says why that cannot be.
    pub(super) fn add(&mut self, label: &str, code: &str) -> Result<(), String> {
        let comparable: String = comparable_label(label).nfc().collect();
        if comparable.is_empty() {
            return Err(format!("the status label of `{code}` is blank"));
        }
        if self.class_of_code(code).is_none() {
            return Err(format!("status `{label}`: `{code}` is no status code (a known one looks like N40)"));
        }
        self.code_of_label.insert(comparable, code.to_owned());
        Ok(())
    }

    /// The shortest label of a code, without spaces and hyphens.
    pub fn label_of_code(&self, code: &str) -> Option<&str> {
        let labels = self.code_of_label.iter().filter(|(_, known)| *known == code);
        labels.map(|(label, _)| label.as_str()).min_by_key(|label| (label.len(), *label))
    }

    fn has_label(&self, code: &str) -> bool {
        self.code_of_label.values().any(|known| known == code)
    }

    /// The code of a label as a file prints it; white space and hyphens do not count. `None`: not known.
    pub fn code_of_label(&self, label: &str) -> Option<&str> {
        // Labels come over and over, mostly in the very spelling that is stored.
        let known = |label: &str| self.code_of_label.get(label).map(String::as_str);
        known(label)
            .or_else(|| known(&comparable_label(label)))
            .or_else(|| known(&comparable_label(label).nfc().collect::<String>()))
    }

    /// The class of a status code such as `N40`, from its group. `None`: no known group.
    pub fn class_of_code(&self, code: &str) -> Option<StatusClass> {
        let mut rest = code.chars();
        let prefix = rest.next()?;
        let number = rest.as_str();
        let group = self.groups.iter().find(|group| group.prefix == prefix)?;
        if number.len() != 2 || !number.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        Some(group.exceptions.get(code).copied().unwrap_or(group.class))
    }

    /// The class of the API's coarse `status_code` such as `C2`.
    pub fn class_of_status_code(&self, status_code: &str) -> Option<StatusClass> {
        self.status_codes.get(status_code).copied()
    }

    /// The API's coarse status codes with their classes, in no order.
    pub(super) fn status_codes(&self) -> impl Iterator<Item = (&str, StatusClass)> {
        self.status_codes.iter().map(|(code, class)| (code.as_str(), *class))
    }
}

/// A label without what spelling varies in: white space and hyphens. For comparing only.
pub fn comparable_label(label: &str) -> String {
    label.chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::schema::{Additions, Schema};

    fn statuses() -> Statuses {
        Schema::load(&Additions::default()).unwrap().statuses
    }

    fn check(label: &str, code: Option<&str>) {
        assert_eq!(statuses().code_of_label(label), code, "{label}");
    }

    #[test]
    fn labels_of_every_group_are_known() {
        for (label, code) in [
            ("입금전", "N00"),
            ("교환접수-교환상품", "N01"),
            ("입금전-카드결제대기", "N02"),
            ("주문접수중", "N02"),
            ("교환접수-카드결제대기", "N03"),
            ("상품준비중", "N10"),
            ("배송준비중", "N20"),
            ("배송대기", "N21"),
            ("배송보류", "N22"),
            ("배송중", "N30"),
            ("배송완료", "N40"),
            ("구매확정", "N50"),
            ("취소신청", "C00"),
            ("취소접수-관리자", "C10"),
            ("취소접수거부", "C11"),
            ("취소처리중-환불전", "C34"),
            ("취소처리중-환불완료", "C35"),
            ("취소처리중-환불보류", "C36"),
            ("취소완료", "C40"),
            ("취소완료-환불전", "C41"),
            ("취소완료-환불요청중", "C42"),
            ("취소완료-환불보류", "C43"),
            ("입금전취소-구매자", "C47"),
            ("입금전취소-자동", "C48"),
            ("입금전취소-관리자", "C49"),
            ("반품신청", "R00"),
            ("반품접수", "R10"),
            ("반품접수거부", "R11"),
            ("반품보류", "R12"),
            ("반품접수-수거완료(자동)", "R13"),
            ("반품수거완료", "R20"),
            ("반품처리중-수거전", "R30"),
            ("반품처리중-수거완료", "R31"),
            ("반품처리중-환불전", "R34"),
            ("반품처리중-환불보류", "R36"),
            ("반품완료-환불완료", "R40"),
            ("반품완료-환불전", "R41"),
            ("반품완료-환불요청중", "R42"),
            ("반품완료-환불보류", "R43"),
            ("교환신청", "E00"),
            ("교환접수", "E10"),
            ("교환접수거부", "E11"),
            ("교환보류", "E12"),
            ("교환접수-수거완료(자동)", "E13"),
            ("교환준비", "E20"),
            ("교환처리중-수거전", "E30"),
            ("교환처리중-수거완료", "E31"),
            ("교환처리중-입금전", "E32"),
            ("교환처리중-입금완료", "E33"),
            ("교환처리중-환불전", "E34"),
            ("교환처리중-환불완료", "E35"),
            ("교환처리중-환불보류", "E36"),
            ("교환완료", "E40"),
        ] {
            check(label, Some(code));
        }
        assert_eq!(statuses().code_of_label.len(), 53);
    }

    #[test]
    fn spaces_hyphens_and_jamo_do_not_count() {
        check("취소 처리중 - 환불전", Some("C34"));
        check("입금전 취소 - 관리자", Some("C49"));
        check(" 배송\u{a0}완료 ", Some("N40"));
        check(&"배송완료".nfd().collect::<String>(), Some("N40"));
    }

    #[test]
    fn a_code_has_one_label() {
        assert_eq!(statuses().label_of_code("N50"), Some("구매확정"));
        assert_eq!(statuses().label_of_code("N02"), Some("주문접수중"));
        assert_eq!(statuses().label_of_code("N99"), None);
    }

    #[test]
    fn a_short_label_without_its_group_is_unknown() {
        for label in [
            "처리중-환불전",
            "접수",
            "신청",
            "보류",
            "완료-환불전",
            "수거완료",
            "접수거부",
            "",
            "-",
            "포장완료",
        ] {
            check(label, None);
        }
    }

    #[test]
    fn classes_follow_the_group_and_its_exceptions() {
        use StatusClass as C;
        for (code, class) in [
            ("N00", Some(C::Normal)),
            ("N01", Some(C::ExchangeGoods)),
            ("N02", Some(C::Normal)),
            ("N03", Some(C::ExchangeGoods)),
            ("N40", Some(C::Normal)),
            ("C40", Some(C::Canceled)),
            ("C46", Some(C::Canceled)),
            ("C47", Some(C::CanceledBeforePayment)),
            ("C48", Some(C::CanceledBeforePayment)),
            ("C49", Some(C::CanceledBeforePayment)),
            ("R00", Some(C::Returned)),
            ("E50", Some(C::Exchanged)),
            ("X10", None),
            ("N4", None),
            ("N400", None),
            ("배송완료", None),
            ("", None),
        ] {
            assert_eq!(statuses().class_of_code(code), class, "{code}");
        }
    }

    #[test]
    fn the_apis_coarse_codes_have_classes() {
        use StatusClass as C;
        for (code, class) in [
            ("N1", Some(C::Normal)),
            ("N2", Some(C::ExchangeGoods)),
            ("C1", Some(C::CanceledBeforePayment)),
            ("C2", Some(C::Canceled)),
            ("C3", Some(C::Returned)),
            ("E1", Some(C::Exchanged)),
            ("N40", None),
        ] {
            assert_eq!(statuses().class_of_status_code(code), class, "{code}");
        }
    }

    #[test]
    fn class_words_go_there_and_back() {
        for class in StatusClass::ALL {
            assert_eq!(StatusClass::parse(class.as_str()), Some(class));
        }
    }
}
