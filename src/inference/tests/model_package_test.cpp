#include "aqua/inference/model_package.hpp"

#include <gmock/gmock.h>

#include "aqua/base/sha256.hpp"
#include "aqua/base/testing/temporary_folder.hpp"
#include "aqua/inference/testing/model_folder.hpp"

namespace aqua::inference {
namespace {

using base::testing::TemporaryFolder;
using testing::ColourModel;
using ::testing::HasSubstr;
using testing::MeanColourModel;
using testing::SidecarJson;
using testing::WriteModelFolder;

constexpr std::string_view kPicture = "bytes of a picture";

class ModelPackageTest : public ::testing::Test {
 protected:
  ModelPackageTest() { WriteModelFolder(folder_.path(), kPicture); }

  [[nodiscard]] Result<ModelPackage> Load(std::string_view engine = "reference", std::string_view precision = "",
                                          std::span<const ShippedModel> shipped = {}) const {
    return LoadModelPackage(folder_.path(), engine, precision, shipped);
  }

  /// The error of a load that must fail.
  [[nodiscard]] Error Refusal(std::string_view engine = "reference", std::string_view precision = "") const {
    auto package = Load(engine, precision);
    if (!package) return package.error();
    ADD_FAILURE() << "loaded";
    return {};
  }

  /// Puts a model.onnx and the model.json that fits it into the folder.
  void WriteModel(const std::string& onnx, const ColourModel& model = {}) const {
    folder_.Write("model.onnx", onnx);
    folder_.Write("model.json", SidecarJson(model, onnx));
  }

