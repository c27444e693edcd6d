//! Numbers inside sentences, written as the tables beside them write theirs.

/// Groups the digits: `240256` → `240,256`.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::thousands;

    #[test]
    fn digits_stand_in_groups_of_three() {
        for (number, words) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (240_256, "240,256"), (1_000_000, "1,000,000")]
        {
            assert_eq!(thousands(number), words);
        }
    }
}
