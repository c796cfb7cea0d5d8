#include "aqua/inference/sidecar.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "aqua/inference/testing/model_folder.hpp"

namespace aqua::inference {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

json::value GoodDocument() { return json::parse(testing::SidecarJson({}, "the model")); }

/// Sets the member of an object, or the element of a list, at a JSON pointer.
void Set(json::value& document, std::string_view pointer, const json::value& value) {
  const auto slash = pointer.rfind('/');
  json::value& parent = document.at_pointer(pointer.substr(0, slash));
  if (parent.is_array())
    document.at_pointer(pointer) = value;
  else
    parent.as_object().insert_or_assign(pointer.substr(slash + 1), value);
}

/// A good document with the value at a JSON pointer replaced by the JSON text `value`.
json::value With(std::string_view pointer, std::string_view value) {
  json::value document = GoodDocument();
  Set(document, pointer, json::parse(value));
  return document;
}

json::value Without(std::string_view pointer) {
  json::value document = GoodDocument();
  const auto slash = pointer.rfind('/');
  document.at_pointer(pointer.substr(0, slash)).as_object().erase(pointer.substr(slash + 1));
  return document;
}

Sidecar ParseOrFail(const std::string& text) {
  auto sidecar = ParseSidecar(text);
  if (sidecar) return *std::move(sidecar);
  ADD_FAILURE() << sidecar.error().message;
  return {};
}

/// The message of the refusal that every fault must lead to.
std::string FaultsOf(const json::value& document) {
  const auto sidecar = ParseSidecar(json::serialize(document));
  if (sidecar) return "accepted";
  EXPECT_EQ(sidecar.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(sidecar.error().reason, "sidecar_invalid");
  return sidecar.error().message;
}

TEST(SidecarTest, ReadsACompleteDocument) {
  const Sidecar sidecar = ParseOrFail(R"({
    "schema": 1, "name": "fish_species", "version": "v2.10.3", "task": "classification", "architecture": "resnet_se", "num_parameters": 1605235,
    "created_at": "2026-11-25T02:26:44Z", "licence": "MIT", "signature": "…",
    "files": [{"path": "model.onnx", "sha256": "0553c3aac69496475786b6b5400e5e4f08f94ca5c377b8c41ecaefa2a2529eef", "bytes": 6433215, "precision": "fp32",
               "engines": ["openvino", "onnxruntime"], "default_for": ["openvino"], "metrics": {"accuracy": 0.9}},
              {"path": "model.int8.onnxruntime.onnx", "sha256": "acfa91dc9afe541dd90bb0bbed9534de56d6bc7ea70c21365ba77106b16dcc1b", "bytes": 1, "precision": "int8",
               "engines": ["onnxruntime"]}],
    "inputs": [{"name": "images", "datatype": "FP32", "shape": [-1, 3, 96, 128]}],
    "outputs": [{"name": "logits", "datatype": "FP32", "shape": [-1, 2]}, {"name": "features", "datatype": "FP32", "shape": [-1, 192]}],
    "preprocess": {"id": "letterbox-v1", "color": "RGB", "resize": "letterbox", "size": [96, 128], "interpolation": "area", "antialias": false,
                   "mean": [0.5, 0.25, 0], "std": [0.25, 0.5, 1], "layout": "NCHW", "pad": [1, 2, 255]},
    "labels": [{"label": "bream", "species": "Common bream", "scientific_name": "Abramis brama"}, {"label": "other", "species": "Another fish"}],
    "calibration": {"temperature": 1.25},
    "rejection": {"method": "energy", "parameters": {"temperature": 2}, "threshold": -3.5, "known_refused": 0.05},
    "warmup": {"image": "sample.jpg", "label": "bream", "confidence": 0.75, "tolerance": 0.02},
    "metrics": {"val": {"accuracy": 0.9, "macro_recall": 0.8}, "test": {"accuracy": 0.7, "macro_recall": 0.6, "ece": 0.05}, "speed": {"ms": 3}, "note": "x"},
    "data": [{"name": "photos"}]})");
  EXPECT_EQ(sidecar.name, "fish_species");
  EXPECT_EQ(sidecar.version, "v2.10.3");
  EXPECT_EQ(sidecar.task, "classification");
  EXPECT_EQ(sidecar.architecture, "resnet_se");
  EXPECT_EQ(sidecar.created_at, "2026-11-25T02:26:44Z");
  EXPECT_EQ(sidecar.licence, "MIT");
  EXPECT_EQ(sidecar.parameter_count, 1605235);
  ASSERT_EQ(sidecar.files.size(), 2U);
  EXPECT_EQ(sidecar.files[0].path, "model.onnx");
  EXPECT_EQ(sidecar.files[0].sha256, "0553c3aac69496475786b6b5400e5e4f08f94ca5c377b8c41ecaefa2a2529eef");
  EXPECT_EQ(sidecar.files[0].bytes, 6433215U);
  EXPECT_THAT(sidecar.files[0].engines, ElementsAre("openvino", "onnxruntime"));
  EXPECT_THAT(sidecar.files[0].default_for, ElementsAre("openvino"));
  EXPECT_EQ(sidecar.files[1].precision, "int8");
  EXPECT_THAT(sidecar.files[1].default_for, ElementsAre());
  EXPECT_EQ(sidecar.input_name, "images");
  EXPECT_EQ(sidecar.logits_name, "logits");
  EXPECT_EQ(sidecar.preprocess.id, "letterbox-v1");
  EXPECT_EQ(sidecar.preprocess.resize, imaging::ResizeRule::kLetterbox);
  EXPECT_EQ(sidecar.preprocess.interpolation, imaging::Interpolation::kArea);
  EXPECT_EQ(sidecar.preprocess.height, 96);
  EXPECT_EQ(sidecar.preprocess.width, 128);
  EXPECT_FALSE(sidecar.preprocess.antialias);
  EXPECT_THAT(sidecar.preprocess.mean, ElementsAre(0.5F, 0.25F, 0.0F));
  EXPECT_THAT(sidecar.preprocess.std, ElementsAre(0.25F, 0.5F, 1.0F));
  EXPECT_THAT(sidecar.preprocess.pad, ElementsAre(1, 2, 255));
  ASSERT_EQ(sidecar.labels.size(), 2U);
  EXPECT_EQ(sidecar.labels[0].label, "bream");
  EXPECT_EQ(sidecar.labels[0].common_name, "Common bream");
  EXPECT_EQ(sidecar.labels[0].scientific_name, "Abramis brama");
  EXPECT_EQ(sidecar.labels[1].scientific_name, "");
  EXPECT_DOUBLE_EQ(sidecar.temperature, 1.25);
  EXPECT_EQ(sidecar.rejection.method, RejectionMethod::kEnergy);
  EXPECT_DOUBLE_EQ(sidecar.rejection.energy_temperature, 2);
  EXPECT_DOUBLE_EQ(sidecar.rejection.threshold, -3.5);
  EXPECT_EQ(sidecar.warm_up.image, "sample.jpg");
  EXPECT_EQ(sidecar.warm_up.label, "bream");
  EXPECT_DOUBLE_EQ(sidecar.warm_up.confidence, 0.75);
  EXPECT_DOUBLE_EQ(sidecar.warm_up.tolerance, 0.02);
  ASSERT_EQ(sidecar.evaluations.size(), 2U);
  EXPECT_EQ(sidecar.evaluations[0].split, "val");
  EXPECT_FALSE(sidecar.evaluations[0].ece.has_value());
  EXPECT_DOUBLE_EQ(sidecar.evaluations[1].accuracy, 0.7);
  EXPECT_DOUBLE_EQ(sidecar.evaluations[1].macro_recall, 0.6);
  EXPECT_DOUBLE_EQ(sidecar.evaluations[1].ece.value(), 0.05);
}

TEST(SidecarTest, WhatIsOptionalMayBeLeftOut) {
  for (const char* pointer : {"/architecture", "/created_at", "/licence", "/num_parameters", "/metrics", "/files/0/default_for", "/inputs/0/datatype",
                              "/preprocess/layout", "/preprocess/color", "/labels/1/scientific_name", "/rejection/parameters"})
    EXPECT_EQ(FaultsOf(Without(pointer)), "accepted") << pointer;
}

TEST(SidecarTest, EveryMissingMemberIsNamedByItsPointer) {
  for (const char* pointer : {"/schema",
                              "/name",
                              "/version",
                              "/task",
                              "/files",
                              "/files/0/path",
                              "/files/0/sha256",
                              "/files/0/bytes",
                              "/files/0/precision",
                              "/inputs",
                              "/inputs/0/name",
                              "/outputs",
                              "/outputs/0/name",
                              "/preprocess",
                              "/preprocess/id",
                              "/preprocess/resize",
                              "/preprocess/size",
                              "/preprocess/interpolation",
                              "/preprocess/antialias",
                              "/preprocess/mean",
                              "/preprocess/std",
                              "/labels",
                              "/labels/0/label",
                              "/labels/2/species",
                              "/calibration",
                              "/calibration/temperature",
                              "/rejection",
                              "/rejection/method",
                              "/rejection/threshold",
                              "/warmup",
                              "/warmup/image",
                              "/warmup/label",
                              "/warmup/confidence",
                              "/warmup/tolerance"})
    EXPECT_EQ(FaultsOf(Without(pointer)), std::string(pointer) + " is missing");
}

struct Fault {
  const char* pointer;
  const char* value;
};

TEST(SidecarTest, EveryWrongValueIsNamedByItsPointer) {
  const Fault faults[] = {
      {"/schema", "0"},
      {"/schema", "\"1\""},
      {"/schema", "1.5"},
      {"/name", "\"\""},
      {"/name", "7"},
      {"/name", "\"fish species\""},
      {"/name", "\"..\""},
      {"/name", "\"a/b\""},
      {"/version", "\"1.0.0\""},
      {"/version", "\"v1.0\""},
      {"/version", "1"},
      {"/task", "\"detection\""},
      {"/num_parameters", "-1"},
      {"/files", "[]"},
      {"/files", "{}"},
      {"/files/0", "3"},
      {"/files/0/path", "\"../../etc/passwd\""},
      {"/files/0/path", "\"/etc/passwd\""},
      {"/files/0/path", "\"a\\\\b\""},
      {"/files/0/path", "\".\""},
      {"/files/0/path", "\"a\\u0000b\""},
      {"/files/0/sha256", "\"abc\""},
      {"/files/0/sha256", "\"0553C3AAC69496475786B6B5400E5E4F08F94CA5C377B8C41ECAEFA2A2529EEF\""},
      {"/files/0/bytes", "0"},
      {"/files/0/bytes", "536870913"},
      {"/files/0/bytes", "1e30"},
      {"/files/0/precision", "\"fp64\""},
      {"/files/0/engines", "\"openvino\""},
      {"/files/0/engines", "[1]"},
      {"/files/0/default_for", "{}"},
      {"/inputs/0/datatype", "\"FP16\""},
      {"/inputs/0/name", "null"},
      {"/outputs", "[]"},
      {"/outputs/0", "[]"},
      {"/preprocess", "[]"},
      {"/preprocess/color", "\"BGR\""},
      {"/preprocess/layout", "\"NHWC\""},
      {"/preprocess/resize", "\"center_crop\""},
      {"/preprocess/interpolation", "\"bicubic\""},
      {"/preprocess/antialias", "1"},
      {"/preprocess/size", "[224]"},
      {"/preprocess/size", "[15, 224]"},
      {"/preprocess/size", "[224, 4097]"},
      {"/preprocess/size", "[224.5, 224]"},
      {"/preprocess/mean", "[0, 0, null]"},
      {"/preprocess/mean", "[0, 0, 1e300]"},
      {"/preprocess/mean", "[0, 0]"},
      {"/preprocess/std", "[1, 1, 0]"},
      {"/preprocess/std", "[1, 1, -1]"},
      {"/preprocess/std", "[1, 1, 1e39]"},
      {"/preprocess/pad", "[0, 0, 256]"},
      {"/preprocess/pad", "[0, 0, 0.5]"},
      {"/labels", "[]"},
      {"/labels/0", "\"red\""},
      {"/labels/1/label", "\"red\""},
      {"/labels/1/label", "5"},
      {"/calibration/temperature", "0"},
      {"/calibration/temperature", "1e99"},
      {"/calibration/temperature", "\"1\""},
      {"/rejection/method", "\"entropy\""},
      {"/rejection/threshold", "null"},
      {"/rejection/threshold", "1e301"},
      {"/warmup", "\"sample.png\""},
      {"/warmup/image", "\"../sample.png\""},
      {"/warmup/image", "\"a b.png\""},
      {"/warmup/confidence", "1.01"},
      {"/warmup/tolerance", "-0.1"},
      {"/metrics", "3"},
      {"/metrics/test/accuracy", "1.5"},
      {"/metrics/test/ece", "\"low\""},
  };
  for (const Fault& fault : faults) {
    const std::string message = FaultsOf(With(fault.pointer, fault.value));
    EXPECT_THAT(message, ::testing::StartsWith(std::string(fault.pointer) + " ")) << fault.value;
    EXPECT_THAT(message, Not(HasSubstr("; /"))) << fault.pointer << ' ' << fault.value;
  }
}

TEST(SidecarTest, ListsAllFaultsAtOnce) {
  json::value document = With("/preprocess/color", "\"BGR\"");
  Set(document, "/warmup/confidence", 2);
  document.as_object().erase("labels");
  const std::string message = FaultsOf(document);
  EXPECT_THAT(message, HasSubstr("/preprocess/color is 'BGR'; this build knows RGB"));
  EXPECT_THAT(message, HasSubstr("/warmup/confidence must be a number from 0 to 1"));
  EXPECT_THAT(message, HasSubstr("/labels is missing"));
}

TEST(SidecarTest, AListOfFaultsIsCutAfterTwenty) {
  json::array labels(25, json::value(1));
  json::value document = GoodDocument();
  document.as_object()["labels"] = labels;
  const std::string message = FaultsOf(document);
  EXPECT_THAT(message, HasSubstr("/labels/19 must be an object; and 5 more"));
  EXPECT_THAT(message, Not(HasSubstr("/labels/20")));
}

TEST(SidecarTest, AMethodOfAnotherBuildIsNamedWithThoseThatThisOneKnows) {
  for (const std::string method : {"knn", "mahalanobis"})
    EXPECT_EQ(FaultsOf(With("/rejection/method", "\"" + method + "\"")), "/rejection/method is '" + method + "'; this build knows max_probability, energy");
}

TEST(SidecarTest, TheEnergyNeedsATemperature) {
  json::value document = With("/rejection/method", "\"energy\"");
  document.at_pointer("/rejection").as_object().erase("parameters");
  EXPECT_EQ(FaultsOf(document), "/rejection/parameters is missing");
}

TEST(SidecarTest, ANewerSchemaIsToldApartFromAFault) {
  const auto sidecar = ParseSidecar(R"({"schema": 2, "anything": "else"})");
  ASSERT_FALSE(sidecar.has_value());
  EXPECT_EQ(sidecar.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(sidecar.error().reason, "sidecar_too_new");
  EXPECT_THAT(sidecar.error().message, HasSubstr("schema 2"));
}

TEST(SidecarTest, RefusesWhatIsNotAJsonObject) {
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  for (const std::string_view text :
       {std::string_view(""), std::string_view("{"), std::string_view("[1, 2]"), std::string_view("null"), std::string_view("{\"schema\": NaN}"),
        std::string_view("{\"a\": \"\xff\"}"), std::string_view("{} trailing"), std::string_view("{\"schema\": 1e999}"), std::string_view(deep)}) {
    const auto sidecar = ParseSidecar(text);
    ASSERT_FALSE(sidecar.has_value()) << text;
    EXPECT_EQ(sidecar.error().reason, "sidecar_invalid");
  }
}

TEST(SidecarTest, NamesFromTheFileCannotSteerATerminalOrAPointer) {
  json::value document = GoodDocument();
  document.at_pointer("/metrics").as_object()["a/b~c\x1b[2J"] = json::value{{"accuracy", 2}, {"macro_recall", 1}};
  const std::string message = FaultsOf(document);
  EXPECT_THAT(message, HasSubstr("/metrics/a~1b~0c\\x1b[2J/accuracy must be"));
  EXPECT_THAT(message, Not(HasSubstr("\x1b")));
  EXPECT_THAT(FaultsOf(With("/preprocess/resize", "\"\\u001b[2J\"")), Not(HasSubstr("\x1b")));
}

ModelFile File(const char* path, const char* precision, std::vector<std::string> engines, std::vector<std::string> default_for = {}) {
  return {path, std::string(64, '0'), 1, precision, std::move(engines), std::move(default_for)};
}

TEST(SidecarTest, FileForPrefersTheDefaultOfTheEngine) {
  Sidecar sidecar;
  sidecar.files = {File("a", "fp32", {"openvino", "onnxruntime"}, {"onnxruntime"}), File("b", "int8", {"openvino"}, {"openvino"}),
                   File("c", "int8", {"onnxruntime"})};
  EXPECT_EQ(sidecar.FileFor("openvino", "")->path, "b");
  EXPECT_EQ(sidecar.FileFor("onnxruntime", "")->path, "a");
}

TEST(SidecarTest, FileForWithAPrecisionTakesOnlyThatPrecision) {
  Sidecar sidecar;
  sidecar.files = {File("a", "fp32", {"openvino"}), File("b", "int8", {"openvino"}, {"openvino"}), File("c", "int8", {"onnxruntime"})};
  EXPECT_EQ(sidecar.FileFor("openvino", "fp32")->path, "a");
  EXPECT_EQ(sidecar.FileFor("openvino", "int8")->path, "b");
  EXPECT_EQ(sidecar.FileFor("onnxruntime", "fp32"), nullptr);
  EXPECT_EQ(sidecar.FileFor("openvino", "bf16"), nullptr);
}

TEST(SidecarTest, FileForWithoutADefaultTakesTheFirstThatNamesTheEngine) {
  Sidecar sidecar;
  sidecar.files = {File("a", "fp32", {"onnxruntime"}, {"onnxruntime"}), File("b", "int8", {"openvino"}), File("c", "fp32", {"openvino"})};
  EXPECT_EQ(sidecar.FileFor("openvino", "")->path, "b");
  EXPECT_EQ(sidecar.FileFor("tensorrt", ""), nullptr);
}

TEST(SidecarTest, AVersionIsThreeNumbersAfterV) {
  EXPECT_EQ(ParseVersion("v1.2.3"), (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(ParseVersion("v0.10.999999999"), (std::vector<std::uint64_t>{0, 10, 999'999'999}));
  EXPECT_LT(ParseVersion("v1.9.0"), ParseVersion("v1.10.0"));
  for (const char* text :
       {"", "v", "1.2.3", "V1.2.3", "v1.2", "v1.2.3.4", "v1..3", "v1.2.", "v-1.2.3", "v+1.2.3", "v1.2.3 ", "v1.2.3-rc1", "v1.2.0x3", "v1.2.1234567890"})
    EXPECT_FALSE(ParseVersion(text).has_value()) << text;
}

}  // namespace
}  // namespace aqua::inference
