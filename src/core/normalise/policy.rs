//! Which classes of personal data are kept, hashed or never read (`docs/PRIVACY.md`).

use crate::core::schema::{Column, Privacy, Transform};

/// What happens to a class of personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Never read.
    Drop,
    /// Only as a keyed hash.
    Hash,
    /// Stored as it is.
    Keep,
}

/// The rules of privacy in force. The default stores nothing personal.
#[derive(Clone, Debug)]
pub struct Policy {
    pub name: Keep,
    pub address: Keep,
    pub free_text: Keep,
    pub phone: Keep,
    pub email: Keep,
    pub identity: Keep,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            name: Keep::Drop,
            address: Keep::Drop,
            free_text: Keep::Drop,
            phone: Keep::Hash,
            email: Keep::Hash,
            identity: Keep::Drop,
        }
    }
}

impl Policy {
    fn of(&self, class: Privacy) -> Keep {
        match class {
            Privacy::Public => Keep::Keep,
            Privacy::Name => self.name,
            Privacy::Address => self.address,
            Privacy::FreeText => self.free_text,
            Privacy::Phone => self.phone,
            Privacy::Email => self.email,
            Privacy::Identity => self.identity,
        }
    }

    /// Whether a column may be filled.
    pub fn stores(&self, column: &Column) -> bool {
        match column.transform {
            Transform::PhoneHash | Transform::EmailHash => self.of(column.privacy) != Keep::Drop,
            _ => self.of(column.privacy) == Keep::Keep,
        }
    }
}
