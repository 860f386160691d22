//! Agile encryption (MS-OFFCRYPTO 2.3.4.10 to 2.3.4.15): parameters in XML, a random key locked by the password, and an
//! HMAC over the package.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::primitives::{BLOCK, Hash, decrypt_cbc, resized};
use super::{Decrypt, Password, damaged};
use crate::io::read::{Input, ReadError};

/// The most the standard allows.
const MAX_SPINS: u32 = 10_000_000;

// What each derived key is for.
const FOR_VERIFIER_INPUT: [u8; 8] = [0xFE, 0xA7, 0xD2, 0x76, 0x3B, 0x4B, 0x9E, 0x79];
const FOR_VERIFIER_HASH: [u8; 8] = [0xD7, 0xAA, 0x0F, 0x6D, 0x30, 0x61, 0x34, 0x4E];
const FOR_KEY: [u8; 8] = [0x14, 0x6E, 0x0B, 0xE7, 0xAB, 0xAC, 0xD0, 0xD6];
const FOR_HMAC_KEY: [u8; 8] = [0x5F, 0xB2, 0xAD, 0x01, 0x0C, 0xB9, 0xE1, 0xF6];
const FOR_HMAC_VALUE: [u8; 8] = [0xA0, 0x67, 0x7F, 0x02, 0xB2, 0x2C, 0x84, 0x33];

/// A salt with the cipher and hash it belongs to.
struct Parameters {
    hash: Hash,
    key_bytes: usize,
    salt: Vec<u8>,
}

struct Integrity {
    key: Vec<u8>,
    value: Vec<u8>,
}

pub(super) struct Info {
    package: Parameters,
    password: Parameters,
    spins: u32,
    verifier_input: Vec<u8>,
    verifier_hash: Vec<u8>,
    key: Vec<u8>,
    integrity: Option<Integrity>,
}

impl Info {
    pub(super) fn parse(xml: &[u8]) -> Result<Self, ReadError> {
        let xml = std::str::from_utf8(xml).map_err(|_| damaged())?;
        let mut reader = Reader::from_str(xml.trim_end_matches('\0'));
        let (mut package, mut integrity, mut locked) = (None, None, None);
        loop {
            match reader.read_event().map_err(|_| damaged())? {
                Event::Start(e) | Event::Empty(e) => match e.local_name().as_ref() {
                    "keyData" => package = Some(Parameters::parse(&e)?),
                    "dataIntegrity" => {
                        integrity = Some(Integrity {
                            key: bytes(&e, "encryptedHmacKey")?,
                            value: bytes(&e, "encryptedHmacValue")?,
                        });
                    }
                    // One for the password; those for certificates have no spin count.
                    "encryptedKey" if text(&e, "spinCount")?.is_some() => {
                        let spins = number(&e, "spinCount")?;
                        if spins > MAX_SPINS {
                            return Err(damaged());
                        }
                        locked = Some((
                            Parameters::parse(&e)?,
                            spins,
                            bytes(&e, "encryptedVerifierHashInput")?,
                            bytes(&e, "encryptedVerifierHashValue")?,
                            bytes(&e, "encryptedKeyValue")?,
                        ));
                    }
                    _ => {}
                },
                Event::Eof => break,
                _ => {}
            }
        }
        let package = package.ok_or_else(damaged)?;
        let Some((password, spins, verifier_input, verifier_hash, key)) = locked else {
            return Err(ReadError::Unsupported("a workbook locked by a certificate".into()));
        };
        Ok(Self { package, password, spins, verifier_input, verifier_hash, key, integrity })
    }

    pub(super) fn unlock(&self, package: &Input, password: &Password) -> Result<Decrypt, ReadError> {
        let by_password = &self.password;
        let spun = by_password.hash.of_password(&by_password.salt, &password.utf16(), self.spins);
        let open = |locked: &[u8], purpose: [u8; 8]| {
            let key = resized(by_password.hash.of(&[&spun, &purpose]), by_password.key_bytes);
            decrypted(&key, by_password.salt.clone(), locked)
        };
        let input = open(&self.verifier_input, FOR_VERIFIER_INPUT)?;
        let input = input.get(..by_password.salt.len()).ok_or_else(damaged)?;
        let expected = open(&self.verifier_hash, FOR_VERIFIER_HASH)?;
        if expected.get(..by_password.hash.size()).ok_or_else(damaged)? != by_password.hash.of(&[input]) {
            return Err(ReadError::PasswordWrong);
        }
        let mut key = open(&self.key, FOR_KEY)?;
        key.truncate(self.package.key_bytes);
        self.check_integrity(package, &key)?;

        let (hash, salt) = (self.package.hash, self.package.salt.clone());
        Ok(Box::new(move |number, piece| {
            let iv = resized(hash.of(&[&salt, &number.to_le_bytes()]), BLOCK);
            decrypt_cbc(&key, &iv, piece)
        }))
    }

    fn check_integrity(&self, package: &Input, key: &[u8]) -> Result<(), ReadError> {
        let Some(integrity) = &self.integrity else { return Ok(()) };
        let parameters = &self.package;
        let open = |locked: &[u8], purpose: [u8; 8]| {
            let mut plain = decrypted(key, parameters.hash.of(&[&parameters.salt, &purpose]), locked)?;
            plain.truncate(parameters.hash.size());
            Ok::<_, ReadError>(plain)
        };
        let mac_key = open(&integrity.key, FOR_HMAC_KEY)?;
        let expected = open(&integrity.value, FOR_HMAC_VALUE)?;
        if parameters.hash.authenticates(&mac_key, &mut package.open()?, &expected)? {
            Ok(())
        } else {
            Err(ReadError::Damaged("its bytes were changed after it was encrypted".into()))
        }
    }
}

impl Parameters {
    fn parse(element: &BytesStart<'_>) -> Result<Self, ReadError> {
        let name = |key| text(element, key).and_then(|value| value.ok_or_else(damaged));
        let (cipher, chaining) = (name("cipherAlgorithm")?, name("cipherChaining")?);
        let hash = Hash::parse(&name("hashAlgorithm")?);
        let (Some(hash), "AES", "ChainingModeCBC") = (hash, cipher.as_str(), chaining.as_str()) else {
            return Err(ReadError::Unsupported("a workbook with an unusual cipher".into()));
        };
        let bits = number(element, "keyBits")?;
        if !matches!(bits, 128 | 192 | 256) {
            return Err(damaged());
        }
        Ok(Self { hash, key_bytes: (bits / 8) as usize, salt: bytes(element, "saltValue")? })
    }
}

fn decrypted(key: &[u8], iv: Vec<u8>, locked: &[u8]) -> Result<Vec<u8>, ReadError> {
    let mut plain = locked.to_vec();
    decrypt_cbc(key, &resized(iv, BLOCK), &mut plain)?;
    Ok(plain)
}

fn text(element: &BytesStart<'_>, key: &str) -> Result<Option<String>, ReadError> {
    let attribute = element.try_get_attribute(key).map_err(|_| damaged())?;
    attribute
        .map(|a| a.normalized_value(XmlVersion::Implicit1_0).map(std::borrow::Cow::into_owned))
        .transpose()
        .map_err(|_| damaged())
}

fn bytes(element: &BytesStart<'_>, key: &str) -> Result<Vec<u8>, ReadError> {
    let text = text(element, key)?.ok_or_else(damaged)?;
    STANDARD.decode(text.trim()).map_err(|_| damaged())
}

fn number(element: &BytesStart<'_>, key: &str) -> Result<u32, ReadError> {
    text(element, key)?.and_then(|text| text.trim().parse().ok()).ok_or_else(damaged)
}
