#include "aqua/inference_openvino/openvino_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <openvino/openvino.hpp>
#include <stdexcept>

#include "aqua/base/assert.hpp"

namespace aqua::inference {
namespace {

/// Runs a call into OpenVINO and turns its exceptions into an Error; nothing of them passes the adapter.
template <typename Function>
Status Guard(ErrorCode code, std::string_view reason, Function&& function) {
  try {
    std::forward<Function>(function)();
    return {};
  } catch (const std::exception& failure) {
    std::string what = failure.what();
    if (const auto line = what.find_last_not_of("\n "); line != std::string::npos) what.resize(line + 1);
    return MakeError(code, fmt::format("OpenVINO: {}", what.substr(0, 500)), std::string(reason));
  }
}

ov::AnyMap Properties(const NetworkOptions& options) {
  ov::AnyMap properties = {
      ov::hint::performance_mode(ov::hint::PerformanceMode::LATENCY),
      // One stream, of one thread, for each session: sessions of one stream would wait for each other.
      ov::inference_num_threads(static_cast<int>(options.sessions)),
      ov::num_streams(static_cast<int>(options.sessions)),
      ov::hint::enable_cpu_pinning(false),
      ov::hint::inference_precision(options.precision == "bf16" ? ov::element::bf16 : ov::element::f32),
  };
  if (!options.cache_folder.empty()) properties.insert(ov::cache_dir(options.cache_folder.string()));
  return properties;
}

class OpenVinoSession final : public Session {
 public:
  explicit OpenVinoSession(std::map<std::size_t, ov::InferRequest> requests) : requests_(std::move(requests)) {}

  std::span<float> Input(std::size_t batch) override {
    ov::Tensor tensor = Request(batch).get_input_tensor();
    return {tensor.data<float>(), tensor.get_size()};
  }

  Status Run(std::size_t batch) override {
    return Guard(ErrorCode::kInternal, "engine_failed", [&] { Request(batch).infer(); });
  }

  std::span<const float> Output(std::size_t index, std::size_t batch) const override {
    const ov::Tensor tensor = const_cast<OpenVinoSession*>(this)->Request(batch).get_output_tensor(index);
    return {tensor.data<float>(), tensor.get_size()};
  }

 private:
  ov::InferRequest& Request(std::size_t batch) {
    const auto found = requests_.find(batch);
    AQUA_ASSERT(found != requests_.end());
    return found->second;
  }

  std::map<std::size_t, ov::InferRequest> requests_;
};

class OpenVinoNetwork final : public Network {
 public:
  OpenVinoNetwork(std::shared_ptr<ov::Core> core, const NetworkOptions& options) : core_(std::move(core)), precision_(options.precision) {}

  Status Compile(ByteView onnx, const NetworkOptions& options) {
    AQUA_TRY(Guard(ErrorCode::kInvalidArgument, "engine_refused", [&] {
      const std::shared_ptr<ov::Model> model = core_->read_model(std::string(AsText(onnx)), ov::Tensor());
      CheckTensors(*model);
      Describe(*model);
      for (const std::size_t batch : options.batch_sizes) {
        ov::PartialShape shape = model->input().get_partial_shape();
        shape[0] = static_cast<std::int64_t>(batch);
        model->reshape(shape);
        compiled_.emplace(batch, core_->compile_model(model, "CPU", Properties(options)));
      }
    }));
    return WarmUp();
  }

  Result<std::unique_ptr<Session>> CreateSession() override {
    std::map<std::size_t, ov::InferRequest> requests;
    const std::lock_guard lock(mutex_);
    AQUA_TRY(Guard(ErrorCode::kInternal, "engine_failed", [&] {
      for (auto& [batch, network] : compiled_) requests.emplace(batch, network.create_infer_request());
    }));
    return std::make_unique<OpenVinoSession>(std::move(requests));
  }

  const TensorInfo& input() const override { return input_; }
  const std::vector<TensorInfo>& outputs() const override { return outputs_; }
  std::string description() const override { return fmt::format("OpenVINO {}, cpu, {}", OpenVinoVersion(), precision_); }

 private:
  static TensorInfo DescribeTensor(const ov::Output<const ov::Node>& tensor) {
    TensorInfo info{tensor.get_any_name(), {}};
    const ov::PartialShape& shape = tensor.get_partial_shape();
    for (auto dimension = shape.begin() + 1; dimension < shape.end(); ++dimension) info.shape.push_back(static_cast<std::size_t>(dimension->get_length()));
    return info;
  }

  /// What the engine makes of a file may differ from what the file declares. Throws; called within Guard().
  static void CheckTensors(const ov::Model& model) {
    const auto is_float = [](const auto& tensor) { return tensor.get_element_type() == ov::element::f32; };
    const auto inputs = model.inputs();
    const auto outputs = model.outputs();
    if (inputs.size() != 1 || !std::all_of(inputs.begin(), inputs.end(), is_float) || !std::all_of(outputs.begin(), outputs.end(), is_float))
      throw std::runtime_error("the network must have one float32 input and float32 outputs");
  }

  void Describe(const ov::Model& model) {
    input_ = DescribeTensor(model.input());
    for (const auto& output : model.outputs()) outputs_.push_back(DescribeTensor(output));
  }

  /// The first run of a batch size costs tens of milliseconds; it is paid here.
  Status WarmUp() {
    AQUA_TRY_ASSIGN(const auto session, CreateSession());
    for (const auto& [batch, network] : compiled_) {
      const auto input = session->Input(batch);
      std::fill(input.begin(), input.end(), 0.0F);
      AQUA_TRY(session->Run(batch));
    }
    return {};
  }

  std::shared_ptr<ov::Core> core_;
  std::string precision_;
  std::mutex mutex_;  // guards request creation
  std::map<std::size_t, ov::CompiledModel> compiled_;
  TensorInfo input_;
  std::vector<TensorInfo> outputs_;
};

}  // namespace

Result<std::unique_ptr<Network>> LoadOpenVinoNetwork(ByteView onnx, const NetworkOptions& options) {
  if (options.precision != "fp32" && options.precision != "bf16" && options.precision != "int8")
    return MakeError(ErrorCode::kUnimplemented, fmt::format("OpenVINO does not compute in '{}'; use fp32, bf16 or int8", options.precision),
                     "precision_not_supported");
  std::shared_ptr<ov::Core> core;
  AQUA_TRY(Guard(ErrorCode::kInternal, "engine_failed", [&] { core = std::make_shared<ov::Core>(); }));
  auto network = std::make_unique<OpenVinoNetwork>(core, options);
  const Status compiled = network->Compile(onnx, options);
  if (compiled) return network;
  if (options.cache_folder.empty()) return compiled.error();
  // A damaged or unwritable cache must not keep a good network from loading.
  NetworkOptions uncached = options;
  uncached.cache_folder.clear();
  network = std::make_unique<OpenVinoNetwork>(std::move(core), uncached);
  AQUA_TRY(network->Compile(onnx, uncached));
  return network;
}

std::string OpenVinoVersion() {
  const std::string build = ov::get_openvino_version().buildNumber;
  return build.substr(0, build.find('-'));
}

}  // namespace aqua::inference
