#include "telemetry/http_post.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "http/body_capture.h"

namespace loadline::telemetry {
namespace {

constexpr std::size_t kKeptBody = 64UL * 1024;

Error Unavailable(std::string reason) {
  return {ErrorCode::kUnavailable, std::move(reason)};
}

}  // namespace

HttpPost::HttpPost(http::Url url, std::unique_ptr<net::Loop> loop,
                   std::unique_ptr<net::TlsContext> tls)
    : url_(std::move(url)),
      loop_(std::move(loop)),
      tls_(std::move(tls)),
      asked_(resolver_, *loop_) {}

Result<std::unique_ptr<HttpPost>> HttpPost::Create(const http::Url& url,
                                                   const std::string& ca_file) {
  std::unique_ptr<net::Loop> loop = TRY(net::Loop::Create());
  std::unique_ptr<net::TlsContext> tls;
  if (url.tls) {
    net::TlsOptions options;
    options.server_name = url.host;
    options.ca_file = ca_file;
    tls = TRY(net::TlsContext::Create(options));
  }
  return std::unique_ptr<HttpPost>(new HttpPost(url, std::move(loop), std::move(tls)));
}

bool HttpPost::Await(Instant deadline) {
  const Instant now = Now();
  if (now >= deadline) {
    return false;
  }
  (void)loop_->Wait(now, deadline);
  loop_->Dispatch([this](const net::Event& event) { stream_.OnEvent(event); });
  return true;
}

void HttpPost::Close() {
  loop_->Remove(registration_);
  stream_.Close();
}

Result<std::vector<net::Address>> HttpPost::Resolve(Instant deadline) {
  const std::uint64_t question = asked_.Ask(url_.host, url_.port);
  net::Resolution answer;
  // An answer that came too late for an earlier question may lie before ours.
  while (question != 0) {
    if (asked_.TakeAnswer(answer) && answer.question == question) {
      if (answer.addresses.empty()) {
        return Unavailable(answer.error);
      }
      return std::move(answer.addresses);
    }
    if (!Await(deadline)) {
      break;
    }
  }
  return Unavailable(fmt::format("no answer in time about the name \"{}\"", url_.host));
}

Status HttpPost::Connect(const net::Address& address, Instant deadline) {
  net::StreamState state = stream_.StartConnect(address, {}, tls_.get(), Now());
  if (state != net::StreamState::kFailed) {
    Result<net::Registration> added = loop_->Add(stream_.fd(), 0);
    if (!added) {
      return added.error();
    }
    registration_ = *added;
  }
  while (state != net::StreamState::kOpen && state != net::StreamState::kFailed) {
    if (!Await(deadline)) {
      return Unavailable(fmt::format("no connection to {} in time", address.Text()));
    }
    state = stream_.ContinueConnect(Now());
  }
  if (state == net::StreamState::kFailed) {
    return Unavailable(fmt::format("{}: {}", address.Text(), stream_.ErrorText()));
  }
  return {};
}

Status HttpPost::Write(std::string_view bytes, Instant deadline) {
  while (!bytes.empty()) {
    const net::IoResult io = stream_.Send(bytes);
    if (io.status == net::IoStatus::kOk) {
      bytes.remove_prefix(io.bytes);
    } else if (io.status != net::IoStatus::kAgain) {
      return Unavailable(stream_.ErrorText());
    } else if (!Await(deadline)) {
      return Unavailable("the request could not be sent in time");
    }
  }
  return {};
}

Status HttpPost::Read(http::ResponseParser& parser, Instant deadline) {
  const std::span<char> buffer = loop_->receive_buffer();
  while (!parser.done()) {
    const net::IoResult io = stream_.Recv(buffer);
    switch (io.status) {
      case net::IoStatus::kOk:
        (void)parser.Feed({buffer.data(), io.bytes});
        break;
      case net::IoStatus::kClosed:
        parser.OnClose();
        break;
      case net::IoStatus::kError:
        return Unavailable(stream_.ErrorText());
      case net::IoStatus::kAgain:
        if (!Await(deadline)) {
          return Unavailable("no reply in time");
        }
        break;
    }
    if (parser.state() == http::ParseState::kFailed) {
      return Unavailable(fmt::format("the reply is not HTTP/1.1: {}", http::Text(parser.fault())));
    }
  }
  return {};
}

Result<PostReply> HttpPost::Send(std::span<const http::HeaderView> headers, std::string_view body,
                                 Instant deadline) {
  http::RequestView request;
  request.method = "POST";
  request.target = url_.target;
  const std::string host = url_.HostHeader();
  request.host = host;
  request.headers = headers;
  request.body = body;
  request.close = true;
  std::string bytes;
  TRY(http::SerializeRequest(request, bytes));

  const std::vector<net::Address> addresses = TRY(Resolve(deadline));
  Status connected = Unavailable("no address");
  for (std::size_t i = 0; i < addresses.size() && !connected; ++i) {
    Close();
    // An address that swallows packets must not use up the time of the others.
    const Instant now = Now();
    const Instant until = now + (deadline - now) / static_cast<std::int64_t>(addresses.size() - i);
    connected = Connect(addresses[i], until);
  }
  if (connected) {
    connected = Write(bytes, deadline);
  }
  http::BodyCapture capture(kKeptBody);
  http::ResponseParser parser;
  parser.Expect(false, &capture);
  if (connected) {
    connected = Read(parser, deadline);
  }
  Close();
  TRY(connected);
  return PostReply{parser.status(), std::string(capture.view()), parser.retry_after()};
}

}  // namespace loadline::telemetry
