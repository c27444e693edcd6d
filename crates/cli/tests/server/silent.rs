//! Clients that begin a request and say nothing more, more of them than there are files.

use testkit::on_both;

use crate::process::{Server, drawn_city};

/// Open files of the process. Debian's services have more, but the kind is the same with any number.
const FILES_MAX: u32 = 150;
const HALF_OPEN: usize = 200;

on_both! {
    async fn half_open_connections_keep_no_visitor_out(world) {
        let rest = drawn_city(world).await.rest;
        let server = Server::start(rest.home(), rest.store_config(), Some(FILES_MAX), &[]);
        let head = "GET /office HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text";
        let body = "POST /office/sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\n\
                    Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nlogin=a";
        let mut half_open = Vec::new();
        for n in 0..HALF_OPEN {
            half_open.push(server.sending(if n % 2 == 0 { head } else { body }));
            if n % 20 == 19 {
                assert_eq!(server.get("/healthz").status, 200, "with {n} half-open connections: {}", server.said());
            }
        }
        for _ in 0..5 {
            assert_eq!(server.get("/healthz").status, 200, "{}", server.said());
            assert_eq!(server.get("/office/sign-in").status, 200, "{}", server.said());
        }
        let told = server.said();
        assert!(told.contains("127.0.0.1") && told.contains("no connection left"), "the log says who: {told}");
        assert_eq!(told.matches("no connection left").count(), 1, "once, not each time: {told}");
    }
}
