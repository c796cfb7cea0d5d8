#include "aqua/api/tenant_directory.hpp"

#include <mutex>
#include <utility>

namespace aqua::api {

TenantDirectory::TenantDirectory(storage::Catalogue& catalogue, storage::ModelRow model, std::vector<domain::Species> labels)
    : catalogue_(catalogue), model_(std::move(model)), labels_(std::move(labels)) {}

std::shared_ptr<TenantFacts> TenantDirectory::Find(std::string_view tenant) const {
  const std::shared_lock lock(mutex_);
  const auto found = facts_.find(tenant);
  return found == facts_.end() ? nullptr : found->second;
}

Result<std::shared_ptr<TenantFacts>> TenantDirectory::Load(const std::string& tenant) {
  if (auto known = Find(tenant)) return known;
  auto facts = std::make_shared<TenantFacts>();
  facts->id = tenant;
  AQUA_TRY(catalogue_.SeedSpecies(tenant, labels_));
  AQUA_TRY_ASSIGN(facts->model_row_id, catalogue_.ActivateModel(tenant, model_));
  AQUA_TRY_ASSIGN(facts->species, catalogue_.Species(tenant));
  const std::unique_lock lock(mutex_);
  return facts_.emplace(tenant, std::move(facts)).first->second;
}

}  // namespace aqua::api
