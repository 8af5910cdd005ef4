#include "app/suggest.h"

#include <algorithm>
#include <cmath>
#include <queue>
#include <set>

#include "app/output_columns.h"
#include "app/row_request.h"
#include "base/error.h"
#include "base/log.h"
#include "base/table.h"
#include "base/text.h"
#include "train/run_files.h"
#include "transfer/table_model.h"

namespace epitaxy::app {

namespace {

/// What is wanted of a prediction, in the scale that was learned.
class Goal {
 public:
  /// Throws InputError: a goal that the target cannot have, or a strategy that does not fit it.
  Goal(const SuggestOptions& options, const RowPredictor::Output& output)
      : strategy_(options.strategy), output_(output) {
    if (strategy_.empty()) {
      strategy_ = options.goal.empty() ? "explore" : "balance";
    }
    if (strategy_ == "explore" && !options.goal.empty()) {
      fail_input("--strategy explore looks at no --goal: leave it out, or take balance");
    }
    if (strategy_ != "explore" && options.goal.empty()) {
      fail_input("--strategy {} needs a --goal: maximize, minimize, or a value", strategy_);
    }
    const auto& classes = output.head.classes;
    const auto found = std::ranges::find(classes, options.goal);
    if (found != classes.end()) {
      direction_ = found == classes.begin() ? -1 : 1;
    } else if (options.goal == "maximize" || options.goal == "minimize") {
      direction_ = options.goal == "maximize" ? 1 : -1;
    } else if (const auto number = text::to_double(options.goal); number && classes.empty()) {
      value_ = scaled(*number);
    } else if (!options.goal.empty()) {
      fail_input("--goal {}: give maximize, minimize, or {}", options.goal,
                 classes.empty() ? "a number" : text::join(classes, " or "));
    }
    if (value_ && !std::isfinite(*value_)) {
      fail_input("--goal {}: {} was learned as a logarithm, so this has to be a positive number", options.goal,
                 output.name);
    }
  }

  const std::string& strategy() const { return strategy_; }
  /// What a prediction misses of the goal, but for a constant.
  double miss(const Numbers& numbers) const {
    return value_ ? std::abs(scaled(numbers.value) - *value_) : -direction_ * scaled(numbers.value);
  }
  /// How unsure a prediction is.
  double doubt(const Numbers& numbers) const {
    return output_.has_sets ? std::min(numbers.value, 1 - numbers.value)
                            : (scaled(numbers.high) - scaled(numbers.low)) / 2;
  }
  double gain(const Numbers& numbers, double similarity) const {
    const double gained = strategy_ == "exploit" ? 0 : doubt(numbers) * (1 - similarity);
    return strategy_ == "explore" ? gained : gained - miss(numbers);
  }

 private:
  /// Growing with the value, whatever was learned of it.
  double scaled(double value) const {
    const double sign = output_.transform == data::Transform::minus_log10 ? -1 : 1;
    return sign * data::apply(output_.transform, value);
  }

