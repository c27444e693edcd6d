//! The arithmetic behind `signatures.json`. It says that a key signed a document; whose key it is, is not said in a bundle.

use draw::{SIGNATURE_BYTES, SignatureAlgorithm};
use sm2::dsa::signature::Verifier as _;

/// The identity that SM2 hashes with a message where nothing else was agreed (GM/T 0009-2012 §10).
const SM2_IDENTITY: &str = "1234567812345678";

/// Whether `signature` is the key's over `message`. Weak and malformed keys verify nothing.
pub(crate) fn verifies(algorithm: SignatureAlgorithm, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    match algorithm {
        SignatureAlgorithm::Ed25519 => ed25519(key, message, signature).unwrap_or(false),
        SignatureAlgorithm::Sm2 => sm2(key, message, signature).unwrap_or(false),
    }
}

fn ed25519(key: &[u8], message: &[u8], signature: &[u8]) -> Option<bool> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
    let signature: &[u8; SIGNATURE_BYTES] = signature.try_into().ok()?;
    Some(key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature)).is_ok())
}

fn sm2(key: &[u8], message: &[u8], signature: &[u8]) -> Option<bool> {
    let key = sm2::dsa::VerifyingKey::from_sec1_bytes(SM2_IDENTITY, key).ok()?;
    let signature = sm2::dsa::Signature::from_slice(signature).ok()?;
    Some(key.verify(message, &signature).is_ok())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let digits = hex.as_bytes().chunks(2);
        digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
    }

    /// The second test of RFC 8032 §7.1, and the example of GB/T 32918.5-2017 annex A.2.
    const VECTORS: [(SignatureAlgorithm, &str, &[u8], &str); 2] = [
        (
            SignatureAlgorithm::Ed25519,
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            &[0x72],
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            SignatureAlgorithm::Sm2,
            "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020\
             ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13",
            b"message digest",
            "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3\
             b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
        ),
    ];

    #[test]
    fn published_signatures_verify_and_no_changed_byte_does() {
        for (algorithm, key, message, signature) in VECTORS {
            let (key, signature) = (bytes(key), bytes(signature));
            assert!(verifies(algorithm, &key, message, &signature), "{algorithm:?}");
            assert!(!verifies(algorithm, &key, b"another message", &signature));
            for position in 0..signature.len() {
                let mut other = signature.clone();
                *other.get_mut(position).unwrap() ^= 1;
                assert!(!verifies(algorithm, &key, message, &other), "{algorithm:?} byte {position}");
            }
            for position in 0..key.len() {
                let mut other = key.clone();
                *other.get_mut(position).unwrap() ^= 1;
                assert!(!verifies(algorithm, &other, message, &signature), "{algorithm:?} key byte {position}");
            }
            for wrong in [&[][..], &[0; 32], &[0; 65]] {
                assert!(!verifies(algorithm, wrong, message, &signature));
                assert!(!verifies(algorithm, &key, message, wrong));
            }
        }
    }
}
