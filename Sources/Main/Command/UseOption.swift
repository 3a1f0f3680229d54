internal import ArgumentParser

/// The flags that switch a thing on or off without removing it.
struct UseOption: ParsableArguments {
    @Flag(help: "Use it again.") var enable = false
    @Flag(help: "Keep it, but do not use it.") var disable = false

    func validate() throws {
        if enable, disable { throw ValidationError("--enable and --disable contradict each other") }
    }

    /// nil: as it is.
    var isEnabled: Bool? { enable ? true : disable ? false : nil }
}