  std::string strategy_;
  const RowPredictor::Output& output_;
  double direction_ = 0;         ///< 1 for more, -1 for less, 0 for a value or nothing.
  std::optional<double> value_;  ///< To come near to.
};

struct Candidate {
  std::size_t row = 0;  ///< Of the input.
  std::string text;     ///< As prepared.
  double similarity = 0;
  std::string like;  ///< Whose similarity that is; empty for none.
  double gain = 0;
};

/// Of what was left out.
struct LeftOut {
  std::size_t unreadable = 0, known = 0, repeated = 0;
  std::string told() const {
    return fmt::format("{} that cannot be read, {} among the training rows, {} repeated", unreadable, known, repeated);
  }
};

/// Rows that may be suggested. What is given beside the text makes another candidate of the same substance.
std::vector<Candidate> candidates(const RowRequest& request, const Answers& answers, LeftOut& left_out) {
  const auto& description = request.description();
  const bool has_given = std::ranges::any_of(description.inputs, [](const auto& input) { return !input.is_cheap; });
  std::set<std::string> known;
  for (const std::string& text : has_given ? std::span<const std::string>{} : description.known) {
    known.insert(description.preparer->prepare(text).identity);
  }
  std::set<std::string> seen;
  std::vector<Candidate> rows;
  for (std::size_t row = 0; row < request.table.rows(); ++row) {
    if (!answers.notes[row].readable) {
      ++left_out.unreadable;
      continue;
    }
    const auto prepared = description.preparer->prepare(request.table.field(row, request.column));
    std::string key = prepared.identity;
    if (known.contains(key)) {
      ++left_out.known;
      continue;
    }
    for (const ValueColumn& input : has_given ? request.inputs : std::vector<ValueColumn>{}) {
      key += fmt::format("\n{}", text::trim(request.table.field(row, input.column)));
    }
    if (!seen.insert(key).second) {
      ++left_out.repeated;
      continue;
    }
    Candidate& candidate = rows.emplace_back(Candidate{row, prepared.text, 0, "", 0});
    if (description.tells_nearest) {
      const std::string* nearest = &answers.nearest[row * kNearestFields];
      candidate.similarity = text::to_double(nearest[2]).value_or(0);
      candidate.like = nearest[0];
    }
  }
  return rows;
}

/// Greedy. Gains only fall when more is chosen, so only the best has to be compared with what was chosen since
/// (Minoux, LNCIS 7, 234, 1978).
std::vector<Candidate> choose(const RowPredictor::Description& description, const Goal& goal,
                              std::span<const Numbers> numbers, std::vector<Candidate> rows, std::size_t number) {
  struct Place {
    double gain;
    std::size_t index;
    bool operator<(const Place& other) const {
      return gain != other.gain ? gain < other.gain : index > other.index;  // of equal ones the first row
    }
  };
  std::priority_queue<Place> queue;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].gain = goal.gain(numbers[rows[i].row], rows[i].similarity);
    queue.push({rows[i].gain, i});
  }
  std::vector<std::size_t> compared(rows.size(), 0);
  std::vector<Candidate> chosen;
  std::vector<std::unique_ptr<chem::Neighbors>> neighbors;  // [chosen]
  while (chosen.size() < number) {
    const std::size_t i = queue.top().index;
    queue.pop();
    Candidate& row = rows[i];
    if (compared[i] < chosen.size() && goal.strategy() != "exploit") {
      for (; compared[i] < chosen.size(); ++compared[i]) {
        const double similarity = neighbors[compared[i]]->nearest(row.text).similarity;
        if (similarity > row.similarity) {
          row.similarity = similarity;
          row.like = chosen[compared[i]].text;
        }
      }
      row.gain = goal.gain(numbers[row.row], row.similarity);
      queue.push({row.gain, i});
      continue;
    }
    chosen.push_back(row);
    neighbors.push_back(description.substance->neighbors({&row.text, 1}));
  }
  return chosen;
}

/// The percentage of candidates whose measure is below that of a row.
template <typename F>
double share_below(std::span<const Numbers> numbers, const std::vector<Candidate>& rows, std::size_t row, F measure) {
  const double own = measure(numbers[row]);
  const auto below = std::ranges::count_if(rows, [&](const Candidate& c) { return measure(numbers[c.row]) < own; });
  return 100.0 * static_cast<double>(below) / static_cast<double>(rows.size());
}

std::string reason(const Goal& goal, std::span<const Numbers> numbers, const std::vector<Candidate>& rows,
                   const Candidate& chosen) {
  std::vector<std::string> parts;
  if (goal.strategy() != "explore") {
    const double share = share_below(numbers, rows, chosen.row, [&](const Numbers& n) { return -goal.miss(n); });
    parts.push_back(fmt::format("nearer to the goal than {:.0f} % of the candidates", share));
  }
  if (goal.strategy() != "exploit") {
    const double share = share_below(numbers, rows, chosen.row, [&](const Numbers& n) { return goal.doubt(n); });
    parts.push_back(fmt::format("less sure than {:.0f} %", share));
    parts.push_back(chosen.like.empty() ? "like nothing known or suggested"
                                        : fmt::format("like {} by {:.2f}", chosen.like, chosen.similarity));
  }
  return text::join(parts, "; ");
}

using Row = std::vector<std::string>;

/// What stands behind the columns of the input.
Row added_columns(const RowPredictor::Description& description, const PredictedProperty& property, bool is_class) {
  Row names{"suggested_rank", "gain", property.name};
  if (!is_class) {
    names.insert(names.end(), {property.name + "_low", property.name + "_high"});
  }
  if (description.tells_nearest) {
    names.insert(names.end(), {"nearest", "nearest_line", "nearest_similarity"});
  }
  names.emplace_back("reason");
  return names;
}

void write(const SuggestOptions& options, const RowRequest& request, const Row& added, const std::vector<Row>& fields,
           const std::vector<Candidate>& chosen) {
  OutputColumns columns(request.table.columns());
  for (const std::string& name : added) {
    columns.add(name, "_predicted");
  }
  train::CsvWriter out(columns.names());
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    Row row;
    for (std::size_t c = 0; c < request.table.columns().size(); ++c) {
      row.emplace_back(request.table.field(chosen[i].row, c));
    }
    row.insert(row.end(), fields[i].begin(), fields[i].end());
    out.row(row);
  }
  out.write(options.output);
  log::info("wrote {} suggestions into {}", chosen.size(), options.output.string());
}

