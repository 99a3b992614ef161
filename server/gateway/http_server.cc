#include "server/gateway/http_server.h"

#include <CivetServer.h>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "server/gateway/status_page.h"

namespace tricorn::server {
namespace {

using Render = std::function<std::string(const Coordinator::View&)>;

constexpr absl::Duration kPatience = absl::Seconds(5);

// What `render` makes of the state, or nothing when the coordinator's thread does not answer.
std::optional<std::string> Ask(Coordinator& coordinator, Render render) {
  // Outlives this call if the answer comes late.
  struct Reply {
    Mutex mu;
    CondVar ready;
    std::optional<std::string> text ABSL_GUARDED_BY(mu);
  };
  auto reply = std::make_shared<Reply>();
  coordinator.Read([reply, render = std::move(render)](const Coordinator::View& view) {
    std::string text = render(view);
    MutexLock lock(&reply->mu);
    reply->text = std::move(text);
    reply->ready.Signal();
  });
  const absl::Time deadline = absl::Now() + kPatience;
  MutexLock lock(&reply->mu);
  while (!reply->text.has_value() && !reply->ready.WaitWithDeadline(&reply->mu, deadline)) {
  }
  return reply->text;
}

void Send(mg_connection* connection, int code, const char* type, const std::string& body) {
  mg_printf(connection,
            "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
            "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
            code, code == 200 ? "OK" : "Service Unavailable", type, body.size());
  mg_write(connection, body.data(), body.size());
}

// A page rendered from the state on each request.
class Page : public CivetHandler {
 public:
  Page(Coordinator& coordinator, const char* type, Render render)
      : coordinator_(coordinator), type_(type), render_(std::move(render)) {}

  bool handleGet(CivetServer*, mg_connection* connection) override {
    const std::optional<std::string> body = Ask(coordinator_, render_);
    if (body.has_value()) {
      Send(connection, 200, type_, *body);
    } else {
      Send(connection, 503, "text/plain", "the coordinator does not answer\n");
    }
    return true;
  }

 private:
  Coordinator& coordinator_;
  const char* const type_;
  const Render render_;
};

class Alive : public CivetHandler {
 public:
  bool handleGet(CivetServer*, mg_connection* connection) override {
    Send(connection, 200, "text/plain", "ok\n");
    return true;
  }
};

class CivetHttpServer : public HttpServer {
 public:
  CivetHttpServer(const std::string& host, const std::string& port, Coordinator& coordinator,
                  Metrics& metrics)
      : html_(coordinator, "text/html; charset=utf-8",
              [&coordinator](const Coordinator::View& view) {
                return StatusHtml(StatusJson(view, coordinator.clock().Now()));
              }),
        json_(coordinator, "application/json",
              [&coordinator](const Coordinator::View& view) {
                return StatusJson(view, coordinator.clock().Now()).Dump() + "\n";
              }),
        metrics_(coordinator, "text/plain; version=0.0.4; charset=utf-8",
                 [&coordinator, &metrics](const Coordinator::View& view) {
                   return metrics.Render(view, coordinator.clock().Now());
                 }),
        ready_(coordinator, "text/plain", [](const Coordinator::View&) { return "ok\n"; }),
        server_(std::vector<std::string>{"listening_ports", host + ":" + port, "num_threads", "4",
                                         "enable_directory_listing", "no", "request_timeout_ms",
                                         "10000"}) {
    server_.addHandler("/status.json", json_);
    server_.addHandler("/metrics", metrics_);
    server_.addHandler("/healthz", alive_);
    server_.addHandler("/readyz", ready_);
    server_.addHandler("/$", html_);
    address_ = fmt::format("{}:{}", host, server_.getListeningPorts().at(0));
  }
  std::string address() const override { return address_; }

 private:
  Page html_, json_, metrics_, ready_;
  Alive alive_;
  std::string address_;
  // Last: stops before the handlers go.
  CivetServer server_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& listen,
                                                              Coordinator& coordinator,
                                                              Metrics& metrics) {
  const size_t colon = listen.rfind(':');
  if (colon == listen.npos || colon == 0) {
    return InvalidArgument("http-listen: expected host:port, received '{}'", listen);
  }
  std::string host = listen.substr(0, colon);
  if (host == "localhost") host = "127.0.0.1";
  try {
    return std::make_unique<CivetHttpServer>(host, listen.substr(colon + 1), coordinator, metrics);
  } catch (const std::exception&) {
    return Unavailable(
        "http-listen {}: expected a free address of this machine, received one that cannot be "
        "listened on",
        listen);
  }
}

}  // namespace tricorn::server
