#include "train/pretrain.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/text.h"
#include "linalg/cpu.h"
#include "models/model_file.h"
#include "train/evaluation.h"
#include "train/pretrain_summary.h"

namespace epitaxy::train {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// A pretraining from its data to its results.
class Pretraining {
 public:
  /// Reads this rank's part of the data; `prepare` then makes the model on all ranks.
  Pretraining(const parallel::Communicator& communicator, const PretrainSettings& settings);
  void prepare();

  void describe() const;
  void estimate();
  bool run(const fs::path& folder, parallel::StopHandler& stop);

 private:
  Pretraining(const parallel::Communicator& communicator, const PretrainSettings& settings, const Excluded& excluded);
  models::RowSums sums_of_shards() const;
  void check_choice() const;
  std::string rows_by_class(std::size_t h) const;
  void make_trainer();
  bool resume();
  Outcome outcome_of_complete() const;
  void save(bool complete);
  TrainingHooks hooks(parallel::StopHandler& stop, EpochTable* table, log::Progress& progress);
  void report_epoch(const EpochReport& report, EpochTable* table) const;
  void write_results(Outcome outcome);

  parallel::Communicator communicator_;
  PretrainSettings settings_;
  TrainingData data_;
  data::KnownGroups trained_on_;
  std::unique_ptr<models::Model> model_;
  std::vector<Rows> shards_;
  std::unique_ptr<Trainer> trainer_;
  std::unique_ptr<Validation> validation_;
  Performance performance_;
  bool complete_ = false;  ///< The checkpoint is that of a training that has ended.
  fs::path folder_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_checkpoint_ = Clock::now();
};

Pretraining::Pretraining(const parallel::Communicator& communicator, const PretrainSettings& settings)
    : Pretraining(communicator, settings, read_exclusions(settings.exclusions, *settings.model.kind)) {}

Pretraining::Pretraining(const parallel::Communicator& communicator, const PretrainSettings& settings,
                         const Excluded& excluded)
    : communicator_(communicator),
      settings_(settings),
      data_(settings.sources, settings.split, excluded.groups, settings.model) {
  for (const auto& [file, preparation] : excluded.preparations) {
    data_.check_rules(file, preparation);
  }
  const int shards = settings.training.shards;
  if (communicator.size() > shards) {
    fail_input(
        "{} ranks but only {} gradient shards: start at most {} ranks, or a new run with more "
        "'training.shards'",
        communicator.size(), shards, shards);
  }
  check_choice();
  trained_on_ = data_.trained_on();
  if (data_.smallest_shard(shards) == 0) {
    fail_input("{} training rows are too few for {} gradient shards", data_.train().size(), shards);
  }
  const TrainingSettings& t = settings_.training;
  const auto mine = parallel::shards_of_rank(t.shards, communicator_.rank(), communicator_.size());
  for (int shard = mine.first; shard < mine.last; ++shard) {
    shards_.push_back(data_.load_for_training(data_.shard(shard, t.shards, t.seed)));
  }
}

/// Nothing is chosen by a figure that does not exist.
void Pretraining::check_choice() const {
  const auto& heads = data_.description().heads;
  const std::string& choice = settings_.choose_by;
  std::vector<std::string> without;
  for (std::size_t h = 0; h < heads.size(); ++h) {
    const auto counts = [&](RowReference row) { return !std::isnan(data_.label(row, h)) && data_.in_range(row, h); };
    if (std::ranges::none_of(data_.validation(), counts)) {
      without.push_back(heads[h].name);
    }
  }
  if (data_.validation().empty() || without.empty() || (choice != "mean" && !std::ranges::count(without, choice))) {
    return;
  }
  if (choice != "mean" || without.size() == heads.size()) {
    fail_input(
        "'choose_by: {}': no validation row has a label in range of the head {}: raise 'validation.fraction', name "
        "another validation file, or choose by 'last'{}",
        choice, text::join(without, ", "), heads.size() > 1 ? " or another head" : "");
  }
  log::warning("no validation row has a label in range of the head {}: 'choose_by: mean' goes by the others",
               text::join(without, ", "));
}

void Pretraining::prepare() {
  models::ModelDescription description = data_.description();
  description.kind->complete(description, sums_of_shards());
  model_ = models::make_model(description);
}

/// In the order of the shards, so that the ranks do not matter.
models::RowSums Pretraining::sums_of_shards() const {
  std::vector<std::int64_t> seen;
  std::vector<double> numbers;
  for (const Rows& rows : shards_) {
    const models::RowSums sums = data_.reader().sums(rows.block);
    seen.insert(seen.end(), sums.seen.begin(), sums.seen.end());
    numbers.insert(numbers.end(), sums.numbers.begin(), sums.numbers.end());
  }
  const auto add_shards = [&]<typename T>(const std::vector<T>& all) {
    const std::size_t width = all.size() / static_cast<std::size_t>(settings_.training.shards);
    std::vector<T> total(width, T{0});
    for (std::size_t i = 0; i < all.size(); ++i) {
      total[i % width] += all[i];
    }
    return total;
  };
  return {add_shards(communicator_.all_gather(std::span<const std::int64_t>(seen))),
          add_shards(communicator_.all_gather(std::span<const double>(numbers)))};
}

void Pretraining::make_trainer() {
  const TrainingSettings& t = settings_.training;
  trainer_ = std::make_unique<Trainer>(communicator_, *model_, t, std::move(shards_), data_.smallest_shard(t.shards));
  linalg::Buffer<float> weights(trainer_->size());
  model_->layout().initialize(weights.data(), t.seed);
  trainer_->set_weights(weights.data());
}

/// `20 no, 35 yes`
std::string Pretraining::rows_by_class(std::size_t h) const {
  const models::Head& head = data_.description().heads[h];
  std::vector<std::size_t> counts(head.classes.size(), 0);
  for (const RowReference row : data_.train()) {
    if (const double label = data_.label(row, h); !std::isnan(label)) {
      ++counts[static_cast<std::size_t>(label)];
    }
  }
  std::vector<std::string> parts;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    parts.push_back(fmt::format("{} {}", counts[c], head.classes[c]));
    if (counts[c] == 0) {
      log::warning("no training row of the head {} is of the class {}: it cannot be learned", head.name,
                   head.classes[c]);
    }
  }
  return text::join(parts, ", ");
}

