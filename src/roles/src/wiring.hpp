#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "aqua/base/result.hpp"
#include "aqua/imaging/decode.hpp"
#include "aqua/inference/model_package.hpp"
#include "aqua/inference/network.hpp"
#include "aqua/serving/classifier.hpp"
#include "aqua/serving/model_repository.hpp"
#include "commands.hpp"

namespace aqua::roles {

/// The folder that holds the models: the setting, else models/ beside the installed binary, else that of the checkout
/// the binary was built in.
std::filesystem::path ModelBasePath(const config::Settings& settings);

/// The loader of the configured engine. Errors: kUnimplemented ("engine_not_built").
Result<inference::NetworkLoader> EngineLoader(const config::Settings& settings);

/// Limits of the image front door, with the defaults of the command line where a setting has one of its own there.
imaging::DecodeLimits CommandLineLimits(const config::Settings& settings);

/// Finds NAME[@VERSION] (empty: the configured model and version).
Result<serving::ModelLocation> FindModel(const config::Settings& settings, std::string_view model);

/// Reads and verifies a model for the configured engine.
Result<inference::ModelPackage> LoadModel(const config::Settings& settings, const serving::ModelLocation& location);

/// Limits of the image front door for images that strangers send: as the settings say.
imaging::DecodeLimits ServerLimits(const config::Settings& settings);

/// Makes a classifier of a model that was loaded, ready for `sessions` images at once.
Result<std::unique_ptr<serving::Classifier>> MakeClassifier(const Context& context, const inference::ModelPackage& package, std::size_t sessions,
                                                            const imaging::DecodeLimits& limits);

/// Loads a model and makes a classifier with the limits of the command line.
Result<std::unique_ptr<serving::Classifier>> MakeClassifier(const Context& context, std::string_view model, std::size_t sessions);

/// Threads that look at images: the setting, else all cores this process may use.
std::size_t WorkerCount(const config::Settings& settings);

}  // namespace aqua::roles
