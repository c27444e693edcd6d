//! Pages as a browser gets them, over HTTP from the real front, with no worker behind it.

use app::Platform;
use office::Office;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use web::Hardening;
use web::harden::ErrorPages;

/// The office's front on a free port.
pub struct Front {
    address: std::net::SocketAddr,
    server: tokio::task::JoinHandle<()>,
}

impl Front {
    /// Serves a platform.
    pub async fn of(platform: &Platform) -> Self {
        let office = Office { platform: platform.clone(), secure: false, demo: false };
        let pages = ErrorPages { sign_in: Some("/office/sign-in"), home: "/office", home_outside: None };
        let router = web::harden(office::router(office), Hardening { pages, ..Hardening::default() });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
        let server = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        Self { address, server }
    }

    /// The body of a page that the holder of a session may see.
    pub async fn get(&self, path: &str, token: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let host = self.address;
        let request = format!("GET {path} HTTP/1.0\r\nHost: {host}\r\nCookie: mingcha={token}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.lines().next().unwrap().contains(" 200 "), "{path}: {head}\n{body}");
        body.to_owned()
    }

    /// The JSON that a page's script reads.
    pub async fn json(&self, path: &str, token: &str) -> Value {
        serde_json::from_str(&self.get(path, token).await).unwrap()
    }

    /// Stops serving.
    pub async fn close(self) {
        self.server.abort();
        self.server.await.ok();
    }
}
