#include "sampling/search/verify.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <csignal>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "chem/xtb_case.h"
#include "config/key_reader.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::sampling;
using chem::XtbResult;
using parallel::Communicator;
using test::says;
namespace fs = std::filesystem;

namespace {

/// What stands for a calculation: its numbers tell which molecule it was.
XtbResult stand_in(const std::string& smiles, const chem::XtbSettings& settings) {
  XtbResult result;
  result.energy_Ha = -static_cast<double>(smiles.size()) / 3;
  result.gap_eV = 0.1 * smiles[0] + settings.seed;
  result.steps = static_cast<int>(smiles.size());
  result.converged = smiles != "CC";
  result.rearranged = smiles == "CCC" || smiles == "CCCC";
  result.fell_apart = smiles == "CCCC";
  result.open_shell = smiles == "N";
  result.failure = result.converged ? "" : "not converged after 2 steps";
  result.xyz = smiles == "C" ? "" : "C 0.0 0.0 0.0\nO 0.0 0.0 1.0\n";
  return result;
}

bool same(const XtbResult& a, const XtbResult& b) {
  return a.energy_Ha == b.energy_Ha && a.gap_eV == b.gap_eV && std::isnan(a.homo_eV) && std::isnan(b.homo_eV) &&
         a.steps == b.steps && a.converged == b.converged && a.rearranged == b.rearranged &&
         a.fell_apart == b.fell_apart && a.open_shell == b.open_shell && a.failure == b.failure && a.xyz == b.xyz;
}

std::vector<std::string> chains(std::size_t count) {
  std::vector<std::string> molecules;
  for (std::size_t i = 1; i <= count; ++i) {
    molecules.emplace_back(i, i % 2 == 0 ? 'C' : 'N');
  }
  return molecules;
}

/// The lock of HDF5 on a file that another program has open for writing.
class Locked {
 public:
  explicit Locked(const fs::path& path) : descriptor_(::open(path.c_str(), O_RDWR | O_CLOEXEC)) {
    BOOST_REQUIRE(::flock(descriptor_, LOCK_EX | LOCK_NB) == 0);
  }
  ~Locked() { ::close(descriptor_); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  int descriptor_;
};

/// One folder for all ranks.
struct Case {
  Communicator world = Communicator::world();
  test::TemporaryFolder own;
  fs::path folder{fs::path(world.broadcast(own.path().string())) / "verify"};
  parallel::StopHandler stop;
  VerifyTask task{folder, {.xtb = {}, .batch = 4}, stand_in};

  Case() { world.barrier(); }
  ~Case() { world.barrier(); }

  Verification run(const std::vector<std::string>& molecules) {
    return verify(world, world.is_root() ? molecules : std::vector<std::string>{"of no interest"}, task, stop);
  }

  /// Any one of the batches' files.
  fs::path some_file() const {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".h5") {
        return entry.path();
      }
    }
    return {};
  }

