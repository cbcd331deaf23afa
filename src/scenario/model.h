// Scenario: what to send where, validated, with every default filled in.
//
// The YAML file and the command line both become this one value; nothing behind it reads either.
// Paths of files are relative to the current folder, whatever they were relative to when written.
// Plain values, safe to share once built.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/units.h"
#include "measure/load.h"
#include "measure/load_line.h"
#include "measure/objective.h"

namespace loadline::scenario {

/// Where a secret is read from. Its value is resolved late, never printed and never stored.
struct SecretSource {
  enum class Kind { kEnv, kFile } kind = Kind::kEnv;
  std::string name;  ///< Name of the variable, or path of the file (trailing newline removed).

  friend bool operator==(const SecretSource&, const SecretSource&) = default;
};

/// Who we are for the target.
struct Credentials {
  std::optional<SecretSource> bearer;  ///< `Authorization: Bearer …`
  std::optional<SecretSource> basic;   ///< `user:password` for `Authorization: Basic …`
  std::vector<std::pair<std::string, SecretSource>> headers;  ///< Such as `X-Api-Key`.

  friend bool operator==(const Credentials&, const Credentials&) = default;
};

/// How TLS is done, for https targets.
struct TlsPolicy {
  std::string ca_file;                  ///< PEM; empty: the system's.
  std::string client_certificate_file;  ///< PEM chain; empty: none.
  std::string client_key_file;
  bool insecure = false;  ///< No verification; named in every result.

  friend bool operator==(const TlsPolicy&, const TlsPolicy&) = default;
};

/// How connections are opened, kept and spread.
struct ConnectionPolicy {
  bool keep_alive = true;               ///< false: a new connection per request.
  std::int64_t max_requests = 0;        ///< Per connection; 0: no limit.
  Duration max_age = Duration::zero();  ///< Per connection; 0: no limit.
  Duration resolve_every = 30s;         ///< Name looked up again that often; 0: never again.
  /// Over all threads; 0: as many as needed (open loop), one per user (closed).
  std::int64_t max_connections = 0;
  std::vector<std::string> resolve;  ///< `host:port:addr` overrides.

  friend bool operator==(const ConnectionPolicy&, const ConnectionPolicy&) = default;
};

/// What happens after a reply that asks for more.
struct RetryPolicy {
  int max_redirects = 0;     ///< 0: a 3xx is the reply. Only to the same origin.
  int max_retries = 0;       ///< After connect errors, resets and 503; 0: off.
  Duration backoff = 100ms;  ///< First pause; doubles each time; Retry-After wins where longer.

  friend bool operator==(const RetryPolicy&, const RetryPolicy&) = default;
};

/// A limit per phase, each counted from the schedule. 0: none.
struct Timeouts {
  Duration connect = 10s;
  Duration first_byte = Duration::zero();
  Duration whole = 30s;

  friend bool operator==(const Timeouts&, const Timeouts&) = default;
};

/// The order in which a data set's rows are taken.
enum class DataOrder {
  kCycle,    ///< From the first to the last, and again.
  kRandom,   ///< Any row each time.
  kShuffle,  ///< Each row once per round, in another order each round.
  kOnce,     ///< From the first to the last; then the data has ended.
};

/// Where a data set's rows were read from.
enum class DataFormat { kCsv, kJsonLines, kInline, kAccessLog };

/// Rows of a CSV or JSON Lines file or an access log (or given inline by `rows:`), held in memory,
/// shared by all threads.
struct DataSet {
  std::string name;
  DataFormat format = DataFormat::kJsonLines;
  std::string file;    ///< Relative to the current folder, or a URL; kInline: the JSON text itself.
  std::string sha256;  ///< Of what lies behind the URL; empty for files.
  std::string ca_file;  ///< Of a URL: whom to trust; empty: the target's authorities.
  DataOrder order = DataOrder::kCycle;
  std::vector<std::string> columns;  ///< In the file's order; of JSON Lines: of the first object.
  /// Cell as JSON text: `1.5`, `"red"`, `null`. As many cells per row as there are columns.
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row_json;  ///< The whole row as JSON, as `${people.row}` gives it.

