#include "data/hdf5.h"

#include <boost/test/unit_test.hpp>

#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::data;
using epitaxy::test::says;
using epitaxy::test::TemporaryFolder;

namespace {

void write_small(const std::filesystem::path& path) {
  Hdf5File file(path, Hdf5File::Mode::create);
  file.write("/numbers/half", std::vector<float>{0.5F, 1.5F, 2.5F, 3.5F, 4.5F, 5.5F}, 2);
  file.write("/texts", std::vector<std::string>{"CuSO4\u00b75H2O", "", "Fe"});
  file.write_attribute("/", "format", std::string("test"));
  file.close();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hdf5)

BOOST_AUTO_TEST_CASE(every_type_comes_back) {
  const TemporaryFolder folder;
  const std::vector<float> floats = {1.25F, -3e30F};
  const std::vector<double> doubles = {0.1, -2e300, 3};
  const std::vector<std::int64_t> integers = {-1, std::int64_t{1} << 60};
  const std::vector<std::uint8_t> bytes = {0, 255, 7};
  const std::vector<std::string> texts = {"CuSO4\u00b75H2O", "", std::string(100000, 'x')};
  {
    Hdf5File file(folder / "a.h5", Hdf5File::Mode::create);
    file.write("/deep/er/floats", floats);
    file.write("/doubles", doubles);
    file.write("/integers", integers);
    file.write("/bytes", bytes);
    file.write("/texts", texts);
    file.write("/empty", std::vector<double>{});
    file.close();
  }
  const Hdf5File file(folder / "a.h5", Hdf5File::Mode::read);
  BOOST_TEST(file.read<float>("/deep/er/floats") == floats);
  BOOST_TEST(file.read<double>("/doubles") == doubles);
  BOOST_TEST(file.read<std::int64_t>("/integers") == integers);
  BOOST_TEST(file.read<std::uint8_t>("/bytes") == bytes);
  BOOST_TEST(file.read<std::string>("/texts") == texts);
  BOOST_TEST(file.read<double>("/empty").empty());
}

BOOST_AUTO_TEST_CASE(rows_and_shapes) {
  const TemporaryFolder folder;
  write_small(folder / "a.h5");
  const Hdf5File file(folder / "a.h5", Hdf5File::Mode::read);
  BOOST_TEST(file.shape("/numbers/half") == (std::vector<std::size_t>{3, 2}));
  BOOST_TEST(file.shape("/texts") == (std::vector<std::size_t>{3}));
  BOOST_TEST(file.read_rows<float>("/numbers/half", 1, 2) == (std::vector<float>{2.5F, 3.5F, 4.5F, 5.5F}));
  BOOST_TEST(file.read_rows<float>("/numbers/half", 3, 0).empty());
  BOOST_TEST(file.read_rows<std::string>("/texts", 2, 1) == std::vector<std::string>{"Fe"});
  BOOST_CHECK_EXCEPTION(file.read_rows<float>("/numbers/half", 2, 2), InputError, says("a.h5", "has 3 rows"));
}

BOOST_AUTO_TEST_CASE(attributes) {
  const TemporaryFolder folder;
  Hdf5File file(folder / "a.h5", Hdf5File::Mode::create);
  file.write_attribute("/", "format", std::string("first"));
  file.write_attribute("/", "format", std::string("second"));
  file.write_attribute("/new/group", "count", std::int64_t{1} << 60);
  file.write_attribute("/new/group", "value", 0.1);
  file.write_attribute("/new/group", "long", std::string(200000, 'y'));
  BOOST_TEST(file.text_attribute("/", "format") == "second");
  BOOST_TEST(file.integer_attribute("/new/group", "count") == std::int64_t{1} << 60);
  BOOST_TEST(file.number_attribute("/new/group", "value") == 0.1);
  BOOST_TEST(file.text_attribute("/new/group", "long").size() == 200000U);
  BOOST_TEST(file.has_attribute("/", "format"));
  BOOST_TEST(!file.has_attribute("/", "other"));
  BOOST_TEST(!file.has_attribute("/nowhere", "format"));
  BOOST_CHECK_EXCEPTION(file.text_attribute("/", "other"), InputError, says("a.h5", "no attribute 'other'"));
  BOOST_CHECK_EXCEPTION(file.text_attribute("/new/group", "value"), InputError, says("is not a text"));
  BOOST_CHECK_EXCEPTION(file.number_attribute("/", "format"), InputError, says("is not a number"));
}

BOOST_AUTO_TEST_CASE(names) {
  const TemporaryFolder folder;
  write_small(folder / "a.h5");
  const Hdf5File file(folder / "a.h5", Hdf5File::Mode::read);
  BOOST_TEST(file.children("/") == (std::vector<std::string>{"numbers", "texts"}));
  BOOST_TEST(file.exists("/numbers/half"));
  BOOST_TEST(!file.exists("/numbers/third"));
  BOOST_TEST(!file.exists("/nowhere/half"));
  BOOST_CHECK_EXCEPTION(file.read<float>("/nowhere/half"), InputError, says("a.h5", "'/nowhere/half'"));
  BOOST_CHECK_EXCEPTION(file.read<float>("/texts"), InputError, says("'/texts' does not hold numbers"));
  BOOST_CHECK_EXCEPTION(file.read<std::string>("/numbers/half"), InputError, says("does not hold texts"));
  BOOST_CHECK_EXCEPTION(file.children("/nowhere"), InputError, says("'/nowhere'"));
}

BOOST_AUTO_TEST_CASE(same_content_same_bytes) {
  const TemporaryFolder folder;
  write_small(folder / "a.h5");
  write_small(folder / "b.h5");
  const std::string bytes = test::read_file(folder / "a.h5");
  BOOST_TEST(bytes.size() > 100U);
  BOOST_TEST((bytes == test::read_file(folder / "b.h5")));
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_opened) {
  const TemporaryFolder folder;
  const auto open = [&](const char* name) { const Hdf5File file(folder / name, Hdf5File::Mode::read); };
  BOOST_CHECK_EXCEPTION(open("absent.h5"), InputError, says("absent.h5: no such file"));
  folder.write("text.h5", "formula,energy\n");
  BOOST_CHECK_EXCEPTION(open("text.h5"), InputError, says("text.h5", "cannot be opened as an HDF5 file"));
  folder.write("empty.h5", "");
  BOOST_CHECK_THROW(open("empty.h5"), InputError);
  BOOST_CHECK_EXCEPTION(open("."), InputError, says("is a folder"));

  write_small(folder / "cut.h5");
  std::filesystem::resize_file(folder / "cut.h5", std::filesystem::file_size(folder / "cut.h5") / 2);
  BOOST_CHECK_EXCEPTION(open("cut.h5"), DamagedFileError, says("cut.h5: the file is damaged", "truncated"));
}

BOOST_AUTO_TEST_CASE(damage_is_noticed_wherever_it_is) {
  // HDF5 itself notices some damage, reads over some, and crashes on some (of the heap that holds texts).
  const TemporaryFolder folder;
  {
    Hdf5File file(folder / "whole.h5", Hdf5File::Mode::create);
    file.write("/numbers", std::vector<double>(500, 1.5));
    file.write("/texts", std::vector<std::string>(100, "some text"));
    for (const char* name : {"kind", "settings", "software"}) {
      file.write_attribute("/", name, std::string("the text of an attribute"));
    }
    file.close();
  }
  const std::string whole = test::read_file(folder / "whole.h5");
  constexpr std::size_t kStep = 16;
  for (std::size_t place = 0; place < whole.size(); place += kStep) {
    std::string bytes = whole;
    for (std::size_t i = place; i < std::min(place + kStep, whole.size()); ++i) {
      bytes[i] = static_cast<char>(~bytes[i]);
    }
    const auto path = folder.write("damaged.h5", bytes);
    BOOST_TEST_CONTEXT("damage at byte " << place) {
      BOOST_CHECK_THROW(Hdf5File(path, Hdf5File::Mode::read), InputError);
    }
  }
}

BOOST_AUTO_TEST_CASE(cut_ends_are_noticed_and_files_without_a_seal_are_read) {
  const TemporaryFolder folder;
  write_small(folder / "a.h5");
  const std::string whole = test::read_file(folder / "a.h5");
  const std::size_t content = whole.size() - 40;
  for (const std::size_t size : {whole.size() - 1, whole.size() - 39, content - 1}) {
    const auto path = folder.write("cut.h5", whole.substr(0, size));
    BOOST_CHECK_EXCEPTION(Hdf5File(path, Hdf5File::Mode::read), DamagedFileError, says("cut.h5: the file is damaged"));
  }
  // As written by other programs, or before there were seals.
  const Hdf5File file(folder.write("plain.h5", whole.substr(0, content)), Hdf5File::Mode::read);
  BOOST_TEST(!file.children("/").empty());
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_an_error) {
  Hdf5File file("/dev/full", Hdf5File::Mode::create);
  file.write("/numbers", std::vector<double>(100000, 1.0));
  BOOST_CHECK_EXCEPTION(file.close(), Error, says("/dev/full", "No space left on device"));
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_created) {
  const TemporaryFolder folder;
  const auto create = [](const std::filesystem::path& path) { const Hdf5File file(path, Hdf5File::Mode::create); };
  BOOST_CHECK_EXCEPTION(create(folder / "absent/a.h5"), Error, says("a.h5: cannot be created", "No such file"));
  BOOST_CHECK_EXCEPTION(create(folder.path()), Error, says("cannot be created", "directory"));
}

BOOST_AUTO_TEST_CASE(misuse_is_an_error) {
  const TemporaryFolder folder;
  Hdf5File file(folder / "a.h5", Hdf5File::Mode::create);
  file.write("/numbers", std::vector<double>{1});
  BOOST_CHECK_EXCEPTION(file.write("/numbers", std::vector<double>{2}), Error, says("writing '/numbers' failed"));
  BOOST_CHECK_EXCEPTION(file.write("/texts", std::vector<std::string>{std::string("a\0b", 3)}), Error,
                        says("zero byte"));
  BOOST_CHECK_THROW(file.write("/ragged", std::vector<double>{1, 2, 3}, 2), Error);
}

BOOST_AUTO_TEST_CASE(without_close_nothing_is_written) {
  const TemporaryFolder folder;
  {
    Hdf5File file(folder / "a.h5", Hdf5File::Mode::create);
    file.write("/numbers", std::vector<double>{1});
  }
  BOOST_TEST(std::filesystem::file_size(folder / "a.h5") == 0U);
}

BOOST_AUTO_TEST_CASE(a_moved_file_stays_open) {
  const TemporaryFolder folder;
  Hdf5File first(folder / "a.h5", Hdf5File::Mode::create);
  Hdf5File second(std::move(first));
  second.write("/numbers", std::vector<double>{1, 2});
  second.close();
  const Hdf5File file(folder / "a.h5", Hdf5File::Mode::read);
  BOOST_TEST(file.read<double>("/numbers") == (std::vector<double>{1, 2}));
}

BOOST_AUTO_TEST_CASE(deflated_arrays_come_back) {
  const TemporaryFolder folder;
  const std::vector<std::string> texts = {"CC", "", "c1ccccc1"};
  const std::vector<float> numbers = {1, 2, 3, 4, 5, 6};
  Hdf5File out(folder / "x.h5", Hdf5File::Mode::create);
  out.write_deflated("/texts", texts);
  out.write_deflated("/numbers", numbers, 2);
  out.write_deflated("/nothing", std::vector<std::string>{});
  out.write_deflated("/same", std::vector<std::uint8_t>(100000, 1));
  out.close();
  BOOST_TEST(std::filesystem::file_size(folder / "x.h5") < 20000U);
  const Hdf5File in(folder / "x.h5", Hdf5File::Mode::read);
  BOOST_TEST(in.read<std::string>("/texts") == texts, boost::test_tools::per_element());
  BOOST_TEST(in.read_rows<std::string>("/texts", 2, 1).at(0) == "c1ccccc1");
  BOOST_TEST(in.read<float>("/numbers") == numbers, boost::test_tools::per_element());
  BOOST_TEST(in.shape("/numbers").at(1) == 2U);
  BOOST_TEST(in.read<std::string>("/nothing").empty());
  BOOST_CHECK_THROW(in.read<float>("/texts"), InputError);
}

BOOST_AUTO_TEST_CASE(a_virtual_array_shows_those_of_other_files_wherever_they_are_moved) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "a/parts");
  const std::vector<std::vector<std::string>> texts = {{"CC", "O"}, {"CCCCC", ""}};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    Hdf5File part(folder / ("a/parts/" + std::to_string(i) + ".h5"), Hdf5File::Mode::create);
    part.write_deflated("/texts", texts[i]);
    part.close();
  }
  Hdf5File out(folder / "a/all.h5", Hdf5File::Mode::create);
  out.write_virtual<std::string>("/texts", {2, 2}, {{"parts/0.h5", {0, 0}, {2}}, {"parts/1.h5", {1, 0}, {2}}}, 5);
  out.close();
  std::filesystem::rename(folder / "a", folder / "b");
  const Hdf5File in(folder / "b/all.h5", Hdf5File::Mode::read);
  const std::vector<std::string> expected = {"CC", "O", "CCCCC", ""};
  BOOST_TEST(in.read<std::string>("/texts") == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_virtual_array_of_very_many_parts_is_made_of_pieces) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "a/parts");
  constexpr std::size_t kParts = 300;  // of each of two rows
  std::vector<data::VirtualPart> flat;
  std::vector<data::VirtualPart> wide;
  std::vector<float> expected;
  for (std::size_t i = 0; i < 2 * kParts; ++i) {
    const std::string name = fmt::format("parts/{}.h5", i);
    const auto first = static_cast<float>(10 * i);
    Hdf5File part(folder / ("a/" + name), Hdf5File::Mode::create);
    part.write<float>("/flat", {first, first + 1});
    part.write<float>("/wide", {first, first + 1, first + 2, first + 3, first + 4, first + 5}, 3);
    part.close();
    flat.push_back({name, {i / kParts, 2 * (i % kParts)}, {2}});
    wide.push_back({name, {2 * i, 0}, {2, 3}});
    for (int k = 0; k < 6; ++k) {
      expected.push_back(first + static_cast<float>(k));
    }
  }
  Hdf5File out(folder / "a/all.h5", Hdf5File::Mode::create);
  out.write_virtual<float>("/flat", {2, 2 * kParts}, flat);
  out.write_virtual<float>("/wide", {4 * kParts, 3}, wide);
  out.close();
  std::filesystem::rename(folder / "a", folder / "b");
  const Hdf5File in(folder / "b/all.h5", Hdf5File::Mode::read);
  const auto read = in.read<float>("/flat");
  BOOST_REQUIRE(read.size() == 4 * kParts);
  for (std::size_t i = 0; i < read.size(); ++i) {
    BOOST_TEST(read[i] == static_cast<float>(10 * (i / 2) + i % 2));
  }
  BOOST_TEST(in.read<float>("/wide") == expected, boost::test_tools::per_element());
  BOOST_TEST(in.exists("/pieces/000003/flat"));  // 256 and 44 parts of each row
  BOOST_TEST(!in.exists("/pieces/000004"));
  BOOST_TEST(in.exists("/pieces/000002/wide"));  // 256, 256 and 88 parts
  BOOST_TEST(!in.exists("/pieces/000003/wide"));
}

BOOST_AUTO_TEST_SUITE_END()
