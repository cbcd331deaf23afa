#include "convert/curl.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "base/json_text.h"
#include "base/units_text.h"
#include "convert/shell_words.h"

namespace loadline::convert {
namespace {

// What an option is for us.
enum class Use {
  kMethod,
  kHeader,
  kData,
  kDataRaw,
  kDataBinary,
  kDataUrlencode,
  kJson,
  kUser,
  kBearer,
  kInsecure,
  kCaFile,
  kCert,
  kKey,
  kGet,
  kUrl,
  kUrlQuery,
  kCookie,
  kAgent,
  kHead,
  kLocation,
  kMaxTime,
  kConnectTimeout,
  kResolve,
  kRetry,
  kUpload,
  kIgnored,  // Changes nothing about the request.
  kNoted,    // Left out, and said so: `text`.
  kRefused,  // Cannot be expressed: `text`.
};

struct Option {
  std::string_view name;
  char brief = '\0';
  bool has_value = false;
  Use use = Use::kIgnored;
  std::string_view text = {};
};

constexpr std::array kOptions{
    Option{"--request", 'X', true, Use::kMethod},
    Option{"--header", 'H', true, Use::kHeader},
    Option{"--data", 'd', true, Use::kData},
    Option{"--data-ascii", '\0', true, Use::kData},
    Option{"--data-raw", '\0', true, Use::kDataRaw},
    Option{"--data-binary", '\0', true, Use::kDataBinary},
    Option{"--data-urlencode", '\0', true, Use::kDataUrlencode},
    Option{"--json", '\0', true, Use::kJson},
    Option{"--user", 'u', true, Use::kUser},
    Option{"--oauth2-bearer", '\0', true, Use::kBearer},
    Option{"--insecure", 'k', false, Use::kInsecure},
    Option{"--cacert", '\0', true, Use::kCaFile},
    Option{"--cert", 'E', true, Use::kCert},
    Option{"--key", '\0', true, Use::kKey},
    Option{"--get", 'G', false, Use::kGet},
    Option{"--url", '\0', true, Use::kUrl},
    Option{"--url-query", '\0', true, Use::kUrlQuery},
    Option{"--cookie", 'b', true, Use::kCookie},
    Option{"--user-agent", 'A', true, Use::kAgent},
    Option{"--head", 'I', false, Use::kHead},
    Option{"--location", 'L', false, Use::kLocation},
    Option{"--max-time", 'm', true, Use::kMaxTime},
    Option{"--connect-timeout", '\0', true, Use::kConnectTimeout},
    Option{"--resolve", '\0', true, Use::kResolve},
    Option{"--retry", '\0', true, Use::kRetry},
    Option{"--upload-file", 'T', true, Use::kUpload},
    Option{"--silent", 's'},
    Option{"--show-error", 'S'},
    Option{"--verbose", 'v'},
    Option{"--include", 'i'},
    Option{"--show-headers", '\0'},
    Option{"--fail", 'f'},
    Option{"--fail-with-body", '\0'},
    Option{"--no-buffer", 'N'},
    Option{"--globoff", 'g'},
    Option{"--progress-bar", '#'},
    Option{"--no-progress-meter", '\0'},
    Option{"--basic", '\0'},
    Option{"--http1.1", '\0'},
    Option{"--tlsv1.2", '\0'},
    Option{"--tlsv1.3", '\0'},
    Option{"--path-as-is", '\0'},
    Option{"--remote-name", 'O'},
    Option{"--output", 'o', true},
    Option{"--write-out", 'w', true},
    Option{"--dump-header", 'D', true},
    Option{"--cookie-jar", 'c', true},
    Option{"--stderr", '\0', true},
    Option{"--trace", '\0', true},
    Option{"--trace-ascii", '\0', true},
    Option{"--referer", 'e', true},
    Option{"--retry-delay", '\0', true},
    Option{"--retry-max-time", '\0', true},
    Option{"--retry-connrefused", '\0'},
    Option{"--retry-all-errors", '\0'},
    Option{"--keepalive-time", '\0', true},
    Option{"--compressed", '\0', false, Use::kNoted,
           "replies are asked for without compression, so that checks can read them"},
    Option{"--http2", '\0', false, Use::kNoted, "requests are sent as HTTP/1.1"},
    Option{"--http3", '\0', false, Use::kNoted, "requests are sent as HTTP/1.1"},
    Option{"--http1.0", '0', false, Use::kNoted, "requests are sent as HTTP/1.1"},
    Option{"--ipv4", '4', false, Use::kNoted, "connections spread over every address of the name"},
    Option{"--ipv6", '6', false, Use::kNoted, "connections spread over every address of the name"},
    Option{"--limit-rate", '\0', true, Use::kNoted, "replies are read as fast as they come"},
    Option{"--form", 'F', true, Use::kRefused,
           "multipart bodies are not made here; save the body to a file and send it with "
           "--data-binary @FILE and its Content-Type"},
    Option{"--form-string", '\0', true, Use::kRefused,
           "multipart bodies are not made here; save the body to a file and send it with "
           "--data-binary @FILE and its Content-Type"},
    Option{"--proxy", 'x', true, Use::kRefused, "requests go to the target itself, not to a proxy"},
    Option{"--socks5", '\0', true, Use::kRefused,
           "requests go to the target itself, not to a proxy"},
    Option{"--unix-socket", '\0', true, Use::kRefused, "a target has a host and a port"},
    Option{"--digest", '\0', false, Use::kRefused, "only Basic and Bearer are known"},
    Option{"--ntlm", '\0', false, Use::kRefused, "only Basic and Bearer are known"},
    Option{"--negotiate", '\0', false, Use::kRefused, "only Basic and Bearer are known"},
    Option{"--anyauth", '\0', false, Use::kRefused, "only Basic and Bearer are known"},
    Option{"--aws-sigv4", '\0', true, Use::kRefused, "requests are not signed"},
    Option{"--config", 'K', true, Use::kRefused, "write its options into the command"},
    Option{"--netrc", 'n', false, Use::kRefused, "give --user \"$LOGIN\" instead"},
    Option{"--connect-to", '\0', true, Use::kRefused, "give --resolve HOST:PORT:ADDRESS instead"},
    Option{"--range", 'r', true, Use::kRefused, "give -H 'Range: bytes=…' instead"},
    Option{"--pass", '\0', true, Use::kRefused, "a client's key must have no passphrase"},
    Option{"--next", ':', false, Use::kRefused, "write a curl command for each request"},
    Option{"--parallel", 'Z', false, Use::kRefused,
           "the load says how many requests go at once: --users or --rate of loadline run"},
};

Error Wrong(std::string message) {
  return {ErrorCode::kInvalidArgument, "curl: " + std::move(message)};
}

const Option* FindLong(std::string_view name) {
  const auto found = std::find_if(kOptions.begin(), kOptions.end(),
                                  [&](const Option& option) { return option.name == name; });
  return found == kOptions.end() ? nullptr : &*found;
}

const Option* FindBrief(char brief) {
  const auto found = std::find_if(kOptions.begin(), kOptions.end(), [&](const Option& option) {
    return option.brief == brief && brief != '\0';
  });
  return found == kOptions.end() ? nullptr : &*found;
}

// Percent-encoded as a form writes it; `${NAME}` stays.
std::string FormEncode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const std::size_t close = text.find('}', i);
    if (text.substr(i).starts_with("${") && close != std::string_view::npos) {
      out += text.substr(i, close - i + 1);
      i = close;
    } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.' || c == '~') {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

// Seconds as curl writes them (`2.5`) as a duration of a scenario.
Result<std::string> Seconds(std::string_view option, const std::string& text) {
  const Result<Duration> span = ParseDuration(text + "s");
  if (!span.has_value() || *span <= Duration::zero()) {
    return Wrong(fmt::format("{}: found \"{}\"; expected seconds such as 2.5", option, text));
  }
  return FormatDurationExact(*span);
}

class CurlReader {
 public:
  Result<Found> Read(std::span<const std::string> words) {
    std::size_t i = !words.empty() && (words[0] == "curl" || words[0].ends_with("/curl") ||
                                       words[0] == "curl.exe")
                        ? 1
                        : 0;
    bool only_urls = false;
    for (; i < words.size(); ++i) {
      const std::string& word = words[i];
      if (only_urls || word.size() < 2 || word[0] != '-') {
        urls_.push_back(word);
      } else if (word == "--") {
        only_urls = true;
      } else if (word[1] == '-') {
        TRY(Long(words, i));
      } else {
        TRY(Briefs(words, i));
      }
    }
    return Finish();
  }