  friend bool operator==(const DataSet&, const DataSet&) = default;
};

/// A piece of a template: literal text, or something rendered per request.
struct TemplatePart {
  enum class Kind {
    kLiteral,    ///< text
    kRow,        ///< ${data.row}: the whole row as JSON
    kRows,       ///< ${data.rows(n)}: n rows as a JSON array
    kColumn,     ///< ${data.column}: one cell
    kUuid,       ///< ${uuid}: version 4, seeded
    kCounter,    ///< ${counter}: number of the request, 0, 1, 2…, unique over threads
    kRandomInt,  ///< ${random.int(low,high)}, both included
    kCaptured,   ///< ${name}: captured from an on_start reply
  };
  /// Where the part stands, hence how its value is written. Literals are ready to be sent.
  enum class Context {
    kText,        ///< Header or plain body: strings without quotes, as they are.
    kPath,        ///< Path or query: percent-encoded.
    kJsonValue,   ///< Alone as a JSON value: keeps its type.
    kJsonString,  ///< Within a JSON string: as text, escaped.
  };

  Kind kind = Kind::kLiteral;
  Context context = Context::kText;
  std::string text;      ///< kLiteral: the text; kColumn: the column; kCaptured: the name.
  int data = -1;         ///< Index into Scenario::data, where one is named.
  int column = -1;       ///< kColumn: index of the column.
  int capture = -1;      ///< kCaptured: index into Scenario::captured.
  std::int64_t low = 0;  ///< kRandomInt; kRows: the number of rows.
  std::int64_t high = 0;

  friend bool operator==(const TemplatePart&, const TemplatePart&) = default;
};

/// Text with parts filled in per request. One literal part (or none): static, rendered once.
struct Template {
  std::vector<TemplatePart> parts;  ///< No two literals follow each other, none is empty.

  [[nodiscard]] bool IsStatic() const {
    return parts.empty() || (parts.size() == 1 && parts[0].kind == TemplatePart::Kind::kLiteral);
  }
  friend bool operator==(const Template&, const Template&) = default;
};

/// The endpoint under test.
struct Target {
  std::string url;  ///< As resolved from the environment; scheme, host, port, base path.
  Credentials credentials;
  TlsPolicy tls;
  ConnectionPolicy connections;
  RetryPolicy retry;
  Timeouts timeouts;  ///< Default of the tasks; `whole` also limits the drain at a step's end.
  std::vector<std::pair<std::string, Template>> headers;  ///< For every request.
  std::string client;  ///< `--client NAME`, appended to User-Agent; column Client of Throughput.

  friend bool operator==(const Target&, const Target&) = default;
};

/// A condition on a reply. Each that fails is an error kind of its own, named by `text`.
struct Check {
  enum class Kind { kStatus, kHeader, kBodyContains, kBodyRegex, kJson } kind = Kind::kStatus;
  enum class Op {
    kEqual,
    kNotEqual,
    kLess,
    kLessEqual,
    kGreater,
    kGreaterEqual,
    kExists,
    kContains,
    kMatches
  } op = Op::kEqual;
  std::string text;     ///< As written: `$.score >= 0`.
  std::string subject;  ///< Header name or JSON path.
  std::string operand;  ///< As JSON text for kJson and kStatus; the pattern or text otherwise.
  friend bool operator==(const Check&, const Check&) = default;
};

/// The wire shape of the body and of the reply (module inference).
enum class BodyShape {
  kPlain,     ///< The body as given.
  kMlflow,    ///< POST /invocations, {"dataframe_split": …} from rows; the reply must hold
              ///< predictions.
  kKserveV1,  ///< POST /v1/models/NAME:predict, {"instances": …}; the reply as MLflow's.
  kKserveV2,  ///< POST /v2/models/NAME/infer, {"inputs": …}, a typed tensor per column; the reply
              ///< must hold outputs.
  kTfServing,  ///< As kKserveV1, with rows of several columns as objects.
};

/// A value taken from an on_start reply for later templates.
struct Capture {
  std::string name;
  std::string json_path;  ///< `$.token`; or empty…
  std::string header;     ///< …and the name of a header.
  int index = -1;         ///< Into Scenario::captured.

