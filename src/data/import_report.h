#pragma once
/// \file
/// What an import tells about itself: rejected rows, summary, provenance.
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "data/import.h"
#include "data/quality_report.h"

namespace epitaxy::data {

/// source, source_hash, software and settings (JSON, which is YAML too) for the data set's provenance.
std::map<std::string, std::string> provenance(const ImportSettings& settings, const std::string& source_hash);
/// What the import does to its source.
Preparation preparation_of(const ImportSettings& settings);
/// Throws InputError when more than the allowed share of rows was rejected, no row is left or a target has no value.
/// `rejected_file` is named in the message unless it is empty.
void check_result(const ImportSettings& settings, const ImportResult& result, const std::string& rejected_file);
/// Columns line,text,reason.
void write_rejected(const std::filesystem::path& path, const std::vector<Rejected>& rejected);
/// Counts, elements, tokens, the spread of each target, and what was noticed, as JSON.
void write_summary(const std::filesystem::path& path, const ImportResult& result, const Quality& quality,
                   double seconds);
/// The same in a few lines for people.
void log_import(const ImportSettings& settings, const ImportResult& result, const std::filesystem::path& folder);

}  // namespace epitaxy::data
