/// \file
/// What messages between ranks cost: latency, cost of one more message, rate of large messages, and a reduce-scatter
/// with the gather that follows it, sent directly as the program's reduction does between nodes. Prints JSON.
///
///     mpicxx -O2 -std=c++20 mpi_costs.cpp -o mpi_costs && mpirun -n 2 mpi_costs [MEGABYTES]
///
/// The terms are those of LogGP (Alexandrov et al., SPAA 1995) with overhead and gap taken together.
#include <mpi.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

int rank = 0;
int ranks = 1;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// The median seconds of `work`, over repetitions that begin together.
template <typename Work>
double seconds_of(int repetitions, Work work) {
  std::vector<double> times;
  work();
  for (int i = 0; i < repetitions; ++i) {
    MPI_Barrier(MPI_COMM_WORLD);
    const double start = MPI_Wtime();
    work();
    times.push_back(MPI_Wtime() - start);
  }
  double result = median(times);
  MPI_Bcast(&result, 1, MPI_DOUBLE, 0, MPI_COMM_WORLD);
  return result;
}

/// Half the time of a message to and fro between ranks 0 and 1.
double one_way(std::vector<char>& buffer, int bytes, int repetitions) {
  const double round = seconds_of(repetitions, [&] {
    if (rank == 0) {
      MPI_Send(buffer.data(), bytes, MPI_CHAR, 1, 0, MPI_COMM_WORLD);
      MPI_Recv(buffer.data(), bytes, MPI_CHAR, 1, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    } else if (rank == 1) {
      MPI_Recv(buffer.data(), bytes, MPI_CHAR, 0, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
      MPI_Send(buffer.data(), bytes, MPI_CHAR, 0, 0, MPI_COMM_WORLD);
    }
  });
  return round / 2;
}

/// What each further small message costs when many are under way from rank 0 to rank 1.
double cost_of_another(std::vector<char>& buffer) {
  std::vector<MPI_Request> requests;
  const auto burst = [&](int count) {
    return seconds_of(50, [&] {
      requests.resize(static_cast<std::size_t>(count));
      for (int i = 0; i < count; ++i) {
        char* place = buffer.data() + 64 * i;
        if (rank == 0) {
          MPI_Isend(place, 8, MPI_CHAR, 1, i, MPI_COMM_WORLD, &requests[i]);
        } else if (rank == 1) {
          MPI_Irecv(place, 8, MPI_CHAR, 0, i, MPI_COMM_WORLD, &requests[i]);
        }
      }
      if (rank < 2) {
        MPI_Waitall(count, requests.data(), MPI_STATUSES_IGNORE);
      }
      char done = 0;  // rank 1 has them all
      if (rank == 1) {
        MPI_Send(&done, 1, MPI_CHAR, 0, 1000, MPI_COMM_WORLD);
      } else if (rank == 0) {
        MPI_Recv(&done, 1, MPI_CHAR, 1, 1000, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
      }
    });
  };
  return std::max(0.0, (burst(256) - burst(64)) / 192);
}

/// Every rank sends each other rank its slice, then its own slice to all: seconds of both together.
double exchange(std::vector<float>& gradient, std::vector<float>& received) {
  const auto slice = static_cast<int>(gradient.size() / ranks);
  std::vector<MPI_Request> requests;
  const auto direct = [&](bool gather) {
    requests.clear();
    for (int step = 1; step < ranks; ++step) {
      const int from = (rank + ranks - step) % ranks;
      float* to = gather ? gradient.data() + static_cast<std::ptrdiff_t>(from) * slice
                         : received.data() + static_cast<std::ptrdiff_t>(from) * slice;
      MPI_Irecv(to, slice, MPI_FLOAT, from, 0, MPI_COMM_WORLD, &requests.emplace_back());
    }
    for (int step = 1; step < ranks; ++step) {
      const int to = (rank + step) % ranks;
      const float* numbers = gradient.data() + static_cast<std::ptrdiff_t>(gather ? rank : to) * slice;
      MPI_Isend(numbers, slice, MPI_FLOAT, to, 0, MPI_COMM_WORLD, &requests.emplace_back());
    }
    MPI_Waitall(static_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE);
  };
  return seconds_of(15, [&] {
    direct(false);
    direct(true);
  });
}

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  if (ranks < 2) {
    std::fprintf(stderr, "mpi_costs: start at least 2 ranks\n");
    MPI_Abort(MPI_COMM_WORLD, 2);
  }
  const double megabytes = argc > 1 ? std::atof(argv[1]) : 18.5;
  std::vector<char> buffer(std::size_t{1} << 24);
  const double latency = one_way(buffer, 8, 300);
  const double another = cost_of_another(buffer);
  const int small = 1 << 20;
  const int large = 1 << 23;
  const double rate = (large - small) / (one_way(buffer, large, 15) - one_way(buffer, small, 15));
  std::vector<float> gradient(static_cast<std::size_t>(megabytes * 1e6 / 4));
  std::vector<float> received(gradient.size());
  const double both = exchange(gradient, received);
  if (rank == 0) {
    std::printf(
        "{\"ranks\": %d, \"latency_s\": %.4g, \"message_s\": %.4g, \"bytes_per_s\": %.4g, \"exchange_bytes\": %.0f, "
        "\"exchange_s\": %.4g}\n",
        ranks, latency, another, rate, static_cast<double>(gradient.size()) * 4, both);
  }
  MPI_Finalize();
  return 0;
}
