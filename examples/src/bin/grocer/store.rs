//! Members and journal in SQLite: one transaction for what belongs together, compare-and-swap on the version of a member.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant as Clock};

use anyhow::{Context, Result, bail, ensure};
use loyalty_core::{Entry, Instant, Member};
use rusqlite::{Connection, ErrorCode, OptionalExtension, TransactionBehavior, params};

/// The whole schema. A host needs no more: the document, its version, one indexed column for the nightly job, and the journal.
///
/// `next_due` is in microseconds since 1970, so that it sorts; null if time alone changes nothing.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS members (
        id        TEXT PRIMARY KEY,
        document  TEXT NOT NULL,
        version   INTEGER NOT NULL,
        next_due  INTEGER
    ) STRICT;
    CREATE INDEX IF NOT EXISTS members_due ON members (next_due) WHERE next_due IS NOT NULL;
    CREATE TABLE IF NOT EXISTS journal (
        member  TEXT NOT NULL REFERENCES members (id),
        n       INTEGER NOT NULL,
        at      TEXT NOT NULL,
        kind    TEXT NOT NULL,
        entry   TEXT NOT NULL,
        PRIMARY KEY (member, n)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS settings (
        name   TEXT PRIMARY KEY,
        value  TEXT NOT NULL
    ) STRICT;
";

/// For so long one waits for another one who is writing.
const PATIENCE: Duration = Duration::from_secs(60);

/// The database.
pub(crate) struct Store {
    pub(crate) db: Connection,
}

/// A member as it was found, and which orders its journal knows.
pub(crate) struct Found {
    pub(crate) member: Member,
    pub(crate) orders: HashSet<String>,
    /// None if the member is not in the database yet.
    pub(crate) version: Option<u64>,
}

/// A member that changed, to be written.
pub(crate) struct Changed {
    pub(crate) member: Member,
    /// The version that it was read with; none if it was not in the database.
    pub(crate) read_with: Option<u64>,
    pub(crate) next_due: Option<Instant>,
    pub(crate) entries: Vec<Entry>,
}

impl Store {
    /// Opens the database, or makes it. It belongs to the program that it was made with.
    pub(crate) fn open(path: &Path, program: &str) -> Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)
                .with_context(|| format!("`{}` cannot be made", folder.display()))?;
        }
        let db = connect(path)
            .with_context(|| format!("the database `{}` cannot be opened", path.display()))?;
        db.execute(
            "INSERT INTO settings VALUES ('program', ?1) ON CONFLICT DO NOTHING",
            [program],
        )?;
        let stored: String = db.query_row(
            "SELECT value FROM settings WHERE name = 'program'",
            [],
            |row| row.get(0),
        )?;
        ensure!(
            stored == program,
            "the database `{}` was made with another program: name another one with --database",
            path.display()
        );
        Ok(Self { db })
    }

    /// A member and the orders in its journal, both of one moment; a new member if there is none.
    pub(crate) fn find(&mut self, id: &str) -> Result<Found> {
        let snapshot = self.db.transaction()?;
        let document: Option<String> = snapshot
            .prepare_cached("SELECT document FROM members WHERE id = ?1")?
            .query_row([id], |row| row.get(0))
            .optional()?;
        let Some(document) = document else {
            return Ok(Found {
                member: Member::new(id)?,
                orders: HashSet::new(),
                version: None,
            });
        };
        let member =
            Member::from_json(&document).with_context(|| format!("the document of member {id}"))?;
        let orders = snapshot
            .prepare_cached("SELECT entry ->> '$.purchase.order' FROM journal WHERE member = ?1 AND kind = 'purchase'")?
            .query_map([id], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        Ok(Found {
            version: Some(member.version()),
            member,
            orders,
        })
    }

    /// Writes members and their new entries in one transaction: all of them, or, if somebody else changed one of them since it
    /// was read, none (then the answer is `false`: read again, and do it again).
    pub(crate) fn write(&mut self, changes: &[Changed]) -> Result<bool> {
        let transaction = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut insert =
                transaction.prepare_cached("INSERT INTO members (id, document, version, next_due) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")?;
            let mut update =
                transaction.prepare_cached("UPDATE members SET document = ?2, version = ?3, next_due = ?4 WHERE id = ?1 AND version = ?5")?;
            let mut journal = transaction.prepare_cached(
                "INSERT INTO journal (member, n, at, kind, entry) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            for change in changes {
                let id = change.member.id().as_str();
                let document = change.member.to_json();
                let version = i64::try_from(change.member.version())?;
                let next_due = change.next_due.map(Instant::micros);
                let written = match change.read_with {
                    None => insert.execute(params![id, document, version, next_due])?,
                    Some(before) => update.execute(params![
                        id,
                        document,
                        version,
                        next_due,
                        i64::try_from(before)?
                    ])?,
                };
                if written != 1 {
                    return Ok(false);
                }
                for entry in &change.entries {
                    let json = serde_json::to_string(entry)?;
                    journal.execute(params![
                        id,
                        i64::try_from(entry.n)?,
                        entry.at.to_string(),
                        kind(entry)?,
                        json
                    ])?;
                }
            }
        }
        transaction.commit()?;
        Ok(true)
    }

    /// The members that are due until an instant, the first ones first: what the index is for.
    pub(crate) fn due(&self, until: Instant, most: u32) -> Result<Vec<String>> {
        let mut due = self.db.prepare_cached(
            "SELECT id FROM members WHERE next_due <= ?1 ORDER BY next_due, id LIMIT ?2",
        )?;
        let ids = due
            .query_map(params![until.micros(), most], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        Ok(ids)
    }
}

/// Connects, and makes the tables if they are not there.
///
/// SQLite does not wait for another one who switches a new database to write-ahead logging at the same moment, whatever its
/// timeout says; so this does.
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let began = Clock::now();
    loop {
        let connected = Connection::open(path).and_then(|db| {
            db.busy_timeout(PATIENCE)?;
            db.pragma_update(None, "journal_mode", "wal")?;
            // With a write-ahead log, a crash of the program loses nothing that was committed.
            db.pragma_update(None, "synchronous", "normal")?;
            db.execute_batch(SCHEMA)?;
            Ok(db)
        });
        match connected {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && began.elapsed() < PATIENCE =>
            {
                sleep(Duration::from_millis(10));
            }
            other => return other,
        }
    }
}

/// The kind of an entry, as its JSON says it.
fn kind(entry: &Entry) -> Result<String> {
    match serde_json::to_value(&entry.change)? {
        serde_json::Value::Object(change) => change
            .keys()
            .next()
            .cloned()
            .context("an entry says nothing"),
        _ => bail!("an entry is no object"),
    }
}
