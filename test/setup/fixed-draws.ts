import fc from "fast-check";

/** Draws of property tests that are the same in every run, so that only the code decides whether a test fails. */
fc.configureGlobal({seed: 42, endOnFailure: true});
