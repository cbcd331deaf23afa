#include "serve/tls_files.h"

#include <fmt/core.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <vector>

#include "serve/self_signed.h"
#include "serve/server.h"

namespace loadline::serve {
namespace {

struct Free {
  void operator()(BIO* p) const { BIO_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
};

Error Bad(const std::string& file, std::string_view what) {
  std::array<char, 256> reason{};
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code != 0) {
    ERR_error_string_n(code, reason.data(), reason.size());
  }
  return Error{ErrorCode::kInvalidArgument,
               fmt::format("TLS: {}: {}{}{}", file, what, code != 0 ? ": " : "", reason.data())};
}

Result<std::string> ReadAll(const std::string& file) {
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    return Error{ErrorCode::kNotFound, fmt::format("TLS: {}: {}", file, std::strerror(errno))};
  }
  return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

std::unique_ptr<BIO, Free> Reader(const std::string& text) {
  return std::unique_ptr<BIO, Free>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::unique_ptr<X509, Free> NextCertificate(BIO* in) {
  return std::unique_ptr<X509, Free>(PEM_read_bio_X509(in, nullptr, nullptr, nullptr));
}

/// A key that asks for a password is refused rather than asked for on the terminal.
int NoPassword(char*, int, int, void*) {
  return -1;
}

/// `name` and `key_name` are for messages.
Status Use(ssl_ctx_st* context, const PemPair& pair, const std::string& name,
           const std::string& key_name) {
  const auto in = Reader(pair.certificate);
  const auto leaf = NextCertificate(in.get());
  if (leaf == nullptr || SSL_CTX_use_certificate(context, leaf.get()) != 1) {
    return Bad(name, "is not a certificate in PEM");
  }
  while (auto next = NextCertificate(in.get())) {
    if (SSL_CTX_add1_chain_cert(context, next.get()) != 1) {
      return Bad(name, "its chain does not load");
    }
  }
  ERR_clear_error();  // The end of the file counts as an error.
  const auto key_in = Reader(pair.key);
  const std::unique_ptr<EVP_PKEY, Free> key(
      PEM_read_bio_PrivateKey(key_in.get(), nullptr, NoPassword, nullptr));
  if (key == nullptr) {
    return Bad(key_name, "is not a private key in PEM without a password");
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return Bad(key_name, "does not fit the certificate");
  }
  return {};
}

}  // namespace

Status LoadCertificate(const ServerOptions& options, ssl_ctx_st* context, std::string& made) {
  if (options.certificate_file.empty()) {
    std::vector<std::string> names = {"localhost", "127.0.0.1", "::1"};
    if (std::find(names.begin(), names.end(), options.address) == names.end()) {
      names.push_back(options.address);
    }
    const PemPair pair = TRY(MakeSelfSigned(names));
    made = pair.certificate;
    return Use(context, pair, "the self-signed certificate", "the self-signed key");
  }
  PemPair pair;
  pair.certificate = TRY(ReadAll(options.certificate_file));
  pair.key = TRY(ReadAll(options.key_file));
  return Use(context, pair, options.certificate_file, options.key_file);
}

}  // namespace loadline::serve