 private:
  Status Long(std::span<const std::string> words, std::size_t& i) {
    const Option* option = FindLong(words[i]);
    if (option == nullptr) {
      const std::size_t equals = words[i].find('=');
      return Wrong(
          fmt::format("the option {} is not known here; leave it out if it does not "
                      "change the request",
                      words[i].substr(0, equals)));
    }
    return Take(*option, option->name, words, i, std::nullopt);
  }

  // `-sSLX POST`, `-XPOST`, `-kd@file`.
  Status Briefs(std::span<const std::string> words, std::size_t& i) {
    const std::string& word = words[i];
    for (std::size_t at = 1; at < word.size(); ++at) {
      const Option* option = FindBrief(word[at]);
      if (option == nullptr) {
        return Wrong(
            fmt::format("the option -{} is not known here; leave it out if it does not "
                        "change the request",
                        word[at]));
      }
      const std::string name = fmt::format("-{}", word[at]);
      if (option->has_value && at + 1 < word.size()) {
        return Take(*option, name, words, i, word.substr(at + 1));
      }
      TRY(Take(*option, name, words, i, std::nullopt));
      if (option->has_value) {
        return {};
      }
    }
    return {};
  }

  Status Take(const Option& option, std::string_view name, std::span<const std::string> words,
              std::size_t& i, const std::optional<std::string>& attached) {
    std::string value;
    if (option.has_value) {
      if (!attached.has_value() && i + 1 == words.size()) {
        return Wrong(fmt::format("{} needs a value", name));
      }
      value = attached.has_value() ? *attached : words[++i];
    }
    switch (option.use) {
      case Use::kIgnored:
        return {};
      case Use::kNoted:
        found_.notes.push_back(fmt::format("curl's {} is left out: {}", name, option.text));
        return {};
      case Use::kRefused:
        return Wrong(fmt::format("{} cannot be part of a scenario: {}", name, option.text));
      case Use::kData:
      case Use::kDataRaw:
      case Use::kDataBinary:
      case Use::kDataUrlencode:
      case Use::kJson:
        return Data(option.use, name, value);
      case Use::kMaxTime:
        found_.transport.timeout = TRY(Seconds(name, value));
        return {};
      case Use::kConnectTimeout:
        found_.transport.connect_timeout = TRY(Seconds(name, value));
        return {};
      case Use::kRetry:
        return Retry(value);
      case Use::kHeader:
        return HeaderLine(value);
      case Use::kCookie:
        return Cookie(value);
      default:
        Set(option.use, std::move(value));
        return {};
    }
  }

