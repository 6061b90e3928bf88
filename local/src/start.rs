//! Starts and stops the local service.

use std::net::Ipv4Addr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use shared::Outbound;
use shared::config::{AwsConfig, ConfigError, Environment, settings};
use shared::domain::clock::Clock;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::app;
use crate::background::or_current;
use crate::bus::Bus;
use crate::commits::Commits;
use crate::crash::faulty;
use crate::database::{Clients, DatabaseError};
use crate::demo::{self, DemoError};
use crate::embedded::{Embedded, embedded};
use crate::environment::{Addresses, environment};
use crate::faults::{FunctionFault, Orders, TableFault};
use crate::gateway::Gateway;
use crate::in_process::{Open, OwnRoutes};
use crate::inbox::Inbox;
use crate::issuer::{Issuer, IssuerError};
use crate::options::Options;
use crate::queue::{Mapping, Queue};
use crate::registry::{self, Handlers, RegistryError};
use crate::router::router;
use crate::schedule::Scheduled;
use crate::server;
use crate::state::{JoinedApp, Local};
use crate::stream::{Delivery, Filter, FilterError, OnFailure, Pump, Stream};
use crate::tasks::Tasks;
use crate::template::{StreamSource, TEMPLATE, Template, TemplateError};
use crate::topic::Topic;

/// The pause before a background function's first retry.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest that a shutdown waits for running requests.
const GRACE: Duration = Duration::from_secs(5);

/// The reason why the local service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken or not permitted.
    #[error(
        "cannot listen on 127.0.0.1:{port}: {source} (choose another with --port, or 0 for any)"
    )]
    Port {
        /// The requested port.
        port: u16,
        /// The error of the system.
        source: std::io::Error,
    },
    /// The template is invalid.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The template and the registry do not have the same functions.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The filter of a stream mapping is invalid.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// The database or its table cannot be used.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A configuration variable is missing or invalid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The issuer cannot sign.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// The demo data could not be created.
    #[error(transparent)]
    Demo(#[from] DemoError),
}

/// A running service. Dropping it stops the service at once.
#[derive(Debug)]
pub struct Running {
    /// Its URL: `http://127.0.0.1:PORT`.
    pub url: String,
    /// The clock of every function.
    pub clock: Clock,
    /// The functions' configuration.
    pub environment: Environment,
    server: JoinHandle<std::io::Result<()>>,
    stop: oneshot::Sender<()>,
    _own: (Tasks, Open),
}

impl Running {
    /// Waits until the service ends. It only ends if it fails.
    ///
    /// # Errors
    /// An `io::Error` if the server failed or panicked.
    pub async fn wait(&mut self) -> std::io::Result<()> {
        (&mut self.server).await.map_err(std::io::Error::other)?
    }

    /// Stops the service. It accepts no new requests and waits at most five seconds for running
    /// ones.
    ///
    /// # Errors
    /// An `io::Error` if the server failed or did not stop in time.
    pub async fn shutdown(self) -> std::io::Result<()> {
        // An error means that the server has already ended.
        let _ended = self.stop.send(());
        match tokio::time::timeout(GRACE, self.server).await {
            Ok(ended) => ended.map_err(std::io::Error::other)?,
            Err(elapsed) => Err(std::io::Error::other(elapsed)),
        }
    }
}

/// Starts the service. It returns when the service answers and the demo data exist.
///
/// # Errors
/// - `Template`, `Registry` or `Filter` if the template is invalid or does not match the registry.
/// - `Port` if the port cannot be used.
/// - `Database` if the database cannot be used.
/// - `Config` if a variable is missing or invalid.
/// - `Issuer` if the issuer cannot sign.
/// - `Demo` if the demo data cannot be created.
pub async fn start(options: Options) -> Result<Running, StartError> {
    let template = Template::parse(TEMPLATE)?;
    let clock = Clock::system();
    let mut tasks = Tasks::default();
    let background = or_current(options.background.clone());
    let (listener, url) = listen(options.port).await?;
    let Engine { url: dynamodb, outbound, written, commits, faults: table_faults } =
        engine(&options, &mut tasks).await?;
    let own_routes = OwnRoutes::default();
    let outbound = outbound.with_way_to(format!("{url}/local/"), own_routes.connector());
    let app = serve_app(&mut tasks).await?;
    let addresses = Addresses { url: &url, dynamodb: &dynamodb, app: &app };
    let environment = environment(&options, &addresses);
    let clients = Clients::new(&AwsConfig::read(&environment)?, &outbound);
    let stream_arn =
        clients.ensure_table(environment.required(settings::TABLE_NAME)?, &template.table).await?;
    let handlers = registry::handlers(&environment, options.own_settings, &clock, &outbound)?;
    registry::check(&template, &handlers)?;
    let function_faults = Arc::<Orders<FunctionFault>>::default();
    let handlers = with_faults(handlers, &function_faults);
    let on_failure = OnFailure::default();
    let stream =
        Stream { client: clients.streams, arn: stream_arn, written, commits: commits.clone() };
    let pumps = pumps(&template, &handlers, &stream, &on_failure)?;
    let queues = Queue::all(&template, &clock);
    for mapping in Mapping::all(&template, &handlers, &queues) {
        tasks.start_on(&background, mapping.run());
    }
    let schedules = Scheduled::all(&template, &handlers, &clock);
    if options.schedules {
        for scheduled in schedules.clone() {
            tasks.start_on(&background, scheduled.run());
        }
    }
    let local = Arc::new(Local {
        origins: origins(&url, environment.required(settings::PUBLIC_URL)?),
        app: joined_app(&environment),
        issuer: Issuer::new(format!("{url}/local"))?,
        inbox: Inbox::default(),
        bus: Bus::default(),
        queues,
        faults: Orders::default(),
        table_faults,
        function_faults,
        topic: options.feedback.then(|| Topic::new(&template, &handlers, &clock, &background)),
        gateway: Gateway::new(&template, handlers, clock.clone(), domain(&url), commits),
        clock: clock.clone(),
        demo: options.demo,
        url: url.clone(),
        schedules,
        on_failure,
        ready: OnceLock::new(),
    });
    let (stop, stopped) = oneshot::channel();
    let router = router(Arc::clone(&local));
    let own_routes = own_routes.open(router.clone());
    let server = serve(listener, router, stopped, &mut tasks);
    if options.streams {
        for pump in pumps {
            tasks.start_on(&background, pump.run());
        }
    }
    if options.demo {
        demo::seed(&local).await?;
    }
    // The cell is empty, because only this line sets it.
    let _set = local.ready.set(());
    let own = (tasks, own_routes);
    Ok(Running { url, clock, environment, server, stop, _own: own })
}

