#include "cli/command.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "base/check.h"
#include "cli/load_flags.h"

namespace loadline::cli {
namespace {

constexpr std::array kStandinFlags = {
    Flag{"--port", "", "N", "0: any free one (default 8500)"},
    Flag{"--host", "", "ADDR", "where to listen (default 127.0.0.1)"},
    Flag{"--pods", "", "N", "replicas (default 4)"},
    Flag{"--concurrency", "", "C", "requests served at a time, per pod (default 1)"},
    Flag{"--queue", "", "N", "places to wait, per pod; unlimited (default 10)"},
    Flag{"--latency", "", "LAW",
         "constant:50ms, exponential:50ms, lognormal:50ms,cv=0.5 (default)"},
    Flag{"--overhead", "", "TIME", "added to every reply (default 2ms)"},
    Flag{"--balance", "", "HOW", "random, round-robin, least or p2c (default least)"},
    Flag{"--error-rate", "", "SHARE", "replies that are 500 (default 0)"},
    Flag{"--cold-start", "", "TIME", "not ready for so long (default 0)"},
    Flag{"--cpu", "", "", "burn CPU instead of waiting"},
    Flag{"--seed", "", "N", "replays service times and errors (default 1)"},
    Flag{"--cert", "", "FILE", "serve TLS with this certificate, PEM; or self-signed"},
    Flag{"--key", "", "FILE", "and this key"},
    Flag{"--quiet", "-q", "", "print the address alone"},
};

constexpr std::array kFromFlags = {
    Flag{"--out", "-o", "FILE", "default: standard output"},
    Flag{"--origin", "", "URL", "har: keep requests to it; openapi, model: the server to use"},
    Flag{"--operation", "", "ID", "openapi: only this one, by operationId or 'POST /path'", true},
    Flag{"--ca-file", "", "FILE", "openapi, model: whom to trust behind an https URL, PEM"},
    Flag{"--tasks", "", "N", "har: at most so many, the most frequent first (default 50)"},
};

constexpr std::array kStoreFlags = {
    Flag{"--db", "", "FILE", "the store (default: in the XDG data folder)"},
};

constexpr std::array kShowFlags = {
    Flag{"--json", "", "FILE", "the verdict as JSON instead; - is standard output"},
    Flag{"--db", "", "FILE", "the store (default: in the XDG data folder)"},
};

constexpr std::array kRemoveFlags = {
    Flag{"--db", "", "FILE", "the store (default: in the XDG data folder)"},
    Flag{"--yes", "-y", "", "do not ask"},
};

constexpr std::array kExportFlags = {
    Flag{"--format", "", "FORMAT",
         "csv (default), series, json, hlog, classic, junit, markdown or prometheus"},
    Flag{"--out", "-o", "FILE", "default: standard output"},
    Flag{"--db", "", "FILE", "the store (default: in the XDG data folder)"},
};

constexpr std::array kPruneFlags = {
    Flag{"--keep", "", "N", "the newest N runs stay"},
    Flag{"--older", "", "TIME", "only runs that began longer ago: 30d"},
    Flag{"--labelled", "", "", "runs with a label go too"},
    Flag{"--db", "", "FILE", "the store (default: in the XDG data folder)"},
    Flag{"--yes", "-y", "", "do not ask"},
};

constexpr std::array kReportFlags = {
    Flag{"--out", "-o", "FILE", "default: loadline-RUN.html; a folder; - is standard output"},
    Flag{"--force", "", "", "replace a file that is no report"},
    Flag{"--db", "", "FILE", "the store (default: in the XDG data folder)"},
};

constexpr std::array kCurlFlags = {
    Flag{"--kind", "", "KIND", "of this error, as the report names it: status_503 (default any)"},
    Flag{"--task", "", "NAME", "of this task (default any)"},
    Flag{"--db", "", "FILE", "the store (default: in the XDG data folder)"},
};

constexpr std::array kQueryFlags = {
    Flag{"--format", "", "FORMAT", "table, csv or json (default table)"},
    Flag{"--run", "", "RUN", "only this run: @last, an id or a label"},
    Flag{"--db", "", "FILE", "the store (default: in the XDG data folder)"},
};

constexpr std::array kCompareFlags = {
    Flag{"--baseline", "", "RUN", "what the others are compared with; a label: all its runs", true},
    Flag{"--tolerance", "", "SHARE", "relative change that does not matter (default 5%)"},
    Flag{"--confidence", "", "SHARE", "that nothing is called worse by chance (default 95%)"},
    Flag{"--task", "", "NAME", "only this task's requests"},
    Flag{"--force", "", "", "also compare runs that did not do the same"},
    Flag{"--json", "", "FILE", "the comparison as JSON; - is standard output"},
    Flag{"--junit", "", "FILE", "a test case per figure, as JUnit XML"},
    Flag{"--junit-undecided", "", "HOW",
         "what is not decided: skipped or failure (default skipped)"},
    Flag{"--github", "", "", "job summary and annotations (default: where GitHub Actions runs it)"},
    Flag{"--no-github", "", "", "neither of them"},
    Flag{"--db", "", "FILE", "the store (default: in the XDG data folder)"},
};

constexpr std::array kSizeTrafficFlags = {
    Flag{"--rate", "", "RATE", "traffic to size for: 2000/s"},
    Flag{"--users", "", "N", "instead of --rate: users who wait for their answers"},
    Flag{"--think", "", "TIME", "a user's pause after an answer: 1s; 0s for none"},
    Flag{"--history", "", "FILE", "instead of --rate: its CSV (time,rate), forecast (upper end)"},
    Flag{"--growth", "", "SHARE", "grown by: 30%; 9 is tenfold; 30%/y each year (default 0)"},
    Flag{"--horizon", "", "TIME", "how far ahead: 12mo, 8w, 2027-11-26 (default 12mo)"},
    Flag{"--confidence", "", "SHARE", "of the forecast's interval (default 90%)"},
    Flag{"--p50", "", "TIME", "median below"},
    Flag{"--p90", "", "TIME", "90th percentile below"},
    Flag{"--p95", "", "TIME", "95th percentile below (default: the objectives of the run)"},
    Flag{"--p99", "", "TIME", "99th percentile below"},
    Flag{"--errors", "", "SHARE", "share of requests rejected below"},
    Flag{"--slo", "", "TEXT", "any of them: 'p99.9 < 1s', 'mean < 80ms'", true},
};

constexpr std::array kSizeServiceFlags = {
    Flag{"--from", "", "RUN", "measured by this run: @last, an id or a label", true},
    Flag{"--pods", "", "N", "pods that answered in it, one for each --from", true},
    Flag{"--latency", "", "LAW",
         "a pod's time per request: 50ms (exponential), lognormal:50ms,cv=0.5"},
    Flag{"--concurrency", "", "C", "requests that a pod works on at once (default 1)"},
    Flag{"--sharing", "", "", "a pod works on all at once, each the slower (CPU-bound threads)"},
    Flag{"--overhead", "", "TIME", "added to every response, keeps no pod busy (default 0)"},
    Flag{"--queue", "", "N", "places to wait, per pod; beyond them 503 (default unlimited)"},
    Flag{"--balance", "", "HOW",
         "random, round-robin, p2c, least, central (default: fitted, or random)"},
    Flag{"--routers", "", "N", "balancers that see only their own requests (default 1)"},
};

constexpr std::array kSizeClusterFlags = {
    Flag{"--pod-cpu", "", "CPU", "that a pod asks for: 0.5 or 500m"},
    Flag{"--pod-memory", "", "BYTES", "512Mi"},
    Flag{"--peak-memory", "", "SHARE", "that memory peaks above that (default 20%)"},
    Flag{"--survive", "", "WHAT",
         "outlive the loss of: none, node, zone (default node, with nodes)"},
    Flag{"--zones", "", "N", "pods are spread over (default 1; 3 with --survive zone)"},
    Flag{"--node", "", "TYPE", "node type that may be used: Standard_D4s_v5", true},
    Flag{"--provider", "", "NAME", "any type of azure, aws, gcp or other"},
    Flag{"--region", "", "NAME", "only types of this region of the price list"},
    Flag{"--arch", "", "ARCH", "without --node: amd64 (default) or arm64"},
    Flag{"--platform", "", "NAME", "aks, aks-1.28, gke, eks or plain (default: the provider's)"},
    Flag{"--prices", "", "FILE", "price list (CSV) instead of the built-in one"},
    Flag{"--mix", "", "", "several node types in one cluster"},
    Flag{"--spot", "", "", "spot prices"},
    Flag{"--max-nodes", "", "N", "no more than that; says what rate they carry (default any)"},
    Flag{"--max-pods", "", "N", "of a node (default: as the platform allows)"},
    Flag{"--daemonsets", "", "CPU,MEM",
         "on each node: 0.3,400Mi,4 (CPU, memory, pods; the default); none"},
    Flag{"--cluster-pods", "", "PODS", "of the cluster's own: 3x1.3,512Mi (default none)"},
    Flag{"--surge", "", "N", "room for a rollout: 25% or so many pods (default 25%, no room)"},
    Flag{"--one-per-node", "", "", "pods refuse each other's company (anti-affinity)"},
    Flag{"--gpus", "", "N", "nvidia.com/gpu that a pod asks for"},
    Flag{"--hours", "", "N", "that are paid a month (default 730)"},
    Flag{"--control-plane", "", "USD", "a month (default 0)"},
    Flag{"--disk", "", "USD", "a month and node (default 0)"},
    Flag{"--load-balancer", "", "USD", "a month (default 0)"},
    Flag{"--node-cpu", "", "CPU", "of a node, for the classic formula"},
    Flag{"--node-overhead", "", "CPU", "of every node, classic formula (default 0.7)"},
    Flag{"--cluster-overhead", "", "CPU", "of the cluster, classic formula (default 3.9)"},
};

constexpr std::array kSizeScalingFlags = {
    Flag{"--dead-band", "", "SHARE",
         "an autoscaler stands still so far above its target (with -o: 10%)"},
    Flag{"--lowest-rate", "", "RATE",
         "of a day, for minReplicas (default: the history's, or a quarter)"},
    Flag{"--fixed", "", "", "with -o: no autoscaler, a number of replicas"},
    Flag{"--output", "-o", "FOLDER", "write patch, HPA and PodDisruptionBudget there"},
    Flag{"--name", "", "NAME", "of the Deployment (default model)"},
    Flag{"--namespace", "", "NAME", "(default: none is written)"},
    Flag{"--container", "", "NAME", "that gets the resources (default: as the Deployment)"},
    Flag{"--label", "", "KEY=VALUE", "of its pods (default: app=NAME)", true},
    Flag{"--cpu-limit", "", "CPU", "of a pod (default none: nothing is throttled)"},
    Flag{"--force", "", "", "replace files that are not from here, or were changed"},
};

constexpr std::array kSizeOutputFlags = {
    Flag{"--explain", "", "", "every line of the classic arithmetic"},
    Flag{"--no-confirm", "", "", "do not run the answer in the simulator"},
    Flag{"--json", "", "FILE", "the answer as JSON; - is standard output"},
    Flag{"--html", "", "FILE", "the answer as a page with charts; - is standard output"},
    Flag{"--no-store", "", "", "with --from: keep nothing for the reports of those runs"},
    Flag{"--db", "", "FILE", "the store (default: in the XDG data folder)"},
};

constexpr std::array kHelpFlags = {
    Flag{"--man", "", "", "as a manual page: loadline help --man run | man -l -"},
    Flag{"--out", "-o", "FOLDER", "with --man: write every page there"},
};

constexpr std::string_view kRunText =
    "Applies one load and says what happened. With --rate requests become due at that rate,\n"
    "whatever the target does (open loop); with --users each user waits for its answer first\n"
    "(closed loop). Neither: one user for 10 s, as a smoke test. Response times run from the\n"
    "moment a request was due, so waiting for a stuck server is never left out.";
constexpr std::string_view kRunExamples =
    "loadline run http://127.0.0.1:8500/score\n"
    "loadline run http://127.0.0.1:8500/score --rate 40/s --duration 10s --p95 200ms\n"
    "loadline run http://127.0.0.1:8500/score --users 20 --think 1s --errors 0.1%\n"
    "loadline run http://127.0.0.1:8500/score --body '{\"milli\": 20}' --requests 200 --json -\n"
    "loadline run http://127.0.0.1:8500/score --rate '0 to 60/s over 30s, 60/s for 1m'\n"
    "loadline run http://127.0.0.1:8500 --replay access.log --warp 10\n"
    "loadline run --overload 1.5x --for 30s\n"
    "loadline run scenario.yaml --set load.rate=100/s --label before";

constexpr std::string_view kFindText =
    "Finds the load line: the highest rate (or number of users) that keeps your objectives in\n"
    "steady state and without a growing backlog. The answer is a bracket: the highest rate that\n"
    "held and the lowest that broke, each proved by a sequential test. Without objectives it\n"
    "finds the saturation instead.";
constexpr std::string_view kFindExamples =
    "loadline find http://127.0.0.1:8500/score --p95 200ms --errors 0.1%\n"
    "loadline find http://127.0.0.1:8500/score --by users --think 1s --p95 200ms\n"
    "loadline find scenario.yaml --budget 10m --covers 10s\n"
    "loadline find http://127.0.0.1:8500/score --strategy staircase --step 4 --max 100\n"
    "loadline find --sim service.yaml --p95 200ms\n"
    "loadline find --continue @last --precision 5%";

constexpr std::string_view kVerifyText =
    "Answers \"does it hold that?\" with one sequential test, as long as it must be and no\n"
    "longer. For pipelines: exit code 0 held, 1 broken, 6 not decided within the budget.";
constexpr std::string_view kVerifyExamples =
    "loadline verify http://127.0.0.1:8500/score --rate 40/s --p95 250ms\n"
    "loadline verify scenario.yaml --users 50 --slo 'score:p99 < 1s' --budget 2m --quiet\n"
    "loadline verify --sim service.yaml --rate 40/s --p95 250ms";

constexpr std::string_view kSimulateText =
    "Applies one load to a service that exists only in a file, in virtual time: ten minutes take\n"
    "a moment, and nothing is sent. What comes out is what run would say of such a service:\n"
    "verdict, store, reports, exit codes. find and verify do the same with --sim service.yaml.\n"
    "The load comes from the options or from a scenario file, whose target is not asked.\n"
    "\n"
    "Keys of service.yaml, each with a default: pods, concurrency, queue, latency, overhead,\n"
    "balance, routers, connections, discipline, curve, cpu {limit, model}, error_rate,\n"
    "cold_start, failures {every, outages [{at, pods}], restart, unnoticed, status},\n"
    "scaling [{at, pods}], speed [{at, speed}], pauses {every, length, first}, wandering\n"
    "{slow, stay}, rate_limit {rate, burst, status}, tasks {NAME: size}, seed.";
constexpr std::string_view kSimulateExamples =
    "loadline simulate service.yaml --rate 60/s --duration 10m --p95 200ms\n"
    "loadline simulate service.yaml scenario.yaml --users 50 --duration 10m\n"
    "loadline simulate service.yaml --rate '0 to 60/s over 30s, 60/s for 1m'";

constexpr std::string_view kAbText =
    "Loads two targets in turns, block by block (AB and BA in shuffled order), and compares them\n"
    "pair by pair: what drifts on this machine or in the network touches both. A is the first\n"
    "URL, or the scenario's own target. Exit code 1: B is proved worse; 6: not decided; 0: B is\n"
    "not worse by more than --tolerance.";
constexpr std::string_view kAbExamples =
    "loadline ab http://127.0.0.1:8500/score http://127.0.0.1:8501/score --rate 40/s\n"
    "loadline ab scenario.yaml https://canary.example.com --blocks 20 --yes\n"
    "loadline ab scenario.yaml http://10.0.0.7:8500 http://10.0.0.8:8500 --junit ab.xml";

constexpr std::string_view kStandinText =
    "A model service to practise on: pods with a queue each, behind real sockets. A request may\n"
    "ask for its own time: {\"milli\": 500}. A full queue answers 503. It also has /healthz,\n"
    "/readyz, /metrics and MLflow's /invocations, and answers as KServe and\n"
    "TensorFlow Serving do (/v1/models/NAME:predict, /v2/models/NAME/infer). Ctrl-C ends it.";
constexpr std::string_view kStandinExamples =
    "loadline standin\n"
    "loadline standin --port 9000 --pods 2 --concurrency 4 --latency constant:20ms\n"
    "loadline standin --pods 1 --concurrency 12 --queue unlimited --overhead 0 \\\n"
    "                 --latency exponential:50ms";

constexpr std::string_view kScenarioShowText =
    "Prints the validated scenario with every default filled in; secrets appear as where they\n"
    "come from.";
constexpr std::string_view kScenarioShowExamples =
    "loadline scenario show scenario.yaml\n"
    "loadline scenario show http://127.0.0.1:8500/score --rate 100/s --p95 200ms";

constexpr std::string_view kSchemaExamples = "loadline scenario schema > loadline.schema.json";
constexpr std::string_view kCheckExamples =
    "loadline scenario check scenario.yaml\n"
    "loadline scenario check scenario.yaml --set load.rate=300/s";

constexpr std::string_view kFromText =
    "Writes a scenario from what you have: a curl command (as typed, or as a browser copies it), "
    "a\n"
    "HAR file (a browser's network panel saves one), an OpenAPI 3 or Swagger 2 description, or "
    "what\n"
    "a model server says of a model. Keys, passwords and cookies never land in it: they become\n"
    "variables, which it names.\n"
    "curl takes the command as one word, as words behind --, or from standard input.";
constexpr std::string_view kFromExamples =
    "loadline scenario from curl 'curl -d @payload.json http://127.0.0.1:8500/score'\n"
    "loadline scenario from curl -- -X POST --json '{\"milli\": 20}' http://127.0.0.1:8500/score\n"
    "loadline scenario from har recording.har --out scenario.yaml\n"
    "loadline scenario from openapi openapi.yaml --operation score --out scenario.yaml\n"
    "loadline scenario from model http://127.0.0.1:8500/v2/models/iris --out scenario.yaml";

constexpr std::string_view kRunReference =
    "RUN is @last, @last~1 (the one before), an id as `loadline runs ls` prints it (or its\n"
    "beginning), or a label.";
constexpr std::string_view kListExamples = "loadline runs ls\nloadline runs ls --db results.db";
constexpr std::string_view kShowExamples = "loadline runs show @last";
constexpr std::string_view kRemoveExamples = "loadline runs rm @last --yes";
constexpr std::string_view kExportExamples =
    "loadline runs export @last --format csv --out requests.csv\n"
    "loadline runs export @last --format hlog --out run.hlog";

constexpr std::string_view kPruneText =
    "Removes old runs with everything that belongs to them. What goes is listed first. Runs with\n"
    "a label are meant to be found again: they stay unless --labelled is given.";
constexpr std::string_view kPruneExamples =
    "loadline runs prune --older 30d\n"
    "loadline runs prune --keep 20 --yes";

constexpr std::string_view kReportText =
    "Writes a stored run as one HTML file that needs no network: the verdict in words, percentile\n"
    "curve, rates and response times over time, the search, errors, the generator's health. RUN "
    "is\n"
    "@last (the default), @last~1 (the one before), an id or a label. Prints the file's name.";
constexpr std::string_view kReportExamples =
    "loadline report @last\n"
    "loadline report before --out before.html";

constexpr std::string_view kCurlText =
    "Prints the first failed request as a curl command, made again from the stored scenario, the\n"
    "seed and its number. Secrets are variables: $SCORE_KEY. Data files must still be there.";
constexpr std::string_view kCurlExamples =
    "loadline runs curl @last\n"
    "loadline runs curl @last --kind status_503 --task score";

constexpr std::string_view kQueryText =
    "Runs one read-only SQL statement on the store. The view Throughput(Client, SentTime,\n"
    "Latency, SentState, Error) has a row per attempt.";
constexpr std::string_view kQueryExamples =
    "loadline query 'SELECT SentState, count(*) FROM Throughput GROUP BY SentState'";

constexpr std::string_view kCompareText =
    "Compares stored runs with the first one: percentiles, mean, errors and (for users)\n"
    "throughput, or the load lines of searches. Intervals respect that late requests come in\n"
    "clusters; with a baseline of several runs also that runs differ from each other.\n"
    "Exit code 1: something is proved worse; 6: not decided; 0: nothing is worse.";
constexpr std::string_view kCompareExamples =
    "loadline compare @last~1 @last\n"
    "loadline compare --baseline release-7 @last --tolerance 10%\n"
    "loadline compare --baseline @last~3 --baseline @last~2 --baseline @last~1 @last";

constexpr std::string_view kSizeText =
    "Says how many pods keep the objectives at a rate, how busy they are, and what one fewer\n"
    "would do. The service is given (--latency) or fitted to measurements (--from), of which the\n"
    "upper end of the service time's interval is used. Every answer names the balancer that it\n"
    "assumes, and is run in the simulator.";
constexpr std::string_view kSizeExamples =
    "loadline size --rate 2000/s --latency 50ms --p95 200ms --pod-cpu 0.5\n"
    "loadline size --rate 2000/s --from @last --pods 4 --survive zone\n"
    "loadline size --history traffic.csv --from @last --pods 4 --pod-cpu 0.5 -o manifests\n"
    "loadline size --rate 24/s --latency 500ms --p95 2s --pod-cpu 0.5 --node-cpu 4 --explain";

constexpr std::string_view kCompletionText =
    "Prints a script that completes subcommands, options and files in your shell: bash, zsh or\n"
    "fish. The Debian package installs all three.";
constexpr std::string_view kCompletionExamples =
    "loadline completion bash > ~/.local/share/bash-completion/completions/loadline\n"
    "loadline completion zsh > ~/.zsh/_loadline     # a folder of $fpath\n"
    "loadline completion fish > ~/.config/fish/completions/loadline.fish";

constexpr std::string_view kHelpExamples =
    "loadline help run\n"
    "loadline help runs export\n"
    "loadline help --man run > loadline-run.1";

template <std::size_t kCount>
std::vector<FlagGroup> Group(std::string_view title, const std::array<Flag, kCount>& flags) {
  return {{title, {flags.begin(), flags.end()}}};
}

std::vector<Command> MakeCommands() {
  using enum CommandId;
  const std::vector<Positional> target = {{"URL|scenario.yaml"}};
  const std::vector<Positional> run = {{"RUN"}};
  return {
      {kRun,
       "",
       "run",
       "apply one load and say what happened",
       {{"URL|scenario.yaml", false}},
       LoadFlagGroups(kRun),
       kRunText,
       kRunExamples},
      {kFind,
       "",
       "find",
       "find the highest load that keeps your objectives",
       {{"URL|scenario.yaml", false}},
       LoadFlagGroups(kFind),
       kFindText,
       kFindExamples},
      {kVerify,
       "",
       "verify",
       "test whether a load holds your objectives",
       {{"URL|scenario.yaml", false}},
       LoadFlagGroups(kVerify),
       kVerifyText,
       kVerifyExamples},
      {kAb,
       "",
       "ab",
       "load two targets in turns and say whether B is worse",
       {{"URL|scenario.yaml"}, {"URL", true, true}},
       LoadFlagGroups(kAb),
       kAbText,
       kAbExamples},
      {kSimulate,
       "",
       "simulate",
       "apply one load to a service in virtual time",
       {{"service.yaml"}, {"scenario.yaml", false}},
       LoadFlagGroups(kSimulate),
       kSimulateText,
       kSimulateExamples},
      {kStandin,
       "",
       "standin",
       "a model service to practise on",
       {},
       Group("Service", kStandinFlags),
       kStandinText,
       kStandinExamples},
      {kScenarioShow, "scenario", "show", "print a scenario with every default", target,
       LoadFlagGroups(kScenarioShow), kScenarioShowText, kScenarioShowExamples},
      {kScenarioSchema,
       "scenario",
       "schema",
       "print the JSON Schema of the file",
       {},
       {},
       "",
       kSchemaExamples},
      {kScenarioCheck, "scenario", "check", "say whether a scenario is right", target,
       LoadFlagGroups(kScenarioCheck), "", kCheckExamples},
      {kScenarioFrom,
       "scenario",
       "from",
       "write a scenario from curl, HAR or OpenAPI",
       {{"curl|har|openapi|model"}, {"COMMAND|FILE|URL", false, true}},
       Group("Result", kFromFlags),
       kFromText,
       kFromExamples},
      {kRunsList,
       "runs",
       "ls",
       "list the stored runs",
       {},
       Group("Store", kStoreFlags),
       "",
       kListExamples},
      {kRunsShow, "runs", "show", "print a stored run's verdict", run, Group("Store", kShowFlags),
       kRunReference, kShowExamples},
      {kRunsRemove,
       "runs",
       "rm",
       "remove stored runs",
       {{"RUN", true, true}},
       Group("Store", kRemoveFlags),
       kRunReference,
       kRemoveExamples},
      {kRunsExport, "runs", "export", "write a stored run as CSV, JSON, .hlog, JUnit, …", run,
       Group("Export", kExportFlags), kRunReference, kExportExamples},
      {kRunsTag,
       "runs",
       "tag",
       "give a stored run a label; '' takes it away",
       {{"RUN"}, {"LABEL"}},
       Group("Store", kStoreFlags),
       kRunReference,
       "loadline runs tag @last release-7"},
      {kRunsNote,
       "runs",
       "note",
       "write a note to a stored run; '' takes it away",
       {{"RUN"}, {"TEXT"}},
       Group("Store", kStoreFlags),
       kRunReference,
       "loadline runs note @last 'after the new index'"},
      {kRunsPrune,
       "runs",
       "prune",
       "remove old runs",
       {},
       Group("Which", kPruneFlags),
       kPruneText,
       kPruneExamples},
      {kReport,
       "",
       "report",
       "write a stored run as an HTML page",
       {{"RUN", false}},
       Group("Report", kReportFlags),
       kReportText,
       kReportExamples},
      {kRunsCurl, "runs", "curl", "a failed request as a curl command", run,
       Group("Choice", kCurlFlags), kCurlText, kCurlExamples},
      {kQuery,
       "",
       "query",
       "read-only SQL on the store",
       {{"'SELECT …'"}},
       Group("Query", kQueryFlags),
       kQueryText,
       kQueryExamples},
      {kCompare,
       "",
       "compare",
       "say whether a run is worse than another",
       {{"RUN", true, true}},
       Group("Comparison", kCompareFlags),
       kCompareText,
       kCompareExamples},
      {kSize,
       "",
       "size",
       "say how many pods a rate needs, and why",
       {},
       {{"Traffic and objectives", {kSizeTrafficFlags.begin(), kSizeTrafficFlags.end()}},
        {"Service", {kSizeServiceFlags.begin(), kSizeServiceFlags.end()}},
        {"Cluster", {kSizeClusterFlags.begin(), kSizeClusterFlags.end()}},
        {"Autoscaler and manifests", {kSizeScalingFlags.begin(), kSizeScalingFlags.end()}},
        {"Output", {kSizeOutputFlags.begin(), kSizeOutputFlags.end()}}},
       kSizeText,
       kSizeExamples},
      {kVersion, "", "version", "version and build facts", {}, {}, "", "loadline version"},
      {kCompletion,
       "",
       "completion",
       "print the completion script of a shell",
       {{"SHELL"}},
       {},
       kCompletionText,
       kCompletionExamples},
      {kHelp,
       "",
       "help",
       "help on a subcommand",
       {{"COMMAND", false, true}},
       Group("Manual", kHelpFlags),
       "",
       kHelpExamples},
  };
}

}  // namespace

std::string Command::FullName() const {
  return group.empty() ? std::string(name) : std::string(group) + " " + std::string(name);
}

const Flag* Command::Find(std::string_view flag) const {
  for (const FlagGroup& each : groups) {
    for (const Flag& candidate : each.flags) {
      if (candidate.name == flag || (!candidate.brief.empty() && candidate.brief == flag)) {
        return &candidate;
      }
    }
  }
  return nullptr;
}

std::span<const Command> Commands() {
  static const std::vector<Command> commands = MakeCommands();
  return commands;
}

const Command& Get(CommandId id) {
  const std::span<const Command> commands = Commands();
  const auto command = std::find_if(commands.begin(), commands.end(),
                                    [id](const Command& each) { return each.id == id; });
  CHECK(command != commands.end());
  return *command;
}

}  // namespace loadline::cli
