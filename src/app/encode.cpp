#include "app/encode.h"

#include <algorithm>
#include <optional>

#include "app/input_columns.h"
#include "app/input_rows.h"
#include "app/output_columns.h"
#include "base/error.h"
#include "base/log.h"
#include "data/table_source.h"
#include "latent/encoder.h"
#include "latent/latent_model.h"
#include "latent/latent_points.h"
#include "train/run_files.h"

namespace epitaxy::app {

namespace {

/// What is read before anything is computed.
struct EncodeRequest {
  latent::LatentModel model;
  TextReader reader;
  data::CsvTable table;
  std::size_t column;
  bool hdf5;

  explicit EncodeRequest(const EncodeOptions& options)
      : model(options.model),
        reader(model.description(), options.model.string()),
        table(data::read_table(options.input)),
        column(text_column(options.input, table, options.column, model.description().preparation,
                           model.description().kind->substance().text_name())),
        hdf5(latent::is_hdf5(options.output)) {
    if (!hdf5) {
      for (std::size_t j = 0; j < model.latent(); ++j) {
        if (std::ranges::find(table.columns(), latent::latent_column(j)) != table.columns().end()) {
          fail_input("{}: has a column '{}' already; rename or remove it, or write HDF5", options.input.string(),
                     latent::latent_column(j));
        }
      }
    }
  }
};

void write_hdf5(const EncodeOptions& options, const EncodeRequest& request, const std::vector<RowNote>& notes,
                const latent::LatentVectors& latents) {
  latent::LatentFile file;
  file.latent = request.model.latent();
  file.model_hash = request.model.hash();
  for (std::size_t row = 0; row < notes.size(); ++row) {
    if (notes[row].readable) {
      const auto first = static_cast<std::ptrdiff_t>(row * file.latent);
      const auto last = first + static_cast<std::ptrdiff_t>(file.latent);
      file.mean.insert(file.mean.end(), latents.mean.begin() + first, latents.mean.begin() + last);
      file.log_variance.insert(file.log_variance.end(), latents.log_variance.begin() + first,
                               latents.log_variance.begin() + last);
      file.smiles.push_back(notes[row].text);
      file.row.push_back(static_cast<std::int64_t>(request.table.line(row)));
    }
  }
  latent::write_latent_file(options.output, file);
}

/// Nine digits give a float32 back, also when they are read as a double first.
std::string latent_number(float value) { return fmt::format("{:.9g}", value); }

void write_csv(const EncodeOptions& options, const EncodeRequest& request, const std::vector<RowNote>& notes,
               const latent::LatentVectors& latents) {
  const data::CsvTable& table = request.table;
  const std::size_t latent = request.model.latent();
  OutputColumns columns(table.columns());
  for (std::size_t j = 0; j < latent; ++j) {
    columns.add(latent::latent_column(j), "");
  }
  columns.add("warning", "_encoded");
  train::CsvWriter out(columns.names());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    std::vector<std::string> fields;
    for (std::size_t c = 0; c < table.columns().size(); ++c) {
      fields.emplace_back(table.field(row, c));
    }
    for (std::size_t j = 0; j < latent; ++j) {
      fields.push_back(notes[row].readable ? latent_number(latents.mean[row * latent + j]) : "");
    }
    fields.push_back(notes[row].told("encoded"));
    out.row(fields);
  }
  out.write(options.output);
}

void report(const EncodeOptions& options, const EncodeRequest& request, const std::vector<RowNote>& notes) {
  const auto readable = static_cast<std::size_t>(std::ranges::count_if(notes, &RowNote::readable));
  const auto doubtful = std::ranges::count_if(notes, [](const RowNote& n) { return n.readable && !n.warning.empty(); });
  log::info("{} of {} rows encoded into {}: {} latent numbers each", readable, notes.size(), options.output.string(),
            request.model.latent());
  if (readable < notes.size() || doubtful > 0) {
    log::warning("{} rows not encoded, {} hold {} that the model never saw{}", notes.size() - readable, doubtful,
                 request.model.description().kind->feature_name(),
                 unreadable_rows(request.table, request.column, notes));
  }
}

}  // namespace

void encode(const parallel::Communicator& communicator, const EncodeOptions& options) {
  std::optional<EncodeRequest> request;
  communicator.on_root([&] { check_output(options.output, {options.model, options.input}, true); });
  InputRows rows;
  communicator.agree([&] {
    request.emplace(options);
    rows = read_rows(communicator, request->table, request->column, request->reader);
  });
  communicator.on_root([&] { make_folder_of(options.output); });
  const std::vector<RowNote> notes = gather_notes(communicator, rows.notes);
  communicator.on_root([&] {
    check_readable(options.input, request->table, request->column, notes,
                   request->model.description().kind->substance().texts(), "encoded");
  });
  latent::LatentVectors mine;
  communicator.agree([&] { mine = latent::Encoder(request->model.network()).encode(rows.block); });
  const latent::LatentVectors all{communicator.gather(std::span<const float>(mine.mean)),
                                  communicator.gather(std::span<const float>(mine.log_variance))};
  communicator.on_root([&] {
    request->hdf5 ? write_hdf5(options, *request, notes, all) : write_csv(options, *request, notes, all);
    report(options, *request, notes);
  });
}

}  // namespace epitaxy::app