/// Returns the app that these variables name.
fn joined_app(environment: &Environment) -> JoinedApp {
    let value = |setting| environment.optional(setting).unwrap_or_default().to_owned();
    JoinedApp { name: value(settings::APP_NAME), url: value(settings::APP_URL) }
}

/// The database of the service.
struct Engine {
    url: String,
    /// The HTTP client of the service, which reaches the database.
    outbound: Outbound,
    /// A receiver that is told of writes. `None` for a database that does not tell.
    written: Option<watch::Receiver<()>>,
    commits: Commits,
    faults: Option<Arc<Orders<TableFault>>>,
}

/// Starts the embedded engine, unless the options name another.
async fn engine(options: &Options, tasks: &mut Tasks) -> Result<Engine, DatabaseError> {
    if let Some(url) = &options.dynamodb {
        return Ok(Engine {
            url: url.clone(),
            outbound: Outbound::new(),
            written: None,
            commits: Commits::default(),
            faults: None,
        });
    }
    let Embedded { url, serve, connector, written, commits, faults } =
        embedded(options.data.as_deref()).await?;
    tasks.start(serve);
    let outbound = Outbound::new().with_way_to(format!("{url}/"), connector);
    Ok(Engine { url, outbound, written: Some(written), commits, faults: Some(faults) })
}

/// Returns the handlers with the faults of these orders.
fn with_faults(handlers: Handlers, orders: &Arc<Orders<FunctionFault>>) -> Handlers {
    let faulty = |(id, handler): (String, _)| {
        let handler = faulty(&id, handler, Arc::clone(orders));
        (id, handler)
    };
    handlers.into_iter().map(faulty).collect()
}

async fn listen(port: u16) -> Result<(TcpListener, String), StartError> {
    let failed = |source| StartError::Port { port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, format!("http://{address}")))
}

/// Serves the page that stands for the app, and returns its URL.
async fn serve_app(tasks: &mut Tasks) -> Result<String, StartError> {
    let (listener, url) = listen(0).await?;
    tasks.start(axum::serve(listener, app::router()).into_future());
    Ok(url)
}

fn domain(url: &str) -> String {
    url.split_once("://").map_or(url, |(_, domain)| domain).to_owned()
}

/// Returns the service's own origins: its URL, the same with `localhost`, and its public URL.
fn origins(url: &str, public_url: &str) -> Vec<String> {
    vec![url.to_owned(), url.replace("127.0.0.1", "localhost"), public_url.to_owned()]
}

fn serve(
    listener: TcpListener,
    router: Router,
    stopped: oneshot::Receiver<()>,
    tasks: &mut Tasks,
) -> JoinHandle<std::io::Result<()>> {
    let stopped = async {
        if stopped.await.is_err() {
            // The sender was dropped together with `Running`, which also aborts this task.
            std::future::pending::<()>().await;
        }
    };
    tasks.start(server::serve(listener, router, stopped))
}

fn pumps(
    template: &Template,
    handlers: &Handlers,
    stream: &Stream,
    on_failure: &OnFailure,
) -> Result<Vec<Pump>, FilterError> {
    let mapping = |function: &str, source: &StreamSource| {
        let handler = handlers.get(function)?;
        let delivery = Delivery {
            function: function.to_owned(),
            handler: Arc::clone(handler),
            source: source.clone(),
            pause: FIRST_PAUSE,
            on_failure: on_failure.clone(),
        };
        let pump = |filter| Pump { stream: stream.read_by(function), filter, delivery };
        Some(Filter::new(&source.filter_criteria).map(pump))
    };
    let functions = template.functions.iter();
    functions
        .flat_map(|function| {
            function.streams.iter().filter_map(move |source| mapping(&function.id, source))
        })
        .collect()
}