void Pretraining::describe() const {
  const auto& d = model_->description();
  const auto optional = [](std::size_t count, const char* what) {
    return count > 0 ? fmt::format("; {} {}", count, what) : std::string();
  };
  log::info("data: {} training rows, {} validation, {} test{}{}{}", data_.train().size(), data_.validation().size(),
            data_.test().size(), optional(data_.excluded(), "excluded"),
            optional(data_.out_of_range(), "labels out of range"),
            optional(data_.unreadable() + data_.unreadable_validation(), "that the model cannot read"));
  for (std::size_t h = 0; h < d.heads.size(); ++h) {
    const models::Head& head = d.heads[h];
    log::info("  head {}: {}, {} labels, {}", head.name, head.target, data_.labels(h),
              head.classes.empty() ? fmt::format("mean {:.4f}, standard deviation {:.4f} {}", head.standardizer.mean,
                                                 head.standardizer.scale, head.unit)
                                   : rows_by_class(h));
  }
  if (const std::string summary = d.kind->summary(d); !summary.empty()) {
    log::info("{}", summary);
  }
  const auto& t = settings_.training;
  const std::size_t steps = std::max<std::size_t>(1, data_.smallest_shard(t.shards) / t.shard_rows());
  log::info("model: {} with {} parameters, {} on a CPU with {}", d.kind->name(), model_->layout().weight_count(),
            train::describe(t.arithmetic), linalg::cpu_features());
  log::info("training: {} epochs of {} steps, batch {} in {} shards on {} rank{}", t.epochs, steps, t.batch, t.shards,
            communicator_.size(), communicator_.size() == 1 ? "" : "s");
}