  // The options that only set something.
  void Set(Use use, std::string value) {
    Transport& transport = found_.transport;
    switch (use) {
      case Use::kMethod:
        method_ = std::move(value);
        break;
      case Use::kUser:
        user_ = std::move(value);
        break;
      case Use::kBearer:
        SetHeader("Authorization", "Bearer " + value);
        break;
      case Use::kAgent:
        agent_ = std::move(value);
        break;
      case Use::kInsecure:
        transport.insecure = true;
        break;
      case Use::kCaFile:
        transport.ca_file = std::move(value);
        break;
      case Use::kCert:
        transport.cert_file = std::move(value);
        break;
      case Use::kKey:
        transport.key_file = std::move(value);
        break;
      case Use::kGet:
        get_ = true;
        break;
      case Use::kHead:
        head_ = true;
        break;
      case Use::kUrl:
        urls_.push_back(std::move(value));
        break;
      case Use::kUrlQuery:
        query_ += (query_.empty() ? "" : "&") + value;
        break;
      case Use::kLocation:
        transport.redirects = 10;
        found_.notes.emplace_back("redirects are followed to the same origin only (-L)");
        break;
      case Use::kResolve:
        transport.resolve.push_back(std::move(value));
        break;
      case Use::kUpload:
        body_file_ = std::move(value);
        upload_ = true;
        break;
      default:
        break;
    }
  }

