/// \file
/// A cable with a delay and a rate between two network namespaces, for kernels without netem: a network interface in
/// each, and this program in between. It runs until it is ended; as root.
///
///     slow_cable NAMESPACE_A ADDRESS_A NAMESPACE_B ADDRESS_B DELAY_MS MEGABITS_PER_S
///
/// Each packet leaves when the line is free and arrives a delay later. The interfaces are called cable0.
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kLargestPacket = 9000;
constexpr std::size_t kMostWaiting = 64u << 20;  // bytes; more than any window of TCP

void require(bool good, const std::string& what) {
  if (!good) {
    throw std::runtime_error(what + ": " + std::strerror(errno));
  }
}

void set_address(int socket, const std::string& address) {
  ifreq request{};
  std::strncpy(request.ifr_name, "cable0", IFNAMSIZ - 1);
  auto* in = reinterpret_cast<sockaddr_in*>(&request.ifr_addr);
  in->sin_family = AF_INET;
  inet_pton(AF_INET, address.c_str(), &in->sin_addr);
  require(ioctl(socket, SIOCSIFADDR, &request) == 0, "address " + address);
  inet_pton(AF_INET, "255.255.255.0", &in->sin_addr);
  require(ioctl(socket, SIOCSIFNETMASK, &request) == 0, "netmask");
}

/// An interface in a namespace, as a file from which its packets are read and to which they are written.
int open_end(const std::string& name, const std::string& address) {
  const int space = open(("/var/run/netns/" + name).c_str(), O_RDONLY);
  require(space >= 0 && setns(space, CLONE_NEWNET) == 0, "namespace " + name);
  close(space);
  const int end = open("/dev/net/tun", O_RDWR);
  require(end >= 0, "/dev/net/tun");
  ifreq request{};
  std::strncpy(request.ifr_name, "cable0", IFNAMSIZ - 1);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  require(ioctl(end, TUNSETIFF, &request) == 0, "interface in " + name);
  const int control = socket(AF_INET, SOCK_DGRAM, 0);
  set_address(control, address);
  request.ifr_mtu = kLargestPacket;
  require(ioctl(control, SIOCSIFMTU, &request) == 0, "largest packet");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  require(ioctl(control, SIOCSIFFLAGS, &request) == 0, "switching on");
  close(control);
  return end;
}

/// One direction of the cable.
class Direction {
 public:
  Direction(int from, int to, Clock::duration delay, double bytes_per_second)
      : from_(from), to_(to), delay_(delay), rate_(bytes_per_second) {}

  void take() {
    std::vector<char> packet(kLargestPacket + 100);
    Clock::time_point free = Clock::now();
    for (ssize_t size = 0; (size = read(from_, packet.data(), packet.size())) > 0;) {
      const std::chrono::duration<double> on_the_line(static_cast<double>(size) / rate_);
      free = std::max(free, Clock::now()) + std::chrono::duration_cast<Clock::duration>(on_the_line);
      const std::lock_guard lock(mutex_);
      if (waiting_ + static_cast<std::size_t>(size) <= kMostWaiting) {
        waiting_ += static_cast<std::size_t>(size);
        packets_.push_back({free + delay_, {packet.begin(), packet.begin() + size}});
        arrived_.notify_one();
      }
    }
  }

  void give() {
    for (;;) {
      Packet packet;
      {
        std::unique_lock lock(mutex_);
        arrived_.wait(lock, [&] { return !packets_.empty(); });
        packet = std::move(packets_.front());
        packets_.pop_front();
        waiting_ -= packet.bytes.size();
      }
      std::this_thread::sleep_until(packet.due);
      if (write(to_, packet.bytes.data(), packet.bytes.size()) < 0) {
        return;
      }
    }
  }

 private:
  struct Packet {
    Clock::time_point due;
    std::vector<char> bytes;
  };

  int from_;
  int to_;
  Clock::duration delay_;
  double rate_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Packet> packets_;
  std::size_t waiting_ = 0;
};

void run(char** arguments) {
  const int a = open_end(arguments[1], arguments[2]);
  const int b = open_end(arguments[3], arguments[4]);
  const std::chrono::duration<double, std::milli> delay(std::atof(arguments[5]));
  const auto whole = std::chrono::duration_cast<Clock::duration>(delay);
  const double rate = std::atof(arguments[6]) * 1e6 / 8;
  Direction there(a, b, whole, rate);
  Direction back(b, a, whole, rate);
  std::thread threads[] = {std::thread([&] { there.take(); }), std::thread([&] { there.give(); }),
                           std::thread([&] { back.take(); }), std::thread([&] { back.give(); })};
  std::puts("ready");
  std::fflush(stdout);
  for (std::thread& thread : threads) {
    thread.join();
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::fprintf(stderr, "slow_cable NAMESPACE_A ADDRESS_A NAMESPACE_B ADDRESS_B DELAY_MS MEGABITS_PER_S\n");
    return 2;
  }
  try {
    run(argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "slow_cable: %s\n", error.what());
    return 1;
  }
  return 0;
}
