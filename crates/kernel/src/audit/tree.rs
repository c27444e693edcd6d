//! The Merkle tree hash of RFC 9162 §2.1.1 over a growing list, by its frontier: the roots of the perfect subtrees from
//! left to right. Appending a leaf touches O(log n) hashes.

use sha2::{Digest as _, Sha256};

/// A node or leaf hash.
pub type Hash = [u8; 32];

/// The leaf hash `H(0x00 || data)`.
#[must_use]
pub fn leaf_hash(data: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    hasher.update(data);
    hasher.finalize().into()
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([1]);
    hasher.update(left);
    hasher.update(right);
    hasher.finalize().into()
}

/// The right edge of the tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

impl Frontier {
    /// Leaves so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        // Each trailing 1 bit of the old size is a perfect subtree of the same height as `node`.
        let mut bits = self.size;
        while bits & 1 == 1 {
            if let Some(left) = self.roots.pop() {
                node = node_hash(&left, &node);
            }
            bits >>= 1;
        }
        self.roots.push(node);
        self.size += 1;
    }

    /// The root: SHA-256 of nothing for the empty tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev();
        match roots.next() {
            None => Sha256::digest([]).into(),
            Some(last) => roots.fold(*last, |right, left| node_hash(left, &right)),
        }
    }

    /// As text for the database: hex, joined by commas.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.roots.iter().map(hex::encode).collect::<Vec<_>>().join(",")
    }

    /// Reads [`Frontier::to_text`] back; `None` if it does not fit `size`.
    #[must_use]
    pub fn from_text(size: u64, text: &str) -> Option<Self> {
        let mut roots = Vec::new();
        for part in text.split(',').filter(|p| !p.is_empty()) {
            let mut hash = [0; 32];
            hex::decode_to_slice(part, &mut hash).ok()?;
            roots.push(hash);
        }
        (roots.len() == size.count_ones() as usize).then_some(Self { size, roots })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    /// The definition of RFC 9162 §2.1.1, word for word.
    fn naive(leaves: &[Hash]) -> Hash {
        match leaves.len() {
            0 => Sha256::digest([]).into(),
            1 => leaves[0],
            n => {
                let k = n.next_power_of_two() / 2;
                node_hash(&naive(&leaves[..k]), &naive(&leaves[k..]))
            }
        }
    }

    #[test]
    fn agrees_with_the_definition_and_survives_text() {
        let leaves: Vec<Hash> = (0u32..70).map(|i| leaf_hash(&i.to_be_bytes())).collect();
        let mut frontier = Frontier::default();
        for n in 0..leaves.len() {
            assert_eq!(frontier.root(), naive(&leaves[..n]), "{n} leaves");
            let again = Frontier::from_text(n as u64, &frontier.to_text()).unwrap();
            assert_eq!(again, frontier);
            frontier.push(leaves[n]);
        }
        assert_eq!(Frontier::from_text(3, "00"), None);
    }
}
