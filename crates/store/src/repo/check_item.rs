//! Check items by revision of the item list.
