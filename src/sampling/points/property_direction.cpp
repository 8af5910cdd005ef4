#include "sampling/points/property_direction.h"

#include "base/error.h"
#include "base/text.h"

namespace epitaxy::sampling {

namespace {

std::size_t find_head(const models::ModelDescription& description, const std::string& name) {
  std::vector<std::size_t> found;
  std::vector<std::string> names;
  for (std::size_t h = 0; h < description.heads.size(); ++h) {
    if (description.heads[h].name == name) {
      return h;
    }
    if (description.heads[h].target == name) {
      found.push_back(h);
      names.push_back(description.heads[h].name);
    }
  }
  if (found.size() > 1) {
    fail_input("several heads of the model predict '{}': name one of {}", name, text::join(names, ", "));
  }
  return found.empty() ? description.head_index(name) : found.front();
}

}  // namespace

PropertyDirection property_direction(const models::MoleculeModel& model, const float* weights,
                                     const std::string& name) {
  const auto& description = model.description();
  if (description.heads.empty()) {
    fail_input("the model predicts no property, so none can be asked for: '{}' needs a model trained with a head",
               name);
  }
  PropertyDirection result;
  result.index = find_head(description, name);
  const models::Head& head = description.heads[result.index];
  if (model.net().head_hidden()) {
    fail_input("the head '{}' has a hidden layer: its property has no single direction in the latent space", head.name);
  }
  result.head = head.name;
  result.target = head.target;
  result.unit = head.unit;
  const auto& layout = model.layout();
  const float* weight = weights + layout.find("head." + head.name + ".weight").offset;
  for (std::size_t j = 0; j < model.net().settings().latent; ++j) {
    result.direction.push_back(head.standardizer.scale * weight[j]);
  }
  result.offset = head.standardizer.backward(weights[layout.find("head." + head.name + ".bias").offset]);
  return result;
}

void set_property_vectors(DomainSettings& settings, const models::MoleculeModel& model, const float* weights) {
  if (settings.properties.empty()) {
    return;
  }
  settings.vectors.clear();
  for (const auto& name : settings.properties) {
    settings.vectors.push_back(property_direction(model, weights, name).direction);
  }
}

}  // namespace epitaxy::sampling
