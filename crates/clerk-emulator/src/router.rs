//! All routes on one screen, and serving them.
//!
//! `/v1` is the Backend API; the browser's Frontend API has its own prefix, `/__clerk`.

use std::net::SocketAddr;

use axum::{
    Json, Router,
    extract::{Request, State},
    http::StatusCode,
    http::header::CACHE_CONTROL,
    middleware::from_fn_with_state,
    response::IntoResponse,
    routing::get,
};
use tokio::net::TcpListener;

use crate::{ApiError, Emulator, backend_api, control, faults, images, page};

impl Emulator {
    /// Everything it answers: key set, Backend API, control endpoints, index page.
    pub fn router(&self) -> Router {
        self.dispatcher().start_workers();
        Router::new()
            .route("/", get(page::index))
            .route("/.well-known/jwks.json", get(jwks))
            .route("/images/{id}", get(images::picture))
            .nest("/v1", backend_api::router(self))
            .merge(control::router())
            .fallback(unknown_route)
            .method_not_allowed_fallback(unknown_route)
            .layer(from_fn_with_state(self.clone(), faults::interfere))
            .with_state(self.clone())
            .merge(self.frontend_router())
    }

    /// Serves until the listener fails; its address becomes the base of links and, unless one was
    /// set, the issuer.
    ///
    /// # Errors
    /// When the listener has no address or fails.
    pub async fn serve(&self, listener: TcpListener) -> std::io::Result<()> {
        self.adopt(&listener)?;
        axum::serve(listener, self.router()).await
    }

    /// Serves in a background task of the current runtime, and answers the address.
    ///
    /// # Errors
    /// When the listener has no address.
    pub async fn spawn(&self, listener: TcpListener) -> std::io::Result<SocketAddr> {
        let address = self.adopt(&listener)?;
        let router = self.router();
        tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the Clerk emulator stopped");
            }
        });
        Ok(address)
    }

    fn adopt(&self, listener: &TcpListener) -> std::io::Result<SocketAddr> {
        let mut address = listener.local_addr()?;
        if address.ip().is_unspecified() {
            address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        self.set_base_url(self.settings().address.clone().unwrap_or_else(|| format!("http://{address}")));
        Ok(address)
    }
}

pub(crate) async fn jwks(State(emulator): State<Emulator>) -> impl IntoResponse {
    ([(CACHE_CONTROL, "public, max-age=60")], Json(emulator.jwks()))
}

/// A path or method there is nothing for, in Clerk's form.
pub(crate) async fn unknown_route(request: Request) -> ApiError {
    let message = format!("The emulator has no route {} {}", request.method(), request.uri().path());
    ApiError::new(StatusCode::NOT_FOUND, "resource_not_found", message)
}
