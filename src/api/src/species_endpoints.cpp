#include <string>
#include <utility>

#include "caller.hpp"
#include "endpoint.hpp"
#include "input.hpp"
#include "messages.hpp"
#include "pictures.hpp"

namespace aqua::api {
namespace {

void Species(Services& services, const ExchangePtr& exchange) {
  if (!ReadQuery<NoParameters>(services, *exchange)) return;
  std::vector<SpeciesAnswer> answers;
  for (const storage::SpeciesRow& row : TenantOf(exchange->request()).species) {
    SpeciesAnswer answer;
    answer.id = row.id;
    answer.name = row.name;
    answer.scientific_name = row.scientific_name;
    answer.label = row.label;
    answer.description = row.description;
    answer.optimal_temperature_range = {row.optimal_temperature_min, row.optimal_temperature_max};
    answer.source = row.source;
    if (const auto picture = FindSpeciesPicture(services.samples, row.label)) {
      answer.picture_url = picture->url;
      answer.picture_credit = picture->credit;
    }
    answers.push_back(std::move(answer));
  }
  exchange->Respond(JsonResponseOf(200, answers));
}

void Samples(Services& services, const ExchangePtr& exchange) {
  if (!ReadQuery<NoParameters>(services, *exchange)) return;
  std::vector<SampleAnswer> answers;
  for (const Picture& picture : SamplePictures(services.samples)) answers.push_back({picture.name, picture.url, picture.species, picture.credit});
  exchange->Respond(JsonResponseOf(200, answers));
}

Endpoint PublicList(std::string path, std::string id, std::string summary, void (*handler)(Services&, const ExchangePtr&)) {
  Endpoint endpoint = ReadingEndpoint(std::move(path), std::move(id), std::move(summary), "species", http::Execution::kInline, handler);
  endpoint.operation.rate_class = "read";
  return endpoint;
}

}  // namespace

std::vector<Endpoint> SpeciesEndpoints() {
  Endpoint species = PublicList("/api/v1/predictions/species", "listSpecies", "The species that the model knows", &Species);
  species.operation.description =
      "id is the species_id of answers; label is the class of the model. Temperatures are null unless source says where they are from; picture_url is null "
      "where "
      "no picture may be shown.";
  species.operation.answers = {JsonAnswer<std::vector<SpeciesAnswer>>(200, "All species, by name")};
  AddErrors(species.operation, {400, 403, 422, 500});
  species.cache_for = std::chrono::seconds(60);
  Endpoint samples = PublicList("/api/v1/samples", "listSamples", "Sample photos to try", &Samples);
  samples.operation.description =
      "Photos that come with the program, with their licences. species is what the photo shows, null for a fish that the model does not know.";
  samples.operation.answers = {JsonAnswer<std::vector<SampleAnswer>>(200, "The photos, by name")};
  AddErrors(samples.operation, {400, 403, 422, 500});
  return {species, samples};
}

}  // namespace aqua::api