  void check_results(const Verification& verification, const std::vector<std::string>& molecules) const {
    BOOST_TEST(verification.done);
    BOOST_TEST(verification.results.size() == (world.is_root() ? molecules.size() : 0U));
    for (std::size_t i = 0; i < verification.results.size(); ++i) {
      BOOST_TEST(same(verification.results[i], stand_in(molecules[i], task.settings.xtb)));
    }
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(verify_test, Case)

BOOST_AUTO_TEST_CASE(results_are_in_the_order_of_the_molecules) {
  const auto molecules = chains(30);
  const Verification verification = run(molecules);
  BOOST_TEST(verification.computed == 30U);
  check_results(verification, molecules);
}

BOOST_AUTO_TEST_CASE(nothing_is_computed_twice) {
  const auto molecules = chains(30);
  const std::vector<std::string> some(molecules.begin(), molecules.begin() + 11);
  check_results(run(some), some);
  const Verification more = run(molecules);
  BOOST_TEST(more.computed == 19U);
  check_results(more, molecules);
  auto other_order = molecules;
  std::ranges::reverse(other_order);
  other_order.push_back(molecules[3]);
  const Verification again = run(other_order);
  BOOST_TEST(again.computed == 0U);
  check_results(again, other_order);
  BOOST_TEST(run({}).done);
}

BOOST_AUTO_TEST_CASE(results_of_other_settings_do_not_count) {
  const auto molecules = chains(6);
  run(molecules);
  task.settings.xtb.seed = 5;
  const Verification verification = run(molecules);
  BOOST_TEST(verification.computed == 6U);
  check_results(verification, molecules);
}

BOOST_AUTO_TEST_CASE(a_stop_ends_at_a_molecule_and_the_rest_follows) {
  const auto molecules = chains(100);
  task.compute = [](const std::string& smiles, const chem::XtbSettings& settings) {
    ::raise(SIGUSR1);
    return stand_in(smiles, settings);
  };
  const Verification stopped = run(molecules);
  BOOST_TEST(!stopped.done);
  BOOST_TEST(stopped.results.empty());
  BOOST_TEST(stopped.computed >= 1U);
  BOOST_TEST(stopped.computed <= static_cast<std::size_t>(world.size()));
  const parallel::StopHandler fresh;  // forgets the signal
  task.compute = stand_in;
  const Verification rest = run(molecules);
  BOOST_TEST(rest.computed == 100 - stopped.computed);
  check_results(rest, molecules);
}

BOOST_AUTO_TEST_CASE(an_error_ends_all_ranks_and_the_rest_follows) {
  const auto molecules = chains(40);
  task.compute = [](const std::string& smiles, const chem::XtbSettings& settings) {
    if (smiles.size() == 17) {
      fail("no space");
    }
    return stand_in(smiles, settings);
  };
  BOOST_CHECK_EXCEPTION(run(molecules), Error, says("no space"));
  task.compute = stand_in;
  check_results(run(molecules), molecules);
}

BOOST_AUTO_TEST_CASE(another_job_may_work_on_the_same_list) {
  const auto molecules = chains(80);
  bool first = true;
  task.compute = [&](const std::string& smiles, const chem::XtbSettings& settings) {
    if (std::exchange(first, false) && world.is_root()) {
      parallel::StopHandler own_stop;
      const VerifyTask other{folder, task.settings, stand_in};
      BOOST_TEST(verify(Communicator::self(), molecules, other, own_stop).done);
    }
    return stand_in(smiles, settings);
  };
  const Verification verification = run(molecules);
  check_results(verification, molecules);
  if (world.size() == 1) {
    BOOST_TEST(verification.computed == 4U);  // its first batch
  }
}

BOOST_AUTO_TEST_CASE(damaged_files_are_computed_again) {
  const auto molecules = chains(12);
  run(molecules);
  const std::function<void(const fs::path&)> damages[] = {
      [](const fs::path& file) { fs::resize_file(file, fs::file_size(file) / 2); },
      [](const fs::path& file) { fs::resize_file(file, fs::file_size(file) - 1); },
      [](const fs::path& file) { fs::resize_file(file, 9); },  // it still begins as HDF5 does
      [](const fs::path& file) { fs::resize_file(file, 3); },
      [](const fs::path& file) { fs::resize_file(file, 0); },
      [](const fs::path& file) { file::write_atomically(file, std::string_view("no HDF5")); },
  };
  for (const auto& damage : damages) {
    BOOST_TEST_CONTEXT("damage " << &damage - damages) {
      world.on_root([&] { damage(some_file()); });
      const Verification again = run(molecules);
      BOOST_TEST(again.computed == 4U);
      check_results(again, molecules);
      BOOST_TEST(run(molecules).computed == 0U);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_locked_file_is_not_taken_for_a_damaged_one) {
  const auto molecules = chains(12);
  run(molecules);
  std::optional<Locked> lock;
  fs::path file;
  std::string before;
  world.on_root([&] {
    file = some_file();
    before = test::read_file(file);
    lock.emplace(file);
  });
  BOOST_CHECK_EXCEPTION(run(molecules), InputError, says("another program has the file open for writing"));
  world.on_root([&] {
    BOOST_TEST((test::read_file(file) == before));
    lock.reset();
  });
  const Verification after = run(molecules);
  BOOST_TEST(after.computed == 0U);
  check_results(after, molecules);
}

BOOST_AUTO_TEST_CASE(what_a_dead_process_was_at_is_computed_in_one_of_its_own) {
  const auto molecules = chains(30);
  world.on_root([&] {
    file::make_writable_folder(folder / "at_work");
    file::write_atomically(folder / "at_work" / "one", molecules[4]);
    file::write_atomically(folder / "at_work" / "two", molecules[9]);
    file::write_atomically(folder / "at_work" / "three", std::string_view("no candidate any more"));
  });
  world.barrier();
  const pid_t this_process = ::getpid();
  task.compute = [&](const std::string& smiles, const chem::XtbSettings& settings) {
    BOOST_TEST((::getpid() == this_process) == (smiles != molecules[4] && smiles != molecules[9]));
    if (smiles == molecules[4]) {
      ::raise(SIGKILL);
    }
    return stand_in(smiles, settings);
  };
  const Verification verification = run(molecules);
  BOOST_TEST(verification.done);
  for (std::size_t i = 0; i < verification.results.size(); ++i) {
    const XtbResult& result = verification.results[i];
    if (i == 4) {
      BOOST_TEST(result.failure == "the calculation ended its process by signal 9 (Killed)");
      BOOST_TEST(!result.converged);
      BOOST_TEST(std::isnan(result.gap_eV));
    } else {
      BOOST_TEST(same(result, stand_in(molecules[i], task.settings.xtb)));
    }
  }
  BOOST_TEST(run(molecules).computed == 0U);
  BOOST_TEST(fs::is_empty(folder / "at_work"));
}

BOOST_AUTO_TEST_CASE(notes_that_cannot_be_read_are_passed_over) {
  world.on_root([&] {
    file::make_writable_folder(folder / "at_work" / "a folder");
    file::write_atomically(folder / "at_work" / "empty", std::string_view(""));
    fs::create_symlink("gone", folder / "at_work" / "to nowhere");
  });
  world.barrier();
  const auto molecules = chains(10);
  check_results(run(molecules), molecules);
}

BOOST_AUTO_TEST_CASE(each_process_tells_what_it_is_at) {
  bool found = false;
  task.compute = [&](const std::string& smiles, const chem::XtbSettings& settings) {
    for (const auto& entry : fs::directory_iterator(folder / "at_work")) {
      found = found || test::read_file(entry.path()) == smiles;
    }
    BOOST_TEST(std::exchange(found, false));
    return stand_in(smiles, settings);
  };
  BOOST_TEST(run(chains(20)).done);
}

BOOST_AUTO_TEST_CASE(geometries_are_written_in_the_order_of_the_molecules) {
  run({"CO", "C", "CCO"});
  BOOST_TEST(test::read_file(folder / "structures.xyz") ==
             "2\nCO energy_Ha=-0.666667 gap_eV=7.7000\nC 0.0 0.0 0.0\nO 0.0 0.0 1.0\n"
             "2\nCCO energy_Ha=-1.000000 gap_eV=7.7000\nC 0.0 0.0 0.0\nO 0.0 0.0 1.0\n");
}

BOOST_AUTO_TEST_CASE(any_rank_computes_a_molecule_to_the_same_bits, *boost::unit_test::precondition(test::with_xtb)) {
  const test::OneThread one_thread;
  const std::vector<std::string> molecules{"O", "C=O", "C1CC", "CO", "N", "C#N", "[U]", "CC"};
  task = {folder, {.xtb = {}, .batch = 1}};
  const Verification verification = run(molecules);
  BOOST_TEST(verification.done);
  for (std::size_t i = 0; i < verification.results.size(); ++i) {
    const XtbResult& found = verification.results[i];
    const XtbResult expected = chem::optimize_with_xtb(molecules[i], {});
    BOOST_TEST(found.failure == expected.failure);
    BOOST_TEST(found.converged == expected.converged);
    BOOST_TEST(found.converged == (molecules[i] != "C1CC" && molecules[i] != "[U]"));
    BOOST_TEST((found.gap_eV == expected.gap_eV || !found.converged));
    BOOST_TEST((found.energy_Ha == expected.energy_Ha || !found.converged));
  }
}

BOOST_AUTO_TEST_CASE(settings_are_read) {
  const auto read = [](const std::string& text) {
    const auto document = config::Document::from_text(text, "sample.yaml");
    const VerifySettings settings = config::read<VerifySettings>(document.root().section("verify"));
    document.finish();
    return settings;
  };
  if (!chem::xtb_available()) {
    BOOST_CHECK_EXCEPTION(read("verify: {kind: xtb}"), InputError, says("sample.yaml:1", "without libxtb"));
    return;
  }
  const VerifySettings settings = read("verify: {kind: xtb, steps: 50, seed: 3}");
  BOOST_TEST(settings.xtb.steps == 50);
  BOOST_TEST(settings.xtb.seed == 3U);
  BOOST_CHECK_EXCEPTION(read("verify: {kind: dft}"), InputError, says("sample.yaml:1", "xtb"));
  BOOST_CHECK_EXCEPTION(read("verify: {kind: xtb, step: 50}"), InputError, says("step"));
}

BOOST_AUTO_TEST_SUITE_END()
