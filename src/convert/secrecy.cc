#include "convert/secrecy.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <utility>

#include "base/json_text.h"

namespace loadline::convert {
namespace {

// Lower case without what separates words: `X-Api-Key`, `api_key` and `apiKey` are one name.
std::string Squeezed(std::string_view name) {
  std::string out;
  for (const char c : Lower(name)) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      out += c;
    }
  }
  return out;
}

// The variable's name if `text` is `${NAME}` and nothing else.
std::string OnlyVariable(std::string_view text) {
  if (!text.starts_with("${") || text.find('}') != text.size() - 1) {
    return {};
  }
  return std::string(text.substr(2, text.size() - 3));
}

std::string VariableFor(std::string_view header) {
  std::string name;
  for (const char c : header) {
    name += std::isalnum(static_cast<unsigned char>(c)) != 0
                ? static_cast<char>(std::toupper(static_cast<unsigned char>(c)))
                : '_';
  }
  return name;
}

TakenSecret TakeAuthorization(const Header& header) {
  const std::size_t space = header.value.find(' ');
  const std::string scheme = Lower(std::string_view(header.value).substr(0, space));
  std::string rest = space == std::string::npos ? "" : header.value.substr(space + 1);
  rest.erase(0, std::min(rest.find_first_not_of(' '), rest.size()));
  const std::string variable = OnlyVariable(rest);
  if (scheme == "bearer") {
    return {TakenSecret::Kind::kBearer, "", variable.empty() ? "BEARER_TOKEN" : variable,
            "the token behind \"Bearer\" in Authorization"};
  }
  if (scheme == "basic" && variable.empty()) {
    return {TakenSecret::Kind::kBasic, "", "BASIC_LOGIN",
            "user:password, which stood in base64 behind \"Basic\" in Authorization"};
  }
  const std::string whole = OnlyVariable(header.value);
  return {TakenSecret::Kind::kHeader, header.name, whole.empty() ? "AUTHORIZATION" : whole,
          "the whole value of the header Authorization"};
}

// A value long and dense enough to be a key, where the name alone does not tell.
bool LooksLikeKey(std::string_view value) {
  return value.size() >= 20 && value.find_first_of(" ,;") == std::string_view::npos;
}

bool NamesSecretParameter(std::string_view name, std::string_view value) {
  const std::string squeezed = Squeezed(name);
  return (NamesSecret(name) && squeezed != "token") ||
         ((squeezed == "key" || squeezed == "code" || squeezed == "token") && LooksLikeKey(value));
}

// `a=1&api_key=x`, in a query or a form.
void BlankFields(std::string_view fields, std::vector<std::string>& names, std::string& out) {
  std::size_t begin = 0;
  while (begin <= fields.size()) {
    const std::size_t end = std::min(fields.find('&', begin), fields.size());
    const std::string_view field = fields.substr(begin, end - begin);
    const std::size_t equals = field.find('=');
    const std::string_view name = field.substr(0, equals);
    out += begin > 0 ? "&" : "";
    if (equals != std::string_view::npos && equals + 1 < field.size() &&
        NamesSecretParameter(name, field.substr(equals + 1))) {
      out += fmt::format("{}={}", name, kReplaceMe);
      names.emplace_back(name);
    } else {
      out += field;
    }
    begin = end + 1;
  }
}

// `raw` is valid JSON. What is not replaced stays as it was written.
void BlankMembers(std::string_view raw, int depth, std::vector<std::string>& names,
                  std::string& out) {
  constexpr int kDeepest = 64;
  JsonReader in(raw);
  const JsonType type = in.Peek();
  std::string_view key;
  std::string_view value;
  const char* between = "";
  if (type == JsonType::kObject && depth < kDeepest && in.BeginObject()) {
    out += '{';
    while (in.NextMember(key) && in.Skip(value)) {
      out += fmt::format("{}\"{}\":", std::exchange(between, ","), key);
      std::string name;
      AppendJsonUnescaped(key, name);
      const bool text = value.size() > 2 && value[0] == '"';
      if (text && NamesSecretParameter(name, value.substr(1, value.size() - 2))) {
        out += fmt::format("\"{}\"", kReplaceMe);
        names.push_back(std::move(name));
      } else {
        BlankMembers(value, depth + 1, names, out);
      }
    }
    out += '}';
  } else if (type == JsonType::kArray && depth < kDeepest && in.BeginArray()) {
    out += '[';
    while (in.NextElement() && in.Skip(value)) {
      out += std::exchange(between, ",");
      BlankMembers(value, depth + 1, names, out);
    }
    out += ']';
  } else if (in.Skip(value)) {
    out += value;
  }
}

}  // namespace

bool NamesSecret(std::string_view name) {
  // Within a name: whatever is around them, the value is to be kept.
  constexpr std::array<std::string_view, 12> kParts{
      "apikey", "authorization", "password",      "passwd",
      "secret", "cookie",        "accesstoken",   "authtoken",
      "csrf",   "sessiontoken",  "securitytoken", "subscriptionkey"};
  // As whole names; "tokens" and "max_tokens" are none.
  constexpr std::array<std::string_view, 13> kNames{
      "token",     "xtoken",        "refreshtoken", "idtoken",       "xsrftoken", "xxsrftoken",
      "pwd",       "xfunctionskey", "sig",          "xamzsignature", "signature", "xamzcredential",
      "privatekey"};
  const std::string squeezed = Squeezed(name);
  const auto within = [&](std::string_view part) {
    return squeezed.find(part) != std::string::npos;
  };
  return std::any_of(kParts.begin(), kParts.end(), within) ||
         std::find(kNames.begin(), kNames.end(), squeezed) != kNames.end();
}

std::vector<TakenSecret> TakeSecretHeaders(Request& request) {
  std::vector<TakenSecret> taken;
  std::vector<Header> kept;
  for (Header& header : request.headers) {
    if (!NamesSecret(header.name) && OnlyVariable(header.value).empty()) {
      kept.push_back(std::move(header));
    } else if (Lower(header.name) == "authorization") {
      if (request.user.empty()) {
        taken.push_back(TakeAuthorization(header));
      }
    } else {
      const std::string variable = OnlyVariable(header.value);
      taken.push_back({TakenSecret::Kind::kHeader, header.name,
                       variable.empty() ? VariableFor(header.name) : variable,
                       fmt::format("the value of the header {}", header.name)});
    }
  }
  if (!request.user.empty()) {
    const std::string variable = OnlyVariable(request.user);
    taken.push_back({TakenSecret::Kind::kBasic, "", variable.empty() ? "BASIC_LOGIN" : variable,
                     "user:password"});
  }
  request.headers = std::move(kept);
  request.user.clear();
  return taken;
}

std::vector<std::string> BlankSecretValues(Request& request) {
  std::vector<std::string> names;
  if (const std::size_t query = request.url.find('?'); query != std::string::npos) {
    std::string url = request.url.substr(0, query + 1);
    BlankFields(std::string_view(request.url).substr(query + 1), names, url);
    request.url = std::move(url);
  }
  const std::string* type = FindHeader(request.headers, "Content-Type");
  std::string body;
  if (IsJson(request.body)) {
    std::vector<std::string> found;
    BlankMembers(request.body, 0, found, body);
    if (!found.empty()) {
      request.body = std::move(body);
      names.insert(names.end(), found.begin(), found.end());
    }
  } else if (type != nullptr && Lower(*type).starts_with("application/x-www-form-urlencoded")) {
    BlankFields(request.body, names, body);
    request.body = std::move(body);
  }
  return names;
}

}  // namespace loadline::convert
