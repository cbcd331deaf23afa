#include "convert/openapi.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "convert/document.h"
#include "convert/schema_example.h"
#include "http/url.h"
#include "scenario/template_text.h"

namespace loadline::convert {
namespace {

Error Wrong(std::string message) {
  return {ErrorCode::kInvalidArgument, "openapi: " + std::move(message)};
}

std::string Encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ||
                       c == '.' || c == '~';
    out += plain ? std::string(1, c)
                 : fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return out;
}

// A parameter's value as text: lists by commas, the default style of path and simple query.
std::string ValueText(const Value& value) {
  if (value.kind != Value::Kind::kList) {
    return value.IsMap() ? value.Json() : value.text;
  }
  std::string text;
  for (const Value& item : value.items) {
    text += (text.empty() ? "" : ",") + item.text;
  }
  return text;
}

std::string VariableFor(std::string_view name) {
  std::string variable;
  for (const char c : name) {
    variable += std::isalnum(static_cast<unsigned char>(c)) != 0
                    ? static_cast<char>(std::toupper(static_cast<unsigned char>(c)))
                    : '_';
  }
  return variable;
}

struct Operation {
  std::string method;  // In capitals.
  std::string path;
  const Value* item = nullptr;  // The path's own parameters.
  const Value* value = nullptr;

  [[nodiscard]] std::string Id() const {
    const std::string& id = value->At("operationId").text;
    return id.empty() ? method + " " + path : id;
  }
};

class OpenApiReader {
 public:
  OpenApiReader(const Value& root, const OpenApiChoice& choice)
      : root_(root), choice_(choice), examples_(root) {}

  Result<Found> Read() {
    const std::string& version = root_.At("openapi").text;
    swagger_ = root_.At("swagger").text.starts_with("2");
    if (!version.starts_with("3.") && !swagger_) {
      return Wrong("expected openapi: 3.0.x or 3.1.x, or swagger: \"2.0\", at the top of the file");
    }
    found_.target = TRY(Server());
    ListOperations();
    const std::vector<Operation> chosen = TRY(Choose());
    for (const Operation& operation : chosen) {
      AddRequest(operation);
    }
    for (const std::string& note : examples_.notes()) {
      found_.notes.push_back(note);
    }
    return std::move(found_);
  }

 private:
  Result<std::string> Server() {
    std::string url = choice_.origin;
    if (url.empty() && swagger_ && root_.Has("host")) {
      const Value& schemes = root_.At("schemes");
      const bool plain = !schemes.items.empty() && schemes.items[0].text == "http";
      url = fmt::format("{}://{}{}", plain ? "http" : "https", root_.At("host").text,
                        root_.At("basePath").text);
    } else if (url.empty() && !root_.At("servers").items.empty()) {
      const Value& server = root_.At("servers").items[0];
      url = server.At("url").text;
      const Value& variables = server.At("variables");
      for (std::size_t i = 0; i < variables.keys.size(); ++i) {
        const std::string name = "{" + variables.keys[i] + "}";
        if (const std::size_t at = url.find(name); at != std::string::npos) {
          url.replace(at, name.size(), variables.items[i].At("default").text);
        }
      }
    }
    if (OriginOf(url).empty() && !choice_.document.empty()) {
      url = TRY(BesideDocument(url));
    }
    if (OriginOf(url).empty()) {
      return Wrong(fmt::format("{}; say where it runs: --origin https://api.example.com/v1",
                               url.empty() ? "the document names no server"
                                           : fmt::format("its server \"{}\" has no host", url)));
    }
    return scenario::EscapeText(url);
  }

  // A server without a host is where the document lies (OpenAPI 3.1.0, Server Object; 2.0, host).
  Result<std::string> BesideDocument(const std::string& url) {
    const http::Url document = TRY(http::ParseUrl(choice_.document));
    const std::string& path = swagger_ ? root_.At("basePath").text : url;
    const Result<http::Url> server = http::ResolveUrl(document, path.empty() ? "/" : path);
    if (!server.has_value()) {
      return Wrong(fmt::format("its server \"{}\" is no URL", path));
    }
    std::string text = server->Text();
    if (text.ends_with('/')) {
      text.pop_back();
    }
    found_.notes.push_back(fmt::format("the server is {}, where the document lies", text));
    return text;
  }

