// The server's TLS with a client of OpenSSL's own.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>

#include "serve/self_signed.h"
#include "serve/server.h"

namespace loadline::serve {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

struct Free {
  void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
  void operator()(SSL* p) const { SSL_free(p); }
  void operator()(BIO* p) const { BIO_free(p); }
  void operator()(X509* p) const { X509_free(p); }
};

TEST(SelfSigned, IsForTheNamesAndAddressesGiven) {
  const PemPair pair = *MakeSelfSigned({"scoring.test", "127.0.0.1", "::1"});
  EXPECT_THAT(pair.key, HasSubstr("BEGIN PRIVATE KEY"));
  const std::unique_ptr<BIO, Free> text(
      BIO_new_mem_buf(pair.certificate.data(), static_cast<int>(pair.certificate.size())));
  const std::unique_ptr<X509, Free> certificate(
      PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
  ASSERT_NE(certificate, nullptr);
  EXPECT_EQ(X509_check_host(certificate.get(), "scoring.test", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_host(certificate.get(), "other.test", 0, 0, nullptr), 0);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "127.0.0.1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "::1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "127.0.0.2", 0), 0);
}

TEST(SelfSigned, NeedsAName) {
  EXPECT_EQ(MakeSelfSigned({}).error().code, ErrorCode::kInvalidArgument);
}

TEST(Server, SpeaksTlsToAClientThatTrustsItsCertificate) {
  ServerOptions options;
  options.tls = true;
  auto server = *Server::Create(options, [](const Request& request, Responder responder) {
    responder.Send({.body = request.body});
  });
  server->Start();
  EXPECT_THAT(server->url(), HasSubstr("https://127.0.0.1:"));

  const std::unique_ptr<SSL_CTX, Free> context(SSL_CTX_new(TLS_client_method()));
  const std::string& pem = server->self_signed_certificate();
  const std::unique_ptr<BIO, Free> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const std::unique_ptr<X509, Free> trusted(
      PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), trusted.get());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);

  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server->port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  {
    const std::unique_ptr<SSL, Free> session(SSL_new(context.get()));
    SSL_set_fd(session.get(), fd);
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session.get()), "127.0.0.1");
    ASSERT_EQ(SSL_connect(session.get()), 1);
    EXPECT_STREQ(SSL_get_version(session.get()), "TLSv1.3");
    const std::string request =
        "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello";
    SSL_write(session.get(), request.data(), static_cast<int>(request.size()));
    std::string reply;
    std::array<char, 1024> bytes{};
    for (int count = 0;
         (count = SSL_read(session.get(), bytes.data(), static_cast<int>(bytes.size()))) > 0;) {
      reply.append(bytes.data(), static_cast<std::size_t>(count));
    }
    EXPECT_EQ(SSL_get_error(session.get(), 0), SSL_ERROR_ZERO_RETURN);  // A clean end.
    EXPECT_THAT(reply, EndsWith("\r\n\r\nhello"));
  }
  close(fd);
  server->Stop(1s);
  server->Wait();
}

}  // namespace
}  // namespace loadline::serve
