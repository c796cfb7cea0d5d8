"""Licences and notices of the data sets, as the model card and the samples repeat them."""

FISH4KNOWLEDGE = """\
**Fish4Knowledge fish recognition ground truth** (reef photos). Page by Phoenix X. Huang, Bastiaan
B. Boom and Robert B. Fisher, University of Edinburgh. The original data are available from the
Fish4Knowledge web page, groups.inf.ed.ac.uk/f4k/GROUNDTRUTH/RECOG; please refer to: B. J. Boom,
P. X. Huang, J. He, R. B. Fisher, "Supporting Ground-Truth annotation of image datasets using
clustering", ICPR 2012.

> Permission is granted for anyone to copy, use, modify, or distribute this data and accompanying
> documents for any purpose, provided this copyright notice is retained and prominently displayed,
> along with a note saying that the original data are available from our web page and refering to
> [2].

([2] is the ICPR 2012 paper above.) The data were acquired for research purposes and come without
warranty."""

FISHCAM = """\
**FishCam / FishNet** (river photos). MIT licence, Copyright (c) 2017 Frederik Kratzert.

> Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
> associated documentation files (the "Software"), to deal in the Software without restriction,
> including without limitation the rights to use, copy, modify, merge, publish, distribute,
> sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
> furnished to do so, subject to the following conditions: The above copyright notice and this
> permission notice shall be included in all copies or substantial portions of the Software. THE
> SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT
> LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
> NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
> DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT
> OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."""

MILKFISH = """\
**milkfish-weight 2** (milkfish photos). CC BY 4.0 (creativecommons.org/licenses/by/4.0), Roboflow
Universe `milkfishweight/milkfish-weight-2-i62qy`. Changed: reduced to at most 256 pixels a side;
some files are augmented copies made by the source (mirrored, turned, brightness)."""

NOTICES = "\n\n".join((FISH4KNOWLEDGE, FISHCAM, MILKFISH)) + "\n"

SOURCE_NAMES = {"f4k": "Fish4Knowledge", "fishcam": "FishCam", "milkfish": "milkfish-weight 2"}
SOURCE_LICENCES = {"f4k": "Fish4Knowledge notice (any purpose, notice displayed)",
                   "fishcam": "MIT", "milkfish": "CC-BY-4.0"}
