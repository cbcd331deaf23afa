// ScriptedServer: a small HTTP server on loopback that does to each request what the test says.
//
// One thread of its own. It keeps the ids (header X-Id) of all requests that it read completely, so
// that a test can compare what was sent with what arrived.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/check.h"
#include "net/socket.h"

namespace loadline::load {

/// What happens to one request.
struct Scripted {
  enum class End { kKeep, kClose, kReset, kHalfClose };
  std::string bytes;  ///< Sent as they are; empty: nothing.
  bool drip = false;  ///< One byte at a time.
  End end = End::kKeep;
};

/// A reply with a body and its length.
inline std::string Reply(int status, std::string_view body = "ok", std::string_view headers = "") {
  return "HTTP/1.1 " + std::to_string(status) +
         " Some Reason\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(headers) + "\r\n" + std::string(body);
}

class ScriptedServer {
 public:
  /// `id`: the request's X-Id, -1 without one; `request`: head and body.
  using Script = std::function<Scripted(std::int64_t id, std::string_view request)>;

  explicit ScriptedServer(Script script, const char* address = "127.0.0.1")
      : script_(std::move(script)) {
    Result<net::Fd> listener = net::ListenTcp(*net::Address::Parse(address, 0));
    CHECK(listener.has_value());
    listener_ = std::move(*listener);
    port_ = net::LocalAddress(listener_.get())->port();
    CHECK(::pipe(stop_) == 0);
    thread_ = std::thread([this] { Run(); });
  }

  ~ScriptedServer() {
    CHECK(::write(stop_[1], "x", 1) == 1);
    thread_.join();
    for (const auto& [fd, client] : clients_) {
      ::close(fd);
    }
    ::close(stop_[0]);
    ::close(stop_[1]);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  /// Ids read completely, each as often as it came.
  [[nodiscard]] std::multiset<std::int64_t> seen() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return seen_;
  }
  [[nodiscard]] std::vector<std::string> requests() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return requests_;
  }
  [[nodiscard]] int accepted() const { return accepted_.load(); }
  [[nodiscard]] int most_open() const { return most_open_.load(); }

 private:
  struct Client {
    std::string input;
    std::string output;
    bool drip = false;
    Scripted::End end = Scripted::End::kKeep;
  };

  void Run() {
    while (true) {
      std::vector<pollfd> wanted = {{stop_[0], POLLIN, 0}, {listener_.get(), POLLIN, 0}};
      for (const auto& [fd, client] : clients_) {
        const bool writes = !client.output.empty();
        wanted.push_back({fd, static_cast<short>(POLLIN | (writes ? POLLOUT : 0)), 0});
      }
      ::poll(wanted.data(), wanted.size(), 1000);
      if (wanted[0].revents != 0) {
        return;
      }
      for (std::size_t i = 2; i < wanted.size(); ++i) {
        Serve(wanted[i].fd, wanted[i].revents);
      }
      if (wanted[1].revents != 0) {
        Accept();
      }
    }
  }

  void Accept() {
    while (true) {
      const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) {
        return;
      }
      clients_[fd] = {};
      ++accepted_;
      most_open_ = std::max(most_open_.load(), static_cast<int>(clients_.size()));
    }
  }

  void Serve(int fd, short events) {
    Client& client = clients_[fd];
    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) {
      char buffer[65536];
      const ssize_t got = ::recv(fd, buffer, sizeof buffer, 0);
      if (got == 0 || (got < 0 && errno != EAGAIN)) {
        Drop(fd, false);
        return;
      }
      client.input.append(buffer, got > 0 ? static_cast<std::size_t>(got) : 0);
      Answer(client);
    }
    if (!client.output.empty()) {
      const std::size_t size = client.drip ? 1 : client.output.size();
      const ssize_t sent = ::send(fd, client.output.data(), size, MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN) {
        Drop(fd, false);
        return;
      }
      client.output.erase(0, sent > 0 ? static_cast<std::size_t>(sent) : 0);
    }
    if (client.output.empty() && client.end != Scripted::End::kKeep) {
      if (client.end == Scripted::End::kHalfClose) {
        ::shutdown(fd, SHUT_WR);
        client.end = Scripted::End::kKeep;
      } else {
        Drop(fd, client.end == Scripted::End::kReset);
      }
    }
  }

  /// Answers one complete request of the input, if there is one.
  void Answer(Client& client) {
    const std::size_t head = client.input.find("\r\n\r\n");
    if (head == std::string::npos) {
      return;
    }
    const std::size_t size = head + 4 +
                             static_cast<std::size_t>(std::max<std::int64_t>(
                                 Number(client.input, "Content-Length: "), 0));
    if (client.input.size() < size) {
      return;
    }
    const std::string request = client.input.substr(0, size);
    client.input.erase(0, size);
    const std::int64_t id = Number(request, "X-Id: ");
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      seen_.insert(id);
      requests_.push_back(request);
    }
    Scripted reply = script_(id, request);
    client.output += reply.bytes;
    client.drip = reply.drip;
    client.end = reply.end;
  }

  static std::int64_t Number(const std::string& request, const std::string& header) {
    const std::size_t at = request.find(header);
    std::int64_t value = -1;
    if (at != std::string::npos) {
      std::from_chars(request.data() + at + header.size(), request.data() + request.size(), value);
    }
    return value;
  }

  void Drop(int fd, bool reset) {
    if (reset) {
      net::ResetOnClose(fd);
    }
    ::close(fd);
    clients_.erase(fd);
  }

  Script script_;
  net::Fd listener_;
  std::uint16_t port_ = 0;
  int stop_[2] = {-1, -1};
  std::map<int, Client> clients_;  // Server thread only.
  std::atomic<int> accepted_{0};
  std::atomic<int> most_open_{0};
  std::mutex mutex_;
  std::multiset<std::int64_t> seen_;   // Guarded by mutex_.
  std::vector<std::string> requests_;  // The same.
  std::thread thread_;
};

}  // namespace loadline::load
