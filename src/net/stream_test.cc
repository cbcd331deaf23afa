#include "net/stream.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <string>

#include "base/clock.h"

namespace loadline::net {
namespace {

// A listener on loopback whose connections the test plays itself, all in one thread.
class StreamTest : public testing::Test {
 protected:
  StreamState Connect(const ConnectOptions& options = {}) {
    StreamState state = stream_.StartConnect(address_, options, nullptr, Now());
    if (state == StreamState::kFailed) {
      return state;
    }
    registration_ = *loop_->Add(stream_.fd(), 7);
    while (state == StreamState::kConnecting) {
      state = Pump();
    }
    return state;
  }

  // One turn: tells the stream what happened.
  StreamState Pump() {
    const Turn turn = loop_->Wait(Now(), Instant::max());
    loop_->Dispatch([&](const Event& e) {
      EXPECT_EQ(e.owner, 7U);
      stream_.OnEvent(e);
      stream_.ContinueConnect(turn.now);
    });
    return stream_.state();
  }

  // The server's side; blocking, and certain to be there after Connect().
  Fd Accept() { return Fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)); }

  // Reads until the stream says something other than kOk; the bytes and that status.
  std::pair<std::string, IoStatus> ReadAll() {
    std::string text;
    while (true) {
      const IoResult result = stream_.Recv(loop_->receive_buffer());
      if (result.status != IoStatus::kOk) {
        return {text, result.status};
      }
      text.append(loop_->receive_buffer().data(), result.bytes);
    }
  }

  std::unique_ptr<Loop> loop_ = std::move(Loop::Create()).value();
  Fd listener_ = std::move(ListenTcp(Address::Loopback(0))).value();
  Address address_ = *LocalAddress(listener_.get());
  Registration registration_;
  Stream stream_;
};

TEST_F(StreamTest, ConnectsSendsAndReceives) {
  ASSERT_EQ(Connect(), StreamState::kOpen);
  EXPECT_GE(stream_.connect_time(), Duration::zero());
  EXPECT_EQ(stream_.tls_time(), Duration::zero());
  EXPECT_FALSE(stream_.is_tls());
  const Fd server = Accept();
  const IoResult sent = stream_.Send("ping");
  EXPECT_EQ(sent.status, IoStatus::kOk);
  EXPECT_EQ(sent.bytes, 4U);
  std::array<char, 10> buffer{};
  EXPECT_EQ(::read(server.get(), buffer.data(), buffer.size()), 4);
  ASSERT_EQ(::write(server.get(), "pong", 4), 4);
  std::string text;
  while (text.empty()) {
    Pump();
    text = ReadAll().first;
  }
  EXPECT_EQ(text, "pong");
}

TEST_F(StreamTest, DoesNotAskTheKernelAgainAfterAShortRead) {
  ASSERT_EQ(Connect(), StreamState::kOpen);
  const Fd server = Accept();
  EXPECT_EQ(ReadAll().second, IoStatus::kAgain);
  ASSERT_EQ(::write(server.get(), "one", 3), 3);
  // The bytes are there, but no event has said so: the stream does not look.
  EXPECT_EQ(ReadAll().first, "");
  stream_.OnEvent({.owner = 7, .readable = true, .writable = true, .peer_closed = false});
  EXPECT_EQ(ReadAll().first, "one");
}

TEST_F(StreamTest, ReadsToTheEndWhenBytesAndFarewellComeTogether) {
  ASSERT_EQ(Connect(), StreamState::kOpen);
  Fd server = Accept();
  ASSERT_EQ(::write(server.get(), "bye", 3), 3);
  server.Close();
  std::string text;
  IoStatus status = IoStatus::kAgain;
  while (status == IoStatus::kAgain) {
    Pump();
    const auto [more, last] = ReadAll();
    text += more;
    status = last;
  }
  EXPECT_EQ(text, "bye");
  EXPECT_EQ(status, IoStatus::kClosed);
}

TEST_F(StreamTest, SendsAPartWhenTheSocketIsFullAndIsToldWhenItIsNot) {
  ASSERT_EQ(Connect(), StreamState::kOpen);
  const Fd server = Accept();
  const std::string much(32 << 20, 'x');
  const IoResult part = stream_.Send(much);
  ASSERT_EQ(part.status, IoStatus::kOk);
  ASSERT_LT(part.bytes, much.size());
  std::size_t sent = part.bytes;
  std::size_t read = 0;
  std::array<char, 65536> buffer{};
  while (sent < much.size() || read < sent) {
    if (read < sent) {
      const ssize_t n = ::read(server.get(), buffer.data(), buffer.size());
      ASSERT_GT(n, 0);
      read += static_cast<std::size_t>(n);
      continue;
    }
    Pump();  // Everything was read: the socket can be written again.
    const IoResult more = stream_.Send(std::string_view(much).substr(sent));
    sent += more.bytes;
  }
  EXPECT_EQ(read, much.size());
}

