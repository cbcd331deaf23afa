#include "scenario/remote.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/units_text.h"
#include "base/url_text.h"
#include "scenario/template_text.h"

namespace loadline::scenario {
namespace {

constexpr std::size_t kDigits = 64;

bool IsChecksum(std::string_view text) {
  return text.size() == kDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// The name of the first parameter that sounds like a secret: `sig`, `X-Amz-Signature`, `token`.
std::string_view SecretParameter(std::string_view url) {
  std::size_t at = url.find('?');
  while (at != std::string_view::npos) {
    const std::string_view rest = url.substr(at + 1);
    const std::string_view name = rest.substr(0, rest.find_first_of("=&"));
    std::string word(name);
    std::replace(word.begin(), word.end(), '-', '_');
    if (SoundsSecret(word) || SoundsSigned(word)) {
      return name;
    }
    at = url.find('&', at + 1);
  }
  return {};
}

}  // namespace

bool ReadRemote(const MapReader& map, const Node& source, const std::string& source_path,
                DataSet& set) {
  Reading& reading = map.reading();
  const bool is_url = set.format != DataFormat::kInline && IsUrl(set.file);
  for (const char* key : {"sha256", "ca_file"}) {
    if (map.Has(key) && !is_url) {
      reading.Complain(map.Find(key)->place, map.PathOf(key), "no URL beside it",
                       "csv: https://…, jsonl: https://… or log: https://…");
      return false;
    }
  }
  if (!is_url) {
    return true;
  }
  if (const std::string_view name = SecretParameter(set.file); !name.empty()) {
    reading.Complain(source.place, source_path, fmt::format("a secret in the URL ({}=…)", name),
                     "a URL without one, because it is printed and stored; or fetch the file "
                     "yourself and name it");
    return false;
  }
  map.Path("ca_file", set.ca_file);
  if (map.Text("sha256", set.sha256)) {
    std::transform(set.sha256.begin(), set.sha256.end(), set.sha256.begin(), [](char c) {
      return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    if (!IsChecksum(set.sha256)) {
      reading.Complain(map.Find("sha256")->place, map.PathOf("sha256"), Quote(set.sha256),
                       "64 hexadecimal digits, as sha256sum prints them");
      return false;
    }
  }
  return true;
}

bool RefuseUrl(Reading& reading, const Node& node, const std::string& path, std::string_view text) {
  if (!IsUrl(text)) {
    return false;
  }
  reading.Complain(node.place, path, Quote(ShownUrl(text)),
                   "a file, or the name of a data set: data: {NAME: {csv: URL, sha256: …}}");
  return true;
}

bool FetchData(Reading& reading, const Node& node, const std::string& path, const DataSet& set,
               std::string& content) {
  const std::string shown = ShownUrl(set.file);
  if (!reading.outside.fetch) {
    reading.Complain(node.place, path, Quote(shown), "a file: nothing is fetched here");
    return false;
  }
  const std::string& trust = set.ca_file.empty() ? reading.trust_of_target : set.ca_file;
  Result<Fetched> fetched = reading.outside.fetch({set.file, set.sha256, trust});
  if (!fetched.has_value()) {
    reading.Complain(node.place, path, Quote(shown),
                     fmt::format("a file that can be fetched ({})", fetched.error().message));
    return false;
  }
  const std::string size = FormatBytes(Bytes{static_cast<std::int64_t>(fetched->content.size())});
  if (set.sha256.empty()) {
    reading.Complain(node.place, path, fmt::format("{} without its checksum", Quote(shown)),
                     fmt::format("beside it sha256: {}, if what is there now ({}) is what you mean",
                                 fetched->sha256, size));
    return false;
  }
  if (set.sha256 != fetched->sha256) {
    reading.Complain(node.place, path, fmt::format("another file at {} than sha256 says", shown),
                     fmt::format("sha256: {}, if what is there now ({}) is what you mean",
                                 fetched->sha256, size));
    return false;
  }
  if (fetched->from_afar) {
    reading.notes.push_back(fmt::format("{}: fetched {} from {}", set.name, size, shown));
  }
  if (!fetched->note.empty()) {
    reading.notes.push_back(fmt::format("{}: {}", set.name, fetched->note));
  }
  content = std::move(fetched->content);
  return true;
}

std::string TrustOfTarget(const MapReader& root) {
  Reading& reading = root.reading();
  const Node* target = root.Find("target");
  const Node* tls =
      target == nullptr || target->kind != Node::Kind::kMap ? nullptr : target->Find("tls");
  const Node* file =
      tls == nullptr || tls->kind != Node::Kind::kMap ? nullptr : tls->Find("ca_file");
  if (file == nullptr || file->kind != Node::Kind::kScalar) {
    return {};
  }
  const std::size_t faults = reading.faults.size();
  std::string name;
  const bool read = ReadText(reading, *file, "target.tls.ca_file", "a path", name);
  reading.faults.resize(faults);  // The reader of the target says what is wrong.
  return read && !name.empty() ? reading.Resolve(file->place, name) : std::string();
}

}  // namespace loadline::scenario
