#include "table.hpp"

namespace aqua::config {
namespace {

constexpr double kKiB = 1024;
constexpr double kMiB = 1024 * kKiB;
constexpr double kGiB = 1024 * kMiB;
constexpr double kSecond = 1000;

std::vector<Setting> GeneralSettings() {
  return {
      {.key = "environment",
       .type = SettingType::kChoice,
       .default_value = "development",
       .choices = {"development", "staging", "production", "test"},
       .environment = {{"ENVIRONMENT"}},
       .section = "General",
       .description = "Where this instance runs. production refuses debug mode and weak secrets."},
      {.key = "debug",
       .type = SettingType::kBoolean,
       .default_value = "false",
       .environment = {{"DEBUG"}},
       .section = "General",
       .description = "Debug mode; refused in production."},
      {.key = "state.directory",
       .type = SettingType::kPath,
       .default_value = "./var",
       .environment = {{"AQUA_STATE_DIR"}},
       .section = "General",
       .description = "Folder for what the program keeps, such as compiled models."},
      {.key = "log.level",
       .type = SettingType::kChoice,
       .default_value = "info",
       .choices = {"trace", "debug", "info", "warning", "error"},
       .synonyms = {{"warn", "warning"}, {"critical", "error"}},
       .environment = {{"LOG_LEVEL"}},
       .section = "General",
       .description = "Least important message that is logged. warn is read as warning, critical as error."},
      {.key = "log.format",
       .type = SettingType::kChoice,
       .default_value = "auto",
       .choices = {"json", "text", "auto"},
       .environment = {{"AQUA_LOG_FORMAT"}},
       .section = "General",
       .description = "JSON lines for machines or text for people; auto is text when standard error is a terminal, else JSON."},
      {.key = "log.file",
       .type = SettingType::kPath,
       .environment = {{"AQUA_LOG_FILE"}},
       .section = "General",
       .description = "File to append log lines to; opened anew on SIGHUP. When empty: standard error."},
      {.key = "log.requests",
       .type = SettingType::kBoolean,
       .default_value = "true",
       .environment = {{"AQUA_LOG_REQUESTS"}},
       .section = "General",
       .description = "Log one line for each request of the API; probes and /metrics only when they fail."},
  };
}

std::vector<Setting> ModelSettings() {
  return {
      {.key = "model.base_path",
       .type = SettingType::kPath,
       .environment = {{"ML_MODEL_BASE_PATH"}, {"MODEL_BASE_PATH"}},
       .section = "Models",
       .description = "Folder that holds NAME/VERSION/model.json. When empty: models/ beside the installed binary, then that of the checkout."},
      {.key = "model.name",
       .type = SettingType::kText,
       .default_value = "fish_species",
       .environment = {{"AQUA_MODEL_NAME"}},
       .section = "Models",
       .description = "Model that classifies."},
      {.key = "model.active_version",
       .type = SettingType::kText,
       .environment = {{"ML_ACTIVE_MODEL_VERSION"}, {"ACTIVE_MODEL_VERSION"}},
       .section = "Models",
       .description = "Version that answers, for example v1.0.0. When empty: the newest one."},
      {.key = "model.confidence_threshold",
       .type = SettingType::kReal,
       .default_value = "0.5",
       .minimum = 0,
       .maximum = 1,
       .environment = {{"CONFIDENCE_THRESHOLD"}, {"ML_MIN_CONFIDENCE_THRESHOLD"}, {"MIN_CONFIDENCE_THRESHOLD"}},
       .section = "Models",
       .description = "Answers below this confidence are marked low_confidence; they are never hidden."},
      {.key = "model.high_confidence_threshold",
       .type = SettingType::kReal,
       .default_value = "0.9",
       .minimum = 0,
       .maximum = 1,
       .environment = {{"ML_HIGH_CONFIDENCE_THRESHOLD"}, {"HIGH_CONFIDENCE_THRESHOLD"}},
       .section = "Models",
       .description = "Answers from this confidence on count as high."},
  };
}

std::vector<Setting> InferenceSettings() {
  return {
      {.key = "inference.engine",
       .type = SettingType::kChoice,
       .default_value = "openvino",
       .choices = {"openvino", "reference", "onnxruntime"},
       .environment = {{"INFERENCE_ENGINE"}},
       .section = "Inference",
       .description = "Engine that runs the models: openvino, or reference, the slow one to compare with. onnxruntime is a known name, refused when a model "
                      "is loaded because this build does not contain it."},
      {.key = "inference.device",
       .type = SettingType::kChoice,
       .default_value = "cpu",
       .choices = {"cpu", "cuda"},
       .environment = {{"INFERENCE_DEVICE"}, {"ML_INFERENCE_DEVICE"}},
       .section = "Inference",
       .description = "Device that runs the models. cuda falls back to cpu with one warning."},
      {.key = "inference.precision",
       .type = SettingType::kChoice,
       .default_value = "auto",
       .choices = {"auto", "fp32", "bf16", "int8"},
       .environment = {{"AQUA_INFERENCE_PRECISION"}},
       .section = "Inference",
       .description = "Precision of the model file to load; auto takes the file that model.json names as the engine's default."},
      {.key = "inference.cache_compiled",
       .type = SettingType::kBoolean,
       .default_value = "true",
       .environment = {{"AQUA_INFERENCE_CACHE_COMPILED"}},
       .section = "Inference",
       .description =
           "Keep compiled models in the state folder, so that later starts are faster; only when the folder was set and nobody else may write to it."},
      {.key = "classify.workers",
       .type = SettingType::kInteger,
       .default_value = "0",
       .minimum = 0,
       .maximum = 256,
       .unit = "threads",
       .environment = {{"AQUA_CLASSIFY_WORKERS"}},
       .section = "Inference",
       .description = "Threads of aqua classify; 0 means one for each available core."},
  };
}

std::vector<Setting> ImageSizeSettings() {
  return {
      {.key = "imaging.min_side",
       .type = SettingType::kInteger,
       .default_value = "32",
       .minimum = 1,
       .maximum = 4096,
       .unit = "pixels",
       .environment = {{"AQUA_IMAGING_MIN_SIDE"}},
       .section = "Images",
       .description = "Smallest width and height accepted. The command line uses 16 unless this is set."},
      {.key = "imaging.max_side",
       .type = SettingType::kInteger,
       .default_value = "8192",
       .minimum = 16,
       .maximum = 65535,
       .unit = "pixels",
       .environment = {{"AQUA_IMAGING_MAX_SIDE"}},
       .section = "Images",
       .description = "Largest width and height accepted."},
      {.key = "imaging.max_pixels",
       .type = SettingType::kInteger,
       .default_value = "25000000",
       .minimum = 1024,
       .maximum = 1e9,
       .unit = "pixels",
       .environment = {{"AQUA_IMAGING_MAX_PIXELS"}},
       .section = "Images",
       .description = "Largest width times height accepted."},
      {.key = "imaging.max_file_bytes",
       .type = SettingType::kBytes,
       .default_value = "10 MiB",
       .minimum = kKiB,
       .maximum = kGiB,
       .environment = {{"MAX_FILE_SIZE"}, {"ML_MAX_IMAGE_SIZE_MB", "MiB"}, {"MAX_IMAGE_SIZE_MB", "MiB"}},
       .section = "Images",
       .description = "Largest image file accepted. A number under a name that ends in _MB counts MiB."},
  };
}

std::vector<Setting> ImageEffortSettings() {
  return {
      {.key = "imaging.max_memory_bytes",
       .type = SettingType::kBytes,
       .default_value = "128 MiB",
       .minimum = kMiB,
       .maximum = 16 * kGiB,
       .environment = {{"AQUA_IMAGING_MAX_MEMORY_BYTES"}},
       .section = "Images",
       .description = "Most memory that decoding one image may take."},
      {.key = "imaging.max_decode_cpu",
       .type = SettingType::kDuration,
       .default_value = "250ms",
       .minimum = 1,
       .maximum = 600 * kSecond,
       .environment = {{"AQUA_IMAGING_MAX_DECODE_CPU"}},
       .section = "Images",
       .description = "Most processor time that decoding one image may take. The command line uses 10 s unless this is set."},
      {.key = "imaging.max_scans",
       .type = SettingType::kInteger,
       .default_value = "100",
       .minimum = 1,
       .maximum = 10000,
       .unit = "scans",
       .environment = {{"AQUA_IMAGING_MAX_SCANS"}},
       .section = "Images",
       .description = "Most scans that a progressive JPEG may have."},
      {.key = "imaging.max_expansion",
       .type = SettingType::kInteger,
       .default_value = "400",
       .minimum = 10,
       .maximum = 100000,
       .unit = "bytes",
       .environment = {{"AQUA_IMAGING_MAX_EXPANSION"}},
       .section = "Images",
       .description = "Most bytes decoded for a byte of a file, in images above one megapixel; bombs need more, photos far less."},
  };
}

}  // namespace

std::vector<Setting> ActiveSettings() {
  std::vector<Setting> rows;
  for (const auto& part : {GeneralSettings(), ModelSettings(), InferenceSettings(), ImageSizeSettings(), ImageEffortSettings(), ServiceSettings()})
    rows.insert(rows.end(), part.begin(), part.end());
  return rows;
}

}  // namespace aqua::config