TEST_F(StreamTest, SaysThatNobodyListens) {
  listener_.Close();
  ASSERT_EQ(Connect(), StreamState::kFailed);
  EXPECT_EQ(stream_.error(), NetError::kRefused);
  EXPECT_EQ(stream_.ErrorText(), "connection refused");
  stream_.Close();
  EXPECT_EQ(stream_.state(), StreamState::kClosed);
  EXPECT_EQ(stream_.error(), NetError::kNone);
}

TEST_F(StreamTest, DoesNotConnectToItself) {
  // Local port and target are the same and nobody listens: TCP would open to itself.
  listener_.Close();
  EXPECT_EQ(Connect({.source = address_}), StreamState::kFailed);
  EXPECT_EQ(stream_.error(), NetError::kRefused);
}

TEST_F(StreamTest, SaysThatThePeerReset) {
  ASSERT_EQ(Connect(), StreamState::kOpen);
  Fd server = Accept();
  ResetOnClose(server.get());
  server.Close();
  while (stream_.Recv(loop_->receive_buffer()).status == IoStatus::kAgain) {
    Pump();
  }
  EXPECT_EQ(stream_.state(), StreamState::kFailed);
  EXPECT_EQ(stream_.error(), NetError::kReset);
}

TEST_F(StreamTest, FailsASendToAClosedPeerWithoutASignal) {
  ASSERT_EQ(Connect(), StreamState::kOpen);
  Fd server = Accept();
  ResetOnClose(server.get());
  server.Close();
  IoResult result;
  do {
    result = stream_.Send("x");
  } while (result.status == IoStatus::kOk);
  EXPECT_EQ(result.status, IoStatus::kError);
  EXPECT_EQ(stream_.error(), NetError::kReset);
}

TEST_F(StreamTest, SaysThatDescriptorsRanOut) {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlim_t before = limit.rlim_cur;
  Stream& stream = stream_;  // Sanitizers need descriptors themselves when they look at `this`.
  const Address address = address_;
  limit.rlim_cur = 0;
  setrlimit(RLIMIT_NOFILE, &limit);
  const StreamState state = stream.StartConnect(address, {}, nullptr, Now());
  limit.rlim_cur = before;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(state, StreamState::kFailed);
  EXPECT_EQ(stream_.error(), NetError::kNoDescriptors);
  EXPECT_TRUE(IsGeneratorFault(stream_.error()));
}

TEST_F(StreamTest, ConnectsFromAGivenSourceAddress) {
  ASSERT_EQ(Connect({.source = *Address::Parse("127.0.0.9", 0)}), StreamState::kOpen);
  EXPECT_EQ(LocalAddress(stream_.fd())->HostText(), "127.0.0.9");
}

TEST_F(StreamTest, SaysThatTheSourceAddressIsNotOurs) {
  // 192.0.2.0/24 is reserved for documentation (RFC 5737): no machine has it.
  ASSERT_EQ(Connect({.source = *Address::Parse("192.0.2.1", 0)}), StreamState::kFailed);
  EXPECT_EQ(stream_.error(), NetError::kNoLocalPorts);
}

TEST_F(StreamTest, HalfClosesAndReadsOn) {
  ASSERT_EQ(Connect(), StreamState::kOpen);
  const Fd server = Accept();
  stream_.ShutdownSend();
  std::array<char, 4> buffer{};
  EXPECT_EQ(::read(server.get(), buffer.data(), buffer.size()), 0);
  ASSERT_EQ(::write(server.get(), "late", 4), 4);
  std::string text;
  while (text.empty()) {
    Pump();
    text = ReadAll().first;
  }
  EXPECT_EQ(text, "late");
}

TEST_F(StreamTest, IsUsedAgainAfterCloseAndReset) {
  for (int round = 0; round < 3; ++round) {
    ASSERT_EQ(Connect(), StreamState::kOpen);
    const Fd server = Accept();
    loop_->Remove(registration_);
    if (round == 1) {
      stream_.Reset();
      std::array<char, 1> buffer{};
      EXPECT_EQ(::read(server.get(), buffer.data(), 1), -1);
      EXPECT_EQ(errno, ECONNRESET);
    } else {
      stream_.Close();
    }
    EXPECT_EQ(stream_.fd(), -1);
  }
}

TEST(ListenTcp, SaysWhyItCannotListen) {
  const Fd first = std::move(ListenTcp(Address::Loopback(0))).value();
  const Result<Fd> second = ListenTcp(*LocalAddress(first.get()));
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kIo);
  EXPECT_NE(second.error().message.find("Address already in use"), std::string::npos);
}

}  // namespace
}  // namespace loadline::net
