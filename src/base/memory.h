#pragma once
/// \file
/// How much memory there is: asked before a size that comes from outside is allocated.
#include <cstddef>
#include <string>

namespace epitaxy {

/// Bytes that this process may still allocate: the least of what the machine has free, what the limit of its address
/// space (`ulimit -v`) leaves, and what its control group (a job of Slurm, a container) does. The largest number where
/// nothing is known.
std::size_t available_memory();

/// "3.2 GB", "64 MB", "12 bytes"; powers of 1000.
std::string told_bytes(std::size_t bytes);

/// Throws InputError when less memory is free than is needed: `what` (a file, a key) `needs about 80 GB of memory;
/// ...`.
void require_memory(const std::string& what, std::size_t bytes);

}  // namespace epitaxy