void Pretraining::estimate() {
  double bytes = 0;
  for (const Rows& rows : shards_) {
    bytes += static_cast<double>(rows.block.bytes() + sizeof(float) * rows.targets.size());
  }
  const auto weights = static_cast<double>(model_->layout().size()) * 4;
  const auto mine = parallel::shards_of_rank(settings_.training.shards, communicator_.rank(), communicator_.size());
  const auto sums = static_cast<double>(parallel::maximal_subtrees(settings_.training.shards, mine).size());
  // Weights, sums over subtrees and inside them, a slice of two moments and of the total, packed weights.
  const bool half = settings_.training.arithmetic.type == linalg::DataType::bfloat16;
  const double buffers = 1 + sums + std::ceil(std::log2(mine.count())) + 3.0 / communicator_.size() + (half ? 1 : 2);
  const std::size_t activations = 8 * model_->activations() * settings_.training.shard_rows();
  log::info("memory per rank: about {:.0f} MB (rows {:.0f}, weights and gradients {:.0f}, activations {:.0f})",
            (bytes + buffers * weights + static_cast<double>(activations)) * 1e-6, bytes * 1e-6,
            buffers * weights * 1e-6, static_cast<double>(activations) * 1e-6);
  settings_.training.epochs = 1;
  const int wanted_epochs = static_cast<int>(std::lround(settings_.training.schedule.epochs));
  make_trainer();
  TrainingHooks trial;
  std::int64_t steps = 0;
  auto start = Clock::now();
  trial.stop_requested = [&] { return seconds_since(start) > 2.0 && steps >= 3; };
  trial.progress = [&](std::int64_t, std::int64_t) {
    if (++steps == 1) {
      start = Clock::now();  // the first step also warms up
    }
  };
  trainer_->run(trial);
  if (steps > 1) {
    const double step = seconds_since(start) / static_cast<double>(steps - 1);
    log::info("time: about {} ({} epochs of {} steps of {:.0f} ms on {} ranks)",
              text::duration(step * static_cast<double>(trainer_->steps_per_epoch()) * wanted_epochs), wanted_epochs,
              trainer_->steps_per_epoch(), step * 1e3, communicator_.size());
  }
}

bool Pretraining::resume() {
  std::optional<Checkpoint> checkpoint;
  communicator_.on_root([&] {
    checkpoint = find_checkpoint(folder_);
    if (checkpoint) {
      check_same_run(*checkpoint, settings_.signature, data_.fingerprints(), folder_);
      if (checkpoint->description.to_json() != model_->description().to_json()) {
        fail_input("the checkpoint in {} is of another model. Use another --output, or --fresh to throw it away",
                   folder_.string());
      }
    }
  });
  if (!communicator_.broadcast(checkpoint.has_value())) {
    return false;
  }
  linalg::Buffer<float> weights = checkpoint ? checkpoint->weights : linalg::Buffer<float>(trainer_->size());
  communicator_.broadcast(std::span(weights));
  trainer_->set_weights(weights.data());
  trainer_->scatter_optimizer(checkpoint ? checkpoint->optimizer : std::map<std::string, linalg::Buffer<float>>{});
  const TrainingState state = communicator_.broadcast(checkpoint ? checkpoint->state : TrainingState{});
  trainer_->state() = state;
  complete_ = communicator_.broadcast(checkpoint && checkpoint->complete);
  if (complete_) {
    log::info("the training in {} is complete after {} epochs", folder_.string(), state.epoch);
  } else {
    log::info("resuming {} at epoch {} of {}, step {} of {}", folder_.string(), state.epoch + 1,
              settings_.training.epochs, state.step, trainer_->steps_per_epoch());
  }
  return true;
}

