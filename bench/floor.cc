// The floor: a client that only sends and receives. No client over TCP can cost less per request.
//
//   floor PORT CONNECTIONS SECONDS
//
// One blocking send and one blocking recv per request, in rounds over all connections: no event
// loop, no parser, no clock, no histogram. The same request as the other clients of the benchmark.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

namespace {

double Now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

int Connect(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    std::perror("floor: connect");
    std::exit(1);
  }
  return fd;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: floor PORT CONNECTIONS SECONDS\n");
    return 2;
  }
  const std::string body(200, 'x');
  const std::string request =
      "POST /score HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
      "Content-Length: 200\r\n\r\n" +
      body;
  std::vector<int> connections;
  for (int i = 0; i < std::atoi(argv[2]); ++i) {
    connections.push_back(Connect(static_cast<std::uint16_t>(std::atoi(argv[1]))));
  }
  char reply[4096];
  const double end = Now() + std::atof(argv[3]);
  long requests = 0;
  while (Now() < end) {
    for (const int fd : connections) {
      if (send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) {
        std::perror("floor: send");
        return 1;
      }
    }
    for (const int fd : connections) {
      if (recv(fd, reply, sizeof reply, 0) <= 0) {
        std::perror("floor: recv");
        return 1;
      }
    }
    requests += static_cast<long>(connections.size());
  }
  std::printf("%ld\n", requests);
  return 0;
}
