#include "app/decode.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "app/input_rows.h"
#include "app/latent_model.h"
#include "app/latent_points.h"
#include "app/output_columns.h"
#include "base/error.h"
#include "base/log.h"
#include "base/random.h"
#include "chem/molecule_check.h"
#include "chem/spellings.h"
#include "models/molecule_vae/molecule_text.h"
#include "train/run_files.h"

namespace epitaxy::app {

namespace {

/// What is read before anything is computed.
struct Request {
  LatentModel model;
  LatentPoints points;

  explicit Request(const DecodeOptions& options)
      : model(options.model), points(read_points(options.input, model.latent())) {
    if (!(options.temperature > 0) || !std::isfinite(options.temperature)) {
      fail_input("--temperature {}: has to be above 0", options.temperature);
    }
  }
};

/// What a rank makes of its points.
struct Answers {
  std::vector<std::string> texts;  ///< SMILES, canonical SMILES and cause by decoded molecule, points in their order.
  std::vector<float> properties;   ///< [points, heads], standardized.
};

constexpr std::size_t kTexts = 3;

std::size_t molecules_by_point(const DecodeOptions& options) { return std::max<std::size_t>(1, options.samples); }

class PointDecoder {
 public:
  PointDecoder(const LatentModel& model, const LatentPoints& points, const DecodeOptions& options)
      : model_(model),
        points_(points),
        options_(options),
        text_(model.description()),
        executor_(model.executor()),
        latent_(kChunkRows * model.latent()),
        predictions_(kChunkRows * model.description().heads.size()),
        tokens_(molecules_by_point(options), std::vector<std::int32_t>(kChunkRows * model.description().vae.length)) {}

  Answers decode(RowRange range) {
    for (std::size_t first = range.first; first < range.last; first += kChunkRows) {
      decode_chunk(first, std::min(kChunkRows, range.last - first));
    }
    return std::move(answers_);
  }

 private:
  void decode_chunk(std::size_t first, std::size_t count) {
    const std::size_t size = model_.latent();
    const std::size_t heads = model_.description().heads.size();
    std::ranges::fill(latent_, 0.0f);
    std::copy_n(points_.values.data() + first * size, count * size, latent_.data());
    executor_->predict_latent(latent_.data(), predictions_.data());
    const auto predicted = predictions_.begin() + static_cast<std::ptrdiff_t>(count * heads);
    answers_.properties.insert(answers_.properties.end(), predictions_.begin(), predicted);
    for (std::size_t k = 0; k < tokens_.size(); ++k) {
      decode_tokens(first, k);
    }
    for (std::size_t i = 0; i < count; ++i) {
      for (const auto& tokens : tokens_) {
        judge(points_.present[first + i], tokens.data() + i * model_.description().vae.length);
      }
    }
  }

  void decode_tokens(std::size_t first, std::size_t attempt) {
    if (options_.beam > 0) {
      executor_->beam(latent_.data(), options_.beam, tokens_[attempt].data());
      return;
    }
    if (options_.samples == 0) {
      executor_->decode(latent_.data(), tokens_[attempt].data());
      return;
    }
    std::vector<RandomStream> streams;
    for (std::size_t i = 0; i < kChunkRows; ++i) {
      streams.emplace_back(options_.seed, Purpose::tokens, static_cast<std::uint32_t>(first + i),
                           static_cast<std::uint32_t>(attempt));
    }
    executor_->sample(latent_.data(), streams, options_.temperature, tokens_[attempt].data());
  }

  void judge(bool present, const std::int32_t* tokens) {
    if (!present) {
      answers_.texts.insert(answers_.texts.end(), {"", "", "no latent vector"});
      return;
    }
    std::string smiles = chem::smiles_from(model_.description().representation, text_.decode(tokens));
    chem::MoleculeCheck check = chem::check_smiles(smiles);
    answers_.texts.push_back(std::move(smiles));
    answers_.texts.push_back(std::move(check.canonical));
    answers_.texts.emplace_back(check.valid() ? "" : chem::name_of(check.cause));
  }

  const LatentModel& model_;
  const LatentPoints& points_;
  const DecodeOptions& options_;
  models::MoleculeText text_;
  std::unique_ptr<models::MoleculeVaeExecutor> executor_;
  std::vector<float> latent_;
  std::vector<float> predictions_;
  std::vector<std::vector<std::int32_t>> tokens_;  ///< By molecule of a point: [kChunkRows, length].
  Answers answers_;
};

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

void write_table(const DecodeOptions& options, const Request& request, const Answers& answers) {
  const LatentPoints& points = request.points;
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
  for (std::size_t row = 0; row < points.rows(); ++row) {
    const auto own = points.fields.begin() + static_cast<std::ptrdiff_t>(row * points.columns.size());
    const auto predicted =
        property_fields(description, answers.properties.data() + row * heads.size(), points.present[row]);
    for (std::size_t k = 0; k < molecules_by_point(options); ++k, text += kTexts) {
      std::vector<std::string> fields(own, own + static_cast<std::ptrdiff_t>(points.columns.size()));
      if (options.samples > 0) {
        fields.push_back(std::to_string(k + 1));
      }
      fields.insert(fields.end(), {text[0], text[1], text[2].empty() ? "1" : "0", text[2]});
      fields.insert(fields.end(), predicted.begin(), predicted.end());
      out.row(fields);
    }
  }
  out.write(options.output);
  log_units(description, heads, properties);
}

void report(const DecodeOptions& options, const Request& request, const Answers& answers) {
  const LatentPoints& points = request.points;
  std::set<std::string> distinct;
  std::size_t valid = 0;
  for (std::size_t i = 0; i < answers.texts.size(); i += kTexts) {
    if (answers.texts[i + 2].empty()) {
      ++valid;
      distinct.insert(answers.texts[i + 1]);
    }
  }
  const auto present = static_cast<std::size_t>(std::ranges::count(points.present, true));
  const std::size_t decoded = present * molecules_by_point(options);
  log::info("{} points decoded into {}: {} molecules, {} of them valid ({:.2f} %), {} different", present,
            options.output.string(), decoded, valid, 100.0 * static_cast<double>(valid) / static_cast<double>(decoded),
            distinct.size());
  if (present < points.rows()) {
    log::warning("{} rows have no latent vector", points.rows() - present);
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
    PointDecoder decoder(request->model, request->points, options);
    mine = decoder.decode(my_rows(request->points.rows(), communicator));
  });
  const std::size_t heads = request->model.description().heads.size();
  const Answers all{gather_lists(communicator, mine.texts),
                    gather_rows(communicator, mine.properties, request->points.rows(), heads)};
  communicator.on_root([&] {
    write_table(options, *request, all);
    report(options, *request, all);
  });
}

}  // namespace epitaxy::app
