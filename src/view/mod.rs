//! From a scene to cells: themes and painting. Reads only.
