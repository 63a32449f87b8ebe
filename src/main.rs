//! The program `reelgraph`: what `cli` makes of its arguments.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    reelgraph::cli::main()
}
