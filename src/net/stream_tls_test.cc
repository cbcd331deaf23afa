#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/clock.h"
#include "net/stream.h"

namespace loadline::net {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

template <typename T, void (*Free)(T*)>
struct Freer {
  void operator()(T* object) const { Free(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509, X509_free>>;
using ServerContext = std::unique_ptr<SSL_CTX, Freer<SSL_CTX, SSL_CTX_free>>;
using ServerSsl = std::unique_ptr<SSL, Freer<SSL, SSL_free>>;

Key MakeKey() {
  return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
}

void AddExtension(X509* certificate, int nid, const char* value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
  ASSERT_NE(extension, nullptr) << value;
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// A certificate for `name`, signed by the issuer (by itself if null), good for an hour.
Certificate MakeCertificate(EVP_PKEY* key, const char* name, const char* alternatives, X509* issuer,
                            EVP_PKEY* issuer_key) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), issuer == nullptr ? 1 : 2);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509_set_issuer_name(certificate.get(),
                       X509_get_subject_name(issuer != nullptr ? issuer : certificate.get()));
  if (issuer == nullptr) {
    AddExtension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  }
  if (alternatives != nullptr) {
    AddExtension(certificate.get(), NID_subject_alt_name, alternatives);
  }
  X509_sign(certificate.get(), issuer_key, EVP_sha256());
  return certificate;
}

std::string WriteFile(const std::string& name, const std::function<void(FILE*)>& write) {
  std::string path = testing::TempDir() + "loadline_tls_" + std::to_string(getpid()) + name;
  FILE* file = std::fopen(path.c_str(), "w");
  EXPECT_NE(file, nullptr);
  write(file);
  std::fclose(file);
  return path;
}

// One authority, a server certificate for "model.test" and 127.0.0.1, and a client certificate.
struct Identities {
  Key ca_key = MakeKey();
  Certificate ca = MakeCertificate(ca_key.get(), "Test CA", nullptr, nullptr, ca_key.get());
  Key server_key = MakeKey();
  Certificate server = MakeCertificate(server_key.get(), "model.test",
                                       "DNS:model.test,IP:127.0.0.1", ca.get(), ca_key.get());
  Key client_key = MakeKey();
  Certificate client = MakeCertificate(client_key.get(), "client", nullptr, ca.get(), ca_key.get());
  std::string ca_file = WriteFile("ca.pem", [&](FILE* f) { PEM_write_X509(f, ca.get()); });
  std::string client_file =
      WriteFile("client.pem", [&](FILE* f) { PEM_write_X509(f, client.get()); });
  std::string client_key_file = WriteFile("client.key", [&](FILE* f) {
    PEM_write_PrivateKey(f, client_key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  std::string secret_key_file = WriteFile("secret.key", [&](FILE* f) {
    PEM_write_PrivateKey(f, client_key.get(), EVP_aes_128_cbc(),
                         reinterpret_cast<const unsigned char*>("pass"), 4, nullptr, nullptr);
  });

  ~Identities() {
    for (const std::string& path : {ca_file, client_file, client_key_file, secret_key_file}) {
      ::unlink(path.c_str());
    }
  }
};

// A blocking TLS server in a thread; each connection is played by `script` (ssl is null when the
// handshake failed).
class TlsServer {
 public:
  using Script = std::function<void(SSL*)>;

  TlsServer(const Identities& identities, int connections, Script script,
            bool ask_client_certificate = false)
      : context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX_use_certificate(context_.get(), identities.server.get());
    SSL_CTX_use_PrivateKey(context_.get(), identities.server_key.get());
    if (ask_client_certificate) {
      SSL_CTX_load_verify_file(context_.get(), identities.ca_file.c_str());
      SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                         nullptr);
      SSL_CTX_set_session_id_context(context_.get(), reinterpret_cast<const unsigned char*>("t"),
                                     1);
    }
    thread_ = std::thread([this, connections, script = std::move(script)] {
      // OpenSSL's own socket writing raises it; only in this thread, so that ours is still tested.
      sigset_t pipe;
      sigemptyset(&pipe);
      sigaddset(&pipe, SIGPIPE);
      pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
      for (int i = 0; i < connections; ++i) {
        Serve(script);
      }
    });
  }
  ~TlsServer() { thread_.join(); }

  [[nodiscard]] Address address() const { return *LocalAddress(listener_.get()); }

 private:
  void Serve(const Script& script) {
    // The listener does not block; poll() is the blocking part.
    Fd fd;
    while (!fd.valid()) {
      fd = Fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!fd.valid()) {
        const std::unique_ptr<Loop> loop = std::move(Loop::Create()).value();
        EXPECT_TRUE(loop->Add(listener_.get(), 0).has_value());
        loop->Wait(Now(), Instant::max());
      }
    }
    const ServerSsl ssl(SSL_new(context_.get()));
    SSL_set_fd(ssl.get(), fd.get());
    const bool shaken = SSL_accept(ssl.get()) == 1;
    script(shaken ? ssl.get() : nullptr);
    if (shaken) {
      SSL_shutdown(ssl.get());
    }
    // Bytes left unread would turn close() into a reset that overtakes our last words.
    ::shutdown(fd.get(), SHUT_WR);
    std::array<char, 4096> rest{};
    while (::read(fd.get(), rest.data(), rest.size()) > 0) {
    }
  }

