#include "fetch/exchange.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/units_text.h"

namespace loadline::fetch {
namespace {

Error Unavailable(std::string reason) {
  return {ErrorCode::kUnavailable, std::move(reason)};
}

}  // namespace

Exchange::Exchange(http::Url url, std::unique_ptr<net::Loop> loop,
                   std::unique_ptr<net::TlsContext> tls,
                   std::vector<net::ResolveOverride> overrides)
    : url_(std::move(url)),
      loop_(std::move(loop)),
      tls_(std::move(tls)),
      resolver_(std::move(overrides)),
      asked_(resolver_, *loop_) {}

Result<std::unique_ptr<Exchange>> Exchange::Create(const http::Url& url, net::TlsOptions tls,
                                                   std::vector<net::ResolveOverride> overrides) {
  std::unique_ptr<net::Loop> loop = TRY(net::Loop::Create());
  std::unique_ptr<net::TlsContext> context;
  if (url.tls) {
    tls.server_name = url.host;
    context = TRY(net::TlsContext::Create(tls));
  }
  return std::unique_ptr<Exchange>(
      new Exchange(url, std::move(loop), std::move(context), std::move(overrides)));
}

bool Exchange::Await(Instant deadline) {
  const Instant now = Now();
  if (now >= deadline) {
    return false;
  }
  (void)loop_->Wait(now, deadline);
  loop_->Dispatch([this](const net::Event& event) { stream_.OnEvent(event); });
  return true;
}

void Exchange::Close() {
  loop_->Remove(registration_);
  stream_.Close();
}

Result<std::vector<net::Address>> Exchange::Resolve(Instant deadline) {
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

Status Exchange::Connect(const net::Address& address, Instant deadline) {
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

Status Exchange::Write(std::string_view bytes, Instant deadline) {
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

Status Exchange::Read(http::ResponseParser& parser, const http::BodyCapture& capture,
                      const Patience& patience) {
  const std::span<char> buffer = loop_->receive_buffer();
  const auto too_large = [&](std::uint64_t bytes) {
    return patience.whole && bytes > patience.max_bytes;
  };
  Instant heard = Now();
  while (!parser.done()) {
    const net::IoResult io = stream_.Recv(buffer);
    switch (io.status) {
      case net::IoStatus::kOk:
        (void)parser.Feed({buffer.data(), io.bytes});
        heard = Now();
        break;
      case net::IoStatus::kClosed:
        parser.OnClose();
        break;
      case net::IoStatus::kError:
        return Unavailable(stream_.ErrorText());
      case net::IoStatus::kAgain: {
        const bool pauses = patience.deadline - heard > patience.idle;
        if (!Await(pauses ? heard + patience.idle : patience.deadline)) {
          return Unavailable(
              capture.total() > 0
                  ? fmt::format("the reply stopped after {}",
                                FormatBytes(Bytes{static_cast<std::int64_t>(capture.total())}))
                  : "no reply in time");
        }
        break;
      }
    }
    if (parser.state() == http::ParseState::kFailed) {
      return Unavailable(fmt::format("the reply is not HTTP/1.1: {}", http::Text(parser.fault())));
    }
    if (too_large(capture.total()) || too_large(parser.content_length().value_or(0))) {
      return Unavailable(
          fmt::format("the reply is larger than {}",
                      FormatBytes(Bytes{static_cast<std::int64_t>(patience.max_bytes)})));
    }
  }
  return {};
}

Result<Reply> Exchange::Send(const Question& question, const Patience& patience) {
  // Until the request is written: then every byte of the reply renews the patience.
  const Instant begin = Now();
  const Instant deadline =
      patience.idle < patience.deadline - begin ? begin + patience.idle : patience.deadline;
  http::RequestView request;
  request.method = question.method;
  request.target = url_.target;
  const std::string host = url_.HostHeader();
  request.host = host;
  request.headers = question.headers;
  request.body = question.body;
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
  http::BodyCapture capture(patience.max_bytes);
  http::ResponseParser parser;
  parser.Expect(question.method == "HEAD", &capture);
  if (connected) {
    connected = Read(parser, capture, patience);
  }
  Close();
  TRY(connected);
  return Reply{.status = parser.status(),
               .body = std::string(capture.view()),
               .location = std::string(parser.Header("Location").value_or("")),
               .encoding = std::string(parser.Header("Content-Encoding").value_or("")),
               .retry_after = parser.retry_after()};
}

}  // namespace loadline::fetch