Outcome Pretraining::outcome_of_complete() const {
  return trainer_->state().epoch < settings_.training.epochs ? Outcome::stopped_early : Outcome::finished;
}

void Pretraining::save(bool complete) {
  auto optimizer = trainer_->gather_optimizer();
  bool written = true;
  const auto write = [&] {
    Checkpoint checkpoint;
    checkpoint.description = model_->description();
    checkpoint.weights = linalg::Buffer<float>(trainer_->size());
    std::copy_n(trainer_->weights(), trainer_->size(), checkpoint.weights.data());
    checkpoint.optimizer = std::move(optimizer);
    checkpoint.state = trainer_->state();
    checkpoint.signature = settings_.signature;
    checkpoint.fingerprints = data_.fingerprints();
    checkpoint.complete = complete;
    checkpoint.provenance = models::provenance();
    checkpoint.trained_on = trained_on_;
    write_checkpoint(folder_, checkpoint);
  };
  try {
    communicator_.on_root(write);
  } catch (const Error& error) {
    written = false;
    if (complete) {
      throw;
    }
    log::warning("{}; the run goes on, the last checkpoint is the one before", error.what());
  }
  last_checkpoint_ = Clock::now();
  if (written && !complete) {
    log::info("checkpoint at epoch {}, step {}", trainer_->state().epoch + 1, trainer_->state().step);
  }
}

TrainingHooks Pretraining::hooks(parallel::StopHandler& stop, EpochTable* table, log::Progress& progress) {
  TrainingHooks h;
  h.stop_requested = [&stop] { return stop.requested(); };
  h.checkpoint_due = [this] {
    return communicator_.is_root() && seconds_since(last_checkpoint_) > 60 * settings_.checkpoint_minutes;
  };
  h.checkpoint = [this] { save(false); };
  if (!data_.validation().empty()) {
    h.validate = [this](const float* weights) { return validation_->evaluate(weights, trainer_->state().epoch); };
    h.improved = [this](const float* weights) {
      communicator_.on_root([&] {
        models::ModelFile best{model_->description(), {}, models::provenance(), trained_on_};
        std::copy_n(weights, trainer_->size(), best.members.emplace_back(trainer_->size()).data());
        models::write_model(folder_ / "best.h5", best);
      });
    };
  }
  h.epoch_done = [this, table](const EpochReport& report) { report_epoch(report, table); };
  h.progress = [&progress](std::int64_t step, std::int64_t) { progress.reached(step); };
  return h;
}

void Pretraining::report_epoch(const EpochReport& report, EpochTable* table) const {
  if (table == nullptr) {
    return;
  }
  std::string line = fmt::format("epoch {:4}  loss {:.5f}", report.epoch, report.train_loss);
  std::vector<std::string> fields{std::to_string(report.epoch), csv_number(report.learning_rate),
                                  csv_number(report.train_loss)};
  const auto parts = model_->loss_parts();
  for (std::size_t p = 0; p < parts.size(); ++p) {
    fields.push_back(csv_number(report.loss_parts[p]));
    line += fmt::format("{}{} {:.4f}", p == 0 ? " (" : ", ", parts[p], report.loss_parts[p]);
  }
  line += parts.empty() ? "" : ")";
  const auto measured = validation_->fields(report.validated);
  fields.insert(fields.end(), measured.begin(), measured.end());
  fields.push_back(fmt::format("{:.3f}", report.seconds));
  table->append(fields);
  log::info("{}{}{}  {:.1f} s", line, report.validated ? validation_->line() : "", report.improved ? "  best" : "",
            report.seconds);
}

