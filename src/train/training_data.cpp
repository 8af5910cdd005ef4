#include "epitaxy/train/training_data.h"

#include <algorithm>
#include <cmath>

#include "epitaxy/base/error.h"
#include "epitaxy/base/random.h"
#include "epitaxy/data/split.h"

namespace epitaxy::train {

TrainingData::TrainingData(const std::vector<Source>& sources, const SplitSettings& split,
                           const std::set<std::string>& excluded)
    : sources_(sources) {
  for (const Source& source : sources_) {
    indexes_.push_back(data::read_index(source.file));
    indexes_.back().target(source.target);
    if (indexes_.back().feature_names != indexes_.front().feature_names) {
      fail_input("{} and {} have different features: import both with the same version", sources_.front().file,
                 source.file);
    }
  }
  for (std::uint32_t s = 0; s < sources_.size(); ++s) {
    const auto& index = indexes_[s];
    const auto& values = target(s).values;
    for (std::uint32_t row = 0; row < index.rows; ++row) {
      if (std::isnan(values[row])) {
        continue;
      }
      if (excluded.contains(index.groups[row])) {
        ++excluded_;
        continue;
      }
      const double position = data::group_position(split.seed, index.groups[row]);
      const RowReference reference{s, row};
      if (position < split.test_fraction) {
        test_.push_back(reference);
      } else if (!in_range(reference)) {
        ++out_of_range_;
      } else if (position < split.test_fraction + split.validation_fraction) {
        validation_.push_back(reference);
      } else {
        train_.push_back(reference);
      }
    }
  }
  if (train_.empty()) {
    fail_input("no training rows are left: check 'exclude', the ranges and the split fractions");
  }
}

bool TrainingData::in_range(RowReference row) const {
  const double value = label(row);
  return sources_[row.source].low <= value && value <= sources_[row.source].high;
}

std::vector<models::Head> TrainingData::heads() const {
  std::vector<std::vector<double>> labels(sources_.size());
  for (const RowReference row : train_) {
    labels[row.source].push_back(label(row));
  }
  std::vector<models::Head> heads;
  for (std::size_t s = 0; s < sources_.size(); ++s) {
    if (labels[s].empty()) {
      fail_input("no training rows are left of {} (head '{}')", sources_[s].file, sources_[s].head);
    }
    heads.push_back({sources_[s].head, target(s).name, target(s).unit, models::Standardizer::fit(labels[s])});
  }
  return heads;
}

std::map<std::string, std::string> TrainingData::fingerprints() const {
  std::map<std::string, std::string> result;
  for (std::size_t s = 0; s < sources_.size(); ++s) {
    result[sources_[s].file] = indexes_[s].fingerprint;
  }
  return result;
}

std::vector<RowReference> TrainingData::shard(int shard, int shards, std::uint64_t seed) const {
  std::vector<std::uint32_t> order(train_.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  RandomStream(seed, Purpose::shards).shuffle(std::span(order));
  std::vector<RowReference> rows;
  for (auto i = static_cast<std::size_t>(shard); i < order.size(); i += static_cast<std::size_t>(shards)) {
    rows.push_back(train_[order[i]]);
  }
  return rows;
}

Rows TrainingData::load(const std::vector<RowReference>& rows, const std::vector<models::Head>& heads) const {
  const std::size_t features = indexes_.front().feature_names.size();
  Rows result{rows.size(), features, heads.size(), {}, {}};
  result.features.resize(rows.size() * features);
  result.targets.assign(rows.size() * heads.size(), std::numeric_limits<float>::quiet_NaN());
  for (std::uint32_t s = 0; s < sources_.size(); ++s) {
    std::vector<std::size_t> places;
    std::vector<std::size_t> wanted;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].source == s) {
        places.push_back(i);
        wanted.push_back(rows[i].row);
      }
    }
    const std::vector<float> read = data::read_features(indexes_[s], wanted);
    for (std::size_t i = 0; i < places.size(); ++i) {
      std::copy_n(read.data() + i * features, features, result.features.data() + places[i] * features);
      const double standardized = heads[s].standardizer.forward(target(s).values[wanted[i]]);
      result.targets[places[i] * heads.size() + s] = static_cast<float>(standardized);
    }
  }
  return result;
}

}  // namespace epitaxy::train
