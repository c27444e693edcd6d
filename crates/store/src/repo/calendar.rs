//! Years by which an administrator extends the statutory calendar (the notice of the State Council's office).

use chrono::NaiveDate;
use domain::time::Instant;

use crate::{Conn, Result, Tx, values};

/// A day that differs from its weekday.
#[derive(Clone, Debug)]
pub struct CalendarDay {
    /// The day.
    pub day: NaiveDate,
    /// True for a make-up working day, false for a day off.
    pub working: bool,
}

/// Adds or replaces a year.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn set_year(
    tx: &mut Tx,
    year: i32,
    notice: &str,
    days: &[CalendarDay],
    by: &str,
    now: Instant,
) -> Result<()> {
    tx.execute(
        "DELETE FROM calendar_day WHERE day >= $1 AND day <= $2",
        values![format!("{year}-01-01"), format!("{year}-12-31")],
    )
    .await?;
    tx.execute(
        "INSERT INTO calendar_year (year, notice, added_by, added_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (year) DO UPDATE SET notice = excluded.notice, added_by = excluded.added_by, added_at = excluded.added_at",
        values![year, notice, by, now],
    )
    .await?;
    for day in days {
        tx.execute(
            "INSERT INTO calendar_day (day, kind, notice) VALUES ($1, $2, $3)",
            values![day.day, if day.working { "work" } else { "off" }, notice],
        )
        .await?;
    }
    Ok(())
}

/// The notice by which a year was added.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The year.
    pub year: i32,
    /// Title and number of the notice.
    pub notice: String,
    /// Who added it: a post's id, or `system`.
    pub added_by: String,
    /// When.
    pub added_at: Instant,
}

/// The notices of the years that were added.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn notices(conn: &mut Conn) -> Result<Vec<Notice>> {
    conn.rows("SELECT year, notice, added_by, added_at FROM calendar_year ORDER BY year LIMIT 200", vec![])
        .await?
        .iter()
        .map(|row| {
            Ok(Notice {
                year: i32::try_from(row.int("year")?).unwrap_or(i32::MAX),
                notice: row.text("notice")?,
                added_by: row.text("added_by")?,
                added_at: row.instant("added_at")?,
            })
        })
        .collect()
}

/// The years that were added, each with its days.
///
/// # Errors
/// See [`crate::StoreError`].
pub async fn years(conn: &mut Conn) -> Result<Vec<(i32, Vec<CalendarDay>)>> {
    let years = conn.rows("SELECT year FROM calendar_year ORDER BY year LIMIT 200", vec![]).await?;
    let days = conn.rows("SELECT day, kind FROM calendar_day ORDER BY day LIMIT 20000", vec![]).await?;
    let mut out = Vec::new();
    for row in &years {
        let year = i32::try_from(row.int("year")?).unwrap_or(i32::MAX);
        let mut of_year = Vec::new();
        for day in &days {
            let date: NaiveDate = day.parse("day")?;
            if chrono::Datelike::year(&date) == year {
                of_year.push(CalendarDay { day: date, working: day.text("kind")? == "work" });
            }
        }
        out.push((year, of_year));
    }
    Ok(out)
}