bool Pretraining::run(const fs::path& folder, parallel::StopHandler& stop) {
  folder_ = folder;
  make_trainer();
  const bool resumed = resume();
  const EvaluationCase epoch{communicator_, *model_, settings_.training.arithmetic, data_, data_.validation()};
  validation_ = std::make_unique<Validation>(epoch, settings_.choose_by, settings_.evaluation);
  std::vector<std::string> columns{"epoch", "learning_rate", "train_loss"};
  for (const auto& added : {model_->loss_parts(), validation_->columns(), {"seconds"}}) {
    columns.insert(columns.end(), added.begin(), added.end());
  }
  std::unique_ptr<EpochTable> table;
  communicator_.on_root([&] {
    table = std::make_unique<EpochTable>(folder_ / "metrics.csv", columns, resumed ? trainer_->state().epoch : 0);
  });
  const double products = complete_ ? 0 : trainer_->measure_products();
  log::Progress progress("", "step");
  progress.plan("", settings_.training.epochs * trainer_->steps_per_epoch());
  progress.found("", trainer_->state().epoch * trainer_->steps_per_epoch() + trainer_->state().step);
  const Outcome outcome = complete_ ? outcome_of_complete() : trainer_->run(hooks(stop, table.get(), progress));
  if (outcome == Outcome::stopped) {
    log::info("stopped by {} at epoch {}, step {}: run again to go on", stop.reason(), trainer_->state().epoch + 1,
              trainer_->state().step);
    return false;
  }
  if (!complete_) {
    save(true);
  }
  if (trainer_->state().skipped_steps > 0) {
    log::warning("{} steps were skipped because their gradient was not finite", trainer_->state().skipped_steps);
  }
  performance_ = gather_performance(communicator_, trainer_->times(), products);
  log_performance(performance_);
  write_results(outcome);
  return true;
}

void Pretraining::write_results(Outcome outcome) {
  models::ModelFile best{model_->description(), {}, models::provenance(), trained_on_};
  communicator_.agree([&] {
    if (!data_.validation().empty()) {
      best = models::read_model(folder_ / "best.h5");
    } else {
      std::copy_n(trainer_->weights(), trainer_->size(), best.members.emplace_back(trainer_->size()).data());
      if (communicator_.is_root()) {
        models::write_model(folder_ / "best.h5", best);
      }
    }
  });
  // Reported figures are those that `predict` gives: float32, whatever the training's precision.
  const nn::Arithmetic exact = nn::exact(settings_.training.arithmetic);
  CsvWriter table(prediction_columns(data_.substance()));
  Validation validation({communicator_, *model_, exact, data_, data_.validation(), true}, "last", settings_.evaluation);
  Validation test({communicator_, *model_, exact, data_, data_.test(), true}, "last", {});
  for (const auto& [set, measured] : {std::pair{"validation", &validation}, std::pair{"test", &test}}) {
    measured->evaluate(best.members.front().data(), trainer_->state().epoch);
    measured->properties().append_predictions(table, set);
  }
  communicator_.on_root([&] {
    table.write(folder_ / "predictions.csv");
    const float* weights = best.members.front().data();
    const std::vector<MeasuredSet> sets{{"validation", validation, weights}, {"test", test, weights}};
    const PretrainEnd end{trainer_->state(), outcome == Outcome::stopped_early, seconds_since(start_), performance_};
    file::write_atomically(folder_ / "summary.json", pretrain_summary(*model_, data_, end, sets).dump(2) + "\n");
    std::ranges::for_each(sets, [&](const MeasuredSet& set) { log_figures(*model_, set); });
  });
}

std::unique_ptr<Pretraining> prepare(const parallel::Communicator& communicator, const PretrainSettings& settings) {
  std::unique_ptr<Pretraining> run;
  communicator.agree([&] { run = std::make_unique<Pretraining>(communicator, settings); });
  run->prepare();
  run->describe();
  return run;
}

}  // namespace

void check_pretrain(const parallel::Communicator& communicator, const PretrainSettings& settings) {
  prepare(communicator, settings)->estimate();
}

bool run_pretrain(const parallel::Communicator& communicator, const PretrainSettings& settings,
                  const std::filesystem::path& folder, parallel::StopHandler& stop) {
  return prepare(communicator, settings)->run(folder, stop);
}

}  // namespace epitaxy::train
