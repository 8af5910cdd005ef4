#include "train/performance.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/log.h"
#include "base/table.h"

namespace epitaxy::train {

namespace {

struct Part {
  const char* name;
  const char* key;
  double TrainingTimes::*seconds;
};

constexpr Part kParts[] = {
    {"rows", "data", &TrainingTimes::data},
    {"packing weights", "weights", &TrainingTimes::weights},
    {"forward", "forward", &TrainingTimes::forward},
    {"backward", "backward", &TrainingTimes::backward},
    {"adding up", "adding", &TrainingTimes::adding},
    {"reduction, hidden", "reduction_hidden", &TrainingTimes::hidden},
    {"reduction, exposed", "reduction_exposed", &TrainingTimes::exposed},
    {"optimizer", "optimizer", &TrainingTimes::optimizer},
    {"validation", "validation", &TrainingTimes::validation},
    {"checkpoints", "checkpoint", &TrainingTimes::checkpoint},
};

double mean_of(const std::vector<TrainingTimes>& ranks, const auto& value) {
  double sum = 0;
  for (const TrainingTimes& times : ranks) {
    sum += value(times);
  }
  return sum / static_cast<double>(ranks.size());
}

double steps_seconds(const Performance& performance) {
  return mean_of(performance.ranks, [](const TrainingTimes& t) { return t.steps_seconds(); });
}

double mean_products(const Performance& performance) {
  return std::accumulate(performance.products.begin(), performance.products.end(), 0.0) /
         static_cast<double>(performance.products.size());
}

}  // namespace

double Performance::samples_per_second() const {
  const double rows = mean_of(ranks, [](const TrainingTimes& t) { return static_cast<double>(t.rows); });
  return rows * static_cast<double>(ranks.size()) / steps_seconds(*this);
}

double Performance::gflops() const {
  return mean_of(ranks, [](const TrainingTimes& t) { return t.flops; }) / steps_seconds(*this) * 1e-9;
}

Performance gather_performance(const parallel::Communicator& communicator, const TrainingTimes& times,
                               double products) {
  return {communicator.all_gather(times), communicator.all_gather(products)};
}

void log_performance(const Performance& performance) {
  const auto& ranks = performance.ranks;
  if (ranks.front().steps == 0) {
    return;
  }
  const double total =
      mean_of(ranks, [](const TrainingTimes& t) { return t.steps_seconds() + t.validation + t.checkpoint; });
  text::Table table({{"where the time went", text::Align::left, 22},
                     {"seconds a rank", text::Align::right, 15},
                     {"share", text::Align::right, 7},
                     {"least", text::Align::right, 7},
                     {"most", text::Align::right, 7}});
  for (const Part& part : kParts) {
    const double mean = mean_of(ranks, [&](const TrainingTimes& t) { return t.*part.seconds; });
    const auto [least, most] = std::ranges::minmax(ranks, {}, [&](const TrainingTimes& t) { return t.*part.seconds; });
    table.row({fmt::format("  {}", part.name), fmt::format("{:.2f}", mean), fmt::format("{:.1f}%", 100 * mean / total),
               fmt::format("{:.2f}", least.*part.seconds), fmt::format("{:.2f}", most.*part.seconds)});
  }
  log::lines(table.lines());
  const double steps = static_cast<double>(ranks.front().steps);
  log::info("{:.0f} samples/s; {:.2f} ms a step; {:.1f} MB a step sent to other nodes by each rank",
            performance.samples_per_second(), 1e3 * steps_seconds(performance) / steps,
            mean_of(ranks, [](const TrainingTimes& t) { return t.bytes; }) / steps * 1e-6);
  const double products = mean_products(performance);
  if (products > 0) {
    log::info(
        "{:.0f} GFLOP/s a rank, {:.0f} % of the {:.0f} GFLOP/s of its matrix products alone (measured at the start)",
        performance.gflops(), 100 * performance.gflops() / products, products);
  }
}

nlohmann::ordered_json to_json(const Performance& performance) {
  const auto& ranks = performance.ranks;
  const auto steps = ranks.front().steps;
  nlohmann::ordered_json json{{"ranks", ranks.size()}, {"steps", steps}};
  if (steps == 0) {
    return json;
  }
  json["samples_per_s"] = performance.samples_per_second();
  json["step_ms"] = 1e3 * steps_seconds(performance) / static_cast<double>(steps);
  json["gflops_per_rank"] = performance.gflops();
  json["products_gflops_per_rank"] = mean_products(performance);
  json["bytes_sent_per_step_and_rank"] =
      mean_of(ranks, [](const TrainingTimes& t) { return t.bytes; }) / static_cast<double>(steps);
  for (const Part& part : kParts) {
    for (const TrainingTimes& times : ranks) {
      json["seconds_by_rank"][part.key].push_back(times.*part.seconds);
    }
  }
  return json;
}

}  // namespace epitaxy::train
