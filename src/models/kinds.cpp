#include "models/kinds.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace epitaxy::models {

std::span<const Kind* const> kinds() {
  static const Kind* const all[] = {&composition_net(), &molecule_vae(), &fingerprint_net()};
  return all;
}

std::vector<std::string> kind_names(std::span<const Kind* const> among) {
  std::vector<std::string> names;
  for (const Kind* kind : among) {
    names.push_back(kind->name());
  }
  return names;
}

const Kind& kind(const std::string& name, std::span<const Kind* const> among) {
  const auto found = std::ranges::find(among, name, &Kind::name);
  if (found == among.end()) {
    const auto names = kind_names(among);
    const auto nearest = text::nearest(name, names);
    fail_input("unknown model kind '{}'{}: this version builds {}", name,
               nearest ? fmt::format(" (did you mean '{}'?)", *nearest) : "", text::join(names, ", "));
  }
  return **found;
}

void keys(config::Keys& k, ModelDescription& s, std::span<const Kind* const> among) {
  std::string name = s.kind != nullptr ? s.kind->name() : "";
  k.choice(name, config::Key("kind", "of the model").required(), kind_names(among));
  for (const Kind* kind : among) {
    std::any settings = kind == s.kind ? s.settings : kind->default_settings();
    k.when(name == kind->name(), "kind: " + kind->name(), [&](config::Keys& own) { kind->keys(own, settings); });
    if (name == kind->name()) {
      s.kind = kind;
      s.settings = std::move(settings);
    }
  }
}

}  // namespace epitaxy::models
