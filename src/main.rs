//! The `nib` binary.

fn main() -> std::process::ExitCode {
    nib::cli::run(std::env::args_os())
}
