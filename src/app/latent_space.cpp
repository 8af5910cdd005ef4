#include "epitaxy/latent_space.h"

#include <algorithm>

#include "app/decoded_points.h"
#include "app/input_rows.h"
#include "app/output_columns.h"
#include "base/error.h"
#include "latent/encoder.h"
#include "linalg/cpu.h"

namespace epitaxy {

struct LatentSpace::State {
  std::string file;
  latent::LatentModel model;
  std::vector<PredictedProperty> properties;

  explicit State(const std::filesystem::path& path) : file(path.string()), model(path) {
    const auto& description = model.description();
    const auto heads = app::choose_heads(description, "");
    for (const std::size_t h : heads) {
      const models::Head& head = description.heads[h];
      properties.push_back({app::property_name(description, heads, h), head.target, head.unit});
    }
  }

  /// Throws InputError unless these are whole points.
  std::size_t count(std::span<const float> points) const {
    if (points.size() % model.latent() != 0) {
      fail_input("{} numbers are no points of a latent space of {} dimensions", points.size(), model.latent());
    }
    return points.size() / model.latent();
  }
};

LatentSpace::LatentSpace(const std::filesystem::path& model) {
  linalg::set_up_kernels();
  state_ = std::make_unique<State>(model);
}
LatentSpace::~LatentSpace() = default;
LatentSpace::LatentSpace(LatentSpace&&) noexcept = default;
LatentSpace& LatentSpace::operator=(LatentSpace&&) noexcept = default;

std::size_t LatentSpace::dimensions() const { return state_->model.latent(); }
const std::vector<PredictedProperty>& LatentSpace::properties() const { return state_->properties; }

std::vector<EncodedMolecule> LatentSpace::encode(std::span<const std::string> smiles) const {
  const app::TextReader reader(state_->model.description(), state_->file);
  models::RowBlock rows;
  std::vector<EncodedMolecule> molecules(smiles.size());
  std::vector<bool> readable(smiles.size());
  for (std::size_t i = 0; i < smiles.size(); ++i) {
    app::RowNote note = reader.read(smiles[i], rows);
    readable[i] = note.readable;
    molecules[i].smiles = std::move(note.text);
    molecules[i].warning = std::move(note.warning);
  }
  const latent::LatentVectors vectors = latent::Encoder(state_->model.network()).encode(rows);
  const auto part = [&](const std::vector<float>& all, std::size_t i) {
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(i * dimensions());
    return std::vector<float>(first, first + static_cast<std::ptrdiff_t>(dimensions()));
  };
  for (std::size_t i = 0; i < smiles.size(); ++i) {
    if (readable[i]) {
      molecules[i].mean = part(vectors.mean, i);
      molecules[i].log_variance = part(vectors.log_variance, i);
    }
  }
  return molecules;
}

std::vector<std::vector<DecodedMolecule>> LatentSpace::decode(std::span<const float> points,
                                                              const Decoding& decoding) const {
  const std::size_t count = state_->count(points);
  const auto decoded =
      app::decode_points(state_->model, app::decoding_settings(decoding), decoding.seed, points, {}, {0, count});
  const std::size_t attempts = std::max<std::size_t>(1, decoding.samples);
  std::vector<std::vector<DecodedMolecule>> molecules(count);
  for (std::size_t i = 0; i < decoded.findings.size(); ++i) {
    const latent::Finding& finding = decoded.findings[i];
    molecules[i / attempts].push_back(
        {decoded.smiles[i], decoded.canonical[i], finding.valid(), app::cause_of(finding)});
  }
  return molecules;
}

std::vector<double> LatentSpace::predict(std::span<const float> points) const {
  const std::size_t rows = state_->count(points);
  const std::size_t heads = state_->properties.size();
  latent::Decoder decoder(state_->model.network());
  std::vector<double> physical;
  for (std::size_t first = 0; first < rows; first += decoder.network().rows()) {
    const std::size_t count = std::min(decoder.network().rows(), rows - first);
    const std::vector<float> values = decoder.predict(points.subspan(first * dimensions(), count * dimensions()));
    for (std::size_t i = 0; i < values.size(); ++i) {
      physical.push_back(state_->model.description().heads[i % heads].standardizer.backward(values[i]));
    }
  }
  return physical;
}

}  // namespace epitaxy
