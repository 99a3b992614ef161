#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/env.h"
#include "core/base/json.h"
#include "core/base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/gateway/http_server.h"
#include "server/log/sqlite_log.h"

namespace tricorn::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// The whole answer, header and body.
std::string Get(const std::string& address, const std::string& path) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(atoi(address.substr(address.rfind(':') + 1).c_str())));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0) {
    const std::string request = "GET " + path + " HTTP/1.0\r\n\r\n";
    EXPECT_EQ(write(fd, request.data(), request.size()), static_cast<ssize_t>(request.size()));
    char buffer[4096];
    ssize_t n;
    while ((n = read(fd, buffer, sizeof(buffer))) > 0) answer.append(buffer, n);
  }
  close(fd);
  return answer;
}

class GatewayTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/tricorn_gateway_XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    directory_ = name;
    log_ = *SqliteLog::Open(JoinPath(directory_, "log.sqlite"));
    metrics_ = Metrics::Create();
    CoordinatorOptions options;
    options.observe = [this](const Effects& effects) { metrics_->StateChanged(effects); };
    coordinator_ = *Coordinator::Start(*log_, options, Logger("test", [](std::string_view) {}));
    http_ = *HttpServer::Start("127.0.0.1:0", *coordinator_, *metrics_);
    Event event;
    auto& request = *event.mutable_register_worker();
    request.set_worker_id("w");
    request.set_incarnation("one");
    request.set_host_id("<b>host</b>");
    request.mutable_capacity()->set_slots(3);
    coordinator_->Submit(event, nullptr);
  }
  void TearDown() override {
    http_.reset();
    coordinator_.reset();
    log_.reset();
    EXPECT_TRUE(Env::Posix().RemoveRecursively(directory_).ok());
  }

  std::string directory_;
  std::unique_ptr<SqliteLog> log_;
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<Coordinator> coordinator_;
  std::unique_ptr<HttpServer> http_;
};

TEST_F(GatewayTest, MetricsTellTheStateAndWhatHappened) {
  metrics_->CallEnded("/tricorn.v1.JobService/GetJob", 5, absl::Milliseconds(3));
  metrics_->CallEnded("/tricorn.v1.JobService/WatchJob", 0, absl::Hours(3));
  metrics_->LogAppended(7, absl::Milliseconds(2), true);
  metrics_->LogAppended(7, absl::Milliseconds(2), false);
  const std::string text = Get(http_->address(), "/metrics");
  for (const char* line : {
           "tricorn_coordinator_workers{state=\"ready\"} 1\n",
           "tricorn_coordinator_workers{state=\"lost\"} 0\n",
           "tricorn_coordinator_jobs{state=\"running\"} 0\n",
           "tricorn_coordinator_slots{kind=\"trainer\"} 3\n",
           "tricorn_coordinator_log_events_total 7\n",
           "tricorn_coordinator_log_failures_total 1\n",
           "{code=\"NOT_FOUND\",method=\"GetJob\",service=\"JobService\"} 1\n",
           "# TYPE tricorn_coordinator_rpc_duration_seconds histogram\n",
       }) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, Not(HasSubstr("duration_seconds_count{method=\"Watch")));
}

TEST_F(GatewayTest, StatusIsShownToProgramsAndPeople) {
  const std::string json = Get(http_->address(), "/status.json");
  EXPECT_THAT(json, HasSubstr("application/json"));
  const auto status = Json::Parse(json.substr(json.find("\r\n\r\n") + 4));
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_EQ((*status)["workers"].AsArray()[0]["name"].AsString(), "workers/w");
  const std::string html = Get(http_->address(), "/");
  EXPECT_THAT(html, HasSubstr("&lt;b&gt;host"));
  EXPECT_THAT(html, Not(HasSubstr("<b>host")));
}

TEST_F(GatewayTest, ProbesAnswerAndUnknownPathsDoNot) {
  EXPECT_THAT(Get(http_->address(), "/healthz"), HasSubstr(" 200 "));
  EXPECT_THAT(Get(http_->address(), "/readyz"), HasSubstr(" 200 "));
  EXPECT_THAT(Get(http_->address(), "/etc/passwd"), HasSubstr(" 404 "));
}

TEST_F(GatewayTest, ATakenOrBadAddressIsAnError) {
  EXPECT_EQ(HttpServer::Start(http_->address(), *coordinator_, *metrics_).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(HttpServer::Start("nonsense", *coordinator_, *metrics_).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace tricorn::server
