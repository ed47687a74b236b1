//! The grocer example ends in the same place, however often and wherever it is interrupted.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use rusqlite::Connection;

/// What is beside the transactions.
const TABLES: [&str; 6] = [
    "products.csv.gz",
    "campaign_descriptions.csv.gz",
    "campaigns.csv.gz",
    "coupons.csv.gz",
    "coupon_redemptions.csv.gz",
    "coupon_values.csv.gz",
];

/// A folder of its own for a test, with the first households of the sample as a log.
struct Shop {
    folder: PathBuf,
}

impl Shop {
    fn new(name: &str, households: usize) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("grocer")
            .join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        fs::create_dir_all(&folder).unwrap();
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
        for table in TABLES {
            fs::copy(sample.join(table), folder.join(table)).unwrap();
        }
        let mut rows = String::new();
        GzDecoder::new(File::open(sample.join("transactions.csv.gz")).unwrap())
            .read_to_string(&mut rows)
            .unwrap();
        let mut cut = GzEncoder::new(
            File::create(folder.join("transactions.csv.gz")).unwrap(),
            Compression::fast(),
        );
        let (mut seen, mut last) = (0, "");
        for (place, row) in rows.lines().enumerate() {
            let household = row.split(',').next().unwrap();
            if place > 0 && household != last {
                seen += 1;
                last = household;
            }
            if seen > households {
                break;
            }
            writeln!(cut, "{row}").unwrap();
        }
        cut.finish().unwrap();
        Self { folder }
    }

    fn database(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.sqlite"))
    }

    fn command(&self, database: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_grocer"));
        command
            .arg("--full")
            .arg(&self.folder)
            .arg("--database")
            .arg(self.database(database))
            .stdin(Stdio::null());
        command
    }

    /// Runs it to the end and gives back what it printed, without the name of the database.
    fn run(&self, database: &str, more: &[&str]) -> String {
        let output = self
            .command(database)
            .args(["--quiet"])
            .args(more)
            .output()
            .unwrap();
        printed(&output)
            .lines()
            .filter(|line| !line.starts_with("Database "))
            .map(|line| format!("{line}\n"))
            .collect()
    }

    /// Everything in a database.
    fn contents(&self, database: &str) -> Vec<String> {
        let db = Connection::open(self.database(database)).unwrap();
        let mut all = Vec::new();
        for table in [
            "SELECT id || ' ' || version || ' ' || coalesce(next_due, 'never') || ' ' || document FROM members ORDER BY id",
            "SELECT member || ' ' || n || ' ' || at || ' ' || kind || ' ' || entry FROM journal ORDER BY member, n",
        ] {
            let mut rows = db.prepare(table).unwrap();
            all.extend(
                rows.query_map([], |row| row.get::<_, String>(0))
                    .unwrap()
                    .map(Result::unwrap),
            );
        }
        all
    }

    /// How many orders the journal of a database has; none if there is no journal yet.
    fn orders(&self, database: &str) -> i64 {
        let count = || {
            let db = Connection::open_with_flags(
                self.database(database),
                rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY,
            )?;
            db.query_row(
                "SELECT count(*) FROM journal WHERE kind = 'purchase'",
                [],
                |row| row.get(0),
            )
        };
        count().unwrap_or(0)
    }
}

fn printed(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The second run prints the tables of the first, to the byte, and one line more.
fn without_nothing_new(text: &str) -> String {
    text.lines()
        .filter(|line| !line.contains("nothing new"))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn a_second_run_changes_nothing_and_says_so() {
    let shop = Shop::new("again", 12);
    let first = shop.run("a", &[]);
    let before = shop.contents("a");
    let second = shop.run("a", &[]);
    assert!(
        first.contains("issued ") && first.contains("Receipt of basket "),
        "{first}"
    );
    assert!(!first.contains("nothing new"));
    assert!(
        second.lines().any(|line| line.starts_with("nothing new")),
        "{second}"
    );
    assert_eq!(first, without_nothing_new(&second));
    assert!(before.len() > 1000);
    assert_eq!(before, shop.contents("a"));
}

#[test]
fn stopped_anywhere_it_ends_in_the_same_place() {
    let shop = Shop::new("stopped", 12);
    let whole = shop.run("whole", &[]);
    let orders = shop.orders("whole");
    let mut taken = 0;
    for stop in [0, 1, 2, 61, 137] {
        let text = shop.run("parts", &["--stop-after", &stop.to_string()]);
        assert_eq!(
            text,
            format!(
                "stopped after {stop} baskets, as asked; run it again without --stop-after to go on\n"
            )
        );
        taken += stop;
        assert_eq!(shop.orders("parts"), taken);
    }
    assert!(taken < orders);
    assert_eq!(shop.run("parts", &[]), whole);
    assert_eq!(shop.contents("parts"), shop.contents("whole"));
}

#[test]
fn killed_in_the_middle_it_ends_in_the_same_place() {
    let shop = Shop::new("killed", 60);
    let whole = shop.run("whole", &[]);
    let orders = shop.orders("whole");
    let mut halfway = 0;
    for attempt in 0..5 {
        let database = format!("killed-{attempt}");
        let mut child = shop
            .command(&database)
            .arg("--quiet")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        while shop.orders(&database) == 0 && child.try_wait().unwrap().is_none() {
            sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let found = shop.orders(&database);
        assert_eq!(without_nothing_new(&shop.run(&database, &[])), whole);
        assert_eq!(shop.contents(&database), shop.contents("whole"));
        if (1..orders).contains(&found) {
            halfway += 1;
            break;
        }
    }
    assert!(halfway > 0, "it was never killed half-way");
}

#[test]
fn two_at_once_end_in_the_same_place() {
    let shop = Shop::new("two", 30);
    let whole = shop.run("whole", &[]);
    let start = || {
        shop.command("two")
            .arg("--quiet")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let both = [start(), start()];
    for child in both {
        printed(&child.wait_with_output().unwrap());
    }
    assert_eq!(without_nothing_new(&shop.run("two", &[])), whole);
    assert_eq!(shop.contents("two"), shop.contents("whole"));
}

#[test]
fn a_database_keeps_its_program() {
    let shop = Shop::new("program", 1);
    shop.run("one", &[]);
    let program =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("programs/grocer.json"))
            .unwrap();
    let other = shop.folder.join("other.json");
    fs::write(&other, program.replace("\"fixed\": 100", "\"fixed\": 50")).unwrap();
    let output = shop
        .command("one")
        .arg("--program")
        .arg(&other)
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("made with another program"));
    assert!(
        shop.run("two", &["--program", other.to_str().unwrap()])
            .contains("issued ")
    );
}

#[test]
fn what_cannot_be_read_is_named() {
    for table in TABLES {
        let shop = Shop::new("unreadable", 1);
        fs::remove_file(shop.folder.join(table)).unwrap();
        let output = shop.command("one").output().unwrap();
        assert!(!output.status.success());
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            told.contains(&format!("{table}` cannot be opened")),
            "{told}"
        );
    }
}
