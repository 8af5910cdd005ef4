#pragma once
/// \file
/// The whole public interface: read a data set, run a stage, predict, encode and decode.
#include "epitaxy/dataset.h"
#include "epitaxy/error.h"
#include "epitaxy/latent_space.h"
#include "epitaxy/predictor.h"
#include "epitaxy/run.h"
#include "epitaxy/session.h"
#include "epitaxy/version.h"
