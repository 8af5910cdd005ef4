#pragma once
/// \file
/// HDF5 files for the readers above HDF5. An input is a list of changes of a valid file, a line each, because HDF5 1.10
/// itself does not survive any bytes (see docs/developer_guide.md), and because changes get deeper:
///
///     base 1                      which of the target's valid files to change (0 without it)
///     text OBJECT NAME TEXT       an attribute; in texts \n is a line end
///     integer OBJECT NAME NUMBER  an attribute
///     number OBJECT NAME NUMBER   an attribute
///     drop PATH                   removes an object
///     forget OBJECT NAME          removes an attribute
///     array PATH TYPE ROWS [COLUMNS]  another array of TYPE f (float), d (double), i (64 bits), b (bytes), s (texts),
///                                 x (texts of a fixed length); nothing is stored
///     item PATH INDEX VALUE       a value of an array
///     alias PATH PATH             a second name of an object
///     link PATH PATH              a soft link to an object
///     byte PLACE VALUE, cut SIZE  of the bytes of the valid file, whose checksum then does not fit
///
/// What cannot be done is left out.
#include <string>
#include <string_view>
#include <vector>

namespace epitaxy::fuzz {

/// The bytes of the changed file; `bases` are those of valid files.
std::string edited_hdf5(const std::vector<std::string>& bases, std::string_view edits);

/// The bytes of a file of tests/fixtures/previous_version.
std::string fixture_bytes(std::string_view name);

}  // namespace epitaxy::fuzz
