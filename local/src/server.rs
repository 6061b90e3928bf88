//! The HTTP server: it closes connections that do not send a whole request head in time.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use lambda_http::Service as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// The longest that a connection may take to send a request's head. An idle connection is closed
/// then, too.
const HEAD_TIMEOUT: Duration = Duration::from_secs(20);
/// The pause after a connection could not be accepted, for example because too many files are open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves the router until `stopped`, and then waits for the running requests. Dropping the future
/// closes every connection.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    stopped: impl Future<Output = ()> + Send,
) -> std::io::Result<()> {
    serve_within(HEAD_TIMEOUT, listener, router, stopped).await
}

async fn serve_within(
    head_timeout: Duration,
    listener: TcpListener,
    router: Router,
    stopped: impl Future<Output = ()> + Send,
) -> std::io::Result<()> {
    let mut connections = JoinSet::new();
    let closing = watch::Sender::new(());
    let mut stopped = std::pin::pin!(stopped);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stopped => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let mut builder = http1::Builder::new();
                builder.timer(TokioTimer::new()).header_read_timeout(head_timeout);
                let service = service_fn(answering(router.clone(), peer));
                let connection = builder.serve_connection(io(stream), service);
                let mut closing = closing.subscribe();
                connections.spawn(async move {
                    let mut connection = std::pin::pin!(connection);
                    ended(tokio::select! {
                        result = connection.as_mut() => result,
                        _ = closing.changed() => {
                            connection.as_mut().graceful_shutdown();
                            connection.await
                        }
                    });
                });
            }
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    closing.send_replace(());
    while connections.join_next().await.is_some() {}
    Ok(())
}

fn io(stream: TcpStream) -> TokioIo<TcpStream> {
    // Without it small answers wait for more data. A stream that cannot be set works too.
    let _set = stream.set_nodelay(true);
    TokioIo::new(stream)
}

/// Returns the service of one connection.
fn answering(
    router: Router,
    peer: SocketAddr,
) -> impl Fn(Request<Incoming>) -> <Router as lambda_http::Service<Request<Body>>>::Future {
    move |mut request| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().call(request.map(Body::new))
    }
}

/// A connection that fails belongs to a client that went away or was too slow.
fn ended(result: Result<(), hyper::Error>) {
    if let Err(error) = result {
        tracing::debug!(%error, "a connection ended early");
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::oneshot;

    use super::*;
    use crate::tasks::Tasks;

    async fn started(tasks: &mut Tasks) -> (SocketAddr, oneshot::Sender<()>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(|| async { "hello" }));
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async { stopped.await.unwrap_or_default() };
        tasks.start(serve_within(Duration::from_millis(200), listener, router, stopped));
        (address, stop)
    }

    /// Sends these bytes, and returns everything until the server closes the connection.
    async fn sent(address: SocketAddr, bytes: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // A reset also ends the connection.
        let _closed =
            tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer))
                .await
                .expect("the server closes the connection");
        String::from_utf8(answer).unwrap()
    }

    #[tokio::test]
    async fn a_half_request_does_not_keep_its_connection() {
        let mut tasks = Tasks::default();
        let (address, _stop) = started(&mut tasks).await;
        let half = |_| sent(address, "GET / HTTP/1.1\r\nHost: x\r\nX-Half");
        let answers = futures::future::join_all((0..100).map(half)).await;
        assert!(answers.iter().all(|answer| !answer.contains("hello")));
        // The others are served meanwhile.
        let whole = sent(address, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
        assert!(whole.starts_with("HTTP/1.1 200") && whole.ends_with("hello"), "{whole}");
    }

    #[tokio::test]
    async fn a_stopped_server_closes_its_port() {
        let mut tasks = Tasks::default();
        let (address, stop) = started(&mut tasks).await;
        stop.send(()).unwrap();
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    }
}
