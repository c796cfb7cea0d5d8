#include "species_description.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace aqua::storage {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 19> kDescriptions = {{
    {"abudefduf_vaigiensis", "A reef damselfish with five dark bars and a yellow back; swims in schools above the reef."},
    {"acanthurus_nigrofuscus", "A small brown surgeonfish with orange spots on the head; grazes algae on reefs."},
    {"amphiprion_clarkii", "An anemonefish with two broad white bars; lives among the tentacles of sea anemones."},
    {"bream", "A deep-bodied bronze freshwater fish of slow rivers and lakes, feeding on the bottom."},
    {"brown_trout", "A trout with dark and red spots in pale rings; lives in cool, well-oxygenated streams and is widely farmed."},
    {"canthigaster_valentini", "A small puffer with four dark saddles on a white body; lives on reefs."},
    {"chaetodon_lunulatus", "An oval butterflyfish with thin violet stripes; feeds on living coral, usually in pairs."},
    {"chaetodon_trifascialis", "A butterflyfish with chevron lines; defends table corals, on which it feeds."},
    {"chromis_chrysura", "A dark, stout damselfish with a pale tail; feeds on plankton above reef slopes."},
    {"chub", "A thick-set river fish with large scales and a wide mouth; eats almost anything."},
    {"dascyllus_reticulatus", "A small pale damselfish with dark-edged scales; shelters in branching coral."},
    {"hemigymnus_fasciatus", "A large wrasse with thick lips and black bars with white edges; sifts sand for food."},
    {"milkfish", "A silvery, toothless fish with a forked tail; one of the main farmed fish of brackish ponds in Asia."},
    {"myripristis_kuntee", "A red, large-eyed soldierfish with a dark bar behind the head; hides in caves by day."},
    {"nase", "A silvery river fish with a blunt snout and a hard lower lip, with which it scrapes algae off stones."},
    {"neoniphon_sammara", "A slender silvery squirrelfish with dark-red lines; rests among branching coral by day."},
    {"plectroglyphidodon_dickii", "A brown damselfish with one black bar and a white tail; lives in branching coral."},
    {"pomacentrus_moluccensis", "A bright yellow damselfish of coral reefs."},
    {"rainbow_trout", "A trout with a pink stripe along the side and many small dark spots; one of the main farmed fish of cool fresh water."},
}};

}  // namespace

std::string_view SpeciesDescription(std::string_view label) {
  const auto* const found = std::find_if(kDescriptions.begin(), kDescriptions.end(), [&](const auto& row) { return row.first == label; });
  return found == kDescriptions.end() ? std::string_view() : found->second;
}

}  // namespace aqua::storage
