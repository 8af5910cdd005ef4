#include "app/decode.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "app/input_rows.h"
#include "app/output_columns.h"
#include "base/error.h"
#include "base/log.h"
#include "latent/counts.h"
#include "latent/decoder.h"
#include "latent/latent_model.h"
#include "latent/latent_points.h"
#include "train/run_files.h"

namespace epitaxy::app {

namespace {

/// What is read before anything is computed.
struct Request {
  latent::LatentModel model;
  latent::LatentPoints points;

  explicit Request(const DecodeOptions& options)
      : model(options.model), points(latent::read_points(options.input, model.latent())) {
    if (!(options.temperature > 0) || !std::isfinite(options.temperature)) {
      fail_input("--temperature {}: has to be above 0", options.temperature);
    }
  }
};

latent::DecodingSettings decoding_of(const DecodeOptions& options) {
  if (options.beam > 0) {
    return {.kind = latent::DecodingKind::beam, .width = options.beam};
  }
  if (options.samples > 0) {
    return {.kind = latent::DecodingKind::sampled, .attempts = options.samples, .temperature = options.temperature};
  }
  return {};
}

/// By decoded molecule, points in their order; nothing is said of points that are absent.
struct Answers {
  std::vector<std::string> texts;  ///< SMILES and canonical SMILES of each.
  std::vector<latent::Finding> findings;
  std::vector<float> properties;  ///< [points, heads], standardized.
};

constexpr std::size_t kTexts = 2;

std::size_t molecules_by_point(const DecodeOptions& options) { return std::max<std::size_t>(1, options.samples); }

/// Of a rank's points.
Answers decode_points(const Request& request, const DecodeOptions& options, parallel::RowRange range) {
  latent::Decoder decoder(request.model.network(), decoding_of(options));
  latent::Judge judge(request.model.description().representation);
  const std::size_t size = request.model.latent();
  Answers answers;
  for (std::size_t first = range.first; first < range.last; first += decoder.network().rows()) {
    const std::size_t count = std::min(decoder.network().rows(), range.last - first);
    const auto points = std::span(request.points.values).subspan(first * size, count * size);
    const std::vector<float> predicted = decoder.predict(points);
    answers.properties.insert(answers.properties.end(), predicted.begin(), predicted.end());
    decoder.decode(points, [&](std::size_t row, std::size_t attempt) {
      return RandomStream(options.seed, Purpose::tokens, static_cast<std::uint32_t>(first + row),
                          static_cast<std::uint32_t>(attempt));
    });
    judge.forget();
    for (std::size_t i = 0; i < count * decoder.attempts(); ++i) {
      const std::size_t row = i / decoder.attempts();
      const bool present = request.points.present[first + row];
      const latent::Verdict verdict =
          present ? judge.judge(decoder.text(row, i % decoder.attempts())) : latent::Verdict{};
      answers.texts.insert(answers.texts.end(), {verdict.smiles, verdict.canonical});
      answers.findings.push_back(verdict);
    }
  }
  return answers;
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

std::string cause_of(const latent::Finding& finding) { return finding.valid() ? "" : chem::name_of(finding.cause); }

void write_table(const DecodeOptions& options, const Request& request, const Answers& answers) {
  const latent::LatentPoints& points = request.points;
  const auto& description = request.model.description();
  const auto heads = choose_heads(description, "");
  OutputColumns columns(points.columns);
  if (options.samples > 0) {
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
  const std::string* text = answers.texts.data();
  const latent::Finding* finding = answers.findings.data();
  for (std::size_t row = 0; row < points.rows(); ++row) {
    const auto own = points.fields.begin() + static_cast<std::ptrdiff_t>(row * points.columns.size());
    const auto predicted =
        property_fields(description, answers.properties.data() + row * heads.size(), points.present[row]);
    for (std::size_t k = 0; k < molecules_by_point(options); ++k, text += kTexts, ++finding) {
      std::vector<std::string> fields(own, own + static_cast<std::ptrdiff_t>(points.columns.size()));
      if (options.samples > 0) {
        fields.push_back(std::to_string(k + 1));
      }
      fields.insert(fields.end(), {text[0], text[1], finding->valid() ? "1" : "0",
                                   points.present[row] ? cause_of(*finding) : "no latent vector"});
      fields.insert(fields.end(), predicted.begin(), predicted.end());
      out.row(fields);
    }
  }
  out.write(options.output);
  log_units(description, heads, properties);
}

void report(const DecodeOptions& options, const Request& request, const Answers& answers) {
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
  std::optional<Request> request;
  communicator.agree([&] { request.emplace(options); });
  communicator.on_root([&] { make_folder_of(options.output); });
  Answers mine;
  communicator.agree([&] {
    mine =
        decode_points(*request, options, parallel::my_rows(request->points.rows(), latent::kBlockRows, communicator));
  });
  const Answers all{communicator.gather(std::span<const std::string>(mine.texts)),
                    communicator.gather(std::span<const latent::Finding>(mine.findings)),
                    communicator.gather(std::span<const float>(mine.properties))};
  communicator.on_root([&] {
    write_table(options, *request, all);
    report(options, *request, all);
  });
}

}  // namespace epitaxy::app
