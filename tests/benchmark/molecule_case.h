#pragma once
/// \file
/// What the benchmarks of the molecule autoencoder share: the molecules of QM9 as token ids, the model, its arguments,
/// and files of raw weights that other programs read.
#include <fmt/format.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "chem/tokens.h"
#include "data/csv.h"
#include "linalg/cpu.h"
#include "models/molecule_vae/molecule_vae.h"
#include "parallel/communicator.h"
#include "parallel/environment.h"
#include "parallel/mpi.h"

namespace epitaxy::benchmark {

inline constexpr std::size_t kLength = 34;

/// `--name value` pairs.
class Arguments {
 public:
  Arguments(int argc, char** argv) {
    for (int i = 1; i + 1 < argc; i += 2) {
      values_[argv[i] + std::strspn(argv[i], "-")] = argv[i + 1];
    }
  }
  std::string text(const std::string& name, const std::string& fallback) const {
    return values_.contains(name) ? values_.at(name) : fallback;
  }
  double number(const std::string& name, double fallback) const {
    return values_.contains(name) ? std::stod(values_.at(name)) : fallback;
  }
  int integer(const std::string& name, int fallback) const {
    return values_.contains(name) ? std::stoi(values_.at(name)) : fallback;
  }
  /// `--precision float32|float32_split|bfloat16`
  nn::Arithmetic arithmetic() const {
    const std::string precision = text("precision", "bfloat16");
    if (precision == "bfloat16") {
      return {linalg::DataType::bfloat16, linalg::Backend::onednn};
    }
    check(precision == "float32" || precision == "float32_split", "the precision has one of these names");
    const bool split = precision == "float32_split";
    return {linalg::DataType::float32, split ? linalg::Backend::split : linalg::Backend::onednn};
  }

 private:
  std::map<std::string, std::string> values_;
};

/// SMILES of a CSV as rows of the model, one token per character.
struct Molecules {
  chem::TokenTable table;
  models::RowBlock rows;
  std::vector<float> standardized;  ///< [rows] a property, with mean 0 and deviation 1.
};

inline Molecules read_molecules(const std::filesystem::path& path, const std::string& property) {
  const auto csv = data::CsvTable::read(path);
  const std::size_t smiles = csv.column("smiles");
  const std::size_t target = csv.column(property);
  std::vector<std::string> texts;
  std::vector<double> values;
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    texts.emplace_back(csv.field(row, smiles));
    values.push_back(std::stod(std::string(csv.field(row, target))));
  }
  Molecules result{chem::TokenTable::of(chem::Tokenizer::characters, texts), {}, {}};
  const auto standardizer = models::Standardizer::fit(values);
  for (std::size_t row = 0; row < texts.size(); ++row) {
    const auto ids = result.table.encode(texts[row]);
    check(ids.size() < kLength, "molecules are shorter than the model's length");
    std::vector<models::TokenId> tokens(ids.begin(), ids.end());
    tokens.push_back(chem::TokenTable::end);
    result.rows.append(std::span<const models::TokenId>(tokens));
    result.standardized.push_back(static_cast<float>(standardizer.forward(values[row])));
  }
  return result;
}

inline models::MoleculeVaeSettings vae_settings(const chem::TokenTable& table) {
  models::MoleculeVaeSettings settings;
  settings.tokens = table.symbols().size() + 1;
  settings.length = kLength;
  settings.heads = {"gap_xtb"};
  return settings;
}

/// Writes NAME.json (characters, parameters with shapes and offsets) and NAME.f32 (all numbers).
inline void save_weights(const std::string& name, const chem::TokenTable& table, const nn::ParameterLayout& layout,
                         const float* weights) {
  nlohmann::ordered_json json{{"characters", table.symbols()}, {"parameters", nlohmann::ordered_json::array()}};
  for (const auto& p : layout.parameters()) {
    json["parameters"].push_back({{"name", p.name}, {"shape", p.shape}, {"offset", p.offset}});
  }
  std::ofstream(name + ".json") << json.dump(1) << '\n';
  std::ofstream(name + ".f32", std::ios::binary)
      .write(reinterpret_cast<const char*>(weights), static_cast<std::streamsize>(layout.size() * sizeof(float)));
}

/// All numbers of a raw file of float32.
inline std::vector<float> read_numbers(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) {
    fail_input("cannot read {}", path);
  }
  std::vector<float> numbers(static_cast<std::size_t>(file.tellg()) / sizeof(float));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(numbers.data()), static_cast<std::streamsize>(numbers.size() * sizeof(float)));
  return numbers;
}

inline chem::TokenTable read_table(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    fail_input("cannot read {}", path);
  }
  return {chem::Tokenizer::characters, nlohmann::json::parse(file).at("characters").get<std::vector<std::string>>()};
}

/// The `main` of a benchmark: errors end all ranks with a message.
template <typename Run>
int run_program(int argc, char** argv, const char* name, const Run& run) {
  const auto launch = parallel::launch_of(parallel::launch_variables());
  const parallel::Environment environment(launch, parallel::role_of(launch, "run"));
  linalg::set_up_kernels();
  try {
    run(Arguments(argc, argv));
  } catch (const std::exception& error) {
    std::cerr << name << ": " << error.what() << '\n';
    if (parallel::mpi::is_running()) {
      parallel::mpi::abort(1);
    }
    return 1;
  }
  return 0;
}

}  // namespace epitaxy::benchmark