void print(const RowRequest& request, const PredictedProperty& property, std::span<const Numbers> numbers,
           const std::vector<Candidate>& chosen, const std::vector<Row>& fields) {
  const auto left = text::Align::left;
  text::Table table({{""}, {request.table.columns()[request.column], left}, {property.name}, {"", left}, {"", left}});
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const Numbers& of = numbers[chosen[i].row];
    const std::string interval = std::isnan(of.low) ? "" : fmt::format("{:.4g} to {:.4g}", of.low, of.high);
    table.row({std::to_string(i + 1), std::string(request.table.field(chosen[i].row, request.column)),
               fmt::format("{:.4g}", of.value), property.unit == "none" ? "" : property.unit, interval},
              fields[i].back());
  }
  for (const std::string& line : table.lines()) {
    log::line(line);
  }
}

/// Throws InputError: what needs no candidate to be refused.
void check_model(const SuggestOptions& options) {
  if (options.number == 0) {
    fail_input("--number 0: ask for one suggestion at least");
  }
  if (!transfer::is_table_model(options.model)) {
    fail_input("{} is no model of a table: suggest needs the intervals of a model that epitaxy fit wrote",
               options.model.string());
  }
  if (!options.output.empty()) {
    check_output(options.output, {options.model, options.input});
  }
}

void check_target(const SuggestOptions& options, const RowPredictor::Description& description) {
  std::vector<std::string> names;
  for (const auto& output : description.outputs) {
    names.push_back(output.name);
  }
  if (names.size() > 1) {
    fail_input("{} predicts several targets: say which one to look at: --target {}", options.model.string(),
               text::join(names, " | "));
  }
}

/// On rank 0.
void report(const SuggestOptions& options, const RowRequest& request, const Goal& goal, const Answers& answers) {
  const auto& description = request.description();
  const PredictedProperty& property = description.properties.front();
  const bool is_class = description.outputs.front().has_sets;
  LeftOut left_out;
  const auto rows = candidates(request, answers, left_out);
  if (rows.empty()) {
    fail_input("{}: no candidate is left of {} rows: {}", options.input.string(), request.table.rows(),
               left_out.told());
  }
  log::info("{} candidates of {} rows; left out: {}", rows.size(), request.table.rows(), left_out.told());
  if (options.number > rows.size()) {
    fail_input("--number {}: there are only {} candidates", options.number, rows.size());
  }
  if (!description.tells_nearest && goal.strategy() != "exploit") {
    log::warning("the model does not hold its training rows: suggestions may be among them, or like them");
  }
  const auto chosen = choose(description, goal, answers.numbers, rows, options.number);
  std::vector<Row> fields;
  for (const Candidate& row : chosen) {
    const Numbers& numbers = answers.numbers[row.row];
    Row& own = fields.emplace_back(
        Row{std::to_string(fields.size() + 1), train::csv_number(row.gain), train::csv_number(numbers.value)});
    if (!is_class) {
      own.insert(own.end(), {train::csv_number(numbers.low), train::csv_number(numbers.high)});
    }
    for (std::size_t k = 0; k < kNearestFields && description.tells_nearest; ++k) {
      own.push_back(answers.nearest[row.row * kNearestFields + k]);
    }
    own.push_back(reason(goal, answers.numbers, rows, row));
  }
  if (options.output.empty()) {
    print(request, property, answers.numbers, chosen, fields);
  } else {
    write(options, request, added_columns(description, property, is_class), fields, chosen);
  }
}

}  // namespace

void suggest(const parallel::Communicator& communicator, const SuggestOptions& options) {
  std::optional<RowRequest> request;
  std::optional<Goal> goal;
  communicator.agree([&] {
    check_model(options);
    PredictOptions of_rows;
    of_rows.model = options.model;
    of_rows.input = options.input;
    of_rows.column = options.column;
    of_rows.head = options.target;
    request.emplace(of_rows);
    check_target(options, request->description());
    goal.emplace(options, request->description().outputs.front());
  });
  communicator.on_root([&] {
    if (!options.output.empty()) {
      make_folder_of(options.output);
    }
  });
  const Answers answers = predict_all(communicator, *request);
  communicator.on_root([&] { report(options, *request, *goal, answers); });
}

}  // namespace epitaxy::app
