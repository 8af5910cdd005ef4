#include "sampling/map/map_output.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/error.h"
#include "base/log.h"
#include "base/table.h"
#include "data/hdf5.h"
#include "train/run_files.h"

namespace epitaxy::sampling {

using Json = nlohmann::ordered_json;

namespace {

/// From nothing to all.
constexpr std::string_view kShades = ".:-=+*#%@";
constexpr std::size_t kPictureWidth = 40;

struct Column {
  const char* name;
  std::int64_t MapCell::*value;
};

constexpr Column kColumns[] = {{"points", &MapCell::points},
                               {"decodes", &MapCell::decodes},
                               {"rdkit_valid", &MapCell::rdkit_valid},
                               {"valid", &MapCell::valid},
                               {"unique", &MapCell::unique},
                               {"novel", &MapCell::novel},
                               {"training_molecules", &MapCell::molecules}};

std::string property_name(const models::Head& head) { return head.name + "_" + train::unit_suffix(head.unit); }

void write_hdf5(const std::filesystem::path& path, const LatentMap& map, std::span<const float> latent) {
  const std::size_t cells = map.cells();
  data::Hdf5File file(path, data::Hdf5File::Mode::create);
  file.write_attribute("/", "format", std::string("epitaxy map"));
  file.write_attribute("/", "format_version", std::int64_t{1});
  file.write_attribute("/", "training_molecules_outside", map.molecules_outside());
  for (const Column& column : kColumns) {
    std::vector<std::int64_t> values;
    std::ranges::transform(map.values(), std::back_inserter(values), column.value);
    file.write(std::string("/") + column.name, values, cells);
  }
  for (std::size_t h = 0; h < map.heads().size(); ++h) {
    std::vector<double> values;
    for (std::size_t cell = 0; cell < cells * cells; ++cell) {
      values.push_back(map.property(cell, h));
    }
    const std::string name = "/properties/" + map.heads()[h].name;
    file.write(name, values, cells);
    file.write_attribute(name, "unit", map.heads()[h].unit);
  }
  file.write("/unit", cell_centers(cells), 2);
  file.write("/latent", latent.data(), cells * cells, latent.size() / (cells * cells));
  file.close();
}

void write_csv(const std::filesystem::path& path, const LatentMap& map, std::span<const float> latent) {
  const std::size_t cells = map.cells();
  std::vector<std::string> columns{"i", "j", "unit_1", "unit_2"};
  // Of a plane through a larger space map.h5 alone has the latent vectors.
  const bool two_dimensional = latent.size() == 2 * cells * cells;
  if (two_dimensional) {
    columns.insert(columns.end(), {"latent_1", "latent_2"});
  }
  std::ranges::transform(kColumns, std::back_inserter(columns), &Column::name);
  columns.emplace_back("valid_share");
  std::ranges::transform(map.heads(), std::back_inserter(columns), property_name);
  train::CsvWriter csv(columns);
  const std::vector<double> centers = cell_centers(cells);
  for (std::size_t cell = 0; cell < cells * cells; ++cell) {
    const MapCell& values = map.values()[cell];
    std::vector<std::string> row{std::to_string(cell % cells), std::to_string(cell / cells),
                                 train::csv_number(centers[2 * cell]), train::csv_number(centers[2 * cell + 1])};
    for (std::size_t k = 0; two_dimensional && k < 2; ++k) {
      row.push_back(fmt::format("{}", latent[2 * cell + k]));
    }
    for (const Column& column : kColumns) {
      row.push_back(std::to_string(values.*column.value));
    }
    row.push_back(train::csv_number(values.valid_share()));
    for (std::size_t h = 0; h < map.heads().size(); ++h) {
      row.push_back(train::csv_number(map.property(cell, h)));
    }
    csv.row(row);
  }
  csv.write(path);
}

/// Sums of neighboring cells, [height, width], the second direction downward.
struct CoarseMap {
  std::size_t width = 0;
  std::size_t height = 0;
  std::vector<MapCell> cells;
};

/// Characters are about twice as high as wide.
CoarseMap make_coarse(const LatentMap& map) {
  const std::size_t fine = map.cells();
  CoarseMap coarse;
  coarse.width = std::min(fine, kPictureWidth);
  coarse.height = std::max<std::size_t>(1, coarse.width / 2);
  coarse.cells.resize(coarse.width * coarse.height);
  for (std::size_t cell = 0; cell < fine * fine; ++cell) {
    const std::size_t x = cell % fine * coarse.width / fine;
    const std::size_t y = cell / fine * coarse.height / fine;
    MapCell& sum = coarse.cells[(coarse.height - 1 - y) * coarse.width + x];
    sum.decodes += map.values()[cell].decodes;
    sum.valid += map.values()[cell].valid;
    sum.molecules += map.values()[cell].molecules;
  }
  return coarse;
}

char shade(double share) {
  const auto last = static_cast<double>(kShades.size() - 1);
  return kShades[static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * last))];
}