  void ListOperations() {
    constexpr std::array<std::string_view, 7> kMethods{"get",    "post", "put",    "patch",
                                                       "delete", "head", "options"};
    const Value& paths = root_.At("paths");
    for (std::size_t i = 0; i < paths.keys.size(); ++i) {
      const Value& item = examples_.Resolve(paths.items[i]);
      for (std::size_t j = 0; j < item.keys.size(); ++j) {
        if (std::find(kMethods.begin(), kMethods.end(), item.keys[j]) != kMethods.end() &&
            item.items[j].IsMap()) {
          operations_.push_back({VariableFor(item.keys[j]), paths.keys[i], &item, &item.items[j]});
        }
      }
    }
  }

  Result<std::vector<Operation>> Choose() {
    std::vector<Operation> chosen;
    for (const std::string& id : choice_.operations) {
      const auto found =
          std::find_if(operations_.begin(), operations_.end(), [&](const Operation& operation) {
            return operation.Id() == id || operation.method + " " + operation.path == id;
          });
      if (found == operations_.end()) {
        std::string known;
        for (const Operation& operation : operations_) {
          known += (known.empty() ? "" : ", ") + operation.Id();
        }
        return Wrong(fmt::format("--operation: found \"{}\"; there are {}", id, known));
      }
      chosen.push_back(*found);
    }
    if (!choice_.operations.empty()) {
      return chosen;
    }
    for (const Operation& operation : operations_) {
      std::string reason = ReasonToLeaveOut(operation);
      if (reason.empty()) {
        chosen.push_back(operation);
      } else {
        found_.notes.push_back(fmt::format("left out {}: {} (--operation '{}' takes it)",
                                           operation.Id(), reason, operation.Id()));
      }
    }
    if (chosen.empty()) {
      return Wrong(operations_.empty() ? "it describes no operation"
                                       : "no operation is left; choose with --operation ID");
    }
    return chosen;
  }

  std::string ReasonToLeaveOut(const Operation& operation) {
    if (operation.value->At("deprecated").IsTrue()) {
      return "deprecated";
    }
    if (operation.method == "DELETE") {
      return "it deletes";
    }
    for (const Value* parameter : Parameters(operation)) {
      if (parameter->At("in").text == "path" && !Example(*parameter).has_value()) {
        return fmt::format("no example for {{{}}} in its path", parameter->At("name").text);
      }
    }
    return {};
  }

  // Those of the path, then the operation's own, which win.
  std::vector<const Value*> Parameters(const Operation& operation) {
    std::vector<const Value*> parameters;
    for (const Value* owner : {operation.item, operation.value}) {
      for (const Value& written : owner->At("parameters").items) {
        const Value& parameter = examples_.Resolve(written);
        std::erase_if(parameters, [&](const Value* other) {
          return other->At("name").text == parameter.At("name").text &&
                 other->At("in").text == parameter.At("in").text;
        });
        parameters.push_back(&parameter);
      }
    }
    return parameters;
  }

  // What the document gives as an example; nothing where one would have to be made up.
  std::optional<Value> Example(const Value& holder) {
    if (holder.Has("example")) {
      return holder.At("example");
    }
    if (const Value& examples = holder.At("examples"); !examples.items.empty()) {
      const Value& first = examples_.Resolve(examples.items[0]);
      return first.IsMap() && first.Has("value") ? first.At("value") : first;
    }
    // Swagger 2 writes a parameter's schema into the parameter itself.
    return SchemaExample::Given(holder.Has("schema") ? examples_.Resolve(holder.At("schema"))
                                                     : holder);
  }

  Value ExampleOrMade(const Value& holder) {
    std::optional<Value> given = Example(holder);
    return given.has_value() ? *std::move(given)
                             : examples_.Make(holder.Has("schema") ? holder.At("schema") : holder);
  }

  void AddRequest(const Operation& operation) {
    Request request;
    request.method = operation.method;
    request.name = operation.value->At("operationId").text;
    std::string path = operation.path;
    std::string query;
    std::string form;
    for (const Value* parameter : Parameters(operation)) {
      const std::string& name = parameter->At("name").text;
      const std::string& in = parameter->At("in").text;
      const bool wanted = parameter->At("required").IsTrue() || parameter->Has("example") ||
                          parameter->Has("examples");
      if (in == "path") {
        const std::string mark = "{" + name + "}";
        const std::string value = Encode(ValueText(ExampleOrMade(*parameter)));
        if (const std::size_t at = path.find(mark); at != std::string::npos) {
          path.replace(at, mark.size(), value);
        }
      } else if (in == "body") {
        SetBody(request, "application/json", ExampleOrMade(*parameter));
      } else if (wanted && in == "query") {
        query += fmt::format("{}{}={}", query.empty() ? '?' : '&', Encode(name),
                             Encode(ValueText(ExampleOrMade(*parameter))));
      } else if (wanted && in == "formData") {
        form += fmt::format("{}{}={}", form.empty() ? "" : "&", Encode(name),
                            Encode(ValueText(ExampleOrMade(*parameter))));
      } else if (wanted && in == "header" && Lower(name) != "authorization") {
        request.headers.push_back(
            {name, scenario::EscapeText(ValueText(ExampleOrMade(*parameter)))});
      }
    }
    if (!form.empty()) {
      request.has_body = true;
      request.body = std::move(form);
      request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    }
    request.url = found_.target + (found_.target.ends_with('/') ? path.substr(1) : path) + query;
    AddBody(operation, request);
    AddSecurity(operation, request);
    found_.requests.push_back(std::move(request));
  }

