//! Standard encryption (MS-OFFCRYPTO 2.3.4.5 to 2.3.4.9): AES block by block with SHA-1, without any protection of the
//! package against change.

use super::primitives::{BLOCK, Hash, decrypt_ecb, u32_at};
use super::{Decrypt, Password, damaged};
use crate::io::read::ReadError;

const SPINS: u32 = 50_000;
/// Versions and flags come before the size of the header.
const HEADER: usize = 12;

pub(super) struct Info {
    key_bytes: usize,
    salt: Vec<u8>,
    verifier: Vec<u8>,
    verifier_hash: Vec<u8>,
}

impl Info {
    pub(super) fn parse(info: &[u8]) -> Result<Self, ReadError> {
        let header_size = u32_at(info, 8).ok_or_else(damaged)? as usize;
        let algorithm = u32_at(info, HEADER + 8).ok_or_else(damaged)?;
        let key_bytes = match algorithm {
            0x660E => 16,
            0x660F => 24,
            0x6610 => 32,
            _ => return Err(ReadError::Unsupported("a workbook with an unusual cipher".into())),
        };
        let verifier = HEADER.checked_add(header_size).and_then(|at| info.get(at..)).ok_or_else(damaged)?;
        let part = |from: usize, to: usize| verifier.get(from..to).map(<[u8]>::to_vec).ok_or_else(damaged);
        if u32_at(verifier, 0) != Some(16) {
            return Err(damaged());
        }
        Ok(Self { key_bytes, salt: part(4, 20)?, verifier: part(20, 36)?, verifier_hash: part(40, 72)? })
    }

    pub(super) fn unlock(&self, password: &Password) -> Result<Decrypt, ReadError> {
        let key = self.key(password);
        let (mut verifier, mut hash) = (self.verifier.clone(), self.verifier_hash.clone());
        decrypt_ecb(&key, &mut verifier)?;
        decrypt_ecb(&key, &mut hash)?;
        if hash.get(..Hash::Sha1.size()) != Some(Hash::Sha1.of(&[&verifier]).as_slice()) {
            return Err(ReadError::PasswordWrong);
        }
        Ok(Box::new(move |_, piece| decrypt_ecb(&key, piece)))
    }

    fn key(&self, password: &Password) -> Vec<u8> {
        let spun = Hash::Sha1.of_password(&self.salt, &password.utf16(), SPINS);
        let last = Hash::Sha1.of(&[&spun, &0_u32.to_le_bytes()]);
        let mixed = |filler: u8| {
            let mut block = [filler; 4 * BLOCK];
            block.iter_mut().zip(&last).for_each(|(byte, hash)| *byte ^= hash);
            Hash::Sha1.of(&[&block])
        };
        let mut key = [mixed(0x36), mixed(0x5C)].concat();
        key.truncate(self.key_bytes);
        key
    }
}
