#include "cli/fetching.h"

#include <fmt/core.h>

#include <optional>
#include <utility>

#include "cli/version.h"
#include "fetch/cache.h"
#include "fetch/sha256.h"

namespace loadline::cli {
namespace {

constexpr std::size_t kMaxDescription = 64UL << 20;

fetch::DownloadOptions Usual(const std::string& ca_file) {
  fetch::DownloadOptions options;
  options.tls.ca_file = ca_file;
  options.user_agent = fmt::format("loadline/{}", Version());
  return options;
}

Result<scenario::Fetched> FetchData(const scenario::RemoteFile& file) {
  const std::string folder = fetch::DefaultCacheFolder();
  const fetch::Cache cache(folder);
  if (!folder.empty() && !file.sha256.empty()) {
    if (std::optional<std::string> kept = cache.Find(file.sha256)) {
      return scenario::Fetched{*std::move(kept), file.sha256, false, ""};
    }
  }
  fetch::DownloadOptions options = Usual(file.ca_file);
  options.https_only = true;
  fetch::Downloaded downloaded = TRY(fetch::Download(file.url, options));
  scenario::Fetched fetched;
  fetched.sha256 = fetch::Sha256(downloaded.content);
  fetched.content = std::move(downloaded.content);
  // Kept whether it is the one wanted or not: whoever pastes the checksum goes on without waiting.
  const Status kept = folder.empty() ? Status(Error{ErrorCode::kIo, "HOME is not set"})
                                     : cache.Keep(fetched.sha256, fetched.content);
  if (!kept) {
    fetched.note = fmt::format("not kept for the next run: {}", kept.error().message);
  }
  return fetched;
}

}  // namespace

scenario::Surroundings FetchingSurroundings() {
  scenario::Surroundings surroundings = scenario::SystemSurroundings();
  surroundings.fetch = FetchData;
  return surroundings;
}

Result<fetch::Downloaded> FetchDescription(const std::string& url, const std::string& ca_file) {
  fetch::DownloadOptions options = Usual(ca_file);
  options.max_bytes = kMaxDescription;
  return fetch::Download(url, options);
}

}  // namespace loadline::cli
