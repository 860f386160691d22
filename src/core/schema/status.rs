//! Status labels and codes (`domain.md` 2.5).

/// The coarse class of an item's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatusClass {
    Normal,
    ExchangeGoods,
    CanceledBeforePayment,
    Canceled,
    Returned,
    Exchanged,
}

impl StatusClass {
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
}

/// Labels to codes and codes to classes.
#[derive(Clone, Debug, Default)]
pub struct Statuses {}

impl Statuses {
    /// The code of a label as a file prints it; white space and hyphens do not count. `None`: not known.
    pub fn code_of_label(&self, label: &str) -> Option<&str> {
        let _ = label;
        None
    }

    /// The class of a status code such as `N40`, from its group. `None`: no known group.
    pub fn class_of_code(&self, code: &str) -> Option<StatusClass> {
        let _ = code;
        None
    }

    /// The class of the API's coarse `status_code` such as `C2`.
    pub fn class_of_status_code(&self, status_code: &str) -> Option<StatusClass> {
        let _ = status_code;
        None
    }
}

/// A label without what spelling varies in: white space and hyphens. For comparing only.
pub fn comparable_label(label: &str) -> String {
    label.chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}