  TemporaryFolder folder_;
};

TEST_F(ModelPackageTest, LoadsAModelFolder) {
  const auto package = Load();
  ASSERT_TRUE(package.has_value()) << package.error().message;
  EXPECT_EQ(package->folder, folder_.path());
  EXPECT_EQ(package->sidecar.name, "fish_species");
  EXPECT_EQ(package->file.path, "model.onnx");
  EXPECT_EQ(AsText(package->onnx), MeanColourModel(32, 4));
  EXPECT_EQ(AsText(package->warm_up_image), kPicture);
  EXPECT_FALSE(package->shipped);
}

TEST_F(ModelPackageTest, ReadSidecarNeedsNoOtherFile) {
  std::filesystem::remove(folder_.path() / "model.onnx");
  std::filesystem::remove(folder_.path() / "sample.png");
  const auto package = ReadSidecar(folder_.path(), {});
  ASSERT_TRUE(package.has_value()) << package.error().message;
  EXPECT_EQ(package->sidecar.labels.size(), 3U);
  EXPECT_TRUE(package->onnx.empty());
}

TEST_F(ModelPackageTest, RefusesOneChangedByte) {
  std::string onnx = MeanColourModel(32, 4);
  onnx[onnx.size() / 2] = static_cast<char>(onnx[onnx.size() / 2] ^ 1);
  folder_.Write("model.onnx", onnx);
  const Error error = Refusal();
  EXPECT_EQ(error.code, ErrorCode::kDataLoss);
  EXPECT_EQ(error.reason, "model_altered");
  EXPECT_THAT(error.message, HasSubstr("SHA-256"));
}

TEST_F(ModelPackageTest, RefusesAnotherLength) {
  const std::string onnx = MeanColourModel(32, 4);
  for (const std::string& other : {onnx + '\0', onnx.substr(1)}) {
    folder_.Write("model.onnx", other);
    const Error error = Refusal();
    EXPECT_EQ(error.reason, "model_altered");
    EXPECT_THAT(error.message, HasSubstr("bytes where model.json says"));
  }
}

TEST_F(ModelPackageTest, TellsWhichFileIsMissing) {
  for (const std::string name : {"sample.png", "model.onnx", "model.json"}) {
    std::filesystem::remove(folder_.path() / name);
    const Error error = Refusal();
    EXPECT_EQ(error.code, ErrorCode::kNotFound) << name;
    EXPECT_EQ(error.reason, "model_file_missing") << name;
    EXPECT_THAT(error.message, HasSubstr(name));
  }
}

TEST_F(ModelPackageTest, RefusesASymbolicLinkInPlaceOfAFile) {
  const TemporaryFolder elsewhere;
  for (const std::string name : {"sample.png", "model.onnx", "model.json"}) {
    std::filesystem::rename(folder_.path() / name, elsewhere.path() / name);
    std::filesystem::create_symlink(elsewhere.path() / name, folder_.path() / name);
    const Error error = Refusal();
    EXPECT_EQ(error.code, ErrorCode::kInvalidArgument) << name;
    EXPECT_EQ(error.reason, "model_file_link") << name;
    EXPECT_THAT(error.message, HasSubstr(name));
  }
}

TEST_F(ModelPackageTest, RefusesAFolderInPlaceOfAFile) {
  std::filesystem::remove(folder_.path() / "model.onnx");
  std::filesystem::create_directory(folder_.path() / "model.onnx");
  EXPECT_EQ(Refusal().reason, "not_a_file");
}

TEST_F(ModelPackageTest, RefusesASidecarThatIsNotValid) {
  folder_.Write("model.json", "{\"schema\": 1}");
  const Error error = Refusal();
  EXPECT_EQ(error.reason, "sidecar_invalid");
  EXPECT_THAT(error.message, ::testing::StartsWith("model.json: "));
}

TEST_F(ModelPackageTest, RefusesANetworkThatTheInspectorRefuses) {
  WriteModel("these bytes are no model, though the sidecar names them");
  EXPECT_EQ(Refusal().reason, "model_malformed");
}

TEST_F(ModelPackageTest, RefusesANetworkWithAnotherNumberOfClasses) {
  WriteModel(MeanColourModel(32, 4, 2));
  const Error error = Refusal();
  EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(error.reason, "labels_mismatch");
  EXPECT_THAT(error.message, HasSubstr("3 labels, but the network has 2 classes"));
}

TEST_F(ModelPackageTest, RefusesANetworkOfAnotherInputSize) {
  WriteModel(MeanColourModel(48, 4));
  const Error error = Refusal();
  EXPECT_EQ(error.reason, "signature_mismatch");
  EXPECT_THAT(error.message, HasSubstr("'images' [N,3,32,32]"));
}

TEST_F(ModelPackageTest, RefusesANetworkWithOtherNamesOrTypes) {
  using testing::Model;
  using testing::Node;
  using testing::ProtobufWriter;
  using testing::ValueInfo;
  const auto network = [](const ProtobufWriter& input, const ProtobufWriter& output) {
    return Model(ProtobufWriter().Message(11, input).Message(12, output).Message(1, Node("Relu", {"images"}, {"logits"}))).bytes();
  };
  const ProtobufWriter images = ValueInfo("images", {-1, 3, 32, 32});
  const ProtobufWriter logits = ValueInfo("logits", {-1, 3});
  WriteModel(network(images, logits));
  EXPECT_TRUE(Load().has_value());
  WriteModel(network(ValueInfo("images", {-1, 3, 32, 32}, 2), logits));
  EXPECT_EQ(Refusal().reason, "signature_mismatch") << "input of bytes";
  WriteModel(network(images, ValueInfo("logits", {-1, 3}, 7)));
  EXPECT_EQ(Refusal().reason, "signature_mismatch") << "output of integers";
  WriteModel(network(images, ValueInfo("logits", {-1, 3, 1})));
  EXPECT_EQ(Refusal().reason, "signature_mismatch") << "output of three dimensions";
  WriteModel(Model(ProtobufWriter().Message(11, images).Message(12, ValueInfo("scores", {-1, 3})).Message(1, Node("Relu", {"images"}, {"scores"}))).bytes());
  EXPECT_EQ(Refusal().reason, "signature_mismatch") << "no output of that name";
  WriteModel(
      Model(ProtobufWriter().Message(11, images).Message(11, ValueInfo("more", {-1})).Message(12, logits).Message(1, Node("Relu", {"images"}, {"logits"})))
          .bytes());
  EXPECT_EQ(Refusal().reason, "signature_mismatch") << "two inputs";
}

TEST_F(ModelPackageTest, RefusesAnEngineOrPrecisionWithoutAFile) {
  const Error engine = Refusal("tensorrt");
  EXPECT_EQ(engine.code, ErrorCode::kNotFound);
  EXPECT_EQ(engine.reason, "no_file_for_engine");
  EXPECT_THAT(engine.message, HasSubstr("fish_species v1.0.0 has no file for the engine 'tensorrt'"));
  const Error precision = Refusal("reference", "int8");
  EXPECT_EQ(precision.reason, "no_file_for_engine");
  EXPECT_THAT(precision.message, HasSubstr("in precision 'int8'"));
}

class ShippedModelTest : public ModelPackageTest {
 protected:
  [[nodiscard]] std::string SidecarHash() const { return base::Sha256Hex(AsBytes(SidecarJson({}, MeanColourModel(32, 4)))); }
};

TEST_F(ShippedModelTest, MarksTheVersionThatTheBuildShipped) {
  const std::string hash = SidecarHash();
  const ShippedModel shipped[] = {{"fish_species", "v0.9.0", "other"}, {"fish_species", "v1.0.0", hash}};
  const auto package = Load("reference", "", shipped);
  ASSERT_TRUE(package.has_value()) << package.error().message;
  EXPECT_TRUE(package->shipped);
  EXPECT_EQ(package->sidecar_sha256, hash);
}

TEST_F(ShippedModelTest, RefusesAnAlteredSidecarOfAShippedVersion) {
  const std::string hash = SidecarHash();
  const ShippedModel shipped[] = {{"fish_species", "v1.0.0", hash}};
  ColourModel lenient;
  lenient.rejection_threshold = -1;
  WriteModel(MeanColourModel(32, 4), lenient);
  for (const auto& package : {Load("reference", "", shipped), ReadSidecar(folder_.path(), shipped)}) {
    ASSERT_FALSE(package.has_value());
    EXPECT_EQ(package.error().code, ErrorCode::kDataLoss);
    EXPECT_EQ(package.error().reason, "model_altered");
  }
}

TEST_F(ShippedModelTest, AModelOfTheUsersOwnIsNotShippedAndLoads) {
  const ShippedModel shipped[] = {{"fish_species", "v1.0.1", "other"}, {"fish_health", "v1.0.0", "other"}};
  const auto package = Load("reference", "", shipped);
  ASSERT_TRUE(package.has_value()) << package.error().message;
  EXPECT_FALSE(package->shipped);
}

TEST(ShippedModelsTest, EveryShippedVersionHasAFullHash) {
  for (const ShippedModel& model : ShippedModels()) {
    EXPECT_FALSE(model.name.empty());
    EXPECT_TRUE(ParseVersion(model.version).has_value()) << model.version;
    EXPECT_EQ(model.sidecar_sha256.size(), 64U);
  }
}

}  // namespace
}  // namespace aqua::inference
