#include "standin/standin.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "base/clock.h"

namespace loadline::standin {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

/// One request on a connection of its own, answered later or never.
class Call {
 public:
  Call(std::uint16_t port, const std::string& method, const std::string& path,
       const std::string& body = "", const std::string& header = "") {
    fd_ = socket(AF_INET, SOCK_STREAM, 0);
    const timeval patience{10, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const std::string text = method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" +
                             header + "Content-Length: " + std::to_string(body.size()) +
                             "\r\n\r\n" + body;
    EXPECT_EQ(send(fd_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  ~Call() { close(fd_); }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  /// The whole reply.
  std::string Reply() {
    std::string reply;
    char bytes[4096];
    for (ssize_t count = 0; (count = recv(fd_, bytes, sizeof bytes, 0)) > 0;) {
      reply.append(bytes, static_cast<std::size_t>(count));
    }
    return reply;
  }

 private:
  int fd_;
};

/// A service of which everything is quick unless said otherwise.
StandinOptions Quick() {
  StandinOptions options;
  options.port = 0;
  options.service.pods = 1;
  options.service.latency = *sim::LatencyLaw::Constant(0ms);
  options.service.overhead = 0ms;
  return options;
}

std::unique_ptr<Standin> Launch(const StandinOptions& options) {
  auto standin = *Standin::Create(options);
  standin->Start();
  return standin;
}

std::string Ask(const Standin& standin, const std::string& method, const std::string& path,
                const std::string& body = "", const std::string& header = "") {
  return Call(standin.port(), method, path, body, header).Reply();
}

/// The page /metrics, once it holds `line`; as it is after 10 s.
std::string MetricsWith(const Standin& standin, const std::string& line) {
  const Instant end = Now() + 10s;
  std::string page;
  do {
    page = Ask(standin, "GET", "/metrics");
  } while (page.find(line) == std::string::npos && Now() < end);
  return page;
}

TEST(Standin, ScoresOnAnyPath) {
  const auto standin = Launch(Quick());
  const std::string reply = Ask(*standin, "POST", "/score", R"({"rows":[1,2,3]})");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(reply, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(reply, AllOf(HasSubstr("\r\n\r\n{\"score\":0."), HasSubstr("\"rows\":3")));
  EXPECT_THAT(Ask(*standin, "POST", "/v2/anything"), HasSubstr("\"score\":"));
  EXPECT_THAT(Ask(*standin, "GET", "/"), HasSubstr("\"score\":"));
}

TEST(Standin, SpeaksMlflow) {
  const auto standin = Launch(Quick());
  const std::string reply = Ask(*standin, "POST", "/invocations",
                                R"({"dataframe_split":{"columns":["a"],"data":[[1],[2]]}})");
  EXPECT_THAT(reply, AllOf(StartsWith("HTTP/1.1 200"), HasSubstr(R"({"predictions":[)")));
  const std::string wrong = Ask(*standin, "POST", "/invocations", R"({"rows":[1]})");
  EXPECT_THAT(wrong, AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("error_code")));
}

TEST(Standin, RefusesABodyThatItCannotRead) {
  const auto standin = Launch(Quick());
  EXPECT_THAT(Ask(*standin, "POST", "/score", "{\"milli\":"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(Ask(*standin, "POST", "/score", R"({"milli":-1})"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(MetricsWith(*standin, "{status=\"400\"} 2"), HasSubstr("{status=\"400\"} 2"));
}

TEST(Standin, LetsARequestAskForItsOwnTime) {
  StandinOptions options = Quick();
  options.service.latency = *sim::LatencyLaw::Constant(1h);
  const auto standin = Launch(options);
  EXPECT_THAT(Ask(*standin, "POST", "/score", R"({"milli":1})"), StartsWith("HTTP/1.1 200"));
}

TEST(Standin, AnswersUnavailableWhenTheQueueIsFull) {
  StandinOptions options = Quick();
  options.service.queue = 1;
  const auto standin = Launch(options);
  const Call serving(standin->port(), "POST", "/score", R"({"milli":3600000})");
  EXPECT_THAT(MetricsWith(*standin, "loadline_standin_in_service 1\n"),
              HasSubstr("loadline_standin_in_service 1\n"));
  const Call waiting(standin->port(), "POST", "/score");
  EXPECT_THAT(MetricsWith(*standin, "loadline_standin_queue_length 1\n"),
              HasSubstr("loadline_standin_queue_length 1\n"));
  const std::string reply = Ask(*standin, "POST", "/score");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(reply, HasSubstr("queue full"));
  EXPECT_THAT(reply, ::testing::Not(HasSubstr("Retry-After")));
  const std::string metrics = Ask(*standin, "GET", "/metrics");
  EXPECT_THAT(metrics, HasSubstr("loadline_standin_requests_total{status=\"503\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("loadline_standin_rejected_total{reason=\"queue_full\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("loadline_standin_arrivals_total 3\n"));
}

TEST(Standin, FailsTheShareThatWasAskedFor) {
  StandinOptions options = Quick();
  options.service.error_rate = 1.0;
  const auto standin = Launch(options);
  EXPECT_THAT(Ask(*standin, "POST", "/score"), StartsWith("HTTP/1.1 500"));
}

TEST(Standin, IsNotReadyDuringItsColdStart) {
  StandinOptions options = Quick();
  options.service.cold_start = 1h;
  const auto standin = Launch(options);
  EXPECT_THAT(Ask(*standin, "GET", "/healthz"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(Ask(*standin, "GET", "/readyz"), StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(Ask(*standin, "POST", "/score"),
              AllOf(StartsWith("HTTP/1.1 503"), HasSubstr("not ready")));
  const auto warm = Launch(Quick());
  EXPECT_THAT(Ask(*warm, "GET", "/readyz"), StartsWith("HTTP/1.1 200"));
}

TEST(Standin, KeepsTheIdsThatItSaw) {
  const auto standin = Launch(Quick());
  Ask(*standin, "POST", "/score", "", "X-Request-Id: first\r\n");
  Ask(*standin, "POST", "/score", R"({"id":"second"})");
  Ask(*standin, "POST", "/score");
  const std::string reply = Ask(*standin, "GET", "/ids");
  EXPECT_THAT(reply, HasSubstr("X-Forgotten: 0\r\n"));
  EXPECT_THAT(reply, EndsWith("\r\n\r\nfirst\nsecond\n"));
  EXPECT_THAT(Ask(*standin, "GET", "/metrics"), HasSubstr("loadline_standin_ids_seen_total 2\n"));
}

TEST(Standin, BurnsCpuIfAsked) {
  StandinOptions options = Quick();
  options.cpu = true;
  options.service.concurrency = 2;
  options.service.latency = *sim::LatencyLaw::Constant(5ms);
  const auto standin = Launch(options);
  const Duration before = ProcessCpuTime();
  EXPECT_THAT(Ask(*standin, "POST", "/score"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(Ask(*standin, "POST", "/score"), StartsWith("HTTP/1.1 200"));
  EXPECT_GE(ProcessCpuTime() - before, 10ms);
}

TEST(Standin, StopsInTheMiddleOfBurning) {
  StandinOptions options = Quick();
  options.cpu = true;
  const auto standin = Launch(options);
  const Call serving(standin->port(), "POST", "/score", R"({"milli":3600000})");
  MetricsWith(*standin, "loadline_standin_in_service 1\n");
  standin->Stop(0ms);
  standin->Wait();
}

TEST(Standin, AnswersWhatIsUnderWayBeforeItStops) {
  StandinOptions options = Quick();
  options.service.latency = *sim::LatencyLaw::Constant(50ms);
  const auto standin = Launch(options);
  Call call(standin->port(), "POST", "/score");
  MetricsWith(*standin, "loadline_standin_in_service 1\n");
  standin->Stop(10s);
  standin->Wait();
  EXPECT_THAT(call.Reply(), StartsWith("HTTP/1.1 200"));
}

TEST(Standin, ServesManyAtOnceWithoutMixingThemUp) {
  StandinOptions options = Quick();
  options.service.concurrency = 50;
  options.service.latency = *sim::LatencyLaw::Exponential(5ms);
  const auto standin = Launch(options);
  std::vector<std::unique_ptr<Call>> calls;
  for (int i = 1; i <= 50; ++i) {
    std::string rows = "[0";
    for (int k = 1; k < i; ++k) {
      rows += ",0";
    }
    calls.push_back(
        std::make_unique<Call>(standin->port(), "POST", "/score", "{\"rows\":" + rows + "]}"));
  }
  for (std::size_t i = 0; i < calls.size(); ++i) {
    EXPECT_THAT(calls[i]->Reply(), HasSubstr("\"rows\":" + std::to_string(i + 1) + ","));
  }
}

TEST(Standin, ShowsItsOwnDelays) {
  const auto standin = Launch(Quick());
  Ask(*standin, "POST", "/score");
  const std::string page = Ask(*standin, "GET", "/metrics");
  EXPECT_THAT(page, HasSubstr("loadline_standin_departure_delay_seconds_bucket{le=\"+Inf\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("loadline_standin_service_seconds_count 1\n"));
  EXPECT_THAT(page, HasSubstr("loadline_standin_pods_ready 1\n"));
}

TEST(Standin, SaysWhyItCannotBeStarted) {
  const auto first = Launch(Quick());
  StandinOptions options = Quick();
  options.port = first->port();
  EXPECT_THAT(Standin::Create(options).error().message, HasSubstr("in use"));
  options = Quick();
  options.certificate_file = "cert.pem";
  EXPECT_THAT(Standin::Create(options).error().message, HasSubstr("--cert and --key"));
}

TEST(Standin, TellsWhereItIs) {
  EXPECT_THAT((*Standin::Create(Quick()))->url(), MatchesRegex("http://127\\.0\\.0\\.1:[0-9]+"));
  StandinOptions options = Quick();
  options.certificate_file = "self-signed";
  EXPECT_THAT((*Standin::Create(options))->url(), StartsWith("https://"));
}

}  // namespace
}  // namespace loadline::standin
