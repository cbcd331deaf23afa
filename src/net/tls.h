// TlsContext: how to speak TLS 1.2/1.3 to one server, and the sessions to resume with it.
//
// Belongs to one thread, like the loop whose streams use it (CloneForThread() makes the next
// thread's; the trusted roots and the client's key are shared, the sessions are not).
// OpenSSL's headers stay inside the .cc files.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

struct ssl_st;
struct ssl_ctx_st;
struct ssl_session_st;

namespace loadline::net {

struct TlsOptions {
  /// The host of the URL. A name is sent as SNI and must be in the certificate; a literal address
  /// (no brackets) must be in the certificate's IP entries.
  std::string server_name;
  std::string ca_file;                  ///< PEM; empty: as net/trusted_roots.h finds them.
  std::string client_certificate_file;  ///< PEM with its chain; empty: none.
  std::string client_key_file;          ///< PEM, not encrypted; needed with the certificate.
  bool insecure = false;                ///< Do not verify the server's certificate.
  bool resume_sessions = true;          ///< Use session tickets when connecting again.
  bool tls12_only = false;              ///< For servers and comparisons that need it.
};

class TlsContext {
 public:
  /// kNotFound for a file that cannot be opened or a machine without trusted roots,
  /// kInvalidArgument for one that does not parse or a key that does not fit the certificate; the
  /// message carries OpenSSL's reason.
  [[nodiscard]] static Result<std::unique_ptr<TlsContext>> Create(const TlsOptions& options);

  /// The same for another thread. Reads no file again.
  [[nodiscard]] Result<std::unique_ptr<TlsContext>> CloneForThread() const;

  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  [[nodiscard]] const TlsOptions& options() const { return options_; }
  /// Sessions kept at most; beyond it the oldest is dropped.
  static constexpr std::size_t kMaxSessions = 256;
  /// Sessions waiting to be resumed.
  [[nodiscard]] std::size_t stored_sessions() const { return sessions_.size(); }

 private:
  friend class Stream;  // For NewConnection().

  TlsContext(TlsOptions options, ssl_ctx_st* context);
  Status Configure();
  Status LoadFiles();
  /// OpenSSL's object for one more connection, with server name and session; null if out of memory.
  [[nodiscard]] ssl_st* NewConnection();
  void KeepSession(ssl_session_st* session);
  static int OnNewSession(ssl_st* ssl, ssl_session_st* session);

  // Constant after construction.
  TlsOptions options_;
  ssl_ctx_st* context_;  // Owned.
  std::string sni_;      // Empty for a literal address.
  // Owner thread only. The newest is last; a TLS 1.3 ticket is used once (RFC 8446, C.4).
  std::vector<ssl_session_st*> sessions_;
};

}  // namespace loadline::net
