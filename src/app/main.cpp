/// \file
/// The command line of epitaxy.
#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "app/decode.h"
#include "app/decoded_points.h"
#include "app/encode.h"
#include "app/fit.h"
#include "app/inspect.h"
#include "app/keys.h"
#include "app/predict.h"
#include "app/suggest.h"
#include "app/version.h"
#include "app/workflow.h"
#include "base/error.h"
#include "base/log.h"
#include "base/out_of_memory.h"
#include "base/text.h"
#include "chem/substance.h"
#include "linalg/cpu.h"
#include "parallel/communicator.h"
#include "parallel/environment.h"
#include "parallel/mpi.h"

namespace {

using namespace epitaxy;

/// What was to be done, as it was asked for.
std::string command_line(int argc, char** argv) {
  std::string text = "epitaxy";
  for (int i = 1; i < argc; ++i) {
    text += std::string(" ") + argv[i];
  }
  return text;
}

/// Ends in order when all ranks threw the same error, and ends all ranks when only this one did.
int report(const parallel::Communicator& world, const Error& error, int code, const std::string& command) {
  const bool all = error.agreed || world.size() == 1;
  if (!all || world.is_root()) {
    const std::string who = all || world.size() == 1 ? "" : fmt::format("rank {}: ", world.rank());
    // Where memory ends nobody knows what it was for, so at least the command is told.
    const bool is_memory = std::string_view(error.what()).find(kNoMemory) != std::string_view::npos;
    fmt::print(stderr, "epitaxy: {}{}{}\n", who, error.what(), is_memory ? " by: " + command : "");
    std::fflush(stderr);
  }
  if (!all) {
    parallel::mpi::abort(code);
  }
  return code;
}

/// An option, or without dashes an argument, that is a path. A shell expands `~/` at the beginning of a word alone.
CLI::Option* add_path(CLI::App& command, const std::string& name, auto& path, const std::string& meaning) {
  return command.add_option(name, path, meaning)->transform([](const std::string& text) {
    try {
      return text::expand_home(text);
    } catch (const InputError& error) {
      throw CLI::ValidationError(error.what());
    }
  });
}

CLI::App* add_predict(CLI::App& app, app::PredictOptions& options) {
  CLI::App* predict = app.add_subcommand("predict", "Predict for new compositions or molecules");
  add_path(*predict, "--model", options.model, "A model, best or checkpoint file (HDF5)")->required();
  // Not an option of texts: the library would take the brackets of "[O]" for those of a list.
  predict->allow_extras();
  predict->footer("TEXT...  formulas or SMILES, in place of a table (without both: the lines of standard input)");
  add_path(*predict, "--input", options.input, "A table with formulas or SMILES (.csv, .tsv, .sdf, .smi)");
  add_path(*predict, "--output", options.output, "CSV to write (for a table)");
  predict->add_option(
      "--column,--smiles-column", options.column,
      "Name of the column with formulas or SMILES (default: as in the training data's source, else formula "
      "or smiles, as the model reads)");
  predict->add_option("--head", options.head, "Only this head of a model with several");
  predict->add_flag("--contributions", options.contributions,
                    "What atoms or elements contribute, into NAME_contributions.csv beside --output, or printed");
  return predict;
}

CLI::App* add_suggest(CLI::App& app, app::SuggestOptions& options) {
  CLI::App* suggest = app.add_subcommand("suggest", "Which candidates to measure next");
  add_path(*suggest, "--model", options.model, "A model that fit wrote (HDF5)")->required();
  add_path(*suggest, "--input", options.input, "A table of candidates (.csv, .tsv, .sdf, .smi)")->required();
  add_path(*suggest, "--output", options.output, "CSV to write (default: a table on standard output)");
  suggest->add_option("--number", options.number, "Of suggestions (default: 20)");
  suggest->add_option("--goal", options.goal,
                      "maximize, minimize, a value to come near to, or a class (default: to learn most)");
  suggest
      ->add_option("--strategy", options.strategy,
                   "explore (where the model is unsure), exploit (by the prediction), or balance (default: explore "
                   "without a goal, else balance)")
      ->check(CLI::IsMember({"explore", "exploit", "balance"}));
  suggest->add_option("--target", options.target, "Of a model of several targets");
  suggest->add_option("--column", options.column, "Name of the column with formulas or SMILES (default: as predict)");
  return suggest;
}

/// What stands on the command line besides options. Throws InputError for an option that there is not.
std::vector<std::string> texts_of(const CLI::App& command) {
  std::vector<std::string> texts = command.remaining();
  for (const std::string& text : texts) {
    if (text.starts_with("--")) {
      fail_input("{} has no option {}: see epitaxy {} --help", command.get_name(), text, command.get_name());
    }
  }
  return texts;
}

/// Before a text that is in brackets, as names of columns may be, which the library would take for those of a list.
constexpr char kBrackets = '\x1f';

/// The command line without the program's name, in reverse as the library reads it, with those marks for `fit`.
std::vector<std::string> arguments(int argc, char** argv) {
  std::vector<std::string> texts;
  for (int i = argc - 1; i > 0; --i) {
    const std::string text = argv[i];
    const bool is_marked = argv[1] == std::string_view("fit") && text.starts_with('[') && text.ends_with(']');
    texts.push_back(is_marked ? kBrackets + text : text);
  }
  return texts;
}

/// Takes the marks away.
void keep_brackets(CLI::App& command) {
  for (CLI::Option* option :
       command.get_options([](const CLI::Option* o) { return o->get_items_expected_max() > 0; })) {
    option->transform([](const std::string& text) { return text.starts_with(kBrackets) ? text.substr(1) : text; });
  }
}

CLI::App* add_fit(CLI::App& app, app::FitOptions& options) {
  CLI::App* fit = app.add_subcommand("fit", "From one table to a model with intervals");
  add_path(*fit, "table", options.input, "A table of molecules or formulas and measured values (.csv, .tsv, .sdf)")
      ->required();
  fit->add_option("--target", options.targets, "Columns to learn, each by itself");
  for (const chem::Substance* substance : chem::substances()) {
    fit->add_option("--" + substance->text_name(), options.columns[substance->text_name()],
                    fmt::format("Name of the column with {} (default: found)", substance->texts()));
  }
  fit->add_option("--cheap", options.cheap, "Columns that a cheap model computed: difference learning joins");
  fit->add_option(
      "--features", options.features,
      "Columns of numbers or categories, such as temperature or solvent, that learners read beside the text");
  fit->add_option("--weights", options.weights, "Column that says how much each row counts, such as 1 / variance");
  add_path(*fit, "--output", options.output, "Folder of the results (default: runs/NAME of the table)");
  fit->add_option("--task", options.task, "regression or classification (default: two values are two classes)")
      ->check(CLI::IsMember({"regression", "classification"}));
  fit->add_option("--unit", options.unit, "Of the targets, such as eV/atom (default: none)");
  fit->add_option("--to", options.to, "Unit to learn and to predict in, such as eV/atom for a --unit kJ/mol");
  fit->add_option("--transform", options.transform, "log10, -log10 or ln of the targets, undone in predictions");
  fit->add_option("--learners", options.learners, "Only these of the portfolio");
  fit->add_option("--start", options.start, "A pretrained model of such texts: it is fine-tuned, too");
  fit->add_option("--split", options.split,
                  "What folds keep together: random (a substance), scaffold, cluster, column:NAME, or order:NAME, a "
                  "column of times: each fold is predicted from earlier rows (default: random)");
  fit->add_option("--groups", options.groups, "A column: rows with the same field are never apart, whatever the split");
  fit->add_option("--test", options.test,
                  "Rows that only the final model predicts: a table, or a fraction of this one");
  fit->add_option("--folds", options.folds, "Parts of the cross-validation that gives the figures")
      ->check(CLI::Range(2, 100000));
  fit->add_option("--inner-folds", options.inner_folds, "Parts of each training part, which choose")
      ->check(CLI::Range(2, 10000));
  fit->add_option("--seeds", options.seeds, "Each repeats the cross-validation with other folds");
  fit->add_option("--budget", options.budget,
                  "Units of work at most: learners are tried in their order as far as these go (default: all)")
      ->check(CLI::PositiveNumber);
  fit->add_option("--coverage", options.coverage, "Share of new values that the intervals hold (default: 0.9)")
      ->check(CLI::Range(0.01, 0.999));
  fit->add_flag("--quick", options.quick, "A small portfolio: seconds rather than minutes");
  fit->add_flag("--fresh", options.fresh, "Start anew: throw earlier results away");
  keep_brackets(*fit);
  return fit;
}

CLI::App* add_encode(CLI::App& app, app::EncodeOptions& options) {
  CLI::App* encode = app.add_subcommand("encode", "Molecules to latent vectors");
  add_path(*encode, "--model", options.model, "A model, best or checkpoint file (HDF5) of molecules")->required();
  add_path(*encode, "--input", options.input, "CSV (or CSV.gz) with SMILES")->required();
  add_path(*encode, "--output", options.output, "HDF5 (.h5) or CSV (.csv) to write")->required();
  encode->add_option("--smiles-column", options.column,
                     "Name of the column with SMILES (default: as in the training data's source, else smiles)");
  return encode;
}

CLI::App* add_decode(CLI::App& app, app::DecodeOptions& options) {
  CLI::App* decode = app.add_subcommand("decode", "Latent vectors to molecules and their properties");
  add_path(*decode, "--model", options.model, "A model, best or checkpoint file (HDF5) of molecules")->required();
  add_path(*decode, "--input", options.input, "HDF5 (.h5) or CSV (.csv) as 'encode' writes them")->required();
  add_path(*decode, "--output", options.output, "CSV to write")->required();
  CLI::Option* samples =
      decode->add_option("--samples", options.decoding.samples, "Draw so many molecules for each point");
  samples->check(CLI::Range(std::size_t{1}, app::kMostSamples));
  decode->add_option("--beam", options.decoding.beam, "The likeliest string that a beam of so many hypotheses finds")
      ->check(CLI::Range(std::size_t{1}, app::kLargestBeam))
      ->excludes(samples);
  decode->add_option("--temperature", options.decoding.temperature, "Of the draws (default: 1)")->needs(samples);
  decode->add_option("--seed", options.decoding.seed, "Of the draws (default: 1)")->needs(samples);
  return decode;
}

CLI::App* add_inspect(CLI::App& app, app::InspectOptions& options) {
  CLI::App* inspect = app.add_subcommand("inspect", "What a data set, model, checkpoint or latent file holds");
  add_path(*inspect, "file", options.file, "An HDF5 file of epitaxy")->required();
  inspect->add_flag("--hash", options.hash, "Only the hash of its content");
  inspect->add_flag("--json", options.json, "As JSON");
  return inspect;
}

CLI::App* add_keys(CLI::App& app, app::KeysOptions& options) {
  CLI::App* keys = app.add_subcommand("keys", "The keys of stage files: defaults, values, effects, meanings");
  CLI::Option* stage = keys->add_option("stage", options.stage, "A stage, or workflow");
  keys->add_option("key", options.key, "One key or section, such as training.epochs or epochs");
  keys->add_flag("--json", options.json, "A JSON Schema of the stage file")->needs(stage);
  keys->add_flag("--markdown", options.markdown, "All stages, as docs/keys.md has them");
  return keys;
}

int execute(const parallel::Communicator& world, int argc, char** argv) {
  CLI::App app("Pretrain on abundant theory, transfer to precious measurements.", "epitaxy");
  app.require_subcommand(0, 1);
  bool version = false;
  app.add_flag("--version", version, "Version, commit, libraries, CPU features in use");

  app::RunOptions options;
  std::vector<std::string> overrides;
  bool list = false;
  CLI::App* run = app.add_subcommand("run", "Run a stage or a workflow; resumes by default");
  CLI::App* check = app.add_subcommand("check", "Everything 'run' does before its first step");
  for (CLI::App* command : {run, check}) {
    add_path(*command, "file", options.file, "A stage file or a workflow (YAML)")->required();
    command->add_option("--set", overrides, "key=value; replaces a value of the file (STAGE.key=value in a workflow)");
    add_path(*command, "--output", options.output, "Folder of the results");
    command->add_option("--stage", options.stage, "Only this stage of a workflow");
  }
  run->add_flag("--fresh", options.fresh, "Start anew: throw earlier results away");
  check->add_flag("--stages", list, "Only list the stages of a workflow: name, ranks, time");

  app::FitOptions fitting;
  CLI::App* fit = add_fit(app, fitting);
  app::PredictOptions predicting;
  CLI::App* predict = add_predict(app, predicting);
  app::SuggestOptions suggesting;
  CLI::App* suggest = add_suggest(app, suggesting);
  app::EncodeOptions encoding;
  CLI::App* encode = add_encode(app, encoding);
  app::DecodeOptions decoding;
  CLI::App* decode = add_decode(app, decoding);
  app::InspectOptions inspecting;
  CLI::App* inspect = add_inspect(app, inspecting);
  app::KeysOptions listing;
  CLI::App* keys = add_keys(app, listing);

  try {
    app.parse(arguments(argc, argv));
  } catch (const CLI::ParseError& error) {
    if (!world.is_root()) {
      return error.get_exit_code() == 0 ? kDone : kInputError;
    }
    return app.exit(error) == 0 ? kDone : kInputError;
  }
  int code = kDone;
  if (run->parsed() || check->parsed()) {
    world.agree([&] { options.overrides = app::parse_overrides(overrides); });
    if (list) {
      world.on_root([&] { app::list_stages(options); });
    } else {
      code = run->parsed() ? app::run(world, options) : app::check(world, options);
    }
  } else if (fit->parsed()) {
    code = app::fit(world, fitting);
  } else if (predict->parsed()) {
    predicting.texts = texts_of(*predict);
    app::predict(world, predicting);
  } else if (suggest->parsed()) {
    app::suggest(world, suggesting);
  } else if (encode->parsed()) {
    app::encode(world, encoding);
  } else if (decode->parsed()) {
    app::decode(world, decoding);
  } else if (inspect->parsed()) {
    world.on_root([&] { app::inspect(inspecting); });
  } else if (keys->parsed()) {
    world.on_root([&] { fmt::print("{}", app::keys_text(listing)); });
  } else if (world.is_root()) {
    fmt::print("{}", version ? app::version_text() : app.help());
  }
  return code;
}

/// A command whose answer is what it prints has failed when that did not arrive; those of `run` and `fit` are in files.
void check_printed(const std::string& command) {
  if (command != "run" && command != "fit" && (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)) {
    fail("cannot write to standard output: {}", std::generic_category().message(errno));
  }
}

/// What the ranks of `world`, which are all there are, do together.
int work(const parallel::Communicator& world, int argc, char** argv) {
  log::set_silent(!world.is_root());
  linalg::set_up_kernels();
  const auto failed = [&](const Error& error, int code) {
    return report(world, error, code, command_line(argc, argv));
  };
  try {
    const int code = execute(world, argc, argv);
    check_printed(argc > 1 ? argv[1] : "");
    return code;
  } catch (const InputError& error) {
    return failed(error, kInputError);
  } catch (const Error& error) {
    return failed(error, kFailure);
  } catch (const std::bad_alloc&) {
    return failed(Error(no_memory()), kFailure);
  } catch (const std::length_error&) {
    return failed(Error(no_memory()), kFailure);
  } catch (const std::exception& error) {
    return failed(Error(error.what()), kFailure);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a write beyond `ulimit -f` is an error like others then
  const auto launch = parallel::launch_of(parallel::launch_variables());
  const auto role = parallel::role_of(launch, argc > 1 ? argv[1] : "");
  if (role == parallel::Role::bystander) {
    return kDone;
  }
  try {
    const parallel::Environment environment(launch, role);
    return work(parallel::Communicator::world(), argc, argv);
  } catch (const InputError& error) {
    if (launch.rank.value_or(0) == 0) {
      fmt::print(stderr, "epitaxy: {}\n", error.what());
    }
    return kInputError;
  }
}
