#include "sizing/manifests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace loadline::sizing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::int64_t kMiB = 1 << 20;

ManifestRequest Plain() {
  ManifestRequest request;
  request.deployment = "model";
  request.pod = {.millicores = 500, .memory = {512 * kMiB}, .extended = {}};
  request.min_pods = 3;
  request.max_pods = 156;
  request.spare_pods = 52;
  request.why = "loadline size: 156 pods, p95 < 200 ms at 2,000 req/s with one zone lost";
  return request;
}

// Everything that can be said, for the other branch of each choice.
ManifestRequest Full() {
  ManifestRequest request = Plain();
  request.deployment = "model.v2";
  request.name_space = "inference";
  request.container = "predictor";
  request.labels = {{"app.kubernetes.io/name", "model"}, {"version", "2"}};
  request.pod.extended = {{.name = "nvidia.com/gpu", .count = 1}};
  request.cpu_limit_millicores = 1000;
  request.one_per_node = true;
  request.spread_zones = false;
  request.why = "";
  return request;
}

std::string Kept(const std::string& file) {
  std::ifstream in(std::string(LOADLINE_MANIFESTS) + file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// test/e2e/test_manifests.py validates the kept files against Kubernetes' schema: this ties them to
// what the code writes. After a change of the text, write them again (LOADLINE_WRITE_MANIFESTS=1).
void ExpectKept(const std::string& prefix, const ManifestRequest& request) {
  const std::vector<Manifest> manifests = *ManifestsOf(request);
  EXPECT_THAT(manifests, SizeIs(3));
  for (const Manifest& manifest : manifests) {
    const std::string file = prefix + manifest.file;
    if (std::getenv("LOADLINE_WRITE_MANIFESTS") != nullptr) {
      std::ofstream(std::string(LOADLINE_MANIFESTS) + file) << manifest.yaml;
    }
    EXPECT_EQ(manifest.yaml, Kept(file)) << file;
  }
}

TEST(ManifestsOf, AreThoseThatAreValidated) {
  ExpectKept("plain-", Plain());
  ExpectKept("full-", Full());
}

TEST(ManifestsOf, LeaveTheAutoscalerOutWithoutACpuRequest) {
  ManifestRequest request = Plain();
  request.pod.millicores = 0;
  const std::vector<Manifest> manifests = *ManifestsOf(request);
  ASSERT_THAT(manifests, SizeIs(2));
  EXPECT_THAT(manifests[0].yaml, Not(HasSubstr("cpu")));
}

TEST(ManifestsOf, SayHowManyReplicasWhereNoAutoscalerDoes) {
  ManifestRequest request = Plain();
  request.fixed = true;
  request.surge.pods = 10;
  const std::vector<Manifest> manifests = *ManifestsOf(request);
  ASSERT_THAT(manifests, SizeIs(2));
  EXPECT_THAT(manifests[0].yaml, HasSubstr("spec:\n  replicas: 156\n"));
  EXPECT_THAT(manifests[0].yaml, HasSubstr("maxSurge: 10\n"));
  EXPECT_THAT(ManifestsOf(Plain())->front().yaml, Not(HasSubstr("replicas")));
}

TEST(ManifestsOf, CommentEachLineOfAReason) {
  ManifestRequest request = Plain();
  request.why = "156 pods\nspec: {replicas: 1}";
  request.why_bounds = "at least 3\r\nat most 156";
  const std::vector<Manifest> manifests = *ManifestsOf(request);
  EXPECT_THAT(manifests[1].yaml, HasSubstr("# 156 pods\n# spec: {replicas: 1}\n# at least 3\n"
                                           "# at most 156\napiVersion"));
  EXPECT_THAT(manifests[2].yaml, Not(HasSubstr("at least 3")));
}

TEST(ManifestsOf, RoundMemoryUpAndTheTargetDown) {
  ManifestRequest request = Plain();
  request.pod.memory.count = 512 * kMiB + 1;
  request.target_utilisation = 0.729;
  const std::vector<Manifest> manifests = *ManifestsOf(request);
  EXPECT_THAT(manifests[0].yaml, HasSubstr("memory: 513Mi"));
  EXPECT_THAT(manifests[1].yaml, HasSubstr("averageUtilization: 72\n"));
}

TEST(ManifestsOf, RefuseWhatKubernetesWould) {
  const auto refused = [](auto change) {
    ManifestRequest request = Plain();
    change(request);
    return !ManifestsOf(request).has_value();
  };
  EXPECT_TRUE(refused([](ManifestRequest& r) { r.deployment = "Model"; }));
  EXPECT_TRUE(refused([](ManifestRequest& r) { r.deployment = "a\"\nb: c"; }));
  EXPECT_TRUE(refused([](ManifestRequest& r) { r.deployment = "a.b"; }));  // And no container's.
  EXPECT_TRUE(refused([](ManifestRequest& r) { r.name_space = "a.b"; }));
  EXPECT_TRUE(refused([](ManifestRequest& r) { r.labels = {{"app", "a b"}}; }));
  EXPECT_TRUE(refused([](ManifestRequest& r) { r.labels = {{"/app", "a"}}; }));
  EXPECT_TRUE(refused([](ManifestRequest& r) { r.min_pods = 200; }));
  EXPECT_TRUE(refused([](ManifestRequest& r) { r.target_utilisation = 70; }));
  EXPECT_TRUE(refused([](ManifestRequest& r) { r.spare_pods = 0; }));
  EXPECT_FALSE(refused([](ManifestRequest& r) { r.deployment = "model-2"; }));
}

}  // namespace
}  // namespace loadline::sizing
