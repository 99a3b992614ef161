#include "server/gateway/status_page.h"

#include <functional>
#include <map>

#include "core/base/status.h"
#include "core/base/version.h"
#include "server/state/assignments.h"
#include "server/state/change.h"

namespace tricorn::server {
namespace {

constexpr size_t kMaxJobs = 100;

Json JobJson(const Coordinator::View& view, const std::string& id, const JobRecord& record,
             absl::Time now) {
  const tricorn::v1::Job& job = record.job();
  const auto live = view.live_progress.find(id);
  const tricorn::v1::Progress& progress =
      live == view.live_progress.end() ? job.progress() : live->second;
  Json logs = Json(Json::Object{});
  for (const auto& [name, value] : progress.logs()) logs.Set(name, value);
  return Json::MakeObject({
      {"name", job.name()},
      {"state", tricorn::v1::JobState_Name(job.state()).substr(sizeof("JOB_STATE_") - 1)},
      {"age_seconds", absl::ToDoubleSeconds(now - FromProto(job.create_time()))},
      {"epoch", progress.epoch()},
      {"epochs", progress.epochs()},
      {"step", int64_t{progress.step()}},
      {"steps", int64_t{progress.steps()}},
      {"samples_per_second", progress.samples_per_second()},
      {"logs", logs},
      {"workers", job.workers_size()},
      {"restarts", job.restarts()},
      {"message", job.pending_reason().empty() ? job.failure().message() : job.pending_reason()},
      {"result", job.result().model_version()},
  });
}

Json WorkerJson(const Coordinator::View& view, const std::string& id, const WorkerRecord& record) {
  const tricorn::v1::Worker& worker = record.worker();
  Json assignments = Json(Json::Array{});
  const tricorn::v1::AssignmentSet set = AssignmentsOf(view.state, id);
  for (const auto& assignment : set.assignments()) assignments.Append(assignment.id());
  return Json::MakeObject({
      {"name", worker.name()},
      {"state", tricorn::v1::WorkerState_Name(worker.state()).substr(sizeof("WORKER_STATE_") - 1)},
      {"host", worker.host_id()},
      {"slots", worker.capacity().slots()},
      {"threads", worker.capacity().threads()},
      {"assignments", assignments},
  });
}

Json DeploymentJson(const DeploymentRecord& record) {
  const tricorn::v1::Deployment& deployment = record.deployment();
  return Json::MakeObject({
      {"name", deployment.name()},
      {"state", tricorn::v1::DeploymentState_Name(deployment.state())
                    .substr(sizeof("DEPLOYMENT_STATE_") - 1)},
      {"model_version", deployment.model_version()},
      {"replicas", deployment.replicas_size()},
  });
}

std::string Escaped(std::string_view text) {
  std::string html;
  for (char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

std::string Cell(const Json& value) {
  if (value.is_string()) return Escaped(value.AsString());
  if (value.is_double()) return fmt::format("{:.4g}", value.AsDouble());
  std::string text;
  if (value.is_array()) {
    for (const Json& item : value.AsArray()) text += (text.empty() ? "" : ", ") + Cell(item);
    return text;
  }
  if (value.is_object()) {
    for (const auto& [name, member] : value.AsObject()) {
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", Escaped(name), Cell(member));
    }
    return text;
  }
  return Escaped(value.Dump());
}

// A table with the members of the first row as columns.
std::string Table(std::string_view title, const Json& rows) {
  std::string html = fmt::format("<h2>{}</h2>", title);
  if (rows.size() == 0) return html + "<p>none</p>";
  html += "<table><tr>";
  for (const auto& [name, value] : rows.AsArray()[0].AsObject()) html += "<th>" + name + "</th>";
  html += "</tr>";
  for (const Json& row : rows.AsArray()) {
    html += "<tr>";
    for (const auto& [name, value] : row.AsObject()) html += "<td>" + Cell(value) + "</td>";
    html += "</tr>";
  }
  return html + "</table>";
}

}  // namespace

Json StatusJson(const Coordinator::View& view, absl::Time now) {
  std::map<int64_t, const std::string*, std::greater<>> newest_first;
  for (const auto& [id, record] : view.state.jobs) newest_first[record.sequence()] = &id;
  Json jobs = Json(Json::Array{}), workers = Json(Json::Array{}), deployments = Json(Json::Array{});
  for (const auto& [sequence, id] : newest_first) {
    if (jobs.size() == kMaxJobs) break;
    jobs.Append(JobJson(view, *id, view.state.jobs.at(*id), now));
  }
  for (const auto& [id, record] : view.state.workers) workers.Append(WorkerJson(view, id, record));
  for (const auto& [id, record] : view.state.deployments) {
    deployments.Append(DeploymentJson(record));
  }
  return Json::MakeObject({{"version", std::string(Version())},
                           {"jobs", jobs},
                           {"workers", workers},
                           {"deployments", deployments}});
}

std::string StatusHtml(const Json& status) {
  return fmt::format(
      "<!doctype html><html lang=en><meta charset=utf-8><meta http-equiv=refresh content=2>"
      "<title>Tricorn</title><style>body{{font:14px system-ui,sans-serif;margin:2em}}"
      "table{{border-collapse:collapse}}td,th{{border-bottom:1px solid #ddd;padding:4px 10px;"
      "text-align:left;vertical-align:top}}</style><h1>Tricorn {}</h1>{}{}{}"
      "<p><a href=/metrics>metrics</a> <a href=/status.json>JSON</a></p></html>",
      Escaped(status["version"].AsString()), Table("Jobs", status["jobs"]),
      Table("Workers", status["workers"]), Table("Deployments", status["deployments"]));
}

}  // namespace tricorn::server
