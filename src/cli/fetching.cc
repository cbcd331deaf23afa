#include "cli/fetching.h"

#include <fmt/core.h>

#include <optional>
#include <utility>

#include "cli/version.h"
#include "convert/model_metadata.h"
#include "fetch/cache.h"
#include "fetch/sha256.h"
#include "net/resolver.h"
#include "scenario/secrets.h"

namespace loadline::cli {
namespace {

constexpr std::size_t kMaxDescription = 64UL << 20;
constexpr Duration kModelPatience = 10s;  // Who does not say what a model takes by then is down.

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

fetch::DownloadOptions OptionsFor(const scenario::Target& target) {
  fetch::DownloadOptions options = Usual(target.tls.ca_file);
  options.tls.client_certificate_file = target.tls.client_certificate_file;
  options.tls.client_key_file = target.tls.client_key_file;
  options.tls.insecure = target.tls.insecure;
  options.max_bytes = kMaxDescription;
  options.connect = kModelPatience;
  options.whole = kModelPatience;
  return options;
}

Result<scenario::ModelAnswer> AskModel(const scenario::Target& target, const std::string& url) {
  fetch::DownloadOptions options = OptionsFor(target);
  for (const std::string& text : target.connections.resolve) {
    options.overrides.push_back(TRY(net::ParseResolveOverride(text)));
  }
  const scenario::Secrets secrets =
      TRY(scenario::ResolveSecrets(target.credentials, scenario::SystemSurroundings()));
  for (const scenario::Secrets::Header& header : secrets.headers) {
    options.headers.emplace_back(header.name, header.value.Reveal());
  }
  for (const auto& [name, value] : target.headers) {
    if (value.IsStatic() && !value.parts.empty()) {
      options.headers.emplace_back(name, value.parts[0].text);
    }
  }
  const fetch::Downloaded found = TRY(fetch::Download(url, options));
  convert::Model model = TRY(convert::ReadModel(found.content));
  scenario::ModelAnswer answer{std::move(model.shape), {}, std::move(model.body)};
  for (convert::ModelTensor& input : model.inputs) {
    answer.inputs.push_back(
        {std::move(input.name), std::move(input.datatype), std::move(input.shape)});
  }
  return answer;
}

}  // namespace

scenario::Surroundings FetchingSurroundings() {
  scenario::Surroundings surroundings = scenario::SystemSurroundings();
  surroundings.fetch = FetchData;
  surroundings.ask_model = AskModel;
  return surroundings;
}

Result<fetch::Downloaded> FetchDescription(const std::string& url, const std::string& ca_file) {
  fetch::DownloadOptions options = Usual(ca_file);
  options.max_bytes = kMaxDescription;
  return fetch::Download(url, options);
}

}  // namespace loadline::cli
