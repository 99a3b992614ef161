#include "server/log/sqlite_log.h"

#include <sqlite3.h>

#include <utility>

#include "absl/base/thread_annotations.h"
#include "core/base/mutex.h"
#include "core/base/status.h"

namespace tricorn::server {
namespace {

constexpr size_t kMaxReadBytes = size_t{2} << 20;  // of a feed, at once
constexpr int kSchemaVersion = 1;
constexpr char kSchema[] = R"sql(
  CREATE TABLE IF NOT EXISTS events (number INTEGER PRIMARY KEY AUTOINCREMENT, event BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS snapshot (one INTEGER PRIMARY KEY CHECK (one = 1), state BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS feed (job TEXT NOT NULL, sequence INTEGER NOT NULL, event BLOB NOT NULL,
                                   PRIMARY KEY (job, sequence)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS constants (key TEXT PRIMARY KEY, value TEXT NOT NULL);
)sql";

absl::Status SqliteStatus(sqlite3* db, std::string_view action) {
  const int code = sqlite3_errcode(db);
  const std::string message = fmt::format("log: {}: {}", action, sqlite3_errmsg(db));
  switch (code & 0xff) {
    case SQLITE_FULL:
      return absl::ResourceExhaustedError(message);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::DataLossError(message);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return absl::PermissionDeniedError(message);
    case SQLITE_BUSY:
      return absl::UnavailableError(message);
    default:
      return absl::InternalError(message);
  }
}

// A prepared statement, used again and again: bind, step, read.
class Statement {
 public:
  Statement(sqlite3* db, const char* sql) : db_(db) {
    CHECK(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr) ==
          SQLITE_OK);
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& Bind(int index, int64_t value) {
    CHECK(sqlite3_bind_int64(statement_, index, value) == SQLITE_OK);
    return *this;
  }
  // The bytes stay alive until the statement is reset.
  Statement& BindText(int index, const std::string& value) {
    CHECK(sqlite3_bind_text64(statement_, index, value.data(), value.size(), SQLITE_STATIC,
                              SQLITE_UTF8) == SQLITE_OK);
    return *this;
  }
  // Errors: a value beyond SQLite's 1 GB.
  absl::Status BindBlob(int index, const std::string& value) {
    if (sqlite3_bind_blob64(statement_, index, value.data(), value.size(), SQLITE_STATIC) ==
        SQLITE_OK) {
      return absl::OkStatus();
    }
    return SqliteStatus(db_, "bind");
  }
  // Runs a statement that returns no rows.
  absl::Status Run() {
    const int code = sqlite3_step(statement_);
    const absl::Status status =
        code == SQLITE_DONE ? absl::OkStatus() : SqliteStatus(db_, sqlite3_sql(statement_));
    sqlite3_reset(statement_);
    return status;
  }
  // Calls `row` for each row.
  template <typename Row>
  absl::Status ForEach(const Row& row) {
    return While([&](const Statement& self) {
      row(self);
      return true;
    });
  }
  // Calls `row` for each row, until it returns false.
  template <typename Row>
  absl::Status While(const Row& row) {
    int code = SQLITE_ROW;
    bool goes_on = true;
    while (goes_on && (code = sqlite3_step(statement_)) == SQLITE_ROW) goes_on = row(*this);
    const bool ok = code == SQLITE_DONE || code == SQLITE_ROW;
    const absl::Status status = ok ? absl::OkStatus() : SqliteStatus(db_, sqlite3_sql(statement_));
    sqlite3_reset(statement_);
    return status;
  }
  int64_t Int(int column) const { return sqlite3_column_int64(statement_, column); }
  std::string Bytes(int column) const {
    const void* data = sqlite3_column_blob(statement_, column);
    const int nbytes = sqlite3_column_bytes(statement_, column);
    return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), nbytes);
  }

 private:
  sqlite3* const db_;
  sqlite3_stmt* statement_ = nullptr;
};

struct CloseDatabase {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

absl::Status Execute(sqlite3* db, const std::string& sql) {
  if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK)
    return absl::OkStatus();
  return SqliteStatus(db, sql.substr(0, 60));
}

absl::StatusOr<Database> OpenDatabase(const std::string& path) {
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &raw,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, nullptr);
  Database db(raw);
  if (code != SQLITE_OK) return WithSubject(SqliteStatus(raw, "open"), path);
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, 5000);
  return db;
}

class Log : public SqliteLog {
 public:
  Log(Database writer, Database reader)
      : writer_(std::move(writer)),
        reader_(std::move(reader)),
        read_feed_(reader_.get(),
                   "SELECT sequence, event FROM feed WHERE job = ? AND sequence > ? ORDER BY "
                   "sequence LIMIT ?") {}

  absl::Status Append(const LogBatch& batch) override {
    return InTransaction([&]() -> absl::Status {
      for (const std::string& event : batch.events) {
        RETURN_IF_ERROR(add_event_.BindBlob(1, event));
        RETURN_IF_ERROR(add_event_.Run());
      }
      for (const std::string& job_id : batch.deleted_feeds) {
        RETURN_IF_ERROR(delete_feed_.BindText(1, job_id).Run());
      }
      for (const FeedRow& row : batch.feed) {
        add_feed_.BindText(1, row.job_id).Bind(2, row.sequence);
        RETURN_IF_ERROR(add_feed_.BindBlob(3, row.event));
        RETURN_IF_ERROR(add_feed_.Run());
      }
      return absl::OkStatus();
    });
  }

