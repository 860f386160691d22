//! Invented persons whose every word is a canary: none may appear in a ledger, on stdout or on stderr.

/// A person told in files.
#[derive(Clone, Debug)]
pub struct Person {
    pub name: String,
    /// Ten significant digits, without the leading zero.
    pub mobile: String,
    pub email: String,
    pub region: String,
    pub street: String,
    pub message: String,
}

const REGIONS: [&str; 4] =
    ["서울특별시 강남구", "경기도 성남시", "부산광역시 해운대구", "제주특별자치도 서귀포시"];
const SYLLABLES: [&str; 8] = ["갹", "늉", "덥", "륵", "묽", "뱝", "숄", "쟉"];

impl Person {
    pub fn number(number: usize) -> Self {
        let three: String = [number, number / 8 + 3, number * 3 + 1].map(|part| SYLLABLES[part % 8]).concat();
        Self {
            name: format!("카나{three}"),
            mobile: format!("10{:08}", 77_310_000 + number * 137),
            email: format!("canary{number}@zzcanary.example"),
            region: REGIONS[number % REGIONS.len()].to_owned(),
            street: format!("카나리아{number}로 {}-{number}", number + 1),
            message: format!("문앞카나리아{number} 비번 #{number}77*"),
        }
    }

    pub fn address(&self) -> String {
        format!("{} {}", self.region, self.street)
    }

    /// Four spellings of one number.
    pub fn spelled(&self, spelling: usize) -> String {
        let (head, middle, tail) = (&self.mobile[..2], &self.mobile[2..6], &self.mobile[6..]);
        match spelling % 4 {
            0 => format!("0{head}-{middle}-{tail}"),
            1 => format!("0{}", self.mobile),
            2 => format!("+82 {head}-{middle}-{tail}"),
            _ => format!("{head}-{middle}-{tail}"),
        }
    }

    /// Texts that must appear nowhere.
    pub fn canaries(&self) -> Vec<String> {
        let mut texts: Vec<String> = (0..4).map(|spelling| self.spelled(spelling)).collect();
        texts.extend([
            self.name.clone(),
            self.mobile.clone(),
            self.email.clone(),
            self.street.clone(),
            self.message.clone(),
        ]);
        texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn persons_differ() {
        let names: std::collections::BTreeSet<String> =
            (0..30).map(|number| Person::number(number).mobile).collect();
        assert_eq!(names.len(), 30);
    }

    #[test]
    fn four_spellings_of_one_number() {
        let person = Person::number(0);
        let spelled: Vec<String> = (0..4).map(|spelling| person.spelled(spelling)).collect();
        assert_eq!(spelled, ["010-7731-0000", "01077310000", "+82 10-7731-0000", "10-7731-0000"]);
    }
}