  Fd listener_ = std::move(ListenTcp(Address::Loopback(0))).value();
  ServerContext context_;
  std::thread thread_;
};

void EchoUntilClosed(SSL* ssl) {
  std::array<char, 4096> buffer{};
  int n = 0;
  while (ssl != nullptr && (n = SSL_read(ssl, buffer.data(), buffer.size())) > 0) {
    SSL_write(ssl, buffer.data(), n);
  }
}

class StreamTlsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { identities_ = std::make_unique<Identities>(); }
  static void TearDownTestSuite() { identities_.reset(); }

  static TlsOptions Options(std::string name = "model.test") {
    TlsOptions options;
    options.server_name = std::move(name);
    options.ca_file = identities_->ca_file;
    return options;
  }

  static std::unique_ptr<TlsContext> Context(const TlsOptions& options) {
    Result<std::unique_ptr<TlsContext>> context = TlsContext::Create(options);
    EXPECT_TRUE(context.has_value());
    return std::move(context).value();
  }

  StreamState Connect(const Address& address, TlsContext& context) {
    StreamState state = stream_.StartConnect(address, {}, &context, Now());
    if (state != StreamState::kFailed) {
      registration_ = *loop_->Add(stream_.fd(), 0);
    }
    while (state == StreamState::kConnecting || state == StreamState::kHandshaking) {
      state = Pump();
    }
    return state;
  }

  StreamState Pump() {
    const Turn turn = loop_->Wait(Now(), Instant::max());
    loop_->Dispatch([&](const Event& e) {
      stream_.OnEvent(e);
      stream_.ContinueConnect(turn.now);
    });
    return stream_.state();
  }

  // Sends `request` and reads as many bytes back.
  std::string Exchange(std::string_view request) {
    std::string reply;
    std::size_t sent = 0;
    while (true) {
      if (sent < request.size()) {
        const IoResult result = stream_.Send(request.substr(sent));
        if (result.status == IoStatus::kError) {
          return reply;
        }
        sent += result.bytes;
      }
      IoResult result = stream_.Recv(loop_->receive_buffer());
      for (; result.status == IoStatus::kOk; result = stream_.Recv(loop_->receive_buffer())) {
        reply.append(loop_->receive_buffer().data(), result.bytes);
      }
      if (result.status != IoStatus::kAgain || reply.size() >= request.size()) {
        return reply;
      }
      Pump();
    }
  }

  void Close() {
    loop_->Remove(registration_);
    stream_.Close();
  }

