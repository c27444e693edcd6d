//! Shares as people write them (`3%`) and as the draw protocol does (`0.03`), without any float in between.

/// `0`, `1`, or `0.` and 1 to 9 digits, as the draw protocol writes ratios.
pub fn is_ratio(text: &str) -> bool {
    matches!(text, "0" | "1")
        || text
            .strip_prefix("0.")
            .is_some_and(|digits| (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// A percentage as a person writes it (`3`, `0.5`, `30%`) as a ratio (`0.03`, `0.005`, `0.3`). `None` for what is no
/// percentage between 0 and 100 with at most seven decimals.
pub fn ratio_of_percent(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches(['%', '％']).trim();
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || decimals.len() > 7 || !digits(whole) || !digits(decimals) {
        return None;
    }
    if text.contains('.') && decimals.is_empty() {
        return None;
    }
    let whole: u32 = whole.parse().ok()?;
    let decimals = decimals.trim_end_matches('0');
    if whole > 100 || (whole == 100 && !decimals.is_empty()) {
        return None;
    }
    if whole == 100 {
        return Some("1".to_owned());
    }
    let digits = format!("{whole:02}{decimals}");
    let digits = digits.trim_end_matches('0');
    Some(if digits.is_empty() { "0".to_owned() } else { format!("0.{digits}") })
}

/// A ratio (`0.03`) as a percentage for people (`3%`); what is no ratio is given back as it is.
pub fn percent_of_ratio(ratio: &str) -> String {
    match ratio.strip_prefix("0.") {
        _ if !is_ratio(ratio) => ratio.to_owned(),
        None => format!("{}%", if ratio == "1" { "100" } else { "0" }),
        Some(digits) => {
            let padded = format!("{digits:0<2}");
            let (whole, decimals) = padded.split_at(2);
            let whole = whole.trim_start_matches('0');
            let decimals = decimals.trim_end_matches('0');
            let whole = if whole.is_empty() { "0" } else { whole };
            if decimals.is_empty() { format!("{whole}%") } else { format!("{whole}.{decimals}%") }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_and_ratios() {
        let check = |percent: &str, ratio: &str, back: &str| {
            assert_eq!(ratio_of_percent(percent).as_deref(), Some(ratio), "{percent}");
            assert_eq!(percent_of_ratio(ratio), back);
            assert!(is_ratio(ratio));
        };
        check("3", "0.03", "3%");
        check("0.5%", "0.005", "0.5%");
        check("30 %", "0.3", "30%");
        check("100", "1", "100%");
        check("0", "0", "0%");
        check("12.3456789", "0.123456789", "12.3456789%");
        check("10.0", "0.1", "10%");
        for bad in ["", "101", "100.1", "-1", "3,5", "1.", ".5", "1.12345678", "abc", "３"] {
            assert_eq!(ratio_of_percent(bad), None, "{bad}");
        }
    }
}
