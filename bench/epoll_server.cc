// The server that every generator is measured against: one thread, epoll, a fixed JSON reply.
//
//   epoll_server PORT [--stamps FILE] [--work MICROSECONDS] [--workers N]
//
// Answers every complete request on 127.0.0.1:PORT with 200 and about 130 bytes. GET /count answers
// how many POSTs with 200 bytes of body came before it and how many bytes they were in all, so that
// all clients are counted by the same hand, and only for the request they all have to send. With
// --stamps the time (int64 ns) at which the kernel received each request is written to FILE at the
// end, for comparing arrivals with a schedule. With --work each request costs so much CPU time, in
// N processes. Ends on SIGTERM. A benchmark's tool: it trusts its clients to send well-formed
// requests of at most 16 KiB.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
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
constexpr std::size_t kCountedBody = 200;

struct Options {
  std::uint16_t port = 0;
  const char* stamps = nullptr;
  std::int64_t work_ns = 0;  // CPU time of each request.
  int workers = 1;
};

volatile std::sig_atomic_t stop = 0;
void OnSignal(int) {
  stop = 1;
}

std::int64_t Nanoseconds(const timespec& t) {
  return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

std::int64_t ThreadCpuNs() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return Nanoseconds(t);
}

struct Request {
  std::size_t length = 0;  // 0: more must come.
  std::size_t body = 0;
};

/// The first request in `bytes`.
Request FirstRequest(std::string_view bytes) {
  const std::size_t head = bytes.find("\r\n\r\n");
  if (head == std::string_view::npos) {
    return {};
  }
  std::size_t body = 0;
  for (const std::string_view name : {"\r\nContent-Length: ", "\r\ncontent-length: "}) {
    const std::size_t at = bytes.substr(0, head).find(name);
    if (at != std::string_view::npos) {
      body = std::strtoul(bytes.data() + at + name.size(), nullptr, 10);
    }
  }
  const std::size_t length = head + 4 + body;
  return {bytes.size() >= length ? length : 0, body};
}

class Server {
 public:
  explicit Server(const Options& options)
      : stamp_(options.stamps != nullptr), work_ns_(options.work_ns) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    const int on = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener_, 4096) != 0) {
      std::perror("epoll_server: bind");
      std::exit(1);
    }
    for (int i = 1; i < options.workers; ++i) {
      if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        break;
      }
    }
    if (stamp_) {
      setsockopt(listener_, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
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

  /// One at a time: the other workers get theirs.
  void Accept() const {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
    if (fd < 0) {
      return;
    }
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Watch(fd, EPOLLIN | EPOLLET | EPOLLRDHUP);
  }

  /// recv; with stamps, `received_ns_` is when the kernel got the last of the bytes, or 0.
  ssize_t Receive(int fd) {
    if (!stamp_) {
      return recv(fd, buffer_, sizeof buffer_, 0);
    }
    iovec bytes{buffer_, sizeof buffer_};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(timespec))];
    msghdr message{};
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t n = recvmsg(fd, &message, 0);
    const cmsghdr* stamp = n > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
    timespec t{};
    if (stamp != nullptr && stamp->cmsg_type == SCM_TIMESTAMPNS) {
      std::memcpy(&t, CMSG_DATA(stamp), sizeof t);
    }
    received_ns_ = Nanoseconds(t);
    return n;
  }

  void Serve(int fd) {
    for (;;) {
      const ssize_t n = Receive(fd);
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
      const Request request = FirstRequest(bytes);
      if (request.length == 0) {
        pending_[fd] = std::string(bytes);
        return;
      }
      if (bytes.substr(0, 10) == "GET /count") {
        SendCount(fd);
      } else {
        if (stamp_) {
          stamps_.push_back(received_ns_);
        }
        if (request.body == kCountedBody && bytes.starts_with("POST ")) {
          ++counted_;
          counted_bytes_ += request.length;
        }
        if (work_ns_ > 0) {
          Work();
        }
        static_cast<void>(send(fd, kReply.data(), kReply.size(), MSG_NOSIGNAL));
      }
      bytes.remove_prefix(request.length);
    }
  }

  void Work() const {
    const std::int64_t end = ThreadCpuNs() + work_ns_;
    while (ThreadCpuNs() < end) {
    }
  }

  /// With stamps not before the kernel makes them: it begins a moment after being asked.
  void SendCount(int fd) const {
    if (stamp_ && received_ns_ == 0) {
      shutdown(fd, SHUT_RDWR);
      return;
    }
    const std::string count = std::to_string(counted_) + " " + std::to_string(counted_bytes_);
    const std::string reply =
        "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(count.size()) + "\r\n\r\n" + count;
    static_cast<void>(send(fd, reply.data(), reply.size(), MSG_NOSIGNAL));
  }

  bool stamp_;
  std::int64_t work_ns_;
  int listener_ = -1;
  int epoll_ = -1;
  std::uint64_t counted_ = 0;
  std::uint64_t counted_bytes_ = 0;
  std::int64_t received_ns_ = 0;
  std::unordered_map<int, std::string> pending_;  // Requests that came in parts.
  std::vector<std::int64_t> stamps_;
  char buffer_[16384] = {};
};

bool Parse(int argc, char** argv, Options& options) {
  if (argc % 2 != 0) {
    return false;
  }
  options.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  for (int i = 2; i < argc; i += 2) {
    const std::string_view flag = argv[i];
    if (flag == "--stamps") {
      options.stamps = argv[i + 1];
    } else if (flag == "--work") {
      options.work_ns = std::atoll(argv[i + 1]) * 1000;
    } else if (flag == "--workers") {
      options.workers = std::atoi(argv[i + 1]);
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!Parse(argc, argv, options)) {
    std::fprintf(stderr,
                 "usage: epoll_server PORT [--stamps FILE] [--work MICROSECONDS] [--workers N]\n");
    return 2;
  }
  std::signal(SIGTERM, OnSignal);
  std::signal(SIGINT, OnSignal);
  Server server(options);
  server.Run();
  if (options.stamps != nullptr) {
    std::FILE* file = std::fopen(options.stamps, "wb");
    if (file == nullptr) {
      std::perror("epoll_server: stamps");
      return 1;
    }
    std::fwrite(server.stamps().data(), sizeof(std::int64_t), server.stamps().size(), file);
    std::fclose(file);
  }
  return 0;
}
