//! The options of `bench load`.

use std::path::PathBuf;

use clap::Args;

use super::product::{INBOX_CAPACITY, Product};
use crate::release;

/// Returns the release build of the local service.
fn local_service() -> PathBuf {
    release::folder().join("beckon")
}

/// The load to measure.
#[derive(Args)]
pub(crate) struct Options {
    /// The most stored invites. The steps are powers of ten from 1,000 up to it; 0 skips the steps
    #[arg(long, default_value_t = 100_000)]
    pub(super) invites: usize,
    /// Also measure in one group with this many pending invites, at most 10,000, with all invites of the
    /// last step stored; 0 skips it
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=10_000))]
    pub(super) crowd: u16,
    /// Also measure joins by one link that this many people have joined by. The steps are powers of ten
    /// from 1,000 up to it; 0 skips it
    #[arg(long, default_value_t = 0)]
    pub(super) joins: usize,
    /// The number of requests of each kind at each step and in each round, at most 10,000, because
    /// the inbox keeps no more mails. Accepts are fewer
    #[arg(long, default_value_t = 800, value_parser = clap::value_parser!(u16).range(1..=i64::from(INBOX_CAPACITY)))]
    pub(super) requests: u16,
    /// Where the data is: in memory, or in a file on which each write waits for the disk
    #[arg(long, value_delimiter = ',', default_value = "memory,file")]
    pub(super) data: Vec<String>,
    /// The binary of the local service. By default the release build beside this program
    #[arg(long, default_value_os_t = local_service())]
    pub(super) binary: PathBuf,
    /// The peers to measure besides the local service, all with their data in a file. Install them
    /// with bench/peers/install
    #[arg(long, value_delimiter = ',')]
    pub(super) peers: Vec<Product>,
    /// The number of rounds in which each peer is measured
    #[arg(long, default_value_t = 3)]
    pub(super) rounds: usize,
}

impl Options {
    /// Returns whether the local service is measured alone.
    pub(super) fn grows(&self) -> bool {
        self.invites > 0 || self.crowd > 0 || self.joins > 0
    }
}
