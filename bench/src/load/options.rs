//! What `bench load` can be told.

use std::path::PathBuf;

use clap::Args;

use super::product::{KEPT, Product};

/// What to measure.
#[derive(Args)]
pub(crate) struct Options {
    /// How many invites are stored at the most; the steps are powers of ten from 1,000 on; 0 for no
    /// steps
    #[arg(long, default_value_t = 100_000)]
    pub(super) invites: usize,
    /// Requests of each kind at each step and in each round, 10,000 at the most, for the inbox
    /// keeps no more mails; accepts are fewer
    #[arg(long, default_value_t = 800, value_parser = clap::value_parser!(u16).range(1..=i64::from(KEPT)))]
    pub(super) requests: u16,
    /// Where the data are: in memory, or in a file on which each write waits for the disk
    #[arg(long, value_delimiter = ',', default_value = "memory,file")]
    pub(super) data: Vec<String>,
    /// The local service
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/release/beckon"))]
    pub(super) binary: PathBuf,
    /// Measure these beside it, all with their data in a file; bench/peers/install brings them
    #[arg(long, value_delimiter = ',')]
    pub(super) peers: Vec<Product>,
    /// How often each peer is measured
    #[arg(long, default_value_t = 3)]
    pub(super) rounds: usize,
}
