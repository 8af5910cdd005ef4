"""Formulas as element fractions, as a Python user would read them: a regular expression, brackets by recursion."""

import re
from functools import reduce
from math import gcd

import numpy as np

# H to Pu without He, Ne, Ar, Po, At, Rn, Fr, Ra.
ELEMENTS = (
    "H Li Be B C N O F Na Mg Al Si P S Cl K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru "
    "Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb "
    "Bi Ac Th Pa U Np Pu"
).split()
PLACE = {name: i for i, name in enumerate(ELEMENTS)}

TERM = re.compile(r"([A-Z][a-z]?)(\d*\.?\d*)")
GROUP = re.compile(r"[(\[]([^()\[\]]*)[)\]](\d*\.?\d*)")


def amounts(formula):
    """{element: amount}; raises ValueError for what is no formula of known elements."""
    while "(" in formula or "[" in formula:
        group = GROUP.search(formula)
        if group is None:
            raise ValueError(f"{formula}: brackets do not match")
        factor = float(group[2] or 1)
        inside = "".join(f"{e}{float(n or 1) * factor:g}" for e, n in TERM.findall(group[1]))
        formula = formula[: group.start()] + inside + formula[group.end() :]
    result = {}
    matched = 0
    for element, number in TERM.findall(formula):
        if element not in PLACE:
            raise ValueError(f"{formula}: unknown element {element}")
        result[element] = result.get(element, 0.0) + float(number or 1)
        matched += len(element) + len(number)
    if matched != len(formula) or not result:
        raise ValueError(f"{formula}: not a formula")
    return result


def fractions(formulas):
    """Rows of element fractions float32 [readable formulas, 86], and which of the formulas those are."""
    features = np.zeros((len(formulas), len(ELEMENTS)), dtype=np.float32)
    readable = np.zeros(len(formulas), dtype=bool)
    for row, formula in enumerate(formulas):
        try:
            for element, number in amounts(formula).items():
                features[row, PLACE[element]] = number
            readable[row] = True
        except ValueError:
            features[row] = 0
    features = features[readable]
    return features / features.sum(axis=1, keepdims=True), readable


def reduced(formula):
    """The reduced composition, the key for splits: `Fe2O3` for `Fe4O6`."""
    terms = sorted(amounts(formula).items())
    whole = [round(1000 * number) for _, number in terms]
    divisor = reduce(gcd, whole)
    return "".join(f"{element}{n // divisor}" for (element, _), n in zip(terms, whole))
