//! The Merkle tree hash of RFC 9162 §2.1, streamed, with inclusion proofs. It does not know what a leaf holds.

use crate::suite::{Digest, Suite};

/// The hash of a leaf: `H(0x00 || data)`, the data given in parts.
#[must_use]
pub fn leaf_hash(suite: Suite, parts: &[&[u8]]) -> Digest {
    let mut hasher = suite.hasher();
    hasher.update(&[0]);
    for part in parts {
        hasher.update(part);
    }
    hasher.finish()
}

fn node_hash(suite: Suite, left: &Digest, right: &Digest) -> Digest {
    suite.hash(&[&[1], left.as_bytes(), right.as_bytes()])
}

/// A tree that grows leaf by leaf and keeps one hash for each full subtree only. It may begin in the middle of the leaves,
/// and be put behind the one before it: that is how parts of a roll are hashed side by side.
#[derive(Clone)]
pub struct MerkleTree {
    suite: Suite,
    /// Leaves before this tree, and leaves up to its end.
    start: u64,
    end: u64,
    /// Full subtrees from left to right: the position of the first leaf, the height, the root.
    full: Vec<(u64, u32, Digest)>,
}

impl MerkleTree {
    /// A tree without leaves.
    #[must_use]
    pub const fn new(suite: Suite) -> Self {
        Self::starting_at(suite, 0)
    }

    /// A tree without leaves, before which `start` leaves stand.
    #[must_use]
    pub const fn starting_at(suite: Suite, start: u64) -> Self {
        Self { suite, start, end: start, full: Vec::new() }
    }

    /// Adds the leaf of this [`leaf_hash`].
    pub fn push(&mut self, leaf: Digest) {
        self.put(self.end, 0, leaf);
        self.end += 1;
    }

    /// Adds a full subtree. A right child whose sibling is here joins it; one whose sibling stands in the tree before waits
    /// for [`MerkleTree::append`].
    fn put(&mut self, mut first: u64, mut height: u32, mut root: Digest) {
        while (first >> height) % 2 == 1 {
            let Some((left, _, sibling)) =
                self.full.pop_if(|(left, it, _)| *it == height && *left + (1 << height) == first)
            else {
                break;
            };
            root = node_hash(self.suite, &sibling, &root);
            first = left;
            height += 1;
        }
        self.full.push((first, height, root));
    }

    /// Puts a tree behind this one; false, and nothing done, where it does not begin where this one ends.
    pub fn append(&mut self, next: &Self) -> bool {
        if next.start != self.end {
            return false;
        }
        for (first, height, root) in &next.full {
            self.put(*first, *height, *root);
        }
        self.end = next.end;
        true
    }

    /// The root of a tree that begins with the first leaf; the hash of nothing where there are no leaves.
    #[must_use]
    pub fn root(&self) -> Digest {
        let mut subtrees = self.full.iter().rev();
        let Some((.., last)) = subtrees.next() else {
            return self.suite.hash(&[]);
        };
        subtrees.fold(*last, |right, (.., left)| node_hash(self.suite, left, &right))
    }
}

/// The inclusion path of leaf `index` (RFC 9162 §2.1.3.1), from the leaf upwards; `None` where there is no such leaf.
#[must_use]
pub fn inclusion_path(suite: Suite, leaves: &[Digest], index: usize) -> Option<Vec<Digest>> {
    if index >= leaves.len() {
        return None;
    }
    let mut path = Vec::new();
    let (mut part, mut at) = (leaves, index);
    while part.len() > 1 {
        let half = part.len().next_power_of_two() / 2;
        let (left, right) = part.split_at_checked(half)?;
        let sibling = if at < half { right } else { left };
        path.push(subtree_root(suite, sibling));
        (part, at) = if at < half { (left, at) } else { (right, at - half) };
    }
    path.reverse();
    Some(path)
}

fn subtree_root(suite: Suite, leaves: &[Digest]) -> Digest {
    let mut tree = MerkleTree::new(suite);
    for leaf in leaves {
        tree.push(*leaf);
    }
    tree.root()
}

/// Whether `path` leads from `leaf` at `index` to `root` in a tree of `leaves` leaves (RFC 9162 §2.1.3.2).
#[must_use]
pub fn verify_inclusion(suite: Suite, leaf: Digest, index: u64, leaves: u64, path: &[Digest], root: &Digest) -> bool {
    if index >= leaves {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, leaves - 1, leaf);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if at % 2 == 1 || at == last {
            hash = node_hash(suite, sibling, &hash);
            while at.is_multiple_of(2) && at != 0 {
                at /= 2;
                last /= 2;
            }
        } else {
            hash = node_hash(suite, &hash, sibling);
        }
        at /= 2;
        last /= 2;
    }
    last == 0 && hash == *root
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// MTH by its definition, as an oracle.
    fn defined(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => Suite::Sha256.hash(&[]),
            [one] => *one,
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                node_hash(Suite::Sha256, &defined(left), &defined(right))
            }
        }
    }

    #[test]
    fn roots_and_paths_of_every_size() {
        let mut tree = MerkleTree::new(Suite::Sha256);
        let mut leaves = Vec::new();
        for count in 0..40_u64 {
            let root = tree.root();
            assert_eq!(root, defined(&leaves));
            for index in 0..count {
                let leaf = leaves.get(usize::try_from(index).unwrap()).copied().unwrap();
                let path = inclusion_path(Suite::Sha256, &leaves, usize::try_from(index).unwrap()).unwrap();
                assert!(verify_inclusion(Suite::Sha256, leaf, index, count, &path, &root), "{index} of {count}");
                assert!(!verify_inclusion(Suite::Sha256, leaf, index + 1, count, &path, &root), "{index} of {count}");
                let other = leaf_hash(Suite::Sha256, &[b"other"]);
                assert!(!verify_inclusion(Suite::Sha256, other, index, count, &path, &root));
            }
            let leaf = leaf_hash(Suite::Sha256, &[&count.to_be_bytes()]);
            leaves.push(leaf);
            tree.push(leaf);
        }
        assert!(inclusion_path(Suite::Sha256, &leaves, leaves.len()).is_none());
    }

    #[test]
    fn trees_of_parts_make_the_same_root_wherever_they_are_cut() {
        let leaves: Vec<_> = (0..37_u64).map(|count| leaf_hash(Suite::Sm3, &[&count.to_be_bytes()])).collect();
        let tree = |start: usize, end: usize| {
            let mut tree = MerkleTree::starting_at(Suite::Sm3, start as u64);
            leaves.get(start..end).unwrap().iter().for_each(|leaf| tree.push(*leaf));
            tree
        };
        let whole = tree(0, 37).root();
        for first in 0..=37 {
            for second in first..=37 {
                let mut joined = tree(0, first);
                assert!(joined.append(&tree(first, second)) && joined.append(&tree(second, 37)));
                assert_eq!(joined.root(), whole, "{first}, {second}");
                assert_eq!(joined.append(&tree(first, second)), first == 37, "{first}, {second}");
            }
        }
    }
}