  Status Retry(const std::string& value) {
    const bool digits = !value.empty() && value.size() < 4 &&
                        value.find_first_not_of("0123456789") == std::string::npos;
    if (!digits) {
      return Wrong(fmt::format("--retry: found \"{}\"; expected a number", value));
    }
    found_.transport.retries = std::stoi(value);
    return {};
  }

  void SetHeader(const std::string& name, std::string value) {
    std::erase_if(headers_,
                  [&](const Header& header) { return Lower(header.name) == Lower(name); });
    headers_.push_back({name, std::move(value)});
  }

  Status HeaderLine(const std::string& line) {
    if (line.starts_with('@')) {
      return Wrong("-H @FILE cannot be part of a scenario: write the headers into the command");
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) {
      if (line.ends_with(';')) {
        headers_.push_back({line.substr(0, line.size() - 1), ""});
        return {};
      }
      return Wrong("-H without a colon; expected 'Name: value'");
    }
    const std::size_t begin = std::min(line.find_first_not_of(" \t", colon + 1), line.size());
    const std::size_t end = line.find_last_not_of(" \t\r\n");
    std::string name = line.substr(0, colon);
    if (begin == line.size()) {
      dropped_.push_back(Lower(name));  // `-H 'Accept:'` takes a header away.
      return {};
    }
    headers_.push_back({std::move(name), line.substr(begin, end - begin + 1)});
    return {};
  }

  Status Cookie(const std::string& value) {
    if (value.find('=') == std::string::npos) {
      return Wrong("-b FILE cannot be part of a scenario: give the cookies as -b \"$COOKIE\"");
    }
    const std::string* given = FindHeader(headers_, "Cookie");
    SetHeader("Cookie", given == nullptr ? value : *given + "; " + value);
    return {};
  }

  Status Data(Use use, std::string_view name, const std::string& value) {
    const bool from_file =
        use != Use::kDataRaw && use != Use::kDataUrlencode && value.starts_with('@');
    if (use == Use::kJson) {
      is_json_ = true;
    }
    if (from_file) {
      if (has_data_ || value.size() == 1 || value == "@-") {
        return Wrong(fmt::format("{} {}: one file with the whole body is expected", name,
                                 has_data_ ? "beside other data" : value));
      }
      body_file_ = value.substr(1);
      if (use == Use::kData) {
        found_.notes.push_back(fmt::format(
            "{} is sent as it is; curl's {} would take its line ends out", body_file_, name));
      }
      has_data_ = true;
      return {};
    }
    if (!body_file_.empty()) {
      return Wrong(fmt::format("{} beside a file: one file with the whole body is expected", name));
    }
    std::string piece = value;
    if (use == Use::kDataUrlencode) {
      const std::size_t equals = value.find('=');
      if (value.find('@') < equals) {
        return Wrong("--data-urlencode NAME@FILE cannot be part of a scenario: write the value");
      }
      piece = equals == std::string::npos
                  ? FormEncode(value)
                  : (equals == 0 ? "" : value.substr(0, equals + 1)) +
                        FormEncode(std::string_view(value).substr(equals + 1));
    }
    // --json pieces follow each other as they are, others are fields of a form.
    data_ += (has_data_ && use != Use::kJson ? "&" : "") + piece;
    has_data_ = true;
    return {};
  }

  Result<Found> Finish() {
    if (urls_.empty()) {
      return Wrong("no URL in the command");
    }
    if (const std::string& cert = found_.transport.cert_file; !cert.empty()) {
      if (cert.find(':') != std::string::npos) {
        return Wrong(
            "--cert FILE:PASSWORD cannot be part of a scenario: a client's key must have "
            "no passphrase");
      }
      // One file may hold both.
      std::string& key = found_.transport.key_file;
      key = key.empty() ? cert : key;
    }
    for (std::string& url : urls_) {
      TRY(AddRequest(std::move(url)));
    }
    return std::move(found_);
  }

