"""Names of the classes: the label is the data set's folder."""

COMMON_NAMES = {
    "abudefduf_vaigiensis": "Indo-Pacific sergeant",
    "acanthurus_nigrofuscus": "Brown surgeonfish",
    "amphiprion_clarkii": "Clark's anemonefish",
    "bream": "Common bream",
    "brown_trout": "Brown trout",
    "canthigaster_valentini": "Saddled puffer",
    "chaetodon_lunulatus": "Redfin butterflyfish",
    "chaetodon_trifascialis": "Chevron butterflyfish",
    "chromis_chrysura": "Stout-body chromis",
    "chub": "Chub",
    "dascyllus_reticulatus": "Reticulate dascyllus",
    "hemigymnus_fasciatus": "Barred thicklip",
    "milkfish": "Milkfish",
    "myripristis_kuntee": "Epaulette soldierfish",
    "nase": "Common nase",
    "neoniphon_sammara": "Sammara squirrelfish",
    "plectroglyphidodon_dickii": "Dick's damsel",
    "pomacentrus_moluccensis": "Lemon damsel",
    "rainbow_trout": "Rainbow trout",
}
SCIENTIFIC_NAMES = {
    "bream": "Abramis brama",
    "brown_trout": "Salmo trutta",
    "chub": "Squalius cephalus",
    "milkfish": "Chanos chanos",
    "nase": "Chondrostoma nasus",
    "rainbow_trout": "Oncorhynchus mykiss",
}


def scientific_name(label: str) -> str:
    """Reef labels are the scientific name itself."""
    return SCIENTIFIC_NAMES.get(label) or label.replace("_", " ").capitalize()


def label_rows(labels: list[str]) -> list[dict[str, str]]:
    """The `labels` of model.json, in class-index order."""
    return [{"label": label, "species": COMMON_NAMES[label],
             "scientific_name": scientific_name(label)} for label in labels]
