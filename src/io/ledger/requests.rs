//! What the ledger remembers of requests: that they were made, of which days, and when.
//!
//! Whether one has arrived is never stored. Requests belong to no run: undo leaves them alone.

use super::catalogue::requests;
use super::{Ledger, LedgerError, Writer};
use crate::core::plan::Asked;

/// A request that was made and not withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRecord {
    pub request_id: String,
    pub mall_id: String,
    pub shop_no: i64,
    pub asked: Asked,
}

impl Ledger {
    /// All requests, in the order in which they were noted.
    pub fn requests(&self) -> Result<Vec<RequestRecord>, LedgerError> {
        Ok(requests::list(&self.db)?)
    }
}

impl Writer {
    /// Notes requests of shops, all or none; returns their names.
    pub fn note_requests(&mut self, made: &[(String, i64, Asked)]) -> Result<Vec<String>, LedgerError> {
        let transaction = self.ledger.db.transaction()?;
        let names = made.iter().map(|(mall, shop, asked)| requests::insert(&transaction, mall, *shop, asked));
        let names = names.collect::<Result<_, _>>()?;
        transaction.commit()?;
        Ok(names)
    }

    /// Forgets requests, all or none.
    pub fn withdraw_requests(&mut self, names: &[String]) -> Result<(), LedgerError> {
        let transaction = self.ledger.db.transaction()?;
        for name in names {
            if !requests::delete(&transaction, name)? {
                return Err(LedgerError::UnknownRequest(name.clone()));
            }
        }
        Ok(transaction.commit()?)
    }
}