Json share(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? Json(static_cast<double>(part) / static_cast<double>(whole)) : Json(nullptr);
}

MapCell total(const LatentMap& map) {
  MapCell sum;
  for (const MapCell& cell : map.values()) {
    sum.decodes += cell.decodes;
    sum.molecules += cell.molecules;
  }
  return sum;
}

}  // namespace

std::vector<double> cell_centers(std::size_t cells) {
  std::vector<double> centers;
  const auto middle = [&](std::size_t i) { return (static_cast<double>(i) + 0.5) / static_cast<double>(cells); };
  for (std::size_t cell = 0; cell < cells * cells; ++cell) {
    centers.push_back(middle(cell % cells));
    centers.push_back(middle(cell / cells));
  }
  return centers;
}

void write_map(const std::filesystem::path& folder, const LatentMap& map, std::span<const float> latent) {
  check(!latent.empty() && latent.size() % map.values().size() == 0, "a latent vector for each cell");
  write_hdf5(folder / "map.h5", map, latent);
  write_csv(folder / "map.csv", map, latent);
}

Json to_json(const LatentMap& map) {
  const double correlation = density_correlation(map);
  const MapCell sum = total(map);
  Json json{{"cells", map.cells()},
            {"decodes", sum.decodes},
            {"training_molecules", sum.molecules},
            {"training_molecules_outside", map.molecules_outside()},
            {"valid_against_density_rank_correlation", std::isfinite(correlation) ? Json(correlation) : Json(nullptr)}};
  for (const DensityGroup& group : density_groups(map)) {
    json["by_density"].push_back({{"training_molecules_per_cell_least", group.least},
                                  {"training_molecules_per_cell_most", group.most},
                                  {"cells", group.cells},
                                  {"decodes", group.sum.decodes},
                                  {"valid", share(group.sum.valid, group.sum.decodes)},
                                  {"rdkit_valid", share(group.sum.rdkit_valid, group.sum.decodes)}});
  }
  return json;
}

std::vector<std::string> draw_map(const LatentMap& map) {
  const CoarseMap coarse = make_coarse(map);
  const auto most = static_cast<double>(std::ranges::max(coarse.cells, {}, &MapCell::molecules).molecules);
  std::vector<std::string> lines;
  for (std::size_t y = 0; y < coarse.height; ++y) {
    std::string valid;
    std::string density;
    for (std::size_t x = 0; x < coarse.width; ++x) {
      const MapCell& cell = coarse.cells[y * coarse.width + x];
      valid += cell.decodes > 0 ? shade(cell.valid_share()) : ' ';
      // The square root shows where few molecules are, too.
      density += cell.molecules > 0 ? shade(std::sqrt(static_cast<double>(cell.molecules) / most)) : ' ';
    }
    lines.push_back("|" + valid + "|  |" + density + "|");
  }
  return lines;
}

void log_map(const LatentMap& map) {
  const std::vector<std::string> lines = draw_map(map);
  log::info("map of {} x {} cells; share of valid decodes from 0 ({}) to 1 ({}), and density of the training molecules",
            map.cells(), map.cells(), kShades.front(), kShades.back());
  std::ranges::for_each(lines, [](const std::string& line) { log::line(line); });
  text::Table table({{"training molecules in a cell"},
                     {"cells", text::Align::right, 8},
                     {"decodes", text::Align::right, 10},
                     {"valid", text::Align::right, 8}},
                    2);
  for (const DensityGroup& group : density_groups(map)) {
    table.row({fmt::format("{} to {}", group.least, group.most), fmt::format("{}", group.cells),
               fmt::format("{}", group.sum.decodes), fmt::format("{:.2f} %", 100 * group.sum.valid_share())});
  }
  log::lines(table.lines());
  log::info("  rank correlation of the two over the cells: {:.3f}; {} training molecules lie beside the map",
            density_correlation(map), map.molecules_outside());
}

}  // namespace epitaxy::sampling
