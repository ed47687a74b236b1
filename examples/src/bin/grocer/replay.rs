//! The replay of a log into a store, and the nightly job.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant as Clock};

use anyhow::{Context, Result, bail, ensure};
use flate2::read::GzDecoder;
use indicatif::{ProgressBar, ProgressStyle};
use loyalty_core::{Engine, Instant, Member};

use crate::clerk::Clerk;
use crate::log::{Counts, Household, Log};
use crate::report::grouped;
use crate::store::{Changed, Found, Store};

/// About so many baskets are written in one transaction: enough that the disk is no matter, few enough to lose little.
const BASKETS_PER_TRANSACTION: usize = 500;

/// So often a batch is done again when somebody else changed one of its members meanwhile.
const ATTEMPTS: u32 = 100;

/// Where the log is.
pub(crate) struct Files {
    pub(crate) transactions: PathBuf,
    pub(crate) products: PathBuf,
}

/// What a replay did.
pub(crate) struct Replayed {
    /// How many baskets were taken.
    pub(crate) baskets: u64,
    /// Whether the end of the log was reached.
    pub(crate) finished: bool,
    /// What the log holds, as far as it was read.
    pub(crate) counts: Counts,
    /// The time that the engine took, the making of events included.
    pub(crate) engine: Duration,
    /// The time that all of it took.
    pub(crate) all: Duration,
}

/// What the nightly job did.
pub(crate) struct Nightly {
    pub(crate) advanced: u64,
}

impl Files {
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self {
            transactions: folder.join("transactions.csv.gz"),
            products: folder.join("products.csv.gz"),
        }
    }

    pub(crate) fn open(path: &Path) -> Result<GzDecoder<File>> {
        Ok(GzDecoder::new(File::open(path).with_context(|| {
            format!("`{}` cannot be opened", path.display())
        })?))
    }

    /// Reads the transactions; how far it is, the bar knows.
    pub(crate) fn log<'p>(
        &self,
        clerk: &Clerk<'p>,
        bar: &ProgressBar,
    ) -> Result<Log<'p, impl Read + use<>>> {
        let file = File::open(&self.transactions)
            .with_context(|| format!("`{}` cannot be opened", self.transactions.display()))?;
        bar.set_length(file.metadata()?.len());
        let program = clerk.engine.program();
        Log::read(
            GzDecoder::new(bar.wrap_read(file)),
            clerk.products,
            clerk.campaigns,
            program.currency(),
            program.timezone(),
        )
        .with_context(|| format!("`{}`", self.transactions.display()))
    }
}

/// Takes every basket of the log that the store does not know yet, at most `stop_after` of them.
pub(crate) fn replay(
    clerk: &Clerk<'_>,
    files: &Files,
    store: &mut Store,
    stop_after: Option<u64>,
    quiet: bool,
) -> Result<Replayed> {
    let began = Clock::now();
    let bar = if quiet {
        ProgressBar::hidden()
    } else {
        ProgressBar::new(0)
    };
    bar.set_style(ProgressStyle::with_template(
        "{bar:40} {percent:>3} %  {msg}  {elapsed}",
    )?);
    let mut log = files.log(clerk, &bar)?;
    let mut work = Batches {
        clerk,
        store,
        left: stop_after.unwrap_or(u64::MAX),
        taken: 0,
        engine: Duration::ZERO,
    };
    let mut batch = Vec::new();
    let mut finished = false;
    while !finished && work.left > 0 {
        match log.next_household()? {
            Some(household) => batch.push(household),
            None => finished = true,
        }
        let baskets: usize = batch
            .iter()
            .map(|household: &Household| household.baskets.len())
            .sum();
        if finished || baskets >= BASKETS_PER_TRANSACTION {
            work.write(&batch)?;
            batch.clear();
            bar.set_message(format!(
                "{} baskets",
                grouped(i64::try_from(log.counts().baskets)?)
            ));
        }
    }
    // Stopped exactly at the end of the log is stopped all the same: the next run finds nothing more to take.
    finished &= work.left > 0;
    bar.finish_and_clear();
    Ok(Replayed {
        baskets: work.taken,
        finished,
        counts: log.counts(),
        engine: work.engine,
        all: began.elapsed(),
    })
}

/// The households of a transaction, taken and written.
struct Batches<'b, 'c> {
    clerk: &'b Clerk<'c>,
    store: &'b mut Store,
    /// How many more baskets may be taken.
    left: u64,
    taken: u64,
    engine: Duration,
}

impl Batches<'_, '_> {
    fn write(&mut self, households: &[Household]) -> Result<()> {
        for _ in 0..ATTEMPTS {
            let mut changes = Vec::new();
            let mut taken = 0;
            for household in households {
                let Found {
                    mut member,
                    orders,
                    version,
                } = self.store.find(&household.id)?;
                let mut entries = Vec::new();
                let clock = Clock::now();
                taken += self.clerk.take(
                    &mut member,
                    household,
                    &orders,
                    self.left - taken,
                    |_, outcome| {
                        entries.extend(outcome.entries);
                        Ok(())
                    },
                )?;
                self.engine += clock.elapsed();
                if !entries.is_empty() {
                    let next_due = self.clerk.engine.next_due(&member);
                    changes.push(Changed {
                        member,
                        read_with: version,
                        next_due,
                        entries,
                    });
                }
            }
            if changes.is_empty() || self.store.write(&changes)? {
                self.taken += taken;
                self.left -= taken;
                return Ok(());
            }
        }
        bail!(
            "others change the same members all the time; {ATTEMPTS} attempts to write came too late"
        )
    }
}

/// Brings every member that is due to an instant, as a job of the night would: it looks at no others.
pub(crate) fn nightly(engine: &Engine, store: &mut Store, until: Instant) -> Result<Nightly> {
    let mut advanced = 0;
    loop {
        let due = store.due(until, 500)?;
        if due.is_empty() {
            return Ok(Nightly { advanced });
        }
        let mut changes = Vec::new();
        for id in &due {
            let Found {
                mut member,
                version,
                ..
            } = store.find(id)?;
            let Some(version) = version else { continue };
            let entries = engine.advance(&mut member, until)?.entries;
            let next_due = engine.next_due(&member);
            ensure!(
                next_due.is_none_or(|due| due > until),
                "member {id} was advanced to {until} and is due before it still"
            );
            changes.push(Changed {
                member,
                read_with: Some(version),
                next_due,
                entries,
            });
        }
        if store.write(&changes)? {
            advanced += u64::try_from(changes.len())?;
        }
    }
}

/// What the store must hold for a household, folded from the log in memory alone. Hands on each receipt's outcome as
/// [`Clerk::take`] does.
pub(crate) fn fold(
    clerk: &Clerk<'_>,
    household: &Household,
    until: Instant,
    mut answer: impl FnMut(usize, loyalty_core::Receipt) -> Result<()>,
) -> Result<Member> {
    let mut member = Member::new(&household.id)?;
    clerk.take(
        &mut member,
        household,
        &HashSet::new(),
        u64::MAX,
        |place, outcome| {
            if let (Some(place), Some(receipt)) = (place, outcome.receipt) {
                answer(place, *receipt)?;
            }
            Ok(())
        },
    )?;
    if clerk
        .engine
        .next_due(&member)
        .is_some_and(|due| due <= until)
    {
        clerk.engine.advance(&mut member, until)?;
    }
    Ok(member)
}
