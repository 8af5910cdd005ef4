#include "parallel/launcher.h"

#include <boost/test/unit_test.hpp>

using namespace epitaxy::parallel;

namespace {

bool has_ranks(const Variables& variables) { return launch_of(variables).has_ranks(); }

Role role(const Variables& variables, std::string_view command) { return role_of(launch_of(variables), command); }

}  // namespace

BOOST_AUTO_TEST_SUITE(launcher)

BOOST_AUTO_TEST_CASE(without_a_launcher_there_are_no_ranks) {
  BOOST_TEST(!has_ranks({}));
  BOOST_TEST(!launch_of({}).rank.has_value());
  BOOST_TEST((role({}, "run") == Role::alone));
  BOOST_TEST((role({}, "check") == Role::alone));
  BOOST_TEST((role({}, "") == Role::alone));
}

BOOST_AUTO_TEST_CASE(mpirun_pmi_and_slurm_tell_how_many_ranks_there_are) {
  for (const char* size : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"}) {
    BOOST_TEST(has_ranks({{size, "2"}}));
    BOOST_TEST(has_ranks({{size, "4096"}}));
    BOOST_TEST(!has_ranks({{size, "1"}}));
    BOOST_TEST(launch_of({{size, "12"}}).ranks.value() == 12);
  }
}

BOOST_AUTO_TEST_CASE(pmix_without_a_size_may_have_ranks_and_with_one_it_has_those) {
  BOOST_TEST(has_ranks({{"PMIX_RANK", "0"}}));
  BOOST_TEST(!has_ranks({{"PMIX_RANK", "0"}, {"SLURM_STEP_NUM_TASKS", "1"}}));
  BOOST_TEST(!has_ranks({{"PMIX_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "1"}}));
  BOOST_TEST(has_ranks({{"PMIX_RANK", "0"}, {"SLURM_STEP_NUM_TASKS", "3"}}));
}

// mpirun over two nodes of Slurm starts its daemons in a step of two tasks, whose variables its ranks inherit.
BOOST_AUTO_TEST_CASE(mpirun_counts_before_the_step_of_slurm_it_runs_in) {
  const Variables one{{"OMPI_COMM_WORLD_SIZE", "1"}, {"SLURM_STEP_NUM_TASKS", "2"}, {"SLURM_PROCID", "1"}};
  BOOST_TEST(!has_ranks(one));
  const Variables many{{"OMPI_COMM_WORLD_SIZE", "4"},
                       {"OMPI_COMM_WORLD_RANK", "0"},
                       {"SLURM_STEP_NUM_TASKS", "1"},
                       {"SLURM_PROCID", "1"}};
  BOOST_TEST(has_ranks(many));
  BOOST_TEST(launch_of(many).rank.value() == 0);
}

BOOST_AUTO_TEST_CASE(what_is_no_number_is_as_if_it_were_not_set) {
  BOOST_TEST(!has_ranks({{"OMPI_COMM_WORLD_SIZE", ""}}));
  BOOST_TEST(!has_ranks({{"PMI_SIZE", "many"}}));
  BOOST_TEST(has_ranks({{"OMPI_COMM_WORLD_SIZE", ""}, {"PMI_SIZE", "2"}}));
}

// A job of several tasks is no step of several: a program that its script starts is alone.
BOOST_AUTO_TEST_CASE(the_size_of_a_slurm_job_says_nothing) {
  BOOST_TEST(!has_ranks({{"SLURM_NTASKS", "8"}, {"SLURM_JOB_ID", "1"}}));
}

BOOST_AUTO_TEST_CASE(commands_that_share_work_are_done_by_all_ranks) {
  for (const char* command : {"run", "predict", "encode", "decode"}) {
    for (const char* rank : {"0", "1"}) {
      BOOST_TEST((role({{"OMPI_COMM_WORLD_SIZE", "2"}, {"OMPI_COMM_WORLD_RANK", rank}}, command) == Role::rank));
    }
  }
}

BOOST_AUTO_TEST_CASE(all_others_are_done_by_the_launchers_first_rank_without_mpi) {
  for (const char* command : {"--version", "inspect", "check", "keys", "--help", "", "rum"}) {
    for (const char* rank : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"}) {
      BOOST_TEST((role({{"PMI_SIZE", "2"}, {rank, "0"}}, command) == Role::alone));
      BOOST_TEST((role({{"PMI_SIZE", "2"}, {rank, "1"}}, command) == Role::bystander));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