  void SetBody(Request& request, const std::string& type, const Value& value) {
    request.has_body = true;
    request.body = scenario::EscapeText(
        type.find("json") != std::string::npos || value.kind != Value::Kind::kString ? value.Json()
                                                                                     : value.text);
    request.headers.push_back({"Content-Type", type});
  }

  // JSON before a form before the first of the others.
  void AddBody(const Operation& operation, Request& request) {
    const Value& content = examples_.Resolve(operation.value->At("requestBody")).At("content");
    if (content.keys.empty()) {
      return;
    }
    std::size_t best = 0;
    int rank = 3;
    for (std::size_t i = 0; i < content.keys.size(); ++i) {
      const std::string type = Lower(content.keys[i]);
      const int of_this = type.starts_with("application/json")      ? 0
                          : type.find("json") != std::string::npos  ? 1
                          : type.ends_with("x-www-form-urlencoded") ? 2
                                                                    : 3;
      if (of_this < rank) {
        rank = of_this;
        best = i;
      }
    }
    std::string type = content.keys[best];
    const Value value = ExampleOrMade(content.items[best]);
    if (type == "*/*") {
      type = "application/json";
    }
    if (type.starts_with("multipart/")) {
      found_.notes.push_back(fmt::format(
          "{} takes a multipart body, which is not made here: write body: {{file: PATH}}",
          operation.Id()));
      return;
    }
    if (rank == 2 && value.IsMap()) {
      std::string form;
      for (std::size_t i = 0; i < value.keys.size(); ++i) {
        form += fmt::format("{}{}={}", form.empty() ? "" : "&", Encode(value.keys[i]),
                            Encode(ValueText(value.items[i])));
      }
      request.has_body = true;
      request.body = std::move(form);
      request.headers.push_back({"Content-Type", type});
      return;
    }
    SetBody(request, type, value);
  }

  // The first alternative; each of its schemes as a header whose value is a variable.
  void AddSecurity(const Operation& operation, Request& request) {
    const Value& own = operation.value->At("security");
    const Value& security = own.kind == Value::Kind::kList ? own : root_.At("security");
    if (security.items.empty()) {
      return;
    }
    const Value& schemes =
        swagger_ ? root_.At("securityDefinitions") : root_.At("components").At("securitySchemes");
    for (const std::string& name : security.items[0].keys) {
      const Value& scheme = examples_.Resolve(schemes.At(name));
      const std::string& type = scheme.At("type").text;
      const std::string kind = Lower(scheme.At("scheme").text);
      const std::string& in = scheme.At("in").text;
      if (type == "basic" || (type == "http" && kind == "basic")) {
        request.user = "${BASIC_LOGIN}";
      } else if ((type == "http" && kind == "bearer") || type == "oauth2" ||
                 type == "openIdConnect") {
        request.headers.push_back({"Authorization", "Bearer ${BEARER_TOKEN}"});
      } else if (type == "apiKey" && in == "header") {
        const std::string& header = scheme.At("name").text;
        request.headers.push_back({header, fmt::format("${{{}}}", VariableFor(header))});
      } else {
        std::string note = fmt::format(
            "the security scheme {} ({}{}) has no place in a scenario: requests go without it",
            name, type.empty() ? "unknown" : type, in.empty() ? "" : " in " + in);
        if (std::find(found_.notes.begin(), found_.notes.end(), note) == found_.notes.end()) {
          found_.notes.push_back(std::move(note));
        }
      }
    }
  }

  const Value& root_;
  const OpenApiChoice& choice_;
  SchemaExample examples_;
  bool swagger_ = false;
  std::vector<Operation> operations_;
  Found found_;
};

}  // namespace

Result<Found> ReadOpenApi(std::string_view text, const OpenApiChoice& choice) {
  Result<Value> root = ReadDocument(text);
  if (!root.has_value()) {
    return Wrong(root.error().message);
  }
  return OpenApiReader(*root, choice).Read();
}

}  // namespace loadline::convert
