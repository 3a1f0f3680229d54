internal import ArgumentParser
internal import CurlTransmit
internal import Relay
internal import Store

struct AuthorizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authorize", abstract: "Have the person behind a consent grant consent, for the first time or again.",
        discussion: """
            Without an option a browser on this machine does it: the command prints an address to open, waits, and says what came of it. The answer comes to `mandate \
            serve`, or to this command itself where no service runs (behind an https public-url it must run). What worked before goes on working until the new consent is proven: the right person, every \
            permission, a refresh token.

            --paste   for a browser anywhere: sign in there, and paste the address it ends at (which cannot be reached, and need not be)
            --device  for a person at another screen: a short code to type in there (Microsoft; Google gives no mail permissions that way, and many tenants block it)

            Where the tenant lets only an administrator consent, `mandate grants letter` writes what to send to one.

            Examples:
              mandate grants authorize ann
              mandate grants authorize ann --paste
            """)

    @OptionGroup var options: StoreOptions
    @Argument(help: "Id or name of the grant.") var grant: String
    @Flag(help: "Paste the address the browser ends at.") var paste = false
    @Flag(help: "Show a code to type in at another screen.") var device = false

    func validate() throws {
        if paste, device { throw ValidationError("--paste and --device exclude each other") }
    }

    func run() async throws {
        let live = Live.current
        try await options.change(live) { opened in
            let grant = try await opened.store.find(Grant.self, grant)
            let directory = try await opened.store.directory(of: DirectorySlice())
            let curl = try CurlThread()
            let flow = live.consentFlow(opened.store, opened.vault, curl) { ConsentPurpose($0, in: directory) }
            let session = ConsentSession(flow: flow, grant: grant, address: directory.settings.publicAddress, live: live)
            let words: Result<String, any Error>
            do {
                words = .success(
                    device
                        ? try await session.throughDevice(live.tokenClient(curl))
                        : paste ? try await session.throughPaste() : try await session.throughBrowser())
            } catch { words = .failure(error) }
            await curl.stop()
            live.say(DisplayWidth.printable(try words.get()))
        }
    }
}
