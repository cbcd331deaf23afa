#include "net/tls.h"

#include <fmt/core.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <array>
#include <fstream>

#include "net/address.h"
#include "net/tls_error.h"
#include "net/trusted_roots.h"

namespace loadline::net {
namespace {

// The one protocol we speak, in ALPN's form: a length and a name (RFC 7301).
constexpr std::array<unsigned char, 9> kAlpn = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

Error TlsSetupError(std::string_view what) {
  return {ErrorCode::kInvalidArgument, fmt::format("{}: {}", what, TlsErrorText(TakeTlsError()))};
}

Status CheckReadable(const char* what, const std::string& path) {
  if (!std::ifstream(path).good()) {
    return Error{ErrorCode::kNotFound, fmt::format("cannot read the {} \"{}\"", what, path)};
  }
  return {};
}

// An encrypted key must fail, not ask on the terminal of a load generator.
int NoPassword(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) {
  return -1;
}

}  // namespace

Result<std::unique_ptr<TlsContext>> TlsContext::Create(const TlsOptions& options) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  CHECK(context != nullptr);
  std::unique_ptr<TlsContext> result(new TlsContext(options, context));
  TRY(result->Configure());
  TRY(result->LoadFiles());
  return result;
}

Result<std::unique_ptr<TlsContext>> TlsContext::CloneForThread() const {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  CHECK(context != nullptr);
  std::unique_ptr<TlsContext> result(new TlsContext(options_, context));
  TRY(result->Configure());
  SSL_CTX_set1_cert_store(context, SSL_CTX_get_cert_store(context_));
  if (X509* certificate = SSL_CTX_get0_certificate(context_); certificate != nullptr) {
    STACK_OF(X509)* chain = nullptr;
    SSL_CTX_get0_chain_certs(context_, &chain);
    if (SSL_CTX_use_cert_and_key(context, certificate, SSL_CTX_get0_privatekey(context_), chain,
                                 1) != 1) {
      return TlsSetupError("client certificate");
    }
  }
  return result;
}

TlsContext::TlsContext(TlsOptions options, ssl_ctx_st* context)
    : options_(std::move(options)), context_(context) {
  sessions_.reserve(kMaxSessions);
}

TlsContext::~TlsContext() {
  for (SSL_SESSION* session : sessions_) {
    SSL_SESSION_free(session);
  }
  SSL_CTX_free(context_);
}

Status TlsContext::Configure() {
  SSL_CTX_set_app_data(context_, this);
  SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(context_, options_.tls12_only ? TLS1_2_VERSION : TLS1_3_VERSION);
  // A close without close_notify is common; HTTP's framing tells whether something is missing.
  SSL_CTX_set_options(context_, SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // One recv() for head and payload of a record, instead of one each.
  SSL_CTX_set_read_ahead(context_, 1);
  SSL_CTX_set_alpn_protos(context_, kAlpn.data(), kAlpn.size());
  SSL_CTX_set_default_passwd_cb(context_, &NoPassword);
  SSL_CTX_set_session_cache_mode(context_, options_.resume_sessions
                                               ? SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL
                                               : SSL_SESS_CACHE_OFF);
  SSL_CTX_sess_set_new_cb(context_, &TlsContext::OnNewSession);

  std::string name = options_.server_name;
  if (!name.empty() && name.back() == '.') {
    name.pop_back();  // A fully qualified name; certificates and SNI are without the dot.
  }
  X509_VERIFY_PARAM* verify = SSL_CTX_get0_param(context_);
  X509_VERIFY_PARAM_set_hostflags(verify, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const bool is_address = Address::Parse(name, 0).has_value();
  const int named = is_address ? X509_VERIFY_PARAM_set1_ip_asc(verify, name.c_str())
                               : X509_VERIFY_PARAM_set1_host(verify, name.c_str(), name.size());
  if (named != 1 || name.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("\"{}\" cannot be the name of a TLS server", options_.server_name)};
  }
  if (!is_address) {
    sni_ = name;
  }
  SSL_CTX_set_verify(context_, options_.insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  return {};
}

Status TlsContext::LoadFiles() {
  ERR_clear_error();
  if (!options_.ca_file.empty()) {
    TRY(CheckReadable("CA file", options_.ca_file));
    if (SSL_CTX_load_verify_file(context_, options_.ca_file.c_str()) != 1) {
      return TlsSetupError(fmt::format("CA file \"{}\"", options_.ca_file));
    }
  } else if (!options_.insecure) {
    TRY(TrustSystemRoots(context_, UsualRootPlaces()));
  }
  const std::string& certificate = options_.client_certificate_file;
  const std::string& key = options_.client_key_file;
  if (certificate.empty() && key.empty()) {
    return {};
  }
  if (certificate.empty() || key.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "a client certificate needs both a certificate file and a key file"};
  }
  TRY(CheckReadable("client certificate", certificate));
  TRY(CheckReadable("client key", key));
  if (SSL_CTX_use_certificate_chain_file(context_, certificate.c_str()) != 1) {
    return TlsSetupError(fmt::format("client certificate \"{}\"", certificate));
  }
  if (SSL_CTX_use_PrivateKey_file(context_, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return TlsSetupError(fmt::format("client key \"{}\"", key));
  }
  return {};
}

ssl_st* TlsContext::NewConnection() {
  SSL* ssl = SSL_new(context_);
  if (ssl == nullptr) {
    return nullptr;
  }
  if (!sni_.empty()) {
    // What SSL_set_tlsext_host_name() is, without its C cast.
    SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, sni_.data());
  }
  if (!sessions_.empty()) {
    SSL_SESSION* session = sessions_.back();
    SSL_set_session(ssl, session);
    if (SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION) {
      sessions_.pop_back();
      SSL_SESSION_free(session);
    }
  }
  return ssl;
}

void TlsContext::KeepSession(ssl_session_st* session) {
  const bool is_single_use = SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION;
  const std::size_t room = is_single_use ? kMaxSessions : 1;
  while (sessions_.size() >= room) {
    SSL_SESSION_free(sessions_.front());
    sessions_.erase(sessions_.begin());
  }
  sessions_.push_back(session);
}

int TlsContext::OnNewSession(ssl_st* ssl, ssl_session_st* session) {
  auto* self = static_cast<TlsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  self->KeepSession(session);
  return 1;  // The reference is ours now.
}

}  // namespace loadline::net