  static inline std::unique_ptr<Identities> identities_;
  std::unique_ptr<Loop> loop_ = std::move(Loop::Create()).value();
  Registration registration_;
  Stream stream_;
};

TEST_F(StreamTlsTest, SpeaksTls13WithAVerifiedServer) {
  TlsServer server(*identities_, 1, EchoUntilClosed);
  const auto context = Context(Options());
  ASSERT_EQ(Connect(server.address(), *context), StreamState::kOpen) << stream_.ErrorText();
  EXPECT_EQ(stream_.tls_version(), "TLSv1.3");
  EXPECT_FALSE(stream_.tls_resumed());
  EXPECT_GT(stream_.tls_time(), Duration::zero());
  EXPECT_EQ(Exchange("hello"), "hello");
  EXPECT_EQ(Exchange("again"), "again");
  Close();
}

TEST_F(StreamTlsTest, MovesMoreThanTheSocketHolds) {
  TlsServer server(*identities_, 1, EchoUntilClosed);
  const auto context = Context(Options());
  ASSERT_EQ(Connect(server.address(), *context), StreamState::kOpen);
  std::string much(3 << 20, 'x');
  for (std::size_t i = 0; i < much.size(); ++i) {
    much[i] = static_cast<char>('a' + i % 23);
  }
  EXPECT_EQ(Exchange(much), much);
  Close();
}

TEST_F(StreamTlsTest, ResumesASessionOncePerTicket) {
  TlsServer server(*identities_, 3, EchoUntilClosed);
  const auto context = Context(Options());
  ASSERT_EQ(Connect(server.address(), *context), StreamState::kOpen);
  EXPECT_EQ(Exchange("x"), "x");  // The tickets come with the first bytes.
  EXPECT_EQ(context->stored_sessions(), 2U);
  Close();
  ASSERT_EQ(Connect(server.address(), *context), StreamState::kOpen);
  EXPECT_TRUE(stream_.tls_resumed());
  EXPECT_EQ(context->stored_sessions(), 1U);
  EXPECT_EQ(Exchange("x"), "x");
  Close();
  // Another thread's context has its own sessions, and the same certificates.
  const auto clone = std::move(context->CloneForThread()).value();
  ASSERT_EQ(Connect(server.address(), *clone), StreamState::kOpen);
  EXPECT_FALSE(stream_.tls_resumed());
  Close();
}

TEST_F(StreamTlsTest, ResumesTls12AfterAReset) {
  TlsServer server(*identities_, 2, EchoUntilClosed);
  TlsOptions options = Options();
  options.tls12_only = true;
  const auto context = Context(options);
  ASSERT_EQ(Connect(server.address(), *context), StreamState::kOpen);
  EXPECT_EQ(stream_.tls_version(), "TLSv1.2");
  EXPECT_EQ(Exchange("x"), "x");
  loop_->Remove(registration_);
  stream_.Reset();
  ASSERT_EQ(Connect(server.address(), *context), StreamState::kOpen);
  EXPECT_TRUE(stream_.tls_resumed());
  EXPECT_EQ(context->stored_sessions(), 1U);
  Close();
}

TEST_F(StreamTlsTest, DoesNotResumeWhenToldNotTo) {
  TlsServer server(*identities_, 2, EchoUntilClosed);
  TlsOptions options = Options();
  options.resume_sessions = false;
  const auto context = Context(options);
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(Connect(server.address(), *context), StreamState::kOpen);
    EXPECT_FALSE(stream_.tls_resumed());
    EXPECT_EQ(Exchange("x"), "x");
    Close();
  }
}

TEST_F(StreamTlsTest, VerifiesALiteralAddress) {
  TlsServer server(*identities_, 2, EchoUntilClosed);
  const auto good = Context(Options("127.0.0.1"));
  EXPECT_EQ(Connect(server.address(), *good), StreamState::kOpen) << stream_.ErrorText();
  Close();
  const auto bad = Context(Options("127.0.0.2"));
  EXPECT_EQ(Connect(server.address(), *bad), StreamState::kFailed);
  EXPECT_EQ(stream_.ErrorText(), "TLS: certificate verify failed: IP address mismatch");
  Close();
}

TEST_F(StreamTlsTest, RefusesAnotherName) {
  TlsServer server(*identities_, 1, EchoUntilClosed);
  const auto context = Context(Options("other.test"));
  ASSERT_EQ(Connect(server.address(), *context), StreamState::kFailed);
  EXPECT_EQ(stream_.error(), NetError::kTls);
  EXPECT_EQ(stream_.ErrorText(), "TLS: certificate verify failed: hostname mismatch");
  Close();
}

TEST_F(StreamTlsTest, RefusesAnUnknownAuthorityUnlessInsecure) {
  TlsServer server(*identities_, 2, EchoUntilClosed);
  TlsOptions options;
  options.server_name = "model.test";
  const auto strict = Context(options);
  ASSERT_EQ(Connect(server.address(), *strict), StreamState::kFailed);
  EXPECT_THAT(stream_.ErrorText(), StartsWith("TLS: certificate verify failed: "));
  Close();
  options.insecure = true;
  const auto insecure = Context(options);
  EXPECT_EQ(Connect(server.address(), *insecure), StreamState::kOpen) << stream_.ErrorText();
  Close();
}