  friend bool operator==(const Capture&, const Capture&) = default;
};

/// One kind of request.
struct Task {
  std::string name = "default";
  double weight = 1.0;  ///< Share of requests, open and closed loop alike; > 0.
  std::string method = "GET";
  Template path;  ///< Appended to the target's base path; begins with `/`, or is empty.
  std::vector<std::pair<std::string, Template>> headers;
  Template body;  ///< Unused where `shape` makes the body.
  bool has_body = false;
  bool body_is_json = false;  ///< Written as `json:`; parts stand in JSON contexts.
  std::string body_file;      ///< Where the (static) body was read from; or empty.
  std::string content_type;   ///< Empty: none sent (or it is among the headers).
  BodyShape shape = BodyShape::kPlain;
  int shape_data = -1;  ///< Shaped: index of the data set its rows come from…
  int shape_rows = 1;   ///< …and how many per request.
  /// kKserveV2 with rows: the datatype of each column, as the Open Inference Protocol calls it; a
  /// single one if `tensor` is named.
  std::vector<std::string> datatypes;
  /// The cells as those have them, by row; empty: the data set has them so already.
  std::vector<std::vector<std::string>> cells;
  std::string tensor;             ///< All columns side by side in one; empty: one per column.
  std::vector<Check> checks;      ///< None on the status: it must be 2xx.
  std::vector<Capture> captures;  ///< on_start only.
  Timeouts timeouts;

  friend bool operator==(const Task&, const Task&) = default;
};

/// How `find` searches.
enum class Strategy {
  kBisect,     ///< Brackets and bisects, with proofs.
  kStaircase,  ///< The classic by-hand procedure.
};

/// What a search is asked for.
struct FindSpec {
  Strategy strategy = Strategy::kBisect;
  measure::SearchAxis by = measure::SearchAxis::kRate;
  double max = 2000.0;  ///< Requests/s or users: never more.
  Duration budget = 5min;
  double confidence = 0.95;  ///< In [0.5, 0.999].
  double precision = 0.05;   ///< Wanted width of the bracket, relative: (broken − held)/held.
  /// Slowest periodic activity to include; 0: what the probes cover anyway.
  Duration covers = Duration::zero();
  // Staircase: users of the first step, how many more each, rounds that must agree.
  int start = 4;
  int step = 4;
  int repeat = 3;

  friend bool operator==(const FindSpec&, const FindSpec&) = default;
};

/// Arrivals at the times that a data set's column holds.
struct ReplaySpec {
  int data = -1;       ///< Index into Scenario::data.
  std::string column;  ///< Of the times.
  double warp = 1.0;   ///< So many times as fast as recorded; > 0.
  bool loop = false;   ///< Again and again.

  friend bool operator==(const ReplaySpec&, const ReplaySpec&) = default;
};

/// A whole scenario.
struct Scenario {
  Target target;
  std::vector<DataSet> data;
  /// Sent once per user (closed loop) or once per thread (open loop), in order.
  std::vector<Task> on_start;
  std::vector<std::string> captured;  ///< Names of the values that on_start captures.
  std::vector<Task> tasks;            ///< At least one.
  /// Global first, then by task in the tasks' order; within each in the order written.
  std::vector<measure::Objective> objectives;
  /// What `run` and `verify` apply. For `find` it has the shape of the axis, and carries arrivals,
  /// think time, warm-up and seed; the search sets rate or users itself.
  measure::Load load;
  std::optional<ReplaySpec> replay;  ///< Where the load's trace comes from, if it has one.
  bool load_given = false;           ///< false: a smoke test, one user for 10 s.
  FindSpec find;
  std::string label;
  std::string source;  ///< Path of the file, or `command line`.

  friend bool operator==(const Scenario&, const Scenario&) = default;
};

}  // namespace loadline::scenario
