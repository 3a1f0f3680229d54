internal import ArgumentParser
internal import Yams
internal import Logging
internal import ServiceLifecycle
internal import Sandbox

@main struct Mandate: AsyncParsableCommand { func run() async throws {} }