TEST_F(StreamTlsTest, ShowsAClientCertificate) {
  TlsServer server(*identities_, 3, EchoUntilClosed, true);
  TlsOptions options = Options();
  options.client_certificate_file = identities_->client_file;
  options.client_key_file = identities_->client_key_file;
  const auto context = Context(options);
  const auto clone = std::move(context->CloneForThread()).value();
  for (TlsContext* each : {context.get(), clone.get()}) {
    ASSERT_EQ(Connect(server.address(), *each), StreamState::kOpen);
    EXPECT_EQ(Exchange("hello"), "hello");
    Close();
  }
  // Without one, TLS 1.3 tells us only after our side of the handshake.
  const auto without = Context(Options());
  ASSERT_EQ(Connect(server.address(), *without), StreamState::kOpen);
  EXPECT_EQ(Exchange("hello"), "");
  EXPECT_EQ(stream_.state(), StreamState::kFailed);
  EXPECT_THAT(stream_.ErrorText(), HasSubstr("certificate required"));
  Close();
}

TEST_F(StreamTlsTest, RecognisesAServerThatSpeaksPlainHttp) {
  const Fd listener = std::move(ListenTcp(Address::Loopback(0))).value();
  const auto context = Context(Options());
  StreamState state = stream_.StartConnect(*LocalAddress(listener.get()), {}, context.get(), Now());
  registration_ = *loop_->Add(stream_.fd(), 0);
  while (state == StreamState::kConnecting) {
    state = Pump();
  }
  const Fd server(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  constexpr std::string_view kReply = "HTTP/1.1 400 Bad Request\r\n\r\n";
  ASSERT_EQ(::write(server.get(), kReply.data(), kReply.size()), 28);
  while (state == StreamState::kHandshaking) {
    state = Pump();
  }
  EXPECT_EQ(state, StreamState::kFailed);
  EXPECT_EQ(stream_.ErrorText(), "TLS: wrong version number");
}

TEST_F(StreamTlsTest, SaysThatThePeerLeftDuringTheHandshake) {
  const Fd listener = std::move(ListenTcp(Address::Loopback(0))).value();
  const auto context = Context(Options());
  StreamState state = stream_.StartConnect(*LocalAddress(listener.get()), {}, context.get(), Now());
  registration_ = *loop_->Add(stream_.fd(), 0);
  while (state == StreamState::kConnecting) {
    state = Pump();
  }
  Fd server(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  std::array<char, 4096> hello{};
  ASSERT_GT(::read(server.get(), hello.data(), hello.size()), 0);  // Else close() would reset.
  server.Close();
  while (state == StreamState::kHandshaking) {
    state = Pump();
  }
  EXPECT_EQ(state, StreamState::kFailed);
  EXPECT_EQ(stream_.error(), NetError::kClosedEarly);
}

TEST_F(StreamTlsTest, ReportsTheEndOfTheStream) {
  TlsServer server(*identities_, 1, [](SSL* ssl) { SSL_write(ssl, "bye", 3); });
  const auto context = Context(Options());
  ASSERT_EQ(Connect(server.address(), *context), StreamState::kOpen);
  std::string text;
  IoResult result;
  while (true) {
    result = stream_.Recv(loop_->receive_buffer());
    if (result.status == IoStatus::kOk) {
      text.append(loop_->receive_buffer().data(), result.bytes);
    } else if (result.status == IoStatus::kAgain) {
      Pump();
    } else {
      break;
    }
  }
  EXPECT_EQ(text, "bye");
  EXPECT_EQ(result.status, IoStatus::kClosed);
  Close();
}

TEST_F(StreamTlsTest, TellsWhichFileIsWrong) {
  const auto message = [](const TlsOptions& options) {
    const Result<std::unique_ptr<TlsContext>> context = TlsContext::Create(options);
    return context.has_value() ? "" : context.error().message;
  };
  TlsOptions options = Options();
  options.ca_file = "/no/such/ca.pem";
  EXPECT_THAT(message(options), HasSubstr("cannot read the CA file \"/no/such/ca.pem\""));
  options.ca_file = identities_->client_key_file;
  EXPECT_THAT(message(options), StartsWith("CA file \""));
  options = Options();
  options.client_certificate_file = identities_->client_file;
  EXPECT_THAT(message(options), HasSubstr("both a certificate file and a key file"));
  options.client_key_file = identities_->secret_key_file;  // Encrypted: fails, and asks nobody.
  EXPECT_THAT(message(options), StartsWith("client key \""));
  options.client_certificate_file = identities_->ca_file;
  options.client_key_file = identities_->client_key_file;
  EXPECT_THAT(message(options), HasSubstr("key values mismatch"));
  EXPECT_THAT(message(Options("")), HasSubstr("cannot be the name of a TLS server"));
  EXPECT_EQ(message(Options("model.test.")), "");
}

}  // namespace
}  // namespace loadline::net
