//! Ending: within its limit, whatever clients do.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use testkit::on_both;

use crate::process::{Server, drawn_city};

/// What systemd waits before it kills, as the manual has it.
const STOP_MAX: Duration = Duration::from_secs(30);
/// The beginning of a form of our own page.
const FORM: &str = "POST /office/sign-in HTTP/1.1\r\nHost: a\r\nOrigin: http://a\r\n\
                    Content-Type: application/x-www-form-urlencoded\r\n";

on_both! {
    async fn clients_that_say_nothing_do_not_keep_the_server(world) {
        let rest = drawn_city(world).await.rest;
        let mut server = Server::start(rest.home(), rest.store_config(), None, &[]);
        let _half_open = [
            server.sending("GET / HTTP/1.1\r\nHost: a"),
            server.sending(&format!("{FORM}Content-Length: 100\r\n\r\nlogin=a")),
            server.sending(""),
        ];
        let mut kept = server.sending("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
        let mut answer = [0; 12];
        kept.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
        server.terminate();
        let (status, took) = server.ends_within(STOP_MAX).expect("it ends by itself");
        assert!(status.success(), "{status}: {}", server.said());
        assert!(took < Duration::from_secs(12), "{took:?}: {}", server.said());
    }

    async fn a_client_that_drips_is_cut_off_and_a_second_signal_ends_at_once(world) {
        let rest = drawn_city(world).await.rest;
        for signals in [1, 2] {
            let mut server = Server::start(rest.home(), rest.store_config(), None, &[]);
            // It moves all the time, so that only the limit ends it.
            let mut drip = server.sending(&format!("{FORM}Content-Length: 9000\r\n\r\n"));
            let dripping = std::thread::spawn(move || while drip.write_all(b"a").is_ok() {
                std::thread::sleep(Duration::from_millis(50));
            });
            std::thread::sleep(Duration::from_millis(300));
            let began = Instant::now();
            server.terminate();
            if signals == 2 {
                server.wait_for("正在停止");
                server.terminate();
            }
            let (status, _) = server.ends_within(STOP_MAX).expect("it ends by itself");
            let took = began.elapsed();
            assert!(status.success(), "{status}: {}", server.said());
            let fits = if signals == 1 { 9..16 } else { 0..5 };
            assert!(fits.contains(&took.as_secs()), "{signals} signals: {took:?}: {}", server.said());
            dripping.join().unwrap();
        }
    }
}
