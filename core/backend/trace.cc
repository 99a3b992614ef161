#include "core/backend/trace.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "fmt/format.h"

namespace tricorn::backend {
namespace {

constexpr int kGapRow = -1;

Json Span(const std::string& name, int row, int64_t start_ns, int64_t end_ns, int64_t nbytes) {
  Json event = Json::MakeObject({{"name", name},
                                 {"ph", "X"},
                                 {"pid", 0},
                                 {"tid", row},
                                 {"ts", static_cast<double>(start_ns) * 1e-3},
                                 {"dur", static_cast<double>(end_ns - start_ns) * 1e-3}});
  if (nbytes > 0) event.Set("args", Json::MakeObject({{"bytes", nbytes}}));
  return event;
}

Json RowName(int row, const std::string& name) {
  return Json::MakeObject({{"name", "thread_name"},
                           {"ph", "M"},
                           {"pid", 0},
                           {"tid", row},
                           {"args", Json::MakeObject({{"name", name}})}});
}

}  // namespace

std::string ChromeTrace(std::span<const TraceEvent> events) {
  std::vector<TraceEvent> sorted(events.begin(), events.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.start_ns < b.start_ns; });
  Json::Array spans{RowName(kGapRow, "gaps")};
  const int64_t origin = sorted.empty() ? 0 : sorted.front().start_ns;
  int64_t busy_until = origin;
  for (const TraceEvent& event : sorted) {
    if (event.start_ns > busy_until) {
      spans.push_back(Span("gap", kGapRow, busy_until - origin, event.start_ns - origin, 0));
    }
    spans.push_back(Span(event.name, event.stream, event.start_ns - origin, event.end_ns - origin,
                         event.nbytes));
    busy_until = std::max(busy_until, event.end_ns);
  }
  return Json::MakeObject({{"displayTimeUnit", "ns"}, {"traceEvents", std::move(spans)}}).Dump();
}

std::string KernelTable(std::span<const TraceEvent> events, int64_t steps) {
  struct Sum {
    int64_t ns = 0;
    int64_t count = 0;
  };
  std::map<std::string, Sum> by_name;
  Sum all;
  for (const TraceEvent& event : events) {
    for (Sum* sum : {&by_name[event.name], &all}) {
      sum->ns += event.end_ns - event.start_ns;
      ++sum->count;
    }
  }
  std::vector<std::pair<std::string, Sum>> rows(by_name.begin(), by_name.end());
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.second.ns > b.second.ns; });
  rows.insert(rows.begin(), {"in all", all});
  std::string table;
  for (const auto& [name, sum] : rows) {
    table += fmt::format("{:10.1f} us {:6.1f} x  {}\n",
                         static_cast<double>(sum.ns) * 1e-3 / static_cast<double>(steps),
                         static_cast<double>(sum.count) / static_cast<double>(steps), name);
  }
  return table;
}

}  // namespace tricorn::backend