  absl::StatusOr<LogContents> Read() override {
    LogContents contents;
    Statement snapshot(writer_.get(), "SELECT state FROM snapshot");
    RETURN_IF_ERROR(
        snapshot.ForEach([&](const Statement& row) { contents.snapshot = row.Bytes(0); }));
    Statement events(writer_.get(), "SELECT event FROM events ORDER BY number");
    RETURN_IF_ERROR(
        events.ForEach([&](const Statement& row) { contents.events.push_back(row.Bytes(0)); }));
    return contents;
  }

  absl::Status Compact(const std::string& snapshot) override {
    return InTransaction([&]() -> absl::Status {
      Statement replace(writer_.get(), "INSERT OR REPLACE INTO snapshot VALUES (1, ?)");
      RETURN_IF_ERROR(replace.BindBlob(1, snapshot));
      RETURN_IF_ERROR(replace.Run());
      return Execute(writer_.get(), "DELETE FROM events");
    });
  }

  absl::StatusOr<std::vector<FeedRow>> ReadFeed(const std::string& job_id, int64_t sequence,
                                                int limit) override {
    MutexLock lock(&reader_mu_);
    std::vector<FeedRow> rows;
    read_feed_.BindText(1, job_id).Bind(2, sequence).Bind(3, limit);
    size_t nbytes = 0;
    RETURN_IF_ERROR(read_feed_.While([&](const Statement& row) {
      rows.push_back({job_id, row.Int(0), row.Bytes(1)});
      nbytes += rows.back().event.size();
      return nbytes < kMaxReadBytes;
    }));
    return rows;
  }

  absl::StatusOr<std::string> Constant(const std::string& key,
                                       const std::string& initial) override {
    Statement add(writer_.get(), "INSERT OR IGNORE INTO constants VALUES (?, ?)");
    RETURN_IF_ERROR(add.BindText(1, key).BindText(2, initial).Run());
    std::string value;
    Statement get(writer_.get(), "SELECT value FROM constants WHERE key = ?");
    RETURN_IF_ERROR(
        get.BindText(1, key).ForEach([&](const Statement& row) { value = row.Bytes(0); }));
    return value;
  }

 private:
  template <typename Body>
  absl::Status InTransaction(const Body& body) {
    RETURN_IF_ERROR(begin_.Run());
    absl::Status status = body();
    if (status.ok()) status = commit_.Run();
    // A failed statement may have rolled back by itself.
    if (!status.ok() && sqlite3_get_autocommit(writer_.get()) == 0) {
      const absl::Status undone = Execute(writer_.get(), "ROLLBACK");
      CHECK(undone.ok());
    }
    return status;
  }

  // The writer belongs to the appending thread.
  const Database writer_;
  Statement begin_{writer_.get(), "BEGIN IMMEDIATE"};
  Statement commit_{writer_.get(), "COMMIT"};
  Statement add_event_{writer_.get(), "INSERT INTO events (event) VALUES (?)"};
  Statement add_feed_{writer_.get(), "INSERT OR REPLACE INTO feed VALUES (?, ?, ?)"};
  Statement delete_feed_{writer_.get(), "DELETE FROM feed WHERE job = ?"};

  Mutex reader_mu_;
  const Database reader_;
  Statement read_feed_ ABSL_GUARDED_BY(reader_mu_);
};

absl::Status Prepare(sqlite3* db, const SqliteLogOptions& options) {
  RETURN_IF_ERROR(Execute(db, "PRAGMA journal_mode = WAL"));
  RETURN_IF_ERROR(Execute(db, "PRAGMA synchronous = FULL"));
  int64_t version = 0;
  {
    Statement statement(db, "PRAGMA user_version");
    RETURN_IF_ERROR(statement.ForEach([&](const Statement& row) { version = row.Int(0); }));
  }
  if (version > kSchemaVersion) {
    return FailedPrecondition(
        "log: expected schema {} or older, received {}: a newer program wrote it", kSchemaVersion,
        version);
  }
  RETURN_IF_ERROR(Execute(db, kSchema));
  RETURN_IF_ERROR(Execute(db, fmt::format("PRAGMA user_version = {}", kSchemaVersion)));
  if (options.max_bytes == 0) return absl::OkStatus();
  return Execute(db, fmt::format("PRAGMA max_page_count = {}", options.max_bytes / 4096 + 1));
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteLog>> SqliteLog::Open(const std::string& path,
                                                           const SqliteLogOptions& options) {
  ASSIGN_OR_RETURN(Database writer, OpenDatabase(path));
  RETURN_IF_ERROR(WithSubject(Prepare(writer.get(), options), path));
  ASSIGN_OR_RETURN(Database reader, OpenDatabase(path));
  return std::make_unique<Log>(std::move(writer), std::move(reader));
}

}  // namespace tricorn::server