  Status AddRequest(std::string url) {
    Request request;
    request.headers = headers_;
    request.user = TakeUser(url);
    request.user = user_.empty() ? request.user : user_;
    if (url.find("://") == std::string::npos) {
      url.insert(0, "http://");  // As curl does.
    }
    const std::string scheme = Lower(url.substr(0, url.find("://")));
    if (scheme != "http" && scheme != "https") {
      return Wrong(fmt::format("{}:// is no URL for a load; expected http or https", scheme));
    }
    url.erase(std::min(url.find('#'), url.size()));
    std::string query = query_;
    if (get_ && has_data_) {
      query += (query.empty() ? "" : "&") + data_;
    }
    if (!query.empty()) {
      url += (url.find('?') == std::string::npos ? "?" : "&") + query;
    }
    request.url = std::move(url);
    request.has_body = (has_data_ && !get_) || upload_;
    request.method = method_.has_value() ? *method_
                     : head_             ? "HEAD"
                     : upload_           ? "PUT"
                     : request.has_body  ? "POST"
                                         : "GET";
    if (get_ && !body_file_.empty()) {
      return Wrong("-G with a file: write the query into the URL");
    }
    if (request.has_body) {
      request.body = data_;
      request.body_file = body_file_;
      AddContentType(request);
    }
    if (agent_.has_value() && !agent_->empty()) {
      std::erase_if(request.headers,
                    [](const Header& header) { return Lower(header.name) == "user-agent"; });
      request.headers.push_back({"User-Agent", *agent_});
    }
    std::erase_if(request.headers, [&](const Header& header) {
      return std::find(dropped_.begin(), dropped_.end(), Lower(header.name)) != dropped_.end();
    });
    found_.requests.push_back(std::move(request));
    return {};
  }

  // What curl says of a body unless told otherwise.
  void AddContentType(Request& request) {
    const bool dropped =
        std::find(dropped_.begin(), dropped_.end(), "content-type") != dropped_.end();
    if (FindHeader(request.headers, "Content-Type") != nullptr || upload_ || dropped) {
      return;
    }
    if (is_json_) {
      request.headers.push_back({"Content-Type", "application/json"});
      return;
    }
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    if (IsJson(request.body) && request.body.starts_with('{')) {
      found_.notes.emplace_back(
          "the body is JSON, but the command does not say so: like curl, it is sent as "
          "application/x-www-form-urlencoded; for most services that is a mistake");
    }
  }

  Found found_;
  std::vector<std::string> urls_;
  std::vector<Header> headers_;
  std::vector<std::string> dropped_;  // Lower case.
  std::optional<std::string> method_;
  std::optional<std::string> agent_;
  std::string user_;
  std::string query_;
  std::string data_;
  std::string body_file_;
  bool has_data_ = false;
  bool is_json_ = false;
  bool get_ = false;
  bool head_ = false;
  bool upload_ = false;
};

}  // namespace

Result<Found> ReadCurlWords(std::span<const std::string> words) {
  return CurlReader().Read(words);
}

Result<Found> ReadCurlText(std::string_view text) {
  const std::vector<ShellCommand> commands = TRY(SplitShell(text));
  Found all;
  for (const ShellCommand& command : commands) {
    const std::string& first = command.words.front();
    if (first != "curl" && !first.ends_with("/curl") && first != "curl.exe") {
      return Wrong(fmt::format("the command begins with \"{}\"; expected curl", first));
    }
    Found one = TRY(ReadCurlWords(command.words));
    if (!command.left_out.empty()) {
      all.notes.push_back(fmt::format("what follows {} is left out", command.left_out));
    }
    if (all.requests.empty()) {
      all.transport = std::move(one.transport);
    } else if (one.transport != all.transport) {
      all.notes.emplace_back("time-outs, TLS files and the like are those of the first command");
    }
    std::move(one.requests.begin(), one.requests.end(), std::back_inserter(all.requests));
    for (std::string& note : one.notes) {
      if (std::find(all.notes.begin(), all.notes.end(), note) == all.notes.end()) {
        all.notes.push_back(std::move(note));
      }
    }
  }
  if (all.requests.empty()) {
    return Wrong("no command; expected curl with a URL");
  }
  return all;
}

}  // namespace loadline::convert
