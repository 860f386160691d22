//! The ciphers and hashes of MS-OFFCRYPTO by their names in files.

use std::io::Read;

use aes::cipher::{Array, BlockCipherDecrypt, BlockModeDecrypt, BlockSizeUser, KeyInit, KeyIvInit};
use aes::{Aes128, Aes192, Aes256};
use cbc::Decryptor;
use hmac::{Hmac, Mac};
use sha1::{Digest, Sha1};
use sha2::{Sha256, Sha384, Sha512};

use super::damaged;
use crate::io::read::ReadError;

/// The block of AES in bytes.
pub(super) const BLOCK: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub(super) fn parse(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().replace('-', "").as_str() {
            "SHA1" => Some(Self::Sha1),
            "SHA256" => Some(Self::Sha256),
            "SHA384" => Some(Self::Sha384),
            "SHA512" => Some(Self::Sha512),
            _ => None,
        }
    }

    /// In bytes.
    pub(super) fn size(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    pub(super) fn of(self, parts: &[&[u8]]) -> Vec<u8> {
        fn of<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
            let mut hash = D::new();
            for part in parts {
                hash.update(part);
            }
            hash.finalize().to_vec()
        }
        match self {
            Self::Sha1 => of::<Sha1>(parts),
            Self::Sha256 => of::<Sha256>(parts),
            Self::Sha384 => of::<Sha384>(parts),
            Self::Sha512 => of::<Sha512>(parts),
        }
    }

    /// The hash of salt and password, hashed on `spins` times to make guessing slow.
    pub(super) fn of_password(self, salt: &[u8], password: &[u8], spins: u32) -> Vec<u8> {
        let first = self.of(&[salt, password]);
        (0..spins).fold(first, |hash, i| self.of(&[&i.to_le_bytes(), &hash]))
    }

    /// Whether `expected` is the keyed hash of all that `reader` gives.
    pub(super) fn authenticates(
        self,
        key: &[u8],
        reader: &mut dyn Read,
        expected: &[u8],
    ) -> Result<bool, ReadError> {
        fn check<M: Mac + KeyInit>(
            key: &[u8],
            reader: &mut dyn Read,
            expected: &[u8],
        ) -> Result<bool, ReadError> {
            let mut mac = <M as KeyInit>::new_from_slice(key).map_err(|_| damaged())?;
            let mut buffer = vec![0; 64 << 10];
            loop {
                match reader.read(&mut buffer)? {
                    0 => return Ok(mac.verify_slice(expected).is_ok()),
                    n => mac.update(buffer.get(..n).unwrap_or_default()),
                }
            }
        }
        match self {
            Self::Sha1 => check::<Hmac<Sha1>>(key, reader, expected),
            Self::Sha256 => check::<Hmac<Sha256>>(key, reader, expected),
            Self::Sha384 => check::<Hmac<Sha384>>(key, reader, expected),
            Self::Sha512 => check::<Hmac<Sha512>>(key, reader, expected),
        }
    }
}

/// Decrypts whole blocks in place, AES by the length of the key.
pub(super) fn decrypt_cbc(key: &[u8], iv: &[u8], data: &mut [u8]) -> Result<(), ReadError> {
    fn run<C>(key: &[u8], iv: &[u8], data: &mut [u8]) -> Result<(), ReadError>
    where
        C: BlockCipherDecrypt + KeyInit,
        Decryptor<C>: KeyIvInit + BlockModeDecrypt,
    {
        let mut cipher = Decryptor::<C>::new_from_slices(key, iv).map_err(|_| damaged())?;
        let (blocks, rest) = Array::slice_as_chunks_mut(data);
        cipher.decrypt_blocks(blocks);
        if rest.is_empty() { Ok(()) } else { Err(damaged()) }
    }
    match key.len() {
        16 => run::<Aes128>(key, iv, data),
        24 => run::<Aes192>(key, iv, data),
        32 => run::<Aes256>(key, iv, data),
        _ => Err(damaged()),
    }
}

/// As [`decrypt_cbc`], each block on its own.
pub(super) fn decrypt_ecb(key: &[u8], data: &mut [u8]) -> Result<(), ReadError> {
    fn run<C: BlockCipherDecrypt + KeyInit + BlockSizeUser>(
        key: &[u8],
        data: &mut [u8],
    ) -> Result<(), ReadError> {
        let cipher = C::new_from_slice(key).map_err(|_| damaged())?;
        let (blocks, rest) = Array::slice_as_chunks_mut(data);
        cipher.decrypt_blocks(blocks);
        if rest.is_empty() { Ok(()) } else { Err(damaged()) }
    }
    match key.len() {
        16 => run::<Aes128>(key, data),
        24 => run::<Aes192>(key, data),
        32 => run::<Aes256>(key, data),
        _ => Err(damaged()),
    }
}

/// Cut, or filled up with the byte the standard names.
pub(super) fn resized(mut bytes: Vec<u8>, size: usize) -> Vec<u8> {
    bytes.resize(size, 0x36);
    bytes
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
