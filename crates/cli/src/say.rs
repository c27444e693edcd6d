//! What people read while a command runs: on standard error only, so that standard output holds nothing but data.

use std::fmt::Display;
use std::io::{IsTerminal as _, Write as _};
use std::ops::ControlFlow;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tracing_subscriber::EnvFilter;

/// Sends the log to standard error: what went wrong, and with `MINGCHA_LOG=info` also what happens.
pub fn log_to_stderr() {
    let filter = EnvFilter::try_from_env("MINGCHA_LOG").unwrap_or_else(|_| EnvFilter::new("warn,sqlx=error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
}

/// A line for the person at the terminal.
pub fn line(text: impl Display) {
    // Nobody reads standard error: nothing is lost, and a command must not fail for it.
    writeln!(std::io::stderr(), "{text}").ok();
}

/// A failure and what to do next.
pub fn failure(message: &str, next: &str) {
    line(format_args!("错误：{message}"));
    if !next.is_empty() {
        line(format_args!("办法：{next}"));
    }
}

/// What `app` calls to move a bar: the step's words, units done, units in all.
pub fn progress(bar: &ProgressBar) -> impl FnMut(&str, u64, u64) + Send {
    let bar = bar.clone();
    move |step, done, total| {
        bar.set_message(step.to_owned());
        bar.set_length(total);
        bar.set_position(done);
    }
}

/// What `draw` and `bundle` call to move a bar; it never cancels.
pub fn steps(bar: &ProgressBar) -> impl FnMut(u64, u64) -> ControlFlow<()> + use<> {
    let bar = bar.clone();
    move |done, total| {
        bar.set_length(total);
        bar.set_position(done);
        ControlFlow::Continue(())
    }
}

/// A progress bar on a terminal, silence elsewhere.
pub fn bar(title: &str) -> ProgressBar {
    let bar = ProgressBar::no_length();
    if !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template("{msg:<24} {bar:32} {human_pos}/{human_len} {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.set_style(style);
    bar.set_message(title.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
