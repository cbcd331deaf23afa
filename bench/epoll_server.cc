// The server that every generator is measured against: one thread, epoll, a fixed JSON reply.
//
//   epoll_server PORT [STAMPS_FILE]
//
// Answers every complete request on 127.0.0.1:PORT with 200 and about 130 bytes. GET /count answers
// the number of requests served before it, so that all clients are counted by the same hand. With
// STAMPS_FILE the monotonic time (int64 ns) at which each request was read is written there at the
// end, for comparing arrivals with a schedule. Ends on SIGTERM. A benchmark's tool: it trusts its
// clients to send well-formed requests of at most 16 KiB.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace {

constexpr std::string_view kReply =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 39\r\n\r\n"
    "{\"score\": 0.831, \"label\": \"accepted\"}  ";

volatile std::sig_atomic_t stop = 0;
void OnSignal(int) {
  stop = 1;
}

std::int64_t NowNs() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

/// Length of the first whole request in `bytes`, or 0 when more must come.
std::size_t RequestLength(std::string_view bytes) {
  const std::size_t head = bytes.find("\r\n\r\n");
  if (head == std::string_view::npos) {
    return 0;
  }
  std::size_t body = 0;
  for (const std::string_view name : {"\r\nContent-Length: ", "\r\ncontent-length: "}) {
    const std::size_t at = bytes.substr(0, head).find(name);
    if (at != std::string_view::npos) {
      body = std::strtoul(bytes.data() + at + name.size(), nullptr, 10);
    }
  }
  const std::size_t length = head + 4 + body;
  return bytes.size() >= length ? length : 0;
}

class Server {
 public:
  Server(std::uint16_t port, bool stamp) : stamp_(stamp) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    const int on = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener_, 4096) != 0) {
      std::perror("epoll_server: bind");
      std::exit(1);
    }
    epoll_ = epoll_create1(0);
    Watch(listener_, EPOLLIN);
  }

  void Run() {
    std::vector<epoll_event> events(256);
    while (stop == 0) {
      const int n = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 500);
      for (int i = 0; i < n; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == listener_) {
          Accept();
        } else {
          Serve(fd);
        }
      }
    }
  }

  [[nodiscard]] const std::vector<std::int64_t>& stamps() const { return stamps_; }

 private:
  void Watch(int fd, std::uint32_t what) const {
    epoll_event event{};
    event.events = what;
    event.data.fd = fd;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }

  void Accept() {
    for (;;) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
      if (fd < 0) {
        return;
      }
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      Watch(fd, EPOLLIN | EPOLLET | EPOLLRDHUP);
    }
  }

  void Serve(int fd) {
    for (;;) {
      const ssize_t n = recv(fd, buffer_, sizeof buffer_, 0);
      if (n < 0 && errno == EAGAIN) {
        return;
      }
      if (n <= 0) {
        pending_.erase(fd);
        close(fd);
        return;
      }
      Answer(fd, std::string_view(buffer_, static_cast<std::size_t>(n)));
      if (static_cast<std::size_t>(n) < sizeof buffer_) {
        return;  // Drained; an edge follows when more comes.
      }
    }
  }

  void Answer(int fd, std::string_view bytes) {
    std::string joined;
    const auto kept = pending_.find(fd);
    if (kept != pending_.end()) {
      joined = std::move(kept->second) + std::string(bytes);
      pending_.erase(kept);
      bytes = joined;
    }
    while (!bytes.empty()) {
      const std::size_t length = RequestLength(bytes);
      if (length == 0) {
        pending_[fd] = std::string(bytes);
        return;
      }
      if (bytes.substr(0, 10) == "GET /count") {
        SendCount(fd);
      } else {
        if (stamp_) {
          stamps_.push_back(NowNs());
        }
        ++served_;
        static_cast<void>(send(fd, kReply.data(), kReply.size(), MSG_NOSIGNAL));
      }
      bytes.remove_prefix(length);
    }
  }

  void SendCount(int fd) const {
    const std::string count = std::to_string(served_);
    const std::string reply =
        "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(count.size()) + "\r\n\r\n" + count;
    static_cast<void>(send(fd, reply.data(), reply.size(), MSG_NOSIGNAL));
  }

  bool stamp_;
  int listener_ = -1;
  int epoll_ = -1;
  std::int64_t served_ = 0;
  std::unordered_map<int, std::string> pending_;  // Requests that came in parts.
  std::vector<std::int64_t> stamps_;
  char buffer_[16384] = {};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: epoll_server PORT [STAMPS_FILE]\n");
    return 2;
  }
  std::signal(SIGTERM, OnSignal);
  std::signal(SIGINT, OnSignal);
  Server server(static_cast<std::uint16_t>(std::atoi(argv[1])), argc > 2);
  server.Run();
  if (argc > 2) {
    std::FILE* file = std::fopen(argv[2], "wb");
    if (file == nullptr) {
      std::perror("epoll_server: stamps");
      return 1;
    }
    std::fwrite(server.stamps().data(), sizeof(std::int64_t), server.stamps().size(), file);
    std::fclose(file);
  }
  return 0;
}
