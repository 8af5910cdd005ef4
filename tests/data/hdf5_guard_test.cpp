#include "data/hdf5_guard.h"

#include <sys/resource.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "data/hdf5.h"
#include "data/hdf5_handle.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::data;
using epitaxy::test::says;
using epitaxy::test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

using Numbers = std::vector<double>;

/// What another program may write.
class ForeignFile {
 public:
  explicit ForeignFile(const fs::path& path)
      : file_(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose),
        properties_(H5Pcreate(H5P_DATASET_CREATE), H5Pclose) {}

  hid_t file() const { return file_; }
  hid_t properties() const { return properties_; }
  void array(const char* name, const std::vector<hsize_t>& shape, const Numbers& values = {}) const {
    const Handle space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose);
    const Handle array(H5Dcreate2(file_, name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, properties_, H5P_DEFAULT),
                       H5Dclose);
    if (!values.empty()) {
      H5Dwrite(array, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    }
  }

 private:
  Handle file_;
  Handle properties_;
};

Numbers read(const fs::path& path, const char* array) {
  return Hdf5File(path, Hdf5File::Mode::read).read<double>(array);
}

void write_numbers(const fs::path& path, const Numbers& values) {
  Hdf5File file(path, Hdf5File::Mode::create);
  file.write("/a", values);
  file.close();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hdf5_guard)

BOOST_AUTO_TEST_CASE(external_storage_is_not_followed) {
  const TemporaryFolder folder;
  folder.write("secret", std::string(16, 'x'));
  {
    const ForeignFile file(folder / "f.h5");
    H5Pset_external(file.properties(), (folder / "secret").c_str(), 0, 16);
    file.array("/a", {2});
  }
  BOOST_CHECK_EXCEPTION(read(folder / "f.h5", "/a"), InputError, says("f.h5: the content of '/a'", "secret", "copy"));
}

BOOST_AUTO_TEST_CASE(links_to_other_files_are_not_followed) {
  const TemporaryFolder folder;
  write_numbers(folder / "other.h5", {1, 2});
  {
    const ForeignFile file(folder / "f.h5");
    file.array("/own", {2}, {3, 4});
    const auto link = [&](const char* target, const char* name) {
      H5Lcreate_soft(target, file.file(), name, H5P_DEFAULT, H5P_DEFAULT);
    };
    H5Lcreate_external("other.h5", "/", file.file(), "/outside", H5P_DEFAULT, H5P_DEFAULT);
    link("/own", "/inside");
    link("/outside/a", "/around");
    link("/round", "/round");
    link("/nothing", "/lost");
  }
  BOOST_TEST(read(folder / "f.h5", "/inside") == (Numbers{3, 4}));
  for (const char* name : {"/outside/a", "/around"}) {
    BOOST_CHECK_EXCEPTION(read(folder / "f.h5", name), InputError,
                          says("f.h5: '/outside' is a link to another file", "not followed"));
  }
  for (const char* name : {"/round", "/lost"}) {
    BOOST_CHECK_EXCEPTION(read(folder / "f.h5", name), InputError, says("holds no '/"));
  }
}

BOOST_AUTO_TEST_CASE(a_virtual_array_is_made_of_files_in_its_own_folder) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "inner");
  write_numbers(folder / "outer.h5", {1, 2});
  fs::create_symlink("../outer.h5", folder / "inner/link.h5");
  for (const std::string& source : std::vector<std::string>{"../outer.h5", (folder / "outer.h5").string(), "link.h5"}) {
    Hdf5File file(folder / "inner/all.h5", Hdf5File::Mode::create);
    file.write_virtual<double>("/a", {2}, {{source, {0}, {2}}});
    file.close();
    BOOST_CHECK_EXCEPTION(read(folder / "inner/all.h5", "/a"), InputError,
                          says("all.h5", source, "outside the file's"));
  }
}

BOOST_AUTO_TEST_CASE(a_part_of_a_virtual_array_that_cannot_be_read_is_named) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "parts");
  write_numbers(folder / "parts/0.h5", {1, 2});
  write_numbers(folder / "parts/1.h5", {3, 4});
  Hdf5File file(folder / "all.h5", Hdf5File::Mode::create);
  file.write_virtual<double>("/a", {4}, {{"parts/0.h5", {0}, {2}}, {"parts/1.h5", {2}, {2}}});
  file.close();
  BOOST_TEST(read(folder / "all.h5", "/a") == (Numbers{1, 2, 3, 4}));
  const std::string whole = test::read_file(folder / "parts/1.h5");
  folder.write("parts/1.h5", whole.substr(0, whole.size() - 50));
  BOOST_CHECK_EXCEPTION(read(folder / "all.h5", "/a"), DamagedFileError,
                        says("part of '/a'", "parts/1.h5: cannot be opened"));
  fs::remove(folder / "parts/1.h5");
  BOOST_CHECK_EXCEPTION(read(folder / "all.h5", "/a"), DamagedFileError, says("parts/1.h5: no such file"));
}

