//! One request and its answer: marks on the connection what it is in the middle of, and limits how long a request's body
//! may take. What the request asks for is the router's business.

use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::service::Service;
use hyper::{Request, Response};
use hyper_util::service::{TowerToHyperService, TowerToHyperServiceFuture};

use super::limits::Patience;
use super::line::{Line, Phase};
use super::pace::Pace;

/// The router for one connection.
#[derive(Debug)]
pub struct Exchange {
    router: TowerToHyperService<Router>,
    from: SocketAddr,
    line: Arc<Line>,
    patience: Patience,
}

impl Exchange {
    /// Answers the requests of the connection from `from`.
    pub fn new(router: Router, from: SocketAddr, line: Arc<Line>, patience: Patience) -> Self {
        Self { router: TowerToHyperService::new(router), from, line, patience }
    }
}

impl Service<Request<Incoming>> for Exchange {
    type Response = Response<Answer>;
    type Error = Infallible;
    type Future = Answering;

    fn call(&self, request: Request<Incoming>) -> Answering {
        self.line.enter(Phase::Busy);
        let line = self.line.clone();
        let mut request = request.map(|body| Arriving { body, pace: Pace::new(&self.patience), line, ended: false });
        request.extensions_mut().insert(ConnectInfo(self.from));
        Answering { working: Box::pin(self.router.call(request)), line: self.line.clone() }
    }
}

/// The router at work on a request.
pub struct Answering {
    working: Pin<Box<TowerToHyperServiceFuture<Router, Request<Arriving>>>>,
    line: Arc<Line>,
}

impl Future for Answering {
    type Output = Result<Response<Answer>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let line = self.line.clone();
        self.working.as_mut().poll(context).map(|done| done.map(|answer| answer.map(|body| Answer { body, line })))
    }
}

/// A request's body on its way to us.
pub struct Arriving {
    body: Incoming,
    pace: Pace,
    line: Arc<Line>,
    /// Was its end read? A body in chunks does not know it beforehand.
    ended: bool,
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        match Pin::new(&mut this.body).poll_frame(context) {
            Poll::Ready(frame) => {
                let bytes = match &frame {
                    Some(Ok(frame)) => frame.data_ref().map_or(0, Bytes::len),
                    Some(Err(_)) => 0,
                    None => {
                        this.ended = true;
                        0
                    }
                };
                this.pace.moved(bytes);
                this.line.moves();
                Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
            }
            Poll::Pending => {
                this.line.waits();
                let late = || io::Error::new(io::ErrorKind::TimedOut, "the body stopped coming");
                this.pace.poll_too_long(context).map(|()| Some(Err(late().into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        // It is our turn now, whatever became of it.
        if self.line.phase().0 == Phase::Busy {
            self.line.moves();
        }
        if !self.ended && !self.body.is_end_stream() {
            self.line.unread.store(true, Ordering::Relaxed);
        }
    }
}

/// An answer's body on its way out; with it goes the request.
pub struct Answer {
    body: axum::body::Body,
    line: Arc<Line>,
}

impl Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.line.enter(Phase::Quiet);
    }
}
