#include "serve/server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <vector>

#include "base/clock.h"
#include "serve/response_text.h"

namespace loadline::serve {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// A blocking client on loopback; gives up after 10 s of silence.
class Client {
 public:
  explicit Client(std::uint16_t port) {
    fd_ = socket(AF_INET, SOCK_STREAM, 0);
    const timeval patience{10, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }

  void Send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return;
      }
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  void ShutDown() { shutdown(fd_, SHUT_WR); }

  /// Everything up to `mark`, which is included; up to the end if it does not come.
  std::string Until(std::string_view mark) {
    for (;;) {
      const std::size_t at = mark.empty() ? std::string::npos : got_.find(mark);
      if (at != std::string::npos) {
        std::string text = got_.substr(0, at + mark.size());
        got_.erase(0, at + mark.size());
        return text;
      }
      char bytes[4096];
      const ssize_t count = recv(fd_, bytes, sizeof bytes, 0);
      if (count <= 0) {
        return std::exchange(got_, "");
      }
      got_.append(bytes, static_cast<std::size_t>(count));
    }
  }
  std::string UntilEnd() { return Until(""); }

 private:
  int fd_ = -1;
  bool connected_ = false;
  std::string got_;
};

/// Answers with what it was asked: method, path, query, body.
void Echo(const Request& request, Responder responder) {
  const std::string body = std::string(request.method) + "|" + std::string(request.path) + "|" +
                           std::string(request.query) + "|" + std::string(request.body) + "|" +
                           std::string(request.Find("x-word")) + "\n";
  responder.Send({.content_type = "text/plain", .body = body});
}

std::unique_ptr<Server> Serve(Server::Handler handler, const ServerOptions& options = {}) {
  auto server = *Server::Create(options, std::move(handler));
  server->Start();
  return server;
}

TEST(Server, AnswersARequest) {
  const auto server = Serve(Echo);
  Client client(server->port());
  client.Send(
      "POST /score?a=1&b=2 HTTP/1.1\r\nHost: x\r\nX-WORD: w\r\nContent-Length: 3\r\n\r\nabc");
  const std::string reply = client.Until("w\n");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200 OK\r\nDate: "));
  EXPECT_THAT(reply, HasSubstr("Content-Type: text/plain\r\nContent-Length: 26\r\n\r\n"));
  EXPECT_THAT(reply, EndsWith("POST|/score|a=1&b=2|abc|w\n"));
}

TEST(Server, KeepsTheConnection) {
  const auto server = Serve(Echo);
  Client client(server->port());
  for (int i = 0; i < 3; ++i) {
    client.Send("GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.Until("||\n"), EndsWith("GET|/" + std::to_string(i) + "|||\n"));
  }
  const ServerCounters counters = server->counters();
  EXPECT_EQ(counters.accepted, 1);
  EXPECT_EQ(counters.connections, 1);
  EXPECT_EQ(counters.requests, 3);
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  const auto server = Serve(Echo);
  Client client(server->port());
  client.Send("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.Until("||\n"), EndsWith("GET|/a|||\n"));
  EXPECT_THAT(client.Until("||\n"), EndsWith("GET|/b|||\n"));
}

TEST(Server, ReadsARequestThatComesInPieces) {
  const auto server = Serve(Echo);
  Client client(server->port());
  for (const char* piece :
       {"POST /sc", "ore HTTP/1.1\r\nHo", "st: x\r\nContent-Length: 6\r", "\n\r\n", "abc", "def"}) {
    client.Send(piece);
    SleepUntil(Now() + 2ms);  // Only makes it likely that they arrive apart.
  }
  EXPECT_THAT(client.Until("|\n"), EndsWith("POST|/score||abcdef|\n"));
}

TEST(Server, ReadsAChunkedBody) {
  const auto server = Serve(Echo);
  Client client(server->port());
  client.Send(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
  EXPECT_THAT(client.Until("|\n"), EndsWith("POST|/||abcdefg|\n"));
}

TEST(Server, AsksForABodyThatWaitsForItsWord) {
  const auto server = Serve(Echo);
  Client client(server->port());
  client.Send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(client.Until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("abc");
  EXPECT_THAT(client.Until("|\n"), EndsWith("POST|/||abc|\n"));
}

TEST(Server, ClosesWhenTheClientAsksForIt) {
  const auto server = Serve(Echo);
  Client client(server->port());
  client.Send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.UntilEnd(), HasSubstr("Connection: close\r\n"));
}

TEST(Server, KeepsAnOldClientsConnectionOnlyIfAsked) {
  const auto server = Serve(Echo);
  Client closing(server->port());
  closing.Send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(closing.UntilEnd(), HasSubstr("Connection: close\r\n"));
  Client keeping(server->port());
  keeping.Send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(keeping.Until("|||\n"), HasSubstr("Connection: keep-alive\r\n"));
}

TEST(Server, LeavesTheBodyOutOfAnswersToHead) {
  const auto server = Serve(Echo);
  Client client(server->port());
  client.Send("HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string reply = client.UntilEnd();
  EXPECT_THAT(reply, HasSubstr("Content-Length: 11\r\n"));
  EXPECT_THAT(reply, EndsWith("\r\n\r\n"));
}

TEST(Server, RefusesWhatIsNotHttp) {
  const auto server = Serve(Echo);
  Client client(server->port());
  client.Send("hello\r\n\r\n");
  EXPECT_THAT(client.UntilEnd(), StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_EQ(server->counters().faults, 1);
  EXPECT_EQ(server->counters().requests, 0);
}

TEST(Server, RefusesHeadsAndBodiesThatAreTooLarge) {
  ServerOptions options;
  options.max_head = Bytes{1024};
  options.max_body = Bytes{100};
  const auto server = Serve(Echo, options);
  Client large_head(server->port());
  large_head.Send("GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(2000, 'a') + "\r\n\r\n");
  EXPECT_THAT(large_head.UntilEnd(), StartsWith("HTTP/1.1 431 "));
  Client large_body(server->port());
  large_body.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n" +
                  std::string(101, 'a'));
  EXPECT_THAT(large_body.UntilEnd(), StartsWith("HTTP/1.1 413 "));
}

TEST(Server, ClosesConnectionsBeyondItsLimit) {
  ServerOptions options;
  options.max_connections = 1;
  const auto server = Serve(Echo, options);
  Client first(server->port());
  first.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(first.Until("|||\n"), StartsWith("HTTP/1.1 200"));
  Client second(server->port());
  second.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(second.UntilEnd(), "");
  EXPECT_EQ(server->counters().refused, 1);
}

TEST(Server, ClosesIdleConnections) {
  ServerOptions options;
  options.idle_timeout = 1ms;
  const auto server = Serve(Echo, options);
  Client client(server->port());
  EXPECT_EQ(client.UntilEnd(), "");
}

TEST(Server, AnswersLaterFromItsAlarm) {
  std::vector<Responder> waiting;
  Server* self = nullptr;
  auto server = *Server::Create(
      {},
      [&](const Request&, Responder responder) {
        waiting.push_back(std::move(responder));
        self->SetAlarm(Now() + 5ms);
      },
      [&](Instant) {
        for (Responder& responder : waiting) {
          responder.Send({.body = "later\n"});
        }
        waiting.clear();
      });
  self = server.get();
  server->Start();
  Client client(server->port());
  client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.Until("later\n"), EndsWith("later\n"));
  server->Stop(0ms);
  server->Wait();
}

TEST(Server, ClosesTheConnectionOfAResponderThatIsDropped) {
  const auto server = Serve([](const Request&, Responder) {});
  Client client(server->port());
  client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.UntilEnd(), "");
}

TEST(Server, SurvivesAClientThatLeavesBeforeItsAnswer) {
  std::vector<Responder> waiting;
  std::atomic<int> asked = 0;
  auto server = Serve([&](const Request&, Responder responder) {
    waiting.push_back(std::move(responder));
    ++asked;
  });
  {
    Client client(server->port());
    client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    while (asked == 0) {
      SleepUntil(Now() + 1ms);
    }
  }
  std::atomic<bool> done = false;
  server->Post([&] {
    waiting[0].Send({.body = "nobody hears this"});
    done = true;
  });
  while (!done) {
    SleepUntil(Now() + 1ms);
  }
  Client other(server->port());
  EXPECT_TRUE(other.connected());
  server->Stop(0ms);
  server->Wait();
}

TEST(Server, AnswersWhatIsUnderWayBeforeItStops) {
  std::vector<Responder> waiting;
  std::atomic<int> asked = 0;
  auto server = Serve([&](const Request&, Responder responder) {
    waiting.push_back(std::move(responder));
    ++asked;
  });
  Client client(server->port());
  client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  while (asked == 0) {
    SleepUntil(Now() + 1ms);
  }
  server->Stop(10s);
  server->Post([&] { waiting[0].Send({.body = "bye\n"}); });
  const std::string reply = client.UntilEnd();
  EXPECT_THAT(reply, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(reply, EndsWith("bye\n"));
  server->Wait();
  EXPECT_FALSE(Client(server->port()).connected());
}

TEST(Server, StopsThoughARequestIsNeverAnswered) {
  std::vector<Responder> waiting;
  std::atomic<int> asked = 0;
  auto server = Serve([&](const Request&, Responder responder) {
    waiting.push_back(std::move(responder));
    ++asked;
  });
  Client client(server->port());
  client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  while (asked == 0) {
    SleepUntil(Now() + 1ms);
  }
  server->Stop(1ms);
  server->Wait();
  EXPECT_EQ(client.UntilEnd(), "");
  server.reset();  // Before the responders: they must not mind.
}

TEST(Server, ListensOnIpv6) {
  ServerOptions options;
  options.address = "::1";
  const auto server = Server::Create(options, Echo);
  ASSERT_TRUE(server.has_value()) << server.error().message;
  EXPECT_THAT((*server)->url(), StartsWith("http://[::1]:"));
}

TEST(Server, SaysWhyItCannotListen) {
  ServerOptions options;
  options.address = "nowhere";
  EXPECT_EQ(Server::Create(options, Echo).error().code, ErrorCode::kInvalidArgument);
  const auto first = *Server::Create({}, Echo);
  options.address = "127.0.0.1";
  options.port = first->port();
  const Error taken = Server::Create(options, Echo).error();
  EXPECT_EQ(taken.code, ErrorCode::kIo);
  EXPECT_THAT(taken.message, HasSubstr("Address already in use"));
}

TEST(Server, SaysWhatIsWrongWithItsTlsFiles) {
  ServerOptions options;
  options.tls = true;
  options.certificate_file = "/nowhere/cert.pem";
  EXPECT_THAT(Server::Create(options, Echo).error().message, HasSubstr("needs its key"));
  options.key_file = "/nowhere/key.pem";
  const Error missing = Server::Create(options, Echo).error();
  EXPECT_EQ(missing.code, ErrorCode::kNotFound);
  EXPECT_EQ(missing.message, "TLS: /nowhere/cert.pem: No such file or directory");
  options.certificate_file = options.key_file = "/dev/null";
  EXPECT_THAT(Server::Create(options, Echo).error().message, HasSubstr("is not a certificate"));
}

TEST(HttpDate, IsWrittenAsTheStandardSays) {
  // RFC 9110 5.6.7: Sun, 06 Nov 1994 08:49:37 GMT is 784,111,777 s after the epoch.
  EXPECT_EQ(HttpDate(UtcTime(std::chrono::seconds(784'111'777))), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(WriteResponse, WritesNeitherTypeNorLengthWithoutABody) {
  std::string text;
  WriteResponse({.status = 204}, "D", false, false, true, text);
  EXPECT_EQ(text, "HTTP/1.1 204 No Content\r\nDate: D\r\n\r\n");
}

TEST(WriteResponse, AddsFurtherHeaders) {
  const std::vector<Header> headers = {{"Allow", "GET"}};
  std::string text;
  WriteResponse({.status = 405, .headers = headers, .body = "x"}, "D", true, false, true, text);
  EXPECT_EQ(text,
            "HTTP/1.1 405 Method Not Allowed\r\nDate: D\r\nContent-Type: application/json\r\n"
            "Content-Length: 1\r\nAllow: GET\r\nConnection: close\r\n\r\nx");
}

}  // namespace
}  // namespace loadline::serve