BOOST_AUTO_TEST_CASE(other_readers_see_what_means_nothing_where_a_part_is_gone) {
  const TemporaryFolder folder;
  const std::vector<VirtualPart> gone{{"gone.h5", {0}, {1}}};
  Hdf5File out(folder / "all.h5", Hdf5File::Mode::create);
  out.write_virtual<std::uint8_t>("/byte", {1}, gone);
  out.write_virtual<float>("/float", {1}, gone);
  out.write_virtual<std::string>("/text", {1}, gone, 3);
  out.close();
  const Handle file(H5Fopen((folder / "all.h5").c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  const auto read_into = [&](const char* name, hid_t type, void* value) {
    const Handle array(H5Dopen2(file, name, H5P_DEFAULT), H5Dclose);
    H5Dread(array, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, value);
  };
  std::uint8_t byte = 0;
  float number = 0;
  std::string text(3, 'x');
  read_into("/byte", H5T_NATIVE_UINT8, &byte);
  read_into("/float", H5T_NATIVE_FLOAT, &number);
  read_into("/text", fixed_text_type(3), text.data());
  BOOST_TEST(int{byte} == 255);
  BOOST_TEST(number != number);
  BOOST_TEST(std::string(text.c_str()) == "?");
}

BOOST_AUTO_TEST_CASE(dimensions_are_compared_with_the_file_before_anything_is_allocated) {
  const TemporaryFolder folder;
  {
    const ForeignFile file(folder / "f.h5");
    file.array("/never_written", {1000000000, 1000});
    const hsize_t chunk[] = {10, 10};
    H5Pset_chunk(file.properties(), 2, chunk);
    file.array("/chunks_never_written", {1000000000, 1000});
    H5Pset_deflate(file.properties(), 6);
    file.array("/deflated", {1000000000, 1000000000});
    const Handle array(H5Dopen2(file.file(), "/deflated", H5P_DEFAULT), H5Dclose);
    const std::vector<double> ones(100, 1);
    const hsize_t begin[] = {0, 0};
    const Handle memory(H5Screate_simple(2, chunk, nullptr), H5Sclose);
    const Handle place(H5Dget_space(array), H5Sclose);
    H5Sselect_hyperslab(place, H5S_SELECT_SET, begin, nullptr, chunk, nullptr);
    H5Dwrite(array, H5T_NATIVE_DOUBLE, memory, place, H5P_DEFAULT, ones.data());
  }
  for (const char* name : {"/never_written", "/chunks_never_written"}) {
    BOOST_CHECK_EXCEPTION(read(folder / "f.h5", name), DamagedFileError,
                          says("f.h5", name, "should hold 8 TB in 1000000000000 values, but 0 bytes"));
  }
  BOOST_CHECK_EXCEPTION(read(folder / "f.h5", "/deflated"), DamagedFileError,
                        says("'/deflated' should have 10000000000000000 chunks, but 1 of them"));
  const Hdf5File file(folder / "f.h5", Hdf5File::Mode::read);
  BOOST_TEST(file.shape("/deflated").at(0) == 1000000000U);
  BOOST_CHECK_THROW(file.read_rows<double>("/deflated", 0, 10), DamagedFileError);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_in_memory_is_refused_by_name) {
  const TemporaryFolder folder;
  Hdf5File out(folder / "f.h5", Hdf5File::Mode::create);
  out.write_deflated("/zeros", Numbers(9000000, 0.0));
  out.close();
  const Hdf5File file(folder / "f.h5", Hdf5File::Mode::read);
  std::ifstream status("/proc/self/statm");
  rlim_t pages = 0;
  status >> pages;
  rlimit before{};
  getrlimit(RLIMIT_AS, &before);
  const rlimit limited{pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + 20000000, before.rlim_max};
  setrlimit(RLIMIT_AS, &limited);
  BOOST_CHECK_EXCEPTION(file.read<double>("/zeros"), InputError, says("f.h5: '/zeros' needs about 216 MB of memory"));
  setrlimit(RLIMIT_AS, &before);
  BOOST_TEST(file.read<double>("/zeros").size() == 9000000U);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_open_for_writing_elsewhere_says_so) {
  const TemporaryFolder folder;
  write_numbers(folder / "f.h5", {1, 2});
  {
    const Handle elsewhere(H5Fopen((folder / "f.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
    // The library of one process knows the file; another program has only its lock.
    std::string bytes = test::read_file(folder / "f.h5");
    bytes[bytes.size() / 2] = static_cast<char>(~bytes[bytes.size() / 2]);
    std::fstream(folder / "f.h5", std::ios::in | std::ios::out | std::ios::binary) << bytes;
    BOOST_CHECK_EXCEPTION(Hdf5File(folder / "f.h5", Hdf5File::Mode::read), InputError,
                          says("f.h5: another program has the file open for writing", "close it"));
  }
}

BOOST_AUTO_TEST_CASE(the_seal_is_there_until_another_program_writes) {
  const TemporaryFolder folder;
  write_numbers(folder / "f.h5", {1, 2});
  BOOST_TEST(Hdf5File(folder / "f.h5", Hdf5File::Mode::read).is_sealed());
  { const Handle elsewhere(H5Fopen((folder / "f.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose); }
  BOOST_TEST(!Hdf5File(folder / "f.h5", Hdf5File::Mode::read).is_sealed());
}

BOOST_AUTO_TEST_SUITE_END()
