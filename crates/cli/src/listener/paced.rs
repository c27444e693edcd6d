//! A connection's bytes with a limit of time for what it takes of an answer; it also marks where a request begins. The limit
//! for a request's beginning stands with the connection (`overdue`): hyper looks for bytes once while it works, and not
//! again until some come. The limit of a body stands with the body (`exchange`), where it is known who waits for whom.
//!
//! It also closes late where an answer was given early: a program that is still sending gets its answer only if what it
//! sends is read until it stops.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::limits::Patience;
use super::line::{Line, Phase};
use super::pace::Pace;

/// Bytes that are read away at a time.
const DRAIN_BYTES: usize = 16 << 10;

/// A stream whose other end has to keep moving.
#[derive(Debug)]
pub struct Paced<T> {
    stream: T,
    line: Arc<Line>,
    patience: Patience,
    writing: Pace,
    /// The number of the phase that `writing` counts for.
    writing_for: u64,
    draining: Option<(Instant, Pace)>,
}

impl<T> Paced<T> {
    /// Limits `stream`.
    pub fn new(stream: T, line: Arc<Line>, patience: Patience) -> Self {
        let writing = Pace::new(&patience);
        Self { stream, line, patience, writing, writing_for: 0, draining: None }
    }

    /// What became of a write: whoever takes nothing for too long is left.
    fn wrote<R>(&mut self, context: &mut Context<'_>, done: Poll<io::Result<R>>, bytes: usize) -> Poll<io::Result<R>> {
        let (phase, number) = self.line.phase();
        if self.writing_for != number {
            self.writing_for = number;
            self.writing.restart();
        }
        if done.is_ready() {
            self.writing.moved(bytes);
            match phase {
                Phase::Busy => self.line.moves(),
                // What hyper still holds of the last answer goes out; the next request is owed from its end.
                Phase::Quiet => self.line.renew(),
                Phase::Head => {}
            }
            return done;
        }
        self.line.waits();
        match self.writing.poll_too_long(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the answer is not taken"))),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<T: AsyncRead + Unpin> Paced<T> {
    /// Reads away what is still arriving, within limits. An error is an end as well: nobody is left to be answered.
    fn poll_drained(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let patience = Patience { silent: self.patience.silent.min(Duration::from_secs(5)), ..self.patience };
        let drain = self.patience.drain;
        let (until, pace) = self.draining.get_or_insert_with(|| (Instant::now() + drain, Pace::new(&patience)));
        let mut bytes = [0; DRAIN_BYTES];
        // A task gives way after so many pieces, so that one fast sender does not keep a thread.
        for _ in 0..16 {
            let mut piece = ReadBuf::new(&mut bytes);
            match Pin::new(&mut self.stream).poll_read(context, &mut piece) {
                Poll::Ready(Ok(())) if piece.filled().is_empty() => return Poll::Ready(()),
                Poll::Ready(Ok(())) if Instant::now() > *until => return Poll::Ready(()),
                Poll::Ready(Ok(())) => {
                    pace.moved(piece.filled().len());
                    self.line.renew();
                }
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Pending => {
                    self.line.waits();
                    return pace.poll_too_long(context);
                }
            }
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Paced<T> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = into.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, into);
        if into.filled().len() > before && this.line.phase().0 == Phase::Quiet {
            this.line.enter(Phase::Head);
        }
        read
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Paced<T> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let done = Pin::new(&mut this.stream).poll_write(context, bytes);
        let count = if let Poll::Ready(Ok(count)) = &done { *count } else { 0 };
        this.wrote(context, done, count)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let done = Pin::new(&mut this.stream).poll_write_vectored(context, bytes);
        let count = if let Poll::Ready(Ok(count)) = &done { *count } else { 0 };
        this.wrote(context, done, count)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let done = Pin::new(&mut this.stream).poll_flush(context);
        if done.is_ready() { done } else { this.wrote(context, done, 0) }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.draining.is_none() {
            match Pin::new(&mut this.stream).poll_shutdown(context) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(error) => return Poll::Ready(error),
                pending => return this.wrote(context, pending, 0),
            }
            if !this.line.unread.load(Ordering::Relaxed) {
                return Poll::Ready(Ok(()));
            }
        }
        this.poll_drained(context).map(Ok)
    }
}
