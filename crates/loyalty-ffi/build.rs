//! Gives the shared library the name by which programs ask for it when they start.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // A cdylib bears no name of its own accord; a program linked to it would then look for the path it was built at. The number
    // is `LOYALTY_ABI_VERSION`.
    let elf = [
        "linux",
        "android",
        "freebsd",
        "netbsd",
        "openbsd",
        "dragonfly",
    ];
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| elf.contains(&os.as_str())) {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libloyalty.so.0");
    }
}
