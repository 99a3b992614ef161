#include "tests/bench/scaling/gang.h"

#include <string>

#include "core/base/env.h"
#include "core/base/json_fields.h"
#include "core/base/status.h"
#include "core/comm/file_store.h"
#include "core/comm/testing/processes.h"

namespace tricorn::bench {
namespace {

constexpr absl::Duration kTimeout = absl::Minutes(8);
constexpr char kResult[] = "measured";

absl::StatusOr<Measured> Parse(const std::string& text) {
  ASSIGN_OR_RETURN(const Json json, Json::Parse(text));
  Measured measured;
  RETURN_IF_ERROR(FromJson(json, &measured));
  return measured;
}

}  // namespace

absl::StatusOr<Measured> MeasureGang(const GangOptions& options) {
  comm::TemporaryDirectory directory;
  comm::FileStore store(Env::Posix(), directory.path());
  comm::Processes ranks(options.size, [&](int rank) -> absl::Status {
    const absl::StatusOr<Measured> measured = MeasureRank(options, rank, store);
    if (!measured.ok()) return WithSubject(measured.status(), fmt::format("rank {}", rank));
    return rank == 0 ? store.Set(kResult, ToJson(*measured).Dump()) : absl::OkStatus();
  });
  RETURN_IF_ERROR(ranks.WaitFor(kTimeout));
  ASSIGN_OR_RETURN(const std::string text, store.Get(kResult, absl::InfinitePast()));
  return Parse(text);
}

}  // namespace tricorn::bench
