/** Codes of the errors of `scripts/install-tfjs-node.ts`. */
export type InstallErrorCode =
  /** The command line makes no sense. */
  | "INSTALL_USAGE"
  /** There is no library for this kind of machine. */
  | "INSTALL_PLATFORM_UNSUPPORTED"
  /** The npm package that the library belongs to is absent, or is another version. */
  | "INSTALL_PACKAGE_MISSING"
  /** No C++ compiler runs here. */
  | "INSTALL_COMPILER_MISSING"
  /** Node's own C headers are not on this machine. */
  | "INSTALL_HEADERS_MISSING"
  /** Python 3, which downloads and unpacks wheels, does not run here. */
  | "INSTALL_PYTHON_MISSING"
  /** The archive to install from does not exist. */
  | "INSTALL_FILE_MISSING"
  /** The archive could not be fetched. */
  | "INSTALL_DOWNLOAD_FAILED"
  /** The archive is not the one whose checksum is expected. */
  | "INSTALL_CHECKSUM_MISMATCH"
  /** The archive cannot be unpacked, or has no TensorFlow in it. */
  | "INSTALL_ARCHIVE_INVALID"
  /** The addon does not compile against this library. */
  | "INSTALL_COMPILE_FAILED"
  /** The library lacks a function that the addon calls. */
  | "INSTALL_SYMBOL_MISSING"
  /** The library does not load or does not compute here. */
  | "INSTALL_LIBRARY_UNUSABLE"
  /** The package's folder cannot be written to, or the disk is full. */
  | "INSTALL_UNWRITABLE";

/** The exit status after each; from 65 on as in BSD's sysexits.h, like those of the command line. */
export const STATUS_OF_INSTALL_ERROR: Readonly<Record<InstallErrorCode, number>> = {
  INSTALL_USAGE: 2,
  INSTALL_PLATFORM_UNSUPPORTED: 78,
  INSTALL_PACKAGE_MISSING: 78,
  INSTALL_COMPILER_MISSING: 69,
  INSTALL_HEADERS_MISSING: 69,
  INSTALL_PYTHON_MISSING: 69,
  INSTALL_FILE_MISSING: 66,
  INSTALL_DOWNLOAD_FAILED: 69,
  INSTALL_CHECKSUM_MISMATCH: 65,
  INSTALL_ARCHIVE_INVALID: 65,
  INSTALL_COMPILE_FAILED: 65,
  INSTALL_SYMBOL_MISSING: 65,
  INSTALL_LIBRARY_UNUSABLE: 78,
  INSTALL_UNWRITABLE: 74,
};
