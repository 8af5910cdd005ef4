#include "models/model.h"

#include "models/kind.h"

namespace epitaxy::models {

std::unique_ptr<Model> make_model(const ModelDescription& description) { return description.kind->make(description); }

}  // namespace epitaxy::models
