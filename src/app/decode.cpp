#include "app/decode.h"

#include <algorithm>
#include <optional>

#include "app/decoded_points.h"
#include "app/input_rows.h"
#include "app/output_columns.h"
#include "base/log.h"
#include "latent/counts.h"
#include "latent/latent_model.h"
#include "latent/latent_points.h"
#include "train/run_files.h"

namespace epitaxy::app {

namespace {

/// What is read before anything is computed.
struct DecodeRequest {
  latent::LatentModel model;
  latent::LatentPoints points;

  explicit DecodeRequest(const DecodeOptions& options)
      : model(options.model), points(latent::read_points(options.input, model.latent())) {}
};

std::size_t molecules_by_point(const DecodeOptions& options) {
  return std::max<std::size_t>(1, options.decoding.samples);
}

/// Heads' columns; their values are physical.
std::vector<std::string> property_fields(const models::ModelDescription& description, const float* standardized,
                                         bool present) {
  std::vector<std::string> fields;
  for (std::size_t h = 0; h < description.heads.size(); ++h) {
    const double value = description.heads[h].standardizer.backward(standardized[h]);
    fields.push_back(present ? train::csv_number(value) : "");
  }
  return fields;
}

void write_table(const DecodeOptions& options, const DecodeRequest& request, const DecodedPoints& answers) {
  const latent::LatentPoints& points = request.points;
  const auto& description = request.model.description();
  const auto heads = choose_heads(description, "");
  OutputColumns columns(points.columns);
  if (options.decoding.samples > 0) {
    columns.add("sample", "_decoded");
  }
  for (const char* name : {"smiles", "canonical", "valid", "cause"}) {
    columns.add(name, "_decoded");
  }
  std::vector<std::string> properties;
  for (const std::size_t h : heads) {
    properties.push_back(columns.add(property_name(description, heads, h), "_predicted"));
  }
  train::CsvWriter out(columns.names());
  std::size_t decoded = 0;
  for (std::size_t row = 0; row < points.rows(); ++row) {
    const auto own = points.fields.begin() + static_cast<std::ptrdiff_t>(row * points.columns.size());
    const auto predicted =
        property_fields(description, answers.properties.data() + row * heads.size(), points.present[row]);
    for (std::size_t k = 0; k < molecules_by_point(options); ++k, ++decoded) {
      std::vector<std::string> fields(own, own + static_cast<std::ptrdiff_t>(points.columns.size()));
      if (options.decoding.samples > 0) {
        fields.push_back(std::to_string(k + 1));
      }
      const latent::Finding& finding = answers.findings[decoded];
      fields.insert(fields.end(), {answers.smiles[decoded], answers.canonical[decoded], finding.valid() ? "1" : "0",
                                   points.present[row] ? cause_of(finding) : "no latent vector"});
      fields.insert(fields.end(), predicted.begin(), predicted.end());
      out.row(fields);
    }
  }
  out.write(options.output);
  log_units(description, heads, properties);
}

void report(const DecodeOptions& options, const DecodeRequest& request, const DecodedPoints& answers) {
  const latent::LatentPoints& points = request.points;
  const std::size_t attempts = molecules_by_point(options);
  latent::MoleculeCounter counter;
  for (std::size_t i = 0; i < answers.findings.size(); ++i) {
    if (points.present[i / attempts]) {
      if (i % attempts == 0) {
        counter.begin_point();
      }
      counter.add(answers.findings[i]);
    }
  }
  const latent::MoleculeCounts& counts = counter.counts();
  log::info("{} points decoded into {}: {} molecules, {} of them valid ({:.2f} %), {} different", counts.points,
            options.output.string(), counts.decodes, counts.valid, 100.0 * counts.share(counts.valid), counts.unique);
  if (counts.points < points.rows()) {
    log::warning("{} rows have no latent vector", points.rows() - counts.points);
  }
  if (!points.model_hash.empty() && points.model_hash != request.model.hash()) {
    log::warning("{} was encoded by another model than {}: their latent spaces differ", options.input.string(),
                 options.model.string());
  }
}

}  // namespace

void decode(const parallel::Communicator& communicator, const DecodeOptions& options) {
  std::optional<DecodeRequest> request;
  communicator.on_root([&] { check_output(options.output, {options.model, options.input}); });
  communicator.agree([&] { request.emplace(options); });
  communicator.on_root([&] { make_folder_of(options.output); });
  DecodedPoints mine;
  communicator.agree([&] {
    const latent::LatentPoints& points = request->points;
    mine = decode_points(request->model, decoding_settings(options.decoding), options.decoding.seed, points.values,
                         points.present, parallel::my_rows(points.rows(), latent::kBlockRows, communicator));
  });
  const DecodedPoints all{communicator.gather(mine.smiles), communicator.gather(mine.canonical),
                          communicator.gather(mine.findings), communicator.gather(mine.properties)};
  communicator.on_root([&] {
    write_table(options, *request, all);
    report(options, *request, all);
  });
}

}  // namespace epitaxy::app
