#pragma once
/// \file
/// What learns from some hundred to some ten thousand rows on one rank: settings, keys, training, file. Each learner is
/// a class in a file of its own (`ridge.cpp` is the shortest) and a line in `learners.cpp`.
#include <any>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "config/keys.h"
#include "learners/regressor.h"
#include "models/model_file.h"

namespace epitaxy::learners {

using StopQuestion = std::function<bool()>;

/// What a learner is trained on: columns that differ between rows, standardized labels.
struct TrainingTable {
  const std::vector<ColumnKind>& kinds;
  const Matrix& rows;
  std::vector<double> labels;
  std::uint64_t seed;
  std::vector<double> weights = {};  ///< [rows] how much each counts, 1 on average; empty: all the same.

  double weight(std::size_t row) const { return weights.empty() ? 1 : weights[row]; }
};

class Learner;

/// A pretrained model of texts.
struct StartModel {
  std::string file;
  std::shared_ptr<const models::ModelFile> model;  ///< Of one member.
};

/// The name of what learns nothing.
inline constexpr const char* kNone = "none";

/// A learner with all its settings. Without a learner nothing is learned: the prediction is 0.
struct Candidate {
  const Learner* learner = nullptr;
  std::any settings = {};
  bool two_part = false;  ///< Labels at the lowest value are told apart from those above it (learners/two_part.h).

  const char* name() const;
  /// See Learner::start.
  const StartModel* start() const;
  /// What may differ between the candidates of one learner, in words: `penalty 0.1, width 2`.
  std::string describe() const;
  /// Whether both are trained together faster than each by itself.
  bool has_common_work(const Candidate& other) const;
};

/// Indices of candidates, those together that are trained faster so.
std::vector<std::vector<std::size_t>> common_works(std::span<const Candidate> candidates);

class Learner {
 public:
  Learner() = default;
  virtual ~Learner() = default;
  Learner(const Learner&) = delete;
  Learner& operator=(const Learner&) = delete;

  /// In the input and in files.
  virtual const char* name() const = 0;
  /// Visits its keys. A list of values in the input multiplies the candidates.
  virtual std::vector<Candidate> candidates(config::Keys& k) const = 0;
  /// `settings` of a candidate.
  virtual std::string describe(const std::any& settings) const = 0;
  /// On one thread; the same input gives the same bits. Null when `stop` said so.
  virtual std::unique_ptr<Regressor> train(const std::any& settings, const TrainingTable& table,
                                           const StopQuestion& stop) const = 0;
  /// The same for several settings at once, with the same bits. Null each that was not trained when `stop` said so.
  virtual std::vector<std::unique_ptr<Regressor>> train_all(std::span<const std::any> settings,
                                                            const TrainingTable& table, const StopQuestion& stop) const;
  /// Whether `train_all` is faster for these two than `train` is for each.
  virtual bool have_common_work(const std::any& /*a*/, const std::any& /*b*/) const { return false; }
  /// Whether a trained one holds the features of its training rows.
  virtual bool keeps_rows() const { return false; }
  /// The pretrained model of texts that it goes on from; null: it reads columns alone.
  virtual const StartModel* start(const std::any& /*settings*/) const { return nullptr; }
  /// What `Regressor::write` of a trained one wrote.
  virtual std::unique_ptr<Regressor> read(const data::Hdf5File& file, const std::string& group) const = 0;
};

inline std::vector<std::unique_ptr<Regressor>> Learner::train_all(std::span<const std::any> settings,
                                                                  const TrainingTable& table,
                                                                  const StopQuestion& stop) const {
  std::vector<std::unique_ptr<Regressor>> result;
  for (const std::any& one : settings) {
    result.push_back(train(one, table, stop));
  }
  return result;
}

/// A learner whose settings are the struct S.
template <typename S>
class LearnerOf : public Learner {
 public:
  std::vector<Candidate> candidates(config::Keys& k) const final {
    std::vector<Candidate> result;
    for (const S& settings : read_settings(k)) {
      result.push_back({this, settings});
    }
    return result;
  }
  std::string describe(const std::any& settings) const final {
    return describe_settings(std::any_cast<const S&>(settings));
  }
  std::unique_ptr<Regressor> train(const std::any& settings, const TrainingTable& table,
                                   const StopQuestion& stop) const final {
    return train_with(std::any_cast<const S&>(settings), table, stop);
  }

 private:
  /// Visits the keys; see learners/candidate_keys.h.
  virtual std::vector<S> read_settings(config::Keys& k) const = 0;
  virtual std::string describe_settings(const S& settings) const = 0;
  virtual std::unique_ptr<Regressor> train_with(const S& settings, const TrainingTable& table,
                                                const StopQuestion& stop) const = 0;
};

inline const char* Candidate::name() const { return learner != nullptr ? learner->name() : kNone; }
inline const StartModel* Candidate::start() const { return learner != nullptr ? learner->start(settings) : nullptr; }
inline bool Candidate::has_common_work(const Candidate& other) const {
  return learner != nullptr && learner == other.learner && two_part == other.two_part &&
         learner->have_common_work(settings, other.settings);
}
inline std::string Candidate::describe() const {
  return learner == nullptr ? "" : learner->describe(settings) + (two_part ? ", two parts" : "");
}

}  // namespace epitaxy::learners
