#pragma once
/// \file
/// The kinds of models of this program.
#include <span>
#include <string>
#include <vector>

#include "models/kind.h"

namespace epitaxy::models {

const Kind& composition_net();
const Kind& fingerprint_net();
const Kind& molecule_vae();

/// All of them: the one place where they are listed.
std::span<const Kind* const> kinds();
std::vector<std::string> kind_names(std::span<const Kind* const> among = kinds());
/// By name. Throws InputError with the nearest name.
const Kind& kind(const std::string& name, std::span<const Kind* const> among = kinds());

/// Of the section `model`: the kind and its settings.
void keys(config::Keys& k, ModelDescription& model, std::span<const Kind* const> among = kinds());

}  // namespace epitaxy::models
